//! Debug information: trees, abbreviations, line programs and lists that ask for far more than they are long.

use super::elf::{Section, file, section};
use super::{Make, other};

pub const KINDS: &[(&str, Make)] = &[
    ("dwarf-nested", nested),
    ("dwarf-flat", flat),
    ("dwarf-units", units),
    ("dwarf-abbreviations-overlapping", abbreviations),
    ("dwarf-attributes-of-nothing", attributes_of_nothing),
    ("dwarf-strings-shared", strings_shared),
    ("dwarf-strings-of-small-units", strings_of_small_units),
    ("dwarf-line-rows", line_rows),
    ("dwarf-line-shared", line_shared),
    ("dwarf-line-overlapping", line_overlapping),
    ("dwarf-line-files-of-nothing", line_files_of_nothing),
    ("dwarf-ranges", ranges),
    ("dwarf-expression-nested", expression_nested),
    ("dwarf-compressed", compressed),
];

fn object(sections: Vec<(&'static str, Vec<u8>)>) -> Vec<u8> {
    let debug = |(name, content)| section(name, 1, content);
    file(3, &[], sections.into_iter().map(debug).collect())
}

/// A unit of DWARF 4 with this table of abbreviations.
fn unit(abbreviations: u32, entries: &[u8]) -> Vec<u8> {
    let mut out = (7 + entries.len() as u32).to_le_bytes().to_vec();
    out.extend([4, 0]);
    out.extend(abbreviations.to_le_bytes());
    out.push(8);
    out.extend(entries);
    out
}

/// Abbreviation 1 is a unit without attributes, 2 a lexical block with children, 3 a constant of one byte.
const PLAIN: &[u8] = &[
    1, 0x11, 1, 0, 0, 2, 0x0b, 1, 0, 0, 3, 0x0b, 0, 0x1c, 0x0b, 0, 0, 0,
];

fn nested(v: u8) -> Vec<u8> {
    let deep = 3_900_000;
    let mut entries = vec![1];
    entries.extend(vec![2; deep]);
    entries.extend([3, v]);
    entries.extend(vec![0; deep + 1]);
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", PLAIN.to_vec()),
    ])
}

fn flat(v: u8) -> Vec<u8> {
    let count = 3_900_000;
    let mut entries = vec![1];
    (0..count).for_each(|n| entries.extend([3, u8::from(other(v, n, count))]));
    entries.push(0);
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", PLAIN.to_vec()),
    ])
}

fn units(v: u8) -> Vec<u8> {
    let count = 500_000;
    let one = |n| unit(0, &[1, 3, u8::from(other(v, n, count)), 0]);
    let all = (0..count).flat_map(one).collect();
    object(vec![
        (".debug_info", all),
        (".debug_abbrev", PLAIN.to_vec()),
    ])
}

fn abbreviations(v: u8) -> Vec<u8> {
    // One abbreviation of five bytes after the other, in which a table begins with each.
    let count = 400_000_u32;
    let mut table = Vec::new();
    for n in 0..count {
        let code = [
            0x80 | (n & 0x7f) as u8,
            0x80 | (n >> 7 & 0x7f) as u8,
            (n >> 14) as u8 | 0x40,
        ];
        table.extend(code);
        table.extend([0x11, 0, 0, 0]);
    }
    table.push(0);
    let one = |n: u32| {
        unit(
            n * 7,
            &[
                0x80 | (n & 0x7f) as u8,
                0x80 | (n >> 7 & 0x7f) as u8,
                (n >> 14) as u8 | 0x40,
            ],
        )
    };
    let mut all: Vec<u8> = (0..count).step_by(14).flat_map(one).collect();
    all.extend(unit(0, &[0; 3]));
    if let Some(last) = all.last_mut() {
        *last = 0x80 & v;
    }
    table[5] = 0;
    object(vec![
        (".debug_info", all),
        (".debug_abbrev", table),
        (".debug_x", vec![v]),
    ])
}

