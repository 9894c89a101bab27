//! Pairing along references: what paired pieces refer to at the same place belongs together.

use super::super::atom::{Atom, Role};
use super::super::flow::Reference;
use super::super::meaning::{Side, masked};
use super::super::order;
use super::super::space::Meaning;
use super::Pairing;
use crossproof_model::{Digest, Pair};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What each piece holds where no address decides it: two pieces with different shapes are not the same.
pub(super) fn shapes(side: &Side<'_, '_, '_>) -> Vec<Digest> {
    let shape = |atom: &Atom| {
        let size = atom.end - atom.start;
        let mut fields: Vec<Vec<u8>> = vec![
            format!("{:?} {size}", atom.role).into_bytes(),
            masked(side.cut.bytes(atom), atom),
        ];
        for reference in &atom.references {
            let at = reference.at.wrapping_sub(atom.start);
            let to = match &reference.to {
                Meaning::Text(text) => text.as_str(),
                Meaning::Address(_) | Meaning::Page(_) => "",
            };
            let (mask, kind, how) = (reference.mask, reference.kind, reference.how);
            fields.push(format!("{at:x} {mask:x} {kind} {how:?} {to}").into_bytes());
        }
        fields.extend(atom.exported.iter().map(|name| name.clone().into_bytes()));
        Digest::of_fields(fields)
    };
    side.cut.atoms.par_iter().map(shape).collect()
}

impl Pairing<'_, '_, '_, '_> {
    /// Follows the references of all that is paired.
    pub(super) fn follow_all(&mut self) {
        for left in 0..self.paired.like.left.len() {
            if let Some(right) = self.paired.like.left.get(left).copied().flatten() {
                self.follow(left, right);
            }
        }
    }

    /// Pairs what two paired pieces refer to, and what that refers to.
    pub(super) fn follow(&mut self, left: usize, right: usize) {
        let mut work = vec![(left, right)];
        while let Some((left, right)) = work.pop() {
            for (a, b) in self.targets(left, right) {
                self.join(a, b);
                work.push((a, b));
            }
        }
    }

    /// What two pieces of one shape refer to at the same places, and is not paired yet.
    fn targets(&self, left: usize, right: usize) -> Vec<(usize, usize)> {
        let shapes = (self.shapes.left.get(left), self.shapes.right.get(right));
        let Some(atoms) = self.atoms(left, right).filter(|_| shapes.0 == shapes.1) else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        for (one, other) in atoms.left.references.iter().zip(&atoms.right.references) {
            let Some((a, b)) = self.target(one, other) else {
                continue;
            };
            let free = !taken.iter().any(|(x, y)| *x == a || *y == b);
            if free && self.is_open(a, b) && self.shapes.left.get(a) == self.shapes.right.get(b) {
                taken.push((a, b));
            }
        }
        taken
    }

    fn target(&self, one: &Reference, other: &Reference) -> Option<(usize, usize)> {
        let (Meaning::Address(to), Meaning::Address(like)) = (&one.to, &other.to) else {
            return None;
        };
        let a = self.sides.left.cut.find(*to)?;
        let b = self.sides.right.cut.find(*like)?;
        let atoms = self.atoms(a, b)?;
        let offsets = (to - atoms.left.start, like - atoms.right.start);
        let paired = !matches!(atoms.left.role, Role::Padding | Role::Table);
        (paired && offsets.0 == offsets.1 && self.same_section(a, b)).then_some((a, b))
    }

    /// In sections that keep their order, what stands at the same place.
    pub(super) fn by_place(&mut self) {
        let Pair { left, right } = self.sides;
        let mut places: BTreeMap<(&str, u64), usize> = BTreeMap::new();
        for (index, atom) in right.cut.atoms.iter().enumerate() {
            if let Some(area) = right.cut.area(atom).filter(|area| order::matters(area)) {
                places.insert((&area.label, atom.start - area.start), index);
            }
        }
        for (index, atom) in left.cut.atoms.iter().enumerate() {
            let Some(area) = left.cut.area(atom).filter(|area| order::matters(area)) else {
                continue;
            };
            let there = places.get(&(area.label.as_str(), atom.start - area.start));
            let paired = !matches!(atom.role, Role::Padding | Role::Table);
            let Some(there) = there.copied().filter(|_| paired) else {
                continue;
            };
            let alike = self.shapes.left.get(index) == self.shapes.right.get(there);
            if (order::in_sequence(area) || alike) && self.is_open(index, there) {
                self.join(index, there);
            }
        }
        let entry = [left, right].map(|side| side.cut.find(side.cut.space.image.header.entry));
        if let [Some(a), Some(b)] = entry
            && self.is_open(a, b)
            && self.same_section(a, b)
        {
            self.join(a, b);
        }
    }
}
