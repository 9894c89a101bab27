//! Which section and symbol a byte of an ELF file is in, and what the file is for.

use super::dynamic;
use super::fields::{Class, Order};
use super::image::{Image, SHF_COMPRESSED, SHT_DYNSYM, SHT_SYMTAB};
use super::names;
use super::symbols::{self, STT_OBJECT};
use crate::dwarf::{Shape, expand};
use crossproof_model::check::{Machine, Release};

const STT_FUNC: u8 = 2;

/// An ELF file by place.
pub(crate) struct Located<'a> {
    image: Image<'a>,
    /// Functions and data objects: section index, start in the file, end, name; in order.
    symbols: Vec<(usize, usize, usize, String)>,
}

/// Reads what is needed to say where a byte is.
pub(crate) fn locate(content: &[u8]) -> Result<Located<'_>, String> {
    let image = Image::parse(content).map_err(|error| error.to_string())?;
    let mut symbols = Vec::new();
    // The full table and what the loader needs: a stripped file has the latter alone.
    let tables = image
        .sections
        .iter()
        .filter(|section| matches!(section.kind, SHT_SYMTAB | SHT_DYNSYM));
    let read = tables.filter_map(|table| symbols::read(&image, table));
    for symbol in read.flatten() {
        let index = usize::from(symbol.section);
        let Some(section) = image.sections.get(index) else {
            continue;
        };
        if !matches!(symbol.kind(), STT_OBJECT | STT_FUNC) || symbol.size == 0 {
            continue;
        }
        // Bit 0 of a Thumb function's address says that it is one (ELF for the Arm Architecture).
        let thumb = image.header.machine == 40 && symbol.kind() == STT_FUNC;
        let value = if thumb {
            symbol.value & !1
        } else {
            symbol.value
        };
        let offset = match image.relocatable() {
            true => Some(value),
            false => value.checked_sub(section.addr),
        };
        let start = offset
            .filter(|offset| *offset < section.range.len() as u64)
            .map(|offset| section.range.start + offset as usize);
        if let Some(start) = start {
            let end = start.saturating_add(usize::try_from(symbol.size).unwrap_or(usize::MAX));
            // Where something is must be said alike on both sides.
            let name = match symbol.numbered().filter(|_| !image.relocatable()) {
                Some((head, _)) => names::numbered(head),
                None => names::symbol(symbol.name),
            };
            symbols.push((index, start, end, name));
        }
    }
    symbols.sort();
    Ok(Located { image, symbols })
}

impl Located<'_> {
    /// The section and the symbol that the byte at `offset` is in.
    pub(crate) fn at(&self, offset: usize) -> (Option<&str>, Option<String>) {
        let mut sections = self.image.sections.iter().enumerate();
        let found = sections.find(|(_, section)| section.range.contains(&offset));
        let Some((index, section)) = found else {
            return (None, None);
        };
        // The last that begins before it, or one of the few that it may stand inside of.
        const NESTED: usize = 8;
        let later = self
            .symbols
            .partition_point(|(within, start, ..)| (*within, *start) <= (index, offset));
        let before = self.symbols.get(..later).unwrap_or_default();
        let mut before = before.iter().rev().take(NESTED);
        let symbol = before.find(|(within, _, end, _)| *within == index && offset < *end);
        (
            Some(&section.label),
            symbol.map(|(_, _, _, name)| name.clone()),
        )
    }

    /// The machine it is for.
    pub(crate) fn machine(&self) -> Machine {
        Machine {
            code: self.image.header.machine,
            bits: match self.image.fields.class {
                Class::Elf32 => 32,
                Class::Elf64 => 64,
            },
        }
    }

    /// The newest release of the GNU C library that it needs a symbol of.
    pub(crate) fn glibc(&self) -> Option<Release> {
        let items = dynamic::items(&self.image);
        let found = items.iter().find(|item| item.key.is(&["elf.glibc"]))?;
        found.value.parse().ok()
    }

    /// The sections whose content is compressed, each with what it holds, or why that is not known.
    pub(crate) fn compressed(&self) -> impl Iterator<Item = (&str, Result<Vec<u8>, String>)> {
        let fields = &self.image.fields;
        let shape = Shape {
            big_endian: fields.order == Order::Big,
            wide: fields.class == Class::Elf64,
        };
        let mut expanded = 0;
        let sections = self.image.sections.iter();
        let sections = sections.filter(|section| section.flags & SHF_COMPRESSED != 0);
        sections.map(move |section| {
            let held = expand(self.image.content(section), shape, &mut expanded);
            (
                section.label.as_str(),
                held.map_err(|error| error.to_string()),
            )
        })
    }
}
