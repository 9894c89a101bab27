//! zip archives made for tests: byte for byte the same everywhere.

use crate::packing::{bzip2, lzma, xz, zstandard};
use std::io::Write as _;

/// A member of a zip archive.
#[derive(Clone, Debug)]
pub struct Zipped {
    pub path: &'static str,
    pub content: Vec<u8>,
    /// How hard it is packed; stored as it is at 0.
    pub level: u32,
    /// By which method it is packed.
    pub method: u16,
    /// Whether sizes stand in a ZIP64 field.
    pub large: bool,
    pub time: u32,
    pub attributes: u32,
}

/// A plain file, deflated.
pub fn zipped(path: &'static str, content: &[u8]) -> Zipped {
    Zipped {
        path,
        content: content.to_vec(),
        level: 6,
        method: 8,
        large: false,
        time: 0x5a21_0000,
        attributes: 0o100_644 << 16,
    }
}

/// A content as a method packs it.
fn pack(member: &Zipped) -> Vec<u8> {
    let content = member.content.as_slice();
    match (member.level, member.method) {
        (0, _) => content.to_vec(),
        (level, 8) => {
            let level = flate2::Compression::new(level);
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        (level, 12) => bzip2(content, level),
        (level, 14) => {
            // A version and the size of the properties for the size of the content.
            let packed = lzma(content, level);
            [&[9, 20, 5, 0], &packed[..5], &packed[13..]].concat()
        }
        (level, 93) => zstandard(content, level),
        (level, 95) => xz(content, level),
        (_, method) => [&method.to_le_bytes(), content].concat(),
    }
}

/// A zip archive.
pub fn zip(members: &[Zipped]) -> Vec<u8> {
    zip_ending(members, false)
}

/// A zip archive that ends with a ZIP64 record.
pub fn zip64(members: &[Zipped]) -> Vec<u8> {
    zip_ending(members, true)
}

fn zip_ending(members: &[Zipped], large: bool) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let mut crc = flate2::Crc::new();
        crc.update(&member.content);
        let packed = pack(member);
        let mut shared = Vec::new();
        shared.extend([20_u8, 0, 0, 0]);
        let method = if member.level > 0 { member.method } else { 0 };
        shared.extend(method.to_le_bytes());
        let sizes = [packed.len() as u32, member.content.len() as u32];
        let mut extra = Vec::new();
        if member.large {
            extra.extend([1, 0, 16, 0]);
            extra.extend(u64::from(sizes[1]).to_le_bytes());
            extra.extend(u64::from(sizes[0]).to_le_bytes());
        }
        let sizes = if member.large { [u32::MAX; 2] } else { sizes };
        for word in [member.time, crc.sum(), sizes[0], sizes[1]] {
            shared.extend(word.to_le_bytes());
        }
        shared.extend((member.path.len() as u16).to_le_bytes());
        shared.extend((extra.len() as u16).to_le_bytes());
        let offset = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(member.path.as_bytes());
        out.extend(&extra);
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&shared);
        directory.extend([0; 6]);
        directory.extend(member.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(member.path.as_bytes());
        directory.extend(&extra);
    }
    let start = out.len();
    out.extend(&directory);
    let (count, size) = (members.len() as u64, directory.len() as u64);
    if large {
        let record = out.len() as u64;
        out.extend(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for field in [count, count, size, start as u64] {
            out.extend(field.to_le_bytes());
        }
        out.extend(b"PK\x06\x07\0\0\0\0");
        out.extend(record.to_le_bytes());
        out.extend([1, 0, 0, 0]);
    }
    out.extend(b"PK\x05\x06\0\0\0\0");
    let (count, start) = match large {
        true => (u16::MAX, u32::MAX),
        false => (count as u16, start as u32),
    };
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend((size as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}
