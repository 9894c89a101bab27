//! An ELF file's header, segments and sections as plain values, of either class and byte order.
//!
//! Read here rather than by a library because every byte must be answered for: the reader has to know
//! which ranges it looked at, and must say why it gives up. Names of fields are those of the System V
//! ABI, chapters 4 and 5.

use super::fields::{Class, Fields, Order};
use super::reach::{Loads, Reach};
pub(crate) use super::records::{Header, PT_LOAD, Section, Segment};
use super::records::{read_header, read_section, read_segment};
use crate::limits;
use crate::numbering::number_repeats;
use std::ops::Range;

/// Why a file that starts like ELF cannot be read as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    /// What it says is impossible.
    #[error("malformed ELF: {0}")]
    Malformed(String),
    /// It asks for more work than is spent on a file of its size.
    #[error("{0}")]
    TooMuch(String),
}

fn malformed<T>(why: impl Into<String>) -> Result<T, Unread> {
    Err(Unread::Malformed(why.into()))
}

pub(crate) const ET_REL: u16 = 1;
pub(crate) const ET_EXEC: u16 = 2;
pub(crate) const PT_DYNAMIC: u32 = 2;
pub(crate) const PT_INTERP: u32 = 3;
pub(crate) const PT_NOTE: u32 = 4;
const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
pub(crate) const SHT_PROGBITS: u32 = 1;
pub(crate) const SHT_SYMTAB: u32 = 2;
pub(crate) const SHT_STRTAB: u32 = 3;
pub(crate) const SHT_RELA: u32 = 4;
pub(crate) const SHT_NOTE: u32 = 7;
pub(crate) const SHT_NOBITS: u32 = 8;
pub(crate) const SHT_REL: u32 = 9;
/// The section of a symbol that is no place but a number.
pub(crate) const SHN_ABS: u16 = 0xfff1;
pub(crate) const SHT_DYNSYM: u32 = 11;
pub(crate) const SHT_GROUP: u32 = 17;
pub(crate) const SHT_SYMTAB_SHNDX: u32 = 18;
/// Symbols whose addresses a program may compare (LLVM's `.llvm_addrsig`).
pub(crate) const SHT_LLVM_ADDRSIG: u32 = 0x6fff_4c03;
pub(crate) const SHT_GNU_VERDEF: u32 = 0x6fff_fffd;
pub(crate) const SHT_GNU_VERNEED: u32 = 0x6fff_fffe;
pub(crate) const SHT_GNU_VERSYM: u32 = 0x6fff_ffff;
pub(crate) const SHT_MIPS_DWARF: u32 = 0x7000_001e;
pub(crate) const SHF_INFO_LINK: u64 = 0x40;
pub(crate) const SHF_COMPRESSED: u64 = 0x800;

/// A whole file, its tables read.
pub(crate) struct Image<'a> {
    pub fields: Fields<'a>,
    pub header: Header,
    pub segments: Vec<Segment>,
    pub sections: Vec<Section<'a>>,
    /// Where the program header table stands.
    pub segment_table: Range<usize>,
    /// Where the section header table stands.
    pub section_table: Range<usize>,
    /// Index of the section names' table.
    pub names: usize,
    /// What the loader maps.
    loads: Loads,
}

