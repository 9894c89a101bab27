//! The golden: what is accepted for a case and target, and why.

use crate::case::PhaseName;
use crate::level::Behaviour;
use crate::tree::Fact;
use crate::{CaseName, DiffKey, Digest, Leg, Level, Pair, Place, Platform, RelPath, RuleRef};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Whether a control is expected to come out equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedControl {
    /// Equal whenever it is run.
    Same,
    /// Not equal; it must have been run.
    Differs,
    /// Nobody knows: it was not run when the verdict was accepted, and that it was since is news.
    NotRun,
}

/// An accepted difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// What kind.
    pub key: DiffKey,
    /// Where, exactly.
    pub place: Place,
    /// Why it is there, found out by looking. `None` until someone has: then it is not accepted.
    pub reason: Option<String>,
}

/// What a run must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedRun {
    /// How it ends, as [`crate::observation::Exit`] prints it.
    pub exit: String,
    /// Standard output.
    pub stdout: ExpectedOutput,
    /// Standard error.
    pub stderr: ExpectedOutput,
    /// Files written.
    pub files: BTreeMap<RelPath, ExpectedOutput>,
}

/// Expected bytes: readable where they are short text, a digest otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedOutput {
    /// Exactly this text.
    Text(String),
    /// Any bytes with this BLAKE3 digest.
    Digest(Digest),
}

impl ExpectedOutput {
    /// Text up to this many bytes is kept readable.
    pub const READABLE: usize = 2000;

    /// What expects exactly `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if bytes.len() <= Self::READABLE => ExpectedOutput::Text(text.to_owned()),
            _ => ExpectedOutput::Digest(Digest::of(bytes)),
        }
    }
    /// Whether `bytes` are as expected.
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        match self {
            ExpectedOutput::Text(text) => text.as_bytes() == bytes,
            ExpectedOutput::Digest(digest) => Digest::of(bytes) == *digest,
        }
    }
}

/// One path of the accepted native manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedFact {
    /// Exactly this.
    Fact(Fact),
    /// A file whose bytes change from build to build, with these permission bits.
    Unstable {
        /// Permission bits.
        mode: u32,
    },
}

/// `golden/<case>/<target>.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// The case.
    pub case: CaseName,
    /// The target.
    pub target: Platform,
    /// The level, exactly: a better one is news as much as a worse one.
    pub level: Level,
    /// The behaviour, exactly.
    pub behaviour: Behaviour,
    /// What the controls show when they are run.
    pub controls: Pair<ExpectedControl>,
    /// Accepted differences.
    pub differences: Vec<Exemption>,
    /// Rules that may settle differences in this case, exactly those that do.
    pub rules: BTreeSet<RuleRef>,
    /// What each run shows on both legs and all CPU models.
    pub runs: BTreeMap<String, ExpectedRun>,
    /// The native artifact.
    pub native: BTreeMap<RelPath, ExpectedFact>,
}

/// A failure that is accepted: the case shows that this leg cannot be built, and why.
///
/// Exact like everything in a golden: the leg before it succeeds, this one ends in this phase, and its
/// log says this. A leg that is built after all is news, and does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFailure {
    /// Which leg.
    pub leg: Leg,
    /// In which phase.
    pub phase: PhaseName,
    /// A whole line at the end of the log that tells this failure from any other.
    pub says: String,
    /// Why it fails, found out by looking. `None` until someone has: then it is not accepted.
    pub reason: Option<String>,
}

/// What `golden/<case>/<target>.yaml` accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// A verdict.
    Verdict(Box<Golden>),
    /// That there is none, because a leg fails.
    Failure(ExpectedFailure),
}

/// Why a verdict does not hold against its golden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The level is not the accepted one.
    Level(Pair<Level>),
    /// The behaviour is not the accepted one.
    Behaviour(Pair<Behaviour>),
    /// A control is not as accepted: which side, what was expected.
    Control(crate::Side, ExpectedControl),
    /// A control that the golden rests on was not run.
    ControlNotRun(crate::Side),
    /// A difference nobody accepted.
    New(DiffKey, Place),
    /// An accepted difference without a reason.
    Unreasoned(DiffKey, Place),
    /// An accepted difference that is no longer there.
    Stale(DiffKey, Place),
    /// A rule settled something, and the golden does not name it.
    NewRule(RuleRef),
    /// A rule the golden names settled nothing.
    StaleRule(RuleRef),
    /// A run showed something else than accepted: its name, what.
    Run(String, String),
    /// The native artifact is not the accepted one: path, what.
    Native(RelPath, String),
    /// A leg was built that is accepted as failing.
    Built(Leg),
    /// Another leg failed, or in another phase, than accepted: what was accepted, what was found.
    Failed(Pair<String>),
    /// The log of the failure does not end as accepted: the line it lacks.
    Unsaid(String),
    /// An accepted failure without a reason: the line its log says.
    UnreasonedFailure(String),
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Level(p) => write!(f, "level: accepted {}, found {}", p.left, p.right),
            Breach::Behaviour(p) => write!(f, "behaviour: accepted {}, found {}", p.left, p.right),
            Breach::Control(side, ExpectedControl::Same) => {
                write!(f, "control: the {side} side is not equal to itself")
            }
            Breach::Control(side, ExpectedControl::Differs) => {
                write!(
                    f,
                    "control: the {side} side is equal to itself, accepted as differing"
                )
            }
            Breach::Control(side, ExpectedControl::NotRun) => write!(
                f,
                "control: the {side} side was built twice, and the golden says that it was not"
            ),
            Breach::ControlNotRun(side) => write!(
                f,
                "control: the {side} control was not run; the golden needs it"
            ),
            Breach::New(key, place) => write!(f, "new difference {key} in {place}"),
            Breach::Unreasoned(key, place) => write!(f, "no reason given for {key} in {place}"),
            Breach::Stale(key, place) => write!(f, "stale: {key} in {place} no longer differs"),
            Breach::NewRule(rule) => {
                write!(f, "rule {rule} was used, and the golden does not name it")
            }
            Breach::StaleRule(rule) => write!(f, "stale: rule {rule} is named and was not used"),
            Breach::Run(name, what) => write!(f, "run {name}: {what}"),
            Breach::Native(path, what) => write!(f, "native {path}: {what}"),
            Breach::Built(leg) => write!(f, "leg {leg} was built, accepted as failing"),
            Breach::Failed(p) => write!(f, "failure: accepted {}, found {}", p.left, p.right),
            Breach::Unsaid(line) => write!(f, "failure: the log's end does not say {line:?}"),
            Breach::UnreasonedFailure(line) => {
                write!(f, "no reason given for the failure {line:?}")
            }
        }
    }
}

/// A judgement held against its golden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As accepted.
    Holds,
    /// Not as accepted, for these reasons.
    Broken(Vec<Breach>),
    /// Nothing has been accepted for this case and target yet.
    NoGolden,
    /// There is no verdict to hold against it: undecided, skipped, or failed where a verdict is accepted.
    NoVerdict,
}

impl Outcome {
    /// `holds`, `broken`, `no-golden` or `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Broken(_) => "broken",
            Outcome::NoGolden => "no-golden",
            Outcome::NoVerdict => "no-verdict",
        }
    }
}
