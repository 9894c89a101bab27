//! Code that both files have byte for byte, of which one says more.
//!
//! Symbols and tables for unwinding say where functions begin. Where one file alone has them, the same code would be
//! cut into different pieces, and pieces told as missing that are there. So what one side says counts for both.

use super::atom::{Atom, Role};
use super::atoms::Atoms;
use super::space::Area;
use crossproof_model::Pair;
use std::collections::BTreeMap;

/// Functions by where they begin, and how long each is.
pub(super) type Functions = BTreeMap<u64, u64>;

/// What each side is told by the other of functions in code of the same bytes; `None` if that is nothing new.
pub(super) fn functions(cuts: Pair<&Atoms<'_, '_>>) -> Option<Pair<Functions>> {
    let mut told = Pair::<Functions>::default();
    let (here, there) = (cuts.left.space, cuts.right.space);
    for (index, left) in here.areas.iter().enumerate().filter(|(_, a)| a.code) {
        let like =
            |right: &Area<'_>| right.code && right.label == left.label && right.bytes == left.bytes;
        let Some(other) = there.areas.iter().position(like) else {
            continue;
        };
        let right = there.areas.get(other)?;
        let mine = within(cuts.left, index);
        let theirs = within(cuts.right, other);
        let shift = right.start.wrapping_sub(left.start);
        told.left.extend(news(&mine, &theirs, shift.wrapping_neg()));
        told.right.extend(news(&theirs, &mine, shift));
    }
    (!told.left.is_empty() || !told.right.is_empty()).then_some(told)
}

/// The pieces of an area.
fn within<'x>(cut: &'x Atoms<'_, '_>, area: usize) -> BTreeMap<u64, &'x Atom> {
    let pieces = cut.atoms.iter().filter(|atom| atom.area == area);
    pieces.map(|atom| (atom.start, atom)).collect()
}

/// The functions of the other side that begin where no piece does here.
fn news(known: &BTreeMap<u64, &Atom>, others: &BTreeMap<u64, &Atom>, shift: u64) -> Functions {
    let functions = others.values().filter(|atom| atom.role == Role::Function);
    let here = functions.map(|atom| (atom.start.wrapping_add(shift), atom.end - atom.start));
    here.filter(|(at, _)| !known.contains_key(at)).collect()
}
