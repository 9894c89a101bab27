//! ELF files with very many sections over the same bytes.

use super::elf::{Section, section, symbol, with_symbols, with_table};
use super::{Make, other};

pub const KINDS: &[(&str, Make)] = &[
    ("elf-8000-sections-over-one-range", |v| {
        over_one_range(1, 0, 8_000, &[7; 100_000], v)
    }),
    ("elf-80000-sections-over-one-range", |v| {
        over_one_range(1, 0, 80_000, &[7; 1_000_000], v)
    }),
    ("elf-symbol-tables-over-one-range", |v| {
        over_one_range(2, 24, 20_000, &[0; 2_400_000], v)
    }),
    ("elf-relocations-over-one-range", |v| {
        over_one_range(4, 24, 20_000, &[0; 2_400_000], v)
    }),
    ("elf-notes-over-one-range", |v| {
        over_one_range(7, 0, 20_000, &[0; 2_400_000], v)
    }),
    ("elf-dynsym-over-one-range", |v| {
        over_one_range(11, 24, 20_000, &[0; 2_400_000], v)
    }),
    ("elf-verneed-over-one-range", |v| {
        over_one_range(0x6fff_fffe, 0, 20_000, &[0; 2_400_000], v)
    }),
    ("elf-long-section-names", long_names),
    ("elf-groups", groups),
    ("elf-groups-overlapping", groups_overlapping),
];

/// A file of so many sections of a type, all over `bytes`, whose last is another in the variant.
pub fn over_one_range(kind: u32, entsize: u64, count: usize, bytes: &[u8], v: u8) -> Vec<u8> {
    let names = b"\0x\0.shstrtab\0";
    let mut body = bytes.to_vec();
    if let Some(last) = body.last_mut() {
        *last ^= v;
    }
    body.resize(body.len().next_multiple_of(8), 0);
    let names_at = 64 + body.len();
    body.extend(names);
    body.resize(body.len().next_multiple_of(8), 0);
    let mut table = vec![0; 64];
    let mut add = |name: u32, kind: u32, at: usize, size: usize, link: u32, entsize: u64| {
        table.extend([name, kind].map(u32::to_le_bytes).concat());
        table.extend(
            [0, 0, at as u64, size as u64]
                .map(u64::to_le_bytes)
                .concat(),
        );
        table.extend([link, 1].map(u32::to_le_bytes).concat());
        table.extend([1, entsize].map(u64::to_le_bytes).concat());
    };
    for _ in 0..count {
        add(1, kind, 64, bytes.len(), 1, entsize);
    }
    add(3, 3, names_at, names.len(), 0, 0);
    with_table(1, &[], &body, count + 2, &table, count + 1)
}

fn long_names(v: u8) -> Vec<u8> {
    let count = 45_000;
    let mut body = [&[b'a'; 4090][..], &[0]].concat();
    body[4089] ^= v;
    body.resize(body.len().next_multiple_of(8), 0);
    let mut table = vec![0; 64];
    for n in 0..=count {
        let kind = if n == count { 3 } else { 1_u32 };
        table.extend([n as u32 % 100, kind].map(u32::to_le_bytes).concat());
        let size = if n == count { 4091 } else { 0 };
        table.extend([0, 0, 64, size].map(u64::to_le_bytes).concat());
        table.extend([0; 24]);
    }
    with_table(1, &[], &body, count + 2, &table, count + 1)
}

fn groups(v: u8) -> Vec<u8> {
    let count = 90_000;
    let mut sections = Vec::new();
    for n in 0..count {
        let words = [1, 1 + u32::from(other(v, n, count))];
        let content = words.map(u32::to_le_bytes).concat();
        sections.push(Section {
            link: 3,
            info: 1,
            entsize: 4,
            ..section(".group", 17, content)
        });
    }
    let symbols = [vec![0; 24], symbol(1, 0x12, 0, 0)].concat();
    with_symbols(1, 2, b"\0f\0".to_vec(), symbols, sections)
}

fn groups_overlapping(v: u8) -> Vec<u8> {
    // Sixty thousand groups of the same half a million members.
    let words: Vec<u8> = std::iter::repeat_n(1_u32, 500_000)
        .flat_map(u32::to_le_bytes)
        .collect();
    over_one_range(17, 4, 60_000, &words, v)
}
