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
    /// A link to this, symbolic or hard.
    pub link: Option<&'static str>,
    pub hard: bool,
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
        hard: false,
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
                header.set_entry_type(match member.hard {
                    true => tar::EntryType::Link,
                    false => tar::EntryType::Symlink,
                });
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

/// LZMA with its old header at this preset.
pub fn lzma(content: &[u8], preset: u32) -> Vec<u8> {
    let options = liblzma::stream::LzmaOptions::new_preset(preset).unwrap();
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
    let mut out = Vec::new();
    let mut encoder = liblzma::bufread::XzEncoder::new_stream(content, stream);
    encoder.read_to_end(&mut out).unwrap();
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
