//! Numbers in data that count from one place of the file to another, as tables of functions without relocations do.
//!
//! Where code moved and the data did not, the same number counts to a different function. Which numbers are counted from
//! somewhere, and from where, data do not say. One that leads to the start of a function from where it stands itself, or
//! from where its piece of data begins, may be such a number.

use super::super::atom::{Atom, Role};
use super::super::flow::How;
use super::Objection;
use super::map::{Map, On, Spot};
use crossproof_model::Pair;
use rayon::prelude::*;

/// Numbers that may count to a function, and would count to a different one on the other side.
pub(super) fn check(map: &Map<'_, '_, '_>, pairs: &[(usize, usize)]) -> Vec<Objection> {
    if map.still {
        return Vec::new();
    }
    let found = pairs.par_iter().filter_map(|(left, right)| {
        let atoms = map.pair(*left, *right)?;
        let at = differs(map, atoms)?;
        let area = map.sides.left.area(atoms.left)?;
        let why = "a number may be a distance to code, and would lead to different code";
        Some(Objection::of(&area.label, at.map(Some), why))
    });
    found.collect()
}

fn differs(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>) -> Option<Pair<u64>> {
    let (side, other) = (map.sides.left, map.sides.right);
    let (area, there) = (side.area(atoms.left)?, other.area(atoms.right)?);
    if matches!(
        atoms.left.role,
        Role::Function | Role::Table | Role::Padding
    ) || area.handlers()
    {
        return None;
    }
    // Where the data begin that code gets at: what numbers in them are counted from, if not from themselves.
    let begin = atoms.left.start - area.start;
    let fixed = side.space.fixed();
    let bytes = side.bytes(atoms.left);
    let first = atoms.left.start.next_multiple_of(4) - atoms.left.start;
    let mut references = atoms.left.references.iter().peekable();
    let words = bytes
        .get(first as usize..)
        .unwrap_or_default()
        .chunks_exact(4);
    for (at, word) in (atoms.left.start + first..).step_by(4).zip(words) {
        while references
            .peek()
            .is_some_and(|r| r.at + r.width as u64 <= at)
        {
            references.next();
        }
        let number = word.iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b)) as i32;
        if number == 0
            || references
                .peek()
                .is_some_and(|r| r.at < at + 4 && r.how != How::Perhaps)
        {
            continue;
        }
        // Addresses where these are fixed are looked at as such.
        if fixed
            .as_ref()
            .is_some_and(|fixed| fixed.contains(&u64::from(number as u32)))
        {
            continue;
        }
        let own = at - area.start;
        let leads = |base: &u64| {
            let to = |start: u64| {
                start
                    .wrapping_add(*base)
                    .wrapping_add_signed(i64::from(number))
            };
            let (here, there) = (to(area.start), to(there.start));
            let code = |on: On, address: u64| {
                let side = map.side(on);
                let atom = side
                    .find(address & !1)
                    .and_then(|index| side.atoms.get(index));
                let starts =
                    |atom: &Atom| atom.role == Role::Function && atom.start == address & !1;
                atom.is_some_and(starts)
            };
            let spot = |on: On, address: u64| match map.spot(on, address, How::Touch(1)) {
                Spot::In { piece, offset, .. } => Some((piece, offset)),
                _ => None,
            };
            (code(On::Left, here) || code(On::Right, there))
                && (spot(On::Left, here).is_none()
                    || spot(On::Left, here) != spot(On::Right, there))
        };
        if leads(&begin) || leads(&own) {
            return Some(Pair::new(at, there.start + own));
        }
    }
    None
}
