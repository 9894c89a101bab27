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
use crate::roots::Root;
use crate::sandbox::watch::shape;
use crate::sources::SourceTree;
use crate::store::draft::Draft;
use crate::store::scratch::Scratch;
use crate::store::seal::Wholeness;
use crate::store::{Kind, Store};
use crate::tools::Tools;
use crate::turn::{Turn, turn};
use crate::workshop::Workshop;
use crossproof_model::case::PhaseName;
use crossproof_model::plan::{Emulation, LegPlan};
use crossproof_model::tree::{Manifest, Tree};
use crossproof_model::verdict::Failure;
use crossproof_model::{Digest, Leg, Platform};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use phases::run_phases;
use product::collected;

/// Raised whenever the way legs are built changes what they give.
const RECIPE_VERSION: &str = "crossproof leg 2";

/// A leg's result.
#[derive(Clone, Debug)]
pub struct Built {
    /// What it is called in the store.
    pub key: Digest,
    /// The folder it is kept in, to be laid over a root.
    pub folder: PathBuf,
    /// The artifact.
    pub tree: Tree,
    /// Its manifest.
    pub manifest: Manifest,
    /// Wall time of the build, when it was built.
    pub wall: Duration,
}

/// What a leg is built from.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which leg.
    pub leg: Leg,
    /// The platform its product runs on.
    pub target: Platform,
    /// The recipe.
    pub plan: Arc<LegPlan>,
    /// The root.
    pub root: Root,
    /// The sources.
    pub source: SourceTree,
    /// The tools it is built with.
    pub tools: Tools,
}

impl Order {
    /// The platforms whose programs can be started: the build platform, and the host where that is granted.
    fn emulated(&self) -> BTreeSet<Platform> {
        let host = match self.plan.emulation {
            Emulation::Registered => Some(self.target),
            Emulation::Withheld => None,
        };
        host.into_iter().chain([self.plan.root.native]).collect()
    }

    /// What of the store it is built from.
    fn inputs(&self) -> [(Kind, String); 3] {
        [
            (Kind::Roots, self.root.digest.to_string()),
            (Kind::Tools, self.tools.digest().to_string()),
            (Kind::Sources, self.source.digest.to_string()),
        ]
    }

    /// The result's name in the store.
    pub fn key(&self) -> Digest {
        let digests = [self.root.digest, self.source.digest, self.plan.recipe()]
            .map(|digest| digest.to_string());
        let head = [
            RECIPE_VERSION.to_owned(),
            self.leg.repeat.to_string(),
            self.target.short().to_owned(),
        ];
        // The emulator can show in what it emulates; where nothing is emulated it cannot.
        let emulates = self.plan.emulation == Emulation::Registered
            || self.plan.root.native != self.tools.machine();
        let emulator = emulates.then(|| self.tools.digest().to_string());
        Digest::of_fields(head.into_iter().chain(digests).chain(emulator))
    }
}

/// What becomes of a leg that failed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// It fails as it did.
    Recalled,
    /// It is built anew: the machine may have been at fault.
    TriedAgain,
}

