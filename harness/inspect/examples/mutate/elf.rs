//! Classes of an ELF file's bytes, as the `object` library reads them.

use crate::classes::Class;
use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, FileKind};
use std::ops::Range;

/// Adds the classes of `content`; none if it cannot be read.
pub fn classes(content: &[u8], all: &mut Vec<Class>) {
    let read = match FileKind::parse(content) {
        Ok(FileKind::Elf32) => of::<FileHeader32<Endianness>>(content, FIELDS_32),
        Ok(FileKind::Elf64) => of::<FileHeader64<Endianness>>(content, FIELDS_64),
        _ => None,
    };
    all.extend(read.unwrap_or_default());
}

type Fields = &'static [(&'static str, usize, usize)];
const FIELDS_32: [Fields; 3] = [
    &[
        ("ident", 0, 16),
        ("type, machine, version", 16, 24),
        ("entry", 24, 28),
        ("phoff", 28, 32),
        ("place of the section table", 32, 36),
        ("flags", 36, 40),
        ("sizes", 40, 48),
        ("place of the section table", 48, 52),
    ],
    &[
        ("type", 0, 4),
        ("offset", 4, 8),
        ("vaddr", 8, 12),
        ("paddr", 12, 16),
        ("filesz", 16, 20),
        ("memsz", 20, 24),
        ("flags", 24, 28),
        ("align", 28, 32),
    ],
    &[
        ("name", 0, 4),
        ("type", 4, 8),
        ("flags", 8, 12),
        ("addr", 12, 16),
        ("offset", 16, 20),
        ("size", 20, 24),
        ("link", 24, 28),
        ("info", 28, 32),
        ("addralign", 32, 36),
        ("entsize", 36, 40),
    ],
];
const FIELDS_64: [Fields; 3] = [
    &[
        ("ident", 0, 16),
        ("type, machine, version", 16, 24),
        ("entry", 24, 32),
        ("phoff", 32, 40),
        ("place of the section table", 40, 48),
        ("flags", 48, 52),
        ("sizes", 52, 60),
        ("place of the section table", 60, 64),
    ],
    &[
        ("type", 0, 4),
        ("flags", 4, 8),
        ("offset", 8, 16),
        ("vaddr", 16, 24),
        ("paddr", 24, 32),
        ("filesz", 32, 40),
        ("memsz", 40, 48),
        ("align", 48, 56),
    ],
    &[
        ("name", 0, 4),
        ("type", 4, 8),
        ("flags", 8, 16),
        ("addr", 16, 24),
        ("offset", 24, 32),
        ("size", 32, 40),
        ("link", 40, 44),
        ("info", 44, 48),
        ("addralign", 48, 56),
        ("entsize", 56, 64),
    ],
];

