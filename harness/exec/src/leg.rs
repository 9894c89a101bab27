//! Building one leg: the sources copied into a sandbox, the phases run in order, what they install
//! collected into the store. A leg that was built from the same root, sources and recipe is found
//! there instead, and checked against its manifest before it is believed.

mod failed;
mod phases;
mod product;

use crate::aside::aside;
use crate::collect;
use crate::error::Error;
use crate::progress::Progress;
use crate::sandbox::watch::shape;
use crate::store::draft::Draft;
use crate::store::scratch::Scratch;
use crate::store::seal::Wholeness;
use crate::store::{Kind, Store};
use crate::turn::{Turn, turn};
use crate::workshop::Workshop;
use crossproof_model::Digest;
use crossproof_model::case::PhaseName;
use crossproof_model::request::BuildRequest;
use crossproof_model::tree::{Manifest, Tree};
use crossproof_model::verdict::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use phases::run_phases;
use product::collected;

/// What of a leg's entry is what it installed.
const TREE: &str = "tree";

/// A leg's result.
#[derive(Clone, Debug)]
pub struct Built {
    /// What it is called in the store.
    pub key: Digest,
    /// The artifact.
    pub tree: Tree,
    /// Its manifest.
    pub manifest: Manifest,
    /// Wall time of the build, when it was built.
    pub wall: Duration,
    /// The executor that built it, as it calls itself.
    pub executor: String,
}

/// What of the store a leg is built from.
fn inputs(request: &BuildRequest) -> [(Kind, String); 3] {
    [
        (Kind::Roots, request.root.digest.to_string()),
        (Kind::Tools, request.engine.tools.to_string()),
        (Kind::Sources, request.source.digest.to_string()),
    ]
}

/// What becomes of a leg that failed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// It fails as it did.
    Recalled,
    /// It is built anew: the machine may have been at fault.
    TriedAgain,
}

/// A leg: from the store if it is there and whole, else built, as [`build`] does.
pub(crate) async fn obtain(
    shop: &Workshop,
    store: &Arc<Store>,
    request: &Arc<BuildRequest>,
    failures: Failures,
    progress: &Arc<dyn Progress>,
    on_start: &(dyn Fn() + Sync),
) -> Result<Result<Built, Failure>, Error> {
    match find(store, request).await? {
        Found::Whole(built) => return Ok(Ok(*built)),
        Found::Corrupt(problem) => progress.warn(&format!(
            "{}: the store's copy is damaged ({problem}); it was removed and is built again",
            request.name
        )),
        Found::Nothing => {}
    }
    if failures == Failures::Recalled
        && let Some(failure) = failed::recall(store, request)
    {
        return Ok(Err(failure));
    }
    build(shop, store, request, progress, on_start).await
}

/// What finding a leg in the store showed.
#[derive(Debug)]
pub enum Found {
    /// It is there and whole.
    Whole(Box<Built>),
    /// It is not there.
    Nothing,
    /// It was there and is not what its manifest says; it has been removed. Says what was wrong.
    Corrupt(String),
}

async fn find(store: &Arc<Store>, request: &BuildRequest) -> Result<Found, Error> {
    let (store, key) = (Arc::clone(store), request.key());
    aside(move || kept(&store, key)).await
}

/// The folder that a leg of this key installed into, as the store has it: to be laid over a root.
pub(crate) fn product(store: &Store, key: Digest) -> PathBuf {
    store.folder(Kind::Legs).join(key.to_string()).join(TREE)
}

/// Looks up a leg that is called `key` in the store, whatever it was built from.
pub fn kept(store: &Store, key: Digest) -> Result<Found, Error> {
    let Some(entry) = store.entry(Kind::Legs, &key.to_string()) else {
        return Ok(Found::Nothing);
    };
    match load(store, key, &entry)? {
        Ok(built) => Ok(Found::Whole(Box::new(built))),
        Err(problem) => {
            store.discard(Kind::Legs, &key.to_string())?;
            Ok(Found::Corrupt(problem))
        }
    }
}

/// The inner error says what is wrong with it.
fn load(store: &Store, key: Digest, entry: &Path) -> Result<Result<Built, String>, Error> {
    // Before anything of it is read: whatever was changed shows here, the manifest and its modes as well.
    Ok(match store.wholeness(Kind::Legs, &key.to_string())? {
        Wholeness::Whole => read(key, entry),
        Wholeness::Damaged => Err("it is not what was made".to_owned()),
        Wholeness::Unsealed => Err("it has no seal".to_owned()),
    })
}

fn read(key: Digest, entry: &Path) -> Result<Built, String> {
    let read =
        |name: &str| fs::read_to_string(entry.join(name)).map_err(|e| format!("{name}: {e}"));
    let manifest =
        collect::read_manifest(&read("manifest.jsonl")?).ok_or("its manifest cannot be read")?;
    let wall = read("seconds")?
        .trim()
        .parse::<f64>()
        .map_err(|e| format!("seconds: {e}"))?;
    let wall = Duration::try_from_secs_f64(wall).map_err(|e| format!("seconds: {e}"))?;
    // Entries that do not say are of a time when there was no other.
    let executor = read("executor").unwrap_or_else(|_| "local".to_owned());
    let mut tree = collect::read_tree(&entry.join(TREE)).map_err(|e| e.to_string())?;
    match collect::held_against(&mut tree, &manifest).first() {
        Some(path) => Err(format!("{path} is not what was recorded")),
        None => Ok(Built {
            key,
            tree,
            manifest,
            wall,
            executor: executor.trim().to_owned(),
        }),
    }
}