/// A leg called `name`: from the store if it is there and whole, else built, as [`build`] does.
pub async fn obtain(
    shop: &Workshop,
    store: &Arc<Store>,
    order: &Arc<Order>,
    failures: Failures,
    name: &str,
    progress: &Arc<dyn Progress>,
    on_start: &mut (dyn FnMut() + Send),
) -> Result<Result<Built, Failure>, Error> {
    match find(store, order).await? {
        Found::Whole(built) => return Ok(Ok(*built)),
        Found::Corrupt(problem) => progress.warn(&format!(
            "{name}: the store's copy is damaged ({problem}); it was removed and is built again"
        )),
        Found::Nothing => {}
    }
    if failures == Failures::Recalled
        && let Some(failure) = failed::recall(store, order)
    {
        return Ok(Err(failure));
    }
    build(shop, store, order, progress, on_start).await
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

async fn find(store: &Arc<Store>, order: &Order) -> Result<Found, Error> {
    let (store, key) = (Arc::clone(store), order.key());
    aside(move || kept(&store, key)).await
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
    let folder = entry.join("tree");
    let mut tree = collect::read_tree(&folder).map_err(|e| e.to_string())?;
    match collect::held_against(&mut tree, &manifest).first() {
        Some(path) => Err(format!("{path} is not what was recorded")),
        None => Ok(Built {
            key,
            folder,
            tree,
            manifest,
            wall,
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
    order: &Arc<Order>,
    progress: &Arc<dyn Progress>,
    on_start: &mut (dyn FnMut() + Send),
) -> Result<Result<Built, Failure>, Error> {
    if let Some(reason) = refused(store, order).await? {
        return Ok(Err(Failure {
            leg: order.leg,
            phase: None,
            reason,
            log_end: Vec::new(),
            log: None,
        }));
    }
    let key = order.key().to_string();
    let turn = turn(&shop.processors, store, Kind::Legs, &key, progress).await?;
    let (draft, processor) = match turn {
        Turn::Make(draft, processor) => (draft, processor),
        Turn::Entry(entry) => {
            let corrupt = |problem: String| {
                Error::fault(entry.display().to_string(), &std::io::Error::other(problem))
            };
            return match find(store, order).await? {
                Found::Whole(built) => Ok(Ok(*built)),
                Found::Corrupt(problem) => Err(corrupt(problem)),
                Found::Nothing => Err(corrupt("it is gone".to_owned())),
            };
        }
    };
    let scratch = Scratch::new(store)?;
    on_start();
    let started = Instant::now();
    let phases = run_phases(shop, order, scratch.path(), processor.number);
    let outcome = while_whole(inputs_whole(store, order), phases).await?;
    let wall = started.elapsed();
    drop(processor);
    let (store, order) = (Arc::clone(store), Arc::clone(order));
    aside(move || match outcome {
        Ok(()) => keep(&store, &order, draft, &scratch, wall),
        Err(failed) => {
            let log = failed.keep(&store, &key, &scratch)?;
            Ok(Err(failed.into_failure(order.leg, Some(log))))
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
async fn refused(store: &Arc<Store>, order: &Arc<Order>) -> Result<Option<String>, Error> {
    let (store, order) = (Arc::clone(store), Arc::clone(order));
    aside(move || {
        // The machine itself runs these.
        store.whole(Kind::Tools, &order.tools.digest().to_string())?;
        let sources = &order.source.path;
        let too_much = shape(sources, order.plan.limits.disk);
        let too_much = too_much.map_err(|e| Error::io(sources, &e))?;
        Ok(too_much.map(|exceeded| format!("not begun, for its sources: {exceeded}")))
    })
    .await
}

/// An error if anything that the leg is built from is not what was made.
async fn inputs_whole(store: &Arc<Store>, order: &Arc<Order>) -> Result<(), Error> {
    let (store, inputs) = (Arc::clone(store), order.inputs());
    aside(move || (inputs.iter()).try_for_each(|(kind, key)| store.whole(*kind, key))).await
}

/// Keeps what was installed, while the inputs are looked at once more: what was changed meanwhile may show in it.
fn keep(
    store: &Store,
    order: &Order,
    draft: Draft,
    scratch: &Scratch,
    wall: Duration,
) -> Result<Result<Built, Failure>, Error> {
    let inputs = order.inputs();
    let still_whole = || (inputs.iter()).try_for_each(|(kind, key)| store.still_whole(*kind, key));
    let (collected, still) = std::thread::scope(|scope| {
        // No thread of rayon's: it waits for what these do, and may hold up what one of them is in the middle of.
        let still = scope.spawn(still_whole);
        (collected(order, &draft, scratch, wall), still.join())
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
                leg: order.leg,
                phase: Some(PhaseName::Install),
                reason,
                log_end: Vec::new(),
                log: Some(failed::keep_logs(store, &order.key().to_string(), scratch)?),
            }));
        }
    };
    let entry = draft.commit()?;
    Ok(Ok(Built {
        key: order.key(),
        folder: entry.join("tree"),
        tree,
        manifest,
        wall,
    }))
}
