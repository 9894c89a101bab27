//! What each entry held when it was made, so that what changed since is noticed before it is used.
//!
//! A seal is a file beside the entries. It has the digest of the entry's content: a Merkle tree over names, modes,
//! times of writing, links, attributes and bytes. Once the content was found to be that, it has the digest of the
//! entry's state as well: what `lstat(2)` says of each file, times of change included. While the state stays, the
//! content is not read again.

use super::{Kind, Store};
use crate::below::DEEPEST;
use crate::error::Error;
use crate::mapped::read_file;
use crossproof_model::Digest;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether an entry is what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// It is.
    Whole,
    /// Its content is a different one, or cannot be read.
    Damaged,
    /// Nothing says what was made: the store is older than seals, or its seals were removed.
    Unsealed,
}

/// The seal of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seal {
    content: Digest,
    state: Option<Digest>,
}

impl Seal {
    fn read(path: &Path) -> Option<Seal> {
        let text = crate::below::text(path, 1024).ok()?;
        let mut lines = text.lines();
        let content = lines.next()?.strip_prefix("content ")?.parse().ok()?;
        let state = match lines.next() {
            Some(line) => Some(line.strip_prefix("state ")?.parse().ok()?),
            None => None,
        };
        Some(Seal { content, state })
    }

    /// In one step: two processes may write the same one.
    fn write(&self, path: &Path, draft: &Path) -> Result<(), Error> {
        let mut text = format!("content {}\n", self.content);
        if let Some(state) = self.state {
            text += &format!("state {state}\n");
        }
        fs::write(draft, text).map_err(|e| Error::io(draft, &e))?;
        fs::rename(draft, path).map_err(|e| Error::io(path, &e))
    }
}

/// Entries that this process made, or found to be what was made.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Arc<Mutex<BTreeSet<(Kind, String)>>>);

