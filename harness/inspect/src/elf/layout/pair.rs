//! Which piece of one side is which of the other.
//!
//! A name that is unique on both sides settles it. Others (static functions of one name, names that
//! carry a hash or a number of the compiler's, stripped code) are paired by what they hold, then by the
//! stem of their name, then, if neither side has a name for them, by their neighbours.

use super::atoms::{Atom, Atoms, Role};
use super::meaning::{Names, Side};
use crossproof_model::{Digest, Pair};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// More rounds of pairing by content than this bring nothing in practice.
const ROUNDS: usize = 24;

/// Which pieces belong together, and what both sides call them.
pub(super) struct Paired {
    /// By index of the piece; its like's index on the other side.
    pub like: Pair<Vec<Option<usize>>>,
    pub names: Pair<Names>,
}

struct Pairing<'x, 'p, 's, 'a> {
    sides: Pair<&'x Side<'p, 's, 'a>>,
    paired: Paired,
    /// Names given so far: two pieces may have one name of their own.
    given: BTreeSet<String>,
}

pub(super) fn pair(sides: Pair<&Side<'_, '_, '_>>) -> Paired {
    let sizes = sides.map(|side| side.cut.atoms.len());
    let mut pairing = Pairing {
        sides,
        paired: Paired {
            like: sizes.map(|size| vec![None; size]),
            names: sizes.map(|size| vec![None; size]),
        },
        given: BTreeSet::new(),
    };
    pairing.by_key(|atom, _| atom.name.clone());
    pairing.settle();
    pairing.by_key(|atom, _| atom.name.as_deref().map(stem));
    for _ in 0..ROUNDS {
        if !pairing.by_neighbour() {
            break;
        }
    }
    pairing.settle();
    pairing.name_the_rest();
    pairing.paired
}

fn movable(atom: &Atom) -> bool {
    matches!(atom.role, Role::Function | Role::Object)
}

impl Pairing<'_, '_, '_, '_> {
    fn open(&self) -> Pair<Vec<usize>> {
        let open = |cut: &Atoms<'_, '_>, like: &[Option<usize>]| {
            let atoms = cut.atoms.iter().enumerate();
            let atoms = atoms.filter(|(i, atom)| movable(atom) && like.get(*i) == Some(&None));
            atoms.map(|(index, _)| index).collect::<Vec<_>>()
        };
        Pair::new(
            open(self.sides.left.cut, &self.paired.like.left),
            open(self.sides.right.cut, &self.paired.like.right),
        )
    }

    fn label(&self, left: bool, index: usize) -> String {
        let cut = if left {
            self.sides.left.cut
        } else {
            self.sides.right.cut
        };
        let area = cut.atoms.get(index).and_then(|atom| cut.area(atom));
        area.map_or_else(String::new, |area| area.label.clone())
    }

    fn join(&mut self, left: usize, right: usize) {
        let atoms = Pair::new(
            self.sides.left.cut.atoms.get(left),
            self.sides.right.cut.atoms.get(right),
        );
        let Pair {
            left: Some(one),
            right: Some(other),
        } = atoms
        else {
            return;
        };
        // Neither side's name or place is preferred.
        let at = format!("at {:#x}", one.start.min(other.start));
        let names = one.name.iter().chain(&other.name);
        let name = match names.min() {
            Some(name) if self.given.contains(name) => format!("{name} {at}"),
            Some(name) => name.clone(),
            None => at,
        };
        self.given.insert(name.clone());
        let unique = Some(name);
        for (names, index) in [
            (&mut self.paired.names.left, left),
            (&mut self.paired.names.right, right),
        ] {
            if let Some(slot) = names.get_mut(index) {
                slot.clone_from(&unique);
            }
        }
        if let Some(like) = self.paired.like.left.get_mut(left) {
            *like = Some(right);
        }
        if let Some(like) = self.paired.like.right.get_mut(right) {
            *like = Some(left);
        }
    }

    /// Pairs what has a key that nothing else on either side has.
    fn by_key(&mut self, key: impl Fn(&Atom, usize) -> Option<String>) {
        let open = self.open();
        let keyed = |cut: &Atoms<'_, '_>, open: &[usize]| {
            let mut keyed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for index in open {
                let atom = cut.atoms.get(*index);
                if let Some(key) = atom.and_then(|atom| key(atom, *index)) {
                    keyed.entry(key).or_default().push(*index);
                }
            }
            keyed
        };
        let left = keyed(self.sides.left.cut, &open.left);
        let right = keyed(self.sides.right.cut, &open.right);
        for (key, here) in left {
            if let (&[a], Some(&[b])) = (here.as_slice(), right.get(&key).map(Vec::as_slice)) {
                self.join(a, b);
            }
        }
    }

