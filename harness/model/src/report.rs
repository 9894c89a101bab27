//! Reports: of a run, every case and target that was asked for and how it ended; of a comparison by
//! itself, what was asked and what was found.

use crate::golden::Outcome;
use crate::verdict::Judgement;
use crate::{
    CaseName, Comparison, DiffKey, Difference, Level, LikelyCause, Pair, Platform, RelPath,
    RuleRef, Side,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the legs of a trial took to build, and whether they were built now or found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Wall time each side's first leg took when it was built.
    pub build: BTreeMap<Side, Duration>,
}

/// One case and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The case.
    pub case: CaseName,
    /// The target.
    pub target: Platform,
    /// How it ended.
    pub judgement: Judgement,
    /// How that compares with what is accepted.
    pub outcome: Outcome,
    /// How long its legs took.
    pub times: Times,
}

/// Everything one run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Version of the tool.
    pub tool: String,
    /// In order of case and target.
    pub trials: Vec<Trial>,
}

/// Everything one comparison by itself says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonReport {
    /// Version of the tool.
    pub tool: String,
    /// The two files or trees, as they were named.
    pub sides: Pair<String>,
    /// How they were to be compared.
    pub asked: Asked,
    /// What was found, without what is ignored.
    pub comparison: Comparison,
    /// What was found and is ignored: each key that was asked for, also one that is nowhere.
    pub ignored: BTreeMap<DiffKey, Vec<Difference>>,
    /// What probably caused the differences, the most telling first.
    pub causes: Vec<LikelyCause>,
}

/// What a comparison by itself was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Path prefixes of the right side, each with what it stands for on the left.
    pub map: Vec<(String, String)>,
    /// The rules that might settle differences.
    pub rules: Vec<RuleRef>,
    /// The level that the pair is to have.
    pub at_least: Level,
}

impl ComparisonReport {
    /// The level of the pair; `None` if anything is undecided. Where something is ignored the bytes are not
    /// the same, whatever else is: at most `metadata`.
    pub fn level(&self) -> Option<Level> {
        let most = match self.ignored.values().all(Vec::is_empty) {
            true => Level::Bits,
            false => Level::Metadata,
        };
        self.comparison.level().map(|level| level.min(most))
    }

    /// Whether the pair has the level that was asked for.
    pub fn holds(&self) -> bool {
        self.level()
            .is_some_and(|level| level >= self.asked.at_least)
    }

    /// How many differences are ignored.
    pub fn ignored_count(&self) -> usize {
        self.ignored.values().map(Vec::len).sum()
    }

    /// The paths that have a file on either side, and those of them that are not `bits`.
    pub fn files(&self) -> (usize, usize) {
        let (mut all, mut differ) = (0, 0);
        for file in self.comparison.files.values() {
            let regular = file.raw.left.is_some() || file.raw.right.is_some();
            let unlike = !file.raw.same() || file.level != Some(Level::Bits);
            all += usize::from(regular);
            differ += usize::from(regular && unlike);
        }
        (all, differ)
    }

    /// Takes the differences with these exact keys out of the comparison, and out of the levels of their
    /// files. A key is matched whole, never by its beginning.
    pub fn ignore(&mut self, keys: impl IntoIterator<Item = DiffKey>) {
        self.ignored
            .extend(keys.into_iter().map(|key| (key, Vec::new())));
        let mut left = Vec::new();
        let mut touched: BTreeMap<RelPath, Option<Level>> = BTreeMap::new();
        for difference in std::mem::take(&mut self.comparison.differences) {
            match self.ignored.get_mut(&difference.key) {
                Some(ignored) => {
                    touched.insert(difference.place.path.clone(), None);
                    ignored.push(difference);
                }
                None => left.push(difference),
            }
        }
        for difference in &left {
            if let Some(level) = touched.get_mut(&difference.place.path) {
                let worst = level.unwrap_or(Level::Metadata).min(difference.allows);
                *level = Some(worst);
            }
        }
        for (path, level) in touched {
            if let Some(file) = self.comparison.files.get_mut(&path)
                && file.level.is_some()
            {
                file.level = Some(level.unwrap_or(Level::Metadata));
            }
        }
        self.comparison.differences = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::FileReport;
    use crate::{Digest, Place};

    fn report(levels: &[(&str, Level)]) -> ComparisonReport {
        let path: RelPath = "f".parse().unwrap();
        let file = FileReport {
            raw: Pair::new(Some(Digest::of("a")), Some(Digest::of("b"))),
            normalized: Pair::new(None, None),
            level: levels.iter().map(|(_, level)| *level).min(),
            format: "elf".to_owned(),
            functions: None,
        };
        let difference = |(key, allows): &(&str, Level)| Difference {
            key: key.parse().unwrap(),
            place: Place::file(path.clone()),
            left: None,
            right: None,
            detail: Vec::new(),
            allows: *allows,
            settled_by: None,
        };
        ComparisonReport {
            tool: "0".to_owned(),
            sides: Pair::new("a", "b").map(str::to_owned),
            asked: Asked {
                map: Vec::new(),
                rules: Vec::new(),
                at_least: Level::Metadata,
            },
            comparison: Comparison {
                files: [(path.clone(), file)].into(),
                differences: levels.iter().map(difference).collect(),
                ..Comparison::default()
            },
            ignored: BTreeMap::new(),
            causes: Vec::new(),
        }
    }

    #[test]
    fn what_is_ignored_is_kept_and_counted_and_never_bits() {
        let mut report = report(&[("a.b", Level::Interface), ("a.c", Level::Loaded)]);
        assert_eq!(report.level(), Some(Level::Interface));
        report.ignore(["a.b".parse().unwrap(), "a".parse().unwrap()]);
        assert_eq!(report.level(), Some(Level::Loaded));
        assert_eq!(report.comparison.differences.len(), 1);
        let counts: Vec<_> = report.ignored.values().map(Vec::len).collect();
        assert_eq!(counts, [0, 1], "a key is not a prefix");
        report.ignore(["a.c".parse().unwrap()]);
        assert_eq!(report.level(), Some(Level::Metadata));
        assert!(report.holds());
        let file = report.comparison.files.values().next().unwrap();
        assert_eq!(file.level, Some(Level::Metadata));
        assert_eq!((report.ignored_count(), report.files()), (2, (1, 1)));
    }

    #[test]
    fn ignoring_decides_nothing_that_is_undecided() {
        let mut report = report(&[("a.b", Level::Interface)]);
        report
            .comparison
            .undecided
            .push(crate::comparison::Undecided {
                place: Place::file("f".parse().unwrap()),
                reason: "cut short".to_owned(),
            });
        report.ignore(["a.b".parse().unwrap()]);
        assert_eq!(report.level(), None);
        assert!(!report.holds());
    }
}
