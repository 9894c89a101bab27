//! What the tests of containers share: what was found, and by which rules it was settled.

use crate::specimen::{keys, pair};
use crossproof_inspect::{Options, RuleSet, normalized_digest};
use crossproof_model::{Comparison, Level};

pub fn places(comparison: &Comparison) -> Vec<(String, String)> {
    let differences = comparison.differences.iter();
    differences
        .map(|d| (d.key.to_string(), d.place.to_string()))
        .collect()
}

pub fn strings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

/// The contents are the same by these rules and no others; without any one of them they are not.
pub fn settled_by(rules: &[&str], left: &[u8], right: &[u8]) {
    let comparison = pair(left, right, &Options::default());
    assert_eq!(
        comparison.level(),
        Some(Level::Metadata),
        "{:?}",
        keys(&comparison)
    );
    let fired: Vec<&str> = comparison.rules.keys().map(|r| r.id.as_str()).collect();
    assert_eq!(fired, rules);
    let digest = |content| normalized_digest(content, &Options::default()).unwrap();
    assert_eq!(digest(left), digest(right));
    for rule in rules {
        let options = Options {
            rules: RuleSet::default().without(rule).unwrap(),
            ..Options::default()
        };
        let comparison = pair(left, right, &options);
        assert!(comparison.level() < Some(Level::Metadata), "{rule}");
        let digest = |content| normalized_digest(content, &options).unwrap();
        assert_ne!(digest(left), digest(right));
    }
}

pub fn found(left: &[u8], right: &[u8]) -> Vec<(String, String)> {
    let comparison = pair(left, right, &Options::default());
    assert!(
        comparison.level() < Some(Level::Metadata),
        "{:?}",
        comparison.level()
    );
    let digest = |content| normalized_digest(content, &Options::default()).ok();
    assert_ne!(digest(left), digest(right));
    places(&comparison)
}

/// Says on standard error, which a passing test keeps to itself otherwise, that a test did not look; with
/// `CROSSPROOF_STRICT` set that is a failure.
pub fn skip(reason: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED: {reason}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(std::env::var_os("CROSSPROOF_STRICT").is_none(), "{reason}");
}
