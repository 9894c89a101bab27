//! The debug sections of a file, and what relocations make of them.

use super::fields::{Class, Order};
use super::image::{
    Image, SHF_COMPRESSED, SHT_MIPS_DWARF, SHT_PROGBITS, SHT_REL, SHT_RELA, SHT_SYMTAB, Section,
};
use super::relocations;
use super::symbols::{self, Symbol};
use super::tables;
use crate::dwarf::{DebugInfo, DebugSection, Patch};
use crate::part::{Canon, Part};
use crate::rules::path_map;
use crossproof_model::{Digest, Level};
use std::ops::Range;

/// The sections of debug information by index, with those that relocate them.
pub(super) fn sections(image: &Image<'_>) -> Vec<usize> {
    let is_debug = |s: &Section<'_>| {
        s.name.starts_with(b".debug_")
            && !s.allocated()
            && matches!(s.kind, SHT_PROGBITS | SHT_MIPS_DWARF)
            && !image.loaded(&s.range)
    };
    let numbered = image.sections.iter().enumerate();
    let of_debug = numbered.filter(|(_, section)| {
        let target = image.sections.get(section.info as usize);
        // A linked file that kept its relocations has them applied already.
        let relocates = image.relocatable() && relocates(section) && !section.allocated();
        is_debug(section) || (relocates && target.is_some_and(is_debug))
    });
    of_debug.map(|(index, _)| index).collect()
}

fn relocates(section: &Section<'_>) -> bool {
    matches!(section.kind, SHT_REL | SHT_RELA)
}

/// All debug sections as one part: their meaning lies across them. `reads` is what the indices of symbols
/// and sections hang on.
pub(super) fn part<'a>(
    image: &Image<'a>,
    indices: &[usize],
    reads: Vec<Range<usize>>,
) -> Option<Part<'a>> {
    let mut part = Part::exact("debug information", &["dwarf"], Vec::new(), Level::Loaded);
    let mut info = info(image, indices)?;
    for index in indices {
        let section = image.sections.get(*index)?;
        part.claims.push(section.range.clone());
        let mut header = tables::section_fact(image, section, Level::Loaded);
        // Several sections' headers stand in the one part.
        header.name.clone_from(&section.label);
        part.header.push(header);
    }
    if image.relocatable() {
        part.reads = reads;
        if by_rank(image, indices, &mut info).is_none() {
            info.unreadable = true;
            // Then everything that bears on them counts as it stands.
            let all = indices
                .iter()
                .filter_map(|index| image.sections.get(*index));
            let relocations = all.filter(|s| relocates(s)).map(|s| s.range.clone());
            for range in relocations.chain(part.reads.clone()) {
                let bytes = image.bytes().get(range).unwrap_or_default();
                info.sections
                    .push(DebugSection::new("relocations".to_owned(), bytes, false));
            }
        }
    }
    Some(part.through(Canon::Debug(Box::new(info)), Some(&path_map::RULE)))
}

/// A file's debug information with addresses as `place` gives them to the symbols of an object file; those
/// of a linked file are final. `None` if there is none, or it cannot be located.
pub(super) fn located<'a>(
    image: &Image<'a>,
    place: impl Fn(&Symbol<'_>) -> Option<u64>,
) -> Option<DebugInfo<'a>> {
    let indices = sections(image);
    let mut info = info(image, &indices)?;
    if image.relocatable() {
        for one in relocations(image, &indices)? {
            let symbol = one.symbol.as_ref();
            // Addresses of what is discarded are of no use, and nobody asks for them.
            let base = symbol.and_then(&place).unwrap_or_default();
            let base = match one.into_debug {
                Some(_) => symbol?.value,
                None => base,
            };
            one.note(base, &mut info)?;
        }
    }
    Some(info)
}

fn info<'a>(image: &Image<'a>, indices: &[usize]) -> Option<DebugInfo<'a>> {
    let mut info = DebugInfo::new(
        image.fields.order == Order::Big,
        image.fields.class == Class::Elf64,
    );
    for index in indices {
        let section = image.sections.get(*index)?;
        if !relocates(section) {
            info.sections.push(DebugSection::new(
                section.label.clone(),
                image.content(section),
                section.flags & SHF_COMPRESSED != 0,
            ));
        }
    }
    (!indices.is_empty()).then_some(info)
}

