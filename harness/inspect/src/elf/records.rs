//! The records of ELF's tables as plain values: the header, program headers and section headers.

use super::fields::Fields;
use super::names;
use std::ops::Range;

pub(crate) const PT_LOAD: u32 = 1;
pub(crate) const SHF_ALLOC: u64 = 2;

/// The ELF header, without what only says where the tables are.
#[derive(Debug)]
pub(crate) struct Header {
    pub kind: u16,
    pub machine: u16,
    pub version: u32,
    pub entry: u64,
    pub phoff: u64,
    pub shoff: u64,
    pub flags: u32,
    pub ehsize: u16,
    pub phentsize: u16,
    pub phnum: u16,
    pub shentsize: u16,
    pub shnum: u16,
    pub shstrndx: u16,
}

/// A program header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub kind: u32,
    pub flags: u32,
    pub offset: u64,
    pub vaddr: u64,
    pub paddr: u64,
    pub filesz: u64,
    pub memsz: u64,
    pub align: u64,
}

/// A section header, with the file range of its content.
#[derive(Debug, Clone)]
pub(crate) struct Section<'a> {
    pub name: &'a [u8],
    /// The name for people and for pairing: sections of one name are numbered.
    pub label: String,
    pub kind: u32,
    pub flags: u64,
    pub addr: u64,
    pub offset: u64,
    pub size: u64,
    pub link: u32,
    pub info: u32,
    pub align: u64,
    pub entsize: u64,
    /// Empty for sections without content in the file.
    pub range: Range<usize>,
}

impl Section<'_> {
    pub(crate) fn allocated(&self) -> bool {
        self.flags & SHF_ALLOC != 0
    }
    /// What it is called in the keys of differences: the name alone.
    pub(crate) fn word(&self) -> String {
        names::section(self.name)
    }
}

pub(super) fn read_header(f: &Fields<'_>) -> Option<Header> {
    let after = f.wide(36, 48);
    Some(Header {
        kind: f.u16(16)?,
        machine: f.u16(18)?,
        version: f.u32(20)?,
        entry: f.word(24)?,
        phoff: f.word(f.wide(28, 32))?,
        shoff: f.word(f.wide(32, 40))?,
        flags: f.u32(after)?,
        ehsize: f.u16(after + 4)?,
        phentsize: f.u16(after + 6)?,
        phnum: f.u16(after + 8)?,
        shentsize: f.u16(after + 10)?,
        shnum: f.u16(after + 12)?,
        shstrndx: f.u16(after + 14)?,
    })
}

pub(super) fn read_segment(f: &Fields<'_>, at: usize) -> Option<Segment> {
    let place = |small: usize, large: usize| at.checked_add(f.wide(small, large));
    Some(Segment {
        kind: f.u32(at)?,
        flags: f.u32(place(24, 4)?)?,
        offset: f.word(place(4, 8)?)?,
        vaddr: f.word(place(8, 16)?)?,
        paddr: f.word(place(12, 24)?)?,
        filesz: f.word(place(16, 32)?)?,
        memsz: f.word(place(20, 40)?)?,
        align: f.word(place(28, 48)?)?,
    })
}

pub(super) fn read_section<'a>(f: &Fields<'a>, at: usize) -> Option<Section<'a>> {
    let place = |small: usize, large: usize| at.checked_add(f.wide(small, large));
    Some(Section {
        name: b"",
        label: String::new(),
        kind: f.u32(place(4, 4)?)?,
        flags: f.word(place(8, 8)?)?,
        addr: f.word(place(12, 16)?)?,
        offset: f.word(place(16, 24)?)?,
        size: f.word(place(20, 32)?)?,
        link: f.u32(place(24, 40)?)?,
        info: f.u32(place(28, 44)?)?,
        align: f.word(place(32, 48)?)?,
        entsize: f.word(place(36, 56)?)?,
        range: 0..0,
    })
}
