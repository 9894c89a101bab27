//! A comparison on a terminal: the level first, then what differs.

use super::table;
use crossproof_model::{Comparison, Difference};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The whole of it; each difference with its detail.
pub fn comparison(comparison: &Comparison) -> String {
    let mut out = String::new();
    let level = comparison.level().map_or("undecided", |level| level.name());
    let differing = comparison
        .files
        .values()
        .filter(|file| !file.raw.same())
        .count();
    let _ = writeln!(
        out,
        "{level}: {differing} of {} files differ",
        comparison.files.len()
    );
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for difference in comparison.unsettled() {
        *kinds.entry(difference.key.as_str()).or_default() += 1;
    }
    for (key, count) in kinds {
        let _ = writeln!(out, "  {count} × {key}");
    }
    for (rule, count) in &comparison.rules {
        let _ = writeln!(out, "  {count} settled by {rule}");
    }
    let coverage = &comparison.coverage;
    let ruled: u64 = coverage.ruled.values().sum();
    let _ = writeln!(
        out,
        "  {} bytes compared exactly, {ruled} through rules, {} not compared",
        coverage.exact, coverage.uncovered
    );
    comparison
        .differences
        .iter()
        .for_each(|difference| show(difference, &mut out));
    for undecided in &comparison.undecided {
        let _ = writeln!(
            out,
            "\nundecided: {}\n    {}",
            undecided.place, undecided.reason
        );
    }
    out
}

fn show(difference: &Difference, out: &mut String) {
    let _ = writeln!(out, "\n{}", table::difference(difference));
    for line in &difference.detail {
        let _ = writeln!(out, "    {line}");
    }
}
