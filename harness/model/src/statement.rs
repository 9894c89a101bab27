//! What is said of an artifact, to be signed: that it may stand in for the native one, or that it may not, and
//! everything that was found.

use crate::gate::{Answer, Tolerated};
use crate::level::Behaviour;
use crate::verdict::{Control, Note, Provenance};
use crate::{DiffKey, Digest, Level, Pair, Platform, RuleRef};
use std::collections::{BTreeMap, BTreeSet};

/// A file by its name and digests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Its path in the artifact.
    pub name: String,
    /// What others pin by.
    pub sha256: crate::digest::Sha256,
    /// What everything here pins by.
    pub blake3: Digest,
}

/// A statement about one case and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The files of the cross artifact: what it is about.
    pub subjects: Vec<Subject>,
    /// The files of the native artifact.
    pub native: Vec<Subject>,
    /// Digest of each artifact's manifest: its files, modes and links.
    pub artifacts: Pair<Digest>,
    /// The case.
    pub name: String,
    /// The target.
    pub target: Platform,
    /// What the gate decided.
    pub answer: Answer,
    /// What it held against it, in sentences.
    pub objections: Vec<String>,
    /// What it let through because it was no worse in the report accepted last, in sentences.
    pub known: Vec<String>,
    /// Digest of the gate's policy.
    pub policy: Digest,
    /// How alike the two are.
    pub level: Level,
    /// Whether they behave alike.
    pub behaviour: Behaviour,
    /// The CPU models they were run under.
    pub models: BTreeSet<String>,
    /// What building each side twice showed.
    pub controls: Pair<Control>,
    /// The rules that settled something.
    pub rules: BTreeSet<RuleRef>,
    /// How many differences of each kind no rule settles.
    pub differences: BTreeMap<DiffKey, u64>,
    /// Differences that the gate let through.
    pub waived: Vec<Tolerated>,
    /// What must be known beside it.
    pub notes: Vec<Note>,
    /// What the artifacts were made from.
    pub provenance: Provenance,
    /// Version of the tool.
    pub tool: String,
    /// When it was said.
    pub issued: jiff::Timestamp,
    /// Until when it may be relied on.
    pub expires: jiff::Timestamp,
}

impl Statement {
    /// Until when it holds: not beyond the last day of a difference that it lets through.
    pub fn holds_until(&self) -> jiff::Timestamp {
        let waived = self.waived.iter().map(|one| one.until.end());
        waived.fold(self.expires, jiff::Timestamp::min)
    }
}
