//! `.symtab` by what it says, and by the order of its entries where something goes by it.

use super::image::{Image, Section};
use super::symbols::{
    STB_LOCAL, STT_FILE, STT_OBJECT, STT_SECTION, Symbol, marks_its_section, read,
};
use super::{names, orders};
use crate::limits::{self, Room};
use crate::part::Item;
use crate::rules::{Rule, RuleSet, llvm_suffix};
use crossproof_model::Level;

/// The symbols of `.symtab` as facts, those left out that only mark a section in `dropped`.
pub(crate) fn items(
    image: &Image<'_>,
    table: &Section<'_>,
    dropped: &[usize],
    rules: &RuleSet,
) -> Option<Vec<Item>> {
    let suffix: Option<&'static Rule> = Some(&llvm_suffix::RULE);
    let suffix = suffix.filter(|rule| rules.has(rule) && !image.relocatable());
    let symbols = read(image, table)?;
    limits::are_told(symbols.len(), image.bytes().len()).then_some(())?;
    // Very many may stand in one section with a long name.
    let mut room = Room::of(2 * image.bytes().len());
    let labels = |symbol: &Symbol<'_>| image.label_size(u64::from(symbol.section));
    room.take(symbols.iter().map(labels).sum())?;
    let mut items = orders::items(image, &symbols);
    // The source file that the local symbols before the next such entry are of.
    let mut source = String::new();
    for symbol in symbols {
        if symbol.kind() == STT_FILE {
            source = format!(" of {}", names::symbol(symbol.name));
        }
        let local = symbol.binding() == STB_LOCAL;
        if local && marks_its_section(&symbol) && dropped.contains(&usize::from(symbol.section)) {
            continue;
        }
        let section = image.section_label(u64::from(symbol.section));
        room.take(section.len() + source.len())?;
        let defined = symbol.section != 0;
        // A linker takes an object's global symbols as its interface; nothing reads a linked file's.
        let (key, allows) = match (image.relocatable(), local, defined) {
            (true, false, true) => ("global", Level::Divergent),
            (true, false, false) => ("undefined", Level::Interface),
            (true, true, _) => ("local", Level::Loaded),
            (false, true, _) => ("local", Level::Loaded),
            (false, false, _) => ("global", Level::Loaded),
        };
        let place = format!("{:#x} size {} in {section}", symbol.value, symbol.size);
        let numbered = suffix.and(symbol.numbered());
        let name = match (symbol.kind(), numbered) {
            (STT_SECTION, _) if symbol.name.is_empty() => format!("section {section}"),
            (_, Some((head, _))) => names::numbered(head),
            (_, None) => names::symbol(symbol.name),
        };
        if let Some((_, number)) = numbered {
            let number = String::from_utf8_lossy(number);
            let at = format!("number of {name} at {place}");
            let key = ["elf.symbol.llvm-suffix"];
            items.push(Item::new(&key, at, number, Level::Loaded).under(suffix));
        }
        if (key, symbol.kind()) == ("global", STT_OBJECT) && image.relocatable() {
            // Others may copy or lay out by a data object's size.
            let value = format!("{} size {}", symbol.describe(), symbol.size);
            items.push(Item::new(&["elf.symbol", key], name.clone(), value, allows));
        } else if key == "global" && image.relocatable() {
            items.push(Item::new(
                &["elf.symbol", key],
                name.clone(),
                symbol.describe(),
                allows,
            ));
        } else {
            // What marks instruction sets is told by where it is.
            let plain = symbol.kind() != STT_FILE && !symbol.name.starts_with(b"$");
            let of = if local && plain { source.as_str() } else { "" };
            let value = format!("{} {place}{of}", symbol.describe());
            items.push(Item::new(&["elf.symbol", key], name, value, allows));
            continue;
        }
        // Where it stands in the object is a matter of the code in it.
        let at = format!("place of {name}");
        items.push(Item::new(
            &["elf.symbol.place"],
            at,
            place,
            Level::Interface,
        ));
    }
    Some(items)
}
