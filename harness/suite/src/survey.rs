//! What a page of many verdicts is made from: rows, wherever they come from.
//!
//! A row is one thing judged for one target: a case of a run ([`run`]), or a package of a [`measurement`]. The
//! renderers take a [`Survey`] and nothing else; the figures on the page are derived from it in [`figures`].

pub mod figures;
pub mod measurement;
pub mod ranking;
pub mod run;
pub mod sections;

#[cfg(test)]
pub mod specimen;

use crossproof_model::comparison::Undecided;
use crossproof_model::golden::Outcome;
use crossproof_model::level::Behaviour;
use crossproof_model::verdict::{Cause, Control, Failure, Note};
use crossproof_model::{Comparison, Difference, Level, LikelyCause, Pair, Platform, RelPath};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::time::Duration;

/// Everything one page is about.
pub struct Survey<'a> {
    /// Version of the program that judged.
    pub tool: &'a str,
    /// The file that holds what a page has no room for.
    pub whole: &'a str,
    /// In order of name and target.
    pub rows: Vec<Row<'a>>,
    /// What the source does not say of its rows, and why: a sentence each.
    pub unsaid: Vec<String>,
}

/// One thing judged for one target.
pub struct Row<'a> {
    /// What was judged.
    pub name: Cow<'a, str>,
    /// For which target.
    pub target: Platform,
    /// What it is there for, if anybody says.
    pub summary: Option<String>,
    /// The build system, where it is known.
    pub system: Option<String>,
    /// The language, where it is known.
    pub language: Option<String>,
    /// What the cross side was held against, where that is not always the same.
    pub reference: Option<&'static str>,
    /// How it ended.
    pub ended: Ended<'a>,
    /// How that compares with what is accepted, where anything can be.
    pub outcome: Option<&'a Outcome>,
    /// How long the sides took to build: native left, cross right.
    pub times: Pair<Option<Duration>>,
}

/// How a row ended.
pub enum Ended<'a> {
    /// With a level.
    Decided(Box<Found<'a>>),
    /// Something could not be compared.
    Undecided(&'a [Undecided]),
    /// A side could not be built.
    Failed(&'a Failure),
    /// The machine lacks something.
    Skipped(&'a str),
    /// It could not be tried.
    Errored(&'a str),
}

/// What was found where both sides were built and compared.
pub struct Found<'a> {
    /// How alike they are.
    pub level: Level,
    /// Whether they behave alike.
    pub behaviour: Behaviour,
    /// What building each side twice showed.
    pub controls: Pair<Control>,
    /// What a difference may be put down to.
    pub blame: Cause,
    /// The comparison.
    pub comparison: &'a Comparison,
    /// The regular files of either side, each with its format and level.
    pub files: Vec<(&'a str, Option<Level>)>,
    /// What probably caused its differences, the most telling first.
    pub causes: Vec<LikelyCause>,
    /// Differences in behaviour.
    pub behaviour_differences: &'a [Difference],
    /// What checks found.
    pub checks: &'a [Difference],
    /// Paths on which the native side is not equal to itself.
    pub unstable: &'a [RelPath],
    /// What must be known beside it.
    pub notes: &'a [Note],
    /// What was run, in order.
    pub runs: Vec<Ran<'a>>,
    /// Bytes in all files of each side.
    pub sizes: Pair<u64>,
    /// What it was made from: a name and a value each.
    pub provenance: Vec<(&'static str, String)>,
}

/// One run of the programs, under each CPU model.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran<'a> {
    /// Its name.
    pub name: &'a str,
    /// Every model, and whether the sides did the same under it.
    pub models: Vec<(&'a str, bool)>,
}

/// How a row can end, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// With this level.
    Level(Level),
    /// Something could not be compared.
    Undecided,
    /// A side could not be built.
    Failed,
    /// It was not tried.
    Skipped,
}

impl Way {
    /// All of them, best first.
    pub const ALL: [Way; 9] = [
        Way::Level(Level::Bits),
        Way::Level(Level::Metadata),
        Way::Level(Level::Loaded),
        Way::Level(Level::Layout),
        Way::Level(Level::Interface),
        Way::Level(Level::Divergent),
        Way::Undecided,
        Way::Failed,
        Way::Skipped,
    ];

    /// The level's name, or `undecided`, `failed`, `skipped`.
    pub fn name(self) -> &'static str {
        match self {
            Way::Level(level) => level.name(),
            Way::Undecided => "undecided",
            Way::Failed => "failed",
            Way::Skipped => "skipped",
        }
    }
}

impl<'a> Survey<'a> {
    /// The rows as people want them: what is not as accepted, then the worst.
    pub fn worst_first(&self) -> Vec<&Row<'a>> {
        let mut rows: Vec<&Row<'a>> = self.rows.iter().collect();
        let rank = |way: Way| Way::ALL.iter().position(|one| *one == way);
        rows.sort_by(|a, b| {
            let key = |row: &'_ Row<'_>| (row.holds(), Reverse(rank(row.way())));
            let named = || (&a.name, a.target).cmp(&(&b.name, b.target));
            key(a).cmp(&key(b)).then_with(named)
        });
        rows
    }
}

impl Row<'_> {
    /// How it ended.
    pub fn way(&self) -> Way {
        match &self.ended {
            Ended::Decided(found) => Way::Level(found.level),
            Ended::Undecided(_) => Way::Undecided,
            Ended::Failed(_) | Ended::Errored(_) => Way::Failed,
            Ended::Skipped(_) => Way::Skipped,
        }
    }

    /// What was found, if it got that far.
    pub fn found(&self) -> Option<&Found<'_>> {
        match &self.ended {
            Ended::Decided(found) => Some(found),
            Ended::Undecided(_) | Ended::Failed(_) | Ended::Skipped(_) | Ended::Errored(_) => None,
        }
    }

    /// Whether it is as accepted; what nothing can be accepted of is.
    pub fn holds(&self) -> bool {
        self.outcome
            .is_none_or(|outcome| *outcome == Outcome::Holds)
    }
}