    /// Pairs by content until nothing more is told apart: what is unique first, because what it is called tells
    /// apart those that refer to it; twins, which nothing tells apart, in order.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            if !self.by_content(false) && !self.by_content(true) {
                return;
            }
        }
    }

    /// Pairs what holds the same, as far as that is known; whether anything was.
    fn by_content(&mut self, twins: bool) -> bool {
        let open = self.open();
        let digests = |side: &Side<'_, '_, '_>, names: &Names, open: &[usize]| {
            let digests: Vec<(Digest, usize)> = open
                .par_iter()
                .filter_map(|index| {
                    let atom = side.cut.atoms.get(*index)?;
                    Some((side.digest(atom, names), *index))
                })
                .collect();
            let mut groups: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
            for (digest, index) in digests {
                groups.entry(digest).or_default().push(index);
            }
            groups
        };
        let left = digests(self.sides.left, &self.paired.names.left, &open.left);
        let right = digests(self.sides.right, &self.paired.names.right, &open.right);
        let mut joined = false;
        for (digest, here) in left {
            let Some(there) = right.get(&digest) else {
                continue;
            };
            if here.len() != there.len() || (here.len() > 1 && !twins) {
                continue;
            }
            for (a, b) in here.iter().zip(there) {
                if self.label(true, *a) == self.label(false, *b) {
                    self.join(*a, *b);
                    joined = true;
                }
            }
        }
        joined
    }

    /// Pairs nameless pieces that follow, or come before, pieces that are paired.
    fn by_neighbour(&mut self) -> bool {
        let open = self.open();
        let mut joined = false;
        for index in open.left.iter().chain(open.left.iter().rev()) {
            for step in [-1, 1] {
                let beside = index.checked_add_signed(step);
                let like = beside.and_then(|i| self.paired.like.left.get(i).copied().flatten());
                let Some(other) = like.and_then(|i| i.checked_add_signed(-step)) else {
                    continue;
                };
                let free = self.paired.like.left.get(*index) == Some(&None)
                    && self.paired.like.right.get(other) == Some(&None);
                let atoms = Pair::new(
                    self.sides.left.cut.atoms.get(*index),
                    self.sides.right.cut.atoms.get(other),
                );
                let nameless = |atom: Option<&Atom>| {
                    atom.is_some_and(|atom| movable(atom) && atom.name.is_none())
                };
                if free
                    && nameless(atoms.left)
                    && nameless(atoms.right)
                    && self.label(true, *index) == self.label(false, other)
                {
                    self.join(*index, other);
                    joined = true;
                }
            }
        }
        joined
    }

    /// What has no like keeps a name of its own.
    fn name_the_rest(&mut self) {
        let open = self.open();
        let name = |atom: &Atom| match &atom.name {
            Some(name) => name.clone(),
            None => format!("at {:#x}", atom.start),
        };
        for (cut, names, open) in [
            (self.sides.left.cut, &mut self.paired.names.left, open.left),
            (
                self.sides.right.cut,
                &mut self.paired.names.right,
                open.right,
            ),
        ] {
            for index in open {
                if let (Some(slot), Some(atom)) = (names.get_mut(index), cut.atoms.get(index)) {
                    *slot = Some(name(atom));
                }
            }
        }
    }
}

/// A name without what compilers append to it: a clone's kind and number, a hash.
fn stem(name: &str) -> String {
    // Rust's legacy mangling ends in 17h, 16 hexadecimal digits, E.
    if let Some(head) = name.len().checked_sub(20).and_then(|at| name.get(..at))
        && name
            .get(head.len()..)
            .is_some_and(|tail| tail.starts_with("17h") && tail.ends_with('E'))
    {
        return head.to_owned();
    }
    let mut parts = name.split('.');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            out.push('.');
            out.push_str(part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn what_compilers_append_is_no_part_of_the_stem() {
        assert_eq!(stem("sort.constprop.0"), stem("sort.constprop.12"));
        assert_ne!(stem("sort.constprop.0"), stem("sort.isra.0"));
        assert_eq!(
            stem("_ZN4core3fmt5write17h0123456789abcdefE"),
            stem("_ZN4core3fmt5write17hfedcba9876543210E")
        );
        assert_ne!(stem("write17"), stem("write18"));
    }
}
