//! ELF files: tables that are large, overlap or refer to one long string over and over.

use super::{Make, other};

pub const KINDS: &[(&str, Make)] = &[
    ("elf-symbols-of-one-name", symbols_of_one_name),
    ("elf-symbols-one-long-name", symbols_one_long_name),
    ("elf-symbols-overlapping-names", symbols_overlapping_names),
    ("elf-object-symbols", object_symbols),
    ("elf-dynamic-symbols", dynamic_symbols),
    ("elf-relocations", relocations),
    ("elf-relocations-of-a-long-name", relocations_of_a_long_name),
    ("elf-notes", notes),
    ("elf-needed-long", needed_long),
    ("elf-interpreters", interpreters),
    ("elf-segments", segments),
    ("elf-segments-and-sections", segments_and_sections),
    ("elf-versions", versions),
    ("elf-hash-loops", hash_loops),
];

/// A section to be: name, type, flags, address, content, link, info, size of an entry.
#[derive(Clone, Default)]
pub struct Section {
    pub name: &'static str,
    pub kind: u32,
    pub flags: u64,
    pub addr: u64,
    pub content: Vec<u8>,
    pub link: u32,
    pub info: u32,
    pub entsize: u64,
}

pub fn section(name: &'static str, kind: u32, content: Vec<u8>) -> Section {
    Section {
        name,
        kind,
        content,
        ..Section::default()
    }
}

/// A segment: type, flags, and what of the file.
pub struct Segment(pub u32, pub u32, pub u64, pub u64);

/// A file of AArch64: header, segments, content of the sections, their table. The names' table is put last.
pub fn file(kind: u16, segments: &[Segment], mut sections: Vec<Section>) -> Vec<u8> {
    let mut names = vec![0];
    let mut named = Vec::new();
    sections.push(section(".shstrtab", 3, Vec::new()));
    for section in &sections {
        named.push(names.len() as u32);
        names.extend(section.name.bytes().chain([0]));
    }
    let last = sections.len() - 1;
    sections[last].content = names;
    let start = 64 + 56 * segments.len();
    let mut body = Vec::new();
    let mut table = vec![0; 64];
    for (section, name) in sections.iter().zip(&named) {
        body.resize((body.len() + start).next_multiple_of(8) - start, 0);
        let at = (start + body.len()) as u64;
        table.extend([*name, section.kind].map(u32::to_le_bytes).concat());
        let size = section.content.len() as u64;
        let addr = if section.flags & 2 != 0 && section.addr == 0 {
            at
        } else {
            section.addr
        };
        table.extend(
            [section.flags, addr, at, size]
                .map(u64::to_le_bytes)
                .concat(),
        );
        table.extend([section.link, section.info].map(u32::to_le_bytes).concat());
        table.extend([1, section.entsize].map(u64::to_le_bytes).concat());
        body.extend(&section.content);
    }
    body.resize((body.len() + start).next_multiple_of(8) - start, 0);
    with_table(kind, segments, &body, sections.len() + 1, &table, last + 1)
}

/// The same of ready parts.
pub fn with_table(
    kind: u16,
    segments: &[Segment],
    body: &[u8],
    count: usize,
    table: &[u8],
    names: usize,
) -> Vec<u8> {
    let at = (64 + 56 * segments.len() + body.len()) as u64;
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend([kind, 183].map(u16::to_le_bytes).concat());
    out.extend(1_u32.to_le_bytes());
    out.extend([0, 64, at].map(u64::to_le_bytes).concat());
    out.extend(0_u32.to_le_bytes());
    let escaped = |n: usize, most: usize, escape: u16| if n < most { n as u16 } else { escape };
    let counts = [
        64,
        56,
        escaped(segments.len(), 0xffff, 0xffff),
        64,
        escaped(count, 0xff00, 0),
        escaped(names, 0xff00, 0xffff),
    ];
    out.extend(counts.map(u16::to_le_bytes).concat());
    for Segment(kind, flags, offset, size) in segments {
        out.extend([*kind, *flags].map(u32::to_le_bytes).concat());
        let words = [*offset, *offset, *offset, *size, *size, 1];
        out.extend(words.map(u64::to_le_bytes).concat());
    }
    out.extend(body);
    let mut table = table.to_vec();
    // What is too large for the header stands in section 0.
    table[32..40].copy_from_slice(&(count as u64).to_le_bytes());
    table[40..44].copy_from_slice(&(names as u32).to_le_bytes());
    table[44..48].copy_from_slice(&(segments.len() as u32).to_le_bytes());
    out.extend(table);
    out
}

