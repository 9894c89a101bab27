//! What holding the pieces against each other came to, section by section.

use super::atom::{Atom, Role};
use super::headers;
use super::loader;
use super::meaning::Side;
use super::pair::Paired;
use super::space::{Area, Meaning};
use crate::options::Options;
use crate::rules::RuleSet;
use crossproof_model::{Digest, Pair};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What is the same and what is not, by indices of pieces.
#[derive(Default)]
pub(super) struct Section {
    pub same: Vec<(usize, usize)>,
    pub changed: Vec<(usize, usize)>,
    pub only: Pair<Vec<usize>>,
    /// Constants, words of address tables and unnamed data that the other side lacks.
    pub unmatched: Pair<Vec<usize>>,
    /// The section's header is the same, addresses and sizes aside.
    pub header: bool,
    /// Facts of a table that only one side has.
    pub facts: Pair<Vec<String>>,
}

impl Section {
    /// Whether nothing but addresses, order and padding differs.
    pub(super) fn moved_only(&self) -> bool {
        self.header
            && self.facts.left.is_empty()
            && self.facts.right.is_empty()
            && self.changed.is_empty()
            && self.only.left.is_empty()
            && self.only.right.is_empty()
            && self.unmatched.left.is_empty()
            && self.unmatched.right.is_empty()
    }
}

/// The whole of it.
pub(super) struct Outcome {
    /// By label.
    pub sections: BTreeMap<String, Section>,
    pub segments: bool,
    pub entry: bool,
    /// Only linked files have addresses that can have moved.
    pub linked: bool,
}

impl Outcome {
    /// `None` if sections cannot be told apart by name.
    pub(super) fn of(
        sides: Pair<&Side<'_, '_, '_>>,
        paired: &Paired,
        options: &Options,
    ) -> Option<Self> {
        let areas = sides.map(|side| {
            let areas = side.cut.space.areas.iter();
            areas
                .map(|area| (area.label.as_str(), area))
                .collect::<BTreeMap<_, _>>()
        });
        let told = |side: &Side<'_, '_, '_>, by_label: &BTreeMap<&str, &Area<'_>>| {
            side.cut.space.areas.len() == by_label.len() || side.cut.space.image.relocatable()
        };
        if !told(sides.left, &areas.left) || !told(sides.right, &areas.right) {
            return None;
        }
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        for label in areas.left.keys().chain(areas.right.keys()) {
            let pair = areas.as_ref().map(|areas| areas.get(label).copied());
            sections.insert(
                (*label).to_owned(),
                tables(sides, paired, pair, &options.rules),
            );
        }
        let digests = Pair::new(
            digests(sides.left, &paired.names.left),
            digests(sides.right, &paired.names.right),
        );
        named(sides, paired, &digests, &mut sections);
        unnamed(sides, &digests, &mut sections);
        let entry = Pair::new(
            (sides.left, &paired.names.left),
            (sides.right, &paired.names.right),
        )
        .map(|(side, names)| {
            side.spell(&Meaning::Address(side.cut.space.image.header.entry), names)
        });
        let segments = sides.map(|side| headers::segments(side.cut.space, &options.rules));
        Some(Outcome {
            sections,
            segments: segments.same(),
            entry: entry.same(),
            linked: !sides.left.cut.space.image.relocatable(),
        })
    }
}

fn tables(
    sides: Pair<&Side<'_, '_, '_>>,
    paired: &Paired,
    pair: Pair<Option<&Area<'_>>>,
    rules: &RuleSet,
) -> Section {
    let Pair {
        left: Some(left),
        right: Some(right),
    } = pair
    else {
        // A section on one side only is told as such.
        return Section::default();
    };
    let images = sides.map(|side| side.cut.space.image);
    let header = Pair::new(
        headers::section(images.left, left.section),
        headers::section(images.right, right.section),
    );
    let is_table = |side: &Side<'_, '_, '_>, area: &Area<'_>| {
        let atom = side
            .cut
            .find(area.start)
            .and_then(|index| side.cut.atoms.get(index));
        atom.is_some_and(|atom| atom.role == Role::Table)
    };
    let facts = match is_table(sides.left, left) || is_table(sides.right, right) {
        true => {
            let (left, right) = rayon::join(
                || loader::facts(sides.left, &paired.names.left, left, rules),
                || loader::facts(sides.right, &paired.names.right, right, rules),
            );
            apart(Pair::new(left, right))
        }
        false => Pair::default(),
    };
    Section {
        header: header.left.is_some() && header.same(),
        facts,
        ..Section::default()
    }
}

