//! The address space of a file: what stands where, what it is called, and what linkers write there.
//!
//! An object file has no addresses yet: each of its sections gets a stretch of its own, so that an address
//! names a section and an offset in either kind of file.

mod names;
mod relocations;

pub(super) use relocations::{SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_RELR};

use super::super::dynamic;
use super::super::image::{ET_EXEC, Image, PT_LOAD, SHT_NOBITS, SHT_SYMTAB, Section};
use super::super::symbols::{self, STB_LOCAL, STT_TLS, Symbol};
use crossproof_model::{Digest, RelPath};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const SHF_WRITE: u64 = 1;
const SHF_EXECINSTR: u64 = 4;
const SHF_TLS: u64 = 0x400;
const PT_TLS: u32 = 7;
/// Sections of an object file are this far apart, as a power of two.
pub(super) const APART: u32 = 40;

/// What the instructions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    A64,
    /// A32 and T32, told apart by the low bit of function symbols and by mapping symbols.
    Arm,
    /// Instructions are compared as they stand.
    Other,
}

/// An allocated section.
pub(super) struct Area<'a> {
    pub label: String,
    pub section: usize,
    pub start: u64,
    pub end: u64,
    /// Empty where the file holds nothing for it.
    pub bytes: &'a [u8],
    pub code: bool,
    pub writable: bool,
    /// Each thread has a copy of its own.
    pub thread_local: bool,
    pub align: u64,
}

impl Area<'_> {
    /// Tables of addresses that code goes through; each word is known by what it points to.
    pub(super) fn slots(&self) -> bool {
        matches!(self.label.as_str(), ".got" | ".got.plt")
    }
    /// What handlers of exceptions are told: read as such, so that no number in it is an address but those that are.
    pub(super) fn handlers(&self) -> bool {
        let named = |name: &str| {
            let rest = self.label.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '#']))
        };
        named(".gcc_except_table") || named(".ARM.extab")
    }
    /// Stubs through which code calls other files.
    pub(super) fn stubs(&self) -> bool {
        self.code && (self.label.starts_with(".plt") || self.label == ".iplt")
    }
    pub(super) fn at(&self, from: u64, to: u64) -> &[u8] {
        let range = from.wrapping_sub(self.start) as usize..to.wrapping_sub(self.start) as usize;
        self.bytes.get(range).unwrap_or_default()
    }
}

/// A symbol that names code or data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub address: u64,
    pub size: u64,
    pub text: String,
    /// Others can refer to it: its name is part of the interface.
    pub exported: bool,
    pub code: bool,
}

/// What is written at a place when the file is linked or loaded.
#[derive(Clone, Debug)]
pub(super) struct Fixup {
    pub kind: u32,
    pub to: Meaning,
    /// The version its symbol has or needs.
    pub version: Option<String>,
}

/// What a place refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An address in this file.
    Address(u64),
    /// The page of four kilobytes at an address: something in it, or that begins in it.
    Page(u64),
    /// A symbol that may be elsewhere, with what is added to it; or a plain number.
    Text(String),
}

/// An instruction set's data marked inside code, or the other way round (ELF for the Arm Architecture,
/// "Mapping symbols").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    A32,
    T32,
    Data,
}

/// A whole file by address.
pub(super) struct Space<'a> {
    pub image: &'a Image<'a>,
    /// The file its symbols and debug information were moved to.
    pub debug: Option<&'a Image<'a>>,
    pub machine: Machine,
    /// By address.
    pub areas: Vec<Area<'a>>,
    /// By address, size and text.
    pub names: Vec<Name>,
    pub fixups: BTreeMap<u64, Fixup>,
    /// Places that are relocated more than once: what the first relocation says is lost here.
    pub doubled: BTreeSet<u64>,
    /// Places whose relocation runs a function of this file, in order.
    pub resolved: Vec<u64>,
    /// The places that are relocated, in order.
    pub placed: Vec<u64>,
    /// Places of functions bound when first called, in order.
    pub late: Vec<u64>,
    pub marks: BTreeMap<u64, Mark>,
    /// Whether mapping symbols are among the marks, rather than functions' own symbols alone.
    pub mapped: bool,
}

