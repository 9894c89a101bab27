//! The report of a run: every case and target that was asked for, and how it ended.

use crate::golden::Outcome;
use crate::verdict::Judgement;
use crate::{CaseName, Platform, Side};
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
