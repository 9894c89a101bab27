//! The loader's and the unwinder's tables as facts in which addresses and indices are replaced by what they
//! mean.
//!
//! A table that follows from others (a hash table, a search table) is one fact: whether it finds everything
//! it should, and nothing else.

use super::super::dynamic;
use super::super::image::{Image, SHT_DYNSYM, Section, string_at};
use super::super::notes;
use super::super::symbols;
use super::atoms::{Atom, Role};
use super::meaning::{Names, Side};
use super::space::{Area, Meaning};
use crate::rules::RuleSet;
use crossproof_model::{Digest, Level};
use std::collections::BTreeMap;

const SHT_HASH: u32 = 5;
const SHT_DYNAMIC: u32 = 6;
const SHT_GNU_HASH: u32 = 0x6fff_fff6;
const SHT_ARM_EXIDX: u32 = 0x7000_0001;

/// The facts of a table, in order; its bytes' digest if it cannot be read.
pub(super) fn facts(
    side: &Side<'_, '_, '_>,
    names: &Names,
    area: &Area<'_>,
    rules: &RuleSet,
) -> Vec<String> {
    let image = side.cut.space.image;
    let section = image.sections.get(area.section);
    let read = section.and_then(|section| read(side, names, area, section, rules));
    let mut facts = read.unwrap_or_else(|| vec![format!("bytes {}", Digest::of(area.bytes))]);
    facts.sort();
    facts
}

fn read(
    side: &Side<'_, '_, '_>,
    names: &Names,
    area: &Area<'_>,
    section: &Section<'_>,
    rules: &RuleSet,
) -> Option<Vec<String>> {
    let image = side.cut.space.image;
    match (section.kind, area.label.as_str()) {
        (SHT_DYNSYM, _) => symbols(side, names, section),
        (super::super::image::SHT_STRTAB, _) => Some(strings(area.bytes)),
        (super::super::image::SHT_RELA | super::super::image::SHT_REL, _) => {
            relocations(side, names, section)
        }
        (super::super::image::SHT_NOTE, _) => {
            let items = notes::items(&notes::read(image, section)?, rules, Level::Interface);
            Some(
                items
                    .iter()
                    .map(|i| format!("{} {}", i.name, i.value))
                    .collect(),
            )
        }
        (SHT_DYNAMIC, _) => entries(side, names),
        (SHT_GNU_HASH, _) => gnu_hash(image, area).then(|| vec!["finds its symbols".to_owned()]),
        (SHT_HASH, _) => hash(image, area).then(|| vec!["finds its symbols".to_owned()]),
        (super::super::image::SHT_GNU_VERSYM, _) => versions(image),
        (super::super::image::SHT_GNU_VERDEF | super::super::image::SHT_GNU_VERNEED, _) => {
            let mut items = Vec::new();
            dynamic::versions(image, &mut items)?;
            Some(
                items
                    .iter()
                    .map(|i| format!("{} {} {}", i.key, i.name, i.value))
                    .collect(),
            )
        }
        (SHT_ARM_EXIDX, _) => Some(unwound(side, names)),
        (_, ".eh_frame") => Some(frames(side, names, area)),
        (_, ".eh_frame_hdr") => searched(side, names, area),
        _ => None,
    }
}

fn address(side: &Side<'_, '_, '_>, names: &Names, address: u64) -> String {
    side.spell(&Meaning::Address(address), names)
}

fn symbols(side: &Side<'_, '_, '_>, names: &Names, section: &Section<'_>) -> Option<Vec<String>> {
    let image = side.cut.space.image;
    let facts = symbols::read(image, section)?.into_iter().map(|symbol| {
        let place = match (symbol.section, symbol.kind()) {
            (0 | 0xff00.., _) | (_, symbols::STT_TLS) => format!("{:#x}", symbol.value),
            _ => address(side, names, symbol.value),
        };
        let name = String::from_utf8_lossy(symbol.name);
        let section = image.section_label(u64::from(symbol.section));
        format!(
            "{name} {} {} {} {section} {place}",
            symbol.info, symbol.other, symbol.size
        )
    });
    Some(facts.collect())
}

fn strings(bytes: &[u8]) -> Vec<String> {
    let strings = bytes.split(|byte| *byte == 0);
    strings
        .map(|text| text.escape_ascii().to_string())
        .collect()
}