/// Builds a leg and keeps it. The inner error is the leg's own failure.
///
/// If another process is building the same leg, waits for that instead. `on_start` is called once a
/// processor is free and the work begins.
async fn build(
    shop: &Workshop,
    store: &Arc<Store>,
    request: &Arc<BuildRequest>,
    progress: &Arc<dyn Progress>,
    on_start: &(dyn Fn() + Sync),
) -> Result<Result<Built, Failure>, Error> {
    if let Some(reason) = refused(store, request).await? {
        return Ok(Err(Failure {
            leg: request.leg,
            phase: None,
            reason,
            log_end: Vec::new(),
            log: None,
        }));
    }
    let key = request.key().to_string();
    let turn = turn(&shop.processors, store, Kind::Legs, &key, progress).await?;
    let (draft, processor) = match turn {
        Turn::Make(draft, processor) => (draft, processor),
        Turn::Entry(entry) => {
            let corrupt = |problem: String| {
                Error::fault(entry.display().to_string(), &std::io::Error::other(problem))
            };
            return match find(store, request).await? {
                Found::Whole(built) => Ok(Ok(*built)),
                Found::Corrupt(problem) => Err(corrupt(problem)),
                Found::Nothing => Err(corrupt("it is gone".to_owned())),
            };
        }
    };
    let scratch = Scratch::new(store)?;
    on_start();
    let started = Instant::now();
    let phases = run_phases(shop, store, request, scratch.path(), processor.number);
    let outcome = while_whole(inputs_whole(store, request), phases).await?;
    let wall = started.elapsed();
    drop(processor);
    let (store, request) = (Arc::clone(store), Arc::clone(request));
    let executor = shop.name();
    aside(move || match outcome {
        Ok(()) => keep(&store, &request, draft, &scratch, wall, &executor),
        Err(failed) => {
            let log = failed.keep(&store, &key, &scratch)?;
            Ok(Err(failed.into_failure(request.leg, Some(log))))
        }
    })
    .await
}

/// What the work comes to, if what it is made from is whole. That is looked at beside the work, which ends where it is not;
/// and whose own end says nothing then.
async fn while_whole<T>(
    whole: impl Future<Output = Result<(), Error>>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let (mut whole, mut work) = (pin!(whole), pin!(work));
    tokio::select! {
        found = &mut whole => {
            found?;
            work.await
        }
        done = &mut work => {
            whole.await?;
            done
        }
    }
}

/// What the leg may not have, before anything is copied: each name of a file is a file of its own then.
async fn refused(store: &Arc<Store>, request: &Arc<BuildRequest>) -> Result<Option<String>, Error> {
    let (store, request) = (Arc::clone(store), Arc::clone(request));
    aside(move || {
        // The machine itself runs these.
        store.whole(Kind::Tools, &request.engine.tools.to_string())?;
        let sources = &store
            .folder(Kind::Sources)
            .join(request.source.digest.to_string());
        let too_much = shape(sources, request.plan.limits.disk);
        let too_much = too_much.map_err(|e| Error::io(sources, &e))?;
        Ok(too_much.map(|exceeded| format!("not begun, for its sources: {exceeded}")))
    })
    .await
}

/// An error if anything that the leg is built from is not what was made.
async fn inputs_whole(store: &Arc<Store>, request: &Arc<BuildRequest>) -> Result<(), Error> {
    let (store, inputs) = (Arc::clone(store), inputs(request));
    aside(move || (inputs.iter()).try_for_each(|(kind, key)| store.whole(*kind, key))).await
}

/// Keeps what was installed, while the inputs are looked at once more: what was changed meanwhile may show in it.
fn keep(
    store: &Store,
    request: &BuildRequest,
    draft: Draft,
    scratch: &Scratch,
    wall: Duration,
    executor: &str,
) -> Result<Result<Built, Failure>, Error> {
    let inputs = inputs(request);
    let still_whole = || (inputs.iter()).try_for_each(|(kind, key)| store.still_whole(*kind, key));
    let (collected, still) = std::thread::scope(|scope| {
        // No thread of rayon's: it waits for what these do, and may hold up what one of them is in the middle of.
        let still = scope.spawn(still_whole);
        (
            collected(request, &draft, scratch, wall, executor),
            still.join(),
        )
    });
    let ended = |_| {
        Error::fault(
            "a look at the store",
            &std::io::Error::other("it ended early"),
        )
    };
    still.map_err(ended)??;
    let (tree, manifest) = match collected? {
        Ok(collected) => collected,
        Err(reason) => {
            return Ok(Err(Failure {
                leg: request.leg,
                phase: Some(PhaseName::Install),
                reason,
                log_end: Vec::new(),
                log: Some(failed::keep_logs(
                    store,
                    &request.key().to_string(),
                    scratch,
                )?),
            }));
        }
    };
    draft.commit()?;
    Ok(Ok(Built {
        key: request.key(),
        tree,
        manifest,
        wall,
        executor: executor.to_owned(),
    }))
}
