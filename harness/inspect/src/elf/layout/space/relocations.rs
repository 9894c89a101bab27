//! What is written where when the file is linked or loaded: relocations of every kind a table may have.
//!
//! Besides the tables of the System V ABI (chapter 4, "Relocation") there are two that take less room: of
//! relative relocations alone, a bit for each word (gABI, `SHT_RELR`), and Android's, in groups of LEB128
//! numbers (bionic, `linker_reloc_iterators.h`).

use super::super::super::dynamic;
use super::super::super::image::{
    SHT_DYNSYM, SHT_GNU_VERSYM, SHT_REL, SHT_RELA, SHT_SYMTAB, Section,
};
use super::super::super::numbers::signed;
use super::super::super::relocations::{Relocation, relocation_entries};
use super::super::super::symbols::{self, Symbol};
use super::{Fixup, Machine, Meaning, Space};
use crate::limits::{self, Room};
use std::collections::BTreeMap;

pub(in super::super) const SHT_RELR: u32 = 19;
pub(in super::super) const SHT_ANDROID_REL: u32 = 0x6000_0001;
pub(in super::super) const SHT_ANDROID_RELA: u32 = 0x6000_0002;
pub(in super::super) const SHT_ANDROID_RELR: u32 = 0x6fff_ff00;
const STT_GNU_IFUNC: u8 = 10;
/// Relocations of one file come to no more: packed tables may say anything.
const MOST: usize = 1 << 24;

/// The entries of a table, and whether they have addends of their own.
fn entries(space: &Space<'_>, table: &Section<'_>) -> Option<(Vec<Relocation>, bool)> {
    let image = space.image;
    match table.kind {
        SHT_REL | SHT_RELA => {
            let entries = relocation_entries(image, table)?;
            Some((entries, table.kind == SHT_RELA))
        }
        SHT_RELR | SHT_ANDROID_RELR => Some((relative(space, table)?, false)),
        SHT_ANDROID_REL | SHT_ANDROID_RELA => {
            let wide = image.fields.wide(0, 1) == 1;
            let with_addend = table.kind == SHT_ANDROID_RELA;
            Some((
                packed(image.content(table), wide, with_addend)?,
                with_addend,
            ))
        }
        _ => Some((Vec::new(), false)),
    }
}

/// A table of relative relocations: an even word is a place, an odd one has a bit for each word behind it.
fn relative(space: &Space<'_>, table: &Section<'_>) -> Option<Vec<Relocation>> {
    let fields = space.image.fields.over(space.image.content(table));
    let width = fields.wide(4, 8);
    let kind = space.relative_kind()?;
    let mut out = Vec::new();
    let mut next = 0_u64;
    for at in (0..fields.bytes.len()).step_by(width) {
        let word = fields.word(at)?;
        let mut add = |offset: u64| {
            out.push(Relocation {
                offset,
                kind,
                symbol: 0,
                addend: 0,
            });
        };
        if word & 1 == 0 {
            add(word);
            next = word.checked_add(width as u64)?;
            continue;
        }
        let bits = width as u32 * 8 - 1;
        for bit in (0..bits).filter(|bit| word >> (bit + 1) & 1 == 1) {
            add(next.checked_add(u64::from(bit) * width as u64)?);
        }
        next = next.checked_add(u64::from(bits) * width as u64)?;
        if out.len() > MOST {
            return None;
        }
    }
    Some(out)
}

const GROUPED_BY_INFO: i64 = 1;
const GROUPED_BY_OFFSET_DELTA: i64 = 2;
const GROUPED_BY_ADDEND: i64 = 4;
const GROUP_HAS_ADDEND: i64 = 8;

