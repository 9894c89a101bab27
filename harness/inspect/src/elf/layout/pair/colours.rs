//! What tells pieces apart beyond what they hold themselves: what they refer to, what that refers to, and so
//! on; and of data that code gets at by its first word, what stands behind that.

use super::super::atom::{Atom, Role};
use super::super::meaning::{Names, Side};
use super::super::space::Meaning;
use crossproof_model::Digest;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Two pieces of different colours are not the same; of one colour, nothing seen so far tells them apart.
pub(super) type Colours = Vec<u64>;

/// What the colours of one side are worked out from, once.
pub(super) struct Palette {
    /// By index of the piece: which pieces it refers to, and where in them.
    refers: Vec<Vec<(usize, u64)>>,
    /// Whether what stands behind it is got at through it.
    goes_on: Vec<bool>,
    /// The section and what each piece holds itself.
    own: Vec<u64>,
}

fn hashed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Nothing is proven by colours, so that it need not be more than quick.
fn mix(one: u64, other: u64) -> u64 {
    (one.rotate_left(23) ^ other).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn is_data(atom: &Atom) -> bool {
    matches!(atom.role, Role::Slot | Role::Constant | Role::Rest)
}

impl Palette {
    pub(super) fn of(side: &Side<'_, '_, '_>, shapes: &[Digest]) -> Self {
        let cut = side.cut;
        let refers: Vec<Vec<(usize, u64)>> = cut
            .atoms
            .par_iter()
            .map(|atom| {
                let places = atom.references.iter().filter_map(|r| match r.to {
                    Meaning::Address(to) => {
                        let index = cut.find(to)?;
                        Some((index, to - cut.atoms.get(index)?.start))
                    }
                    Meaning::Page(_) | Meaning::Text(_) => None,
                });
                places.collect()
            })
            .collect();
        let read = cut.atoms.iter().flat_map(|atom| &atom.references);
        let labels: BTreeSet<u64> = read
            .filter_map(|reference| match reference.to {
                Meaning::Address(to) => Some(to),
                Meaning::Page(_) | Meaning::Text(_) => None,
            })
            .collect();
        let next = cut.atoms.iter().skip(1).map(Some).chain([None]);
        let goes_on = cut.atoms.iter().zip(next).map(|(atom, next)| {
            next.is_some_and(|next| {
                let beside = next.area == atom.area && next.start == atom.end;
                beside && is_data(atom) && is_data(next) && !labels.contains(&next.start)
            })
        });
        let own = cut.atoms.iter().zip(shapes).map(|(atom, shape)| {
            let label = cut.area(atom).map_or("", |area| area.label.as_str());
            hashed((label, shape))
        });
        Palette {
            goes_on: goes_on.collect(),
            own: own.collect(),
            refers,
        }
    }

    /// The colours with references followed so far, given what both sides call the pieces that are paired already.
    pub(super) fn colours(&self, ids: &Names, depth: usize) -> Colours {
        let known: Vec<Option<u64>> = ids.iter().map(|id| id.as_ref().map(hashed)).collect();
        let first = self.own.iter().zip(&known);
        let mut colours: Colours = first.map(|(own, known)| known.unwrap_or(*own)).collect();
        for _ in 0..depth {
            colours = (0..colours.len())
                .into_par_iter()
                .map(|index| match known.get(index).copied().flatten() {
                    Some(known) => known,
                    None => self.mixed(index, &colours),
                })
                .collect();
        }
        colours
    }

    fn mixed(&self, index: usize, colours: &Colours) -> u64 {
        let colour = |index: usize| colours.get(index).copied().unwrap_or_default();
        let mut mixed = self.own.get(index).copied().unwrap_or_default();
        for (to, offset) in self.refers.get(index).into_iter().flatten() {
            mixed = mix(mix(mixed, colour(*to)), *offset);
        }
        if self.goes_on.get(index) == Some(&true) {
            mixed = mix(mixed, colour(index + 1));
        }
        mixed
    }
}
