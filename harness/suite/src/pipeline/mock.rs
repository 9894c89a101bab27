//! An executor that builds nothing: it says what a test wants said, at once and without a network.

use crossproof_exec::Error;
use crossproof_exec::executor::{
    Begun, BinfmtSupport, Built, Capabilities, Executor, Failures, Work,
};
use crossproof_exec::roots::{self, Root};
use crossproof_exec::sources::SourceTree;
use crossproof_model::case::Source;
use crossproof_model::emulator::{Lock, RootRequest};
use crossproof_model::observation::{Exit, Observation};
use crossproof_model::request::{BuildRequest, Engine, RunRequest};
use crossproof_model::verdict::Failure;
use crossproof_model::{Digest, Entry, Platform, Tree};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What comes of asking for a leg.
pub enum Answer {
    /// It installs one file with this content.
    Installs(&'static str),
    /// It fails.
    Fails(&'static str),
    /// The machine is at fault.
    Breaks(Error),
    /// This program is at fault.
    Panics,
}

type Builds = Box<dyn Fn(&BuildRequest) -> Answer + Send + Sync>;
type Prints = Box<dyn Fn(&RunRequest) -> &'static str + Send + Sync>;

/// The executor, and what was asked of it.
pub struct Mock {
    capabilities: Capabilities,
    builds: Builds,
    prints: Prints,
    /// The legs that were asked for.
    pub built: Mutex<Vec<BuildRequest>>,
    /// The runs that were asked for.
    pub run: Mutex<Vec<RunRequest>>,
}

impl Mock {
    /// Whose legs come to this, and whose programs all print nothing.
    pub fn building(builds: impl Fn(&BuildRequest) -> Answer + Send + Sync + 'static) -> Mock {
        Mock {
            capabilities: Capabilities {
                name: "mock".to_owned(),
                engine: Engine {
                    machine: Platform::X86_64,
                    tools: Digest::of("no tools"),
                },
                binfmt: BinfmtSupport::Private,
                emulator: "none".to_owned(),
                concurrency: 1,
            },
            builds: Box::new(builds),
            prints: Box::new(|_| ""),
            built: Mutex::default(),
            run: Mutex::default(),
        }
    }

    /// The same, whose programs print this.
    pub fn printing(
        self,
        prints: impl Fn(&RunRequest) -> &'static str + Send + Sync + 'static,
    ) -> Mock {
        Mock {
            prints: Box::new(prints),
            ..self
        }
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mock")
    }
}

/// One file, as a leg's artifact.
fn tree(content: &str) -> Tree {
    let mut tree = Tree::default();
    let file = Entry::File {
        mode: 0o644,
        content: content.as_bytes().to_vec().into(),
    };
    tree.entries.insert("file".parse().expect("a path"), file);
    tree
}

fn ready<'a, T: Send + 'a>(value: Result<T, Error>) -> Work<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Executor for Mock {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn root(&self, request: RootRequest, lock: Arc<Lock>) -> Work<'_, Root> {
        let digest = roots::digest(&request, &lock);
        let path = PathBuf::from("/nonexistent");
        ready(digest.map(|digest| Root { path, digest }))
    }

    fn source(&self, source: Source, case: PathBuf) -> Work<'_, SourceTree> {
        ready(Ok(SourceTree {
            digest: Digest::of(format!("{source:?}")),
            path: case,
        }))
    }

    fn build<'a>(
        &'a self,
        request: BuildRequest,
        _failures: Failures,
        begun: Begun<'a>,
    ) -> Work<'a, Result<Built, Failure>> {
        begun();
        let key = request.key();
        let answer = (self.builds)(&request);
        let leg = request.leg;
        (self.built.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        ready(match answer {
            Answer::Installs(content) => {
                let tree = tree(content);
                Ok(Ok(Built {
                    key,
                    manifest: tree.manifest(),
                    tree,
                    wall: Duration::from_secs(1),
                    executor: self.capabilities.name.clone(),
                }))
            }
            Answer::Fails(reason) => Ok(Err(Failure {
                leg,
                phase: None,
                reason: reason.to_owned(),
                log_end: Vec::new(),
                log: None,
            })),
            Answer::Breaks(error) => Err(error),
            Answer::Panics => panic!("the executor is at fault"),
        })
    }

    fn run<'a>(&'a self, request: RunRequest, begun: Begun<'a>) -> Work<'a, Observation> {
        begun();
        let printed = (self.prints)(&request);
        (self.run.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        ready(Ok(Observation {
            exit: Exit::Code(0),
            stdout: printed.into(),
            stderr: Vec::new(),
            files: BTreeMap::new(),
        }))
    }
}
