//! Laying unpacked packages over each other by hard links.

use crate::error::Error;
use crossproof_model::emulator::Package;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Top folders whose content Debian keeps below `usr/` (merged-/usr), whatever a package's paths say.
const MERGED: [&str; 6] = ["bin", "sbin", "lib", "lib64", "lib32", "libx32"];

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A folder.
    Dir { mode: u32 },
    /// A file, shared with the unpacked package.
    File { from: PathBuf },
    /// A symbolic link.
    Link { text: PathBuf },
    /// A file with this text.
    Text { text: Cow<'static, str> },
}

/// A tree before it is written: where everything comes from.
#[derive(Debug, Default)]
pub(super) struct Layout {
    places: BTreeMap<PathBuf, What>,
}

impl Layout {
    /// Whether something stands at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.places.contains_key(Path::new(path)) || self.is_folder(Path::new(path))
    }

    fn is_folder(&self, path: &Path) -> bool {
        let after = self
            .places
            .range(path.to_owned()..)
            .nth(usize::from(self.places.contains_key(path)));
        after.is_some_and(|(next, _)| next.starts_with(path))
    }

    /// Puts `what` at `path` if nothing is there.
    pub(super) fn put(&mut self, path: &str, what: What) {
        if !self.has(path) {
            self.places.insert(PathBuf::from(path), what);
        }
    }

    /// Lays an unpacked package over what is there. Where two packages have the same file, it is the
    /// same in both (Debian's multi-arch rule), and the first stays.
    pub(super) fn add(&mut self, package: &Package, folder: &Path) -> Result<(), Error> {
        self.add_below(package, folder, Path::new(""))
    }

    fn add_below(&mut self, package: &Package, folder: &Path, inside: &Path) -> Result<(), Error> {
        let failed = |e: io::Error| Error::io(folder, &e);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (from, path) = (entry.path(), inside.join(entry.file_name()));
            let found = entry.metadata().map_err(failed)?;
            let place = merged(&path);
            if found.is_dir() {
                let mode = found.permissions().mode() & 0o7777;
                self.settle(package, place, What::Dir { mode })?;
                self.add_below(package, &from, &path)?;
            } else if found.is_symlink() {
                let text = fs::read_link(&from).map_err(failed)?;
                // `bin -> usr/bin` of base-files: made for every root, whoever ships it.
                if place != path && path.parent() == Some(Path::new("")) {
                    continue;
                }
                self.settle(package, place, What::Link { text })?;
            } else {
                self.settle(package, place, What::File { from })?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, package: &Package, place: PathBuf, what: What) -> Result<(), Error> {
        let kinds = |a: &What, b: &What| std::mem::discriminant(a) == std::mem::discriminant(b);
        match self.places.get(&place) {
            Some(there) if !kinds(there, &what) => Err(Error::Fault {
                what: format!("assembling a root: {package} has at {}", place.display()),
                cause: format!("{what:?}, where another package has {there:?}"),
            }),
            Some(_) => Ok(()),
            None => {
                self.places.insert(place, what);
                Ok(())
            }
        }
    }

    /// Writes the tree into an empty folder.
    pub(super) fn write(&self, into: &Path) -> Result<(), Error> {
        set_mode(into, 0o755)?;
        for (place, what) in &self.places {
            let at = into.join(place);
            let made = match what {
                What::Dir { mode } => make_folder(&at, *mode),
                _ => match self.make_parents(into, place) {
                    Ok(()) => make(&at, what),
                    failed => failed,
                },
            };
            made?;
        }
        Ok(())
    }

    /// Folders that no package lists come into being on the way.
    fn make_parents(&self, into: &Path, place: &Path) -> Result<(), Error> {
        for folder in place.ancestors().skip(1) {
            match self.places.get(folder) {
                Some(What::Dir { .. }) => return Ok(()),
                None => {}
                Some(other) => {
                    // Following it might lead out of the root.
                    return Err(Error::Fault {
                        what: format!("assembling a root: {} lies below", place.display()),
                        cause: format!("{}, which is {other:?}", folder.display()),
                    });
                }
            }
        }
        let parent = place.parent().unwrap_or(Path::new(""));
        let parent = into.join(parent);
        fs::create_dir_all(&parent).map_err(|e| Error::io(&parent, &e))
    }
}

fn merged(path: &Path) -> PathBuf {
    match MERGED.iter().any(|top| path.starts_with(top)) {
        true => Path::new("usr").join(path),
        false => path.to_owned(),
    }
}

fn make_folder(at: &Path, mode: u32) -> Result<(), Error> {
    fs::create_dir_all(at).map_err(|e| Error::io(at, &e))?;
    set_mode(at, mode | 0o700)
}

fn make(at: &Path, what: &What) -> Result<(), Error> {
    let failed = |e: io::Error| Error::io(at, &e);
    match what {
        What::File { from } => match fs::hard_link(from, at) {
            Ok(()) => Ok(()),
            // Another file system below the store, or more links than the file system allows.
            Err(e)
                if matches!(
                    e.kind(),
                    io::ErrorKind::CrossesDevices | io::ErrorKind::TooManyLinks
                ) =>
            {
                fs::copy(from, at).map(|_| ()).map_err(failed)
            }
            Err(e) => Err(failed(e)),
        },
        What::Link { text } => symlink(text, at).map_err(failed),
        What::Text { text } => {
            fs::write(at, text.as_bytes()).map_err(failed)?;
            set_mode(at, 0o644)
        }
        What::Dir { mode } => make_folder(at, *mode),
    }
}

fn set_mode(at: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(at, Permissions::from_mode(mode)).map_err(|e| Error::io(at, &e))
}
