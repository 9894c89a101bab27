//! The loader's and the unwinder's tables as facts in which addresses and indices are replaced by what they
//! mean.
//!
//! A table that follows from others (a hash table, a search table) is one fact: whether it finds everything
//! it should, and nothing else.

mod frames;
mod hashes;

use super::super::dynamic;
use super::super::image::{self, Image, SHT_DYNSYM, Section, string_at};
use super::super::notes;
use super::super::relocations;
use super::super::symbols;
use super::super::words;
use super::atoms::Atoms;
use super::meaning::{Names, Side};
use super::space::{
    Area, Meaning, SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_RELR, Space,
};
use crate::rules::RuleSet;
use crossproof_model::{Digest, Level};

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
    let entries = relocations::relocation_entries(space.image, section)?;
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
    let told = |tag: &u64| value(*tag).is_none_or(|at| starts(at).is_some());
    // What the loader reads there, and what type a section of it has.
    const KINDS: [(u64, &[u32]); 9] = [
        (4, &[SHT_HASH]),
        (5, &[image::SHT_STRTAB]),
        (6, &[SHT_DYNSYM]),
        (7, &[image::SHT_RELA]),
        (17, &[image::SHT_REL]),
        (23, &[image::SHT_REL, image::SHT_RELA]),
        (36, &[SHT_RELR]),
        (0x6fff_fef5, &[SHT_GNU_HASH]),
        (0x6fff_fff0, &[image::SHT_GNU_VERSYM]),
    ];
    let typed = KINDS.iter().all(|(tag, kinds)| {
        let area = value(*tag).and_then(starts);
        let section = area.and_then(|area| space.image.sections.get(area.section));
        section.is_none_or(|section| kinds.contains(&section.kind))
    });
    typed && sized && others.iter().all(told)
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
        // Nothing but the loader's own names is read by name alone.
        (image::SHT_STRTAB, _) => {
            let own = cut
                .space
                .entries()
                .any(|(tag, at)| tag == 5 && at == area.start);
            own.then(|| strings(area.bytes))
        }
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
        (SHT_GNU_HASH, _) => hashes::gnu_hash(image, area).map(|fact| vec![fact]),
        (SHT_HASH, _) => hashes::hash(image, area).map(|fact| vec![fact]),
        (image::SHT_GNU_VERSYM, _) => versions(image),
        (image::SHT_GNU_VERDEF | image::SHT_GNU_VERNEED, _) => {
            let mut items = Vec::new();
            dynamic::versions(image, &mut items)?;
            let mut facts = vec![records(image, area, section.kind)?];
            facts.extend(
                items
                    .iter()
                    .map(|i| format!("{} {} {}", i.key.spelled(), i.name, i.value)),
            );
            Some(facts)
        }
        (SHT_ARM_EXIDX, _) => Some(frames::unwound(cut, speak)),
        (_, ".eh_frame") => Some(frames::frames(cut, speak, area)),
        (_, ".eh_frame_hdr") => frames::searched(cut, speak, area),
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
    let null = format!("null {}", Digest::of(null));
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
        let version = version.map_or_else(String::new, |version| format!(" version {version}"));
        format!(
            "{name} {} {} {} {section} {place}{version}",
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
    let entries = relocations::relocation_entries(space.image, section)?;
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
        let kind = words::relocation(space.image.header.machine, entry.kind);
        facts.push(format!("{} {kind} {to}", address(speak, entry.offset)));
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
        let tag = words::tag(image.header.machine, *tag);
        Some(format!("entry {index}: {tag} {says}"))
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
