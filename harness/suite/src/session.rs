//! What one invocation works with: the project, the store, the tools, and where progress is shown.

use crate::args::PlaceArguments;
use crate::progress::{Board, Verbosity};
use crate::project::Project;
use anyhow::Result;
use crossproof_exec::executor::{Executor, LocalExecutor};
use crossproof_exec::{Progress, Provision, Store, tools};
use std::path::PathBuf;
use std::sync::Arc;

/// Everything the pipeline needs from the machine.
#[derive(Clone)]
pub struct Session {
    pub project: Project,
    pub store: Arc<Store>,
    /// The mirror the user named, if they did.
    pub mirror: Option<String>,
    pub board: Arc<Board>,
}

impl Session {
    /// Opens the project and the store; nothing is fetched yet.
    pub fn open(place: &PlaceArguments) -> Result<Session> {
        Session::of(Project::find(place.project.as_deref())?, place)
    }

    /// Opens the project, or begins one.
    pub fn begin(place: &PlaceArguments) -> Result<Session> {
        Session::of(Project::find_or_begin(place.project.as_deref())?, place)
    }

    fn of(project: Project, place: &PlaceArguments) -> Result<Session> {
        let verbosity = if place.quiet {
            Verbosity::Warnings
        } else {
            Verbosity::Steps
        };
        Ok(Session {
            project,
            store: Arc::new(open_store(place)?),
            mirror: place.mirror.clone(),
            board: Board::new(verbosity),
        })
    }

    /// Where effects report their progress.
    pub fn progress(&self) -> Arc<dyn Progress> {
        Arc::clone(&self.board) as Arc<dyn Progress>
    }

    /// What preparing effects are given.
    pub fn provision(&self) -> Provision<'_> {
        Provision {
            store: &self.store,
            mirror: self.mirror.as_deref(),
            progress: self.board.as_ref(),
        }
    }

    /// The tools, fetched if they are not in the store.
    pub fn tools(&self) -> Result<tools::Tools> {
        let lock = self.project.lock(&self.project.tools_lock_file())?;
        Ok(tools::ensure_tools(&self.provision(), &lock)?)
    }

    /// This machine, to build legs and run programs on; the tools are fetched if they are not in the store.
    pub fn local_executor(&self, jobs: Option<usize>) -> Result<Arc<dyn Executor>> {
        let lock = self.project.lock(&self.project.tools_lock_file())?;
        let (store, mirror) = (Arc::clone(&self.store), self.mirror.clone());
        let local = LocalExecutor::new(store, mirror, self.progress(), &lock, jobs)?;
        Ok(Arc::new(local))
    }
}

/// The store that was named, or the default one.
pub fn open_store(place: &PlaceArguments) -> Result<Store> {
    Ok(Store::open(&store_path(place)?)?)
}

/// Where the store is.
pub fn store_path(place: &PlaceArguments) -> Result<PathBuf> {
    Ok(match &place.store {
        Some(path) => std::path::absolute(path)?,
        None => Store::default_path()?,
    })
}
