//! Paired pieces byte by byte: what no address decides must be the same, and every address goes to paired
//! things.

use super::super::atom::{Atom, Role};
use super::super::atoms::in_text;
use super::super::flow::{How, Reference};
use super::super::space::{Area, Meaning, Space};
use super::Objection;
use super::hidden::{perhaps_hidden, plausible, starts_function};
use super::map::Map;
use crossproof_model::Pair;

/// Why two pieces are not the same; `None` if they are.
pub(super) fn differ(map: &Map<'_, '_, '_>, left: usize, right: usize) -> Option<Objection> {
    let atoms = map.pair(left, right)?;
    let label = map
        .sides
        .left
        .area(atoms.left)
        .map_or("", |area| &area.label);
    let object = |at: Pair<u64>, why: &str| Some(Objection::of(label, at.map(Some), why));
    let starts = atoms.map(|atom| atom.start);
    if atoms.left.exported != atoms.right.exported {
        return object(starts, "is exported by different names");
    }
    if !map.still {
        let unknown = atoms.map(|atom| atom.unknown.first().copied());
        if unknown.left.is_some() || unknown.right.is_some() {
            let why = "an address is made or used in a way that is not understood";
            return Some(Objection::of(label, unknown, why));
        }
    }
    let mut bytes = Pair::new(
        map.sides.left.bytes(atoms.left).to_vec(),
        map.sides.right.bytes(atoms.right).to_vec(),
    );
    let references = match compare(map, atoms) {
        Ok(same) => same,
        Err((at, why)) => return object(at, why),
    };
    for (one, other) in references {
        clear(&mut bytes.left, atoms.left, one);
        clear(&mut bytes.right, atoms.right, other);
    }
    if bytes.left != bytes.right {
        let both = bytes.left.iter().zip(&bytes.right);
        let first = both.take_while(|(a, b)| a == b).count() as u64;
        return object(starts.map(|start| start + first), "holds different bytes");
    }
    let at = perhaps_hidden(map, atoms)?;
    object(at, MAY_BE_ADDRESS)
}

const MAY_BE_ADDRESS: &str =
    "a number may be an address, and as one it would go to different things";

type Place = (Pair<u64>, &'static str);

/// The references of two pieces, pair by pair, that go to the same things.
fn compare<'r>(
    map: &Map<'_, '_, '_>,
    atoms: Pair<&'r Atom>,
) -> Result<Vec<(&'r Reference, &'r Reference)>, Place> {
    let grouped = atoms.map(|atom| groups(&atom.references));
    let (mut left, mut right) = (grouped.left.into_iter(), grouped.right.into_iter());
    let (mut one, mut other) = (left.next(), right.next());
    let mut out = Vec::new();
    let starts = atoms.map(|atom| atom.start);
    loop {
        let (a, b) = match (one, other) {
            (None, None) => return Ok(out),
            (Some(a), Some(b)) if key(a, starts.left) == key(b, starts.right) => (a, b),
            // A number that only one side could take for an address is a number.
            (Some(a), b)
                if perhaps(a) && b.is_none_or(|b| key(a, starts.left) < key(b, starts.right)) =>
            {
                // The same number, and an address here: where the other file is loaded it is none.
                if let Some(x) = a.first().filter(|x| alone(map, atoms, x)) {
                    let there = starts.right + (x.at - starts.left);
                    return Err((Pair::new(x.at, there), MAY_BE_ADDRESS));
                }
                one = left.next();
                continue;
            }
            (_, Some(b)) if perhaps(b) => {
                if let Some(y) = b.first() {
                    let here = starts.left + (y.at - starts.right);
                    let like = Reference {
                        at: here,
                        ..y.clone()
                    };
                    if alone(map, atoms, &like) {
                        return Err((Pair::new(here, y.at), MAY_BE_ADDRESS));
                    }
                }
                other = right.next();
                continue;
            }
            (a, b) => {
                let place = |group: Option<&[Reference]>, start| {
                    group.and_then(<[_]>::first).map_or(start, |r| r.at)
                };
                let at = Pair::new(place(a, starts.left), place(b, starts.right));
                return Err((at, "refers to something on one side only"));
            }
        };
        let same = |x: &Reference, y: &Reference| {
            versions_agree(map, x, y) && map.same((&x.to, x.how), (&y.to, y.how))
        };
        // Several things that one place may mean: each must be among the other side's.
        let all = a.len() == b.len()
            && a.iter().all(|x| b.iter().any(|y| same(x, y)))
            && b.iter().all(|y| a.iter().any(|x| same(x, y)));
        let at = Pair::new(a.first(), b.first());
        if let Pair {
            left: Some(x),
            right: Some(y),
        } = at
        {
            match (all, x.how) {
                // Where no address is fixed, such a number is the same on both sides.
                (true, How::Perhaps) if map.sides.left.space.fixed().is_none() => {}
                (true, How::Word | How::Take | How::Perhaps)
                    if !map.still && based(map, atoms.left, x) =>
                {
                    return Err((
                        Pair::new(x.at, y.at),
                        "is an address in the middle of a function that does not jump to such",
                    ));
                }
                (true, _) => out.push((x, y)),
                // Different bytes will be found; the same bytes must not pass for the same number.
                (false, How::Perhaps)
                    if raw(map, x, y)
                        && !text(map, x)
                        && !short_text(map, x)
                        && !no_pointer(map, atoms.left, x) =>
                {
                    return Err((Pair::new(x.at, y.at), MAY_BE_ADDRESS));
                }
                (false, How::Perhaps) => {}
                (false, _) => {
                    return Err((Pair::new(x.at, y.at), "refers to different things"));
                }
            }
        }
        (one, other) = (left.next(), right.next());
    }
}

