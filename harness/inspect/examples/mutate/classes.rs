//! What the bytes of a file are, decided without the comparison's own readers: classes of bytes, each with
//! the ranges it has and whether a program gets to see them.

use object::read::archive::ArchiveFile;
use std::ops::Range;

/// Bytes of one kind.
#[derive(Clone, Debug)]
pub struct Class {
    /// What they are: `section .text`, `program header LOAD`, `ar member header`.
    pub name: String,
    /// Whether a segment maps them; of an object file, whether the linker puts them into what is mapped.
    pub loaded: bool,
    /// Where they stand.
    pub ranges: Vec<Range<usize>>,
    /// Size of an entry, if they are a table whose entries may change places.
    pub entry: Option<usize>,
    /// Whether bytes may come and go without anything else having to follow.
    pub free: bool,
}

impl Class {
    /// A class of one range.
    pub fn one(name: impl Into<String>, loaded: bool, range: Range<usize>) -> Self {
        Class {
            name: name.into(),
            loaded,
            ranges: vec![range],
            entry: None,
            free: false,
        }
    }
    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).sum()
    }
    /// Where its byte of this number stands.
    pub fn place(&self, mut number: usize) -> Option<usize> {
        for range in &self.ranges {
            if number < range.len() {
                return Some(range.start + number);
            }
            number -= range.len();
        }
        None
    }
}

/// The classes of a content, of one name joined.
pub fn of(content: &[u8]) -> Vec<Class> {
    let mut all = Vec::new();
    collect(content, 0, "", &mut all);
    let mut joined = std::collections::BTreeMap::<(String, bool), Class>::new();
    for class in all {
        match joined.entry((class.name.clone(), class.loaded)) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(class);
            }
            std::collections::btree_map::Entry::Occupied(mut same) => {
                same.get_mut().ranges.extend(class.ranges);
            }
        }
    }
    joined.into_values().filter(|c| c.size() > 0).collect()
}

fn collect(content: &[u8], at: usize, prefix: &str, all: &mut Vec<Class>) {
    let before = all.len();
    if let Ok(archive) = ArchiveFile::parse(content) {
        archive_classes(content, &archive, all);
    } else if content.starts_with(b"\x7fELF") {
        crate::elf::classes(content, all);
    } else if content.get(257..262) == Some(b"ustar") {
        tar_classes(content, all);
    } else {
        let text = std::str::from_utf8(content).is_ok() && !content.contains(&0);
        let kind = match content {
            [0x1f, 0x8b, ..] => "gzip bytes",
            [0xfd, b'7', b'z', ..] => "xz bytes",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd bytes",
            [b'B', b'Z', b'h', ..] => "bzip2 bytes",
            [b'P', b'K', 3, 4, ..] => "zip bytes",
            _ if content.starts_with(b"#!") => "script bytes",
            _ if text => "text bytes",
            _ => "data bytes",
        };
        // What a compressed file holds is seen; how it is packed is not, and its bytes are of both kinds.
        let packed = !matches!(kind, "script bytes" | "text bytes" | "data bytes");
        let head = demands(kind).min(content.len());
        let mut class = Class::one(kind, !packed, head..content.len());
        class.free = text;
        all.push(class);
        // What a reader must be able to do: kind of check, filters, window. A reader that cannot fails.
        all.push(Class::one(format!("{kind}: header"), true, 0..head));
    }
    for class in all.iter_mut().skip(before) {
        class.name.insert_str(0, prefix);
        for range in &mut class.ranges {
            *range = range.start + at..range.end + at;
        }
    }
}

/// How many bytes at the beginning of a packed file say what a reader must be able to do (RFC 1952, section 2.3.1; RFC
/// 8878, section 3.1.1.1; the .xz file format, section 2.1.1; APPNOTE.TXT, section 4.3.7).
fn demands(kind: &str) -> usize {
    match kind {
        "gzip bytes" => 4,
        "xz bytes" => 12,
        "zstd bytes" => 6,
        "bzip2 bytes" => 3,
        "zip bytes" => 10,
        _ => 0,
    }
}

