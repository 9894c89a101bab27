//! Nothing hides behind a thing of its name, and no two names are spelled alike.

use crate::elf_file::{
    DYN, PROGBITS, REL, file, relocations, section, symbol, symbols, told_apart,
};

/// Whatever sections are called, a flip in one that is mapped is seen.
#[test]
fn a_section_does_not_hide_behind_a_name() {
    for names in [
        ["a", "a", "a#2", ".text"],
        [
            "ELF header",
            "program headers",
            "section headers",
            "interface",
        ],
        [
            "debug information",
            "padding after a",
            "gap after a",
            "padding after debug information",
        ],
        ["a\u{fffd}", "a", "", "(unnamed)"],
        [".comment", ".gnu_debuglink", ".symtab", ".shstrtab"],
    ] {
        let mut sections = names
            .map(|name| section(name, PROGBITS, 2, &[1, 2, 3, 4, 5]))
            .to_vec();
        sections.push(section(".debug_info", PROGBITS, 0, &[9; 7]));
        let left = file(DYN, &sections, &[]);
        for index in 0..names.len() {
            let mut changed = sections.clone();
            changed[index].bytes[2] ^= 0x10;
            told_apart(&left, &file(DYN, &changed, &[]));
        }
    }
}

#[test]
fn symbols_whose_names_are_not_utf8_are_told_apart() {
    let object = |strings: &[u8]| {
        let code = section(".text", PROGBITS, 6, &[0; 8]);
        let [table, strings] = symbols(2, 0, &[symbol(1, 0x12, 1, 0)], strings);
        file(REL, &[code, table, strings], &[])
    };
    told_apart(&object(b"\0f\xff\0"), &object(b"\0f\xfe\0"));
    let strings = "\0f\u{fffd}\0".as_bytes();
    told_apart(&object(b"\0f\xff\0\0\0"), &object(strings));
}

#[test]
fn a_symbol_is_not_taken_for_a_word_of_ours() {
    let object = |index: u32, name: &[u8]| {
        let code = section(".text", PROGBITS, 6, &[0; 8]);
        let strings = [b"\0", name, b"\0"].concat();
        let entries = [symbol(0, 3, 1, 0), symbol(1, 0x10, 0, 0)];
        let [table, strings] = symbols(2, 1, &entries, &strings);
        let relocations = relocations(".rela.text", 2, 1, &[(0, 257, index)]);
        file(REL, &[code, table, strings, relocations], &[])
    };
    told_apart(&object(0, b"nothing"), &object(2, b"nothing"));
    told_apart(&object(1, b"section .text"), &object(2, b"section .text"));
}

/// Two sections of one name are two: a symbol, a relocation or a group that changes from one to the other is seen.
#[test]
fn sections_of_one_name_are_told_apart() {
    let object = |of_symbol: u16, member: u32, target: u32| {
        let code = section(".text", PROGBITS, 6, &[0; 8]);
        let [mut table, strings] = symbols(3, 0, &[symbol(1, 0x12, of_symbol, 0)], b"\0f\0");
        table.info = 1;
        let words = [1, member].map(u32::to_le_bytes).concat();
        let mut group = section(".group", 17, 0, &words);
        (group.link, group.info, group.entsize) = (3, 1, 4);
        let relocations = relocations(".rela.text", 3, target, &[(0, 257, 1)]);
        file(
            REL,
            &[code.clone(), code, table, strings, group, relocations],
            &[],
        )
    };
    let left = object(1, 1, 1);
    for right in [object(2, 1, 1), object(1, 2, 1), object(1, 1, 2)] {
        told_apart(&left, &right);
    }
}

#[test]
fn a_section_called_like_a_reserved_index_is_not_one() {
    let object = |index: u16| {
        let code = section("*ABS*", PROGBITS, 6, &[0; 8]);
        let [table, strings] = symbols(2, 1, &[symbol(1, 2, index, 0)], b"\0f\0");
        file(REL, &[code, table, strings], &[])
    };
    told_apart(&object(1), &object(0xfff1));
}
