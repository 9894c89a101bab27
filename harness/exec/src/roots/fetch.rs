//! Downloading and unpacking what the store does not have yet.

use super::Closure;
use crate::apt::{self, Apt, Index, Remote};
use crate::error::Error;
use crate::lock::architectures;
use crate::package::Part;
use crate::parallel;
use crate::provision::Provision;
use crate::store::Found;
use crate::store::draft::Draft;
use crossproof_model::digest::Sha256;
use crossproof_model::emulator::{LockedPackage, Package, RootRequest};
use sha2::{Digest as _, Sha256 as Hasher};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Downloads at once: enough to hide the mirror's latency, few enough to be polite.
const DOWNLOADS: usize = 4;
/// A batch is downloaded by one program, unpacked, and kept: what an interruption costs at most.
const BATCH_BYTES: u64 = 12 << 20;
const BATCH_PACKAGES: usize = 24;

/// One at a time in this process: roots share packages, and each holds a lock file open.
static FETCHING: Mutex<()> = Mutex::new(());

/// A package on its way.
struct Missing<'c> {
    package: &'c Package,
    locked: &'c LockedPackage,
    draft: Draft,
}

/// The unpacked folder of a part of every package of a closure.
pub(super) fn unpacked<'c>(
    provision: &Provision<'_>,
    request: &RootRequest,
    closure: &Closure<'c>,
    part: Part,
) -> Result<BTreeMap<&'c Package, PathBuf>, Error> {
    let _one = FETCHING.lock();
    let mut folders = BTreeMap::new();
    let mut missing = Vec::new();
    // In the order of their keys, as `begin` asks.
    let by_key: BTreeMap<String, (&Package, &LockedPackage)> = closure
        .iter()
        .map(|(&package, &locked)| (key(locked, part), (package, locked)))
        .collect();
    for (key, (package, locked)) in by_key {
        match provision
            .store
            .begin_whole(part.kind(), &key, provision.progress)?
        {
            Found::Entry(path) => {
                folders.insert(package, path);
            }
            Found::Draft(draft) => {
                folders.insert(package, provision.store.folder(part.kind()).join(&key));
                missing.push(Missing {
                    package,
                    locked,
                    draft,
                });
            }
        }
    }
    if !missing.is_empty() {
        fetch(provision, request, missing, part)?;
    }
    Ok(folders)
}

fn key(locked: &LockedPackage, part: Part) -> String {
    format!("{}-{}", locked.sha256, part.version())
}

fn fetch(
    provision: &Provision<'_>,
    request: &RootRequest,
    missing: Vec<Missing<'_>>,
    part: Part,
) -> Result<(), Error> {
    let mirror = provision.mirror()?;
    let total: u64 = missing.iter().map(|one| one.locked.size).sum();
    let step = format!("fetching {} {} packages", missing.len(), request.native);
    provision
        .progress
        .step(&format!("{step}, {} MiB", total >> 20));
    let named: Vec<(Package, LockedPackage)> = missing
        .iter()
        .map(|one| (one.package.clone(), one.locked.clone()))
        .collect();
    let done = AtomicU64::new(0);
    provision.progress.amount(&step, 0, total);

    let fetched = parallel::for_each(DOWNLOADS, batches(missing), |batch| {
        let scratch = provision.store.scratch()?;
        let file = |one: &Missing<'_>| {
            let remote = Remote {
                uri: format!("{}/{}", mirror.uri, one.locked.path),
                file: String::new(),
                size: one.locked.size,
                sha256: one.locked.sha256.clone(),
            };
            let path = scratch.join(format!("{}.deb", one.locked.sha256));
            (remote, path)
        };
        let files: Vec<(Remote, PathBuf)> = batch.iter().map(file).collect();
        // Whatever it says of the batch, each file is looked at by itself.
        let said = apt::download(&files)?.unwrap_or_default();
        apt::full_disk(&said, &scratch)?;
        for (one, (_, deb)) in batch.iter().zip(&files) {
            verify(deb, &one.locked.sha256).map_err(|found| not_as_locked(one, found, &said))?;
            fs::create_dir(one.draft.path()).map_err(|e| Error::io(one.draft.path(), &e))?;
            part.unpack(deb, one.draft.path())?;
            // The unpacked tree replaces it: the disk need not hold both.
            fs::remove_file(deb).map_err(|e| Error::io(deb, &e))?;
        }
        provision.store.sync()?;
        for one in batch {
            let size = one.locked.size;
            one.draft.commit()?;
            let done = done.fetch_add(size, Ordering::Relaxed) + size;
            provision.progress.amount(&step, done, total);
        }
        Ok(())
    });
    match fetched {
        Err(Error::Lacks { what, .. }) if what == NOT_FETCHED => {
            Err(explain(provision, request, &named, &mirror.uri))
        }
        other => other,
    }
}

