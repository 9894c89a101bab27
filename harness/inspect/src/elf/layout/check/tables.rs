//! The tables that the loader and the unwinder read: they say the same of paired things.

use super::super::atom::Role;
use super::super::flow::How;
use super::super::headers;
use super::super::loader::{self, Speak};
use super::super::space::{Area, Meaning};
use super::Objection;
use super::map::{Map, On, Spot};
use crate::rules::RuleSet;
use crossproof_model::Pair;
use std::collections::BTreeMap;

pub(super) fn check(map: &Map<'_, '_, '_>, rules: &RuleSet) -> Vec<Objection> {
    let mut out = Vec::new();
    let areas = |on: On| {
        let side = map.side(on);
        let all = side.space.areas.iter().enumerate();
        let kept = all.filter(|(index, _)| !map.dropped(on, *index, rules));
        let named = kept.map(|(_, area)| (area.label.as_str(), area));
        named.collect::<BTreeMap<_, _>>()
    };
    let (left, right) = (areas(On::Left), areas(On::Right));
    for label in left
        .keys()
        .chain(right.keys())
        .collect::<std::collections::BTreeSet<_>>()
    {
        match (left.get(label), right.get(label)) {
            (Some(l), Some(r)) => {
                let why = section(map, Pair::new(*l, *r), rules);
                let at = Pair::new(Some(l.start), Some(r.start));
                out.extend(why.map(|why| Objection::of(label, at, why)));
            }
            _ => {
                let why = "is a section of one side only";
                out.push(Objection::of(label, Pair::default(), why));
            }
        }
    }
    out.extend(empty(map));
    let segments = map.sides.map(|side| headers::segments(side.space, rules));
    if segments.left != segments.right {
        out.push(Objection::whole(
            "segments differ in more than their addresses",
        ));
    }
    for on in [On::Left, On::Right] {
        if !loader::described(map.side(on).space) {
            out.push(Objection::whole(
                "the dynamic table's addresses, sizes or types do not match the sections",
            ));
        }
    }
    out
}

/// Sections that hold nothing have the same headers, too.
fn empty(map: &Map<'_, '_, '_>) -> Vec<Objection> {
    let headers = map.sides.map(|side| {
        let sections = side.space.image.sections.iter().enumerate();
        let empty = sections.filter(|(_, s)| s.allocated() && s.size == 0);
        let header = |index| headers::section(side.space.image, index);
        empty
            .map(|(index, section)| (section.label.clone(), header(index)))
            .collect::<BTreeMap<_, _>>()
    });
    let (left, right) = (&headers.left, &headers.right);
    let both = left
        .iter()
        .filter(|(label, header)| right.get(*label) != Some(header));
    let other = right.iter().filter(|(label, _)| !left.contains_key(*label));
    both.chain(other)
        .map(|(label, _)| {
            let why = "its header differs in more than its address and size";
            Objection::of(label, Pair::default(), why)
        })
        .collect()
}

fn section(map: &Map<'_, '_, '_>, areas: Pair<&Area<'_>>, rules: &RuleSet) -> Option<&'static str> {
    let images = map.sides.map(|side| side.space.image);
    let header = Pair::new(
        headers::section(images.left, areas.left.section),
        headers::section(images.right, areas.right.section),
    );
    if header.left.is_none() || header.left != header.right {
        return Some("its header differs in more than its address and size");
    }
    let table = |on: On, area: &Area<'_>| {
        let side = map.side(on);
        let atom = side
            .find(area.start)
            .and_then(|index| side.atoms.get(index));
        atom.is_some_and(|atom| atom.role == Role::Table)
    };
    if !table(On::Left, areas.left) && !table(On::Right, areas.right) {
        return None;
    }
    let proof = |on: On, area| loader::proof(map.side(on), &Shared { map, on }, area, rules);
    let (Some(left), Some(right)) = rayon::join(
        || proof(On::Left, areas.left),
        || proof(On::Right, areas.right),
    ) else {
        // A table nobody reads here: it must be the same, and nothing may have moved.
        let same = map.still && areas.left.bytes == areas.right.bytes;
        return (!same).then_some("this table cannot be read, and code or data have moved");
    };
    (left != right).then_some("the table's entries differ")
}

/// Addresses in terms that both sides share.
struct Shared<'x, 'm, 's, 'a> {
    map: &'x Map<'m, 's, 'a>,
    on: On,
}

impl Speak for Shared<'_, '_, '_, '_> {
    fn say(&self, meaning: &Meaning) -> String {
        match meaning {
            Meaning::Text(text) => text.clone(),
            // Tables hold whole addresses.
            Meaning::Page(page) => format!("page {page:#x}"),
            Meaning::Address(address) => {
                match self.map.spot(self.on, *address, How::Touch(1)) {
                    // Never the same as anything.
                    Spot::Unclear => match self.on {
                        On::Left => "unclear on the left".to_owned(),
                        On::Right => "unclear on the right".to_owned(),
                    },
                    spot => format!("{spot:?}"),
                }
            }
        }
    }
}