/// Android's groups: what members share is said once.
fn packed(bytes: &[u8], wide: bool, with_addend: bool) -> Option<Vec<Relocation>> {
    let rest = bytes.strip_prefix(b"APS2")?;
    let mut at = 0;
    let mut number = || signed(rest, &mut at);
    let count = usize::try_from(number()?).ok().filter(|n| *n <= MOST)?;
    let mut offset = number()?;
    let (mut info, mut addend) = (0_i64, 0_i64);
    let mut out = Vec::new();
    while out.len() < count {
        let size = usize::try_from(number()?).ok()?;
        if size == 0 || size > count - out.len() {
            return None;
        }
        let flags = number()?;
        let step = match flags & GROUPED_BY_OFFSET_DELTA {
            0 => None,
            _ => Some(number()?),
        };
        if flags & GROUPED_BY_INFO != 0 {
            info = number()?;
        }
        let has_addend = flags & GROUP_HAS_ADDEND != 0;
        if has_addend && !with_addend {
            return None;
        }
        let shared = flags & GROUPED_BY_ADDEND != 0;
        if has_addend && shared {
            addend = addend.wrapping_add(number()?);
        } else if !has_addend {
            addend = 0;
        }
        for _ in 0..size {
            offset = offset.wrapping_add(match step {
                Some(step) => step,
                None => number()?,
            });
            if flags & GROUPED_BY_INFO == 0 {
                info = number()?;
            }
            if has_addend && !shared {
                addend = addend.wrapping_add(number()?);
            }
            let (symbol, kind) = match wide {
                true => (info as u64 >> 32, info as u64 & 0xffff_ffff),
                false => (info as u64 >> 8 & 0xff_ffff, info as u64 & 0xff),
            };
            let fit = |value: i64| match wide {
                true => value as u64,
                false => value as u64 & 0xffff_ffff,
            };
            out.push(Relocation {
                offset: fit(offset),
                kind: kind as u32,
                symbol: symbol as u32,
                addend: value_of(addend, wide),
            });
        }
    }
    Some(out)
}

fn value_of(addend: i64, wide: bool) -> u64 {
    match wide {
        true => addend as u64,
        false => addend as u64 & 0xffff_ffff,
    }
}

