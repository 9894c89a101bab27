//! A file cut into the pieces that can move on their own: functions, data objects, constants.
//!
//! Symbols say where pieces begin and end; where they were stripped, the tables for unwinding do so for
//! functions, and what code refers to does for constants. Every allocated byte is in exactly one piece.

mod pieces;

use super::atom::{Atom, Role};
use super::code;
use super::effort::Effort;
use super::flow::{How, Reference, Table};
use super::modes::{self, Modes};
use super::space::{
    Area, Machine, Mark, Meaning, SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_RELR,
    Space,
};
use super::stubs::{filler, stubs};
use super::unwind::{self, Entry};
use pieces::pieces;
use std::collections::{BTreeMap, BTreeSet};

/// More rounds of finding where functions begin are not made.
const ROUNDS: usize = 64;
/// What a piece takes in each of them.
const PIECE: usize = 64;

/// A file in pieces.
pub(super) struct Atoms<'s, 'a> {
    pub space: &'s Space<'a>,
    /// By address.
    pub atoms: Vec<Atom>,
    pub unwind: Vec<Entry>,
    pub modes: Modes,
}

impl<'s, 'a> Atoms<'s, 'a> {
    /// `None` if a table that tells where pieces begin cannot be read, or following the code takes more than may be
    /// spent.
    pub(super) fn cut(space: &'s Space<'a>, effort: &Effort) -> Option<Self> {
        Self::cut_at(space, effort, BTreeMap::new())
    }

    /// The same where something else says of more functions where they begin, and how long they are.
    pub(super) fn cut_at(
        space: &'s Space<'a>,
        effort: &Effort,
        mut functions: BTreeMap<u64, u64>,
    ) -> Option<Self> {
        let unwind = unwind::entries(space)?;
        let told = unwind.iter();
        functions.extend(told.map(|entry| (begins(space, entry.start & !1), entry.length)));
        let handlers = unwind::handlers(space, &unwind);
        let mut loose: Vec<Reference> = fixups(space);
        loose.extend(handlers.references);
        let mut around = code::around(space, effort);
        around.pads.clone_from(&handlers.pads);
        // Where neither symbols nor tables say where functions begin, whatever leads to them does.
        let mut rounds = 0..ROUNDS;
        let mut memory = modes::Memory::default();
        let (mut atoms, modes) = loop {
            let mut atoms = Vec::new();
            for (index, _) in space.areas.iter().enumerate().filter(|(_, a)| a.code) {
                atoms.extend(pieces(space, index, &functions, &BTreeSet::new()));
            }
            atoms.sort_by_key(|atom| (atom.start, atom.end));
            effort.spend(PIECE * atoms.len()).then_some(())?;
            let modes = modes::find(space, &atoms, &loose, &around, &mut memory);
            if effort.is_spent() {
                return None;
            }
            let known = functions.len();
            functions.extend(modes.starts.iter().map(|start| (*start, 0)));
            let settled = functions.len() == known;
            if settled {
                let gone = modes::gone(space, &atoms, &modes, &around);
                if gone == around.gone {
                    break (atoms, modes);
                }
                // What stands behind calls of those is read anew.
                (around.gone, memory) = (gone, modes::Memory::default());
            }
            if rounds.next().is_none() {
                break (atoms, modes);
            }
        };
        let known = code::read(space, &mut atoms, modes, around, &loose, &handlers.pads);
        if effort.is_spent() {
            return None;
        }
        let mut targets: BTreeSet<u64> = unwind.iter().filter_map(|entry| entry.table).collect();
        targets.extend(known.tables.iter().map(|table| table.at));
        let all = atoms.iter().flat_map(|atom| &atom.references).chain(&loose);
        targets.extend(all.filter_map(|reference| match reference.to {
            Meaning::Address(target) => Some(target),
            Meaning::Page(_) | Meaning::Text(_) => None,
        }));
        for (index, _) in space.areas.iter().enumerate().filter(|(_, a)| !a.code) {
            atoms.extend(pieces(space, index, &BTreeMap::new(), &targets));
        }
        atoms.sort_by_key(|atom| (atom.start, atom.end));
        let mut cut = Atoms {
            space,
            atoms,
            unwind,
            modes: known.modes,
        };
        for table in &known.tables {
            loose.extend(cut.entries(table));
        }
        for reference in loose {
            if let Some(atom) = cut.find(reference.at)
                && let Some(atom) = cut.atoms.get_mut(atom)
            {
                atom.references.push(reference);
            }
        }
        for table in handlers.unread {
            let atom = cut.find(table).and_then(|index| cut.atoms.get_mut(index));
            if let Some(atom) = atom {
                atom.unknown.push(table);
            }
        }
        for atom in &mut cut.atoms {
            atom.references
                .sort_by_key(|r| (r.at, r.width, r.mask, r.kind, r.via, r.how));
            atom.references.dedup();
            understood(&mut atom.references);
        }
        Some(cut)
    }

