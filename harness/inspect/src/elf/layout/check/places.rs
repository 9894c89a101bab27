//! Where pieces stand: order where it matters, neighbours that are reached through each other, alignment, and
//! whether the file is loaded as its sections say.

use super::super::super::image::{SHT_NOBITS, Segment};
use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::flow::How;
use super::super::headers::{PT_LOAD, PT_TLS};
use super::super::order;
use super::super::space::{Machine, Meaning, Space};
use super::Objection;
use super::before::same_before;
use super::cuts;
use super::gaps::traps;
use super::map::{Map, On};
use crossproof_model::Pair;

pub(super) fn check(map: &Map<'_, '_, '_>, pairs: &[(usize, usize)]) -> Vec<Objection> {
    let mut out = Vec::new();
    let told = Pair::new(referred_to(map, On::Left), referred_to(map, On::Right));
    let begun = map.sides.map(cuts::begun);
    for (left, right) in pairs {
        let Some(atoms) = map.pair(*left, *right) else {
            continue;
        };
        let why = in_order(map, atoms)
            .or_else(|| neighbours(map, (*left, *right), &told))
            .or_else(|| cuts::cut_off(map, (*left, *right), &begun))
            .or_else(|| aligned(map, atoms))
            .or_else(|| modes(map, atoms));
        if let Some(why) = why {
            let label = map
                .sides
                .left
                .area(atoms.left)
                .map_or("", |area| &area.label);
            out.push(Objection::of(
                label,
                atoms.map(|atom| Some(atom.start)),
                why,
            ));
        }
    }
    out.extend(entry(map));
    out.extend(relocations(map));
    for on in [On::Left, On::Right] {
        out.extend(mapped(map.side(on), on));
    }
    out
}

/// In a section whose order means something every piece is where its like is.
fn in_order(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>) -> Option<&'static str> {
    let areas = (
        map.sides.left.area(atoms.left)?,
        map.sides.right.area(atoms.right)?,
    );
    let into = (
        atoms.left.start - areas.0.start,
        atoms.right.start - areas.1.start,
    );
    let moved = order::matters(areas.0) && into.0 != into.1;
    moved.then_some(
        "stands at a different place of its section, where code may count on what is next to it",
    )
}

/// Pieces that something refers to by its address.
fn referred_to(map: &Map<'_, '_, '_>, on: On) -> Vec<bool> {
    let side = map.side(on);
    let mut told = vec![false; side.atoms.len()];
    let mut tell = |address: u64| {
        if let Some(slot) = side.find(address).and_then(|index| told.get_mut(index)) {
            *slot = true;
        }
    };
    let references = side.atoms.iter().flat_map(|atom| &atom.references);
    for reference in references {
        if let Meaning::Address(to) = reference.to {
            tell(to);
        }
    }
    let space = side.space;
    (space.names.iter())
        .filter(|name| name.exported)
        .for_each(|name| tell(name.address));
    space.entries().for_each(|(_, value)| tell(value));
    side.unwind
        .iter()
        .filter_map(|entry| entry.table)
        .for_each(tell);
    told
}

/// What stands behind code that does not end, and behind data through which alone data are reached, stands
/// behind it on the other side.
fn neighbours(
    map: &Map<'_, '_, '_>,
    (left, right): (usize, usize),
    told: &Pair<Vec<bool>>,
) -> Option<&'static str> {
    let atoms = map.pair(left, right)?;
    match atoms.left.role {
        Role::Function => {
            let falls = atoms.left.falls || atoms.right.falls;
            (falls && !same_behind(map, left, right))
                .then_some("control runs past its end, into something different")
        }
        _ => {
            let alone = |told: &[bool], index: usize| told.get(index) == Some(&false);
            let alone = alone(&told.left, left) || alone(&told.right, right);
            (alone && !same_before(map, left, right))
                .then_some("is reached only from what is next to it, which differs")
        }
    }
}