fn relocations(
    side: &Side<'_, '_, '_>,
    names: &Names,
    section: &Section<'_>,
) -> Option<Vec<String>> {
    let space = side.cut.space;
    let entries = symbols::relocation_entries(space.image, section)?;
    // The stub of a function bound late finds its entry by counting: they must stand in order of place.
    let mut late = entries
        .iter()
        .filter(|entry| space.bound_late(entry.kind))
        .map(|e| e.offset);
    let ordered = late.by_ref().is_sorted();
    let mut facts = vec![format!("in order {ordered}")];
    for entry in &entries {
        let to = match space.fixups.get(&entry.offset) {
            Some(fixup) if fixup.kind == entry.kind => side.spell(&fixup.to, names),
            _ => return None,
        };
        facts.push(format!(
            "{} {} {to}",
            address(side, names, entry.offset),
            entry.kind
        ));
    }
    Some(facts)
}

/// Entries of the dynamic table in order.
fn entries(side: &Side<'_, '_, '_>, names: &Names) -> Option<Vec<String>> {
    let image = side.cut.space.image;
    let all = dynamic::dynamic_entries(image)?;
    let strings = all.iter().find(|(tag, _)| *tag == 5)?.1;
    let strings = side.cut.space.area(strings)?;
    let facts = all.iter().enumerate().map(|(index, (tag, value))| {
        let says = match tag {
            1 | 14 | 15 | 29 => string_at(strings.bytes, *value)?.escape_ascii().to_string(),
            3..=7
            | 12
            | 13
            | 17
            | 23
            | 25
            | 26
            | 32
            | 0x6fff_fef5..=0x6fff_fef7
            | 0x6fff_fff0
            | 0x6fff_fffc
            | 0x6fff_fffe => address(side, names, *value),
            // The string table's size; its strings are compared.
            10 => (strings.bytes.len() as u64 == *value).to_string(),
            _ => format!("{value:#x}"),
        };
        Some(format!("{index} {tag:#x} {says}"))
    });
    facts.collect()
}

/// The version of each dynamic symbol by name.
fn versions(image: &Image<'_>) -> Option<Vec<String>> {
    let known = dynamic::versions(image, &mut Vec::new())?;
    let find = |kind| image.sections.iter().find(|s| s.kind == kind);
    let table = find(super::super::image::SHT_GNU_VERSYM)?;
    let fields = image.fields.over(image.content(table));
    let symbols = symbols::read(image, find(SHT_DYNSYM)?)?;
    let facts = symbols.iter().enumerate().map(|(index, symbol)| {
        let raw = fields.u16((index + 1).checked_mul(2)?)?;
        let version = match raw & 0x7fff {
            number @ (0 | 1) => number.to_string(),
            number => known.get(&number)?.clone(),
        };
        let name = String::from_utf8_lossy(symbol.name);
        Some(format!("{name} {version} {}", raw >> 15))
    });
    facts.collect()
}

fn exported<'a>(image: &Image<'a>) -> Option<Vec<(u32, &'a [u8])>> {
    let table = image.sections.iter().find(|s| s.kind == SHT_DYNSYM)?;
    let symbols = symbols::read(image, table)?;
    let defined = symbols
        .iter()
        .enumerate()
        .filter(|(_, s)| s.section != 0 && s.binding() != 0);
    Some(
        defined
            .map(|(index, s)| (index as u32 + 1, s.name))
            .collect(),
    )
}

/// Whether the GNU hash table finds each exported symbol as the loader looks it up.
fn gnu_hash(image: &Image<'_>, area: &Area<'_>) -> bool {
    let f = image.fields.over(area.bytes);
    let width = f.wide(4, 8);
    // Chains may be made to share their ends.
    let mut steps = area.bytes.len().saturating_mul(16);
    let mut finds = |index: u32, name: &[u8]| -> Option<bool> {
        let (buckets, first) = (f.u32(0)?, f.u32(4)?);
        let (words, shift) = (f.u32(8)?, f.u32(12)?);
        let hash = name.iter().fold(5381_u32, |h, b| {
            h.wrapping_mul(33).wrapping_add(u32::from(*b))
        });
        let bits = width as u32 * 8;
        let word = 16 + (hash / bits).checked_rem(words)? as usize * width;
        let mask = 1_u64 << (hash % bits) | 1_u64 << (hash.checked_shr(shift)? % bits);
        if f.word(word)? & mask != mask {
            return Some(false);
        }
        let base = 16 + words as usize * width;
        let bucket = base + hash.checked_rem(buckets)? as usize * 4;
        let mut at = f.u32(bucket)?;
        let chains = base + buckets as usize * 4;
        loop {
            steps = steps.checked_sub(1)?;
            let link = f.u32(chains + at.checked_sub(first)? as usize * 4)?;
            if at == index {
                return Some(link | 1 == hash | 1);
            }
            if link & 1 == 1 {
                return Some(false);
            }
            at = at.checked_add(1)?;
        }
    };
    exported(image).is_some_and(|symbols| {
        symbols
            .into_iter()
            .all(|(index, name)| finds(index, name) == Some(true))
    })
}