/// `ar`: member headers field by field, index, name table, and what is in the members.
fn archive_classes(content: &[u8], archive: &ArchiveFile<'_>, all: &mut Vec<Class>) {
    let mut covered = Vec::from_iter(std::iter::once(0..8_usize));
    for member in archive.members().flatten() {
        let (start, size) = member.file_range();
        let (start, size) = (start as usize, size as usize);
        let Some(header) = start.checked_sub(60) else {
            continue;
        };
        for (name, range) in [
            ("name", 0..16),
            ("time", 16..28),
            ("owner", 28..40),
            ("mode", 40..48),
            ("size", 48..58),
            ("mark", 58..60),
        ] {
            let range = header + range.start..header + range.end;
            let name = format!("ar header {name}");
            // Who takes an archive apart goes by name and size.
            let read = !matches!(
                name.as_str(),
                "ar header time" | "ar header owner" | "ar header mode"
            );
            all.push(Class::one(name, read, range));
        }
        covered.push(header..start + size);
        let inner = content.get(start..start + size).unwrap_or_default();
        collect(inner, start, "member: ", all);
    }
    // The index and the name table are no members to the library.
    covered.sort_by_key(|range| range.start);
    let mut reached = 0;
    for range in covered
        .into_iter()
        .chain(std::iter::once(content.len()..content.len()))
    {
        if range.start > reached {
            let between = reached..range.start;
            let name = match content.get(between.clone()) {
                Some(b"\n") => "ar padding",
                Some(bytes) if bytes.starts_with(b"/ ") => "ar index and name table",
                _ => "ar, between members",
            };
            all.push(Class::one(name, false, between));
        }
        reached = reached.max(range.end);
    }
}

/// Tar: header fields and contents, member by member (POSIX.1-1988, ustar).
fn tar_classes(content: &[u8], all: &mut Vec<Class>) {
    let mut at = 0;
    while let Some(header) = content.get(at..at + 512) {
        if header.iter().all(|b| *b == 0) {
            break;
        }
        let digits = header
            .get(124..135)
            .and_then(|d| std::str::from_utf8(d).ok());
        let size = digits.and_then(|d| usize::from_str_radix(d, 8).ok());
        // Of an extended header's own block readers take type, size and checksum.
        let extended = matches!(header.get(156), Some(b'x' | b'g' | b'L' | b'K'));
        for (name, from, to) in TAR_FIELDS {
            let plain = !matches!(
                name,
                "mtime" | "name" | "mode" | "uid" | "gid" | "uname" | "gname"
            );
            let (what, seen) = match extended {
                true => ("tar extended header", plain),
                false => ("tar header", name != "mtime"),
            };
            all.push(Class::one(
                format!("{what} {name}"),
                seen,
                at + from..at + to,
            ));
        }
        let size = size.unwrap_or(0);
        let end = (at + 512 + size).min(content.len());
        match extended {
            true => all.push(Class::one("tar records", false, at + 512..end)),
            false => {
                let inner = content.get(at + 512..end).unwrap_or_default();
                collect(inner, at + 512, "member: ", all);
            }
        }
        let next = at + 512 + size.next_multiple_of(512);
        all.push(Class::one(
            "tar padding",
            false,
            end..next.min(content.len()),
        ));
        at = next;
    }
    let end = at.min(content.len())..content.len();
    all.push(Class::one("tar end", false, end));
}

const TAR_FIELDS: [(&str, usize, usize); 15] = [
    ("name", 0, 100),
    ("mode", 100, 108),
    ("uid", 108, 116),
    ("gid", 116, 124),
    ("size", 124, 136),
    ("mtime", 136, 148),
    ("chksum", 148, 156),
    ("typeflag", 156, 157),
    ("linkname", 157, 257),
    ("magic", 257, 265),
    ("uname", 265, 297),
    ("gname", 297, 329),
    ("devices", 329, 345),
    ("prefix", 345, 500),
    ("rest", 500, 512),
];

/// Makes the checksum of the tar header that holds `at` right again.
pub fn repair_tar(content: &mut [u8], at: usize) {
    let start = at / 512 * 512;
    let Some(header) = content.get_mut(start..start + 512) else {
        return;
    };
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
