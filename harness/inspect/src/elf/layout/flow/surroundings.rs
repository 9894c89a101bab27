//! What lies around a function that is read.

use super::{Pads, State};
use std::collections::{BTreeMap, BTreeSet};

/// What lies around a function that is read.
#[derive(Clone, Copy)]
pub(in super::super) struct Surroundings<'s> {
    /// The ways in from other functions.
    pub entrances: &'s Entrances,
    /// Where handlers of exceptions begin, which find the registers as a call in these stretches left them.
    pub pads: &'s Pads,
    /// Functions that never come back.
    pub gone: &'s BTreeSet<u64>,
    /// Functions that were compiled so: they end with a call that nothing stands behind.
    pub believed: &'s BTreeSet<u64>,
    /// Functions that may not come back, so that what stands behind a call of them need not be where it goes on.
    pub doubted: Option<&'s BTreeSet<u64>>,
    /// Where jumps through tables may go, by where they stand.
    pub jumps: &'s Jumps,
    /// Places in it whose addresses data hold: jumps that are not among those may go there.
    pub labels: &'s BTreeSet<u64>,
    /// Whether jumps that are not among those are left for later: nothing is read that only they lead to.
    pub early: bool,
}

/// Surroundings of code that stands alone.
#[derive(Default)]
pub(in super::super) struct Alone {
    entrances: Entrances,
    pads: Pads,
    none: BTreeSet<u64>,
    jumps: Jumps,
}

impl Alone {
    pub(in super::super) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            entrances: &self.entrances,
            pads: &self.pads,
            gone: &self.none,
            believed: &self.none,
            doubted: None,
            jumps: &self.jumps,
            labels: &self.none,
            early: false,
        }
    }
}

/// Where jumps through tables may go, by where they stand.
pub(in super::super) type Jumps = BTreeMap<u64, Vec<u64>>;

/// Where code is entered but by its own branches: what registers hold there.
pub(in super::super) type Entrances = BTreeMap<u64, State>;