    /// What the entries of a table that code reads lead to, up to where the next piece begins.
    fn entries(&self, table: &Table) -> Vec<Reference> {
        let atom = self.find(table.at).and_then(|index| self.atoms.get(index));
        // Between instructions a table leads nowhere but into its function.
        let Some(atom) = atom.filter(|atom| atom.role != Role::Function) else {
            return Vec::new();
        };
        let width = usize::from(table.entry.width);
        // Where code is what entries count from, one that would lead to no code is none, and nor is what follows it. One
        // to the end of code cannot be taken.
        let code = |target: u64| {
            let mut areas = self.space.areas.iter().filter(|area| area.code);
            areas.any(|area| (area.start..=area.end).contains(&target))
        };
        let jumps = table.base.is_some_and(code);
        let entries = table.entries(self.space, atom.end);
        let entries = entries.take_while(|(_, target)| !jumps || code(*target));
        let entries: Vec<(u64, u64)> = entries.collect();
        let into = |(_, target): &(u64, u64)| self.find(*target).and_then(|i| self.atoms.get(i));
        // A table of places in one function, none of which is its beginning.
        let function = (entries.first().and_then(into)).filter(|into| into.role == Role::Function);
        let function = function.filter(|function| {
            let mut others = entries.iter().filter(|(_, target)| *target != function.end);
            others.all(|(_, target)| (function.start + 1..function.end).contains(target))
        });
        let references = entries.iter().map(|(at, target)| {
            let how = match function {
                Some(function) if function.end == *target => How::Behind,
                _ => How::Word,
            };
            Reference {
                width,
                ..Reference::field(*at, u64::MAX >> (64 - 8 * width), how, *target)
            }
        });
        references.collect()
    }

    /// The piece that has this address.
    pub(super) fn find(&self, address: u64) -> Option<usize> {
        let after = self.atoms.partition_point(|atom| atom.start <= address);
        let index = after.checked_sub(1)?;
        (address < self.atoms.get(index)?.end).then_some(index)
    }

    pub(super) fn area(&self, atom: &Atom) -> Option<&Area<'a>> {
        self.space.areas.get(atom.area)
    }

    /// The bytes of a piece; empty where the file holds none.
    pub(super) fn bytes(&self, atom: &Atom) -> &[u8] {
        self.area(atom)
            .map_or(&[], |area| area.at(atom.start, atom.end))
    }

    /// Whether the code at the start of a piece is T32.
    pub(super) fn thumb(&self, atom: &Atom) -> bool {
        self.modes.thumb(atom.start)
    }
}

/// Where code begins that a table for unwinding says begins at `start`: that may be what fills room before a whole
/// word, where an empty section stood.
fn begins(space: &Space<'_>, start: u64) -> u64 {
    let fills = matches!(space.number(start, 2), Some(0 | 0xbf00 | 0x46c0));
    let odd = space.machine == Machine::Arm && !space.mapped && start % 4 == 2;
    if odd && fills { start + 2 } else { start }
}

