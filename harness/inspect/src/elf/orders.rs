//! The order of symbols, where something goes by it.

use super::image::Image;
use super::names;
use super::symbols::{STB_LOCAL, STT_FILE, STT_SECTION, Symbol};
use crate::part::Item;
use crossproof_model::Level;
use std::collections::BTreeMap;

/// Common symbols of object files.
const SHN_COMMON: u16 = 0xfff2;

/// The orders that count, as facts.
pub(super) fn items(image: &Image<'_>, symbols: &[Symbol<'_>]) -> Vec<Item> {
    let mut items = repeated(image, symbols);
    items.extend(aliases(image, symbols));
    items.extend(image.relocatable().then(|| wanted(symbols)).flatten());
    items
}

/// Whether a symbol is one of a thing, rather than of a section, a file or an instruction set.
fn of_a_thing(symbol: &&Symbol<'_>) -> bool {
    let plain = !symbol.name.is_empty() && !symbol.name.starts_with(b"$");
    plain && !matches!(symbol.kind(), STT_SECTION | STT_FILE) && symbol.section != 0
}

/// The order of local symbols of one name, by which a kernel's live patches tell them apart (`sympos`). Names that only
/// tools read are left out: of sections, files and what marks instruction sets.
fn repeated(image: &Image<'_>, symbols: &[Symbol<'_>]) -> Vec<Item> {
    let counts = |symbol: &&Symbol<'_>| of_a_thing(symbol) && symbol.binding() == STB_LOCAL;
    let mut by_name: BTreeMap<&[u8], Vec<String>> = BTreeMap::new();
    for symbol in symbols.iter().filter(counts) {
        let section = image.section_label(u64::from(symbol.section));
        let place = format!("{:#x} in {section}", symbol.value);
        by_name.entry(symbol.name).or_default().push(place);
    }
    let repeated = by_name.into_iter().filter(|(_, places)| places.len() > 1);
    let order = |(name, places): (&[u8], Vec<String>)| {
        let name = format!("order of those called {}", names::symbol(name));
        let key = ["elf.symbol.local-order"];
        Item::new(&key, name, places.join(", "), Level::Loaded)
    };
    repeated.map(order).collect()
}

/// The order of local symbols at one place, of which `addr2line` and its like tell one. What only marks sections, files and
/// instruction sets is left out.
fn aliases(image: &Image<'_>, symbols: &[Symbol<'_>]) -> Vec<Item> {
    let mut by_place: BTreeMap<(u16, u64), Vec<&[u8]>> = BTreeMap::new();
    let local = |symbol: &&Symbol<'_>| of_a_thing(symbol) && symbol.binding() == STB_LOCAL;
    for symbol in symbols.iter().filter(local) {
        let place = (symbol.section, symbol.value);
        by_place.entry(place).or_default().push(symbol.name);
    }
    let several = by_place.into_iter().filter(|(_, names)| names.len() > 1);
    // They go by one of them: where they are is told of each.
    let order = |((section, _), all): ((u16, u64), Vec<&[u8]>)| {
        let section = image.section_label(u64::from(section));
        let first = all.iter().min().copied().unwrap_or_default();
        let first = names::symbol(first);
        let name = format!("order of those where {first} is in {section}");
        let all: Vec<String> = all.into_iter().map(names::symbol).collect();
        let key = ["elf.symbol.alias-order"];
        Item::new(&key, name, all.join(", "), Level::Loaded)
    };
    several.map(order).collect()
}

/// The order of what an object file wants of others or has in common with them: linkers look for members of archives in
/// that order, and lay out common symbols.
fn wanted(symbols: &[Symbol<'_>]) -> Option<Item> {
    let outside = |symbol: &&Symbol<'_>| {
        symbol.binding() != STB_LOCAL && matches!(symbol.section, 0 | SHN_COMMON)
    };
    let names = symbols
        .iter()
        .filter(outside)
        .map(|symbol| names::symbol(symbol.name));
    let names: Vec<String> = names.collect();
    let order = || {
        Item::new(
            &["elf.symbol.undefined-order"],
            "order of undefined symbols",
            names.join(", "),
            Level::Interface,
        )
    };
    (names.len() > 1).then(order)
}
