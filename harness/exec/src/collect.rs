//! Reading trees from disk into values, and keeping them there.

mod manifest;
mod readable;

use crate::error::Error;
pub use crate::mapped::read_file;
use crossproof_model::RelPath;
use crossproof_model::tree::{Attributes, Entry, Fact, Manifest, Owner, Tree};
use globset::{Glob, GlobSet, GlobSetBuilder};
pub use manifest::{read_manifest, write_manifest};
use nix::sys::stat::{major, minor};
use rayon::prelude::*;
pub use readable::{make_readable, with_modes};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// A compiled list of globs over paths of a tree.
pub fn globs(patterns: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(|e| {
            Error::input(
                format!("bad glob `{pattern}`: {e}"),
                "see the globset syntax",
            )
        })?);
    }
    set.build()
        .map_err(|e| Error::input(format!("bad globs: {e}"), "see the globset syntax"))
}

/// Reads the whole tree below `folder`, the folder itself excluded; folders and files in parallel.
pub fn read_tree(folder: &Path) -> Result<Tree, Error> {
    let mut found = read_below(folder, None, &Budget::new())?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let mut tree = Tree::default();
    // The first name of each file that has several.
    let mut first: BTreeMap<(u64, u64), RelPath> = BTreeMap::new();
    for Found {
        path,
        entry,
        mut attributes,
        file,
    } in found
    {
        if let Some(file) = file {
            let known = first.entry(file).or_insert_with(|| path.clone());
            attributes.same_as = (*known != path).then(|| known.clone());
        }
        tree.entries.insert(path.clone(), entry);
        tree.attributes.insert(path, attributes);
    }
    Ok(tree)
}

/// What stands at one path.
#[derive(Debug)]
struct Found {
    path: RelPath,
    entry: Entry,
    attributes: Attributes,
    /// Which file it is, by device and number, if it has more names.
    file: Option<(u64, u64)>,
}

/// Bytes of extended attributes in a tree, at most: capabilities and access lists have some dozens each, and all are
/// kept in memory.
const ATTRIBUTES: u64 = 16 << 20;

/// How many of them may still come.
struct Budget(AtomicU64);

impl Budget {
    fn new() -> Budget {
        Budget(AtomicU64::new(ATTRIBUTES))
    }

    fn take(&self, path: &Path, bytes: usize) -> Result<(), Error> {
        let less = |left: u64| left.checked_sub(bytes as u64);
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        taken.map(|_| ()).map_err(|_| {
            Error::input(
                format!(
                    "{}: the tree has more than {} MiB of extended attributes",
                    path.display(),
                    ATTRIBUTES >> 20
                ),
                "remove what is not part of the artifact",
            )
        })
    }
}

/// What a file system keeps of a path beside its kind, mode and content.
pub fn attributes(path: &Path, metadata: &fs::Metadata) -> Result<Attributes, Error> {
    attributes_within(path, metadata, &Budget::new())
}

fn attributes_within(
    path: &Path,
    metadata: &fs::Metadata,
    budget: &Budget,
) -> Result<Attributes, Error> {
    Ok(Attributes {
        owner: Some(Owner {
            user: metadata.uid(),
            group: metadata.gid(),
        }),
        extended: extended(path, budget)?,
        same_as: None,
    })
}

/// Extended attributes that belong to what was installed: others, such as labels, are the system's own.
fn extended(path: &Path, budget: &Budget) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    const KEPT: [&str; 3] = [
        "security.capability",
        "system.posix_acl_access",
        "system.posix_acl_default",
    ];
    let names = match xattr::list(path) {
        // A file system that has none.
        Err(e) if e.kind() == io::ErrorKind::Unsupported => return Ok(BTreeMap::new()),
        names => names.map_err(|e| Error::io(path, &e))?,
    };
    // A name need not be a text.
    let kept = names.filter(|name| {
        let name = name.as_bytes();
        KEPT.iter().any(|kept| kept.as_bytes() == name) || name.starts_with(b"user.")
    });
    let value = |name: std::ffi::OsString| {
        let value = xattr::get(path, &name).map_err(|e| Error::io(path, &e))?;
        let length = value.as_ref().map_or(0, Vec::len);
        budget.take(path, name.len() + length)?;
        Ok(value.map(|value| (RelPath::spell(name.as_bytes()), value)))
    };
    kept.filter_map(|name| value(name).transpose()).collect()
}

