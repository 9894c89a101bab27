//! The interface of a linked file: what it exports, needs and asks of the loader.
//!
//! Read the way the loader finds it (segments and the dynamic table) where that is possible, so that a
//! section table that lies cannot hide a difference. These facts claim no bytes: the bytes they stand in
//! are allocated and compared exactly beside them.

use super::image::{
    Image, PT_DYNAMIC, PT_INTERP, SHT_DYNSYM, SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM,
    Section, string_at,
};
use super::symbols::{self, STB_LOCAL, STT_OBJECT, STT_TLS};
use crate::limits::{self, Room};
use crate::part::Item;
use crossproof_model::{Digest, Level};
use std::collections::BTreeMap;

/// What an entry that names something counts beside its name.
const ENTRY: usize = 64;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;

/// Every fact of the file's interface. What cannot be read is a fact of its own, of the whole file's
/// digest: two such files have the same interface only if they are the same file.
pub(crate) fn items(image: &Image<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    let entries = dynamic_entries(image);
    let readable = interpreter(image, &mut items).is_some()
        && entries
            .as_ref()
            .is_some_and(|e| entry_items(image, e, &mut items).is_some())
        && symbol_items(image, entries.as_deref().unwrap_or_default(), &mut items).is_some();
    items.extend(oldest_glibc(&items));
    if !readable {
        let digest = Digest::of(image.bytes()).to_string();
        items.push(Item::new(
            &["elf.interface.unreadable"],
            "interface",
            digest,
            Level::Divergent,
        ));
    }
    items
}

/// The lowest release of the GNU C library that has every version the file needs.
fn oldest_glibc(items: &[Item]) -> Option<Item> {
    let needs = items
        .iter()
        .filter(|item| item.key.is(&["elf", "version-need"]));
    let needed = needs.filter_map(|item| {
        let version = item.name.strip_prefix("GLIBC_")?.split(' ').next()?;
        let numbers = version.split('.').map(str::parse);
        numbers.collect::<Result<Vec<u32>, _>>().ok()
    });
    let release = needed
        .max()?
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(".");
    Some(Item::new(
        &["elf.glibc"],
        "oldest GNU C library",
        release,
        Level::Interface,
    ))
}

fn divergent(key: &str, name: impl Into<String>, value: impl Into<String>) -> Item {
    Item::new(&["elf", key], name, value, Level::Divergent)
}

fn interpreter(image: &Image<'_>, items: &mut Vec<Item>) -> Option<()> {
    let mut room = Room::of(image.bytes().len());
    for segment in image.segments.iter().filter(|s| s.kind == PT_INTERP) {
        let start = usize::try_from(segment.offset).ok()?;
        let end = start.checked_add(usize::try_from(segment.filesz).ok()?)?;
        let path = string_at(image.bytes().get(start..end)?, 0)?;
        room.take(path.len())?;
        items.push(divergent(
            "interpreter",
            "interpreter",
            String::from_utf8_lossy(path),
        ));
    }
    Some(())
}

/// Tags and values up to `DT_NULL`; empty if the file has no dynamic table.
pub(crate) fn dynamic_entries(image: &Image<'_>) -> Option<Vec<(u64, u64)>> {
    let Some(segment) = image.segments.iter().find(|s| s.kind == PT_DYNAMIC) else {
        return Some(Vec::new());
    };
    let start = usize::try_from(segment.offset).ok()?;
    let end = start.checked_add(usize::try_from(segment.filesz).ok()?)?;
    let f = image.fields.over(image.bytes().get(start..end)?);
    let each = f.wide(8, 16);
    let mut entries = Vec::new();
    for at in (0..f.bytes.len()).step_by(each) {
        match (f.word(at)?, f.word(at + each / 2)?) {
            (0, _) => break,
            entry => entries.push(entry),
        }
    }
    Some(entries)
}

/// Whether this is the symbol table that the loader finds, at `DT_SYMTAB`.
pub(crate) fn is_loaders_table(image: &Image<'_>, section: &Section<'_>) -> bool {
    let entries = dynamic_entries(image).unwrap_or_default();
    let mut tables = entries.iter().filter(|(tag, _)| *tag == DT_SYMTAB);
    let here = |address: u64| image.file_offset(address) == Some(section.offset);
    tables.next().is_some_and(|(_, address)| here(*address)) && tables.next().is_none()
}

fn entry_items(image: &Image<'_>, entries: &[(u64, u64)], items: &mut Vec<Item>) -> Option<()> {
    let value_of = |tag| entries.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v);
    let strings = value_of(DT_STRTAB)
        .and_then(|address| image.file_offset(address))
        .and_then(|at| image.bytes().get(usize::try_from(at).ok()?..));
    let mut order = Vec::new();
    // Many entries may name one long string.
    let mut room = Room::of(image.bytes().len());
    for (tag, value) in entries {
        let mut text = || {
            let text = string_at(strings?, *value)?;
            room.take(ENTRY + text.len())?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        match *tag {
            DT_NEEDED => {
                let library = text()?;
                items.push(divergent("needed", library.clone(), "needed"));
                order.push(library);
            }
            14 => items.push(divergent("soname", "SONAME", text()?)),
            15 => items.push(divergent("rpath", "RPATH", text()?)),
            29 => items.push(divergent("runpath", "RUNPATH", text()?)),
            // How symbols are bound: the file can still stand in for the other, so not the interface.
            16 | 22 | 24 | 30 | 0x6fff_fffb => {
                let name = match *tag {
                    16 => "SYMBOLIC",
                    22 => "TEXTREL",
                    24 => "BIND_NOW",
                    30 => "FLAGS",
                    _ => "FLAGS_1",
                };
                items.push(Item::new(
                    &["elf.dynamic", name],
                    name,
                    format!("{value:#x}"),
                    Level::Interface,
                ));
            }
            _ => {}
        }
    }
    if !order.is_empty() {
        // Symbols are looked up in this order.
        let order = order.join(" ");
        items.push(Item::new(
            &["elf.dynamic.needed-order"],
            "order of NEEDED",
            order,
            Level::Interface,
        ));
    }
    Some(())
}