fn attributes_of_nothing(v: u8) -> Vec<u8> {
    // Entries of one byte with a million attributes that take none.
    let mut table = vec![1, 0x11, 1, 0, 0, 2, 0x0b, 0];
    (0..1_000_000).for_each(|_| table.extend([0x3c, 0x19]));
    table.extend([0, 0, 3, 0x0b, 0, 0x1c, 0x0b, 0, 0, 0]);
    let mut entries = vec![1];
    entries.extend(vec![2; 4_000_000]);
    entries.extend([3, v, 0]);
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", table),
    ])
}

/// Abbreviation 1 is a unit, 2 an entry with a name in `.debug_str`.
const NAMED: &[u8] = &[1, 0x11, 1, 0, 0, 2, 0x34, 0, 0x03, 0x0e, 0, 0, 0];

fn strings_shared(v: u8) -> Vec<u8> {
    let count = 1_000_000;
    let mut entries = vec![1];
    for n in 0..count {
        entries.push(2);
        entries.extend(u32::from(other(v, n, count)).to_le_bytes());
    }
    entries.push(0);
    let strings = [&[b'a'; 1 << 20][..], &[0]].concat();
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", NAMED.to_vec()),
        (".debug_str", strings),
    ])
}

fn strings_of_small_units(v: u8) -> Vec<u8> {
    let count = 70_000;
    let one = |n| {
        let mut entries = vec![1];
        for _ in 0..15 {
            entries.push(2);
            entries.extend(u32::from(other(v, n, count)).to_le_bytes());
        }
        entries.push(0);
        unit(0, &entries)
    };
    let strings = [&[b'a'; 60_000][..], &[0]].concat();
    object(vec![
        (".debug_info", (0..count).flat_map(one).collect()),
        (".debug_abbrev", NAMED.to_vec()),
        (".debug_str", strings),
    ])
}

/// A line program of DWARF 4 with this program.
fn program(code: &[u8]) -> Vec<u8> {
    let header = [
        &[1, 1, 1, 0xfb, 14, 13][..],
        &[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1],
        &[0, b'f', 0, 0, 0, 0, 0],
    ]
    .concat();
    let mut out = (6 + header.len() as u32 + code.len() as u32)
        .to_le_bytes()
        .to_vec();
    out.extend([4, 0]);
    out.extend((header.len() as u32).to_le_bytes());
    out.extend(header);
    out.extend(code);
    out
}

/// Abbreviation 1 is a unit with a line program and a folder.
const LINED: &[u8] = &[1, 0x11, 0, 0x10, 0x17, 0x1b, 0x08, 0, 0, 0];

fn lined(at: u32, folder: &str) -> Vec<u8> {
    let mut entries = vec![1];
    entries.extend(at.to_le_bytes());
    entries.extend(folder.bytes().chain([0]));
    unit(0, &entries)
}

fn line_rows(v: u8) -> Vec<u8> {
    let count = 8_000_000;
    let mut code: Vec<u8> = (0..count)
        .map(|n| 20 + u8::from(other(v, n, count)))
        .collect();
    code.extend([0, 1, 1]);
    object(vec![
        (".debug_info", lined(0, "/")),
        (".debug_abbrev", LINED.to_vec()),
        (".debug_line", program(&code)),
    ])
}

fn line_shared(v: u8) -> Vec<u8> {
    // Forty thousand units in folders of their own with one program.
    let mut code = vec![20; 4_000_000];
    code.extend([20 + v, 0, 1, 1]);
    object(vec![
        (
            ".debug_info",
            (0..40_000)
                .flat_map(|n| lined(0, &format!("/{n:x}")))
                .collect(),
        ),
        (".debug_abbrev", LINED.to_vec()),
        (".debug_line", program(&code)),
    ])
}

