//! The plan: a case with every tool, flag, variable and path resolved for one leg.

use crate::case::{Limits, PhaseName, Run};
use crate::emulator::RootRequest;
use crate::{CaseName, Digest, Platform, Side};
use std::collections::BTreeMap;

/// Paths inside a leg, the same on both sides.
pub mod paths {
    /// Where the sources are, and the build happens.
    pub const SOURCE: &str = "/build/source";
    /// `DESTDIR`: where the product is installed.
    pub const DESTINATION: &str = "/build/dest";
    /// Home folder; empty at the start.
    pub const HOME: &str = "/build/home";
    /// Where a run's files are, and where it may write.
    pub const RUN: &str = "/run/case";
}

/// Whether programs of the host platform can be executed inside the leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emulation {
    /// Nothing is registered: a foreign program does not start.
    Withheld,
    /// qemu is registered for the target.
    Registered,
}

/// One phase: a name and a shell script, run with `sh -e` in the source folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Which phase.
    pub name: PhaseName,
    /// What it runs.
    pub script: String,
}

/// Everything a leg's result depends on, but the root's and the sources' content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegPlan {
    /// The root it is built in.
    pub root: RootRequest,
    /// Which host-platform programs can run.
    pub emulation: Emulation,
    /// The complete environment.
    pub environment: BTreeMap<String, String>,
    /// What is run, in order.
    pub phases: Vec<Phase>,
    /// Bounds.
    pub limits: Limits,
    /// Which installed paths are collected.
    pub collect: Vec<String>,
}

impl LegPlan {
    /// The recipe's digest: environment, phases, what is collected, whether emulation is there.
    /// Limits are not in it: a leg that kept within them is the same under wider ones.
    pub fn recipe(&self) -> Digest {
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| format!("env {name}={value}"));
        let phases = self
            .phases
            .iter()
            .map(|p| format!("phase {} {}", p.name, p.script));
        let collect = self.collect.iter().map(|glob| format!("collect {glob}"));
        let emulation = std::iter::once(format!("emulation {:?}", self.emulation));
        Digest::of_fields(environment.chain(phases).chain(collect).chain(emulation))
    }
}

/// A case resolved for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The case.
    pub case: CaseName,
    /// The platform its product runs on.
    pub target: Platform,
    /// What the product makes programs for, if it makes any.
    pub emits: Option<Platform>,
    /// The native leg.
    pub native: LegPlan,
    /// The cross leg.
    pub cross: LegPlan,
    /// The programs run with each artifact.
    pub runs: Vec<Run>,
}

impl Plan {
    /// The plan of one side.
    pub fn leg(&self, side: Side) -> &LegPlan {
        match side {
            Side::Native => &self.native,
            Side::Cross => &self.cross,
        }
    }
}
