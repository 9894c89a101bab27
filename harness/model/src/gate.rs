//! What a gate demands before a cross-built artifact may stand in for the native one, and what it decides.

use crate::check::{Release, Search};
use crate::verdict::{Control, Note};
use crate::{DiffKey, Digest, Level, Pair, Place, Platform, RelPath, RuleRef, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// A policy file: demands for all, exceptions from them, and differences tolerated for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatePolicy {
    /// BLAKE3 of the file: decisions and statements name it.
    pub digest: Digest,
    /// In order: what a later row says replaces what an earlier one said. The first is the one for all.
    pub rows: Vec<Row>,
    /// Differences that are let through until a day.
    pub tolerated: Vec<Toleration>,
    /// Whether only what is worse than last time refuses.
    pub regressions_only: bool,
}

/// Some demands, and what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Glob of cases; all if none.
    pub case: Option<String>,
    /// Target; all if none.
    pub target: Option<Platform>,
    /// Glob of installed paths; the case as a whole if none.
    pub path: Option<String>,
    /// What is said.
    pub demands: Demands,
}

/// Demands; what is `None` is not said in this row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// The least level.
    pub at_least: Option<Level>,
    /// Whether the runs must show the same.
    pub behaviour: Option<Wanted>,
    /// The CPU models they must show it under; empty: those that were used, at least one.
    pub models: Option<BTreeSet<String>>,
    /// Whether both sides must have been built twice, and be equal to themselves.
    pub controls: Option<Wanted>,
    /// Whether the verdict must be the accepted one.
    pub golden: Option<Wanted>,
    /// Whether the case's own checks must have found nothing.
    pub findings: Option<Wanted>,
    /// The rules that may settle differences.
    pub rules: Option<BTreeSet<RuleRef>>,
    /// The notes that a verdict may carry.
    pub notes: Option<BTreeSet<Note>>,
    /// Percent that a cross file may be larger than the native one.
    pub growth: Option<u32>,
    /// The newest release of the GNU C library that a file may need.
    pub glibc: Option<Release>,
    /// What no file may refer to, by name.
    pub forbid: Option<BTreeMap<String, Search>>,
    /// Whether a refusal fails the gate; otherwise it is listed, and nothing is substituted.
    pub required: Option<bool>,
}

/// Whether something is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It must be so.
    Must,
    /// It may be otherwise.
    Any,
}

/// A difference that is let through for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toleration {
    /// The difference's key, exactly.
    pub key: DiffKey,
    /// The case, exactly; any if none.
    pub case: Option<String>,
    /// The target; any if none.
    pub target: Option<Platform>,
    /// Glob of paths it is in; any if none.
    pub path: Option<String>,
    /// The last day.
    pub until: Day,
    /// Why.
    pub reason: String,
}

/// A day of the calendar, `2027-03-01`, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

/// Text that is not a day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a day: expected year, month and day, such as `2027-03-01`")]
pub struct BadDay(pub String);

impl From<jiff::civil::Date> for Day {
    fn from(date: jiff::civil::Date) -> Day {
        Day(date)
    }
}