/// One relocation of a debug section.
struct Relocation<'a> {
    target: String,
    entry: relocations::Relocation,
    /// Whether the addend takes the place of what stands there.
    replaces: bool,
    symbol: Option<Symbol<'a>>,
    /// The symbol's section, if that is one of debug information: into it an offset is an offset.
    into_debug: Option<String>,
}

impl Relocation<'_> {
    /// Notes what the linker would write. `None` where several relocations compose one value.
    fn note(&self, base: u64, info: &mut DebugInfo<'_>) -> Option<()> {
        let section = info.sections.iter_mut().find(|s| s.name == self.target)?;
        let patch = match self.replaces {
            true => Patch::Replace(base.wrapping_add(self.entry.addend)),
            false => Patch::Add(base),
        };
        let at = usize::try_from(self.entry.offset).ok()?;
        let before = section.patches.0.insert(at, patch);
        before.is_none().then_some(())
    }
}

fn symbol_table<'a>(image: &Image<'a>) -> Option<Vec<Symbol<'a>>> {
    let table = image.sections.iter().find(|s| s.kind == SHT_SYMTAB);
    table.map_or(Some(Vec::new()), |table| symbols::read(image, table))
}

/// The relocations of debug sections; `None` if they cannot be read.
fn relocations<'a>(image: &Image<'a>, indices: &[usize]) -> Option<Vec<Relocation<'a>>> {
    let symbols = symbol_table(image)?;
    let mut out = Vec::new();
    for index in indices {
        let section = image.sections.get(*index)?;
        if !relocates(section) {
            continue;
        }
        let target = &image.sections.get(section.info as usize)?.label;
        for entry in relocations::relocation_entries(image, section)? {
            let symbol = (entry.symbol as usize).checked_sub(1);
            let symbol = symbol.and_then(|i| symbols.get(i)).cloned();
            let home = symbol.as_ref().map(|s| usize::from(s.section));
            let home = home.and_then(|index| image.sections.get(index));
            let into_debug = home.filter(|s| s.name.starts_with(b".debug_"));
            out.push(Relocation {
                target: target.clone(),
                replaces: section.kind == SHT_RELA,
                into_debug: into_debug.map(|s| s.label.clone()),
                entry,
                symbol,
            });
        }
    }
    Some(out)
}

/// Notes in an object file's debug sections what the linker would write where, an address by the rank of
/// its symbol among all that are meant. `None` if the relocations cannot be read.
fn by_rank(image: &Image<'_>, indices: &[usize], info: &mut DebugInfo<'_>) -> Option<()> {
    let symbols = symbol_table(image)?;
    let all = relocations(image, indices)?;
    // Between debug sections only the values are followed: kind and section of each are held as well.
    let mut between = Vec::new();
    let mut meant = Vec::new();
    for one in &all {
        meant.push(match &one.into_debug {
            Some(into) => {
                between.push(format!("{} {} {into}", one.target, one.entry.kind));
                None
            }
            None => Some(format!(
                "{} {}",
                one.entry.kind,
                symbols::meant(image, &symbols, one.entry.symbol)
            )),
        });
    }
    let mut names: Vec<&String> = meant.iter().flatten().collect();
    names.sort();
    names.dedup();
    for (one, name) in all.iter().zip(&meant) {
        let base = match name {
            None => one.symbol.as_ref().map_or(0, |s| s.value),
            // Far enough apart that no addend reaches the next symbol in 64-bit files; in 32-bit ones it
            // takes an object of a mebibyte to.
            Some(name) => {
                (names.binary_search(&name).ok()? as u64 + 1) << if info.wide { 40 } else { 20 }
            }
        };
        one.note(base, info)?;
    }
    info.symbols = names.into_iter().cloned().collect();
    info.symbols.push(Digest::of_fields(&between).to_string());
    Some(())
}
