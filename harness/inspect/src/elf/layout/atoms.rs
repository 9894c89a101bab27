//! A file cut into the pieces that can move on their own: functions, data objects, constants.
//!
//! Symbols say where pieces begin and end; where they were stripped, the tables for unwinding do so for
//! functions, and what code refers to does for constants. Every allocated byte is in exactly one piece.

use super::a64::A64;
use super::arm::Arm;
use super::flow::{self, Reference};
use super::space::{Area, Machine, Mark, Meaning, Space};
use super::stubs::{filler, stubs};
use super::unwind::{self, Entry};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Code with a beginning that others refer to.
    Function,
    /// What fills the room between functions.
    Padding,
    /// Data with a name.
    Object,
    /// Read-only data without a name: known by what it holds.
    Constant,
    /// A word of a table of addresses: known by what it points to.
    Slot,
    /// Data without a name that can be written: known by where it stands in its section.
    Rest,
    /// A table that another comparison reads.
    Table,
}

/// A piece.
pub(super) struct Atom {
    pub start: u64,
    pub end: u64,
    pub area: usize,
    pub role: Role,
    pub name: Option<String>,
    /// Names that other files can refer to it by, in order.
    pub exported: Vec<String>,
    /// By place.
    pub references: Vec<Reference>,
}

/// A file in pieces.
pub(super) struct Atoms<'s, 'a> {
    pub space: &'s Space<'a>,
    /// By address.
    pub atoms: Vec<Atom>,
    pub unwind: Vec<Entry>,
}

impl<'s, 'a> Atoms<'s, 'a> {
    /// `None` if a table that tells where pieces begin cannot be read.
    pub(super) fn cut(space: &'s Space<'a>) -> Option<Self> {
        let unwind = unwind::entries(space)?;
        let functions: BTreeMap<u64, u64> = unwind
            .iter()
            .map(|entry| (entry.start & !1, entry.length))
            .collect();
        let mut code: Vec<Atom> = Vec::new();
        for (index, _) in space.areas.iter().enumerate().filter(|(_, a)| a.code) {
            code.extend(pieces(space, index, &functions, &BTreeSet::new()));
        }
        code.par_iter_mut().for_each(|atom| {
            if atom.role == Role::Function {
                atom.references = decode(space, atom);
            }
        });
        let mut loose: Vec<Reference> = fixups(space);
        loose.extend(unwind::handlers(space, &unwind));
        let mut targets: BTreeSet<u64> = unwind.iter().filter_map(|entry| entry.table).collect();
        let all = code.iter().flat_map(|atom| &atom.references).chain(&loose);
        targets.extend(all.filter_map(|reference| match reference.to {
            Meaning::Address(target) => Some(target),
            Meaning::Text(_) => None,
        }));
        let mut atoms = code;
        for (index, _) in space.areas.iter().enumerate().filter(|(_, a)| !a.code) {
            atoms.extend(pieces(space, index, &BTreeMap::new(), &targets));
        }
        atoms.sort_by_key(|atom| (atom.start, atom.end));
        let mut cut = Atoms {
            space,
            atoms,
            unwind,
        };
        for reference in loose {
            if let Some(atom) = cut.find(reference.at)
                && let Some(atom) = cut.atoms.get_mut(atom)
            {
                atom.references.push(reference);
            }
        }
        for atom in &mut cut.atoms {
            atom.references
                .sort_by_key(|r| (r.at, r.width, r.mask, r.kind));
            atom.references.dedup();
        }
        Some(cut)
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
        thumb(self.space, atom.start)
    }
}

/// The instruction set at an address: as the nearest mark before it says; where marks were stripped, as a
/// function's own symbol says, or as the code looks.
fn thumb(space: &Space<'_>, address: u64) -> bool {
    let mark = match space.mapped {
        true => space
            .marks
            .range(..=address)
            .next_back()
            .map(|(_, mark)| *mark),
        false => space.marks.get(&address).copied(),
    };
    match mark {
        Some(mark) => mark == Mark::T32,
        None => {
            let code = space
                .area(address)
                .map_or(&[][..], |area| area.at(address, area.end));
            let words = code.chunks_exact(4).take(LOOKED_AT);
            let all = words.len();
            // Nearly every A32 instruction is executed always, which its highest four bits say.
            let always = words.filter(|word| word.last().is_some_and(|byte| byte >> 4 == 14));
            always.count() * 2 < all
        }
    }
}

fn decode(space: &Space<'_>, atom: &Atom) -> Vec<Reference> {
    let Some(area) = space.areas.get(atom.area) else {
        return Vec::new();
    };
    let bytes = area.at(atom.start, atom.end);
    // What an object file's instructions refer to, its relocations say.
    if space.image.relocatable() {
        return Vec::new();
    }
    match space.machine {
        Machine::A64 => {
            let code = A64 {
                bytes,
                start: atom.start,
            };
            flow::references(&code, atom.start, atom.end)
        }
        Machine::Arm => {
            let thumb = thumb(space, atom.start);
            let code = Arm::new(bytes, atom.start, thumb, &space.marks);
            flow::references(&code, atom.start, atom.end)
        }
        Machine::Other => Vec::new(),
    }
}