impl From<jiff::Timestamp> for Day {
    fn from(time: jiff::Timestamp) -> Day {
        Day(time.to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

impl Day {
    /// When it is over.
    pub fn end(&self) -> jiff::Timestamp {
        let next = self.0.tomorrow();
        let next = next.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
        // There is none after the calendar's last day.
        next.map_or(jiff::Timestamp::MAX, |day| day.timestamp())
    }
}

impl FromStr for Day {
    type Err = BadDay;
    fn from_str(text: &str) -> Result<Self, BadDay> {
        // The library takes other spellings too; one is enough.
        let date = text.parse::<jiff::civil::Date>();
        let same = date.ok().filter(|date| date.to_string() == text);
        same.map(Day).ok_or_else(|| BadDay(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Whether a cross-built artifact may stand in for the native one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may.
    Substitute,
    /// It may not.
    Refuse,
}

impl Answer {
    /// `substitute` or `refuse`.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Substitute => "substitute",
            Answer::Refuse => "refuse",
        }
    }
}

/// What a gate decides of one case and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The case, or whatever else the artifact is called by.
    pub name: String,
    /// The target.
    pub target: Platform,
    /// The answer.
    pub answer: Answer,
    /// What is held against it. Not empty where it is refused.
    pub objections: Vec<Objection>,
    /// What was held against it last time already, where only regressions refuse.
    pub known: Vec<Objection>,
    /// Differences that were let through, each with the reason and the last day.
    pub tolerated: Vec<Tolerated>,
    /// Whether a refusal fails the gate.
    pub required: bool,
}

/// A difference that was let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tolerated {
    /// Its key.
    pub key: DiffKey,
    /// Where.
    pub place: Place,
    /// Until when.
    pub until: Day,
    /// Why.
    pub reason: String,
}

/// Everything a gate decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisions {
    /// The policy's digest.
    pub policy: Digest,
    /// In order of case and target.
    pub decisions: Vec<Decision>,
}

impl Decisions {
    /// Whether the gate holds: something may be substituted, and nothing that is required is refused.
    pub fn hold(&self) -> bool {
        let refused = |decision: &Decision| decision.answer == Answer::Refuse;
        let any = self.decisions.iter().any(|one| !refused(one));
        any && !(self.decisions.iter()).any(|one| refused(one) && one.required)
    }
}

/// A reason not to substitute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// There is no verdict: `undecided`, `failed` or `skipped`, and why.
    NoVerdict(&'static str, String),
    /// It was asked for and is not among what was judged.
    NotThere,
    /// The report says of it what the store knows nothing of.
    Unwitnessed,
    /// A path is not at the level it must have.
    Level {
        /// The path.
        path: RelPath,
        /// Its level.
        found: Level,
        /// The least it must have.
        wanted: Level,
        /// The worst difference there is.
        key: DiffKey,
        /// Since when it is tolerated no longer, if it was.
        expired: Option<Day>,
    },
    /// A run shows something else on the cross side, or under another model: its name, the model, what both sides showed.
    Behaviour(String, String, Pair<Digest>),
    /// No run was made under this model, or none at all.
    NotRun(Option<String>),
    /// A side is not equal to itself, or it is not known whether it is.
    Control(Side, Control),
    /// The verdict is not the accepted one: `broken`, `no-golden` or `no-verdict`.
    Golden(&'static str),
    /// A check of the case found something.
    Finding(DiffKey, Place),
    /// A rule settled something and may not.
    Rule(RuleRef, RelPath),
    /// The verdict carries a note that it may not.
    Note(Note),
    /// A file grew too much: its size native and cross in bytes, percent allowed.
    Growth(RelPath, u64, u64, u32),
    /// A file needs too new a C library: what it needs, the newest allowed.
    Glibc(Place, Release, Release),
    /// A file refers to what is forbidden: its name, the text.
    Forbidden(Place, String, String),
    /// Something could not be looked at, and why.
    Unseen(String),
}

impl Objection {
    /// Whether this was no better when `old` was said: then it is no regression.
    pub fn known_from(&self, old: &[Objection]) -> bool {
        old.iter().any(|old| match (self, old) {
            (
                Objection::Level { path, found, .. },
                Objection::Level {
                    path: old_path,
                    found: old_found,
                    ..
                },
            ) => path == old_path && found >= old_found,
            (Objection::Growth(path, _, cross, _), Objection::Growth(old_path, _, old, _)) => {
                path == old_path && cross <= old
            }
            (
                Objection::NoVerdict(..)
                | Objection::NotThere
                | Objection::Unwitnessed
                | Objection::Unseen(_),
                _,
            ) => false,
            (new, old) => new == old,
        })
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Objection::NoVerdict(word, why) => write!(f, "{word}: {why}"),
            Objection::NotThere => f.write_str("it was asked for, and was not judged"),
            Objection::Unwitnessed => f.write_str(
                "the report's verdict is none that the store kept when it was judged: it was edited, or something was cut from its report, or it is of a different store, or the store has dropped it; run the case here",
            ),
            Objection::Level {
                path,
                found,
                wanted,
                key,
                expired,
            } => {
                write!(f, "{path} is {found}, wanted {wanted}: {key}")?;
                match expired {
                    Some(day) => write!(f, " (tolerated until {day})"),
                    None => Ok(()),
                }
            }
            Objection::Behaviour(run, model, _) => write!(f, "run {run} differs under {model}"),
            Objection::NotRun(Some(model)) => write!(f, "nothing was run under {model}"),
            Objection::NotRun(None) => f.write_str("nothing was run: its behaviour is not known"),
            Objection::Control(side, Control::NotRun) => {
                write!(
                    f,
                    "the {side} side was built once: whether it is deterministic is not known"
                )
            }
            Objection::Control(side, control) => write!(f, "the {side} control {control}"),
            Objection::Golden(word) => write!(f, "against its golden: {word}"),
            Objection::Finding(key, place) => write!(f, "{key} in {place}"),
            Objection::Rule(rule, path) => {
                write!(f, "rule {rule} is needed for {path}, not allowed")
            }
            Objection::Note(note) => write!(f, "{}: {}", note.name(), note.sentence()),
            Objection::Growth(path, native, cross, percent) => write!(
                f,
                "{path} grew from {native} to {cross} bytes, more than {percent} %"
            ),
            Objection::Glibc(place, needs, newest) => {
                write!(f, "{place} needs glibc {needs}, newer than {newest}")
            }
            Objection::Forbidden(place, name, text) => {
                write!(f, "{place} refers to {text:?} ({name})")
            }
            Objection::Unseen(why) => write!(f, "not looked at: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_one_spelling_and_an_order() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(day("2026-12-31") < day("2027-01-01"));
        assert_eq!(day("2028-02-29").to_string(), "2028-02-29");
        for bad in ["2027-02-29", "2027-1-1", "20270101", "tomorrow", ""] {
            assert_eq!(bad.parse::<Day>(), Err(BadDay(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn a_better_level_is_no_regression_and_a_worse_one_is() {
        let level = |found| Objection::Level {
            path: "f".parse().unwrap(),
            found,
            wanted: Level::Metadata,
            key: "a.b".parse().unwrap(),
            expired: None,
        };
        let old = [level(Level::Interface)];
        assert!(level(Level::Interface).known_from(&old));
        assert!(level(Level::Loaded).known_from(&old));
        assert!(!level(Level::Divergent).known_from(&old));
        let failed = Objection::NoVerdict("failed", "C1".to_owned());
        assert!(!failed.known_from(std::slice::from_ref(&failed)));
    }
}