/// Whether an address is of the middle of a function elsewhere that goes to no address it is told: something is added to
/// it, or taken away, before it is used, so that it may mean what stands before or behind.
fn based(map: &Map<'_, '_, '_>, from: &Atom, reference: &Reference) -> bool {
    let side = map.sides.left;
    let Meaning::Address(value) = reference.to else {
        return false;
    };
    let told = side.area(from).is_some_and(Area::handlers);
    // Narrower ones are entries of tables, and count from somewhere; and as numbers many are as large as addresses.
    let pointer = reference.width == side.space.image.fields.wide(4, 8);
    let whole = match reference.how {
        How::Take => true,
        How::Word => pointer,
        _ => reference.width == 8 && !text(map, reference) && !short_text(map, reference),
    };
    let to = side
        .find(value & !1)
        .and_then(|index| side.atoms.get(index));
    to.is_some_and(|to| {
        let middle = to.role == Role::Function && to.start != value & !1;
        middle && to.start != from.start && !to.open && !told && whole
    })
}

/// Whether both sides have the same whole word at a place where it may be an address of one of them alone.
fn alone(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>, reference: &Reference) -> bool {
    let offset = reference.at - atoms.left.start;
    let width = reference.width as u64;
    let here = map.sides.left.space.number(reference.at, width);
    let there = map
        .sides
        .right
        .space
        .number(atoms.right.start + offset, width);
    let pointer = map.sides.left.space.image.fields.wide(4, 8) as u64;
    width == pointer && here == there && !text(map, reference) && !short_text(map, reference)
}

/// References of one place and kind together.
fn groups(references: &[Reference]) -> Vec<&[Reference]> {
    let one = std::slice::from_ref;
    let alike = |a: &Reference, b: &Reference| key(one(a), 0) == key(one(b), 0);
    references.chunk_by(alike).collect()
}

/// What is the same of two references wherever they stand.
fn key(group: &[Reference], start: u64) -> Option<(u64, usize, u64, u32, u64, How)> {
    let r = group.first()?;
    let via = r.via.wrapping_sub(start);
    Some((
        r.at.wrapping_sub(start),
        r.width,
        r.mask,
        r.kind,
        via,
        r.how,
    ))
}

fn perhaps(group: &[Reference]) -> bool {
    group.first().is_some_and(|r| r.how == How::Perhaps)
}

/// Whether both places hold the same bytes.
fn raw(map: &Map<'_, '_, '_>, left: &Reference, right: &Reference) -> bool {
    let at = |space: &Space<'_>, r: &Reference| space.number(r.at, r.width as u64);
    at(map.sides.left.space, left) == at(map.sides.right.space, right)
}

