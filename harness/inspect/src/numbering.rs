//! Telling things of one name apart by their order.

use std::collections::BTreeMap;

/// Gives repeated names a number, in order: `.group`, `.group#2`, …
pub(crate) fn number_repeats<'p>(names: impl IntoIterator<Item = &'p mut String>) {
    let mut seen = BTreeMap::<String, usize>::new();
    for name in names {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            name.push_str(&format!("#{count}"));
        }
    }
}
