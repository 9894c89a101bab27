//! This machine: its store, its processors, sandboxes with qemu in them.

use super::{Begun, Capabilities, Executor, Work};
use crate::aside::aside;
use crate::error::Error;
use crate::leg::{self, Built, Failures};
use crate::observe::observe;
use crate::processors::Processors;
use crate::progress::Progress;
use crate::provision::Provision;
use crate::roots::{Root, ensure_root};
use crate::sources::{SourceTree, ensure_source};
use crate::store::Store;
use crate::tools::{Tools, ensure_tools};
use crate::workshop::{BinfmtSupport, Workshop};
use crossproof_model::case::Source;
use crossproof_model::emulator::{Lock, RootRequest};
use crossproof_model::observation::Observation;
use crossproof_model::request::{BuildRequest, Engine, RunRequest};
use crossproof_model::verdict::Failure;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Builds and runs on this machine.
pub struct LocalExecutor {
    capabilities: Capabilities,
    shop: Workshop,
    store: Arc<Store>,
    mirror: Option<String>,
    progress: Arc<dyn Progress>,
}

impl fmt::Debug for LocalExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalExecutor")
            .field(&self.capabilities)
            .finish()
    }
}

impl LocalExecutor {
    /// With tools as locked, which are fetched if the store does not have them. `jobs` bounds what is done at once; by
    /// default there are as many as processors.
    pub fn new(
        store: Arc<Store>,
        mirror: Option<String>,
        progress: Arc<dyn Progress>,
        tools: &Lock,
        jobs: Option<usize>,
    ) -> Result<LocalExecutor, Error> {
        let provision = Provision {
            store: &store,
            mirror: mirror.as_deref(),
            progress: &*progress,
        };
        let tools = ensure_tools(&provision, tools)?;
        let shop = Workshop {
            binfmt: BinfmtSupport::of_this_kernel(),
            processors: Processors::new(jobs)?,
            tools,
        };
        let capabilities = Capabilities {
            name: shop.name(),
            engine: Engine {
                machine: shop.tools.machine(),
                tools: shop.tools.digest(),
            },
            binfmt: shop.binfmt,
            emulator: emulator(&shop.tools),
            concurrency: shop.processors.jobs(),
        };
        Ok(LocalExecutor {
            capabilities,
            shop,
            store,
            mirror,
            progress,
        })
    }

    /// Work that prepares something, off the tasks that wait for legs.
    fn prepared<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Provision<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Work<'_, T> {
        let (store, progress) = (Arc::clone(&self.store), Arc::clone(&self.progress));
        let mirror = self.mirror.clone();
        Box::pin(aside(move || {
            work(&Provision {
                store: &store,
                mirror: mirror.as_deref(),
                progress: &*progress,
            })
        }))
    }
}

impl Executor for LocalExecutor {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn root(&self, request: RootRequest, lock: Arc<Lock>) -> Work<'_, Root> {
        self.prepared(move |provision| ensure_root(provision, &request, &lock))
    }

    fn source(&self, source: Source, case: PathBuf) -> Work<'_, SourceTree> {
        self.prepared(move |provision| ensure_source(provision, &source, &case))
    }

    fn build<'a>(
        &'a self,
        request: BuildRequest,
        failures: Failures,
        begun: Begun<'a>,
    ) -> Work<'a, Result<Built, Failure>> {
        let request = Arc::new(request);
        Box::pin(async move {
            leg::obtain(
                &self.shop,
                &self.store,
                &request,
                failures,
                &self.progress,
                begun,
            )
            .await
        })
    }

    fn run<'a>(&'a self, request: RunRequest, begun: Begun<'a>) -> Work<'a, Observation> {
        let request = Arc::new(request);
        Box::pin(
            async move { observe(&self.shop, &self.store, &request, &self.progress, begun).await },
        )
    }
}

/// The packages the emulator came from, with their versions.
fn emulator(tools: &Tools) -> String {
    let named = tools
        .versions()
        .iter()
        .filter(|(name, _)| name.starts_with("qemu"));
    named
        .map(|(name, version)| format!("{name} {version}"))
        .collect::<Vec<_>>()
        .join(", ")
}
