//! The proof of `layout`: a pairing of pieces is taken as a claim and held against all loaded bytes of both
//! files.
//!
//! Whoever made the pairing is not trusted. It holds if it is one-to-one; if paired pieces have the same
//! bytes where no address decides them, and every address in them, whatever kind of place holds it, goes to
//! paired things at the same offset ([`bytes`]); if no number that may be a distance to code would lead to different
//! code ([`differences`]); if data, and what runs in sequence, keep their place in their section, and what is reached
//! from what is next to it keeps its neighbour ([`places`]); and if the loader's tables say the same of paired things
//! ([`tables`]). A place that names an address, or may, and is not understood is an
//! objection, not a doubt to be weighed: one is enough to refuse.

mod before;
mod bytes;
mod cuts;
mod differences;
mod gaps;
mod hidden;
mod map;
mod places;
mod spot;
mod tables;

use super::atom::{Atom, Role};
use super::atoms::Atoms;
use crate::rules::RuleSet;
use crossproof_model::Pair;
use map::Map;
use rayon::prelude::*;
use std::fmt::Write as _;

/// Pieces paired, by index; each piece's like on the other side.
pub(super) type Claim = Pair<Vec<Option<usize>>>;

/// Why the pairing does not prove that both files are the same but for their layout.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Objection {
    /// The section that it is about; empty for the whole file.
    pub label: String,
    /// Where it is, if it is at a place.
    pub at: Pair<Option<u64>>,
    pub why: String,
}

impl Objection {
    fn of(label: &str, at: Pair<Option<u64>>, why: impl Into<String>) -> Self {
        Objection {
            label: label.to_owned(),
            at,
            why: why.into(),
        }
    }

    fn whole(why: impl Into<String>) -> Self {
        Objection::of("", Pair::default(), why)
    }

    /// The objection in a line.
    pub(super) fn sentence(&self) -> String {
        let mut out = self.why.clone();
        let side = |address: Option<u64>| address.map_or("–".to_owned(), |at| format!("{at:#x}"));
        if self.at.left.is_some() || self.at.right.is_some() {
            let _ = write!(out, ": {} | {}", side(self.at.left), side(self.at.right));
        }
        out
    }
}

/// Everything that speaks against the claim, in order; nothing if it is proven.
pub(super) fn check(sides: Pair<&Atoms<'_, '_>>, claim: &Claim, rules: &RuleSet) -> Vec<Objection> {
    let mut objections = one_to_one(sides, claim);
    let map = Map::new(sides, claim);
    let pairs = map.pairs();
    let found: Vec<Objection> = pairs
        .par_iter()
        .filter_map(|(left, right)| bytes::differ(&map, *left, *right))
        .collect();
    objections.extend(found);
    objections.extend(places::check(&map, &pairs));
    objections.extend(differences::check(&map, &pairs));
    objections.extend(tables::check(&map, rules));
    objections.sort();
    objections.dedup();
    objections
}

/// Whether a piece must have a like: what fills gaps need not, and tables are compared as such.
fn wants_like(atom: &Atom) -> bool {
    !matches!(atom.role, Role::Padding | Role::Table)
}

/// Every piece has one like, which has it, of the same kind and size in the same section.
fn one_to_one(sides: Pair<&Atoms<'_, '_>>, claim: &Claim) -> Vec<Objection> {
    let mut out = Vec::new();
    let label = |atoms: &Atoms<'_, '_>, atom: &Atom| {
        let area = atoms.area(atom);
        area.map_or_else(String::new, |area| area.label.clone())
    };
    for (index, atom) in sides
        .left
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, a)| wants_like(a))
    {
        let like = claim.left.get(index).copied().flatten();
        let back = like.and_then(|like| claim.right.get(like).copied().flatten());
        let other = like.and_then(|like| sides.right.atoms.get(like));
        let Some(other) = other.filter(|_| back == Some(index)) else {
            let at = Pair::new(Some(atom.start), None);
            out.push(Objection::of(
                &label(sides.left, atom),
                at,
                "has no counterpart on the right",
            ));
            continue;
        };
        let at = Pair::new(Some(atom.start), Some(other.start));
        let here = label(sides.left, atom);
        let same = atom.role == other.role
            && atom.end - atom.start == other.end - other.start
            && here == label(sides.right, other)
            && wants_like(other);
        if !same {
            out.push(Objection::of(
                &here,
                at,
                "is of a different kind, size or section",
            ));
        }
    }
    for (index, atom) in sides
        .right
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, a)| wants_like(a))
    {
        let like = claim.right.get(index).copied().flatten();
        let back = like.and_then(|like| claim.left.get(like).copied().flatten());
        if back != Some(index) {
            let at = Pair::new(None, Some(atom.start));
            out.push(Objection::of(
                &label(sides.right, atom),
                at,
                "has no counterpart on the left",
            ));
        }
    }
    out
}