fn of<E: FileHeader<Endian = Endianness>>(
    content: &[u8],
    fields: [Fields; 3],
) -> Option<Vec<Class>> {
    let header = E::parse(content).ok()?;
    let endian = header.endian().ok()?;
    let relocatable = header.e_type(endian) == elf::ET_REL;
    let segments = header.program_headers(endian, content).ok()?;
    let loads: Vec<Range<usize>> = segments
        .iter()
        .filter(|s| s.p_type(endian) == elf::PT_LOAD)
        .map(|s| s.file_range(endian))
        .map(|(start, size)| start as usize..(start + size) as usize)
        .collect();
    let mapped = |at: usize| loads.iter().any(|range| range.contains(&at));
    let mut all = Vec::new();
    let mut covered: Vec<Range<usize>> = Vec::new();
    for (name, from, to) in fields[0] {
        // A linker reads all of an object file's header.
        let name = format!(
            "ELF header {name}{}",
            if relocatable { " (object file)" } else { "" }
        );
        all.push(Class::one(name, relocatable || mapped(*from), *from..*to));
        covered.push(*from..*to);
    }
    let start: u64 = header.e_phoff(endian).into();
    let size = usize::from(header.e_phentsize(endian));
    let note_only = |s: &E::ProgramHeader| {
        let (start, size) = s.file_range(endian);
        let sections = header.sections(endian, content).ok()?;
        let inside = sections.enumerate().filter(|(_, n)| {
            let range = n.file_range(endian);
            range.is_some_and(|(at, len)| len > 0 && at >= start && at + len <= start + size)
        });
        let mut names = inside.map(|(_, n)| sections.section_name(endian, n).unwrap_or_default());
        names.any(|n| n == b".note.package").then_some(())
    };
    for (index, segment) in segments.iter().enumerate() {
        let at = start as usize + index * size;
        let kind = segment.p_type(endian);
        let kind = match kind {
            elf::PT_NOTE if note_only(segment).is_some() => "NOTE (package note)".to_owned(),
            elf::PT_NOTE => "NOTE".to_owned(),
            elf::PT_LOAD => "LOAD".to_owned(),
            _ => "of another kind".to_owned(),
        };
        for (name, from, to) in fields[1] {
            let range = at + from..at + to;
            all.push(Class::one(
                format!("program header {kind}: {name}"),
                mapped(at),
                range,
            ));
        }
    }
    if !segments.is_empty() {
        let range = start as usize..start as usize + size * segments.len();
        covered.push(range.clone());
        let mut table = Class::one("program headers", mapped(range.start), range);
        table.entry = Some(size);
        all.push(table);
    }
    let sections = header.sections(endian, content).ok()?;
    let start: u64 = header.e_shoff(endian).into();
    let size = usize::from(header.e_shentsize(endian));
    let kind_of_file = if relocatable { " (object file)" } else { "" };
    for (index, section) in sections.enumerate() {
        let at = start as usize + index.0 * size;
        covered.push(at..at + size);
        let name =
            String::from_utf8_lossy(sections.section_name(endian, section).unwrap_or_default());
        let kind = section.sh_type(endian);
        let alloc = section.sh_flags(endian).0 & elf::SHF_ALLOC.0 != 0;
        for (field, from, to) in fields[2] {
            // Section headers are the linker's; the loader reads none. Where nothing stands is no place.
            let empty = section.file_range(endian).is_none_or(|(_, size)| size == 0);
            let seen = relocatable && alloc && index.0 > 0 && !(empty && *field == "offset");
            let what = match (index.0, alloc, empty) {
                (0, _, _) => "of no section",
                (_, true, true) => "of what is mapped and empty",
                (_, true, false) => "of what is mapped",
                (_, false, _) => "of what is not",
            };
            let class = format!("section header {what}: {field}{kind_of_file}");
            all.push(Class::one(class, seen, at + from..at + to));
        }
        let Some((from, len)) = section.file_range(endian) else {
            continue;
        };
        let range = from as usize..(from + len) as usize;
        covered.push(range.clone());
        if range.is_empty() {
            continue;
        }
        let loaded = (relocatable && alloc) || mapped(range.start);
        if kind == elf::SHT_NOTE {
            notes(
                content,
                endian == Endianness::Little,
                &range,
                loaded,
                &mut all,
            );
            continue;
        }
        let shown = if relocatable {
            family(&name)
        } else {
            name.to_string()
        };
        let mut class = Class::one(
            format!("section {shown}{kind_of_file}"),
            loaded,
            range.clone(),
        );
        let each: u64 = section.sh_entsize(endian).into();
        let table = matches!(
            kind,
            elf::SHT_SYMTAB
                | elf::SHT_DYNSYM
                | elf::SHT_REL
                | elf::SHT_RELA
                | elf::SHT_DYNAMIC
                | elf::SHT_INIT_ARRAY
                | elf::SHT_FINI_ARRAY
        );
        class.entry = (table && each > 0).then_some(each as usize);
        all.push(class);
        if name == ".debug_info" && !relocatable {
            crate::dwarf::attributes(content, &range, &mut all);
        }
    }
    let mut table = Class::one(
        "section headers",
        false,
        start as usize..start as usize + size * sections.len(),
    );
    table.entry = Some(size);
    all.push(table);
    gaps(content.len(), covered, mapped, &mut all);
    Some(all)
}

/// Object files have a section for each function: what is before the second dot.
fn family(name: &str) -> String {
    match name.match_indices('.').nth(1) {
        Some((at, _))
            if !name.starts_with(".rel")
                && !name.starts_with(".note")
                && !name.starts_with(".debug") =>
        {
            name[..at].to_owned()
        }
        _ if name.starts_with(".rela.debug") || name.starts_with(".rel.debug") => {
            ".rel[a] of debug information".to_owned()
        }
        _ if name.starts_with(".rela") || name.starts_with(".rel.") => {
            ".rel[a] of what is mapped".to_owned()
        }
        _ => name.to_owned(),
    }
}

/// Notes by owner and type, description apart from the rest (System V ABI, chapter 5).
fn notes(content: &[u8], little: bool, range: &Range<usize>, loaded: bool, all: &mut Vec<Class>) {
    let word = |at: usize| {
        let bytes: [u8; 4] = content.get(at..at + 4)?.try_into().ok()?;
        Some(if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        } as usize)
    };
    let mut at = range.start;
    while at < range.end {
        let (Some(owner), Some(size), Some(kind)) = (word(at), word(at + 4), word(at + 8)) else {
            break;
        };
        let name = content.get(at + 12..at + 12 + owner).unwrap_or_default();
        let name = String::from_utf8_lossy(name)
            .trim_end_matches('\0')
            .to_owned();
        let start = at + 12 + owner.next_multiple_of(4);
        let end = (start + size).min(range.end);
        let what = format!("note {name} {kind:#x}");
        all.push(Class::one(
            format!("{what}: header"),
            loaded,
            at..start.min(range.end),
        ));
        all.push(Class::one(
            format!("{what}: description"),
            loaded,
            start.min(range.end)..end,
        ));
        let next = end.next_multiple_of(4).min(range.end);
        all.push(Class::one(format!("{what}: padding"), loaded, end..next));
        at = next.max(at + 12);
    }
}

/// What neither a table nor a section covers.
fn gaps(
    size: usize,
    mut covered: Vec<Range<usize>>,
    mapped: impl Fn(usize) -> bool,
    all: &mut Vec<Class>,
) {
    covered.sort_by_key(|range| range.start);
    let mut reached = 0;
    for range in covered.into_iter().chain(std::iter::once(size..size)) {
        if range.start > reached {
            let between = reached..range.start.min(size);
            all.push(Class::one("between sections", mapped(reached), between));
        }
        reached = reached.max(range.end);
    }
}
