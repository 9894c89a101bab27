//! Symbol tables by what they name, not by index.

use super::fields::Fields;
use super::image::{Image, Section, string_at};
use super::names;
use crate::limits::{self, Room};
use crate::numbering::number_repeats;
use crate::part::Item;
use crate::rules::llvm_suffix;
use crossproof_model::{Digest, Level};

pub(crate) const STB_LOCAL: u8 = 0;
pub(crate) const STT_OBJECT: u8 = 1;
pub(crate) const STT_SECTION: u8 = 3;
pub(crate) const STT_FILE: u8 = 4;
pub(crate) const STT_TLS: u8 = 6;
const SHN_XINDEX: u16 = 0xffff;

/// One entry of a symbol table.
#[derive(Clone, Copy)]
pub(crate) struct Symbol<'a> {
    pub name: &'a [u8],
    pub value: u64,
    pub size: u64,
    pub info: u8,
    pub other: u8,
    /// Section index, or a reserved one such as `SHN_ABS`.
    pub section: u16,
}

impl Symbol<'_> {
    pub(crate) fn binding(&self) -> u8 {
        self.info >> 4
    }
    pub(crate) fn kind(&self) -> u8 {
        self.info & 0xf
    }
    /// The name of a local symbol up to the number that LLVM appended, and that number.
    pub(crate) fn numbered(&self) -> Option<(&[u8], &[u8])> {
        llvm_suffix::split(self.name).filter(|_| self.binding() == STB_LOCAL)
    }
    /// Type and binding in readelf's words, where it has words.
    pub(crate) fn describe(&self) -> String {
        let kind = match self.kind() {
            0 => "NOTYPE",
            STT_OBJECT => "OBJECT",
            2 => "FUNC",
            STT_SECTION => "SECTION",
            STT_FILE => "FILE",
            5 => "COMMON",
            STT_TLS => "TLS",
            10 => "IFUNC",
            _ => return format!("type {:#x} other {:#x}", self.info, self.other),
        };
        let binding = match self.binding() {
            STB_LOCAL => "LOCAL",
            1 => "GLOBAL",
            2 => "WEAK",
            10 => "UNIQUE",
            _ => return format!("type {:#x} other {:#x}", self.info, self.other),
        };
        match self.other {
            0 => format!("{kind} {binding}"),
            other => format!("{kind} {binding} other {other:#x}"),
        }
    }
}

/// All symbols of a table, the null one left out. `None` if any of it cannot be read: then the table is
/// to be compared byte for byte.
pub(crate) fn read<'a>(image: &Image<'a>, table: &Section<'_>) -> Option<Vec<Symbol<'a>>> {
    let fields = image.fields.over(image.content(table));
    let each = fields.wide(16, 24);
    if table.entsize != each as u64 || !fields.bytes.len().is_multiple_of(each) {
        return None;
    }
    let strings = image.sections.get(table.link as usize)?;
    let strings = image.content(strings);
    let mut budget = image.bytes().len().saturating_mul(limits::NAMES_PER_FILE);
    let mut symbols = Vec::with_capacity(fields.bytes.len() / each);
    for at in (each..fields.bytes.len()).step_by(each) {
        let symbol = symbol(&fields, strings, at)?;
        // Overlapping names could make a small table expand without bound.
        budget = budget.checked_sub(symbol.name.len())?;
        // The index stands in SHT_SYMTAB_SHNDX, and following it is not attempted.
        if symbol.section == SHN_XINDEX {
            return None;
        }
        symbols.push(symbol);
    }
    Some(symbols)
}

/// How many entries stand before the first that is not local, the null one among them.
pub(crate) fn local(image: &Image<'_>, table: &Section<'_>) -> Option<u64> {
    let fields = image.fields.over(image.content(table));
    let each = fields.wide(16, 24);
    let infos = fields.bytes.chunks_exact(each);
    let infos = infos.filter_map(|entry| entry.get(fields.wide(12, 4)));
    let count = infos.take_while(|info| *info >> 4 == STB_LOCAL).count();
    (table.entsize == each as u64).then_some(count as u64)
}

/// The symbol of this index.
pub(crate) fn one<'a>(image: &Image<'a>, table: &Section<'_>, index: u32) -> Option<Symbol<'a>> {
    let fields = image.fields.over(image.content(table));
    let strings = image.content(image.sections.get(table.link as usize)?);
    symbol(
        &fields,
        strings,
        (index as usize).checked_mul(fields.wide(16, 24))?,
    )
}

