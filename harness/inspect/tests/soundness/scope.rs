//! A rule reaches no further than what it was justified for, whatever a section table says.

use crate::elf_file::{
    DYN, NOTE, PROGBITS, REL, STRTAB, file, note, relocations, section, symbol, symbols, told_apart,
};

const PT_NOTE: u32 = 4;

/// To a linker relocations are relocations, even if their section is called `.comment`.
#[test]
fn a_comment_of_another_type_is_no_comment() {
    for name in [".comment", ".gnu_debuglink", ".debug_x"] {
        let object = |kind: u32| {
            let code = section(".text", PROGBITS, 6, &[0; 8]);
            let [table, strings] = symbols(2, 0, &[symbol(1, 0x10, 0, 0)], b"\0f\0");
            let relocations = relocations(name, 2, 1, &[(0, kind, 1)]);
            file(REL, &[code, table, strings, relocations], &[])
        };
        told_apart(&object(257), &object(258));
    }
}

/// Data that a section table calls the dynamic symbol table are data: the loader finds its own.
#[test]
fn data_called_symbols_are_data() {
    let library = |index: u16| {
        let table = [vec![0; 24], symbol(0, 0x12, index, 0)].concat();
        let mut data = section(".data", 11, 3, &table);
        (data.link, data.entsize) = (2, 24);
        let strings = section(".dynstr", STRTAB, 2, b"\0");
        let one = section(".x", PROGBITS, 2, b"1");
        file(DYN, &[data, strings, one.clone(), one], &[])
    };
    told_apart(&library(3), &library(4));
}

/// A section that calls itself a note is one only if the program headers say so too.
#[test]
fn data_called_a_note_are_data() {
    for (owner, kind) in [(&b"GNU\0"[..], 3), (b"FDO\0", 0xcafe_1a7e)] {
        let library = |description: &[u8], segments: &[(u32, usize)]| {
            let data = section(".rodata", NOTE, 2, &note(owner, kind, description));
            file(
                DYN,
                &[data, section(".text", PROGBITS, 6, b"code")],
                segments,
            )
        };
        told_apart(&library(b"1234", &[]), &library(b"1235", &[]));
        told_apart(
            &library(b"1234", &[(PT_NOTE, 2)]),
            &library(b"1235", &[(PT_NOTE, 2)]),
        );
    }
}

/// The owner's terminator counts, and so does the order of notes beside a build-id.
#[test]
fn only_the_description_of_a_build_id_is_set_aside() {
    let library = |notes: &[Vec<u8>]| {
        let notes = section(".note", NOTE, 2, &notes.concat());
        file(
            DYN,
            &[notes, section(".text", PROGBITS, 6, b"code")],
            &[(PT_NOTE, 1)],
        )
    };
    let (id, tag) = (note(b"GNU\0", 3, &[7; 20]), note(b"GNU\0", 1, &[0; 16]));
    told_apart(
        &library(std::slice::from_ref(&id)),
        &library(&[note(b"GNU", 3, &[7; 20])]),
    );
    told_apart(
        &library(&[id.clone(), tag.clone()]),
        &library(&[tag.clone(), id.clone()]),
    );
    told_apart(
        &library(&[id.clone(), tag]),
        &library(&[id, note(b"GNU\0", 1, &[1; 16])]),
    );
}

/// Relocations that a linked file kept for its debug information are compared, not only claimed.
#[test]
fn kept_relocations_of_debug_information_are_compared() {
    for kind in [DYN, REL] {
        let linked = |relocation: (u64, u32, u32)| {
            let code = section(".text", PROGBITS, 6, b"code");
            let debug = section(".debug_line_str", PROGBITS, 0, b"x\0y\0zzzzzzzz");
            let [table, strings] = symbols(3, 1, &[symbol(0, 3, 2, 0)], b"\0");
            let relocations = relocations(".rela.debug_line_str", 3, 2, &[relocation]);
            file(kind, &[code, debug, table, strings, relocations], &[])
        };
        told_apart(&linked((0, 257, 1)), &linked((0, 258, 1)));
    }
}

/// Where relocations of debug information cannot be followed, their bytes count.
#[test]
fn relocations_that_cannot_be_followed_count_as_they_stand() {
    let object = |addends: [u64; 2], name: u32| {
        let debug = section(".debug_info", PROGBITS, 0, &[0; 16]);
        let [table, strings] = symbols(2, 1, &[symbol(name, 3, 1, 0)], b"\0");
        // Two relocations for one place, as some machines compose them.
        let mut relocations = relocations(".rela.debug_info", 2, 1, &[(0, 257, 1), (0, 258, 1)]);
        for (entry, addend) in relocations.bytes.chunks_exact_mut(24).zip(addends) {
            entry[16..].copy_from_slice(&addend.to_le_bytes());
        }
        file(REL, &[debug, table, strings, relocations], &[])
    };
    told_apart(&object([1, 2], 0), &object([3, 2], 0));
    told_apart(&object([1, 2], 0), &object([1, 3], 0));
    // A symbol whose name stands nowhere.
    told_apart(&object([1, 2], 99), &object([3, 2], 99));
}