impl Known {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<(Kind, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the seal of an entry in the making goes.
#[derive(Debug)]
pub(super) struct Place {
    pub file: PathBuf,
    pub known: Known,
    pub entry: (Kind, String),
}

impl Place {
    /// Writes the seal of `made`, which becomes the entry.
    pub(super) fn seal(&self, made: &Path) -> Result<(), Error> {
        let content = Look::Content.digest(made)?;
        let seal = Seal {
            content,
            state: None,
        };
        seal.write(&self.file, &self.file.with_extension("new"))
    }

    /// Once it is in its place.
    pub(super) fn made(self) {
        self.known.lock().insert(self.entry);
    }
}

impl Store {
    pub(super) fn seal_file(&self, kind: Kind, key: &str) -> PathBuf {
        self.path().join(format!("seals/{}-{key}", kind.folder()))
    }

    /// Whether the entry is what was made, checked against its seal at its first use in this process. Not to be called from
    /// a thread of rayon's, which would wait here for work that it has itself.
    pub fn wholeness(&self, kind: Kind, key: &str) -> Result<Wholeness, Error> {
        // One at a time: each is read by all processors.
        let mut known = self.known.lock();
        if known.contains(&(kind, key.to_owned())) {
            return Ok(Wholeness::Whole);
        }
        let entry = self.folder(kind).join(key);
        let found = self.held_against_seal(kind, key, &entry)?;
        if found == Wholeness::Whole {
            known.insert((kind, key.to_owned()));
        }
        Ok(found)
    }

    /// The same, whatever is known of it: all its content is read.
    pub fn read_again(&self, kind: Kind, key: &str) -> Result<Wholeness, Error> {
        let Some(seal) = Seal::read(&self.seal_file(kind, key)) else {
            return Ok(Wholeness::Unsealed);
        };
        // What cannot be read is not what was made.
        let found = Look::Content.digest(&self.folder(kind).join(key));
        Ok(match found.is_ok_and(|found| found == seal.content) {
            true => Wholeness::Whole,
            false => Wholeness::Damaged,
        })
    }

    fn held_against_seal(&self, kind: Kind, key: &str, entry: &Path) -> Result<Wholeness, Error> {
        let path = self.seal_file(kind, key);
        let Some(seal) = Seal::read(&path) else {
            return Ok(Wholeness::Unsealed);
        };
        // Before the content: what is written meanwhile shows the next time.
        let Ok(state) = Look::State.digest(entry) else {
            return Ok(Wholeness::Damaged);
        };
        if seal.state == Some(state) {
            return Ok(Wholeness::Whole);
        }
        if !Look::Content
            .digest(entry)
            .is_ok_and(|found| found == seal.content)
        {
            return Ok(Wholeness::Damaged);
        }
        let state = Some(state);
        // Beside it: the entries may be on a different file system.
        let draft = path.with_extension(std::process::id().to_string());
        Seal { state, ..seal }.write(&path, &draft)?;
        Ok(Wholeness::Whole)
    }

    /// The same once it was used: whether it is what it was all the time. Only what changed is read.
    pub(crate) fn still_whole(&self, kind: Kind, key: &str) -> Result<(), Error> {
        self.known.lock().remove(&(kind, key.to_owned()));
        self.whole(kind, key)
    }

    /// The entry, which is about to be used. An error if it is not what was made: it is removed then, to be made anew.
    pub fn whole(&self, kind: Kind, key: &str) -> Result<(), Error> {
        let damaged = |what: &str| Error::Damaged {
            what: format!("{}/{key} in the store {what}", kind.folder()),
        };
        if !self.folder(kind).join(key).exists() {
            // Who found it damaged before.
            return Err(damaged("is gone"));
        }
        let what = match self.wholeness(kind, key)? {
            Wholeness::Whole => return Ok(()),
            Wholeness::Damaged => "is not what was made: a disk's fault, or somebody changed it",
            Wholeness::Unsealed => "has no seal: whether it is what was made is not known",
        };
        self.discard(kind, key)?;
        Err(damaged(what))
    }

    /// Takes a damaged entry out.
    pub fn discard(&self, kind: Kind, key: &str) -> Result<(), Error> {
        let entry = self.folder(kind).join(key);
        // Moved away first: a removal that is interrupted must not leave half an entry.
        let grave = self.fresh();
        fs::rename(&entry, &grave).map_err(|e| Error::io(&entry, &e))?;
        super::remove::remove(&grave)
    }
}

/// What shows that anything below a folder was changed.
#[cfg(test)]
pub(crate) fn state(folder: &Path) -> Result<Digest, Error> {
    Look::State.digest(folder)
}

/// What of a tree is looked at.
#[derive(Clone, Copy)]
enum Look {
    Content,
    State,
}

impl Look {
    /// The digest of the folder or file at `path`. Of the file or folder itself only the kind and mode count: its name
    /// and times change as it becomes an entry.
    fn digest(self, path: &Path) -> Result<Digest, Error> {
        let failed = |e: io::Error| Error::io(path, &e);
        let metadata = fs::symlink_metadata(path).map_err(failed)?;
        let below = self.below(path, &metadata, 0)?;
        let attributes = attributes(path).map_err(failed)?;
        Ok(Digest::of_fields([
            metadata.mode().to_le_bytes().to_vec(),
            below,
            attributes,
        ]))
    }

    /// A digest of all that is below a path, or in it.
    fn below(self, path: &Path, metadata: &Metadata, depth: usize) -> Result<Vec<u8>, Error> {
        let failed = |e: io::Error| Error::io(path, &e);
        let kind = metadata.file_type();
        if kind.is_dir() {
            if depth > DEEPEST {
                let error = io::Error::other("its folders are too deep");
                return Err(failed(error));
            }
            let listing = fs::read_dir(path).map_err(failed)?;
            let mut listing = listing.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            listing.sort_by_key(DirEntry::file_name);
            // Far down, looking costs less than waking a thread; reading does not.
            let together = match self {
                Look::State if depth > 2 => 64,
                Look::State | Look::Content => 1,
            };
            let listing = listing.par_iter().with_min_len(together);
            let each = listing.map(|found| self.one(found, depth));
            let each = each.collect::<Result<Vec<_>, Error>>()?;
            return Ok(Digest::of_fields(each).to_string().into_bytes());
        }
        match self {
            Look::State => Ok(Vec::new()),
            Look::Content if kind.is_symlink() => {
                let target = fs::read_link(path).map_err(failed)?;
                Ok(target.as_os_str().as_bytes().to_vec())
            }
            Look::Content if kind.is_file() => {
                Ok(Digest::of(read_file(path)?).to_string().into_bytes())
            }
            Look::Content => Ok(metadata.rdev().to_le_bytes().to_vec()),
        }
    }

    /// The same for what stands in a folder, with its name and all that is said of it.
    fn one(self, found: &DirEntry, depth: usize) -> Result<String, Error> {
        let path = found.path();
        let metadata = found.metadata().map_err(|e| Error::io(&path, &e))?;
        // A build sees when a file was written last.
        let written = [metadata.mtime(), metadata.mtime_nsec()];
        let mut fields = vec![
            found.file_name().as_bytes().to_vec(),
            written.map(i64::to_le_bytes).concat(),
            metadata.mode().to_le_bytes().to_vec(),
            self.below(&path, &metadata, depth + 1)?,
        ];
        match self {
            Look::State => {
                let numbers = [metadata.size(), metadata.ino()].map(u64::to_le_bytes);
                let changed = [metadata.ctime(), metadata.ctime_nsec()];
                fields.push(numbers.concat());
                fields.push(changed.map(i64::to_le_bytes).concat());
            }
            // The layers of a root are joined by what some attributes say.
            Look::Content => fields.push(attributes(&path).map_err(|e| Error::io(&path, &e))?),
        }
        Ok(Digest::of_fields(fields).to_string())
    }
}

/// Names and values of extended attributes that are not the system's own labels.
fn attributes(path: &Path) -> io::Result<Vec<u8>> {
    let names = match xattr::list(path) {
        Err(e) if e.kind() == io::ErrorKind::Unsupported => return Ok(Vec::new()),
        names => names?,
    };
    let own = |name: &std::ffi::OsString| {
        let name = name.as_bytes();
        name == b"security.capability" || !name.starts_with(b"security.")
    };
    let mut names: Vec<_> = names.filter(own).collect();
    names.sort();
    let mut all = Vec::new();
    for name in names {
        let value = xattr::get(path, &name)?.unwrap_or_default();
        let field = Digest::of_fields([name.as_bytes(), &value]);
        all.extend(field.to_string().into_bytes());
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
