//! What is asked of members and other parts that go by paths: which stands for which, their order, where
//! links lead, and their times.

use super::whole::Whole;
use crate::called_by_id::CalledById;
use crate::part::{Named, Part};
use crate::rules::{build_id_path, tree_path};
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};
use std::collections::{BTreeMap, BTreeSet};

impl Whole<'_, '_> {
    /// Whether the part is a folder that is there only because a mapped one is below it.
    pub(super) fn above_a_prefix(&self, part: &Part<'_>) -> bool {
        let path = [b"/", part.name.as_bytes()].concat();
        part.named == Named::Folder
            && self.setting.options.maps_paths()
            && self.setting.options.tree.is_above(&path)
    }

    /// Where symbolic links lead, which a map may say is the same place.
    pub(super) fn links(&mut self, parts: &Pair<&Part<'_>>, place: &Place) {
        let shown = parts.map(|part| part.link.clone());
        let options = self.setting.options;
        let means = parts.map(|part| part.leads_to(options));
        self.list(
            parts,
            "link",
            means
                .as_ref()
                .map(|m| Digest::of(m.as_deref().unwrap_or_default())),
        );
        let key = DiffKey::of(["tree.link"]);
        if shown.same() {
        } else if means.same() {
            self.findings
                .settle(key, place.clone(), shown, &tree_path::RULE);
        } else {
            self.findings
                .differ(key, place.clone(), shown, Vec::new(), Level::Divergent);
        }
    }

    /// Whether the members both sides have stand in the same order. Where those stand that are called by their
    /// build-ids follows from their names, if that is the order they are in.
    pub(super) fn order(
        &mut self,
        parts: &Pair<Vec<Part<'_>>>,
        pairs: &[Pair<Option<&Part<'_>>>],
        called: &Pair<CalledById<'_>>,
    ) {
        let both = pairs.iter().filter_map(|pair| {
            let (left, right) = (pair.left?, pair.right?);
            (left.named != Named::Word).then_some((left.name.as_str(), right.name.as_str()))
        });
        let both: Vec<(&str, &str)> = both.collect();
        let by_id =
            |(left, right): &(&str, &str)| left != right && called.left.place(left).is_some();
        let (by_id, others): (Vec<_>, Vec<_>) = both.iter().copied().partition(by_id);
        let all = orders(parts, &both);
        let kept = match !by_id.is_empty() && in_order_of_names(parts, &by_id) {
            true => orders(parts, &others),
            false => all.clone(),
        };
        let (orders, rule) = match first_moved(&kept) {
            Some(_) => (&kept, None),
            None => (&all, Some(&build_id_path::RULE)),
        };
        if let Some(at) = first_moved(orders) {
            let name = |names: &Vec<&str>| names.get(at).map(|n| format!("{at} members, then {n}"));
            let shown = orders.as_ref().map(name);
            let first = parts.left.first().map_or("", |part| part.key.as_str());
            let key = DiffKey::of([first.split('.').next().unwrap_or_default(), "order"]);
            let place = self.place.clone();
            match rule {
                Some(rule) => self.findings.settle(key, place, shown, rule),
                None => {
                    let allows = Level::Interface;
                    self.findings.differ(key, place, shown, Vec::new(), allows);
                }
            }
        }
        let line = |names: Vec<&str>| Digest::of(format!("order\t{}", Digest::of_fields(names)));
        let lines = kept.map(line);
        self.listing.left.push(lines.left);
        self.listing.right.push(lines.right);
    }
}

/// The left names of these members in the order of each side.
fn orders<'p>(parts: &'p Pair<Vec<Part<'_>>>, pairs: &[(&'p str, &'p str)]) -> Pair<Vec<&'p str>> {
    let of_left: BTreeSet<&str> = pairs.iter().map(|(left, _)| *left).collect();
    let of_right: BTreeMap<&str, &str> =
        pairs.iter().map(|(left, right)| (*right, *left)).collect();
    let names = parts
        .as_ref()
        .map(|parts| parts.iter().map(|p| p.name.as_str()));
    Pair {
        left: names.left.filter(|name| of_left.contains(name)).collect(),
        right: names
            .right
            .filter_map(|name| of_right.get(name).copied())
            .collect(),
    }
}

/// Whether these members stand in the order of their names, folder by folder, on each side.
fn in_order_of_names(parts: &Pair<Vec<Part<'_>>>, pairs: &[(&str, &str)]) -> bool {
    let of = |side: &[Part<'_>], names: &BTreeSet<&str>| {
        let names = side
            .iter()
            .map(|part| part.name.as_str())
            .filter(|name| names.contains(name));
        names.is_sorted_by_key(|name| name.split('/').collect::<Vec<_>>())
    };
    let left = pairs.iter().map(|(left, _)| *left).collect();
    let right = pairs.iter().map(|(_, right)| *right).collect();
    of(&parts.left, &left) && of(&parts.right, &right)
}

fn first_moved(orders: &Pair<Vec<&str>>) -> Option<usize> {
    let mut both = orders.left.iter().zip(&orders.right);
    both.position(|(a, b)| a != b)
}