/// Whether the System V hash table finds each exported symbol.
fn hash(image: &Image<'_>, area: &Area<'_>) -> bool {
    let f = image.fields.over(area.bytes);
    let mut steps = area.bytes.len().saturating_mul(16);
    let mut finds = |index: u32, name: &[u8]| -> Option<bool> {
        let (buckets, links) = (f.u32(0)?, f.u32(4)?);
        let hash = name.iter().fold(0_u32, |h, b| {
            let h = (h << 4).wrapping_add(u32::from(*b));
            let top = h & 0xf000_0000;
            (h ^ top >> 24) & !top
        });
        let mut at = f.u32(8 + hash.checked_rem(buckets)? as usize * 4)?;
        for _ in 0..links {
            steps = steps.checked_sub(1)?;
            if at == index {
                return Some(true);
            }
            at = f.u32(
                (2 + buckets as usize)
                    .checked_add(at as usize)?
                    .checked_mul(4)?,
            )?;
        }
        Some(false)
    };
    exported(image).is_some_and(|symbols| {
        symbols
            .into_iter()
            .all(|(index, name)| finds(index, name) == Some(true))
    })
}

fn frames(side: &Side<'_, '_, '_>, names: &Names, area: &Area<'_>) -> Vec<String> {
    let here = side
        .cut
        .unwind
        .iter()
        .filter(|e| (area.start..area.end).contains(&e.at));
    let facts = here.map(|entry| {
        let place = |to: Option<u64>| to.map_or_else(String::new, |to| address(side, names, to));
        format!(
            "{} {:#x} {} {} {}",
            address(side, names, entry.start),
            entry.length,
            entry.says,
            place(entry.personality),
            place(entry.table)
        )
    });
    facts.collect()
}

/// How each function is unwound: by the last entry at or before it.
fn unwound(side: &Side<'_, '_, '_>, names: &Names) -> Vec<String> {
    let entries: BTreeMap<u64, _> = side.cut.unwind.iter().map(|e| (e.start, e)).collect();
    let function = |(index, atom): (usize, &Atom)| {
        if atom.role != Role::Function {
            return None;
        }
        let entry = entries
            .range(..=atom.start)
            .next_back()
            .map(|(_, entry)| *entry);
        let (says, table) = entry.map_or(("", None), |e| (e.says.as_str(), e.table));
        let table = table.map_or_else(String::new, |to| address(side, names, to));
        let name = names.get(index)?.as_ref()?;
        Some(format!("{name} {says} {table}"))
    };
    let mut facts: Vec<String> = side
        .cut
        .atoms
        .iter()
        .enumerate()
        .filter_map(function)
        .collect();
    let sorted = side.cut.unwind.iter().map(|entry| entry.start).is_sorted();
    facts.push(format!("in order {sorted}"));
    facts
}

/// The search table of `.eh_frame_hdr` (Linux Standard Base, "Exception Frame Header"): whether it leads to each
/// entry of `.eh_frame`.
fn searched(side: &Side<'_, '_, '_>, names: &Names, area: &Area<'_>) -> Option<Vec<String>> {
    let f = side.cut.space.image.fields.over(area.bytes);
    let relative =
        |base: u64, at: usize| Some(base.wrapping_add_signed(i64::from(f.u32(at)? as i32)));
    let head = f.bytes.get(..4)?;
    if head != [1, 0x1b, 0x03, 0x3b] {
        return None;
    }
    let frames = relative(area.start + 4, 4)?;
    let count = f.u32(8)? as usize;
    let wide = f.wide(4, 8) == 8;
    let fit = |address: u64| if wide { address } else { address & 0xffff_ffff };
    let mut entries: BTreeMap<u64, u64> = BTreeMap::new();
    for entry in &side.cut.unwind {
        entries.insert(entry.start, entry.at);
    }
    let mut last = None;
    for index in 0..count {
        let at = 12 + index.checked_mul(8)?;
        let (start, frame) = (
            fit(relative(area.start, at)?),
            fit(relative(area.start, at + 4)?),
        );
        if entries.get(&start) != Some(&frame) || last.is_some_and(|last| last >= start) {
            return None;
        }
        last = Some(start);
    }
    let all = count == entries.len() && f.bytes.len() == 12 + count * 8;
    all.then(|| {
        vec![format!(
            "leads to each entry of {}",
            address(side, names, fit(frames))
        )]
    })
}
