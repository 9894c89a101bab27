//! Which piece of one side is which of the other.
//!
//! A name that is unique on both sides settles it. What paired pieces refer to at the same place is paired,
//! too, and so on. Others (static functions of one name, names that carry a hash or a number of the
//! compiler's, stripped code) are paired by what they hold, then by the stem of their name, then, if neither
//! side has a name for them, by their neighbours. Nothing here proves anything: the result is a claim, which
//! [`super::check`] holds both files against.

mod colours;
mod content;
mod follow;
mod stem;

use super::atom::{Atom, Role};
use super::meaning::{Names, Side};
use colours::Palette;
use crossproof_model::{Digest, Pair};
use std::collections::{BTreeMap, BTreeSet};
use stem::stem;

/// More rounds of pairing by content than this bring nothing in practice.
const ROUNDS: usize = 24;

/// Which pieces belong together, and what both sides call them.
pub(super) struct Paired {
    /// By index of the piece; its like's index on the other side.
    pub like: Pair<Vec<Option<usize>>>,
    /// Of functions and objects.
    pub names: Pair<Names>,
}

struct Pairing<'x, 'p, 's, 'a> {
    sides: Pair<&'x Side<'p, 's, 'a>>,
    /// What each piece holds where no address decides it.
    shapes: Pair<Vec<Digest>>,
    palettes: Pair<Palette>,
    paired: Paired,
    /// What both sides call each paired piece while pairing goes on.
    ids: Pair<Names>,
    /// Names given so far: two pieces may have one name of their own.
    given: BTreeSet<String>,
}

pub(super) fn pair(sides: Pair<&Side<'_, '_, '_>>) -> Paired {
    let sizes = sides.map(|side| side.cut.atoms.len());
    let shapes = sides.map(follow::shapes);
    let mut pairing = Pairing {
        sides,
        palettes: Pair::new(
            Palette::of(sides.left, &shapes.left),
            Palette::of(sides.right, &shapes.right),
        ),
        shapes,
        paired: Paired {
            like: sizes.map(|size| vec![None; size]),
            names: sizes.map(|size| vec![None; size]),
        },
        ids: sizes.map(|size| vec![None; size]),
        given: BTreeSet::new(),
    };
    pairing.by_key(|atom, _| atom.name.clone());
    pairing.by_place();
    pairing.unique_data();
    pairing.follow_all();
    pairing.settle();
    pairing.by_key(|atom, _| atom.name.as_deref().map(stem));
    pairing.follow_all();
    for _ in 0..ROUNDS {
        if !pairing.by_neighbour() {
            break;
        }
    }
    pairing.settle();
    pairing.data_in_order();
    pairing.name_the_rest();
    pairing.paired
}

fn movable(atom: &Atom) -> bool {
    matches!(atom.role, Role::Function | Role::Object)
}

impl Pairing<'_, '_, '_, '_> {
    /// Functions and objects that are not paired yet.
    fn open(&self) -> Pair<Vec<usize>> {
        self.unpaired(movable)
    }

    fn unpaired(&self, wanted: impl Fn(&Atom) -> bool) -> Pair<Vec<usize>> {
        let open = |atoms: &[Atom], like: &[Option<usize>]| {
            let open = |(i, atom): &(usize, &Atom)| wanted(atom) && like.get(*i) == Some(&None);
            let open = atoms.iter().enumerate().filter(open);
            open.map(|(index, _)| index).collect::<Vec<_>>()
        };
        Pair::new(
            open(&self.sides.left.cut.atoms, &self.paired.like.left),
            open(&self.sides.right.cut.atoms, &self.paired.like.right),
        )
    }

    /// Neither is paired yet, and they are of one kind: what is named is not paired with what is not.
    fn is_open(&self, left: usize, right: usize) -> bool {
        let both = self.atoms(left, right);
        both.is_some_and(|both| {
            let (one, other) = (both.left, both.right);
            one.role == other.role || (movable(one) && movable(other))
        }) && self.paired.like.left.get(left) == Some(&None)
            && self.paired.like.right.get(right) == Some(&None)
    }

    fn atoms(&self, left: usize, right: usize) -> Option<Pair<&Atom>> {
        Some(Pair::new(
            self.sides.left.cut.atoms.get(left)?,
            self.sides.right.cut.atoms.get(right)?,
        ))
    }

    fn same_section(&self, left: usize, right: usize) -> bool {
        let label = |side: &Side<'_, '_, '_>, index: usize| {
            let atom = side.cut.atoms.get(index)?;
            Some(side.cut.area(atom)?.label.clone())
        };
        let left = label(self.sides.left, left);
        left.is_some() && left == label(self.sides.right, right)
    }

    fn join(&mut self, left: usize, right: usize) {
        let Some(atoms) = self.atoms(left, right) else {
            return;
        };
        let (one, other) = (atoms.left, atoms.right);
        let named = movable(one) || movable(other);
        // Neither side's name or place is preferred.
        let at = format!("at {:#x}", one.start.min(other.start));
        let names = one.name.iter().chain(&other.name);
        let name = match names.min() {
            Some(name) if self.given.contains(name) => format!("{name} {at}"),
            Some(name) => name.clone(),
            None => at,
        };
        let id = Some(format!("#{left}"));
        for (ids, index) in [(&mut self.ids.left, left), (&mut self.ids.right, right)] {
            if let Some(slot) = ids.get_mut(index) {
                slot.clone_from(&id);
            }
        }
        if let Some(like) = self.paired.like.left.get_mut(left) {
            *like = Some(right);
        }
        if let Some(like) = self.paired.like.right.get_mut(right) {
            *like = Some(left);
        }
        if !named {
            return;
        }
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
    }

    /// Pairs what has a key that nothing else on either side has.
    fn by_key(&mut self, key: impl Fn(&Atom, usize) -> Option<String>) {
        let open = self.open();
        let keyed = |atoms: &[Atom], open: &[usize]| {
            let mut keyed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for index in open {
                let atom = atoms.get(*index);
                if let Some(key) = atom.and_then(|atom| key(atom, *index)) {
                    keyed.entry(key).or_default().push(*index);
                }
            }
            keyed
        };
        let left = keyed(&self.sides.left.cut.atoms, &open.left);
        let right = keyed(&self.sides.right.cut.atoms, &open.right);
        for (key, here) in left {
            if let (&[a], Some(&[b])) = (here.as_slice(), right.get(&key).map(Vec::as_slice)) {
                self.join(a, b);
            }
        }
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
                let nameless = |atom: &Atom| movable(atom) && atom.name.is_none();
                let both = self.atoms(*index, other);
                if both.is_some_and(|both| nameless(both.left) && nameless(both.right))
                    && self.is_open(*index, other)
                    && self.same_section(*index, other)
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