/// Whether the same gap, and behind it the same piece, or nothing more of the section, follows both.
fn same_behind(map: &Map<'_, '_, '_>, left: usize, right: usize) -> bool {
    let behind = |on: On, index: usize| {
        let side = map.side(on);
        let area = side.atoms.get(index)?.area;
        let mut gap: Vec<u8> = Vec::new();
        for next in index + 1.. {
            let atom = side.atoms.get(next).filter(|atom| atom.area == area);
            match atom {
                None => return Some((gap, None)),
                Some(atom) if atom.role == Role::Padding => gap.extend_from_slice(side.bytes(atom)),
                Some(_) => return Some((gap, Some(map.piece(on, next)?))),
            }
        }
        None
    };
    let trapped = |on: On, index: usize| {
        let side = map.side(on);
        let next = side.atoms.get(index + 1);
        next.is_some_and(|next| next.role == Role::Padding && traps(side, next))
    };
    let (one, other) = (behind(On::Left, left), behind(On::Right, right));
    one.is_some() && one == other || trapped(On::Left, left) && trapped(On::Right, right)
}

/// Data are as well aligned on both sides as their size and section can ask for; code by whole words.
fn aligned(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>) -> Option<&'static str> {
    let area = map.sides.left.area(atoms.left)?;
    let moved = atoms.right.start.wrapping_sub(atoms.left.start);
    let most = match atoms.left.role {
        // Where a place is counted from a whole word; thunks count from none.
        Role::Function if atoms.left.thunk && atoms.right.thunk => 1,
        Role::Function => 2,
        _ => {
            let size = atoms.left.end - atoms.left.start;
            let section = area.align.max(1).trailing_zeros();
            size.trailing_zeros().min(section)
        }
    };
    let by = |address: u64| address.trailing_zeros().min(most);
    let differs = moved.trailing_zeros() < most && by(atoms.left.start) != by(atoms.right.start);
    differs.then_some("is aligned differently")
}

/// Code is of the same instruction set, with data at the same places in it.
fn modes(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>) -> Option<&'static str> {
    if map.sides.left.space.machine != Machine::Arm || atoms.left.role != Role::Function {
        return None;
    }
    let marks = |side: &Atoms<'_, '_>, atom: &Atom| {
        let inside = side.modes.marks().range(atom.start + 1..atom.end);
        let inside = inside.map(|(at, mark)| (at - atom.start, *mark));
        (side.thumb(atom), inside.collect::<Vec<_>>())
    };
    let same = marks(map.sides.left, atoms.left) == marks(map.sides.right, atoms.right);
    let told = map.sides.left.space.mapped == map.sides.right.space.mapped;
    (!same).then_some(match told {
        true => "is code of a different instruction set",
        false => "may be code of a different instruction set: one side has no mapping symbols",
    })
}

fn entry(map: &Map<'_, '_, '_>) -> Option<Objection> {
    let entry = Pair::new(
        map.sides.left.space.image.header.entry,
        map.sides.right.space.image.header.entry,
    );
    // A library has none.
    let none = entry.left == 0 && entry.right == 0;
    let same = none || map.same_address((entry.left, How::Jump), (entry.right, How::Jump));
    (!same).then(|| {
        Objection::of(
            "",
            entry.map(Some),
            "the program starts at different places",
        )
    })
}

/// What relocations do besides what is written where: those that run a function do so in the same order, and
/// the stub of a function bound late finds its entry by counting.
fn relocations(map: &Map<'_, '_, '_>) -> Vec<Objection> {
    let mut out = Vec::new();
    let spaces = map.sides.map(|side| side.space);
    let counts = spaces.map(|space| space.fixups.len());
    if counts.left != counts.right {
        let why = format!("{} | {} places are relocated", counts.left, counts.right);
        out.push(Objection::whole(why));
    }
    let doubled = !spaces.left.doubled.is_empty() || !spaces.right.doubled.is_empty();
    let placed = |on: On, places: &[u64]| -> Vec<_> {
        let place = |at: &u64| map.spot(on, *at, How::Touch(1));
        places.iter().map(place).collect()
    };
    let in_turn_with_all =
        || placed(On::Left, &spaces.left.placed) == placed(On::Right, &spaces.right.placed);
    if doubled && (!map.still || !in_turn_with_all()) {
        let at = spaces.map(|space| space.doubled.first().copied());
        out.push(Objection::of("", at, "is relocated more than once"));
    }
    let resolved = (
        placed(On::Left, &spaces.left.resolved),
        placed(On::Right, &spaces.right.resolved),
    );
    // They may read what is relocated before them or after them.
    let chosen = !spaces.left.resolved.is_empty() || !spaces.right.resolved.is_empty();
    if resolved.0 != resolved.1 || chosen && !in_turn_with_all() {
        out.push(Objection::whole(
            "IFUNC resolvers run in a different order, or at a different point among the relocations",
        ));
    }
    let in_turn = |space: &Space<'_>| {
        let width = space.image.fields.wide(4, 8) as u64;
        let mut steps = space.late.iter().zip(space.late.iter().skip(1));
        steps.all(|(one, next)| one.checked_add(width) == Some(*next))
    };
    let first = |space: &Space<'_>| {
        let place = space.late.first()?;
        let area = space.area(*place)?;
        Some((area.label.clone(), place - area.start))
    };
    let counted = in_turn(spaces.left) && in_turn(spaces.right);
    if !(map.still || counted && first(spaces.left) == first(spaces.right)) {
        out.push(Objection::whole(
            "functions bound when first called are numbered differently",
        ));
    }
    let homeless = |on: On| {
        let side = map.side(on);
        let mut places = side.space.fixups.keys();
        let tells = |at: &u64| side.find(*at).is_some_and(|index| map.counts(on, index));
        places.find(|at| !tells(at)).copied()
    };
    let at = Pair::new(homeless(On::Left), homeless(On::Right));
    if at != Pair::default() && !map.still {
        out.push(Objection::of(
            "",
            at,
            "a relocation changes a table or a gap",
        ));
    }
    out
}