/// What relocations refer to, and the words of tables of addresses that the linker has filled in for good.
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
    out
}

fn in_place(space: &Space<'_>, at: u64, mask: u64) -> Option<Reference> {
    let target = space
        .word(at)
        .filter(|target| space.area(*target & !1).is_some())?;
    let width = space.image.fields.wide(4, 8);
    Some(Reference {
        width,
        ..Reference::field(at, mask, target)
    })
}

const TABLE_KINDS: [u32; 11] = [
    3,
    4,
    5,
    6,
    7,
    9,
    11,
    0x6fff_fff6,
    0x6fff_fffd,
    0x6fff_fffe,
    0x6fff_ffff,
];
/// How many words of code are looked at to tell the instruction set.
const LOOKED_AT: usize = 16;
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

fn pieces(
    space: &Space<'_>,
    index: usize,
    functions: &BTreeMap<u64, u64>,
    targets: &BTreeSet<u64>,
) -> Vec<Atom> {
    let Some(area) = space.areas.get(index) else {
        return Vec::new();
    };
    let atom = |start, end, role| Atom {
        start,
        end,
        area: index,
        role,
        name: None,
        exported: Vec::new(),
        references: Vec::new(),
    };
    if is_table(space, area) {
        return vec![atom(area.start, area.end, Role::Table)];
    }
    let first = space
        .names
        .partition_point(|name| name.address < area.start);
    let last = space.names.partition_point(|name| name.address < area.end);
    let names = space.names.get(first..last).unwrap_or_default();
    let stubs = stubs(space, area);
    let mut points = BTreeSet::from([area.start, area.end]);
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for name in names {
        let end = name.address.saturating_add(name.size).min(area.end);
        points.extend([name.address, end]);
        spans.push((name.address, end));
    }
    for (start, length) in functions.range(area.start..area.end) {
        let end = start.saturating_add(*length).min(area.end);
        points.extend([*start, end]);
    }
    points.extend(stubs.keys().copied());
    let width = space.image.fields.wide(4, 8);
    if area.slots() {
        points.extend((area.start..area.end).step_by(width));
    } else if !area.code && !area.writable {
        // Only between named objects: those stay whole.
        let covered = |at: u64| {
            let before = spans.partition_point(|(start, _)| *start <= at);
            spans
                .iter()
                .take(before)
                .rev()
                .take(8)
                .any(|(start, end)| *start < at && at < *end)
        };
        points.extend(
            targets
                .range(area.start..area.end)
                .copied()
                .filter(|at| !covered(*at)),
        );
    }
    let mut out = Vec::new();
    let mut enclosing: Option<(u64, u64, String)> = None;
    for (start, end) in points.iter().zip(points.iter().skip(1)) {
        let here = names.partition_point(|name| name.address < *start);
        let here: Vec<_> = names
            .iter()
            .skip(here)
            .take_while(|name| name.address == *start)
            .collect();
        let mut piece = atom(*start, *end, Role::Rest);
        if let Some((name, best)) = stubs
            .get(start)
            .map(|name| (name.clone(), None))
            .or_else(|| best(&here).map(|name| (name.text.clone(), Some(name))))
        {
            piece.role = if area.code {
                Role::Function
            } else {
                Role::Object
            };
            let longest = here.iter().map(|name| name.size).max().unwrap_or_default();
            enclosing = best.map(|_| (*start, start.saturating_add(longest), name.clone()));
            piece.name = Some(name);
            let exported = here.iter().filter(|name| name.exported);
            piece.exported = exported.map(|name| name.text.clone()).collect();
            piece.exported.dedup();
        } else if let Some((from, to, name)) = &enclosing
            && start < to
        {
            piece.role = if area.code {
                Role::Function
            } else {
                Role::Object
            };
            piece.name = Some(format!("{name}+{:#x}", start - from));
        } else if area.code {
            let begins = functions.contains_key(start);
            let fills = !begins && filler(space.machine, area.at(*start, *end));
            piece.role = if fills { Role::Padding } else { Role::Function };
        } else if area.slots() {
            piece.role = Role::Slot;
        } else if !area.writable {
            piece.role = Role::Constant;
        } else if !names.is_empty()
            && end - start < ALIGNMENT
            && area.at(*start, *end).iter().all(|byte| *byte == 0)
            && targets.range(start..end).next().is_none()
        {
            piece.role = Role::Padding;
        }
        out.push(piece);
    }
    out
}

/// The name a piece goes by: an exported one before others, then the first in order.
fn best<'n>(names: &[&'n super::space::Name]) -> Option<&'n super::space::Name> {
    names
        .iter()
        .copied()
        .min_by_key(|name| (!name.exported, &name.text))
}
