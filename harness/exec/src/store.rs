//! The store: where everything that is made once and used again lives.
//!
//! An entry is named by what it was made from and appears by one rename, after its content reached
//! the disk: at any moment, also after a kill or a power failure, the store holds whole entries and
//! leftovers below `tmp/`, which the next start sweeps. Files are shared between entries by hard
//! links (a root is links into unpacked packages): nothing may write into an entry, and sandboxes
//! mount them read-only. No read-only folder is left behind, so its owner can always remove it.

pub(crate) mod remove;
pub(crate) mod scratch;

mod claim;

pub mod draft;
pub mod keep;
pub(crate) mod lock;
pub mod seal;

use crate::error::Error;
use crate::progress::Progress;
use draft::Draft;
use lock::{Held, Hold};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What is kept, one folder each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the folder's name says it")]
pub enum Kind {
    Packages,
    /// What packages say of themselves, for dpkg's database.
    Control,
    Roots,
    Sources,
    Legs,
    Runs,
    /// Logs of legs that failed, one folder each, replaced at the next failure.
    Logs,
    Tools,
    /// Private state of apt, one folder per suite and architectures. Mutable: not content-addressed.
    Apt,
}

impl Kind {
    /// All of them, in the order `store info` lists them.
    pub const ALL: [Kind; 9] = [
        Kind::Packages,
        Kind::Control,
        Kind::Roots,
        Kind::Sources,
        Kind::Legs,
        Kind::Runs,
        Kind::Logs,
        Kind::Tools,
        Kind::Apt,
    ];

    /// Whether entries stay as they were made, which a seal holds.
    pub fn is_sealed(self) -> bool {
        !matches!(self, Kind::Logs | Kind::Apt)
    }

    /// The folder's name.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Packages => "packages",
            Kind::Control => "control",
            Kind::Roots => "roots",
            Kind::Sources => "sources",
            Kind::Legs => "legs",
            Kind::Runs => "runs",
            Kind::Logs => "logs",
            Kind::Tools => "tools",
            Kind::Apt => "apt",
        }
    }
}

/// An open store. While it is open, `gc` by another process is refused.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// This process's own folder below `tmp/`.
    scratch: PathBuf,
    next: AtomicU64,
    known: seal::Known,
    /// Shared: the store is in use.
    in_use: Held,
    /// Exclusive: the owner of `scratch` lives.
    _alive: Held,
}

impl Store {
    /// Where the store is by default: `$CROSSPROOF_STORE`, else below the user's cache folder.
    pub fn default_path() -> Result<PathBuf, Error> {
        let set = |name: &str| env::var_os(name).filter(|value: &OsString| !value.is_empty());
        if let Some(path) = set("CROSSPROOF_STORE") {
            return std::path::absolute(&path).map_err(|e| Error::io(Path::new(&path), &e));
        }
        // The XDG Base Directory Specification: a relative path there is to be ignored.
        let cache = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")));
        cache.map(|cache| cache.join("crossproof")).ok_or_else(|| {
            Error::lacks(
                "a cache folder: neither CROSSPROOF_STORE, XDG_CACHE_HOME nor HOME is set",
                "set CROSSPROOF_STORE to a folder of yours",
            )
        })
    }

    /// Opens the store at `path`, making it if it is not there, and sweeps what dead processes left.
    pub fn open(path: &Path) -> Result<Store, Error> {
        claim::claim(path)?;
        // A relative path would not survive a sandbox's change of folder.
        let path = fs::canonicalize(path).map_err(|e| Error::io(path, &e))?;
        let in_use = Held::wait(&path.join("locks/store.lock"), Hold::Shared)?;
        let (scratch, alive) = draft::claim_scratch(&path)?;
        Ok(Store {
            path,
            scratch,
            next: AtomicU64::new(0),
            known: seal::Known::default(),
            in_use,
            _alive: alive,
        })
    }

    /// The store's own folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of a kind.
    pub fn folder(&self, kind: Kind) -> PathBuf {
        self.path.join(kind.folder())
    }

    /// The entry of that key, if it is there; notes that it was used now.
    pub fn entry(&self, kind: Kind, key: &str) -> Option<PathBuf> {
        let path = self.folder(kind).join(key);
        fs::symlink_metadata(&path).ok()?;
        keep::note_use(self, kind, key);
        Some(path)
    }

    /// A new empty folder on the store's file system, gone when the process ends or by its next start.
    pub fn scratch(&self) -> Result<PathBuf, Error> {
        let path = self.fresh();
        make_folder(&path)?;
        Ok(path)
    }