/// Large packages first, so that the last batch is a short one.
fn batches(mut missing: Vec<Missing<'_>>) -> Vec<Vec<Missing<'_>>> {
    missing.sort_by_key(|one| std::cmp::Reverse(one.locked.size));
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for one in missing {
        bytes += one.locked.size;
        batch.push(one);
        if bytes >= BATCH_BYTES || batch.len() == BATCH_PACKAGES {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// The SHA-256 of a file, or nothing if it is not there.
pub(crate) fn sha256(path: &Path) -> Result<Option<String>, Error> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io(path, &e)),
    };
    let mut hasher = Hasher::new();
    std::io::copy(&mut file, &mut hasher).map_err(|e| Error::io(path, &e))?;
    Ok(Some(
        hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    ))
}

/// What is wrong with a downloaded file.
enum Wrong {
    Absent,
    Digest(String),
    Io(Error),
}

fn verify(path: &Path, expected: &Sha256) -> Result<(), Wrong> {
    match sha256(path).map_err(Wrong::Io)? {
        None => Err(Wrong::Absent),
        Some(found) if found != expected.as_str() => Err(Wrong::Digest(found)),
        Some(_) => Ok(()),
    }
}

/// Marks an error that [`explain`] turns into a fuller one.
const NOT_FETCHED: &str = "a package";
const RENEW: &str = "run `crossproof roots lock` to lock what the mirror has now, or name one that keeps old versions (--mirror)";

fn not_as_locked(one: &Missing<'_>, wrong: Wrong, said: &str) -> Error {
    let (package, locked) = (one.package, one.locked);
    match wrong {
        Wrong::Io(error) => error,
        Wrong::Absent if !said.contains("Hash Sum mismatch") => Error::lacks(NOT_FETCHED, said),
        Wrong::Absent => Error::input(
            format!(
                "{package} {} on the mirror is not what was locked: another digest than {}",
                locked.version, locked.sha256
            ),
            RENEW,
        ),
        Wrong::Digest(found) => Error::input(
            format!(
                "{package} {}: expected SHA-256 {}, found {found}",
                locked.version, locked.sha256
            ),
            RENEW,
        ),
    }
}

/// Some package could not be fetched: did it move, or is there no network? The index tells.
fn explain(
    provision: &Provision<'_>,
    request: &RootRequest,
    missing: &[(Package, LockedPackage)],
    mirror: &str,
) -> Error {
    let index = Apt::open(
        provision,
        &request.suite,
        &architectures(request.native, &request.foreign),
        Index::Binary,
    );
    let apt = match index.and_then(|apt| apt.update().map(|()| apt)) {
        Ok(apt) => apt,
        Err(error) => {
            let first: Vec<String> = missing
                .iter()
                .take(3)
                .map(|(package, _)| package.to_string())
                .collect();
            let cause = match error {
                Error::Lacks { advice, .. } => advice,
                other => other.to_string(),
            };
            return Error::lacks(
                format!(
                    "{} packages of a root ({}, …), and {mirror} cannot be reached",
                    missing.len(),
                    first.join(", ")
                ),
                cause,
            );
        }
    };
    let moved = missing.iter().filter_map(|(package, locked)| {
        let name = match package.architecture.as_str() {
            "all" => package.name.clone(),
            _ => package.to_string(),
        };
        let now = apt.candidate(&name).unwrap_or_else(|| "none".to_owned());
        (now != locked.version)
            .then(|| format!("{package}: locked {}, the mirror has {now}", locked.version))
    });
    let moved: Vec<String> = moved.take(8).collect();
    match moved.is_empty() {
        true => Error::lacks(
            "an answer of the mirror for every locked package, though it still lists their versions",
            "try again; the mirror may be in the middle of an update",
        ),
        false => Error::input(
            format!(
                "the mirror no longer has what is locked:\n  {}",
                moved.join("\n  ")
            ),
            RENEW,
        ),
    }
}