impl<'a> Space<'a> {
    /// `None` if a table of symbols or relocations cannot be read, or sections overlap: addresses then have
    /// no one meaning.
    pub(super) fn read(image: &'a Image<'a>, debug: Option<&'a Image<'a>>) -> Option<Self> {
        let machine = match (image.header.machine, image.fields.order) {
            (183, super::super::fields::Order::Little) => Machine::A64,
            (40, super::super::fields::Order::Little) => Machine::Arm,
            _ => Machine::Other,
        };
        image.symbols_are_told().then_some(())?;
        let mut space = Space {
            image,
            debug: debug.filter(|debug| debug.header.machine == image.header.machine),
            machine,
            areas: Vec::new(),
            names: Vec::new(),
            fixups: BTreeMap::new(),
            doubled: BTreeSet::new(),
            resolved: Vec::new(),
            placed: Vec::new(),
            late: Vec::new(),
            marks: BTreeMap::new(),
            mapped: false,
        };
        for (index, section) in image.sections.iter().enumerate().skip(1) {
            // Thread-local zeros take no room in the image's own address space.
            let virtual_only = section.kind == SHT_NOBITS && section.flags & SHF_TLS != 0;
            if !section.allocated() || section.size == 0 || virtual_only {
                continue;
            }
            let start = space.base(index, section);
            space.areas.push(Area {
                label: section.label.clone(),
                section: index,
                start,
                end: start.checked_add(section.size)?,
                bytes: image.content(section),
                code: section.flags & SHF_EXECINSTR != 0,
                writable: section.flags & SHF_WRITE != 0,
                thread_local: section.flags & SHF_TLS != 0,
                align: section.align,
            });
        }
        space.areas.sort_by_key(|area| (area.start, area.section));
        // So that an address and a small offset make an address.
        if space.areas.iter().any(|area| area.end > i64::MAX as u64) {
            return None;
        }
        let mut pairs = space.areas.iter().zip(space.areas.iter().skip(1));
        if pairs.any(|(a, b)| a.end > b.start) {
            return None;
        }
        space.read_names(image)?;
        let stripped = !image.sections.iter().any(|s| s.kind == SHT_SYMTAB);
        if let Some(debug) = space.debug.filter(|_| stripped) {
            let known = space.names.len();
            if space.read_names(debug).is_none() {
                space.names.truncate(known);
            }
        }
        space.read_fixups()?;
        space
            .names
            .sort_by(|a, b| (a.address, a.size, &a.text).cmp(&(b.address, b.size, &b.text)));
        space.names.dedup();
        Some(space)
    }

    fn base(&self, index: usize, section: &Section<'_>) -> u64 {
        match self.image.relocatable() {
            true => (index as u64) << APART,
            false => section.addr,
        }
    }

