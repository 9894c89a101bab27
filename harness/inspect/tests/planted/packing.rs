//! Containers made for tests: byte for byte the same everywhere.

use std::io::{Read, Write};

/// A member of a tar archive.
#[derive(Clone, Debug)]
pub struct Member {
    pub path: &'static str,
    pub content: Vec<u8>,
    pub mode: u32,
    pub uid: u64,
    pub mtime: u64,
    /// A symbolic link to this.
    pub link: Option<&'static str>,
}

/// A plain file.
pub fn member(path: &'static str, content: &[u8]) -> Member {
    Member {
        path,
        content: content.to_vec(),
        mode: 0o644,
        uid: 0,
        mtime: 1,
        link: None,
    }
}

/// A tar archive with GNU headers.
pub fn tar(members: &[Member]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for member in members {
        let mut header = tar::Header::new_gnu();
        header.set_mode(member.mode);
        header.set_uid(member.uid);
        header.set_gid(0);
        header.set_mtime(member.mtime);
        header.set_size(member.content.len() as u64);
        match member.link {
            Some(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                builder
                    .append_link(&mut header, member.path, target)
                    .unwrap();
            }
            None if member.path.ends_with('/') => {
                header.set_entry_type(tar::EntryType::Directory);
                builder
                    .append_data(&mut header, member.path, &b""[..])
                    .unwrap();
            }
            None => {
                let content = member.content.as_slice();
                builder
                    .append_data(&mut header, member.path, content)
                    .unwrap();
            }
        }
    }
    builder.into_inner().unwrap()
}

/// gzip with this level, time and name.
pub fn gzip(content: &[u8], level: u32, time: u32, name: &str) -> Vec<u8> {
    let builder = flate2::GzBuilder::new().mtime(time).filename(name);
    let mut encoder = builder.write(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A zlib stream at this level.
pub fn zlib(content: &[u8], level: u32) -> Vec<u8> {
    let level = flate2::Compression::new(level);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// xz at this preset.
pub fn xz(content: &[u8], preset: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = liblzma::read::XzEncoder::new(content, preset);
    encoder.read_to_end(&mut out).unwrap();
    out
}

/// Zstandard at this level.
pub fn zstandard(content: &[u8], level: u32) -> Vec<u8> {
    zstd::encode_all(content, level as i32).unwrap()
}

/// bzip2 with this block size.
pub fn bzip2(content: &[u8], level: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = bzip2::read::BzEncoder::new(content, bzip2::Compression::new(level));
    encoder.read_to_end(&mut out).unwrap();
    out
}

/// A member of a zip archive.
#[derive(Clone, Debug)]
pub struct Zipped {
    pub path: &'static str,
    pub content: Vec<u8>,
    /// Deflate level; stored as it is at 0.
    pub level: u32,
    pub time: u32,
    pub attributes: u32,
}

/// A plain file, deflated.
pub fn zipped(path: &'static str, content: &[u8]) -> Zipped {
    Zipped {
        path,
        content: content.to_vec(),
        level: 6,
        time: 0x5a21_0000,
        attributes: 0o100_644 << 16,
    }
}

/// A zip archive.
pub fn zip(members: &[Zipped]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let mut crc = flate2::Crc::new();
        crc.update(&member.content);
        let mut packed = member.content.clone();
        if member.level > 0 {
            let level = flate2::Compression::new(member.level);
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(&member.content).unwrap();
            packed = encoder.finish().unwrap();
        }
        let mut shared = Vec::new();
        shared.extend([20_u8, 0, 0, 0]);
        shared.extend(u16::to_le_bytes(if member.level > 0 { 8 } else { 0 }));
        let sizes = [packed.len() as u32, member.content.len() as u32];
        for word in [member.time, crc.sum(), sizes[0], sizes[1]] {
            shared.extend(word.to_le_bytes());
        }
        shared.extend((member.path.len() as u16).to_le_bytes());
        shared.extend([0, 0]);
        let offset = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(member.path.as_bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&shared);
        directory.extend([0; 6]);
        directory.extend(member.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(member.path.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    let count = (members.len() as u16).to_le_bytes();
    out.extend([count, count].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A cpio archive ("newc") of plain files with this mode, time and inode.
pub fn cpio(members: &[(&str, u32, u32, u32, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let last = ("TRAILER!!!", 0, 0, 0, &b""[..]);
    for (path, mode, time, inode, content) in members.iter().chain([&last]) {
        let size = content.len() as u32;
        let fields = [*inode, *mode, 0, 0, 1, *time, size, 8, 1, 0, 0];
        out.extend(b"070701");
        for field in fields.into_iter().chain([path.len() as u32 + 1, 0]) {
            out.extend(format!("{field:08X}").as_bytes());
        }
        out.extend(path.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
        out.extend(*content);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out.resize(out.len().next_multiple_of(512), 0);
    out
}
