//! What names symbols by their index: relocations, and LLVM's table of significant addresses.

use super::image::{Image, SHT_REL, SHT_RELA, Section};
use super::numbers;
use super::symbols::{meant, read};
use super::words;
use crate::limits;
use crate::part::Item;
use crossproof_model::{Digest, Level};
use std::collections::{BTreeMap, BTreeSet};

/// The symbols whose addresses a program may compare, by name: a set.
pub(crate) fn significant(
    image: &Image<'_>,
    section: &Section<'_>,
    allows: Level,
) -> Option<Vec<Item>> {
    let table = image.sections.get(section.link as usize)?;
    let symbols = read(image, table)?;
    let bytes = image.content(section);
    let mut named = BTreeSet::new();
    let mut at = 0;
    while at < bytes.len() {
        let index = numbers::unsigned(bytes, &mut at)?;
        named.insert(u32::try_from(index).ok()?);
    }
    let name = |index: u32| {
        let name = meant(image, &symbols, index);
        Item::new(&["elf.addrsig"], name, "significant", allows)
    };
    Some(named.into_iter().map(name).collect())
}

/// A section's relocations as facts, each naming its symbol.
pub(crate) fn relocations(
    image: &Image<'_>,
    section: &Section<'_>,
    allows: Level,
) -> Option<Vec<Item>> {
    let entries = relocation_entries(image, section)?;
    limits::are_told(entries.len(), image.bytes().len()).then_some(())?;
    let table = image.sections.get(section.link as usize)?;
    let symbols = read(image, table)?;
    let key = ["elf.relocation"];
    // Many relocations may name one symbol with a very long name.
    let mut budget = image
        .bytes()
        .len()
        .saturating_mul(2 * limits::NAMES_PER_FILE);
    let mut items = Vec::with_capacity(entries.len());
    let sorted = entries.is_sorted_by_key(|entry| entry.offset);
    if !sorted {
        // On some machines one relocation completes the one before it.
        let order = Digest::of_fields(entries.iter().map(|e| e.offset.to_le_bytes()));
        items.push(Item::new(
            &["elf.relocation.order"],
            "order",
            order.to_string(),
            allows,
        ));
    }
    let (mut last, mut times) = (None, 1);
    let mut kinds = BTreeMap::new();
    for entry in entries {
        let symbol = meant(image, &symbols, entry.symbol);
        budget = budget.checked_sub(symbol.len())?;
        let kind = kinds
            .entry(entry.kind)
            .or_insert_with(|| words::relocation(image.header.machine, entry.kind));
        let value = format!("{kind} {symbol} + {:#x}", entry.addend);
        let mut place = format!("{:#x}", entry.offset);
        // What applies to one place is composed in order (System V ABI, chapter 4, relocation).
        times = if last == Some(entry.offset) {
            times + 1
        } else {
            1
        };
        last = Some(entry.offset);
        if times > 1 {
            place.push_str(&format!("#{times}"));
        }
        items.push(Item::new(&key, place, value, allows));
    }
    Some(items)
}

/// Whether any relocation means one of these symbols of a table; also where relocations cannot be read.
pub(super) fn names_any(image: &Image<'_>, table: usize, symbols: &[usize]) -> bool {
    let mut sections = image.sections.iter();
    let names = |section: &Section<'_>| match relocation_entries(image, section) {
        Some(entries) => {
            let mut entries = entries.iter();
            entries.any(|entry| symbols.contains(&(entry.symbol as usize)))
        }
        None => true,
    };
    sections.any(|section| {
        matches!(section.kind, SHT_REL | SHT_RELA)
            && section.link as usize == table
            && names(section)
    })
}

/// One relocation as it stands.
pub(crate) struct Relocation {
    pub offset: u64,
    pub kind: u32,
    pub symbol: u32,
    /// Zero where the addend stands in the relocated place instead.
    pub addend: u64,
}

/// The entries of a `SHT_REL` or `SHT_RELA` section; `None` if they cannot be read.
pub(crate) fn relocation_entries(
    image: &Image<'_>,
    section: &Section<'_>,
) -> Option<Vec<Relocation>> {
    let f = image.fields.over(image.content(section));
    let with_addend = section.kind == SHT_RELA;
    let each = if with_addend {
        f.wide(12, 24)
    } else {
        f.wide(8, 16)
    };
    if section.entsize != each as u64 || !f.bytes.len().is_multiple_of(each) {
        return None;
    }
    let entry = |at: usize| {
        let info = f.word(at + f.wide(4, 8))?;
        let (symbol, kind) = match f.class {
            super::fields::Class::Elf32 => (info >> 8, info & 0xff),
            super::fields::Class::Elf64 => (info >> 32, info & 0xffff_ffff),
        };
        Some(Relocation {
            offset: f.word(at)?,
            kind: kind as u32,
            symbol: symbol as u32,
            addend: if with_addend {
                f.word(at + f.wide(8, 16))?
            } else {
                0
            },
        })
    };
    (0..f.bytes.len()).step_by(each).map(entry).collect()
}
