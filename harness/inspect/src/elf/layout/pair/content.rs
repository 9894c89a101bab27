//! Pairing by what pieces hold.

use super::super::atom::{Atom, Role};
use super::super::meaning::{Names, Side};
use super::{Pairing, ROUNDS};
use crossproof_model::{Digest, Pair};
use rayon::prelude::*;
use std::collections::BTreeMap;

type Groups<K> = BTreeMap<K, Vec<usize>>;

/// The section of a piece and what it holds.
type Shape = (String, Digest);

impl Pairing<'_, '_, '_, '_> {
    /// Pairs by content until nothing more is told apart: what is unique first, because what it is called tells
    /// apart those that refer to it; twins, which nothing tells apart, in order.
    pub(super) fn settle(&mut self) {
        for _ in 0..ROUNDS {
            if !self.by_content(false) && !self.by_content(true) {
                return;
            }
        }
    }

    /// Pairs what holds the same, as far as that is known; whether anything was.
    fn by_content(&mut self, twins: bool) -> bool {
        let open = self.unpaired(|atom| !matches!(atom.role, Role::Padding | Role::Table));
        let digests = |side: &Side<'_, '_, '_>, names: &Names, open: &[usize]| {
            let digests: Vec<(Digest, usize)> = open
                .par_iter()
                .filter_map(|index| {
                    let atom = side.cut.atoms.get(*index)?;
                    Some((side.digest(atom, names), *index))
                })
                .collect();
            let mut groups: Groups<Digest> = BTreeMap::new();
            for (digest, index) in digests {
                groups.entry(digest).or_default().push(index);
            }
            groups
        };
        let left = digests(self.sides.left, &self.ids.left, &open.left);
        let right = digests(self.sides.right, &self.ids.right, &open.right);
        self.groups(&left, &right, twins)
    }

    /// Pairs the members of groups of one size on both sides.
    fn groups<K: Ord>(&mut self, left: &Groups<K>, right: &Groups<K>, twins: bool) -> bool {
        let mut joined = false;
        for (key, here) in left {
            let Some(there) = right.get(key) else {
                continue;
            };
            if here.len() != there.len() || (here.len() > 1 && !twins) {
                continue;
            }
            // What one pair leads to may settle others of the group.
            for a in here {
                let free = |b: &&usize| self.is_open(*a, **b) && self.same_section(*a, **b);
                if let Some(b) = there.iter().find(free).copied() {
                    self.join(*a, b);
                    self.follow(*a, b);
                    joined = true;
                }
            }
        }
        joined
    }

    /// Data that only one piece of each side can be, by what it holds.
    pub(super) fn unique_data(&mut self) {
        let Pair { left, right } = self.data_by_shape(Role::Slot);
        self.groups(&left, &right, false);
        let Pair { left, right } = self.data_by_shape(Role::Constant);
        self.groups(&left, &right, false);
    }

    /// What is left of the data: alike ones in order.
    pub(super) fn data_in_order(&mut self) {
        for role in [Role::Slot, Role::Constant, Role::Rest] {
            let Pair { left, right } = self.data_by_shape(role);
            self.groups(&left, &right, true);
        }
    }

    fn data_by_shape(&self, role: Role) -> Pair<Groups<Shape>> {
        let open = self.unpaired(|atom: &Atom| atom.role == role);
        let keyed = |side: &Side<'_, '_, '_>, shapes: &[Digest], open: &[usize]| {
            let mut groups: Groups<Shape> = BTreeMap::new();
            for index in open {
                let atom = side.cut.atoms.get(*index);
                let label = atom.and_then(|atom| side.cut.area(atom));
                if let (Some(area), Some(shape)) = (label, shapes.get(*index)) {
                    let key = (area.label.clone(), *shape);
                    groups.entry(key).or_default().push(*index);
                }
            }
            groups
        };
        let Pair { left, right } = self.sides;
        Pair::new(
            keyed(left, &self.shapes.left, &open.left),
            keyed(right, &self.shapes.right, &open.right),
        )
    }
}
