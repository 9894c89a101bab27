//! Reading trees from disk into values, and keeping them there.

use crate::error::Error;
use crossproof_model::tree::{Entry, Fact, Manifest, Tree};
use crossproof_model::{Bytes, Digest, RelPath};
use globset::{Glob, GlobSet, GlobSetBuilder};
use nix::sys::stat::{major, minor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

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
    Ok(Tree {
        entries: read_below(folder, None)?.into_iter().collect(),
    })
}

/// The entries below `folder`, which has the path `prefix` in its tree.
fn read_below(folder: &Path, prefix: Option<&RelPath>) -> Result<Vec<(RelPath, Entry)>, Error> {
    let listing = fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?;
    let listing = listing.collect::<Result<Vec<_>, _>>();
    let mut listing = listing.map_err(|e| Error::io(folder, &e))?;
    // In order, so that of several errors it is always the same one that is told.
    listing.sort_by_key(fs::DirEntry::file_name);
    let entries: Vec<Result<_, Error>> = listing
        .par_iter()
        .map(|found| read_entry(found, prefix))
        .collect();
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().flatten().collect())
}

/// What stands at one place, and everything below it.
fn read_entry(
    found: &fs::DirEntry,
    prefix: Option<&RelPath>,
) -> Result<Vec<(RelPath, Entry)>, Error> {
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
        entries = read_below(&path, Some(&at))?;
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
        Entry::Special { kind }
    };
    entries.push((at, value));
    Ok(entries)
}

/// Smaller files are read: mapping one costs a system call, page faults and one of the few mappings that a
/// process may have.
const MAPPED_FROM: u64 = 1 << 16;

/// The content of the file at `path`, mapped if it is large, so that trees larger than memory can be compared.
///
/// A mapped file must not be written to or cut short while its content is in use: what is compared would
/// change under way, and reading behind a new end kills the process (`mmap(2)`, `SIGBUS`). Replacing or
/// removing it does no harm. Stored legs are written once, and never again.
pub fn read_file(path: &Path) -> Result<Bytes, Error> {
    let fault = |e: io::Error| Error::io(path, &e);
    let mut file = fs::File::open(path).map_err(fault)?;
    let metadata = file.metadata().map_err(fault)?;
    if metadata.is_file() && metadata.len() >= MAPPED_FROM {
        #[expect(
            unsafe_code,
            reason = "a mapping is only as constant as its file; the documentation above says whose care that is"
        )]
        let mapped = unsafe { memmap2::Mmap::map(&file) };
        // There may be too many mappings, or a file system that has none.
        if let Ok(mapped) = mapped {
            return Ok(Bytes::new(mapped));
        }
    }
    let mut content = Vec::with_capacity(metadata.len().min(MAPPED_FROM) as usize);
    file.read_to_end(&mut content).map_err(fault)?;
    Ok(Bytes::from(content))
}

/// Makes every folder below `folder` one its owner can list and remove, whatever the build made of it; the modes
/// that those folders had, by path.
pub fn make_removable(folder: &Path) -> Result<BTreeMap<PathBuf, u32>, Error> {
    let mut changed = BTreeMap::new();
    open_up(folder, &mut changed)?;
    Ok(changed)
}

fn open_up(folder: &Path, changed: &mut BTreeMap<PathBuf, u32>) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(folder).map_err(|e| Error::io(folder, &e))?;
    if !metadata.is_dir() {
        return Ok(());
    }
    let mode = metadata.permissions().mode();
    if mode & 0o700 != 0o700 {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o700))
            .map_err(|e| Error::io(folder, &e))?;
        changed.insert(folder.to_owned(), mode & 0o7777);
    }
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
        open_up(&entry.map_err(|e| Error::io(folder, &e))?.path(), changed)?;
    }
    Ok(())
}

/// Gives folders of a tree that was read below `folder` the modes they had before they were made readable.
pub fn with_modes(tree: &mut Tree, folder: &Path, modes: &BTreeMap<PathBuf, u32>) {
    for (path, entry) in &mut tree.entries {
        if let Entry::Dir { mode } = entry
            && let Some(had) = modes.get(&folder.join(path.as_str()))
        {
            *mode = *had;
        }
    }
}

/// One line of a stored manifest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    File {
        path: String,
        mode: u32,
        size: u64,
        blake3: String,
    },
    Dir {
        path: String,
        mode: u32,
    },
    Link {
        path: String,
        target: String,
    },
    Special {
        path: String,
        kind: String,
    },
}