/// A symbol: name, info, section, value.
pub fn symbol(name: u32, info: u8, section: u16, value: u64) -> Vec<u8> {
    let mut out = name.to_le_bytes().to_vec();
    out.extend([info, 0]);
    out.extend(section.to_le_bytes());
    out.extend([value, 4].map(u64::to_le_bytes).concat());
    out
}

pub fn with_symbols(
    kind: u16,
    table: u32,
    strings: Vec<u8>,
    symbols: Vec<u8>,
    more: Vec<Section>,
) -> Vec<u8> {
    let mut all = vec![
        section(".text", 1, vec![0; 64]),
        section(".strtab", 3, strings),
    ];
    all[0].flags = 6;
    all.push(Section {
        link: 2,
        info: 1,
        entsize: 24,
        ..section(".symtab", table, symbols)
    });
    all.extend(more);
    file(kind, &[], all)
}

fn many_symbols(count: usize, v: u8, info: u8, name: impl Fn(usize) -> u32) -> Vec<u8> {
    let mut symbols = vec![0; 24];
    for n in 0..count {
        let value = n as u64 * 4 + u64::from(other(v, n, count));
        symbols.extend(symbol(name(n), info, 1, value));
    }
    symbols
}

fn symbols_of_one_name(v: u8) -> Vec<u8> {
    with_symbols(
        3,
        2,
        b"\0same\0".to_vec(),
        many_symbols(340_000, v, 1, |_| 1),
        Vec::new(),
    )
}

fn symbols_one_long_name(v: u8) -> Vec<u8> {
    let strings = [&[0][..], &[b'a'; 60_000], &[0]].concat();
    with_symbols(3, 2, strings, many_symbols(2_000, v, 1, |_| 1), Vec::new())
}

fn symbols_overlapping_names(v: u8) -> Vec<u8> {
    let strings = [&[0][..], &[b'a'; 1000], &[0]].concat();
    let symbols = many_symbols(120_000, v, 1, |n| 1 + (n % 500) as u32);
    let body = vec![section(".more", 1, vec![1; 5 << 20])];
    with_symbols(3, 2, strings, symbols, body)
}

fn object_symbols(v: u8) -> Vec<u8> {
    let mut strings = vec![0];
    let mut at = Vec::new();
    for n in 0..200_000 {
        at.push(strings.len() as u32);
        strings.extend(format!("s{n:x}\0").bytes());
    }
    let symbols = many_symbols(200_000, v, 0x11, |n| at[n]);
    with_symbols(1, 2, strings, symbols, Vec::new())
}

fn dynamic_symbols(v: u8) -> Vec<u8> {
    let symbols = many_symbols(330_000, v, 0x12, |_| 1);
    let mut all = vec![Section {
        flags: 2,
        ..section(".dynstr", 3, b"\0f\0".to_vec())
    }];
    all.push(Section {
        flags: 2,
        link: 1,
        info: 1,
        entsize: 24,
        ..section(".dynsym", 11, symbols)
    });
    file(3, &[Segment(1, 5, 0, 64)], all)
}

fn relocation(n: usize, addend: u64) -> Vec<u8> {
    [n as u64 * 8, 1 << 32 | 257, addend]
        .map(u64::to_le_bytes)
        .concat()
}

fn with_relocations(count: usize, v: u8, strings: Vec<u8>) -> Vec<u8> {
    let all = (0..count)
        .flat_map(|n| relocation(n, u64::from(other(v, n, count))))
        .collect();
    let relocations = Section {
        link: 3,
        info: 1,
        entsize: 24,
        ..section(".rela.text", 4, all)
    };
    let symbols = [vec![0; 24], symbol(1, 0x12, 0, 0)].concat();
    with_symbols(1, 2, strings, symbols, vec![relocations])
}

fn relocations(v: u8) -> Vec<u8> {
    with_relocations(345_000, v, b"\0f\0".to_vec())
}

fn relocations_of_a_long_name(v: u8) -> Vec<u8> {
    with_relocations(300_000, v, [&[0][..], &[b'a'; 60_000], &[0]].concat())
}

fn notes(v: u8) -> Vec<u8> {
    let count = 650_000;
    let note = |n| {
        [0, 0, n as u32 + u32::from(other(v, n, count))]
            .map(u32::to_le_bytes)
            .concat()
    };
    let notes = (0..count).flat_map(note).collect();
    file(3, &[], vec![section(".note.x", 7, notes)])
}

