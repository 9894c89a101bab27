//! From either side the same is found.

use crate::elf_file::{DYN, PROGBITS, file, section, symbol, symbols, told_apart};
use crate::specimen::pair;
use crossproof_inspect::Options;

/// The same keys, places and levels from either side.
fn mirrored(left: &[u8], right: &[u8]) {
    let found = |one: &[u8], other: &[u8]| {
        let comparison = pair(one, other, &Options::default());
        let differences = comparison.differences.iter();
        let mut found: Vec<_> = differences
            .map(|d| (d.key.to_string(), d.place.to_string(), d.allows))
            .collect();
        found.sort();
        (comparison.level(), found)
    };
    let mut back = found(right, left);
    for (key, _, _) in &mut back.1 {
        let turned = match key.strip_suffix("only-left") {
            Some(head) => format!("{head}only-right"),
            None => key.replace("only-right", "only-left"),
        };
        *key = turned;
    }
    back.1.sort();
    assert_eq!(found(left, right), back);
}

/// A header may call data code on one side: an object of `.bss` in a copy of a library came out as a function
/// from that side alone.
#[test]
fn data_that_one_side_calls_code() {
    const NOBITS: u32 = 8;
    for kind in [NOBITS, PROGBITS] {
        let library = |flags: u64| {
            let text = section(
                ".text",
                PROGBITS,
                6,
                &[0x1f, 0x20, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6],
            );
            let data = section(".bss", kind, flags, &[0; 8]);
            let [table, strings] = symbols(3, 1, &[symbol(1, 1, 2, 128)], b"\0calls\0");
            file(DYN, &[text, data, table, strings], &[])
        };
        told_apart(&library(3), &library(7));
        mirrored(&library(3), &library(7));
    }
}

/// What is the same under another name on each side goes by the one name, whichever side it is on: one byte in
/// a header that makes a table of names begin elsewhere had functions told by the left side's names.
#[test]
fn functions_of_the_same_code_under_other_names() {
    let library = |names: &'static [u8], hint: u8| {
        // A call to what stands right behind, which has neither the same name nor the same code.
        let code = [0x01, 0, 0, 0x94, hint, 0x20, 0x03, 0xd5];
        let text = section(".text", PROGBITS, 6, &code);
        // The first section stands behind the header and one segment.
        let all = [symbol(1, 2, 1, 120), symbol(7, 2, 1, 124)];
        let [table, strings] = symbols(2, 2, &all, names);
        file(DYN, &[text, table, strings], &[])
    };
    mirrored(
        &library(b"\0first\0later\0", 0x1f),
        &library(b"\0other\0named\0", 0x3f),
    );
}
