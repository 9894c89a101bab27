//! What probably made two artifacts differ, as the differences themselves suggest.

use crate::{DiffKey, Place};

/// A likely cause of differences, with what speaks for it. It explains; it settles nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LikelyCause {
    /// Its stable name: lower-case words joined by `-`.
    pub name: &'static str,
    /// What probably happened, in a sentence without its full stop.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
    /// How many differences speak for it.
    pub findings: usize,
    /// The first of them, at most [`LikelyCause::EVIDENCE`].
    pub evidence: Vec<(DiffKey, Place)>,
}

impl LikelyCause {
    /// How many differences are named as evidence.
    pub const EVIDENCE: usize = 5;
}