fn needed_long(v: u8) -> Vec<u8> {
    let strings = [&[0][..], &[b'a'; 60_000], &[0]].concat();
    let count = 450_000_u64;
    let at = 64 + 56 * 2;
    let strings_at = at + (count + 2) * 16;
    let mut table = [5, strings_at].map(u64::to_le_bytes).concat();
    for n in 0..count {
        let shift = u64::from(other(v, n as usize, count as usize));
        table.extend([1, 1 + shift].map(u64::to_le_bytes).concat());
    }
    table.extend([0; 16]);
    let size = table.len() as u64;
    let whole = strings_at + strings.len() as u64;
    let segments = [Segment(1, 4, 0, whole), Segment(2, 4, at, size)];
    file(
        3,
        &segments,
        vec![section(".dynamic", 6, [table, strings].concat())],
    )
}

fn interpreters(v: u8) -> Vec<u8> {
    let count = 60_000;
    let start = 64 + 56 * count as u64;
    let segments: Vec<_> = (0..count)
        .map(|n| Segment(3, 4, start + u64::from(other(v, n, count)), 60_000))
        .collect();
    file(
        3,
        &segments,
        vec![section(
            ".interp",
            1,
            [&[b'a'; 60_000][..], &[0; 16]].concat(),
        )],
    )
}

fn segments(v: u8) -> Vec<u8> {
    let count = 140_000;
    let segments: Vec<_> = (0..count)
        .map(|n| {
            Segment(
                if n % 2 == 0 { 1 } else { 4 },
                4,
                64 + n as u64,
                8 + u64::from(other(v, n, count)),
            )
        })
        .collect();
    file(3, &segments, vec![section(".x", 1, vec![1; 64])])
}

fn segments_and_sections(v: u8) -> Vec<u8> {
    let count = 60_000;
    let segments: Vec<_> = (0..count)
        .map(|n| Segment(1, 4, 64 + 8 * n as u64, 1 + u64::from(other(v, n, count))))
        .collect();
    let mut all = vec![section(".x", 1, b"12345678".to_vec()); 60_000];
    all[59_999].content[0] = v;
    file(3, &segments, all)
}

fn versions(v: u8) -> Vec<u8> {
    let count = 400_000;
    // Each record needs nothing but names the next.
    let mut all = Vec::new();
    for n in 0..count {
        let next = if n + 1 == count { 0 } else { 20 };
        all.extend([1, 2, n as u16, 1].map(u16::to_le_bytes).concat());
        all.extend([0, 0, next].map(u32::to_le_bytes).concat());
    }
    let all = Section {
        flags: 2,
        link: 1,
        ..section(".gnu.version_d", 0x6fff_fffd, all)
    };
    let strings = [&[0][..], &[b'a'; 60_000], &[v, 0]].concat();
    let strings = Section {
        flags: 2,
        ..section(".dynstr", 3, strings)
    };
    let table = Section {
        flags: 2,
        link: 1,
        entsize: 24,
        ..section(".dynsym", 11, vec![0; 24])
    };
    file(3, &[], vec![strings, table, all])
}

fn hash_loops(v: u8) -> Vec<u8> {
    // Every chain leads to itself.
    let count = 900_000_u32;
    let mut table = [count, count].map(u32::to_le_bytes).concat();
    (0..2 * count).for_each(|n| table.extend((n % count).to_le_bytes()));
    table[9] = v;
    let hash = Section {
        flags: 2,
        link: 3,
        entsize: 4,
        ..section(".hash", 5, table)
    };
    let strings = Section {
        flags: 2,
        ..section(".dynstr", 3, b"\0f\0".to_vec())
    };
    let symbols = [vec![0; 24], symbol(1, 0x12, 1, 0)].concat();
    let symbols = Section {
        flags: 2,
        link: 3,
        info: 1,
        entsize: 24,
        ..section(".dynsym", 11, symbols)
    };
    let at = [64 + 56 * 2 + 64, 0, 0];
    let hash_at = at[0];
    let strings_at = (hash_at + hash.content.len() as u64).next_multiple_of(8);
    let symbols_at = (strings_at + 3).next_multiple_of(8);
    let dynamic_at = symbols_at + 48;
    let entries = [
        [4, hash_at],
        [5, strings_at],
        [6, symbols_at],
        [10, 3],
        [11, 24],
        [0, 0],
    ];
    let table = entries.map(|e| e.map(u64::to_le_bytes).concat()).concat();
    let size = table.len() as u64;
    let dynamic = Section {
        flags: 2,
        link: 3,
        entsize: 16,
        ..section(".dynamic", 6, table)
    };
    let text = Section {
        flags: 6,
        ..section(".text", 1, vec![0x1f; 64])
    };
    let segments = [
        Segment(1, 5, 0, dynamic_at + size),
        Segment(2, 4, dynamic_at, size),
    ];
    file(3, &segments, vec![text, hash, strings, symbols, dynamic])
}
