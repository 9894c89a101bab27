//! Pairing by what pieces hold.

use super::super::atom::{Atom, Role};
use super::super::meaning::{Names, Side};
use super::colours::Palette;
use super::{Pairing, ROUNDS};
use crossproof_model::{Digest, Pair};
use std::collections::BTreeMap;

/// How far references are followed to tell pieces apart.
const FAR: usize = 6;

type Groups<K> = BTreeMap<K, Vec<usize>>;

/// The section of a piece and what it holds.
type Shape = (String, Digest);

impl Pairing<'_, '_, '_, '_> {
    /// Pairs by content until nothing more is told apart: what is unique first, because what it is called tells
    /// apart those that refer to it; twins, which nothing tells apart, in order. What differs makes all that leads
    /// to it differ, so that in the end only what pieces refer to themselves counts.
    pub(super) fn settle(&mut self) {
        for depth in (1..=FAR).rev() {
            for _ in 0..ROUNDS {
                if !self.by_content(depth) {
                    break;
                }
            }
        }
    }

    /// Pairs what holds the same and refers to the same, as far as that is known; whether anything was.
    fn by_content(&mut self, depth: usize) -> bool {
        let open = self.unpaired(|atom| !matches!(atom.role, Role::Padding | Role::Table));
        if open.left.is_empty() || open.right.is_empty() {
            return false;
        }
        let coloured = |palette: &Palette, ids: &Names, open: &[usize]| {
            let colours = palette.colours(ids, depth);
            let mut groups: Groups<u64> = BTreeMap::new();
            for index in open {
                if let Some(colour) = colours.get(*index) {
                    groups.entry(*colour).or_default().push(*index);
                }
            }
            groups
        };
        let left = coloured(&self.palettes.left, &self.ids.left, &open.left);
        let right = coloured(&self.palettes.right, &self.ids.right, &open.right);
        self.groups(&left, &right, false) || self.groups(&left, &right, true)
    }

    /// Pairs the members of groups of one size on both sides.
    fn groups<K: Ord>(&mut self, left: &Groups<K>, right: &Groups<K>, twins: bool) -> bool {
        let mut joined = false;
        let mut both: Vec<(&Vec<usize>, &Vec<usize>)> = left
            .iter()
            .filter_map(|(key, here)| Some((here, right.get(key)?)))
            .filter(|(here, there)| here.len() == there.len() && (here.len() == 1 || twins))
            .collect();
        // In an order that is the same seen from either side.
        both.sort_by_key(|(here, there)| {
            let first = [here.first(), there.first()];
            (first.iter().min().copied(), first.iter().max().copied())
        });
        for (here, there) in both {
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
