//! Whether what lies at a path can be believed: no one but its owner and root may have put it there.
//!
//! A key that others can write is theirs. So is one in a folder that they can write, or below one, and one that is
//! reached through a link of theirs: each step of the way is looked at.

use crate::exit::BadInput;
use anyhow::Result;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// As many links as the kernel follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// What was met on the way: a folder, a link, or what was looked for.
struct Met {
    path: PathBuf,
    metadata: fs::Metadata,
}

/// Refuses a file or folder that somebody else can write, replace or redirect.
pub fn guarded(path: &Path) -> Result<()> {
    let way = way(path);
    let way = way.map_err(|error| BadInput(format!("cannot read {}: {error}", path.display())))?;
    let us = nix::unistd::geteuid().as_raw();
    match way.iter().find_map(|met| problem(met, us)) {
        Some(problem) => Err(BadInput(format!(
            "{} is not to be believed: {problem}",
            path.display()
        ))
        .into()),
        None => Ok(()),
    }
}

fn problem(met: &Met, us: u32) -> Option<String> {
    let Met { path, metadata } = met;
    let (mode, owner, path) = (metadata.mode(), metadata.uid(), path.display());
    if owner != us && owner != 0 {
        return Some(format!(
            "{path} belongs to user {owner}, who is neither you nor root: have a copy of your own"
        ));
    }
    // In a folder like /tmp no one can replace what is somebody else's: then its owner, looked at next, decides. A link
    // has no permissions of its own.
    let sticky = metadata.is_dir() && mode & 0o1000 != 0;
    let open = mode & 0o022 != 0 && !sticky && !metadata.is_symlink();
    open.then(|| {
        format!(
            "others can write {path} (mode {:04o}): see whether it is still yours, and chmod go-w it",
            mode & 0o7777
        )
    })
}

/// Every step to what `path` means, from the top on.
fn way(path: &Path) -> io::Result<Vec<Met>> {
    let parts = |path: &Path| -> Vec<OsString> {
        let parts = path.components().map(|part| part.as_os_str().to_owned());
        parts.rev().collect()
    };
    let mut pending = parts(&std::path::absolute(path)?);
    let (mut at, mut links, mut way) = (PathBuf::new(), 0, Vec::new());
    while let Some(part) = pending.pop() {
        if part == ".." {
            at.pop();
            continue;
        }
        // `/` replaces all that was before it.
        let next = at.join(part);
        let metadata = fs::symlink_metadata(&next)?;
        match metadata.is_symlink() {
            true if links == MOST_LINKS => return Err(io::Error::other("too many links")),
            true => {
                links += 1;
                pending.extend(parts(&fs::read_link(&next)?));
            }
            false => at.clone_from(&next),
        }
        way.push(Met {
            path: next,
            metadata,
        });
    }
    Ok(way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn what_others_can_write_is_not_believed() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let chmod = |name: &str, mode| {
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        let why = |name: &str| guarded(&at(name)).map_err(|error| error.to_string());
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/key"), "").unwrap();
        for folder in ["a", "a/b"] {
            chmod(folder, 0o755);
        }
        chmod("a/b/key", 0o644);
        assert_eq!(why("a/b/key"), Ok(()), "below /tmp, which is sticky");
        for (name, bad, good) in [
            ("a/b/key", 0o664, 0o644),
            ("a/b", 0o777, 0o755),
            ("a", 0o775, 0o755),
        ] {
            chmod(name, bad);
            let said = why("a/b/key").unwrap_err();
            let named = said.contains(&at(name).display().to_string());
            assert!(said.contains("others can write") && named, "{said}");
            chmod(name, good);
        }
        chmod("a", 0o1777);
        assert_eq!(why("a/b/key"), Ok(()));
        // Through a link that lies where others can write, or on a way that leads there.
        fs::create_dir(at("open")).unwrap();
        chmod("open", 0o755);
        symlink(at("a/b/key"), at("open/link")).unwrap();
        symlink("../open/../a/b", at("a/up")).unwrap();
        assert_eq!(why("a/up/key"), Ok(()));
        assert_eq!(why("open/link"), Ok(()));
        chmod("open", 0o777);
        assert!(why("open/link").is_err());
        assert!(why("a/up/key").is_err());
        symlink("turn", at("turn")).unwrap();
        assert!(why("turn").unwrap_err().contains("too many links"));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_not_believed() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("key");
        fs::write(&file, "").unwrap();
        let met = Met {
            metadata: fs::symlink_metadata(&file).unwrap(),
            path: file,
        };
        let owner = met.metadata.uid();
        assert_eq!(problem(&met, owner), None);
        // Whoever is somebody else believes it if it is root's.
        assert_eq!(problem(&met, owner + 1).is_some(), owner != 0);
    }
}
