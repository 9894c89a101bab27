//! Which name on one side stands for which on the other.

use crossproof_model::Pair;
use std::collections::{BTreeMap, BTreeSet};

/// Pairs names: first those that are the same, then, among the rest, those that come to one place.
///
/// `place` says which place a name means, if it can be said at all. Where several names of a side come to
/// one place nobody can tell which is meant, and they stay alone. In order of the left name, or of the
/// right where there is no left.
pub(crate) fn pairs<N: Ord + Copy>(
    left: &BTreeSet<N>,
    right: &BTreeSet<N>,
    place: impl Fn(N) -> Option<Vec<u8>>,
) -> Vec<Pair<Option<N>>> {
    let same = left.intersection(right);
    let mut out: Vec<_> = same.map(|n| Pair::new(Some(*n), Some(*n))).collect();
    let mut places: BTreeMap<Vec<u8>, Pair<Vec<N>>> = BTreeMap::new();
    let mut seat = |name: N, side: fn(&mut Pair<Vec<N>>) -> &mut Vec<N>| match place(name) {
        Some(place) => side(places.entry(place).or_default()).push(name),
        None => {
            let mut alone = Pair::default();
            side(&mut alone).push(name);
            out.extend(each_alone(alone));
        }
    };
    left.difference(right)
        .for_each(|n| seat(*n, |pair| &mut pair.left));
    right
        .difference(left)
        .for_each(|n| seat(*n, |pair| &mut pair.right));
    for pair in places.into_values() {
        match (pair.left.as_slice(), pair.right.as_slice()) {
            ([left], [right]) => out.push(Pair::new(Some(*left), Some(*right))),
            _ => out.extend(each_alone(pair)),
        }
    }
    out.sort_by_key(|pair| (pair.left.or(pair.right), *pair));
    out
}

fn each_alone<N>(names: Pair<Vec<N>>) -> impl Iterator<Item = Pair<Option<N>>> {
    let left = names.left.into_iter().map(|n| Pair::new(Some(n), None));
    left.chain(names.right.into_iter().map(|n| Pair::new(None, Some(n))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(left: &[&'static str], right: &[&'static str]) -> Vec<String> {
        let set = |names: &[&'static str]| names.iter().copied().collect();
        // The place of `a/x` and `b/x` is `x`; what has no slash has none.
        let place = |name: &str| name.split_once('/').map(|(_, x)| x.as_bytes().to_vec());
        let pairs = pairs(&set(left), &set(right), place);
        let spell = |name: Option<&str>| name.unwrap_or("-").to_owned();
        pairs
            .into_iter()
            .map(|p| format!("{} {}", spell(p.left), spell(p.right)))
            .collect()
    }

    #[test]
    fn the_same_name_goes_first_then_the_same_place() {
        assert_eq!(
            paired(&["a/x", "a/y", "z"], &["a/y", "b/x", "b/y"]),
            ["a/x b/x", "a/y a/y", "- b/y", "z -"]
        );
    }

    #[test]
    fn what_is_not_certain_stays_alone() {
        assert_eq!(
            paired(&["a/x", "c/x"], &["b/x"]),
            ["a/x -", "- b/x", "c/x -"]
        );
    }
}