    /// The entry of that key, made by `make` in an empty folder if it is not there.
    ///
    /// Of several processes or threads that want it one makes it; the others wait and find it.
    pub fn create(
        &self,
        kind: Kind,
        key: &str,
        progress: &dyn Progress,
        make: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        match self.begin(kind, key, progress)? {
            Found::Entry(path) => Ok(path),
            Found::Draft(draft) => {
                make_folder(draft.path())?;
                make(draft.path())?;
                self.sync()?;
                draft.commit()
            }
        }
    }

    /// The entry, or else the sole right to make it. A caller that begins several must do so in the
    /// order of their keys: two callers would otherwise wait for each other for ever.
    pub fn begin(&self, kind: Kind, key: &str, progress: &dyn Progress) -> Result<Found, Error> {
        loop {
            if let Some(found) = self.attempt(kind, key)? {
                return Ok(found);
            }
            self.wait(kind, key, progress)?;
        }
    }

    /// The same, but an entry is what was made: one that is not is taken out, and made anew.
    pub fn begin_whole(
        &self,
        kind: Kind,
        key: &str,
        progress: &dyn Progress,
    ) -> Result<Found, Error> {
        loop {
            let found = self.begin(kind, key, progress)?;
            let Found::Entry(_) = found else {
                return Ok(found);
            };
            if self.wholeness(kind, key)? == seal::Wholeness::Whole {
                return Ok(found);
            }
            let (what, short) = (kind.folder(), key.get(..12).unwrap_or(key));
            progress.step(&format!(
                "{what} {short} is not what was made: it is made anew"
            ));
            self.discard(kind, key)?;
        }
    }

    /// The entry, or else the sole right to make it; nothing while another makes it.
    pub(crate) fn attempt(&self, kind: Kind, key: &str) -> Result<Option<Found>, Error> {
        if let Some(path) = self.entry(kind, key) {
            return Ok(Some(Found::Entry(path)));
        }
        let lock = self.lock_file(kind, key);
        let Some(held) = Held::attempt(&lock, Hold::Exclusive)? else {
            return Ok(None);
        };
        // It may have been made between the look and the lock.
        if let Some(path) = self.entry(kind, key) {
            return Ok(Some(Found::Entry(path)));
        }
        held.sign();
        let place = self.folder(kind).join(key);
        let seal = seal::Place {
            file: self.seal_file(kind, key),
            known: self.known.clone(),
            entry: (kind, key.to_owned()),
        };
        Ok(Some(Found::Draft(Draft::new(
            self.fresh(),
            place,
            seal,
            held,
        ))))
    }

    /// Waits while another makes the entry. If that is not this process, whose own progress tells of it, says so.
    pub(crate) fn wait(&self, kind: Kind, key: &str, progress: &dyn Progress) -> Result<(), Error> {
        let lock = self.lock_file(kind, key);
        if let Some(other) = lock::signed(&lock).filter(|pid| *pid != std::process::id()) {
            let (what, short) = (kind.folder(), key.get(..12).unwrap_or(key));
            progress.step(&format!(
                "waiting for process {other}, which makes {what} {short}"
            ));
        }
        Held::wait(&lock, Hold::Exclusive).map(drop)
    }

    /// Holds a kind's mutable folder for this caller alone; other callers wait, which `waiting` hears of.
    pub(crate) fn hold(
        &self,
        kind: Kind,
        key: &str,
        waiting: impl FnOnce(),
    ) -> Result<(PathBuf, Held), Error> {
        let lock = self.lock_file(kind, key);
        let held = match Held::attempt(&lock, Hold::Exclusive)? {
            Some(held) => held,
            None => {
                waiting();
                Held::wait(&lock, Hold::Exclusive)?
            }
        };
        let path = self.folder(kind).join(key);
        make_folder(&path)?;
        Ok((path, held))
    }

    /// Brings everything written so far to the disk. Once before a batch of commits.
    pub fn sync(&self) -> Result<(), Error> {
        let folder = fs::File::open(&self.path).map_err(|e| Error::io(&self.path, &e))?;
        nix::unistd::syncfs(&folder).map_err(|e| Error::io(&self.path, &e.into()))
    }

    fn fresh(&self) -> PathBuf {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.scratch.join(number.to_string())
    }

    fn lock_file(&self, kind: Kind, key: &str) -> PathBuf {
        self.path.join(format!("locks/{}-{key}", kind.folder()))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What is left is swept by the next start.
        let _ = remove::remove(&self.scratch);
    }
}

/// What [`Store::begin`] found.
#[derive(Debug)]
pub enum Found {
    /// It was there.
    Entry(PathBuf),
    /// It was not; it can be made now.
    Draft(Draft),
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|e| Error::io(path, &e))
}

#[cfg(test)]
mod tests;