/// The entries below `folder`, which has the path `prefix` in its tree.
fn read_below(
    folder: &Path,
    prefix: Option<&RelPath>,
    budget: &Budget,
) -> Result<Vec<Found>, Error> {
    let listing = fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?;
    let listing = listing.collect::<Result<Vec<_>, _>>();
    let mut listing = listing.map_err(|e| Error::io(folder, &e))?;
    // In order, so that of several errors it is always the same one that is told.
    listing.sort_by_key(fs::DirEntry::file_name);
    let entries: Vec<Result<_, Error>> = listing
        .par_iter()
        .map(|found| read_entry(found, prefix, budget))
        .collect();
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().flatten().collect())
}

/// What stands at one place, and everything below it.
fn read_entry(
    found: &fs::DirEntry,
    prefix: Option<&RelPath>,
    budget: &Budget,
) -> Result<Vec<Found>, Error> {
    let path = found.path();
    let name = RelPath::spell(found.file_name().as_bytes());
    let at = match prefix {
        Some(prefix) => prefix.join(&name),
        None => name.parse(),
    };
    let at = at.map_err(|e| Error::input(e.to_string(), "rename the file"))?;
    let metadata = found.metadata().map_err(|e| Error::io(&path, &e))?;
    let mode = metadata.permissions().mode() & 0o7777;
    let kind = metadata.file_type();
    let mut entries = Vec::new();
    let value = if kind.is_dir() {
        entries = read_below(&path, Some(&at), budget)?;
        Entry::Dir { mode }
    } else if kind.is_symlink() {
        let target = fs::read_link(&path).map_err(|e| Error::io(&path, &e))?;
        Entry::Link {
            target: RelPath::spell(target.as_os_str().as_bytes()),
        }
    } else if kind.is_file() {
        Entry::File {
            mode,
            content: read_file(&path)?,
        }
    } else {
        let kind = match () {
            () if kind.is_fifo() => "fifo",
            () if kind.is_socket() => "socket",
            () if kind.is_block_device() => "block",
            () => "char",
        };
        let device = metadata.rdev();
        let kind = match kind {
            // Which device it is; of pipes and sockets there is none.
            "block" | "char" => format!("{kind} {}:{}", major(device), minor(device)),
            _ => kind.to_owned(),
        };
        let kind = format!("{kind} mode {:04o}", metadata.mode() & 0o7777);
        Entry::Special { kind }
    };
    let several = metadata.nlink() > 1 && !kind.is_dir();
    entries.push(Found {
        path: at,
        entry: value,
        attributes: attributes_within(&path, &metadata, budget)?,
        file: several.then(|| (metadata.dev(), metadata.ino())),
    });
    Ok(entries)
}

/// Gives the entries of a stored `tree` the modes and attributes its `manifest` recorded, then says which paths are
/// not what was recorded: a file somebody or some disk has changed since.
pub fn held_against(tree: &mut Tree, manifest: &Manifest) -> Vec<RelPath> {
    for (path, entry) in &mut tree.entries {
        match (entry, manifest.facts.get(path)) {
            (Entry::File { mode, .. }, Some(Fact::File { mode: recorded, .. }))
            | (Entry::Dir { mode }, Some(Fact::Dir { mode: recorded })) => *mode = *recorded,
            _ => {}
        }
    }
    // Pipes, sockets and devices are recorded alone.
    for (path, fact) in &manifest.facts {
        if let Fact::Special { kind } = fact {
            let entry = tree.entries.entry(path.clone());
            entry.or_insert_with(|| Entry::Special { kind: kind.clone() });
        }
    }
    tree.attributes.clone_from(&manifest.attributes);
    let found = tree.manifest();
    let mut changed: Vec<RelPath> = manifest
        .facts
        .iter()
        .filter(|(path, fact)| found.facts.get(path) != Some(fact))
        .map(|(p, _)| p.clone())
        .collect();
    changed.extend(
        found
            .facts
            .keys()
            .filter(|path| !manifest.facts.contains_key(path))
            .cloned(),
    );
    changed
}

#[cfg(test)]
mod tests;
