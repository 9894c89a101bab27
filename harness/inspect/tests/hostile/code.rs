//! Machine code that means nothing: its ways lead anywhere, so that following them does not settle.

use super::elf::{Section, Segment, file, section};
use super::{Make, noise};

pub const KINDS: &[(&str, Make)] = &[
    ("elf-code-noise", |v| linked(code_noise(v), &[])),
    ("elf-code-branches", |v| linked(branches(8_000_000, v), &[])),
    ("elf-code-functions", |v| {
        let code = branches(7_000_000, v);
        let starts: Vec<u64> = (0..code.len() as u64).step_by(4096).collect();
        linked(code, &starts)
    }),
    ("elf-code-functions-small", |v| {
        let code = branches(4_000_000, v);
        let starts: Vec<u64> = (0..code.len() as u64).step_by(64).collect();
        linked(code, &starts)
    }),
    ("elf-code-32-noise", |v| linked_32(code_noise(v))),
    ("elf-code-32-branches", |v| linked_32(branches_32(v))),
];

/// A linked file of AArch64, with a function at each of these places in its code.
fn linked(code: Vec<u8>, starts: &[u64]) -> Vec<u8> {
    let size = 64 + 56 + code.len() as u64;
    let mut symbols = vec![0; 24];
    let ends = starts.iter().skip(1).copied().chain([code.len() as u64]);
    for (start, end) in starts.iter().zip(ends) {
        symbols.extend(1_u32.to_le_bytes());
        symbols.extend([0x12, 0, 1, 0]);
        symbols.extend(
            [64 + 56 + start, end - start]
                .map(u64::to_le_bytes)
                .concat(),
        );
    }
    let mut all = vec![Section {
        flags: 6,
        ..section(".text", 1, code)
    }];
    if !starts.is_empty() {
        all.push(Section {
            link: 3,
            info: 1,
            entsize: 24,
            ..section(".symtab", 2, symbols)
        });
        all.push(section(".strtab", 3, b"\0f\0".to_vec()));
    }
    file(3, &[Segment(1, 5, 0, size)], all)
}

/// A linked file of 32-bit ARM without symbols.
fn linked_32(code: Vec<u8>) -> Vec<u8> {
    let names = b"\0.text\0.shstrtab\0\0";
    let (start, size) = (52 + 32, code.len() as u32);
    let table = start + size + names.len() as u32;
    let mut out = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend([3, 40].map(u16::to_le_bytes).concat());
    let words = [1, 0, 52, table, 0x0500_0400];
    out.extend(words.map(u32::to_le_bytes).concat());
    out.extend([52, 32, 1, 40, 3, 2].map(u16::to_le_bytes).concat());
    let segment = [1, 0, 0, 0, start + size, start + size, 5, 4];
    out.extend(segment.map(u32::to_le_bytes).concat());
    out.extend(code);
    out.extend(names);
    out.extend([0; 40]);
    let text = [1, 1, 6, start, start, size, 0, 0, 4, 0];
    let last = [7, 3, 0, 0, start + size, names.len() as u32, 0, 0, 1, 0];
    out.extend([text, last].concat().into_iter().flat_map(u32::to_le_bytes));
    out
}

fn code_noise(v: u8) -> Vec<u8> {
    let mut code = noise(7 + u64::from(v / 2), 8_200_000);
    code[4_000_000] ^= v;
    code
}

/// Branches that lead anywhere.
fn branches(size: usize, v: u8) -> Vec<u8> {
    let mut code = Vec::new();
    let words = noise(3 + u64::from(v / 2), size);
    for word in words.chunks_exact(4) {
        let n = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let kind = [0x1400_0000, 0x9400_0000, 0x5400_0000, 0x9000_0000][n as usize % 4];
        let mask = if kind == 0x5400_0000 {
            0x00ff_ffe0
        } else {
            0x000f_ffff
        };
        code.extend((kind | (n >> 3 & mask)).to_le_bytes());
    }
    code[size / 2] ^= v;
    code
}

/// The same of A32, and words that are read from beside the code.
fn branches_32(v: u8) -> Vec<u8> {
    let mut code = Vec::new();
    let words = noise(5 + u64::from(v / 2), 8_000_000);
    for word in words.chunks_exact(4) {
        let n = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let kind = [0xea00_0000, 0xeb00_0000, 0x1a00_0000, 0xe59f_0000][n as usize % 4];
        let mask = if kind == 0xe59f_0000 { 0xfff } else { 0xf_ffff };
        code.extend((kind | (n >> 3 & mask)).to_le_bytes());
    }
    code[4_000_000] ^= v;
    code
}