/// A manifest as JSON lines.
pub fn write_manifest(manifest: &Manifest) -> Result<String, Error> {
    let mut text = String::new();
    for (path, fact) in &manifest.facts {
        let path = path.to_string();
        let line = match fact.clone() {
            Fact::File { mode, size, digest } => Line::File {
                path,
                mode,
                size,
                blake3: digest.to_string(),
            },
            Fact::Dir { mode } => Line::Dir { path, mode },
            Fact::Link { target } => Line::Link { path, target },
            Fact::Special { kind } => Line::Special { path, kind },
        };
        let line =
            serde_json::to_string(&line).map_err(|e| Error::fault("writing a manifest", &e))?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// Reads what [`write_manifest`] wrote; `None` if it is not that.
pub fn read_manifest(text: &str) -> Option<Manifest> {
    let mut manifest = Manifest::default();
    for line in text.lines() {
        let (path, fact) = match serde_json::from_str(line).ok()? {
            Line::File {
                path,
                mode,
                size,
                blake3,
            } => (
                path,
                Fact::File {
                    mode,
                    size,
                    digest: blake3.parse::<Digest>().ok()?,
                },
            ),
            Line::Dir { path, mode } => (path, Fact::Dir { mode }),
            Line::Link { path, target } => (path, Fact::Link { target }),
            Line::Special { path, kind } => (path, Fact::Special { kind }),
        };
        manifest.facts.insert(path.parse().ok()?, fact);
    }
    Some(manifest)
}

/// Gives the entries of a stored `tree` the modes its `manifest` recorded, then says which paths are
/// not what was recorded: a file somebody or some disk has changed since.
pub fn held_against(tree: &mut Tree, manifest: &Manifest) -> Vec<RelPath> {
    for (path, entry) in &mut tree.entries {
        match (entry, manifest.facts.get(path)) {
            (Entry::File { mode, .. }, Some(Fact::File { mode: recorded, .. }))
            | (Entry::Dir { mode }, Some(Fact::Dir { mode: recorded })) => *mode = *recorded,
            _ => {}
        }
    }
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
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn sample() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("usr/bin")).unwrap();
        fs::write(folder.path().join("usr/bin/a"), "content").unwrap();
        symlink("a", folder.path().join("usr/bin/b")).unwrap();
        folder
    }

    #[test]
    fn a_manifest_survives_the_disk() {
        let folder = sample();
        let manifest = read_tree(folder.path()).unwrap().manifest();
        assert_eq!(manifest.facts.len(), 4);
        assert_eq!(
            read_manifest(&write_manifest(&manifest).unwrap()),
            Some(manifest)
        );
        assert_eq!(read_manifest("nonsense\n"), None);
    }

    #[test]
    fn a_folder_made_readable_keeps_the_mode_it_had() {
        let folder = sample();
        let bin = folder.path().join("usr/bin");
        fs::set_permissions(&bin, fs::Permissions::from_mode(0o555)).unwrap();
        let modes = make_removable(folder.path()).unwrap();
        let mut tree = read_tree(folder.path()).unwrap();
        with_modes(&mut tree, folder.path(), &modes);
        let mode = |path: &str| match tree.entries.get(&path.parse::<RelPath>().unwrap()) {
            Some(Entry::Dir { mode }) => *mode,
            _ => 0,
        };
        assert_eq!(mode("usr/bin"), 0o555);
        assert_eq!(mode("usr") & 0o700, 0o700);
        fs::remove_file(folder.path().join("usr/bin/b")).unwrap();
    }

    #[test]
    fn a_device_is_recorded_by_its_numbers() {
        let mut devices = fs::read_dir("/dev").unwrap().map(Result::unwrap);
        let null = devices.find(|device| device.file_name() == "null").unwrap();
        let entries = read_entry(&null, None).unwrap();
        let [(_, Entry::Special { kind })] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!(kind, "char 1:3");
    }

    #[test]
    fn a_file_is_the_same_read_or_mapped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for size in [0, 1, MAPPED_FROM - 1, MAPPED_FROM, 3 * MAPPED_FROM + 1] {
            let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            fs::write(&path, &content).unwrap();
            let read = read_file(&path).unwrap();
            // What was mapped outlives its name.
            fs::remove_file(&path).unwrap();
            assert_eq!(*read, *content, "{size} bytes");
        }
        assert!(
            read_file(&path)
                .unwrap_err()
                .to_string()
                .contains(path.to_str().unwrap())
        );
    }

    #[test]
    fn a_changed_file_is_noticed_and_an_unchanged_tree_left_alone() {
        let folder = sample();
        let manifest = read_tree(folder.path()).unwrap().manifest();
        let mut tree = read_tree(folder.path()).unwrap();
        assert!(held_against(&mut tree, &manifest).is_empty());
        fs::write(folder.path().join("usr/bin/a"), "Content").unwrap();
        fs::write(folder.path().join("usr/bin/c"), "").unwrap();
        let mut tree = read_tree(folder.path()).unwrap();
        let changed = held_against(&mut tree, &manifest);
        assert_eq!(
            changed.iter().map(RelPath::as_str).collect::<Vec<_>>(),
            ["usr/bin/a", "usr/bin/c"]
        );
    }
}
