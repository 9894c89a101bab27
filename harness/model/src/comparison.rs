//! What a comparison of two trees says.

use crate::{Difference, Digest, Level, Pair, Place, RelPath, RuleRef};
use std::collections::BTreeMap;

/// Which bytes were compared, and how. Counts the bytes of both sides together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Bytes compared exactly (found the same or found different).
    pub exact: u64,
    /// Bytes compared through a rule, by rule.
    pub ruled: BTreeMap<RuleRef, u64>,
    /// Bytes not compared. Never counted as equal: any such byte makes the pair undecided or is a
    /// difference of its own.
    pub uncovered: u64,
}

impl Coverage {
    /// All bytes: those of both sides' files.
    pub fn total(&self) -> u64 {
        self.exact + self.ruled.values().sum::<u64>() + self.uncovered
    }
    /// Adds `other` to this.
    pub fn add(&mut self, other: &Coverage) {
        self.exact += other.exact;
        self.uncovered += other.uncovered;
        for (rule, bytes) in &other.ruled {
            *self.ruled.entry(rule.clone()).or_default() += bytes;
        }
    }
}

/// Functions held against each other, addresses resolved to what they point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// The same on both sides, wherever they stand.
    pub same: u64,
    /// On both sides, with other instructions or references.
    pub changed: u64,
    /// On one side only.
    pub only: Pair<u64>,
    /// Bytes of code in all of them.
    pub bytes: Pair<u64>,
}

impl Functions {
    /// Adds `other` to this.
    pub fn add(&mut self, other: &Functions) {
        self.same += other.same;
        self.changed += other.changed;
        self.only.left += other.only.left;
        self.only.right += other.only.right;
        self.bytes.left += other.bytes.left;
        self.bytes.right += other.bytes.right;
    }
}

/// What is known of one path present on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// BLAKE3 of the raw content of each side; `None` where that side has no regular file there.
    pub raw: Pair<Option<Digest>>,
    /// BLAKE3 of the normalized content of each side.
    pub normalized: Pair<Option<Digest>>,
    /// The level of this path alone; `None` if it is undecided.
    pub level: Option<Level>,
    /// What the file was recognized as: `elf`, `ar`, `text`, `bytes`.
    pub format: String,
    /// The functions of all code in it whose sections were not the same; `None` where there are none.
    pub functions: Option<Functions>,
}

/// Something that could not be compared, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Where.
    pub place: Place,
    /// What failed, in a sentence.
    pub reason: String,
}

/// The comparison of two trees (or two files, as trees of one).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// By path, in path order.
    pub files: BTreeMap<RelPath, FileReport>,
    /// In order of place and key; those settled by a rule are among them.
    pub differences: Vec<Difference>,
    /// What could not be compared. Not empty: the pair has no level.
    pub undecided: Vec<Undecided>,
    /// How many places each rule settled.
    pub rules: BTreeMap<RuleRef, u64>,
    /// Which bytes were compared, and how.
    pub coverage: Coverage,
}

impl Comparison {
    /// The level of the pair: the least that any difference allows; `None` if anything is undecided.
    pub fn level(&self) -> Option<Level> {
        if !self.undecided.is_empty() {
            return None;
        }
        Some(
            self.differences
                .iter()
                .map(|d| d.allows)
                .min()
                .unwrap_or(Level::Bits),
        )
    }
    /// Differences no rule settles.
    pub fn unsettled(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|d| d.settled_by.is_none())
    }
}
