//! Reading trees from disk into values, and keeping them there.

use crate::error::Error;
use crossproof_model::tree::{Entry, Fact, Manifest, Tree};
use crossproof_model::{Bytes, Digest, RelPath};
use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

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

/// Reads the whole tree below `folder`, the folder itself excluded.
pub fn read_tree(folder: &Path) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    read_below(folder, None, &mut tree)?;
    Ok(tree)
}

fn read_below(folder: &Path, prefix: Option<&RelPath>, tree: &mut Tree) -> Result<(), Error> {
    let listing = fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?;
    for entry in listing {
        let entry = entry.map_err(|e| Error::io(folder, &e))?;
        let path = entry.path();
        let name = RelPath::spell(entry.file_name().as_bytes());
        let at = match prefix {
            Some(prefix) => prefix.join(&name),
            None => name.parse(),
        };
        let at = at.map_err(|e| Error::input(e.to_string(), "rename the file"))?;
        let metadata = entry.metadata().map_err(|e| Error::io(&path, &e))?;
        let mode = metadata.permissions().mode() & 0o7777;
        let kind = metadata.file_type();
        let value = if kind.is_dir() {
            read_below(&path, Some(&at), tree)?;
            Entry::Dir { mode }
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(|e| Error::io(&path, &e))?;
            Entry::Link {
                target: RelPath::spell(target.as_os_str().as_bytes()),
            }
        } else if kind.is_file() {
            Entry::File {
                mode,
                content: Bytes::from(fs::read(&path).map_err(|e| Error::io(&path, &e))?),
            }
        } else {
            let kind = match () {
                () if kind.is_fifo() => "fifo",
                () if kind.is_socket() => "socket",
                () if kind.is_block_device() => "block",
                () => "char",
            };
            Entry::Special {
                kind: kind.to_owned(),
            }
        };
        tree.entries.insert(at, value);
    }
    Ok(())
}

/// Makes every folder below `folder` one its owner can list and remove, whatever the build made of it.
/// The modes that count are in the manifest.
pub fn make_removable(folder: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(folder).map_err(|e| Error::io(folder, &e))?;
    if !metadata.is_dir() {
        return Ok(());
    }
    let mode = metadata.permissions().mode();
    if mode & 0o700 != 0o700 {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o700))
            .map_err(|e| Error::io(folder, &e))?;
    }
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
        make_removable(&entry.map_err(|e| Error::io(folder, &e))?.path())?;
    }
    Ok(())
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