    /// The area that has this address.
    pub(super) fn area(&self, address: u64) -> Option<&Area<'a>> {
        let after = self.areas.partition_point(|area| area.start <= address);
        let area = self.areas.get(after.checked_sub(1)?)?;
        (address < area.end).then_some(area)
    }

    /// The word of the file's class that stands at this address.
    pub(super) fn word(&self, address: u64) -> Option<u64> {
        let area = self.area(address)?;
        let fields = self.image.fields.over(area.bytes);
        fields.word(usize::try_from(address - area.start).ok()?)
    }

    /// Where a symbol stands; `None` if it is not in this file.
    pub(super) fn address(&self, symbol: &Symbol<'_>) -> Option<u64> {
        self.address_in(self.image, symbol)
    }

    /// The same for a symbol of this file or of its debug file, which has the same sections and addresses.
    fn address_in(&self, image: &Image<'_>, symbol: &Symbol<'_>) -> Option<u64> {
        let section = image.sections.get(usize::from(symbol.section))?;
        if symbol.section == 0 || !section.allocated() {
            return None;
        }
        if self.image.relocatable() {
            return self
                .base(usize::from(symbol.section), section)
                .checked_add(symbol.value);
        }
        match symbol.kind() {
            // Zeros of each thread's own have no room in the file's address space.
            STT_TLS if section.kind == SHT_NOBITS => None,
            STT_TLS => self.thread_base()?.checked_add(symbol.value),
            _ => Some(symbol.value),
        }
    }

    /// So many bytes at an address as a number.
    pub(super) fn number(&self, address: u64, size: u64) -> Option<u64> {
        let area = self.area(address)?;
        let bytes = area.at(address, address.checked_add(size.min(8))?.min(area.end));
        let little = bytes
            .iter()
            .rev()
            .fold(0, |n, byte| n << 8 | u64::from(*byte));
        (bytes.len() as u64 == size.min(8)).then_some(little)
    }

    /// Four bytes at an address, or what is there of them.
    pub(super) fn word_at(&self, address: u64) -> u64 {
        self.number(address, 4).unwrap_or_default()
    }

    /// Entries of the dynamic table.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let all = dynamic::dynamic_entries(self.image);
        all.unwrap_or_default().into_iter()
    }

    /// Where the global offset table is that code counts from.
    pub(super) fn got(&self) -> Option<u64> {
        let told = self.entries().find(|(tag, _)| *tag == 3);
        let named = self.areas.iter().find(|area| area.label == ".got");
        (told.map(|(_, at)| at)).or(named.map(|area| area.start))
    }

    /// The addresses of a file that is always loaded at the same place.
    pub(super) fn fixed(&self) -> Option<Range<u64>> {
        let loads = self.image.segments.iter().filter(|s| s.kind == PT_LOAD);
        let ends = loads
            .clone()
            .map(|s| s.vaddr.saturating_add(s.memsz))
            .max()?;
        let starts = loads.map(|s| s.vaddr).min()?;
        (self.image.header.kind == ET_EXEC).then_some(starts..ends.saturating_add(1))
    }

    fn thread_base(&self) -> Option<u64> {
        let segment = self.image.segments.iter().find(|s| s.kind == PT_TLS)?;
        Some(segment.vaddr)
    }

    fn meaning(&self, kind: u32, symbol: Option<&Symbol<'_>>, addend: u64) -> Meaning {
        let signed = addend as i64;
        match symbol {
            // Another file's definition may come before this one's, so the name is what is meant.
            Some(symbol) if symbol.binding() != STB_LOCAL || symbol.section == 0 => {
                let name = spelled(symbol.name);
                Meaning::Text(format!("{name} + {signed:#x}"))
            }
            // An offset into each thread's own data.
            Some(symbol) if symbol.kind() == STT_TLS => thread_local(symbol.value, addend),
            Some(symbol) => match self.address(symbol) {
                Some(address) => Meaning::Address(address.wrapping_add(addend)),
                None => Meaning::Text(format!(
                    "{} + {signed:#x}",
                    symbols::spell(self.image, symbol)
                )),
            },
            None if self.relative(kind) => Meaning::Address(addend),
            None if self.thread_relative(kind) => thread_local(0, addend),
            None => Meaning::Text(format!("{signed:#x}")),
        }
    }

    /// Relocations whose addend is an address in this file: `R_*_RELATIVE` and `R_*_IRELATIVE`.
    fn relative(&self, kind: u32) -> bool {
        match self.machine {
            Machine::A64 => matches!(kind, 1027 | 1032),
            Machine::Arm => matches!(kind, 23 | 160),
            Machine::Other => false,
        }
    }

    /// Relocations whose addend is an offset into the thread-local template: `R_AARCH64_TLS_TPREL`,
    /// `R_AARCH64_TLSDESC`, `R_ARM_TLS_TPOFF32`.
    fn thread_relative(&self, kind: u32) -> bool {
        match self.machine {
            Machine::A64 => matches!(kind, 1030 | 1031),
            Machine::Arm => kind == 19,
            Machine::Other => false,
        }
    }

    /// Relocations that add nothing to the symbol: `R_ARM_GLOB_DAT`, `R_ARM_JUMP_SLOT`.
    fn replaced(&self, kind: u32) -> bool {
        self.machine == Machine::Arm && matches!(kind, 21 | 22)
    }

    /// Relocations of functions bound when first called, whose place first holds a stub's address:
    /// `R_AARCH64_JUMP_SLOT`, `R_ARM_JUMP_SLOT`.
    pub(super) fn bound_late(&self, kind: u32) -> bool {
        match self.machine {
            Machine::A64 => kind == 1026,
            Machine::Arm => kind == 22,
            Machine::Other => false,
        }
    }
}

fn thread_local(value: u64, addend: u64) -> Meaning {
    Meaning::Text(format!("thread-local + {:#x}", value.wrapping_add(addend)))
}

/// A name in full, or what stands for one too long to be repeated wherever it is referred to.
fn spelled(name: &[u8]) -> String {
    match name.len() {
        0..=4096 => RelPath::spell(name),
        size => format!("name of {size} bytes, {}", Digest::of(name)),
    }
}
