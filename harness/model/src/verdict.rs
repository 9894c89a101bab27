//! The verdict on one case and target, and the other ways a case can end.

use crate::case::PhaseName;
use crate::comparison::Undecided;
use crate::level::Behaviour;
use crate::observation::Observed;
use crate::tree::Manifest;
use crate::{Comparison, Difference, Digest, Leg, Level, Pair};
use std::fmt;

/// What building a side twice showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// It was not built twice.
    NotRun,
    /// Both builds gave the same bits.
    Same,
    /// They did not: the side itself is nondeterministic, at this level.
    Differs(Level),
    /// They could not be compared.
    Undecided,
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Control::NotRun => f.write_str("not-run"),
            Control::Same => f.write_str("same"),
            Control::Differs(level) => write!(f, "differs ({level})"),
            Control::Undecided => f.write_str("undecided"),
        }
    }
}

/// A fact about how the legs were made that a reader of the verdict must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// The cross leg was allowed to run target code (`emulated-build: true`).
    EmulatedBuild,
    /// The kernel has no private binfmt_misc: the machine's registrations were visible to cross legs.
    SharedBinfmt,
    /// The machine runs programs of the target without an emulator: they could not be withheld from the cross leg.
    MachineRunsTarget,
    /// The artifacts are the same bits yet behave differently: the program is not deterministic.
    NondeterministicProgram,
}

impl Note {
    /// All of them.
    pub const ALL: [Note; 4] = [
        Note::EmulatedBuild,
        Note::SharedBinfmt,
        Note::MachineRunsTarget,
        Note::NondeterministicProgram,
    ];

    /// The note's stable name.
    pub fn name(self) -> &'static str {
        match self {
            Note::EmulatedBuild => "emulated-build",
            Note::SharedBinfmt => "shared-binfmt",
            Note::MachineRunsTarget => "machine-runs-target",
            Note::NondeterministicProgram => "nondeterministic-program",
        }
    }

    /// What it means, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Note::EmulatedBuild => {
                "the cross build was allowed to run target code under the emulator"
            }
            Note::SharedBinfmt => {
                "the machine's own binfmt_misc registrations were visible to the cross build (kernel older than 6.7)"
            }
            Note::MachineRunsTarget => {
                "this machine runs programs of the target by itself: they could not be withheld from the cross build"
            }
            Note::NondeterministicProgram => {
                "the two artifacts are the same bits but behaved differently: the program itself is not deterministic"
            }
        }
    }
}

/// What the legs were made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Digest of each side's root.
    pub roots: Pair<Digest>,
    /// Digest of the sources, as unpacked.
    pub source: Digest,
    /// Digest of each side's recipe.
    pub recipes: Pair<Digest>,
    /// What N1 and C1 are called in the store.
    pub legs: Pair<Digest>,
    /// Which executors built them, as they call themselves.
    pub executors: Pair<String>,
    /// The emulator, with its version.
    pub emulator: String,
}

/// Level + behaviour + controls + differences + rules used + coverage, for one case and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How alike the artifacts are.
    pub level: Level,
    /// Whether they behaved alike.
    pub behaviour: Behaviour,
    /// Native control left, cross control right.
    pub controls: Pair<Control>,
    /// The comparison of N1 and C1.
    pub comparison: Comparison,
    /// Differences in behaviour, keyed `run.…`; empty when `behaviour` is not `different`.
    pub behaviour_differences: Vec<Difference>,
    /// What the checks found, keyed `check.…`. It says nothing of how alike the artifacts are: each of these
    /// allows `bits`.
    pub checks: Vec<Difference>,
    /// Paths (as written in the manifest) whose raw bytes differ between N1 and N2.
    pub unstable: Vec<crate::RelPath>,
    /// Everything that was observed.
    pub observed: Vec<Observed>,
    /// The native artifact.
    pub native: Manifest,
    /// The cross artifact.
    pub cross: Manifest,
    /// What must be known beside it.
    pub notes: Vec<Note>,
    /// What the legs were made from.
    pub provenance: Provenance,
}

impl Verdict {
    /// Every difference a golden has to allow: of the artifacts, of behaviour, and what checks found.
    pub fn unsettled(&self) -> impl Iterator<Item = &Difference> {
        self.comparison
            .unsettled()
            .chain(&self.behaviour_differences)
            .chain(&self.checks)
    }

    /// What a difference between the sides may be put down to.
    pub fn cause(&self) -> Cause {
        match (self.controls.left, self.controls.right) {
            (Control::Same, Control::Same) => Cause::Cross,
            (Control::Differs(_), _) | (_, Control::Differs(_)) => Cause::Nondeterminism,
            _ => Cause::Unknown,
        }
    }
}

/// What may be blamed for a difference between the sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Both controls are equal: cross-compiling caused it.
    Cross,
    /// A side is not even equal to itself.
    Nondeterminism,
    /// Controls were not run.
    Unknown,
}

/// A leg that could not be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which leg.
    pub leg: Leg,
    /// In which phase; `None` before the first or after the last.
    pub phase: Option<PhaseName>,
    /// Why, in a sentence: `exit 2`, `time limit of 600 s`, `network…`.
    pub reason: String,
    /// The end of the log.
    pub log_end: Vec<String>,
    /// Where the whole log is.
    pub log: Option<String>,
}

/// How a case and target ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// With a verdict.
    Decided(Box<Verdict>),
    /// Something could not be compared.
    Undecided(Vec<Undecided>),
    /// A leg failed.
    Failed(Failure),
    /// The machine lacks something: what, and what to do.
    Skipped(String),
    /// It could not be tried: what is wrong with the case, or went wrong with it.
    Errored(String),
}

impl Judgement {
    /// One word for tables: the level's name, or `undecided`, `failed`, `skipped`, `errored`.
    pub fn word(&self) -> &'static str {
        match self {
            Judgement::Decided(verdict) => verdict.level.name(),
            Judgement::Undecided(_) => "undecided",
            Judgement::Failed(_) => "failed",
            Judgement::Skipped(_) => "skipped",
            Judgement::Errored(_) => "errored",
        }
    }
}
