//! The loader's and the unwinder's tables as facts in which addresses and indices are replaced by what they
//! mean.
//!
//! A table that follows from others (a hash table, a search table) is one fact: whether it finds everything
//! it should, and nothing else.

use super::super::dynamic;
use super::super::image::{self, Image, SHT_DYNSYM, Section, string_at};
use super::super::notes;
use super::super::symbols;
use super::atom::{Atom, Role};
use super::atoms::Atoms;
use super::meaning::{Names, Side};
use super::space::{
    Area, Meaning, SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_RELR, Space,
};
use crate::rules::RuleSet;
use crossproof_model::{Digest, Level};
use std::collections::BTreeMap;

const SHT_HASH: u32 = 5;
const SHT_DYNAMIC: u32 = 6;
const SHT_GNU_HASH: u32 = 0x6fff_fff6;
const SHT_ARM_EXIDX: u32 = 0x7000_0001;

/// Says what an address means, in words that both sides share.
pub(super) trait Speak {
    fn say(&self, meaning: &Meaning) -> String;
}

/// By the names that both sides have for pieces.
struct Named<'x, 'p, 's, 'a> {
    side: &'x Side<'p, 's, 'a>,
    names: &'x Names,
}

impl Speak for Named<'_, '_, '_, '_> {
    fn say(&self, meaning: &Meaning) -> String {
        self.side.spell(meaning, self.names)
    }
}

/// The facts of a table, in order; its bytes' digest if it cannot be read.
pub(super) fn facts(
    side: &Side<'_, '_, '_>,
    names: &Names,
    area: &Area<'_>,
    rules: &RuleSet,
) -> Vec<String> {
    let named = Named { side, names };
    let read = read(side.cut, &named, area, rules);
    let mut facts = read.unwrap_or_else(|| vec![format!("bytes {}", Digest::of(area.bytes))]);
    facts.sort();
    facts
}

/// The same where other places of the file are held against each other as well: relocations by what they
/// write, which is told where they write it. `None` if the table cannot be read.
pub(super) fn proof(
    cut: &Atoms<'_, '_>,
    speak: &dyn Speak,
    area: &Area<'_>,
    rules: &RuleSet,
) -> Option<Vec<String>> {
    let section = cut.space.image.sections.get(area.section)?;
    let mut facts = match section.kind {
        image::SHT_REL
        | image::SHT_RELA
        | SHT_RELR
        | SHT_ANDROID_REL
        | SHT_ANDROID_RELA
        | SHT_ANDROID_RELR => relative_first(cut.space, section)?,
        image::SHT_NOTE => read(cut, speak, area, rules)
            .unwrap_or_else(|| vec![format!("bytes {}", Digest::of(area.bytes))]),
        _ if area.label == ".interp" => vec![format!("bytes {}", Digest::of(area.bytes))],
        _ => read(cut, speak, area, rules)?,
    };
    facts.sort();
    Some(facts)
}

/// The loader takes as many relocations from the start as it is told for relative ones, unlooked at.
fn relative_first(space: &Space<'_>, section: &Section<'_>) -> Option<Vec<String>> {
    const DT_RELACOUNT: u64 = 0x6fff_fff9;
    const DT_RELCOUNT: u64 = 0x6fff_fffa;
    let told = space
        .entries()
        .find(|(tag, _)| matches!(*tag, DT_RELACOUNT | DT_RELCOUNT));
    let table = space.entries().find(|(tag, _)| matches!(tag, 7 | 17));
    let first = table.is_some_and(|(_, at)| at == section.addr);
    let Some((_, count)) = told.filter(|_| first) else {
        return Some(Vec::new());
    };
    let entries = symbols::relocation_entries(space.image, section)?;
    let relative = entries
        .iter()
        .take_while(|e| space.is_relative(e.kind))
        .count();
    (count <= relative as u64).then(Vec::new)
}

