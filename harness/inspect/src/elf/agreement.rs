//! This reader against an independent one, on a real file: the running test program, which has every
//! kind of section a linker makes.
//!
//! The reader here is its own because each byte must be claimed by a part and nothing may be allocated on a
//! file's word; whether it understands the format is for another implementation to say.

use super::image::{Image, SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB};
use super::symbols;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionFlags};

fn own_program() -> Vec<u8> {
    std::fs::read(std::env::current_exe().unwrap()).unwrap()
}

#[test]
fn sections_and_segments_are_read_as_the_object_library_reads_them() {
    let bytes = own_program();
    let image = Image::parse(&bytes).unwrap_or_else(|e| panic!("{e}"));
    let theirs = object::File::parse(&*bytes).unwrap();
    let mut seen = 0;
    for section in theirs.sections() {
        let ours = &image.sections[section.index().0];
        assert_eq!(ours.name, section.name_bytes().unwrap());
        assert_eq!((ours.addr, ours.size), (section.address(), section.size()));
        let SectionFlags::Elf { sh_flags, sh_type } = section.flags() else {
            panic!("not ELF flags");
        };
        assert_eq!((ours.flags, ours.kind), (sh_flags.0, sh_type.0));
        if ours.kind != SHT_NOBITS {
            assert_eq!(image.content(ours), section.data().unwrap());
        }
        seen += 1;
    }
    assert!(seen > 20, "{seen} sections");
    let loads: Vec<_> = image
        .segments
        .iter()
        .filter(|s| s.kind == 1)
        .map(|s| (s.vaddr, s.memsz))
        .collect();
    let theirs: Vec<_> = theirs.segments().map(|s| (s.address(), s.size())).collect();
    assert_eq!(loads, theirs);
}

#[test]
fn symbols_are_read_as_the_object_library_reads_them() {
    let bytes = own_program();
    let image = Image::parse(&bytes).unwrap_or_else(|e| panic!("{e}"));
    let theirs = object::File::parse(&*bytes).unwrap();
    for (kind, theirs) in [
        (SHT_SYMTAB, theirs.symbols().map(fact).collect::<Vec<_>>()),
        (SHT_DYNSYM, theirs.dynamic_symbols().map(fact).collect()),
    ] {
        let table = image.sections.iter().find(|s| s.kind == kind).unwrap();
        let ours = symbols::read(&image, table).unwrap();
        let ours: Vec<_> = ours
            .iter()
            .map(|s| (s.name.to_vec(), s.value, s.size))
            .collect();
        assert!(ours.len() > 20, "{} symbols", ours.len());
        assert_eq!(ours, theirs);
    }
}

fn fact<'a>(symbol: impl ObjectSymbol<'a>) -> (Vec<u8>, u64, u64) {
    (
        symbol.name_bytes().unwrap().to_vec(),
        symbol.address(),
        symbol.size(),
    )
}
