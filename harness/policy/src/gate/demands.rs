//! What a policy demands of one case, and of each of its paths: the rows that are for it, the last word of each
//! counting.

use crossproof_model::check::Release;
use crossproof_model::gate::{Demands, GatePolicy, Row, Toleration, Wanted};
use crossproof_model::verdict::Note;
use crossproof_model::{Level, Platform, RelPath, RuleRef};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeSet;

/// The rows of a policy that are for one case and target.
pub(super) struct Asked<'p> {
    /// With the row's index in the policy, and its paths.
    rows: Vec<(usize, &'p Row, Option<GlobMatcher>)>,
    tolerated: Vec<(&'p Toleration, Option<GlobMatcher>)>,
}

/// What is demanded of a case as a whole.
pub(super) struct Whole<'p> {
    pub behaviour: Wanted,
    pub models: Option<&'p BTreeSet<String>>,
    pub controls: Wanted,
    pub golden: Wanted,
    pub findings: Wanted,
    pub notes: Option<&'p BTreeSet<Note>>,
    pub required: bool,
}

/// What is demanded of one path.
pub(super) struct OfPath<'p> {
    pub at_least: Level,
    pub rules: Option<&'p BTreeSet<RuleRef>>,
    pub growth: Option<u32>,
    pub glibc: Option<&'p Release>,
    /// The names of what it may not refer to, each with its row.
    pub forbid: Option<(usize, Vec<&'p str>)>,
}

/// What is demanded of a path that no row names.
pub(super) struct AnyPath<'p> {
    pub at_least: Option<Level>,
    pub rules: Option<&'p BTreeSet<RuleRef>>,
}

impl<'p> Asked<'p> {
    pub(super) fn of(policy: &'p GatePolicy, name: &str, target: Platform) -> Self {
        let fits = |case: Option<&String>, wanted: Option<Platform>| {
            case.is_none_or(|glob| matcher(glob).is_some_and(|glob| glob.is_match(name)))
                && wanted.is_none_or(|wanted| wanted == target)
        };
        let rows = policy.rows.iter().enumerate();
        let rows = rows.filter(|(_, row)| fits(row.case.as_ref(), row.target));
        let tolerated = policy.tolerated.iter().filter(|one| {
            one.case.as_ref().is_none_or(|case| case == name)
                && one.target.is_none_or(|wanted| wanted == target)
        });
        Asked {
            rows: rows
                .map(|(index, row)| (index, row, row.path.as_deref().and_then(matcher)))
                .collect(),
            tolerated: tolerated
                .map(|one| (one, one.path.as_deref().and_then(matcher)))
                .collect(),
        }
    }

    /// Each row's demands with its index.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &'p Demands)> {
        self.rows
            .iter()
            .map(|(index, row, _)| (*index, &row.demands))
    }

    pub(super) fn whole(&self) -> Whole<'p> {
        let last =
            |of: fn(&'p Demands) -> Option<Wanted>, unsaid| self.last(None, of).unwrap_or(unsaid);
        Whole {
            behaviour: last(|d| d.behaviour, Wanted::Must),
            models: self.last(None, |d| d.models.as_ref()),
            controls: last(|d| d.controls, Wanted::Must),
            golden: last(|d| d.golden, Wanted::Any),
            findings: last(|d| d.findings, Wanted::Must),
            notes: self.last(None, |d| d.notes.as_ref()),
            required: self.last(None, |d| d.required).unwrap_or(true),
        }
    }

    pub(super) fn of_path(&self, path: &RelPath) -> OfPath<'p> {
        let path = Some(path);
        let forbid = self.fitting(path).rev();
        let mut forbid = forbid.filter_map(|(index, row)| {
            let names = row.demands.forbid.as_ref()?.keys();
            Some((index, names.map(String::as_str).collect()))
        });
        OfPath {
            at_least: self.last(path, |d| d.at_least).unwrap_or(Level::Metadata),
            rules: self.last(path, |d| d.rules.as_ref()),
            growth: self.last(path, |d| d.growth),
            glibc: self.last(path, |d| d.glibc.as_ref()),
            forbid: forbid.next(),
        }
    }

    /// What is demanded of every path that no row names.
    pub(super) fn of_any_path(&self) -> AnyPath<'p> {
        AnyPath {
            at_least: self.last(None, |d| d.at_least),
            rules: self.last(None, |d| d.rules.as_ref()),
        }
    }

    /// The demands of the rows that name paths.
    pub(super) fn of_some_paths(&self) -> impl Iterator<Item = &'p Demands> {
        let rows = self.rows.iter().filter(|(_, row, _)| row.path.is_some());
        rows.map(|(_, row, _)| &row.demands)
    }

    /// The tolerations that name this path.
    pub(super) fn tolerations(&self, path: &RelPath) -> impl Iterator<Item = &'p Toleration> {
        let fits = move |glob: &Option<GlobMatcher>| {
            glob.as_ref()
                .is_none_or(|glob| glob.is_match(path.as_str()))
        };
        let tolerated = self.tolerated.iter();
        tolerated
            .filter(move |(_, glob)| fits(glob))
            .map(|(one, _)| *one)
    }

    /// The rows for the whole case, or those and the ones for a path of it.
    fn fitting(&self, path: Option<&RelPath>) -> impl DoubleEndedIterator<Item = (usize, &'p Row)> {
        let fits = move |row: &Row, glob: &Option<GlobMatcher>| match (&row.path, path, glob) {
            (None, ..) => true,
            (Some(_), Some(path), Some(glob)) => glob.is_match(path.as_str()),
            (Some(_), ..) => false,
        };
        let rows = self.rows.iter();
        rows.filter(move |(_, row, glob)| fits(row, glob))
            .map(|(index, row, _)| (*index, *row))
    }

    fn last<T>(&self, path: Option<&RelPath>, of: impl Fn(&'p Demands) -> Option<T>) -> Option<T> {
        self.fitting(path)
            .rev()
            .find_map(|(_, row)| of(&row.demands))
    }
}

/// Checked when the policy was read: what is no glob takes nothing.
pub(super) fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .ok()?;
    Some(glob.compile_matcher())
}
