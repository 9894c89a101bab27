//! Rankings: the likely causes and the kinds of difference, by how many rows have them.

use super::Row;
use crossproof_model::LikelyCause;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A likely cause over all rows.
pub struct RankedCause<'a> {
    /// Its stable name.
    pub name: &'static str,
    /// Rows with something that no rule settles, of which it is named.
    pub open: Vec<(&'a Row<'a>, &'a LikelyCause)>,
    /// Those of them of which it is named first, as the most telling.
    pub first: usize,
    /// Further rows of which it is named, where rules settle everything.
    pub settled: Vec<(&'a Row<'a>, &'a LikelyCause)>,
    /// Differences that speak for it, in all of them.
    pub findings: usize,
}

/// The causes, those first that are named of the most rows with something that no rule settles.
pub fn causes<'a>(rows: &'a [Row<'a>]) -> Vec<RankedCause<'a>> {
    let mut ranked: BTreeMap<&'static str, RankedCause<'a>> = BTreeMap::new();
    for row in rows {
        let Some(found) = row.found() else {
            continue;
        };
        let open = found.comparison.unsettled().next().is_some();
        for (at, cause) in found.causes.iter().enumerate() {
            let new = || RankedCause {
                name: cause.name,
                open: Vec::new(),
                first: 0,
                settled: Vec::new(),
                findings: 0,
            };
            let ranked = ranked.entry(cause.name).or_insert_with(new);
            ranked.findings += cause.findings;
            if open {
                ranked.first += usize::from(at == 0);
                ranked.open.push((row, cause));
            } else {
                ranked.settled.push((row, cause));
            }
        }
    }
    let mut ranked: Vec<_> = ranked.into_values().collect();
    ranked.sort_by_key(|one| Reverse((one.open.len(), one.first, one.settled.len())));
    ranked
}

/// The rows with something that no rule settles, of which no cause is known.
pub fn unexplained<'a>(rows: &'a [Row<'a>]) -> Vec<&'a Row<'a>> {
    let open = |row: &&Row<'_>| {
        let found = row.found();
        found.is_some_and(|found| {
            found.causes.is_empty() && found.comparison.unsettled().next().is_some()
        })
    };
    rows.iter().filter(open).collect()
}

/// A kind of difference over all rows.
#[derive(Debug, PartialEq, Eq)]
pub struct RankedKey<'a> {
    /// Its key.
    pub key: &'a str,
    /// Rows that have it.
    pub rows: usize,
    /// Files that have it.
    pub files: usize,
    /// How often it is there.
    pub count: usize,
}

/// The kinds of difference that no rule settles, those of the most rows first.
pub fn keys<'a>(rows: &'a [Row<'a>]) -> Vec<RankedKey<'a>> {
    let mut found: BTreeMap<&'a str, (BTreeSet<usize>, BTreeSet<_>, usize)> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let differences = row.found().map(|found| found.comparison.unsettled());
        for difference in differences.into_iter().flatten() {
            let (rows, files, count) = found.entry(difference.key.as_str()).or_default();
            rows.insert(at);
            files.insert((at, &difference.place.path));
            *count += 1;
        }
    }
    let mut ranked: Vec<_> = found
        .into_iter()
        .map(|(key, (rows, files, count))| RankedKey {
            key,
            rows: rows.len(),
            files: files.len(),
            count,
        })
        .collect();
    ranked.sort_by_key(|one| Reverse((one.rows, one.files, one.count)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::super::{run, specimen};
    use super::*;

    #[test]
    fn only_what_is_open_wants_a_cause() {
        let report = specimen::report();
        let mut survey = run::survey(&report, None);
        for row in &mut survey.rows {
            if let super::super::Ended::Decided(found) = &mut row.ended {
                found.causes.clear();
            }
        }
        let names: Vec<String> = unexplained(&survey.rows)
            .iter()
            .map(|row| format!("{}::{}", row.name, row.target))
            .collect();
        assert_eq!(names, ["alpha::aarch64", "beta::aarch64"]);
    }

    #[test]
    fn kinds_are_ranked_by_rows_and_settled_ones_are_left_out() {
        let report = specimen::report();
        let survey = run::survey(&report, None);
        let found = keys(&survey.rows);
        let wanted = RankedKey {
            key: "elf.section.text.bytes",
            rows: 2,
            files: 2,
            count: 4,
        };
        assert_eq!(found, [wanted]);
    }

    #[test]
    fn causes_of_what_rules_settle_come_last() {
        let report = specimen::report();
        let mut survey = run::survey(&report, None);
        let cause = |name, findings| LikelyCause {
            name,
            sentence: name.to_owned(),
            remedy: String::new(),
            findings,
            evidence: Vec::new(),
        };
        for row in &mut survey.rows {
            let settled = row.name == "alpha" && row.target.short() == "armv7";
            if let super::super::Ended::Decided(found) = &mut row.ended {
                found.causes = match settled {
                    true => vec![cause("wrapping", 5)],
                    false => vec![cause("answers", 2), cause("wrapping", 1)],
                };
            }
        }
        let ranked = causes(&survey.rows);
        let said: Vec<_> = ranked
            .iter()
            .map(|one| {
                let (open, settled) = (one.open.len(), one.settled.len());
                (one.name, open, one.first, settled, one.findings)
            })
            .collect();
        assert_eq!(said, [("answers", 2, 2, 0, 4), ("wrapping", 2, 0, 1, 7)]);
    }
}
