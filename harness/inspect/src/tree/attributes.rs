//! What a file system keeps of an entry beside its kind, mode and content: its owner, extended attributes, and which
//! names are one file.

use crate::options::Options;
use crate::rules::{Rule, tree_owner};
use crossproof_model::{Attributes, Entry, Owner, Pair, RelPath, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Names paired: of each side, if it has one.
type Pairs<'t> = [Pair<Option<&'t RelPath>>];

/// What holds of two trees as a whole.
#[derive(Default)]
pub(super) struct Alike<'t> {
    /// Whether users and groups of one side are those of the other, by other numbers, and the rule may say so.
    owners: bool,
    /// Names of the right that go by a different one on the left.
    renamed: BTreeMap<&'t RelPath, &'t RelPath>,
}

impl<'t> Alike<'t> {
    pub(super) fn of(trees: Pair<&Tree>, pairs: &Pairs<'t>, options: &Options) -> Self {
        let both = pairs
            .iter()
            .filter_map(|pair| Some((pair.left?, pair.right?)));
        let owners = both.clone().filter_map(|(left, right)| {
            let left = trees.left.attributes.get(left)?.owner?;
            let right = trees.right.attributes.get(right)?.owner?;
            Some((left, right))
        });
        let owners: BTreeSet<(Owner, Owner)> = owners.collect();
        let users = owners.iter().map(|(left, right)| (left.user, right.user));
        let groups = owners.iter().map(|(left, right)| (left.group, right.group));
        Alike {
            owners: options.rules.has(&tree_owner::RULE)
                && one_to_one(users.collect())
                && one_to_one(groups.collect()),
            renamed: both
                .filter(|(left, right)| left != right)
                .map(|(left, right)| (right, left))
                .collect(),
        }
    }
}

/// Whether each number of one side is one of the other, and zero, which is root, is only root's.
fn one_to_one(pairs: BTreeSet<(u32, u32)>) -> bool {
    let left: BTreeSet<u32> = pairs.iter().map(|(left, _)| *left).collect();
    let right: BTreeSet<u32> = pairs.iter().map(|(_, right)| *right).collect();
    let root = pairs.contains(&(0, 0)) || !(left.contains(&0) && right.contains(&0));
    // These are the same users and groups on every system (Debian Policy, section 9.2.2, and `users`).
    const STATIC: std::ops::RangeInclusive<u32> = 1..=100;
    let system = |(left, right): &(u32, u32)| {
        left != right && (STATIC.contains(left) || STATIC.contains(right))
    };
    let system = pairs.iter().any(system);
    root && !system && left.len() == pairs.len() && right.len() == pairs.len()
}

/// Tells what differs about two entries' attributes.
pub(super) fn compare(
    pair: Pair<(&RelPath, &Entry)>,
    trees: Pair<&Tree>,
    alike: &Alike<'_>,
    note: &mut impl FnMut(&str, Pair<Option<String>>, Option<&Rule>),
) {
    let none = Attributes::default();
    let attributes = Pair::new(
        trees.left.attributes.get(pair.left.0).unwrap_or(&none),
        trees.right.attributes.get(pair.right.0).unwrap_or(&none),
    );
    let owners = attributes.map(|attributes| attributes.owner);
    if let Pair {
        left: Some(left),
        right: Some(right),
    } = owners
        && left != right
    {
        let runs = |bit: u32| super::mode(pair.left.1).is_some_and(|mode| mode & bit != 0);
        let matters =
            runs(0o4000) && left.user != right.user || runs(0o2000) && left.group != right.group;
        let rule = (alike.owners && !matters).then_some(&tree_owner::RULE);
        let shown = owners.map(|o| o.map(|o| format!("{}:{}", o.user, o.group)));
        note("tree.owner", shown, rule);
    }
    let extended = attributes.map(|attributes| &attributes.extended);
    let names: BTreeSet<&String> = extended.left.keys().chain(extended.right.keys()).collect();
    for name in names {
        let values = extended.map(|extended| extended.get(name));
        if values.left != values.right {
            let shown = values.map(|value| value.map(|value| format!("{name}: {}", told(value))));
            note("tree.attribute", shown, None);
        }
    }
    let left = attributes.left.same_as.as_ref();
    let right = attributes.right.same_as.as_ref();
    let meant = right.map(|path| alike.renamed.get(path).copied().unwrap_or(path));
    if left != meant {
        let shown = Pair::new(left, right);
        let shown = shown.map(|path| path.map(|path| format!("the same file as {path}")));
        note("tree.hard-link", shown, None);
    }
}

/// A value as text where it is one.
fn told(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => value.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_renamed_only_one_to_one_and_root_stays_root() {
        let of = |pairs: &[(u32, u32)]| one_to_one(pairs.iter().copied().collect());
        assert!(of(&[]));
        assert!(of(&[(0, 1000)]));
        assert!(of(&[(0, 0), (106, 107)]));
        assert!(!of(&[(0, 0), (106, 0)]));
        assert!(!of(&[(0, 1000), (106, 1000)]));
        assert!(!of(&[(0, 106), (106, 0)]));
    }
}
