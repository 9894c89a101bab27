//! Facts held against each other as sets.

use crate::findings::Findings;
use crate::part::Item;
use crossproof_model::{Digest, Pair, Place};

/// A digest of facts as a set, without those that a rule settles.
pub(crate) fn items_digest(items: &[Item]) -> Digest {
    let mut pairs: Vec<(&str, &str)> = items
        .iter()
        .filter(|i| i.settled_by.is_none())
        .map(|i| (i.name.as_str(), i.value.as_str()))
        .collect();
    pairs.sort_unstable();
    Digest::of_fields(pairs.into_iter().flat_map(|(name, value)| [name, value]))
}

/// Bytes as a value that is the same only for the same bytes: themselves, or their digest if they are many.
pub(crate) fn told(bytes: &[u8]) -> String {
    match bytes.len() {
        0..=64 => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        size => format!("{size} bytes, {}", Digest::of(bytes)),
    }
}

/// How a path is written around the name it goes by; nothing if it is written just so.
pub(crate) fn around(written: &str, name: &str) -> Option<String> {
    match written.split_once(name) {
        Some(("", "")) => None,
        Some((before, after)) => Some(format!("{before}…{after}")),
        None => Some(written.to_owned()),
    }
}

/// Notes each fact that the sides do not share. Facts of one name are a set: what both have is taken away
/// first, and what is left is paired in order.
pub(crate) fn compare_items(findings: &mut Findings, place: &Place, items: Pair<Vec<Item>>) {
    let apart = first_apart(items.as_ref().map(Vec::as_slice));
    let start = findings.differences.len();
    let mut sorted = items;
    sorted.left.sort_unstable();
    sorted.right.sort_unstable();
    let (mut left, mut right) = (
        sorted.left.into_iter().peekable(),
        sorted.right.into_iter().peekable(),
    );
    let mut group: Pair<Vec<Item>> = Pair::default();
    while let Some(name) = least(left.peek(), right.peek()) {
        let same_name = |item: &Item| item.name == name;
        group
            .left
            .extend(std::iter::from_fn(|| left.next_if(same_name)));
        group
            .right
            .extend(std::iter::from_fn(|| right.next_if(same_name)));
        if group.left == group.right {
            (group.left, group.right) = (Vec::new(), Vec::new());
            continue;
        }
        let only = Pair::new(
            without(&group.left, &group.right),
            without(&group.right, &group.left),
        );
        let longest = only.left.len().max(only.right.len());
        for index in 0..longest {
            let pair = only.as_ref().map(|items| items.get(index).copied());
            // Of two keys the graver one's, whichever side it is on.
            let present = pair.left.into_iter().chain(pair.right);
            let present = present.map(|i| (i.allows, i.key.spelled()));
            let Some((allows, key)) = present.min() else {
                continue;
            };
            let rules = pair.map(|item| item.map(|i| i.settled_by));
            let rule = match (rules.left, rules.right) {
                (Some(rule), None) | (None, Some(rule)) => rule,
                (Some(left), Some(right)) if left == right => left,
                _ => None,
            };
            let shown = match &apart {
                Some(apart) if key.as_str().ends_with(".order") => apart.clone(),
                _ => pair.map(|item| item.map(|i| i.value.clone())),
            };
            let place = place.within(&name);
            match rule {
                Some(rule) => findings.settle(key, place, shown, rule),
                None => findings.differ(key, place, shown, Vec::new(), allows),
            }
        }
        findings.thin(start);
        (group.left, group.right) = (Vec::new(), Vec::new());
    }
}

/// The first facts that stand where the other side has different ones: what tells a person more of an order than the
/// digests that stand for it.
fn first_apart(items: Pair<&[Item]>) -> Option<Pair<Option<String>>> {
    fn others(items: &[Item]) -> Vec<&str> {
        let others = items.iter().filter(|item| !item.key.is_order());
        others.map(|item| item.name.as_str()).collect()
    }
    let order = |items: &[Item]| {
        let order = items.iter().find(|item| item.key.is_order());
        order.map(|item| item.value.clone())
    };
    (order(items.left)? != order(items.right)?).then_some(())?;
    let names = items.map(others);
    let same = names.left.iter().zip(&names.right);
    let first = same.take_while(|(a, b)| a == b).count();
    let name = |names: &[&str]| {
        let name = names.get(first)?;
        Some(format!("number {} of {}: {name}", first + 1, names.len()))
    };
    let named = names.as_ref().map(|names| name(names));
    (named.left.is_some() || named.right.is_some()).then_some(named)
}

fn least(left: Option<&Item>, right: Option<&Item>) -> Option<String> {
    left.into_iter()
        .chain(right)
        .map(|item| &item.name)
        .min()
        .cloned()
}

/// Of two sorted lists, what the first has more often than the second.
fn without<'i>(items: &'i [Item], others: &[Item]) -> Vec<&'i Item> {
    let mut others = others.iter().peekable();
    let mut out = Vec::new();
    for item in items {
        while others.next_if(|other| *other < item).is_some() {}
        if others.next_if(|other| *other == item).is_none() {
            out.push(item);
        }
    }
    out
}