/// Whether the dynamic table says where tables are as the sections do.
pub(super) fn described(space: &Space<'_>) -> bool {
    // Where each begins, and how large it is.
    const SIZED: [(u64, u64); 9] = [
        (5, 10),
        (7, 8),
        (17, 18),
        (23, 2),
        (25, 27),
        (26, 28),
        (32, 33),
        (36, 35),
        (0x6fff_e000, 0x6fff_e001),
    ];
    let value = |tag: u64| space.entries().find(|(t, _)| *t == tag).map(|(_, v)| v);
    let starts = |at: u64| space.areas.iter().find(|area| area.start == at);
    let sized = SIZED.iter().all(|(start, size)| match value(*start) {
        None => true,
        Some(at) => match (starts(at), value(*size)) {
            (Some(area), Some(size)) => area.end - area.start == size,
            // Nothing of no size.
            (None, Some(0)) => true,
            _ => false,
        },
    });
    let others = [4, 6, 0x6fff_fef5, 0x6fff_fff0, 0x6fff_fffc, 0x6fff_fffe];
    sized
        && others
            .iter()
            .all(|tag| value(*tag).is_none_or(|at| starts(at).is_some()))
}

fn read(
    cut: &Atoms<'_, '_>,
    speak: &dyn Speak,
    area: &Area<'_>,
    rules: &RuleSet,
) -> Option<Vec<String>> {
    let image = cut.space.image;
    let section = image.sections.get(area.section)?;
    match (section.kind, area.label.as_str()) {
        (SHT_DYNSYM, _) => symbols(image, speak, section),
        (image::SHT_STRTAB, _) => Some(strings(area.bytes)),
        (image::SHT_RELA | image::SHT_REL, _) => relocations(cut, speak, section),
        (image::SHT_NOTE, _) => {
            let items = notes::items(&notes::read(image, section)?, rules, Level::Interface);
            Some(
                items
                    .iter()
                    .map(|i| format!("{} {}", i.name, i.value))
                    .collect(),
            )
        }
        (SHT_DYNAMIC, _) => entries(cut, speak, area),
        (SHT_GNU_HASH, _) => gnu_hash(image, area).map(|fact| vec![fact]),
        (SHT_HASH, _) => hash(image, area).map(|fact| vec![fact]),
        (image::SHT_GNU_VERSYM, _) => versions(image),
        (image::SHT_GNU_VERDEF | image::SHT_GNU_VERNEED, _) => {
            let mut items = Vec::new();
            dynamic::versions(image, &mut items)?;
            let mut facts = vec![records(image, area, section.kind)?];
            facts.extend(
                items
                    .iter()
                    .map(|i| format!("{} {} {}", i.key, i.name, i.value)),
            );
            Some(facts)
        }
        (SHT_ARM_EXIDX, _) => Some(unwound(cut, speak)),
        (_, ".eh_frame") => Some(frames(cut, speak, area)),
        (_, ".eh_frame_hdr") => searched(cut, speak, area),
        _ => None,
    }
}

/// The records of a version section as they stand, without where their names do.
fn records(image: &Image<'_>, area: &Area<'_>, kind: u32) -> Option<String> {
    let f = image.fields.over(area.bytes);
    let mut bytes = area.bytes.to_vec();
    let mut clear = |at: usize| {
        let field = bytes.get_mut(at..at.checked_add(4)?)?;
        field.fill(0);
        Some(())
    };
    let needs = kind == image::SHT_GNU_VERNEED;
    // Where a record has its first inner one, the step to the next record, and the inner one's name and step.
    let (first, step, name, inner_step) = if needs {
        (8, 12, 8, 12)
    } else {
        (12, 16, 0, 4)
    };
    let mut room = f.bytes.len() / 8 + 1;
    let mut at = 0_usize;
    loop {
        if needs {
            clear(at.checked_add(4)?)?;
        }
        let mut inner = at.checked_add(f.u32(at.checked_add(first)?)? as usize)?;
        loop {
            room = room.checked_sub(1)?;
            clear(inner.checked_add(name)?)?;
            match f.u32(inner.checked_add(inner_step)?)? as usize {
                0 => break,
                step => inner = inner.checked_add(step)?,
            }
        }
        match f.u32(at.checked_add(step)?)? as usize {
            0 => break,
            step => at = at.checked_add(step)?,
        }
    }
    Some(format!("records {}", Digest::of(&bytes)))
}

