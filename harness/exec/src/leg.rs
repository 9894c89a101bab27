//! Building one leg: the sources copied into a sandbox, the phases run in order, what they install
//! collected into the store. A leg that was built from the same root, sources and recipe is found
//! there instead, and checked against its manifest before it is believed.

mod failed;

pub use failed::recall;

use crate::collect;
use crate::error::Error;
use crate::progress::Progress;
use crate::roots::Root;
use crate::sandbox::watch::shape;
use crate::sandbox::{Bounds, Capture, Ended, Sandbox};
use crate::sources::SourceTree;
use crate::store::draft::Draft;
use crate::store::scratch::Scratch;
use crate::store::seal::Wholeness;
use crate::store::{Kind, Store};
use crate::tools::Tools;
use crate::turn::{Turn, turn};
use crate::workshop::{Setting, Workshop};
use crossproof_model::case::{Limits, PhaseName};
use crossproof_model::observation::Exit;
use crossproof_model::plan::{Emulation, LegPlan, paths};
use crossproof_model::tree::{Manifest, Tree};
use crossproof_model::verdict::Failure;
use crossproof_model::{Digest, Leg, Platform, RelPath};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use failed::FailedPhase;

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
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Which leg.
    pub leg: Leg,
    /// The platform its product runs on.
    pub target: Platform,
    /// The recipe.
    pub plan: &'a LegPlan,
    /// The root.
    pub root: &'a Root,
    /// The sources.
    pub source: &'a SourceTree,
    /// The tools it is built with.
    pub tools: &'a Tools,
}

impl Order<'_> {
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

