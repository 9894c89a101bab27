//! The figures of a page: shares, sizes and times. Pure: rows in, numbers out.

use super::{Row, Way};
use crossproof_model::comparison::Functions;
use crossproof_model::{Level, Pair};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many ended in each way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    counts: BTreeMap<Way, usize>,
}

impl Share {
    /// Counts one more.
    pub fn add(&mut self, way: Way) {
        *self.counts.entry(way).or_default() += 1;
    }
    /// Counts all of another share, too.
    pub fn join(&mut self, other: &Share) {
        for (way, count) in &other.counts {
            *self.counts.entry(*way).or_default() += count;
        }
    }
    /// How many ended so.
    pub fn of(&self, way: Way) -> usize {
        self.counts.get(&way).copied().unwrap_or_default()
    }
    /// All that were counted.
    pub fn all(&self) -> usize {
        self.counts.values().sum()
    }
    /// The ways any ended in, best first.
    pub fn ways(&self) -> Vec<Way> {
        let any = |way: &Way| self.of(*way) > 0;
        Way::ALL.into_iter().filter(any).collect()
    }
    /// How many have this level or a better one.
    pub fn at_least(&self, level: Level) -> usize {
        let good = |way: &Way| matches!(way, Way::Level(one) if *one >= level);
        let counts = self.counts.iter().filter(|(way, _)| good(way));
        counts.map(|(_, count)| count).sum()
    }
}

/// `1` of `3` as `33.3 %`; of nothing, nothing.
pub fn percent(part: usize, of: usize) -> String {
    match of {
        0 => "–".to_owned(),
        _ => format!("{:.1} %", part as f64 * 100.0 / of as f64),
    }
}

/// How all rows ended.
pub fn share<'a>(rows: impl IntoIterator<Item = &'a Row<'a>>) -> Share {
    let mut share = Share::default();
    rows.into_iter().for_each(|row| share.add(row.way()));
    share
}

/// How the rows ended by something that is known of them; those of which it is not known come last, under
/// `None`.
pub fn share_by<'a>(
    rows: &'a [Row<'a>],
    of: impl Fn(&Row<'a>) -> Option<String>,
) -> Vec<(Option<String>, Share)> {
    let mut shares: BTreeMap<(bool, Option<String>), Share> = BTreeMap::new();
    for row in rows {
        let of = of(row);
        let share = shares.entry((of.is_none(), of)).or_default();
        share.add(row.way());
    }
    let shares = shares.into_iter();
    shares.map(|((_, of), share)| (of, share)).collect()
}