fn address(speak: &dyn Speak, address: u64) -> String {
    speak.say(&Meaning::Address(address))
}

fn symbols(image: &Image<'_>, speak: &dyn Speak, section: &Section<'_>) -> Option<Vec<String>> {
    let null = image.content(section).get(..image.fields.wide(16, 24))?;
    let null = format!("null {null:?}");
    let versions = image
        .sections
        .iter()
        .find(|s| s.kind == image::SHT_GNU_VERSYM);
    let versions = versions.map(|s| image.fields.over(image.content(s)));
    let all = symbols::read(image, section)?;
    let facts = all.into_iter().enumerate().map(|(index, symbol)| {
        let place = match (symbol.section, symbol.kind()) {
            // A function of a different file has a value if its stub here stands for it.
            (0, _) if symbol.value != 0 => address(speak, symbol.value),
            (0 | 0xff00.., _) | (_, symbols::STT_TLS) => format!("{:#x}", symbol.value),
            _ => address(speak, symbol.value),
        };
        let name = String::from_utf8_lossy(symbol.name);
        let section = image.section_label(u64::from(symbol.section));
        // What the number means is told with the table of versions.
        let version = versions.and_then(|v| v.u16((index + 1).checked_mul(2)?));
        format!(
            "{name} {} {} {} {section} {place} {version:?}",
            symbol.info, symbol.other, symbol.size
        )
    });
    Some(facts.chain([null]).collect())
}

fn strings(bytes: &[u8]) -> Vec<String> {
    let strings = bytes.split(|byte| *byte == 0);
    strings
        .map(|text| text.escape_ascii().to_string())
        .collect()
}

fn relocations(
    cut: &Atoms<'_, '_>,
    speak: &dyn Speak,
    section: &Section<'_>,
) -> Option<Vec<String>> {
    let space = cut.space;
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
            Some(fixup) if fixup.kind == entry.kind => speak.say(&fixup.to),
            _ => return None,
        };
        facts.push(format!(
            "{} {} {to}",
            address(speak, entry.offset),
            entry.kind
        ));
    }
    Some(facts)
}

/// Entries of the dynamic table in order.
fn entries(cut: &Atoms<'_, '_>, speak: &dyn Speak, area: &Area<'_>) -> Option<Vec<String>> {
    let image = cut.space.image;
    let all = dynamic::dynamic_entries(image)?;
    let strings = all.iter().find(|(tag, _)| *tag == 5)?.1;
    let strings = cut.space.area(strings)?;
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
            | 36
            | 0x6000_000f
            | 0x6000_0011
            | 0x6fff_e000
            | 0x6fff_fef5..=0x6fff_fef7
            | 0x6fff_fff0
            | 0x6fff_fffc
            | 0x6fff_fffe => address(speak, *value),
            // The string table's size; its strings are compared.
            10 => (strings.bytes.len() as u64 == *value).to_string(),
            // Numbers, not addresses.
            2 | 8 | 9 | 11 | 16 | 18..=22 | 24 | 27 | 28 | 30 | 33 | 35 | 37 => {
                format!("{value:#x}")
            }
            0x6000_0010
            | 0x6000_0012
            | 0x6fff_e001
            | 0x6fff_e003
            | 0x6fff_fdf5..=0x6fff_fdff
            | 0x6fff_fff9..=0x6fff_fffb
            | 0x6fff_fffd
            | 0x6fff_ffff
            | 0x7000_0001
            | 0x7000_0003
            | 0x7000_0005 => format!("{value:#x}"),
            // It may hold anything.
            _ => return None,
        };
        Some(format!("{index} {tag:#x} {says}"))
    });
    // What stands behind the entry that ends the table.
    let end = all.len().checked_mul(image.fields.wide(8, 16))?;
    let rest = format!("rest {}", Digest::of(area.bytes.get(end..)?));
    facts.chain([Some(rest)]).collect()
}