fn symbol_items(image: &Image<'_>, entries: &[(u64, u64)], items: &mut Vec<Item>) -> Option<()> {
    let Some(table) = image.sections.iter().find(|s| s.kind == SHT_DYNSYM) else {
        // A dynamic table with symbols that no section describes: their number is not known.
        return (!entries.iter().any(|(tag, _)| *tag == DT_SYMTAB)).then_some(());
    };
    let versions = versions(image, items)?;
    let versym = image.sections.iter().find(|s| s.kind == SHT_GNU_VERSYM);
    let versym = versym.map(|s| image.fields.over(image.content(s)));
    let mut room = Room::of(image.bytes().len());
    let symbols = symbols::read(image, table)?;
    limits::are_told(symbols.len(), image.bytes().len()).then_some(())?;
    for (index, symbol) in symbols.iter().enumerate() {
        if symbol.binding() == STB_LOCAL {
            continue;
        }
        let mut name = String::from_utf8_lossy(symbol.name).into_owned();
        if let Some(versym) = versym {
            let raw = versym.u16((index + 1).checked_mul(2)?)?;
            match raw & 0x7fff {
                0 | 1 => {}
                number => {
                    // A hidden version can be bound to only by naming it: `@` for `@@`.
                    let mark = if raw & 0x8000 == 0 { "@@" } else { "@" };
                    let version = versions.get(&number).cloned();
                    room.take(version.as_ref().map_or(0, String::len))?;
                    let version = version.unwrap_or_else(|| format!("version {number}"));
                    name = format!("{name}{mark}{version}");
                }
            }
        }
        if symbol.section == 0 {
            items.push(Item::new(
                &["elf.import"],
                name,
                symbol.describe(),
                Level::Interface,
            ));
            continue;
        }
        // Programs copy exported data objects, so their size is part of the interface.
        let value = match symbol.kind() {
            STT_OBJECT | STT_TLS => format!("{} size {}", symbol.describe(), symbol.size),
            _ => symbol.describe(),
        };
        items.push(divergent("export", name, value));
    }
    Some(())
}

/// Version names by number, noting what is defined and needed on the way.
pub(crate) fn versions(image: &Image<'_>, items: &mut Vec<Item>) -> Option<BTreeMap<u16, String>> {
    let mut names = BTreeMap::new();
    let mut names_room = Room::of(image.bytes().len());
    for section in &image.sections {
        let f = image.fields.over(image.content(section));
        let strings = || Some(image.content(image.sections.get(section.link as usize)?));
        let mut letters = Room::of(image.bytes().len());
        let mut text = |at: u32| {
            let text = string_at(strings()?, u64::from(at))?;
            letters.take(text.len())?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        // Both are chains of records, each with a chain of its own (Linux Standard Base, symbol
        // versioning). Offsets only grow, so a chain ends with the section at the latest.
        let mut at = 0_usize;
        // Chains may share records, or start many times over: no more are read than there is room for.
        let mut room = f.bytes.len() / 16 + 1;
        match section.kind {
            SHT_GNU_VERDEF => loop {
                let (flags, number) = (f.u16(at + 2)?, f.u16(at + 4)?);
                room = room.checked_sub(1)?;
                let first = at.checked_add(f.u32(at + 12)? as usize)?;
                let name = text(f.u32(first)?)?;
                names.insert(number & 0x7fff, name.clone());
                items.push(divergent(
                    "version-definition",
                    name,
                    format!("flags {flags}"),
                ));
                match f.u32(at + 16)? as usize {
                    0 => break,
                    step => at = at.checked_add(step)?,
                }
            },
            SHT_GNU_VERNEED => loop {
                let library = text(f.u32(at + 4)?)?;
                let mut inner = at.checked_add(f.u32(at + 8)? as usize)?;
                loop {
                    room = room.checked_sub(1)?;
                    let name = text(f.u32(inner.checked_add(8)?)?)?;
                    let number = f.u16(inner + 6)?;
                    names.insert(number & 0x7fff, name.clone());
                    let flags = format!("flags {}", f.u16(inner + 4)?);
                    let name = format!("{name} of {library}");
                    names_room.take(name.len())?;
                    items.push(divergent("version-need", name, flags));
                    match f.u32(inner + 12)? as usize {
                        0 => break,
                        step => inner = inner.checked_add(step)?,
                    }
                }
                match f.u32(at + 12)? as usize {
                    0 => break,
                    step => at = at.checked_add(step)?,
                }
            },
            _ => {}
        }
    }
    Some(names)
}
