//! What stands before two pieces.

use super::map::{Map, On};

/// Whether the same piece stands as far before both, or both begin their section.
pub(super) fn same_before(map: &Map<'_, '_, '_>, left: usize, right: usize) -> bool {
    let before = |on: On, index: usize| {
        let side = map.side(on);
        let here = side.atoms.get(index)?;
        let first = (0..index).rev().find(|i| {
            let atom = side.atoms.get(*i);
            atom.is_none_or(|atom| atom.area != here.area || map.counts(on, *i))
        });
        let atom = first.and_then(|i| Some((i, side.atoms.get(i)?)));
        match atom.filter(|(_, atom)| atom.area == here.area) {
            Some((i, atom)) => Some((Some(map.piece(on, i)?), here.start - atom.start)),
            None => Some((None, here.start - side.area(here)?.start)),
        }
    };
    let (one, other) = (before(On::Left, left), before(On::Right, right));
    one.is_some() && one == other
}