/// Looks a leg up in the store.
pub fn find(store: &Store, order: &Order<'_>) -> Result<Found, Error> {
    kept(store, order.key())
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
pub async fn build(
    shop: &Workshop,
    store: &Arc<Store>,
    order: &Order<'_>,
    progress: &Arc<dyn Progress>,
    on_start: &mut (dyn FnMut() + Send),
) -> Result<Result<Built, Failure>, Error> {
    for (kind, key) in order.inputs() {
        store.whole(kind, &key)?;
    }
    // Before they are copied: each name of a file is a file of its own then.
    let sources = &order.source.path;
    let too_much = shape(sources, order.plan.limits.disk);
    if let Some(exceeded) = too_much.map_err(|e| Error::io(sources, &e))? {
        return Ok(Err(Failure {
            leg: order.leg,
            phase: None,
            reason: format!("not begun, for its sources: {exceeded}"),
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
            return load(store, order.key(), &entry)?.map(Ok).map_err(corrupt);
        }
    };
    let scratch = Scratch::new(store)?;
    on_start();
    let started = Instant::now();
    let outcome = run_phases(shop, order, scratch.path(), processor.number).await?;
    let wall = started.elapsed();
    drop(processor);
    if let Err(failed) = outcome {
        let log = failed.keep(store, &key, &scratch)?;
        return Ok(Err(failed.into_failure(order.leg, Some(log))));
    }
    // What was changed meanwhile may show in what was built.
    for (kind, key) in order.inputs() {
        store.still_whole(kind, &key)?;
    }
    match keep(order, draft, &scratch, wall)? {
        Ok(built) => Ok(Ok(built)),
        Err(reason) => Ok(Err(Failure {
            leg: order.leg,
            phase: Some(PhaseName::Install),
            reason,
            log_end: Vec::new(),
            log: Some(failed::keep_logs(store, &key, &scratch)?),
        })),
    }
}

async fn run_phases(
    shop: &Workshop,
    order: &Order<'_>,
    scratch: &Path,
    processor: usize,
) -> Result<Result<(), FailedPhase>, Error> {
    let logs = scratch.join("logs");
    fs::create_dir(&logs).map_err(|e| Error::io(&logs, &e))?;
    let sandbox = prepare(shop, order, scratch, processor)?;
    for phase in &order.plan.phases {
        let argv = ["/bin/sh", "-e", "-c", &phase.script].map(str::to_owned);
        let ended = sandbox
            .run(&argv, &[], Capture::Merged, bounds(&order.plan.limits))
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
    order: &Order<'_>,
    scratch: &Path,
    processor: usize,
) -> Result<Sandbox, Error> {
    let sandbox = shop.sandbox(Setting {
        layers: vec![order.root.path.clone()],
        scratch,
        folders: &[("build", "/build"), ("tmp", "/tmp")],
        emulated: &order.emulated(),
        environment: order.plan.environment.clone(),
        directory: paths::SOURCE,
        processor,
    })?;
    for inside in [paths::DESTINATION, paths::HOME] {
        let folder = below_build(scratch, inside);
        fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
    }
    order.source.copy_to(&below_build(scratch, paths::SOURCE))?;
    Ok(sandbox)
}

/// Where a path below `/build` inside is on the host.
fn below_build(scratch: &Path, inside: &str) -> PathBuf {
    scratch.join(inside.trim_start_matches('/'))
}

/// Moves what was installed into the store; the inner error says why there is nothing to move, or too much.
fn keep(
    order: &Order<'_>,
    draft: Draft,
    scratch: &Scratch,
    wall: Duration,
) -> Result<Result<Built, String>, Error> {
    let installed = &below_build(scratch.path(), paths::DESTINATION);
    // A link in the folder's place would be followed.
    if !fs::symlink_metadata(installed).is_ok_and(|found| found.is_dir()) {
        return Ok(Err(format!("{} is no folder any more", paths::DESTINATION)));
    }
    let modes = collect::make_readable(installed)?;
    // Each name of a file has its own content in the store, and holes are filled.
    let too_much = shape(installed, order.plan.limits.disk);
    if let Some(exceeded) = too_much.map_err(|e| Error::io(installed, &e))? {
        return Ok(Err(exceeded.to_string()));
    }
    let mut tree = match collect::read_tree(installed) {
        // What cannot be kept is the build's own doing.
        Err(Error::Input { what, .. }) => return Ok(Err(what)),
        read => read?,
    };
    collect::with_modes(&mut tree, installed, &modes);
    let wanted = collect::globs(&order.plan.collect)?;
    tree.retain(|path| wanted.is_match(path.as_str()));
    // In the sandbox everything belongs to whoever runs it.
    tree.attributes.values_mut().for_each(|a| a.owner = None);
    if tree.entries.is_empty() {
        return Ok(Err(format!(
            "nothing was installed below {} that `collect` takes",
            paths::DESTINATION
        )));
    }
    let manifest = tree.manifest();
    let folder = draft.path().join("tree");
    write_tree(&tree, &folder)?;
    let logs = draft.path().join("logs");
    fs::rename(scratch.path().join("logs"), &logs).map_err(|e| Error::io(&logs, &e))?;
    for (name, text) in [
        ("manifest.jsonl", collect::write_manifest(&manifest)?),
        ("seconds", format!("{:.3}\n", wall.as_secs_f64())),
    ] {
        let path = draft.path().join(name);
        fs::write(&path, text).map_err(|e| Error::io(&path, &e))?;
    }
    let entry = draft.commit()?;
    Ok(Ok(Built {
        key: order.key(),
        folder: entry.join("tree"),
        tree,
        manifest,
        wall,
    }))
}

/// Lays `tree` out below `folder`, readable for all and with directories its owner can remove; without the bits that
/// make a program run as its owner. The manifest has the modes.
fn write_tree(tree: &Tree, folder: &Path) -> Result<(), Error> {
    use crossproof_model::Entry;
    fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
    for (at, entry) in &tree.entries {
        let path = folder.join(at.on_disk());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| Error::io(parent, &e))?;
        }
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        let written = match entry {
            Entry::Dir { mode } => {
                fs::create_dir_all(&path).and_then(|()| set(mode & 0o777 | 0o755))
            }
            Entry::File { mode, content } => {
                // Whom the program runs as is not who keeps it.
                let all = if mode & 0o111 == 0 { 0o444 } else { 0o555 };
                fs::write(&path, content).and_then(|()| set(mode & 0o777 | all))
            }
            Entry::Link { target } => {
                let target = std::ffi::OsString::from_vec(RelPath::unspell(target));
                std::os::unix::fs::symlink(target, &path)
            }
            // Nothing can run or read these through the store; the manifest has their kind.
            Entry::Special { .. } => Ok(()),
        };
        written.map_err(|e| Error::io(&path, &e))?;
    }
    Ok(())
}
