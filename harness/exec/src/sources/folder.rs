//! A folder of sources: its digest, a copy of it, and the one modification time.

use crate::error::Error;
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::{Digest, RelPath};
use nix::sys::stat::{UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// 2025-01-01: the modification time of every source file, and `SOURCE_DATE_EPOCH`.
pub(super) const MODIFIED: i64 = 1_735_689_600;

/// The folder or archive that a case takes its sources from, as `written` at `key`. A link may lead to a different
/// case's, but not out of the project: a case must not bring the machine's files in.
pub(super) fn of_case(case: &Path, key: &str, written: &RelPath) -> Result<PathBuf, Error> {
    let at = case.join(written.on_disk());
    let real = |path: &Path| fs::canonicalize(path).ok();
    let cases = case.parent().and_then(real);
    match (real(&at), cases, real(case)) {
        (Some(found), Some(cases), Some(own))
            if !found.starts_with(&cases) && !found.starts_with(&own) =>
        {
            Err(Error::input(
                format!(
                    "{key}: `{written}` leads out of the project, to {}",
                    found.display()
                ),
                "put the sources into the case's folder",
            ))
        }
        // What is not there is told by who reads it.
        _ => Ok(at),
    }
}

/// An error unless it is a folder; `written` at `key` is what the case says.
pub(super) fn expected(folder: &Path, key: &str, written: &str) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(Error::input(
        format!(
            "{key}: `{written}` is not a folder (looked for {})",
            folder.display()
        ),
        "correct the path, or put the sources there",
    ))
}

/// Everything below the folder, by its path from there, a folder before what is in it.
pub(super) fn everything(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut all = Vec::new();
    walk(folder, &mut |path, _, _| {
        all.push(path.to_owned());
        Ok(())
    })?;
    Ok(all)
}

/// The digest of what a copy of these paths of the folder would hold.
pub(super) fn digest(folder: &Path, paths: &[PathBuf]) -> Result<Digest, Error> {
    let mut manifest = Manifest::default();
    each(folder, paths, &mut |path, at, found| {
        let name = RelPath::spell(path.as_os_str().as_bytes());
        let name: RelPath = name.parse().map_err(io::Error::other)?;
        let fact = match kind(found, at)? {
            Kind::Dir => Fact::Dir { mode: mode(found) },
            Kind::Link => Fact::Link {
                target: RelPath::spell(fs::read_link(at)?.as_os_str().as_bytes()),
            },
            Kind::File => Fact::File {
                mode: mode(found),
                size: found.len(),
                digest: Digest::of(fs::read(at)?),
            },
        };
        manifest.facts.insert(name, fact);
        Ok(())
    })?;
    Ok(manifest.digest())
}

/// Copies these paths of the folder into an empty one.
pub(super) fn copy(folder: &Path, paths: &[PathBuf], into: &Path) -> Result<(), Error> {
    each(folder, paths, &mut |path, at, found| {
        let to = into.join(path);
        // A folder that has become a link meanwhile was copied as one: what is written through it goes elsewhere.
        let above = to.parent().unwrap_or(into);
        if !fs::symlink_metadata(above)?.is_dir() {
            return Err(io::Error::other("it was changed while it was copied"));
        }
        match kind(found, at)? {
            Kind::Dir => fs::create_dir(&to)?,
            Kind::Link => return symlink(fs::read_link(at)?, &to),
            Kind::File => {
                let no_link = nix::fcntl::OFlag::O_NOFOLLOW.bits();
                let mut from = fs::OpenOptions::new()
                    .read(true)
                    .custom_flags(no_link)
                    .open(at)?;
                io::copy(&mut from, &mut fs::File::create_new(&to)?)?;
            }
        }
        fs::set_permissions(&to, Permissions::from_mode(mode(found)))
    })
}

/// Gives everything below the one modification time.
pub(super) fn settle(folder: &Path) -> Result<(), Error> {
    walk(folder, &mut |_, at, _| settle_one(at))?;
    settle_one(folder).map_err(|e| Error::io(folder, &e))
}

fn settle_one(at: &Path) -> io::Result<()> {
    let time = TimeSpec::new(MODIFIED, 0);
    let links_themselves = UtimensatFlags::NoFollowSymlink;
    utimensat(nix::fcntl::AT_FDCWD, at, &time, &time, links_themselves).map_err(io::Error::from)
}

enum Kind {
    Dir,
    File,
    Link,
}

fn kind(found: &Metadata, at: &Path) -> io::Result<Kind> {
    let kind = found.file_type();
    match (kind.is_dir(), kind.is_symlink(), kind.is_file()) {
        (true, ..) => Ok(Kind::Dir),
        (_, true, _) => Ok(Kind::Link),
        (.., true) => Ok(Kind::File),
        _ => Err(io::Error::other(format!(
            "{} is neither a file, a folder nor a link",
            at.display()
        ))),
    }
}

/// A checkout's permissions follow its user's umask; only whether a file is executable is the author's.
fn mode(found: &Metadata) -> u32 {
    let executable = found.is_dir() || found.permissions().mode() & 0o100 != 0;
    if executable { 0o755 } else { 0o644 }
}

/// What is done at each entry: its path below the top, where it is, what it is.
type Visit<'v> = dyn FnMut(&Path, &Path, &Metadata) -> io::Result<()> + 'v;

/// Visits these paths below `top`.
fn each(top: &Path, paths: &[PathBuf], visit: &mut Visit<'_>) -> Result<(), Error> {
    for path in paths {
        let at = top.join(path);
        let found = fs::symlink_metadata(&at).and_then(|found| visit(path, &at, &found));
        found.map_err(|e| Error::io(&at, &e))?;
    }
    Ok(())
}

/// Visits everything below `top`, a folder before what is in it.
fn walk(top: &Path, visit: &mut Visit<'_>) -> Result<(), Error> {
    let mut pending = vec![top.to_owned()];
    while let Some(folder) = pending.pop() {
        let failed = |e: io::Error| Error::io(&folder, &e);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let at = entry.map_err(failed)?.path();
            let found = fs::symlink_metadata(&at).map_err(|e| Error::io(&at, &e))?;
            let path = at.strip_prefix(top).unwrap_or(&at);
            visit(path, &at, &found).map_err(|e| Error::io(&at, &e))?;
            if found.is_dir() {
                pending.push(at);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_through_a_folder_that_became_a_link() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for folder in ["from", "elsewhere", "into"] {
            fs::create_dir(at(folder)).unwrap();
        }
        fs::write(at("elsewhere/file"), "precious").unwrap();
        symlink(at("elsewhere"), at("from/d")).unwrap();
        // As it was listed when `d` was a folder.
        let listed = [PathBuf::from("d"), PathBuf::from("d/file")];
        assert!(copy(&at("from"), &listed, &at("into")).is_err());
        assert_eq!(fs::read(at("elsewhere/file")).unwrap(), b"precious");
    }
}