impl Space<'_> {
    /// `R_AARCH64_RELATIVE`, `R_ARM_RELATIVE`.
    fn relative_kind(&self) -> Option<u32> {
        match self.machine {
            Machine::A64 => Some(1027),
            Machine::Arm => Some(23),
            Machine::Other => None,
        }
    }

    /// Whether the loader only adds where the file is loaded.
    pub(in super::super) fn is_relative(&self, kind: u32) -> bool {
        self.relative_kind() == Some(kind)
    }

    /// `R_AARCH64_IRELATIVE`, `R_ARM_IRELATIVE`.
    fn runs(&self, kind: u32) -> bool {
        match self.machine {
            Machine::A64 => kind == 1032,
            Machine::Arm => kind == 160,
            Machine::Other => false,
        }
    }

    pub(super) fn read_fixups(&mut self) -> Option<()> {
        let image = self.image;
        let (mut count, mut room) = (0, Room::of(2 * image.bytes().len()));
        for table in &image.sections {
            let target = match (table.kind, image.relocatable()) {
                (SHT_REL | SHT_RELA, true) => {
                    let index = table.info as usize;
                    let section = image.sections.get(index)?;
                    if !section.allocated() {
                        continue;
                    }
                    self.base(index, section)
                }
                (
                    SHT_REL | SHT_RELA | SHT_RELR | SHT_ANDROID_REL | SHT_ANDROID_RELA
                    | SHT_ANDROID_RELR,
                    false,
                ) if table.allocated() => 0,
                _ => continue,
            };
            let names = image.sections.get(table.link as usize);
            let names = names.filter(|names| matches!(names.kind, SHT_DYNSYM | SHT_SYMTAB));
            let symbols = match names {
                Some(names) => symbols::read(image, names)?,
                None => Vec::new(),
            };
            let versions = match names {
                Some(names) if names.kind == SHT_DYNSYM => self.versions()?,
                _ => BTreeMap::new(),
            };
            let (entries, with_addend) = entries(self, table)?;
            // Nothing is proven of a file with more than are believed.
            count += entries.len();
            limits::are_told(count, 2 * image.bytes().len()).then_some(())?;
            for entry in entries {
                let symbol = (entry.symbol as usize).checked_sub(1);
                let symbol = symbol.and_then(|index| symbols.get(index));
                room.take(symbol.map_or(0, |symbol| symbol.name.len()))?;
                let place = target.checked_add(entry.offset)?;
                self.fix(place, &entry, with_addend, &symbols, &versions);
            }
        }
        // Two that overlap write over each other, too.
        let width = image.fields.wide(4, 8) as u64;
        let places = self.fixups.keys().copied();
        let after = places.clone().skip(1);
        let overlap = places.zip(after).filter(|(one, next)| next - one < width);
        self.doubled.extend(overlap.map(|(one, _)| one));
        Some(())
    }

    /// The versions of dynamic symbols by index, as far as they have any.
    fn versions(&self) -> Option<BTreeMap<u32, String>> {
        let image = self.image;
        let Some(table) = image.sections.iter().find(|s| s.kind == SHT_GNU_VERSYM) else {
            return Some(BTreeMap::new());
        };
        let names = dynamic::versions(image, &mut Vec::new())?;
        let fields = image.fields.over(image.content(table));
        let numbers = (0..fields.bytes.len() / 2).map(|i| fields.u16(i * 2).unwrap_or_default());
        let named = |(index, raw): (u32, u16)| match raw & 0x7fff {
            0 | 1 => None,
            number => {
                let name = names.get(&number).cloned();
                Some((index, name.unwrap_or_else(|| format!("version {number}"))))
            }
        };
        Some((0..).zip(numbers).filter_map(named).collect())
    }

    fn fix(
        &mut self,
        place: u64,
        entry: &Relocation,
        with_addend: bool,
        symbols: &[Symbol<'_>],
        versions: &BTreeMap<u32, String>,
    ) {
        let kind = entry.kind;
        let addend = match with_addend {
            true => entry.addend,
            // A symbol's address alone is written there, whatever stands there.
            false if self.image.relocatable() || self.replaced(kind) => 0,
            false => self.word(place).unwrap_or_default(),
        };
        let symbol = (entry.symbol as usize).checked_sub(1);
        let symbol = symbol.and_then(|index| symbols.get(index));
        let to = match (entry.symbol, symbol) {
            (index @ 1.., None) => Meaning::Text(format!("symbol {index}, which is not there")),
            (_, symbol) => self.meaning(kind, symbol, addend),
        };
        let own = symbol.is_some_and(|s| s.kind() == STT_GNU_IFUNC && s.section != 0);
        if self.runs(kind) || own {
            self.resolved.push(place);
        }
        self.placed.push(place);
        if self.bound_late(kind) {
            self.late.push(place);
        }
        let version = versions.get(&entry.symbol).cloned();
        let fixup = Fixup { kind, to, version };
        if self.fixups.insert(place, fixup).is_some() {
            self.doubled.insert(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_packed_group_shares_holds_for_each_member() {
        // Three relocations from 0x1000 on: two of type 23 eight bytes apart, one of symbol 1, type 21.
        let bytes = [
            b"APS2".as_slice(),
            &[3, 0x80, 0x20],
            // Two members, step and type shared.
            &[2, 3, 8, 23],
            // One member: nothing shared, 4 further on, type 21 of symbol 1.
            &[1, 0, 4, 0x95, 2],
        ]
        .concat();
        let found = packed(&bytes, false, false).unwrap();
        let told: Vec<_> = found.iter().map(|r| (r.offset, r.kind, r.symbol)).collect();
        assert_eq!(told, [(0x1008, 23, 0), (0x1010, 23, 0), (0x1014, 21, 1)]);
        assert!(packed(&bytes[..8], false, false).is_none(), "cut short");
    }
}
