//! What is asked of an executor, and what comes back: values that say all that the work is made from, so that it can
//! be done on a different machine.

use crate::case::{Run, Source};
use crate::emulator::{Lock, RootRequest};
use crate::plan::{Emulation, LegPlan};
use crate::verdict::Failure;
use crate::{Digest, Leg, Platform};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Raised whenever the way legs are built changes what they give.
const BUILD_VERSION: &str = "crossproof leg 2";
/// Raised whenever the way programs are run changes what they show.
const RUN_VERSION: &str = "crossproof run 1";

/// What the work is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine {
    /// The platform whose programs the machine runs by itself.
    pub machine: Platform,
    /// Sandbox and emulator, by their packages.
    pub tools: Digest,
}

/// A root, by what it is made of. The lock is no part of a request's key: whoever makes the root elsewhere computes its
/// digest anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPin {
    /// Of its packages' names, versions and content, and of how they are laid out.
    pub digest: Digest,
    /// What was asked for.
    pub request: RootRequest,
    /// Where its packages are from; has this root, and may have others.
    pub lock: Arc<Lock>,
}

/// Sources, by what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePin {
    /// Of their pins, or for a folder of its content.
    pub digest: Digest,
    /// Where they are from.
    pub source: Source,
}

/// One leg to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRequest {
    /// What people call it. It decides nothing.
    pub name: String,
    /// Which leg.
    pub leg: Leg,
    /// The platform its product runs on.
    pub target: Platform,
    /// The recipe.
    pub plan: LegPlan,
    /// The root that it asks for.
    pub root: RootPin,
    /// The sources.
    pub source: SourcePin,
    /// What it is built with.
    pub engine: Engine,
}

impl BuildRequest {
    /// The platforms whose programs can be started: the build platform, and the host where that is granted.
    pub fn started(&self) -> BTreeSet<Platform> {
        let host = match self.plan.emulation {
            Emulation::Registered => Some(self.target),
            Emulation::Withheld => None,
        };
        host.into_iter().chain([self.plan.root.native]).collect()
    }

    /// The name of its result: the same for every request that has the same. What decides no result is not in it: the
    /// request's name, its limits, and where root and sources are from.
    pub fn key(&self) -> Digest {
        let digests = [self.root.digest, self.source.digest, self.plan.recipe()];
        let head = [
            BUILD_VERSION.to_owned(),
            self.leg.repeat.to_string(),
            self.target.short().to_owned(),
        ];
        // The emulator can show in what it emulates; where nothing is emulated it cannot.
        let emulates = (self.plan.emulation == Emulation::Registered)
            || self.plan.root.native != self.engine.machine;
        let emulator = emulates.then(|| self.engine.tools.to_string());
        let digests = digests.map(|digest| digest.to_string());
        Digest::of_fields(head.into_iter().chain(digests).chain(emulator))
    }
}

/// One program of an artifact to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRequest {
    /// The platform the product runs on.
    pub target: Platform,
    /// What it makes programs for: they can be started, too.
    pub emits: Option<Platform>,
    /// The native root, over which the artifact is laid.
    pub root: RootPin,
    /// The leg the artifact is of, by its key.
    pub leg: Digest,
    /// The artifact, by its manifest.
    pub artifact: Digest,
    /// What is run.
    pub run: Run,
    /// The CPU model, as qemu names it.
    pub model: String,
    /// What it is run with.
    pub engine: Engine,
}

impl RunRequest {
    /// The name of what is seen: the same for every request that shows the same.
    pub fn key(&self) -> Digest {
        let run = &self.run;
        let mut fields: Vec<Vec<u8>> = vec![
            RUN_VERSION.into(),
            self.target.short().into(),
            self.root.digest.to_string().into(),
            self.artifact.to_string().into(),
            self.engine.tools.to_string().into(),
            self.model.clone().into(),
            run.time.as_secs_f64().to_string().into(),
            run.stdin.clone(),
        ];
        let words = run.argv.iter().map(|word| format!("arg {word}"));
        let environment = run.environment.iter();
        let environment = environment.map(|(name, value)| format!("env {name}={value}"));
        let emits = self.emits.map(|emits| format!("emits {}", emits.short()));
        fields.extend(
            words
                .chain(environment)
                .chain(emits)
                .map(String::into_bytes),
        );
        for (path, bytes) in &run.files {
            fields.push(format!("file {path}").into_bytes());
            fields.push(bytes.clone());
        }
        Digest::of_fields(fields)
    }
}

/// What building a leg came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildResult {
    /// The request's key.
    pub key: Digest,
    /// The executor, as it calls itself.
    pub executor: String,
    /// What it installed, or why it did not come to that.
    pub product: Result<Product, Failure>,
}

/// What a leg installed, by its digest; the files themselves travel beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Of its manifest.
    pub artifact: Digest,
    /// Wall time of the build.
    pub wall: Duration,
}
