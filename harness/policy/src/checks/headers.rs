//! What a compiler reads of the two roots, and whether it is the same: what differs there will differ in anything
//! that is built, whatever its own sources do.

use super::finding;
use crossproof_model::{Comparison, Difference, Pair, Place, RelPath};
use std::collections::{BTreeMap, BTreeSet};

/// One finding for each path that differs after rules, or could not be compared.
pub(super) fn headers(comparison: &Comparison) -> Vec<Difference> {
    let mut keys: BTreeMap<&RelPath, BTreeSet<&str>> = BTreeMap::new();
    for difference in comparison.unsettled() {
        let of_path = keys.entry(&difference.place.path).or_default();
        of_path.insert(difference.key.as_str());
    }
    for undecided in &comparison.undecided {
        keys.entry(&undecided.place.path)
            .or_default()
            .insert("undecided");
    }
    keys.into_iter()
        .map(|(path, keys)| one(path, &keys))
        .collect()
}

fn one(path: &RelPath, keys: &BTreeSet<&str>) -> Difference {
    let there = Pair::new(
        !keys.contains("tree.only-right"),
        !keys.contains("tree.only-left"),
    );
    let word = match (there.left, there.right) {
        (true, false) => "native-only",
        (false, true) => "cross-only",
        _ => "changed",
    };
    let shown = there.map(|there| there.then(|| "there".to_owned()));
    let mut finding = finding(&["headers", word], &Place::file(path.clone()), shown);
    finding.detail = keys.iter().map(|key| (*key).to_owned()).collect();
    finding.detail.truncate(Difference::DETAIL_LINES);
    finding
}