fn symbol<'a>(f: &Fields<'_>, strings: &'a [u8], at: usize) -> Option<Symbol<'a>> {
    let byte = |small: usize, large: usize| f.bytes.get(at + f.wide(small, large)).copied();
    Some(Symbol {
        name: string_at(strings, u64::from(f.u32(at)?))?,
        value: f.word(at + f.wide(4, 8))?,
        size: f.word(at + f.wide(8, 16))?,
        info: byte(12, 4)?,
        other: byte(13, 5)?,
        section: f.u16(at + f.wide(14, 6))?,
    })
}

/// Whether a local symbol only marks its section: the section symbol, or the mapping symbol that says
/// that data begins there (ELF for the Arm Architecture, "Mapping symbols": `$d`, `$d.<any>`).
pub(super) fn marks_its_section(symbol: &Symbol<'_>) -> bool {
    let mapping = symbol.name == b"$d" || symbol.name.starts_with(b"$d.");
    symbol.kind() == STT_SECTION || (mapping && symbol.kind() == 0 && symbol.size == 0)
}

/// The entries of `.dynsym` as facts by name, each with everything it holds but its section's index: a section
/// more shifts that, and the loader asks of it only whether it is 0 or `SHN_ABS`. The table is mapped, so the
/// entries' order and where their names stand are a fact too.
pub(crate) fn dynamic_items(image: &Image<'_>, table: &Section<'_>) -> Option<Vec<Item>> {
    let fields = image.fields.over(image.content(table));
    let each = fields.wide(16, 24);
    let symbols = read(image, table)?;
    limits::are_told(symbols.len(), image.bytes().len()).then_some(())?;
    let mut room = Room::of(2 * image.bytes().len());
    let null = hex(fields.bytes.get(..each)?);
    let key = "elf.section.dynsym";
    let mut items = vec![Item::new(&[key, "null"], "null", null, Level::Interface)];
    let mut order: Vec<Vec<u8>> = Vec::new();
    for (index, symbol) in symbols.iter().enumerate() {
        let name_at = fields.u32((index + 1).checked_mul(each)?)?;
        order.push(name_at.to_le_bytes().to_vec());
        order.push(symbol.name.to_vec());
        let value = format!(
            "{} {:#x} size {} in {}",
            symbol.describe(),
            symbol.value,
            symbol.size,
            image.section_label(u64::from(symbol.section))
        );
        room.take(value.len())?;
        let name = names::symbol(symbol.name);
        items.push(Item::new(&[key, "symbol"], name, value, Level::Interface));
    }
    // Section symbols have no names: relocations mean one or the other by its place alone.
    number_repeats(items.iter_mut().map(|item| &mut item.name));
    let order = format!("{} names, {}", symbols.len(), Digest::of_fields(order));
    items.push(Item::new(&[key, "order"], "order", order, Level::Interface));
    Some(items)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What a relocation's symbol index means: a name, or a section.
pub(crate) fn meant(image: &Image<'_>, symbols: &[Symbol<'_>], index: u32) -> String {
    let symbol = (index as usize).checked_sub(1).and_then(|i| symbols.get(i));
    match symbol {
        None if index == 0 => "nothing".to_owned(),
        None => format!("symbol {index}, which is not there"),
        Some(symbol) => spell(image, symbol),
    }
}

/// What a symbol is called where others refer to it.
pub(crate) fn spell(image: &Image<'_>, symbol: &Symbol<'_>) -> String {
    let section = || image.section_label(u64::from(symbol.section));
    match symbol.name {
        b"" => format!("section {}", section()),
        // Local names repeat; where such a symbol stands tells them apart.
        name if symbol.binding() == STB_LOCAL => {
            let name = names::symbol(name);
            format!("{name} in {} at {:#x}", section(), symbol.value)
        }
        name => names::symbol(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_marks_a_section_marks_it() {
        let symbol = |name, info, size| Symbol {
            name,
            value: 0,
            size,
            info,
            other: 0,
            section: 4,
        };
        assert!(marks_its_section(&symbol(b"", STT_SECTION, 0)));
        assert!(marks_its_section(&symbol(b"$d", 0, 0)));
        assert!(marks_its_section(&symbol(b"$d.17", 0, 0)));
        assert!(!marks_its_section(&symbol(b"$data", 0, 0)));
        assert!(!marks_its_section(&symbol(b"$d", STT_OBJECT, 0)));
        assert!(!marks_its_section(&symbol(b"$d", 0, 4)));
        assert!(!marks_its_section(&symbol(b"note", 0, 0)));
    }
}