/// How many files of each format have which level, the most frequent format first.
pub fn files_by_format(rows: &[Row<'_>]) -> Vec<(String, Share)> {
    let mut shares: BTreeMap<&str, Share> = BTreeMap::new();
    for found in rows.iter().filter_map(Row::found) {
        for (format, level) in &found.files {
            let way = level.map_or(Way::Undecided, Way::Level);
            shares.entry(format).or_default().add(way);
        }
    }
    let mut shares: Vec<_> = shares
        .into_iter()
        .map(|(format, share)| (format.to_owned(), share))
        .collect();
    shares.sort_by_key(|(_, share)| std::cmp::Reverse(share.all()));
    shares
}

/// The functions of all code whose sections were not the same.
pub fn functions(rows: &[Row<'_>]) -> Functions {
    let mut all = Functions::default();
    let files = rows.iter().filter_map(Row::found);
    files
        .flat_map(|found| found.comparison.files.values())
        .filter_map(|file| file.functions.as_ref())
        .for_each(|functions| all.add(functions));
    all
}

/// Sizes and times of some rows together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows both of whose sides have a size.
    pub sized: usize,
    /// Their bytes.
    pub bytes: Pair<u64>,
    /// Rows of which it is known how long both sides took.
    pub timed: usize,
    /// How long they took.
    pub times: Pair<Duration>,
    /// How many times as long as cross native took, in thousandths: the median row.
    pub median: Option<u128>,
}

/// Sizes and times by target; a side that is not known leaves its row out.
pub fn totals_by_target(rows: &[Row<'_>]) -> BTreeMap<String, Totals> {
    let mut totals: BTreeMap<String, (Totals, Vec<u128>)> = BTreeMap::new();
    for row in rows {
        let (totals, ratios) = totals.entry(row.target.to_string()).or_default();
        if let Some(found) = row.found() {
            totals.sized += 1;
            totals.bytes.left += found.sizes.left;
            totals.bytes.right += found.sizes.right;
        }
        if let Some(times) = both(row) {
            totals.timed += 1;
            totals.times.left += times.left;
            totals.times.right += times.right;
            let cross = times.right.as_micros();
            ratios.extend((times.left.as_micros() * 1000).checked_div(cross));
        }
    }
    let median = |(mut totals, mut ratios): (Totals, Vec<u128>)| {
        ratios.sort_unstable();
        // Of an even number the lower one: a ratio that a row has.
        let middle = ratios.len().saturating_sub(1) / 2;
        totals.median = ratios.get(middle).copied();
        totals
    };
    let totals = totals.into_iter();
    totals.map(|(target, all)| (target, median(all))).collect()
}

/// How long both sides of a row took, if that is known.
pub fn both(row: &Row<'_>) -> Option<Pair<Duration>> {
    Some(Pair::new(row.times.left?, row.times.right?))
}

/// How much larger the cross side is than the native one, in percent; `None` of nothing.
pub fn growth(sizes: Pair<u64>) -> Option<f64> {
    let grown = sizes.right as f64 - sizes.left as f64;
    (sizes.left > 0).then(|| grown * 100.0 / sizes.left as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{run, specimen};
    use super::*;

    #[test]
    fn every_row_counts_once_whatever_its_end() {
        let report = specimen::report();
        let rows = run::survey(&report, None).rows;
        let all = share(&rows);
        assert_eq!(all.all(), rows.len());
        assert_eq!(
            all.ways(),
            [
                Way::Level(Level::Metadata),
                Way::Level(Level::Interface),
                Way::Undecided,
                Way::Failed,
                Way::Skipped
            ]
        );
        assert_eq!(all.of(Way::Level(Level::Interface)), 2);
        assert_eq!(all.at_least(Level::Layout), 1);
        assert_eq!(all.at_least(Level::Divergent), 3, "no level is below all");
        let targets = share_by(&rows, |row| Some(row.target.to_string()));
        let counts: Vec<usize> = targets.iter().map(|(_, share)| share.all()).collect();
        assert_eq!(counts, [4, 2]);
    }

    #[test]
    fn what_is_not_known_is_a_share_of_its_own_and_the_last() {
        let report = specimen::report();
        let rows = run::survey(&report, None).rows;
        let shares = share_by(&rows, |row| (row.name != "alpha").then(|| "x".to_owned()));
        let names: Vec<_> = shares.iter().map(|(name, _)| name.as_deref()).collect();
        assert_eq!(names, [Some("x"), None]);
    }

    #[test]
    fn files_are_counted_and_folders_are_not() {
        let report = specimen::report();
        let rows = run::survey(&report, None).rows;
        let formats = files_by_format(&rows);
        let counts: Vec<(&str, usize)> = formats
            .iter()
            .map(|(format, share)| (format.as_str(), share.all()))
            .collect();
        assert_eq!(counts, [("elf", 3), ("ar", 1)]);
    }

    #[test]
    fn sizes_and_times_leave_out_what_is_not_known() {
        let report = specimen::report();
        let rows = run::survey(&report, None).rows;
        let totals = totals_by_target(&rows);
        let aarch64 = &totals["aarch64"];
        assert_eq!((aarch64.sized, aarch64.bytes), (2, Pair::new(2000, 2200)));
        assert_eq!((aarch64.timed, aarch64.median), (2, Some(10_000)));
        assert_eq!(growth(Pair::new(1000, 1100)), Some(10.0));
        assert_eq!(growth(Pair::new(0, 5)), None);
    }

    #[test]
    fn functions_are_those_of_every_file() {
        let report = specimen::report();
        let functions = functions(&run::survey(&report, None).rows);
        assert_eq!((functions.same, functions.changed), (9, 3));
    }

    #[test]
    fn a_share_of_nothing_is_no_percentage() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "–");
    }
}
