//! Where order or a count means something, it is compared.

use crate::elf_file::{
    DYN, PROGBITS, REL, file, note, relocations, section, symbol, symbols, told_apart,
};
use crate::specimen::pair;
use crossproof_inspect::Options;
use crossproof_model::Level;

/// A program finds its own program headers in their order.
#[test]
fn the_order_of_segments_is_held() {
    let library = |segments: &[(u32, usize)]| {
        let text = section(".text", PROGBITS, 6, b"code");
        file(DYN, &[text.clone(), text], segments)
    };
    let (stack, relro) = ((0x6474_e551, 1), (0x6474_e552, 2));
    told_apart(&library(&[stack, relro]), &library(&[relro, stack]));
}

fn object(entries: &[(u64, u32, u32)]) -> Vec<u8> {
    let code = section(".text", PROGBITS, 6, &[0; 16]);
    let [table, strings] = symbols(2, 0, &[symbol(1, 0x10, 0, 0)], b"\0f\0");
    let relocations = relocations(".rela.text", 2, 1, entries);
    file(REL, &[code, table, strings, relocations], &[])
}

/// Relocations of one place are composed, and on some machines one completes the one before it.
#[test]
fn the_order_of_relocations_is_held() {
    told_apart(
        &object(&[(0, 35, 1), (0, 39, 1)]),
        &object(&[(0, 39, 1), (0, 35, 1)]),
    );
    told_apart(
        &object(&[(0, 5, 1), (8, 6, 1)]),
        &object(&[(8, 6, 1), (0, 5, 1)]),
    );
    let unsorted = [(8, 6, 1), (0, 5, 1), (4, 5, 1)];
    told_apart(
        &object(&unsorted),
        &object(&[(8, 6, 1), (4, 5, 1), (0, 5, 1)]),
    );
}

/// A linker takes the symbols before `sh_info` for local.
#[test]
fn the_count_of_local_symbols_is_held() {
    let object = |locals: u32| {
        let code = section(".text", PROGBITS, 6, &[0; 16]);
        let [table, strings] = symbols(2, locals, &[symbol(1, 0x12, 1, 0)], b"\0f\0");
        file(REL, &[code, table, strings], &[])
    };
    told_apart(&object(0), &object(1));
}

/// A detached debug file keeps the header of `.rela.plt`, which names a section by index, without its content.
#[test]
fn what_a_section_without_content_refers_to_is_held() {
    const NOBITS: u32 = 8;
    let file = |comment: bool, info: u32| {
        let mut sections = vec![section(".text", PROGBITS, 6, b"code")];
        sections.extend(comment.then(|| section(".comment", PROGBITS, 0, b"GCC")));
        sections.push(section(".got", PROGBITS, 0, &[]));
        sections.push(section(".rela.plt", NOBITS, 0, &[]));
        sections.last_mut().unwrap().info = info;
        file(DYN, &sections, &[])
    };
    told_apart(&file(false, 2), &file(false, 1));
    told_apart(&file(true, 3), &file(false, 1));
    // The same section by another index: a dropped one stands before it.
    let comparison = pair(&file(false, 2), &file(true, 3), &Options::default());
    assert_eq!(comparison.level(), Some(Level::Metadata));
}

/// Section indices too large for a symbol stand in a table by its index, so that its order means something.
#[test]
fn symbols_with_far_sections_keep_their_place() {
    let object = |names: [u32; 2]| {
        let code = section(".text", PROGBITS, 6, &[0; 16]);
        let entries = names.map(|name| symbol(name, 0x12, 0xffff, 0));
        let [table, strings] = symbols(3, 0, &entries, b"\0f\0g\0");
        let mut far = section(
            ".symtab_shndx",
            18,
            0,
            &[0_u32, 1, 2].map(u32::to_le_bytes).concat(),
        );
        (far.link, far.entsize) = (3, 4);
        file(REL, &[code.clone(), code, table, strings, far], &[])
    };
    told_apart(&object([1, 3]), &object([3, 1]));
}

/// Dynamic symbols without names are told apart by their place, by which relocations mean them.
#[test]
fn the_order_of_unnamed_dynamic_symbols_is_held() {
    let library = |values: [u64; 2]| {
        let entries = values.map(|value| symbol(0, 3, 2, value));
        let mut table = section(".dynsym", 11, 2, &[vec![0; 24], entries.concat()].concat());
        (table.link, table.info, table.entsize) = (2, 3, 24);
        // Program headers: one to load, one dynamic; the table comes first after them.
        let at = 64_u64 + 2 * 56;
        let dynamic = [6, at, 0, 0].map(u64::to_le_bytes).concat();
        let sections = [
            table,
            section(".dynstr", 3, 2, b"\0"),
            section(".dynamic", 6, 3, &dynamic),
        ];
        file(DYN, &sections, &[(2, 3)])
    };
    told_apart(&library([8, 16]), &library([16, 8]));
}

/// The segment of a package note is set aside as linkers write it; of any other the header counts.
#[test]
fn the_segment_of_a_package_note_is_held_to_what_linkers_write() {
    const NOTE_SEGMENT: u32 = 4;
    let library = |change: &dyn Fn(&mut [u8])| {
        let sections = [
            section(".note.ABI-tag", 7, 2, &note(b"GNU\0", 1, b"12345678")),
            section(
                ".note.package",
                7,
                2,
                &note(b"FDO\0", 0xcafe_1a7e, b"{\"a\":1}\0"),
            ),
        ];
        let mut bytes = file(DYN, &sections, &[(NOTE_SEGMENT, 1), (NOTE_SEGMENT, 2)]);
        let headers = &mut bytes[64..64 + 3 * 56];
        // Both are aligned to words.
        for segment in headers.chunks_exact_mut(56).skip(1) {
            segment[48] = 4;
        }
        change(headers);
        bytes
    };
    let plain = library(&|_| {});
    // Flags, physical address and alignment of the last header.
    for field in [4, 24, 48] {
        told_apart(&plain, &library(&|headers| headers[2 * 56 + field] ^= 1));
    }
    let exchanged = library(&|headers| {
        let (first, last) = headers[56..].split_at_mut(56);
        first.swap_with_slice(last);
    });
    told_apart(&plain, &exchanged);
}