/// The version of each dynamic symbol by name.
fn versions(image: &Image<'_>) -> Option<Vec<String>> {
    let known = dynamic::versions(image, &mut Vec::new())?;
    let find = |kind| image.sections.iter().find(|s| s.kind == kind);
    let table = find(image::SHT_GNU_VERSYM)?;
    let fields = image.fields.over(image.content(table));
    let symbols = symbols::read(image, find(SHT_DYNSYM)?)?;
    let facts = symbols.iter().enumerate().map(|(index, symbol)| {
        let raw = fields.u16((index + 1).checked_mul(2)?)?;
        let version = match raw & 0x7fff {
            number @ (0 | 1) => number.to_string(),
            number => known.get(&number)?.clone(),
        };
        let name = String::from_utf8_lossy(symbol.name);
        Some(format!("{name} {version} {raw:#x}"))
    });
    let null = Some(format!("null {:#x}", fields.u16(0)?));
    facts.chain([null]).collect()
}

/// Whether the GNU hash table is the one that linkers make for these symbols: each bucket begins where its first
/// symbol stands, each chain ends with its last, and the filter has their bits and no others.
fn gnu_hash(image: &Image<'_>, area: &Area<'_>) -> Option<String> {
    let f = image.fields.over(area.bytes);
    let (buckets, first, words, shift) = (f.u32(0)?, f.u32(4)?, f.u32(8)?, f.u32(12)?);
    let width = f.wide(4, 8);
    let bits = width as u32 * 8;
    let table = image.sections.iter().find(|s| s.kind == SHT_DYNSYM)?;
    let symbols = symbols::read(image, table)?;
    let size = (words as usize).checked_mul(width)?.checked_add(16)?;
    let size = (buckets as usize).checked_mul(4)?.checked_add(size)?;
    if size > area.bytes.len() || buckets == 0 || words == 0 {
        return None;
    }
    // Of nothing that could be found, as programs have that export nothing.
    let empty = area.bytes.get(16..).unwrap_or_default();
    if area.bytes.len() == size && empty.iter().all(|byte| *byte == 0) {
        return Some(format!(
            "the table of no symbols, {buckets} {words} {shift}"
        ));
    }
    let mut filter = vec![0_u64; words as usize];
    let mut heads = vec![0_u32; buckets as usize];
    let mut chain: Vec<u32> = Vec::new();
    let mut last = None;
    for (index, symbol) in symbols
        .iter()
        .enumerate()
        .skip((first as usize).checked_sub(1)?)
    {
        let add = |h: u32, b: &u8| h.wrapping_mul(33).wrapping_add(u32::from(*b));
        let hash = symbol.name.iter().fold(5381_u32, add);
        let word = filter.get_mut((hash / bits).checked_rem(words)? as usize)?;
        *word |= 1 << (hash % bits) | 1 << (hash.checked_shr(shift)? % bits);
        let bucket = hash % buckets;
        let head = heads.get_mut(bucket as usize)?;
        if *head == 0 {
            *head = index as u32 + 1;
        }
        if last.is_some_and(|last| last != bucket)
            && let Some(link) = chain.last_mut()
        {
            *link |= 1;
        }
        chain.push(hash & !1);
        last = Some(bucket);
    }
    if let Some(link) = chain.last_mut() {
        *link |= 1;
    }
    let number = |at: usize| f.u32(at);
    let base = 16 + words as usize * width;
    let chains = base + buckets as usize * 4;
    let filtered = (0..)
        .zip(&filter)
        .all(|(i, word)| f.word(16 + i * width) == Some(*word));
    let headed = (0..)
        .zip(&heads)
        .all(|(i, head)| number(base + i * 4) == Some(*head));
    let chained = (0..)
        .zip(&chain)
        .all(|(i, link)| number(chains + i * 4) == Some(*link));
    let whole = area.bytes.len() == chains + chain.len() * 4;
    let sound = filtered && headed && chained && whole;
    sound.then(|| {
        format!(
            "the table of {} symbols, {buckets} {words} {shift}",
            chain.len()
        )
    })
}

