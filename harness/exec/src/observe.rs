//! Running a product: the artifact laid over the native root, one program under one CPU model.

use crate::aside::aside;
use crate::collect;
use crate::error::Error;
use crate::leg::product;
use crate::progress::Progress;
use crate::roots::Root;
use crate::sandbox::watch::shape;
use crate::sandbox::{Bounds, Capture, Ended};
use crate::store::draft::Draft;
use crate::store::scratch::Scratch;
use crate::store::seal::Wholeness;
use crate::store::{Kind, Store};
use crate::turn::{Turn, turn};
use crate::workshop::{SandboxSpec, Workshop};
use crossproof_model::Entry;
use crossproof_model::observation::{Exit, Observation};
use crossproof_model::plan::paths;
use crossproof_model::request::RunRequest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Bytes that a run may leave to be recorded, holes filled.
const KEPT: u64 = 64 << 20;

/// The complete environment of a run.
fn environment(request: &RunRequest) -> BTreeMap<String, String> {
    let fixed = [
        ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
        ("HOME", paths::RUN),
        ("USER", "builder"),
        ("LOGNAME", "builder"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        // qemu-user reads its CPU model from here, also for the programs the program starts.
        ("QEMU_CPU", request.model.as_str()),
    ];
    let fixed = fixed
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    fixed.chain(request.run.environment.clone()).collect()
}

/// What the run shows; from the store if it was done before.
///
/// `on_start` is called when the program is about to be started. A run that was ended at a limit is not
/// kept: a busy machine may have been to blame.
pub(crate) async fn observe(
    shop: &Workshop,
    store: &Arc<Store>,
    request: &Arc<RunRequest>,
    progress: &Arc<dyn Progress>,
    on_start: &(dyn Fn() + Sync),
) -> Result<Observation, Error> {
    let key = request.key().to_string();
    let (draft, processor) = loop {
        let entry = match turn(&shop.processors, store, Kind::Runs, &key, progress).await? {
            Turn::Make(draft, processor) => break (draft, processor),
            Turn::Entry(entry) => entry,
        };
        if store.wholeness(Kind::Runs, &key)? == Wholeness::Whole
            && let Some(known) = load(&entry)
        {
            return Ok(known);
        }
        progress.warn(&format!(
            "the stored observation of run `{}` is damaged; it was removed and is made again",
            request.run.name
        ));
        store.discard(Kind::Runs, &key)?;
    };
    let inputs = [
        (Kind::Roots, request.root.digest.to_string()),
        (Kind::Tools, request.engine.tools.to_string()),
        (Kind::Legs, request.leg.to_string()),
    ];
    let (held, whole) = (Arc::clone(store), inputs.clone());
    aside(move || (whole.iter()).try_for_each(|(kind, key)| held.whole(*kind, key))).await?;
    let scratch = Scratch::new(store)?;
    on_start();
    let ended = run(shop, store, request, scratch.path(), processor.number).await?;
    drop(processor);
    let (store, request) = (Arc::clone(store), Arc::clone(request));
    aside(move || {
        // What was changed meanwhile may show in what was seen.
        (inputs.iter()).try_for_each(|(kind, key)| store.still_whole(*kind, key))?;
        let seen = seen(&request, scratch.path(), ended)?;
        if seen.exit != Exit::Limit {
            keep(&seen, draft)?;
        }
        Ok(seen)
    })
    .await
}

async fn run(
    shop: &Workshop,
    store: &Store,
    request: &RunRequest,
    scratch: &Path,
    processor: usize,
) -> Result<Ended, Error> {
    let sandbox = shop.sandbox(SandboxSpec {
        layers: vec![
            product(store, request.leg),
            Root::kept(store, request.root.digest).path,
        ],
        scratch,
        folders: &[("case", paths::RUN), ("tmp", "/tmp")],
        emulated: &request.emits.into_iter().chain([request.target]).collect(),
        environment: environment(request),
        directory: paths::RUN,
        processor,
    })?;
    let folder = scratch.join("case");
    for (at, bytes) in &request.run.files {
        let path = folder.join(at.as_str());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| Error::io(parent, &e))?;
        }
        fs::write(&path, bytes).map_err(|e| Error::io(&path, &e))?;
    }
    let bounds = Bounds {
        time: request.run.time,
        memory: 2 << 30,
        disk: 1 << 30,
        output: 4 << 20,
        processes: 256,
    };
    sandbox
        .run(
            &request.run.argv,
            &request.run.stdin,
            Capture::Apart,
            bounds,
        )
        .await
}

