//! Sources: unpacked once into the store, the same for every leg.
//!
//! A pinned source is kept under its pins, so that finding it again reads and fetches nothing. A folder
//! beside the case has no pins: it is read each time, and kept under its content. All modification
//! times are one moment, so that both legs see the same.

mod debian;
mod folder;
mod own;
mod registry;

use crate::error::Error;
use crate::package::decompressed;
use crate::package::untar::{Take, Untar};
use crate::provision::Provision;
use crate::roots::fetch::sha256;
use crate::store::{Kind, Store};
use crossproof_model::case::Source;
use crossproof_model::digest::Sha256;
use crossproof_model::{Digest, RelPath};
use own::Own;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Part of every key: a change to how sources are unpacked makes new ones.
const UNPACKING: &str = "s1";

/// Sources that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTree {
    /// Their folder in the store: to be copied, not to be written to.
    pub path: PathBuf,
    /// What they are: the pins, or for a folder the content.
    pub digest: Digest,
}

impl SourceTree {
    /// The sources of this digest in `store`, where they were unpacked.
    pub(crate) fn kept(store: &Store, digest: Digest) -> SourceTree {
        SourceTree {
            path: store.folder(Kind::Sources).join(digest.to_string()),
            digest,
        }
    }

    /// Copies the sources to `place`, a folder that need not exist yet, for a leg to build in.
    pub fn copy_to(&self, place: &Path) -> Result<(), Error> {
        copy_folder(&self.path, place)?;
        folder::settle(place)
    }
}

/// The digest that pins an archive.
pub fn pin(archive: &Path) -> Result<Sha256, Error> {
    let bad = || {
        let what = format!("{}: no such file", archive.display());
        Error::input(what, "give a folder or an archive that is there")
    };
    let digits = sha256(archive)?.ok_or_else(bad)?;
    digits.parse().map_err(|_| bad())
}

/// Copies a project's folder to `place`, which need not exist yet.
pub fn copy_folder(from: &Path, place: &Path) -> Result<(), Error> {
    fs::create_dir_all(place).map_err(|e| Error::io(place, &e))?;
    folder::copy(from, &folder::everything(from)?, place)
}

/// The sources of the case whose folder is `case`; fetched and unpacked if the store does not have them.
pub fn ensure_source(
    provision: &Provision<'_>,
    source: &Source,
    case: &Path,
) -> Result<SourceTree, Error> {
    let local = match source {
        Source::Dir(path) => {
            let folder = folder::of_case(case, "source.dir", path)?;
            folder::expected(&folder, "source.dir", path.as_str())?;
            let paths = folder::everything(&folder)?;
            Some((Own { folder, paths }, path.as_str()))
        }
        Source::Project { folder, files } => {
            let name = folder.as_ref().map_or(".", RelPath::as_str);
            Some((own::files(case, folder.as_ref(), files)?, name))
        }
        _ => None,
    };
    let content = match &local {
        Some((own, name)) => Some((own, *name, folder::digest(&own.folder, &own.paths)?)),
        None => None,
    };
    let digest = match &content {
        // The lock file's checksums pin the crates.
        Some((own, _, content)) if own.has_lock() && registry::locks_crates(&own.folder)? => {
            Digest::of_fields(["vendored".to_owned(), content.to_string()])
        }
        Some((.., content)) => *content,
        None => Digest::of_fields(pins(source)),
    };
    let make = |into: &Path| {
        match source {
            Source::Dir(_) | Source::Project { .. } => {
                if let Some((own, name, content)) = &content {
                    copied(provision, own, name, content, into)?;
                }
            }
            Source::Archive { file, sha256 } => {
                let path = folder::of_case(case, "source.archive.file", file)?;
                archive(&path, file.as_str(), sha256, into)?;
            }
            Source::Debian { .. } => debian::fetch(provision, source, into)?,
            Source::Crate {
                name,
                version,
                sha256,
            } => {
                registry::fetch(
                    provision,
                    &registry::Pin {
                        name,
                        version,
                        sha256,
                    },
                    into,
                )?;
            }
        }
        folder::settle(into)
    };
    let key = digest.to_string();
    let path = provision
        .store
        .create(Kind::Sources, &key, provision.progress, make)?;
    Ok(SourceTree { path, digest })
}

/// Copies local sources, with the crates that they lock, if they are still what was looked at.
fn copied(
    provision: &Provision<'_>,
    own: &Own,
    name: &str,
    content: &Digest,
    into: &Path,
) -> Result<(), Error> {
    folder::copy(&own.folder, &own.paths, into)?;
    if folder::digest(into, &folder::everything(into)?)? != *content {
        return Err(Error::input(
            format!("source: `{name}` was changed while it was copied"),
            "run again when nothing writes to it",
        ));
    }
    if registry::locks_crates(into)? {
        registry::vendor_locked(provision, name, into)?;
    }
    Ok(())
}

/// All that decides what a pinned source is.
fn pins(source: &Source) -> Vec<String> {
    let mut pins = vec![UNPACKING.to_owned()];
    match source {
        // These have none: they are what they hold.
        Source::Dir(_) | Source::Project { .. } => {}
        // The name tells the compression.
        Source::Archive { file, sha256 } => {
            let name = file.file_name();
            pins.extend(["archive".to_owned(), name.to_owned(), sha256.to_string()]);
        }
        Source::Debian {
            package,
            version,
            files,
            ..
        } => {
            pins.extend(["debian".to_owned(), package.clone(), version.clone()]);
            pins.extend(
                files
                    .iter()
                    .flat_map(|(name, digest)| [name.clone(), digest.to_string()]),
            );
        }
        Source::Crate {
            name,
            version,
            sha256,
        } => {
            pins.extend([
                "crate".to_owned(),
                name.clone(),
                version.clone(),
                sha256.to_string(),
            ]);
        }
    }
    pins
}

/// A local archive: verified, its single top folder stripped.
fn archive(path: &Path, written: &str, expected: &Sha256, into: &Path) -> Result<(), Error> {
    verify(path, "source.archive.sha256", written, expected)?;
    unpack(path, into, 1)
}

/// An error, naming the key, unless the file has the pinned digest.
fn verify(path: &Path, key: &str, written: &str, expected: &Sha256) -> Result<(), Error> {
    // A device or a pipe would be read without end.
    let found = match path.metadata().is_ok_and(|found| !found.is_file()) {
        true => None,
        false => sha256(path)?,
    };
    match found {
        None => Err(Error::input(
            format!(
                "{key}: there is no file `{written}` (looked for {})",
                path.display()
            ),
            "correct the path, or put the file there",
        )),
        Some(found) if found != expected.as_str() => Err(Error::input(
            format!("{key}: `{written}` has another digest: expected {expected}, found {found}"),
            "correct the pin if the file is the one that is meant",
        )),
        Some(_) => Ok(()),
    }
}

fn unpack(path: &Path, into: &Path, strip: usize) -> Result<(), Error> {
    let damaged = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::StorageFull => Error::io(into, &e),
        _ => Error::input(
            format!("unpacking {}: {e}", path.display()),
            "expected a tar archive",
        ),
    };
    let file = File::open(path).map_err(damaged)?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let untar = Untar {
        into,
        strip,
        wanted: &|_| Take::Yes,
    };
    untar
        .all(decompressed(&name, file).map_err(damaged)?)
        .map_err(damaged)
}

#[cfg(test)]
mod tests;
