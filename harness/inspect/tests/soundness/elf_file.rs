//! ELF files put together from sections: 64-bit, little-endian, for AArch64. Sections that are mapped come
//! first, at addresses that are their offsets, under one `PT_LOAD` from the start of the file.

use crossproof_inspect::Options;
use crossproof_model::Level;

pub const REL: u16 = 1;
pub const DYN: u16 = 3;
pub const PROGBITS: u32 = 1;
pub const SYMTAB: u32 = 2;
pub const STRTAB: u32 = 3;
pub const RELA: u32 = 4;
pub const NOTE: u32 = 7;

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    pub name: Vec<u8>,
    pub kind: u32,
    pub flags: u64,
    pub link: u32,
    pub info: u32,
    pub entsize: u64,
    pub bytes: Vec<u8>,
}

/// A section with nothing special about it.
pub fn section(name: &str, kind: u32, flags: u64, bytes: &[u8]) -> Section {
    Section {
        name: name.as_bytes().to_vec(),
        kind,
        flags,
        link: 0,
        info: 0,
        entsize: 0,
        bytes: bytes.to_vec(),
    }
}

/// An entry of a symbol table.
pub fn symbol(name: u32, info: u8, section: u16, value: u64) -> Vec<u8> {
    let mut out = name.to_le_bytes().to_vec();
    out.extend([info, 0]);
    out.extend(section.to_le_bytes());
    out.extend(value.to_le_bytes());
    out.extend(4_u64.to_le_bytes());
    out
}

/// A table of symbols, the null one put before them, and its strings as the section after it.
pub fn symbols(index: u32, locals: u32, entries: &[Vec<u8>], strings: &[u8]) -> [Section; 2] {
    let mut bytes = vec![0; 24];
    bytes.extend(entries.concat());
    let mut table = section(".symtab", SYMTAB, 0, &bytes);
    (table.link, table.info, table.entsize) = (index + 1, locals + 1, 24);
    [table, section(".strtab", STRTAB, 0, strings)]
}

/// Relocations with addend: offset, type, symbol.
pub fn relocations(name: &str, table: u32, target: u32, entries: &[(u64, u32, u32)]) -> Section {
    let mut bytes = Vec::new();
    for (offset, kind, symbol) in entries {
        bytes.extend(offset.to_le_bytes());
        bytes.extend((u64::from(*symbol) << 32 | u64::from(*kind)).to_le_bytes());
        bytes.extend(0_u64.to_le_bytes());
    }
    let mut section = section(name, RELA, 0, &bytes);
    (section.link, section.info, section.entsize) = (table, target, 24);
    section
}

/// A note, its owner with whatever ends it.
pub fn note(owner: &[u8], kind: u32, description: &[u8]) -> Vec<u8> {
    let mut out = (owner.len() as u32).to_le_bytes().to_vec();
    out.extend((description.len() as u32).to_le_bytes());
    out.extend(kind.to_le_bytes());
    for bytes in [owner, description] {
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// The file; `segments` are further program headers: their type, and the section each spans.
pub fn file(kind: u16, sections: &[Section], segments: &[(u32, usize)]) -> Vec<u8> {
    let loads = usize::from(kind != REL);
    let count = segments.len() + loads;
    let mut out = vec![0; 64 + 56 * count];
    let mut names = vec![0];
    let mut headers = vec![0; 64];
    let mut ranges = Vec::from_iter(std::iter::once(0..0));
    let named = section(".shstrtab", STRTAB, 0, &[]);
    let mut mapped = out.len();
    for (index, section) in sections.iter().chain([&named]).enumerate() {
        let name = names.len() as u32;
        names.extend(&section.name);
        names.push(0);
        out.resize(out.len().next_multiple_of(8), 0);
        let bytes = match index == sections.len() {
            true => &names,
            false => &section.bytes,
        };
        let at = out.len() as u64;
        out.extend(bytes);
        let alloc = section.flags & 2 != 0;
        if alloc {
            mapped = out.len();
        }
        headers.extend(name.to_le_bytes());
        headers.extend(section.kind.to_le_bytes());
        let addr = if alloc && loads == 1 { at } else { 0 };
        for word in [section.flags, addr, at, bytes.len() as u64] {
            headers.extend(word.to_le_bytes());
        }
        headers.extend(section.link.to_le_bytes());
        headers.extend(section.info.to_le_bytes());
        headers.extend(8_u64.to_le_bytes());
        headers.extend(section.entsize.to_le_bytes());
        ranges.push(at..out.len() as u64);
    }
    out.resize(out.len().next_multiple_of(8), 0);
    let table = out.len() as u64;
    out.extend(headers);
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    head.extend(kind.to_le_bytes());
    head.extend(183_u16.to_le_bytes());
    head.extend(1_u32.to_le_bytes());
    for word in [0, if count > 0 { 64 } else { 0 }, table] {
        head.extend(u64::to_le_bytes(word));
    }
    head.extend(0_u32.to_le_bytes());
    let total = sections.len() as u16 + 2;
    for half in [64, 56, count as u16, 64, total, total - 1] {
        head.extend(u16::to_le_bytes(half));
    }
    let load = (kind != REL).then_some((1, 0..mapped as u64));
    let further = segments
        .iter()
        .map(|(kind, index)| (*kind, ranges[*index].clone()));
    for (kind, range) in load.into_iter().chain(further) {
        head.extend(u32::to_le_bytes(kind));
        head.extend(4_u32.to_le_bytes());
        for word in [
            range.start,
            range.start,
            range.start,
            range.end - range.start,
            range.end - range.start,
            8,
        ] {
            head.extend(word.to_le_bytes());
        }
    }
    out[..head.len()].copy_from_slice(&head);
    out
}

/// The two are not to be called the same by any rule; each is itself.
pub fn told_apart(left: &[u8], right: &[u8]) {
    assert_ne!(left, right, "the pair shows nothing");
    let options = Options::default();
    for (one, other) in [(left, right), (right, left)] {
        let comparison = crate::specimen::pair(one, other, &options);
        let level = comparison.level();
        assert!(
            level < Some(Level::Metadata),
            "{level:?}: {:?}",
            crate::specimen::keys(&comparison)
        );
    }
    let forms =
        [left, right].map(|content| crossproof_inspect::normalized_digest(content, &options).ok());
    assert!(
        forms[0].is_none() || forms[0] != forms[1],
        "their normal forms are one"
    );
}