/// What relocations refer to, and words that the linker has filled in for good: of tables of addresses, and,
/// where addresses are fixed, any that may be one.
fn fixups(space: &Space<'_>) -> Vec<Reference> {
    let width = space.image.fields.wide(4, 8);
    let linked = !space.image.relocatable();
    let mask = if width == 4 { 0xffff_ffff } else { u64::MAX };
    let mut out = Vec::new();
    for (at, fixup) in &space.fixups {
        out.push(Reference {
            at: *at,
            width: if linked { width } else { 0 },
            mask: if linked { mask } else { 0 },
            kind: fixup.kind,
            how: How::Word,
            via: *at,
            to: fixup.to.clone(),
        });
        if linked && space.bound_late(fixup.kind) {
            out.extend(in_place(space, *at, mask));
        }
    }
    for area in space.areas.iter().filter(|area| linked && area.slots()) {
        for at in (area.start..area.end).step_by(width) {
            if !space.fixups.contains_key(&at) {
                out.extend(in_place(space, at, mask));
            }
        }
    }
    let Some(fixed) = space.fixed() else {
        return out;
    };
    let data = space
        .areas
        .iter()
        .filter(|a| !(a.code || a.slots() || a.handlers()));
    let data = data.filter(|area| !is_table(space, area));
    for area in data {
        for (at, bytes) in (area.start..)
            .step_by(width)
            .zip(area.bytes.chunks_exact(width))
        {
            let value = space.image.fields.over(bytes).word(0).unwrap_or_default();
            if fixed.contains(&value) && !space.fixups.contains_key(&at) {
                out.push(Reference {
                    width,
                    ..Reference::field(at, mask, How::Perhaps, value)
                });
            }
        }
    }
    out
}

/// Leaves out numbers that may be addresses where other references say what stands there.
fn understood(references: &mut Vec<Reference>) {
    let told = |r: &&Reference| r.how != How::Perhaps && r.width > 0;
    let known: Vec<(u64, u64)> = (references.iter().filter(told))
        .map(|r| (r.at, r.at + r.width as u64))
        .collect();
    references.retain(|r| {
        let end = r.at + r.width as u64;
        let from = known.partition_point(|(_, known)| *known <= r.at);
        r.how != How::Perhaps || r.kind != 0 || known.get(from).is_none_or(|k| k.0 >= end)
    });
}

/// Whether a word is the end of a text of at least four characters, and the zeros behind it.
pub(super) fn in_text(before: Option<u8>, word: &[u8]) -> bool {
    let printable = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | 0x20..=0x7e | 0x80..);
    let text = word.iter().take_while(|byte| printable(**byte)).count();
    let zeros = word.get(text..).unwrap_or_default();
    before.is_some_and(printable) && text > 0 && zeros.iter().all(|byte| *byte == 0)
}

fn in_place(space: &Space<'_>, at: u64, mask: u64) -> Option<Reference> {
    let target = space
        .word(at)
        .filter(|target| space.area(*target & !1).is_some())?;
    let width = space.image.fields.wide(4, 8);
    Some(Reference {
        width,
        ..Reference::field(at, mask, How::Word, target)
    })
}

const TABLE_KINDS: [u32; 15] = [
    3,
    4,
    5,
    6,
    7,
    9,
    11,
    SHT_RELR,
    SHT_ANDROID_REL,
    SHT_ANDROID_RELA,
    SHT_ANDROID_RELR,
    0x6fff_fff6,
    0x6fff_fffd,
    0x6fff_fffe,
    0x6fff_ffff,
];
/// Padding between data objects stays below this.
const ALIGNMENT: u64 = 64;
const SHT_ARM_EXIDX: u32 = 0x7000_0001;

/// Whether another comparison reads the area: tables of the loader and for unwinding.
fn is_table(space: &Space<'_>, area: &Area<'_>) -> bool {
    let Some(section) = space.image.sections.get(area.section) else {
        return false;
    };
    TABLE_KINDS.contains(&section.kind)
        || section.kind == SHT_ARM_EXIDX
        || (matches!(
            area.label.as_str(),
            ".eh_frame" | ".eh_frame_hdr" | ".interp"
        ) && !space.image.relocatable())
}