/// Whether the loader maps exactly what the sections say: each section in one segment at its place, and no byte
/// besides them but the headers and zeros.
fn mapped(side: &Atoms<'_, '_>, on: On) -> Vec<Objection> {
    let mut out = Vec::new();
    let image = side.space.image;
    let at = |address: u64| match on {
        On::Left => Pair::new(Some(address), None),
        On::Right => Pair::new(None, Some(address)),
    };
    let loads: Vec<&Segment> = image
        .segments
        .iter()
        .filter(|s| s.kind == PT_LOAD)
        .collect();
    let mut held = vec![(0, image.fields.wide(52, 64) as u64)];
    held.push((
        image.segment_table.start as u64,
        image.segment_table.end as u64,
    ));
    for area in &side.space.areas {
        let Some(section) = image.sections.get(area.section) else {
            continue;
        };
        let file = section.kind != SHT_NOBITS;
        let mut homes = loads.iter().filter(|s| {
            let into = area.start.checked_sub(s.vaddr);
            let in_memory = into.is_some_and(|into| {
                into.checked_add(area.end - area.start)
                    .is_some_and(|end| end <= s.memsz)
            });
            let in_file = !file
                || section.offset.checked_sub(s.offset) == into && {
                    let end = section.offset.saturating_add(section.size);
                    end <= s.offset.saturating_add(s.filesz)
                };
            in_memory && in_file
        });
        if homes.next().is_none() {
            out.push(Objection::of(
                &area.label,
                at(area.start),
                "is not loaded where it says",
            ));
        }
        if file {
            held.push((section.offset, section.offset.saturating_add(section.size)));
        }
    }
    let mut memory: Vec<(u64, u64)> = loads
        .iter()
        .filter(|s| s.memsz > 0)
        .map(|s| (s.vaddr, s.vaddr.saturating_add(s.memsz)))
        .collect();
    memory.sort_unstable();
    if memory
        .iter()
        .zip(memory.iter().skip(1))
        .any(|(a, b)| a.1 > b.0)
    {
        out.push(Objection::whole("segments overlap"));
    }
    held.sort_unstable();
    for segment in loads {
        let end = segment.offset.saturating_add(segment.filesz);
        let mut reached = segment.offset;
        let gaps = held.iter().copied().chain([(end, end)]);
        for (start, stop) in gaps {
            let gap = reached..start.min(end);
            let bytes = image.bytes().get(gap.start as usize..gap.end as usize);
            if bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0)) {
                let address = (gap.start - segment.offset).wrapping_add(segment.vaddr);
                out.push(Objection::of(
                    "",
                    at(address),
                    "is loaded and belongs to no section",
                ));
            }
            reached = reached.max(stop);
        }
    }
    let tls = image.segments.iter().filter(|s| s.kind == PT_TLS).count();
    if tls > 1 {
        out.push(Objection::whole("there are several PT_TLS segments"));
    }
    out
}
