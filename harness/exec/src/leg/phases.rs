//! A leg's phases: its sandbox, its sources in it, and the commands in their order.

use super::failed::{self, FailedPhase};
use crate::aside::aside;
use crate::error::Error;
use crate::roots::Root;
use crate::sandbox::{Bounds, Capture, Ended, Sandbox};
use crate::sources::SourceTree;
use crate::store::Store;
use crate::workshop::{SandboxSpec, Workshop};
use crossproof_model::case::Limits;
use crossproof_model::observation::Exit;
use crossproof_model::plan::paths;
use crossproof_model::request::BuildRequest;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs the phases in order, up to the first that fails.
pub(super) async fn run_phases(
    shop: &Workshop,
    store: &Store,
    request: &Arc<BuildRequest>,
    scratch: &Path,
    processor: usize,
) -> Result<Result<(), FailedPhase>, Error> {
    let logs = scratch.join("logs");
    fs::create_dir(&logs).map_err(|e| Error::io(&logs, &e))?;
    let sandbox = prepare(shop, store, request, scratch, processor)?;
    let source = SourceTree::kept(store, request.source.digest);
    let into = below_build(scratch, paths::SOURCE);
    aside(move || source.copy_to(&into)).await?;
    for phase in &request.plan.phases {
        let argv = ["/bin/sh", "-e", "-c", &phase.script].map(str::to_owned);
        let ended = sandbox
            .run(&argv, &[], Capture::Merged, bounds(&request.plan.limits))
            .await?;
        let log = failed::log_file(&logs, phase.name);
        fs::write(&log, &ended.stdout).map_err(|e| Error::io(&log, &e))?;
        if let Some(reason) = reason(&ended) {
            return Ok(Err(FailedPhase {
                phase: phase.name,
                exit: ended.exit,
                reason,
                log: ended.stdout,
            }));
        }
    }
    Ok(Ok(()))
}

fn reason(ended: &Ended) -> Option<String> {
    match (ended.exceeded, ended.exit) {
        (Some(exceeded), _) => Some(exceeded.to_string()),
        (None, Exit::Code(0)) => None,
        (None, exit) => Some(exit.to_string()),
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        time: limits.time,
        memory: limits.memory,
        disk: limits.disk,
        output: limits.log,
        processes: limits.processes,
    }
}

fn prepare(
    shop: &Workshop,
    store: &Store,
    request: &BuildRequest,
    scratch: &Path,
    processor: usize,
) -> Result<Sandbox, Error> {
    let sandbox = shop.sandbox(SandboxSpec {
        layers: vec![Root::kept(store, request.root.digest).path],
        scratch,
        folders: &[("build", "/build"), ("tmp", "/tmp")],
        emulated: &request.started(),
        environment: request.plan.environment.clone(),
        directory: paths::SOURCE,
        processor,
    })?;
    for inside in [paths::DESTINATION, paths::HOME] {
        let folder = below_build(scratch, inside);
        fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
    }
    Ok(sandbox)
}

/// Where a path below `/build` inside is on the host.
pub(super) fn below_build(scratch: &Path, inside: &str) -> PathBuf {
    scratch.join(inside.trim_start_matches('/'))
}