impl<'a> Image<'a> {
    /// Reads the header and both tables; every range they name must lie in the file.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Unread> {
        let class = match bytes.get(4) {
            Some(1) => Class::Elf32,
            Some(2) => Class::Elf64,
            other => return malformed(format!("class byte is {other:?}, expected 1 or 2")),
        };
        let order = match bytes.get(5) {
            Some(1) => Order::Little,
            Some(2) => Order::Big,
            other => return malformed(format!("data byte is {other:?}, expected 1 or 2")),
        };
        let fields = Fields {
            bytes,
            class,
            order,
        };
        let Some(header) = read_header(&fields) else {
            return malformed("the file ends inside the ELF header");
        };
        let shentsize = fields.wide(40, 64);
        let phentsize = fields.wide(32, 56);
        // Counts too large for the header stand in section 0 (System V ABI, chapter 4).
        let zero = (header.shoff != 0)
            .then(|| read_section(&fields, header.shoff as usize))
            .flatten();
        let in_zero = |stated: u16, escape: u16, value: Option<u64>| match value {
            Some(value) if stated == escape => value,
            _ => u64::from(stated),
        };
        let shnum = match header.shoff {
            0 => 0,
            _ => in_zero(header.shnum, 0, zero.as_ref().map(|s| s.size)),
        };
        let phnum = in_zero(
            header.phnum,
            0xffff,
            zero.as_ref().map(|s| u64::from(s.info)),
        );
        let names = in_zero(
            header.shstrndx,
            0xffff,
            zero.as_ref().map(|s| u64::from(s.link)),
        );
        if shnum > 0 && usize::from(header.shentsize) != shentsize {
            return malformed(format!(
                "section headers of {} bytes, expected {shentsize}",
                header.shentsize
            ));
        }
        if phnum > 0 && usize::from(header.phentsize) != phentsize {
            return malformed(format!(
                "program headers of {} bytes, expected {phentsize}",
                header.phentsize
            ));
        }
        let table = |what: &str, offset: u64, count: u64, each: usize| {
            let end = count
                .checked_mul(each as u64)
                .and_then(|size| size.checked_add(offset));
            match (count, end) {
                (0, _) => Ok(0..0),
                (_, Some(end)) if end <= bytes.len() as u64 => Ok(offset as usize..end as usize),
                _ => malformed(format!(
                    "the {what} table (offset {offset:#x}, {count} entries) reaches past the end of the file ({:#x} bytes)",
                    bytes.len()
                )),
            }
        };
        let segment_table = table("program header", header.phoff, phnum, phentsize)?;
        let section_table = table("section header", header.shoff, shnum, shentsize)?;
        let mut reach =
            Reach::of(bytes.len(), phnum as usize, shnum as usize).map_err(Unread::TooMuch)?;
        let segments: Vec<Segment> = segment_table
            .clone()
            .step_by(phentsize)
            .filter_map(|at| read_segment(&fields, at))
            .collect();
        for (index, segment) in segments.iter().enumerate() {
            // Files of detached debug information keep the program headers of what they were taken from:
            // segments of nothing may stand anywhere, and the table for unwinding is found by its address.
            if segment.filesz == 0 || segment.kind == PT_GNU_EH_FRAME {
                continue;
            }
            within(
                bytes,
                &format!("segment {index}"),
                segment.offset,
                segment.filesz,
            )?;
        }
        let mut sections: Vec<Section<'a>> = section_table
            .clone()
            .step_by(shentsize)
            .filter_map(|at| read_section(&fields, at))
            .collect();
        let mut image = Image {
            loads: Loads::of(&segments),
            fields,
            header,
            segments,
            sections: Vec::new(),
            segment_table,
            section_table,
            names: names as usize,
        };
        for (index, section) in sections.iter_mut().enumerate() {
            // Section 0 is no section: its fields carry the large counts above.
            if index > 0 && section.kind != 0 && section.kind != SHT_NOBITS {
                section.range = within(
                    bytes,
                    &format!("section {index}"),
                    section.offset,
                    section.size,
                )?;
                reach
                    .section(section.range.len())
                    .map_err(Unread::TooMuch)?;
            }
        }
        let table = sections.get(image.names).map(|s| s.range.clone());
        let table = table.and_then(|range| bytes.get(range)).unwrap_or_default();
        for (index, section) in sections.iter_mut().enumerate() {
            let at = image.section_table.start.checked_add(index * shentsize);
            let at = at.and_then(|at| fields.u32(at)).unwrap_or_default();
            section.name = match string_at(table, u64::from(at)) {
                Some(name) if name.len() <= 4096 => name,
                _ if index == 0 || table.is_empty() => b"",
                _ => return malformed(format!("section {index} has no readable name")),
            };
            reach
                .name(section.name.len(), table.len())
                .map_err(Unread::TooMuch)?;
            section.label = section.word();
        }
        number_repeats(sections.iter_mut().map(|section| &mut section.label));
        image.sections = sections;
        Ok(image)
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.fields.bytes
    }
    /// The content of a section as it stands in the file.
    pub(crate) fn content(&self, section: &Section<'_>) -> &'a [u8] {
        self.bytes().get(section.range.clone()).unwrap_or_default()
    }
    /// Whether the file is an object file, which a linker reads, rather than something a loader maps.
    pub(crate) fn relocatable(&self) -> bool {
        self.header.kind == ET_REL
    }
    /// Whether the file is one of detached debug information: it names an interpreter of no length, which no
    /// kernel starts, or a dynamic table that no segment maps, so that no program can be linked to it.
    pub(crate) fn detached(&self) -> bool {
        let all = self.segments.iter();
        let mut linking = all.filter(|s| matches!(s.kind, PT_DYNAMIC | PT_INTERP));
        let nothing = |s: &Segment| {
            let mapped = s.kind == PT_DYNAMIC && self.file_offset(s.vaddr).is_some();
            s.filesz == 0 && s.memsz > 0 && !mapped
        };
        linking.clone().next().is_some() && linking.all(nothing)
    }
    /// Whether any segment the loader maps has bytes of `range`.
    pub(crate) fn loaded(&self, range: &Range<usize>) -> bool {
        self.loads.meet(range)
    }
    /// Whether the program headers say that `range` holds notes, or nothing maps it: where a section says
    /// so and they do not, code may read it as anything.
    pub(crate) fn holds_notes(&self, range: &Range<usize>) -> bool {
        let covers = |s: &Segment| {
            let end = s.offset.saturating_add(s.filesz);
            s.kind == PT_NOTE && s.offset <= range.start as u64 && range.end as u64 <= end
        };
        !self.loaded(range) || self.segments.iter().any(covers)
    }
    /// Where an address stands in the file, as the loader maps it.
    pub(crate) fn file_offset(&self, address: u64) -> Option<u64> {
        self.segments
            .iter()
            .filter(|s| s.kind == PT_LOAD)
            .find_map(|s| {
                let into = address.checked_sub(s.vaddr)?;
                (into < s.filesz)
                    .then(|| s.offset.checked_add(into))
                    .flatten()
            })
    }
    /// Whether its symbol tables have no more entries than are reported one by one.
    pub(crate) fn symbols_are_told(&self) -> bool {
        let tables = |s: &&Section<'_>| matches!(s.kind, SHT_SYMTAB | SHT_DYNSYM);
        let bytes: usize = self
            .sections
            .iter()
            .filter(tables)
            .map(|s| s.range.len())
            .sum();
        limits::are_told(bytes / self.fields.wide(16, 24), 2 * self.bytes().len())
    }
    /// How long a section's label is.
    pub(crate) fn label_size(&self, index: u64) -> usize {
        let section = usize::try_from(index)
            .ok()
            .and_then(|i| self.sections.get(i));
        section.map_or(8, |section| section.label.len())
    }
    /// A section's label by index; special indices by their number.
    pub(crate) fn section_label(&self, index: u64) -> String {
        match usize::try_from(index)
            .ok()
            .and_then(|i| self.sections.get(i))
        {
            Some(_) if index == 0 => "*UND*".to_owned(),
            Some(section) => section.label.clone(),
            None => match index {
                0xfff1 => "*ABS*".to_owned(),
                0xfff2 => "*COM*".to_owned(),
                other => format!("{other:#x}"),
            },
        }
    }
}

/// The NUL-terminated string at `at`, if it ends inside the table within reason.
pub(crate) fn string_at(table: &[u8], at: u64) -> Option<&[u8]> {
    let rest = table.get(usize::try_from(at).ok()?..)?;
    let rest = rest.get(..rest.len().min(limits::NAME_BYTES))?;
    let end = rest.iter().position(|b| *b == 0)?;
    rest.get(..end)
}

fn within(bytes: &[u8], what: &str, offset: u64, size: u64) -> Result<Range<usize>, Unread> {
    match offset.checked_add(size) {
        Some(end) if end <= bytes.len() as u64 => Ok(offset as usize..end as usize),
        _ => malformed(format!(
            "{what} (offset {offset:#x}, size {size:#x}) reaches past the end of the file ({:#x} bytes)",
            bytes.len()
        )),
    }
}