/// What is recorded of a run that ended so.
fn seen(request: &RunRequest, scratch: &Path, ended: Ended) -> Result<Observation, Error> {
    let folder = scratch.join("case");
    let mut stderr = ended.stderr;
    if let Some(exceeded) = ended.exceeded {
        stderr.extend_from_slice(format!("crossproof: {exceeded}\n").as_bytes());
    }
    collect::make_readable(&folder)?;
    let too_much = shape(&folder, KEPT).map_err(|e| Error::io(&folder, &e))?;
    if let Some(exceeded) = too_much {
        stderr.extend_from_slice(format!("crossproof: {exceeded}\n").as_bytes());
        return Ok(Observation {
            exit: Exit::Limit,
            stdout: ended.stdout,
            stderr,
            files: BTreeMap::new(),
        });
    }
    let mut files = BTreeMap::new();
    for (path, entry) in collect::read_tree(&folder)?.entries {
        let bytes = match entry {
            Entry::File { content, .. } => content.to_vec(),
            Entry::Link { target } => format!("link to {target}").into_bytes(),
            Entry::Special { kind } => kind.into_bytes(),
            Entry::Dir { .. } => continue,
        };
        if request.run.files.get(&path) != Some(&bytes) {
            files.insert(path, bytes);
        }
    }
    Ok(Observation {
        exit: ended.exit,
        stdout: ended.stdout,
        stderr,
        files,
    })
}

fn keep(seen: &Observation, draft: Draft) -> Result<(), Error> {
    fs::create_dir_all(draft.path()).map_err(|e| Error::io(draft.path(), &e))?;
    let path = draft.path().join("observation.json");
    let text = serde_json::to_vec(&Stored::from(seen))
        .map_err(|e| Error::fault("writing an observation", &e))?;
    fs::write(&path, text).map_err(|e| Error::io(&path, &e))?;
    draft.commit().map(drop)
}

#[derive(Serialize, Deserialize)]
struct Stored {
    digest: String,
    code: Option<i32>,
    signal: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

impl From<&Observation> for Stored {
    fn from(seen: &Observation) -> Self {
        let (code, signal) = match seen.exit {
            Exit::Code(code) => (Some(code), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::Limit => (None, None),
        };
        Stored {
            digest: seen.digest().to_string(),
            code,
            signal,
            stdout: seen.stdout.clone(),
            stderr: seen.stderr.clone(),
            files: seen
                .files
                .iter()
                .map(|(path, bytes)| (path.to_string(), bytes.clone()))
                .collect(),
        }
    }
}

/// A stored observation, if it is still what its digest says.
fn load(entry: &Path) -> Option<Observation> {
    let stored: Stored =
        serde_json::from_slice(&fs::read(entry.join("observation.json")).ok()?).ok()?;
    let exit = match (stored.code, stored.signal) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Limit,
    };
    let files = stored
        .files
        .into_iter()
        .map(|(path, bytes)| Some((path.parse().ok()?, bytes)));
    let files = files.collect::<Option<BTreeMap<_, _>>>()?;
    let seen = Observation {
        exit,
        stdout: stored.stdout,
        stderr: stored.stderr,
        files,
    };
    (seen.digest().to_string() == stored.digest).then_some(seen)
}
