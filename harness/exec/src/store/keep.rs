//! What the store holds, and what to drop: the least recently used first.

use super::lock::{Held, Hold};
use super::remove::remove;
use super::{Kind, Store};
use crate::error::Error;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The entries of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Which kind.
    pub kind: Kind,
    /// How many entries.
    pub entries: u64,
    /// Bytes on the disk that no kind listed before holds too.
    pub bytes: u64,
}

/// What to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Entries used within this time.
    Recent(Duration),
    /// The most recently used entries that fit in this many bytes together.
    Within(u64),
}

/// A disk's bytes, and those of them that are free to this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// All.
    pub bytes: u64,
    /// Free.
    pub free: u64,
}

/// What a collection dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Notes that an entry was used now: the modification time of its lock file. Best effort.
pub(super) fn note_use(store: &Store, kind: Kind, key: &str) {
    let file = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(store.lock_file(kind, key));
    if let Ok(file) = file {
        let _ = file.set_modified(SystemTime::now());
    }
}

struct Item {
    kind: Kind,
    path: PathBuf,
    lock: PathBuf,
    seal: PathBuf,
    used: SystemTime,
}

impl Store {
    /// Sizes by kind. A file that several entries share is counted once.
    pub fn info(&self) -> Result<Vec<Shelf>, Error> {
        let mut seen = BTreeSet::new();
        let mut shelves = Vec::new();
        for kind in Kind::ALL {
            let items = self.items(kind)?;
            let bytes = items.iter().map(|item| size(&item.path, &mut seen)).sum();
            shelves.push(Shelf {
                kind,
                entries: items.len() as u64,
                bytes,
            });
        }
        Ok(shelves)
    }

    /// The keys of a kind's entries, in order.
    pub fn keys(&self, kind: Kind) -> Result<Vec<String>, Error> {
        let name = |item: &Item| Some(item.path.file_name()?.to_string_lossy().into_owned());
        Ok(self.items(kind)?.iter().filter_map(name).collect())
    }

    /// The disk the store is on.
    pub fn disk(&self) -> Result<Disk, Error> {
        let found = nix::sys::statvfs::statvfs(self.path())
            .map_err(|error| Error::io(self.path(), &error.into()))?;
        let block = found.fragment_size();
        Ok(Disk {
            bytes: block * found.blocks(),
            free: block * found.blocks_available(),
        })
    }

    /// Drops what `keep` does not cover and nobody holds. Refused while another process has the store open.
    pub fn collect_garbage(&self, keep: Keep) -> Result<Dropped, Error> {
        if !self.in_use.turn(Hold::Exclusive)? {
            // A failed conversion may have let go of the shared lock: take it again.
            self.in_use.turn(Hold::Shared)?;
            return Err(Error::lacks(
                "sole use of the store: another crossproof process has it open",
                "wait until it has ended",
            ));
        }
        let dropped = self.drop_all_but(keep);
        self.in_use.turn(Hold::Shared)?;
        dropped
    }

    fn drop_all_but(&self, keep: Keep) -> Result<Dropped, Error> {
        let mut items = Vec::new();
        for kind in Kind::ALL {
            items.extend(self.items(kind)?);
        }
        // The most recently used first; by path where the clock cannot tell.
        items.sort_by(|a, b| b.used.cmp(&a.used).then_with(|| a.path.cmp(&b.path)));
        let now = SystemTime::now();
        let mut seen = BTreeSet::new();
        let (mut kept, mut dropped) = (0, Dropped::default());
        for item in items {
            let bytes = size(&item.path, &mut seen);
            let stays = match keep {
                Keep::Recent(age) => now
                    .duration_since(item.used)
                    .map_or(true, |idle| idle <= age),
                Keep::Within(limit) => kept + bytes <= limit,
            };
            if stays {
                kept += bytes;
                continue;
            }
            // Somebody works in it: this process, since no other has the store open.
            let Some(_free) = Held::attempt(&item.lock, Hold::Exclusive)? else {
                kept += bytes;
                continue;
            };
            remove(&item.path)?;
            remove(&item.seal)?;
            remove(&item.lock)?;
            dropped.entries += 1;
            dropped.bytes += bytes;
        }
        Ok(dropped)
    }

    fn items(&self, kind: Kind) -> Result<Vec<Item>, Error> {
        let folder = self.folder(kind);
        let mut items = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| Error::io(&folder, &e))? {
            let entry = entry.map_err(|e| Error::io(&folder, &e))?;
            let name = entry.file_name();
            let (lock, seal) = (
                self.lock_file(kind, &name.to_string_lossy()),
                self.seal_file(kind, &name.to_string_lossy()),
            );
            let used = [lock.clone(), entry.path()]
                .iter()
                .find_map(|path| fs::symlink_metadata(path).ok()?.modified().ok());
            items.push(Item {
                kind,
                path: entry.path(),
                lock,
                seal,
                used: used.unwrap_or(SystemTime::UNIX_EPOCH),
            });
        }
        items.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
        Ok(items)
    }
}

/// Bytes allocated below `path` that are not in `seen` (device and inode), which they join.
fn size(path: &Path, seen: &mut BTreeSet<(u64, u64)>) -> u64 {
    let Ok(found) = fs::symlink_metadata(path) else {
        return 0;
    };
    if !found.is_dir() {
        let first = found.nlink() == 1 || seen.insert((found.dev(), found.ino()));
        return if first { found.blocks() * 512 } else { 0 };
    }
    let below = fs::read_dir(path).into_iter().flatten().flatten();
    found.blocks() * 512 + below.map(|entry| size(&entry.path(), seen)).sum::<u64>()
}
