//! Where legs are built and programs run: one trait, so that the pipeline does not know whether it is this machine.

mod local;

pub use crate::leg::{Built, Failures};
pub use crate::workshop::BinfmtSupport;
pub use local::LocalExecutor;

use crate::error::Error;
use crate::roots::Root;
use crate::sources::SourceTree;
use crossproof_model::case::Source;
use crossproof_model::emulator::{Lock, RootRequest};
use crossproof_model::observation::Observation;
use crossproof_model::request::{BuildRequest, Engine, RunRequest};
use crossproof_model::verdict::Failure;
use std::fmt::Debug;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

/// What an executor has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What its legs are said to be built by: `local x86_64`.
    pub name: String,
    /// The platform its machine runs by itself, and the tools, which every request to it names.
    pub engine: Engine,
    /// Whether a sandbox has registrations of its own for programs of other platforms.
    pub binfmt: BinfmtSupport,
    /// The emulator's packages, with their versions.
    pub emulator: String,
    /// How many legs and runs it does at once; what is asked beyond that waits.
    pub concurrency: usize,
}

/// Work under way. An error is of the machine; what a build or a program itself comes to is no error.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Hears, once, that the work asked for really begins: it was not in the store, and a processor is free.
pub type Begun<'a> = &'a (dyn Fn() + Sync);

/// Builds legs and runs their programs.
pub trait Executor: Debug + Send + Sync {
    /// What it has.
    fn capabilities(&self) -> &Capabilities;

    /// The root of a request, as locked, where legs that ask for it are built.
    fn root(&self, request: RootRequest, lock: Arc<Lock>) -> Work<'_, Root>;

    /// The sources of the case whose folder is `case`, where legs are built from them.
    fn source(&self, source: Source, case: PathBuf) -> Work<'_, SourceTree>;

    /// A leg, from its root and sources: found, or built. The inner error is its own failure.
    fn build<'a>(
        &'a self,
        request: BuildRequest,
        failures: Failures,
        begun: Begun<'a>,
    ) -> Work<'a, Result<Built, Failure>>;

    /// What a program of a leg shows: found, or run.
    fn run<'a>(&'a self, request: RunRequest, begun: Begun<'a>) -> Work<'a, Observation>;
}