/// Whether the hash table (System V ABI, chapter 5) finds every symbol: each stands in the chain of its bucket,
/// and the chains hold nothing else.
fn hash(image: &Image<'_>, area: &Area<'_>) -> Option<String> {
    let f = image.fields.over(area.bytes);
    let (buckets, count) = (f.u32(0)? as usize, f.u32(4)? as usize);
    let table = image.sections.iter().find(|s| s.kind == SHT_DYNSYM)?;
    let symbols = symbols::read(image, table)?;
    let chains = buckets.checked_mul(4)?.checked_add(8)?;
    let size = count.checked_mul(4)?.checked_add(chains)?;
    if buckets == 0 || count != symbols.len() + 1 || size != area.bytes.len() {
        return None;
    }
    let mut found = 0;
    for bucket in 0..buckets {
        let mut index = f.u32(8 + bucket * 4)? as usize;
        let mut steps = count;
        while index != 0 {
            steps = steps.checked_sub(1)?;
            let symbol = symbols.get(index.checked_sub(1)?)?;
            let mix = |h: u32, byte: &u8| {
                let h = (h << 4).wrapping_add(u32::from(*byte));
                (h ^ (h >> 24 & 0xf0)) & 0x0fff_ffff
            };
            let hash = symbol.name.iter().fold(0_u32, mix);
            if hash as usize % buckets != bucket {
                return None;
            }
            found += 1;
            index = f.u32(chains + index.checked_mul(4)?)? as usize;
        }
    }
    (found == symbols.len()).then(|| format!("the table of {found} symbols, {buckets}"))
}

fn frames(cut: &Atoms<'_, '_>, speak: &dyn Speak, area: &Area<'_>) -> Vec<String> {
    let here = cut
        .unwind
        .iter()
        .filter(|e| (area.start..area.end).contains(&e.at));
    let facts = here.map(|entry| {
        let place = |to: Option<u64>| to.map_or_else(String::new, |to| address(speak, to));
        format!(
            "{} {:#x} {} {} {}",
            address(speak, entry.start),
            entry.length,
            entry.says,
            place(entry.personality),
            place(entry.table)
        )
    });
    facts.collect()
}

/// How each function is unwound: by the last entry at or before it.
fn unwound(cut: &Atoms<'_, '_>, speak: &dyn Speak) -> Vec<String> {
    let indexed = || cut.unwind.iter().filter(|entry| entry.indexed);
    let entries: BTreeMap<u64, _> = indexed().map(|e| (e.start, e)).collect();
    let function = |atom: &Atom| {
        // Nothing is ever called from a stub or a thunk, so that nothing is unwound through one.
        if atom.role != Role::Function || atom.stub || atom.thunk {
            return None;
        }
        let entry = entries
            .range(..=atom.start)
            .next_back()
            .map(|(_, entry)| *entry);
        let (says, table) = entry.map_or(("", None), |e| (e.says.as_str(), e.table));
        let table = table.map_or_else(String::new, |to| address(speak, to));
        let name = address(speak, atom.start);
        Some(format!("{name} {says} {table}"))
    };
    let mut facts: Vec<String> = cut.atoms.iter().filter_map(function).collect();
    // An entry may also begin inside a function.
    let inside = indexed().filter(|entry| {
        let atom = cut.find(entry.start).and_then(|index| cut.atoms.get(index));
        atom.is_some_and(|atom| atom.start != entry.start && atom.role == Role::Function)
    });
    facts.extend(inside.map(|e| {
        let table = e.table.map_or_else(String::new, |to| address(speak, to));
        format!("{} {} {table}", address(speak, e.start), e.says)
    }));
    let sorted = indexed().map(|entry| entry.start).is_sorted();
    facts.push(format!("in order {sorted}"));
    facts
}

/// The search table of `.eh_frame_hdr` (Linux Standard Base, "Exception Frame Header"): whether it leads to each
/// entry of `.eh_frame`.
fn searched(cut: &Atoms<'_, '_>, speak: &dyn Speak, area: &Area<'_>) -> Option<Vec<String>> {
    let f = cut.space.image.fields.over(area.bytes);
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
    for entry in cut.unwind.iter().filter(|entry| !entry.indexed) {
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
            address(speak, fit(frames))
        )]
    })
}
