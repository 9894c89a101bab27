//! Entries in the making: below `tmp/`, in a folder whose owner is known to live by a lock.

use super::lock::{Held, Hold};
use super::make_folder;
use super::remove::remove;
use super::seal::Place;
use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The right to make one entry. Dropped without [`Draft::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: PathBuf,
    /// Until it is committed.
    seal: Option<Place>,
    _held: Held,
}

impl Draft {
    pub(super) fn new(path: PathBuf, place: PathBuf, seal: Place, held: Held) -> Draft {
        Draft {
            path,
            place,
            seal: Some(seal),
            _held: held,
        }
    }

    /// Where to make it: does not exist yet, as a file or a folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Seals it and puts it in its place. The content must be on the disk: [`super::Store::sync`].
    pub fn commit(mut self) -> Result<PathBuf, Error> {
        if let Some(seal) = self.seal.take() {
            seal.seal(&self.path)?;
            fs::rename(&self.path, &self.place).map_err(|e| Error::io(&self.place, &e))?;
            seal.made();
        }
        Ok(self.place.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already once committed; what is left is swept by the next start.
        let _ = remove(&self.path);
    }
}

/// Sweeps what dead processes left and makes this process's own folder and the lock that says it lives.
pub(super) fn claim_scratch(store: &Path) -> Result<(PathBuf, Held), Error> {
    let tmp = store.join("tmp");
    // One at a time: a folder being claimed must not look abandoned to another's sweep.
    let _sweeping = Held::wait(&store.join("locks/tmp.lock"), Hold::Exclusive)?;
    sweep(&tmp)?;
    let mut number = std::process::id();
    loop {
        let lock = tmp.join(format!("{number}.lock"));
        // The number may be another process's of another process-id namespace.
        if let Some(held) = Held::attempt(&lock, Hold::Exclusive)? {
            let scratch = tmp.join(number.to_string());
            make_folder(&scratch)?;
            return Ok((scratch, held));
        }
        number = number.wrapping_add(1);
    }
}

fn sweep(tmp: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(tmp).map_err(|e| Error::io(tmp, &e))? {
        // A folder and its lock are met in any order; either leads to both.
        let path = entry.map_err(|e| Error::io(tmp, &e))?.path();
        let (folder, lock) = (path.with_extension(""), path.with_extension("lock"));
        // Anything else is not ours.
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if Held::attempt(&lock, Hold::Exclusive)?.is_some() {
            remove(&folder)?;
            remove(&lock)?;
        }
    }
    Ok(())
}