/// Of two sorted lists, what each has more often than the other.
fn apart(facts: Pair<Vec<String>>) -> Pair<Vec<String>> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    facts
        .left
        .iter()
        .for_each(|fact| *counts.entry(fact).or_default() += 1);
    facts
        .right
        .iter()
        .for_each(|fact| *counts.entry(fact).or_default() -= 1);
    let mut out = Pair::<Vec<String>>::default();
    for (fact, count) in counts {
        let side = if count > 0 {
            &mut out.left
        } else {
            &mut out.right
        };
        side.extend(std::iter::repeat_n(
            fact.to_owned(),
            count.unsigned_abs() as usize,
        ));
    }
    out
}

fn digests(side: &Side<'_, '_, '_>, names: &super::meaning::Names) -> Vec<Digest> {
    side.cut
        .atoms
        .par_iter()
        .map(|atom| side.digest(atom, names))
        .collect()
}

fn label<'x>(side: &'x Side<'_, '_, '_>, atom: &Atom) -> &'x str {
    side.cut.area(atom).map_or("", |area| area.label.as_str())
}

/// Functions and objects.
fn named(
    sides: Pair<&Side<'_, '_, '_>>,
    paired: &Paired,
    digests: &Pair<Vec<Digest>>,
    sections: &mut BTreeMap<String, Section>,
) {
    let is_named = |atom: &Atom| matches!(atom.role, Role::Function | Role::Object);
    for (index, atom) in sides
        .left
        .cut
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, a)| is_named(a))
    {
        let here = label(sides.left, atom);
        let Some(section) = sections.get_mut(here) else {
            continue;
        };
        let Some(like) = paired.like.left.get(index).copied().flatten() else {
            section.only.left.push(index);
            continue;
        };
        let there = sides
            .right
            .cut
            .atoms
            .get(like)
            .map(|atom| label(sides.right, atom));
        if there != Some(here) {
            // In another section it is another thing.
            section.only.left.push(index);
            let other = there.and_then(|there| sections.get_mut(there));
            if let Some(other) = other {
                other.only.right.push(like);
            }
            continue;
        }
        // What a piece is exported as is told as such.
        let plain = || {
            let other = sides.right.cut.atoms.get(like)?;
            let one = sides.left.plain_digest(atom, &paired.names.left);
            Some(one == sides.right.plain_digest(other, &paired.names.right))
        };
        let same = digests.left.get(index) == digests.right.get(like);
        match same || plain() == Some(true) {
            true => section.same.push((index, like)),
            false => section.changed.push((index, like)),
        }
    }
    for (index, atom) in sides
        .right
        .cut
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, a)| is_named(a))
    {
        if paired.like.right.get(index).copied().flatten().is_none()
            && let Some(section) = sections.get_mut(label(sides.right, atom))
        {
            section.only.right.push(index);
        }
    }
}

/// Constants and words of address tables by what they hold, unnamed data by where they stand.
fn unnamed(
    sides: Pair<&Side<'_, '_, '_>>,
    digests: &Pair<Vec<Digest>>,
    sections: &mut BTreeMap<String, Section>,
) {
    type Held = BTreeMap<(String, u64, Digest), Vec<usize>>;
    let held = |side: &Side<'_, '_, '_>, digests: &[Digest]| {
        let mut held: Held = BTreeMap::new();
        for (index, (atom, digest)) in side.cut.atoms.iter().zip(digests).enumerate() {
            let start = side.cut.area(atom).map_or(0, |area| area.start);
            let at = match atom.role {
                Role::Constant | Role::Slot => 0,
                Role::Rest => atom.start - start,
                Role::Function | Role::Object | Role::Padding | Role::Table => continue,
            };
            let key = (label(side, atom).to_owned(), at, *digest);
            held.entry(key).or_default().push(index);
        }
        held
    };
    let left = held(sides.left, &digests.left);
    let right = held(sides.right, &digests.right);
    for (this, other, on_left) in [(&left, &right, true), (&right, &left, false)] {
        for (key, indices) in this {
            let matched = other.get(key).map_or(0, Vec::len);
            if let Some(section) = sections.get_mut(&key.0) {
                let side = match on_left {
                    true => &mut section.unmatched.left,
                    false => &mut section.unmatched.right,
                };
                side.extend(indices.iter().skip(matched));
            }
        }
    }
    for section in sections.values_mut() {
        section.unmatched.left.sort_unstable();
        section.unmatched.right.sort_unstable();
    }
}