fn line_overlapping(v: u8) -> Vec<u8> {
    // Programs that begin within each other and all reach to the end.
    let count = 100_000;
    let mut lines = Vec::new();
    let each = program(&[]).len();
    for n in 0..count {
        let mut one = program(&[]);
        let length = ((count - n) * each) as u32;
        one[..4].copy_from_slice(&(length - 4).to_le_bytes());
        lines.extend(one);
    }
    let last = lines.len() - 1;
    lines[last] = v;
    object(vec![
        (
            ".debug_info",
            (0..count)
                .flat_map(|n| lined((n * each) as u32, "/"))
                .collect(),
        ),
        (".debug_abbrev", LINED.to_vec()),
        (".debug_line", lines),
    ])
}

fn line_files_of_nothing(v: u8) -> Vec<u8> {
    // DWARF 5: a table of files that say nothing, and very many of them.
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    // Folders: no format, none. Files: no format, 2^40 of them.
    header.extend([0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
    let mut out = (8 + header.len() as u32 + 1).to_le_bytes().to_vec();
    out.extend([5, 0, 8, 0]);
    out.extend((header.len() as u32).to_le_bytes());
    out.extend(header);
    out.push(v);
    object(vec![
        (".debug_info", lined(0, "/")),
        (".debug_abbrev", LINED.to_vec()),
        (".debug_line", out),
    ])
}

fn ranges(v: u8) -> Vec<u8> {
    // A million entries whose lists of ranges all begin at another place of one long list.
    let abbreviations = [1, 0x11, 1, 0, 0, 2, 0x0b, 0, 0x55, 0x17, 0, 0, 0];
    let mut entries = vec![1];
    for n in 0..800_000_u32 {
        entries.push(2);
        entries.extend((n % 250_000 * 16).to_le_bytes());
    }
    entries.push(0);
    let mut list: Vec<u8> = [1_u64, 2].map(u64::to_le_bytes).concat().repeat(250_000);
    list[3] = v;
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", abbreviations.to_vec()),
        (".debug_ranges", list),
    ])
}

fn expression_nested(v: u8) -> Vec<u8> {
    // DW_OP_entry_value within DW_OP_entry_value, as deep as there is room.
    let mut sizes = Vec::new();
    let mut size = 1_usize;
    while size < 7_000_000 {
        sizes.push(size);
        size += 1 + (usize::BITS - size.leading_zeros()).div_ceil(7) as usize;
    }
    let mut expression = Vec::with_capacity(size);
    for inner in sizes.iter().rev() {
        expression.push(0xa3);
        leb(*inner, &mut expression);
    }
    expression.push(0x30 + v);
    let abbreviations = [1, 0x11, 1, 0, 0, 2, 0x34, 0, 0x02, 0x18, 0, 0, 0];
    let mut entries = vec![1, 2];
    leb(expression.len(), &mut entries);
    entries.extend(expression);
    entries.push(0);
    object(vec![
        (".debug_info", unit(0, &entries)),
        (".debug_abbrev", abbreviations.to_vec()),
    ])
}

fn leb(mut n: usize, out: &mut Vec<u8>) {
    loop {
        let low = (n & 0x7f) as u8;
        n >>= 7;
        if n == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

fn compressed(v: u8) -> Vec<u8> {
    // Nearly a gigabyte of zeros in a section of a megabyte.
    let size = 1_000_000_000_usize;
    let mut content = [1_u64, size as u64, 1].map(u64::to_le_bytes).concat();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut content, flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    let mut left = size - 1;
    while left > 0 {
        let now = left.min(zeros.len());
        std::io::Write::write_all(&mut encoder, &zeros[..now]).expect("memory takes all");
        left -= now;
    }
    std::io::Write::write_all(&mut encoder, &[v]).expect("memory takes all");
    encoder.finish().expect("memory takes all");
    let info = Section {
        flags: 0x800,
        ..section(".debug_info", 1, content)
    };
    file(3, &[], vec![info])
}