/// Words of a record.
const RECORD: u64 = 8;

/// Whether nothing would hold such a number as an address: of the middle of a function other than the one it stands
/// in, where code holds it; of T32 instructions, without the bit that says so; in a narrow file, where many numbers
/// are as small as addresses, of the middle of a function that no word beside it is an address in.
fn no_pointer(map: &Map<'_, '_, '_>, from: &Atom, reference: &Reference) -> bool {
    let side = map.sides.left;
    let Meaning::Address(value) = reference.to else {
        return false;
    };
    let to = side.find(value).and_then(|index| side.atoms.get(index));
    to.is_some_and(|to| {
        // Where nothing says where functions begin, one may begin behind what ends.
        let begins = !side.space.mapped && side.modes.ends_before(side.space, value & !1);
        let middle = to.role == Role::Function && value & !1 != to.start && !begins;
        let elsewhere = from.role == Role::Function && from.start != to.start;
        let plain = side.modes.thumb(value) && value & 1 == 0;
        // In a table of addresses, or of records that each have one.
        let beside = |at: u64| {
            let word = side.space.word(at).unwrap_or_default();
            let inside = (to.start..to.end).contains(&(word & !1));
            word != value && (inside || starts_function(side, word))
        };
        let width = reference.width as u64;
        let steps = (1..=RECORD).map(|n| n * width);
        // Further off only in the same data.
        let of_it =
            |at: u64| (from.start..from.end).contains(&at) || at.abs_diff(reference.at) == width;
        let near = |step| {
            let places = [reference.at - step, reference.at + step];
            places.into_iter().any(|at| of_it(at) && beside(at))
        };
        let alone = width == 4 && !steps.into_iter().any(near);
        // A whole word of eight bytes is no number by chance.
        middle && alone && (plain || width == 4) || middle && width == 4 && elsewhere
    })
}

/// Whether a word that is never written is the end of a text, and as an address would be of no function.
fn text(map: &Map<'_, '_, '_>, reference: &Reference) -> bool {
    let side = map.sides.left;
    let Meaning::Address(value) = reference.to else {
        return false;
    };
    let Some(area) = side.space.area(reference.at).filter(|area| !area.writable) else {
        return false;
    };
    let bytes = area.at(
        reference.at.saturating_sub(1).max(area.start),
        reference.at + reference.width as u64,
    );
    let before = bytes.first().copied().filter(|_| reference.at > area.start);
    let word = bytes
        .get(usize::from(before.is_some())..)
        .unwrap_or_default();
    in_text(before, word) && !starts_function(side, value)
}

/// Whether a word that is never written is a text of up to three characters, and as an address would be of nothing
/// that begins there.
fn short_text(map: &Map<'_, '_, '_>, reference: &Reference) -> bool {
    let side = map.sides.left;
    let Meaning::Address(value) = reference.to else {
        return false;
    };
    let written = side
        .space
        .area(reference.at)
        .is_none_or(|area| area.writable);
    let word = value.to_le_bytes();
    !written && in_text(Some(b' '), &word) && !plausible(side, value, false)
}

/// Whether relocations mean symbols of one version.
fn versions_agree(map: &Map<'_, '_, '_>, left: &Reference, right: &Reference) -> bool {
    let version = |space: &Space<'_>, r: &Reference| {
        let fixup = space.fixups.get(&r.at).filter(|_| r.kind != 0)?;
        fixup.version.clone()
    };
    version(map.sides.left.space, left) == version(map.sides.right.space, right)
}

/// Clears the bits that an address decides.
fn clear(bytes: &mut [u8], atom: &Atom, reference: &Reference) {
    let Ok(from) = usize::try_from(reference.at.wrapping_sub(atom.start)) else {
        return;
    };
    let field = bytes.get_mut(from..).unwrap_or_default();
    let mask = reference.mask.to_le_bytes();
    for (byte, mask) in field.iter_mut().zip(mask).take(reference.width) {
        *byte &= !mask;
    }
}
