//! Removing what a build left, whatever it made of it: closed folders, folders thousands deep, paths longer than the
//! system takes.

use crate::below::{NO_LINK, names};
use crate::error::Error;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::renameat;
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

/// Folders open at once. What lies deeper is moved up first.
const OPEN: usize = 64;

/// A folder on the way, and what is left of it.
struct Level {
    folder: Dir,
    name: CString,
    left: Vec<CString>,
}

/// Removes a file or a folder with all that is in it, also where a build took away its own permissions.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    remove_all(path).map_err(|e| Error::io(path, &e))
}

/// Removes a file, a link or a folder with all that is in it; nothing if nothing is there. Follows no link.
pub(crate) fn remove_all(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => empty(path).and_then(|()| fs::remove_dir(path)),
        Ok(_) => fs::remove_file(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

fn empty(path: &Path) -> io::Result<()> {
    // The owner of a folder may have closed it.
    let enterable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let _ = fs::set_permissions(path, enterable);
    let top = Dir::open(path, NO_LINK, Mode::empty())?;
    let mut levels = vec![level(top, CString::default())?];
    let mut moved = 0;
    while let Some(last) = levels.last_mut() {
        let Some(name) = last.left.pop() else {
            let emptied = levels.pop().map(|level| level.name).unwrap_or_default();
            if let Some(parent) = levels.last() {
                unlinkat(
                    parent.folder.as_fd(),
                    emptied.as_c_str(),
                    UnlinkatFlags::RemoveDir,
                )?;
            }
            continue;
        };
        match unlinkat(
            last.folder.as_fd(),
            name.as_c_str(),
            UnlinkatFlags::NoRemoveDir,
        ) {
            Ok(()) | Err(Errno::ENOENT) => continue,
            // A folder.
            Err(Errno::EISDIR) => {}
            Err(error) => return Err(error.into()),
        }
        let all = Mode::S_IRWXU;
        fchmodat(
            last.folder.as_fd(),
            name.as_c_str(),
            all,
            FchmodatFlags::FollowSymlink,
        )?;
        if levels.len() < OPEN {
            let parent = levels.last().map(|level| level.folder.as_fd());
            let Some(parent) = parent else { break };
            let below = Dir::openat(parent, name.as_c_str(), NO_LINK, Mode::empty())?;
            levels.push(level(below, name)?);
        } else {
            move_up(&mut levels, &name, &mut moved)?;
        }
    }
    Ok(())
}

/// Moves a folder of the last level to the first, under a name that is free there.
fn move_up(levels: &mut [Level], name: &CStr, moved: &mut u64) -> io::Result<()> {
    let [first, .., last] = levels else {
        return Ok(());
    };
    loop {
        *moved += 1;
        let fresh = CString::new(format!("deep-{moved}")).unwrap_or_default();
        let to = first.folder.as_fd();
        match renameat(last.folder.as_fd(), name, to, fresh.as_c_str()) {
            Ok(()) => {
                first.left.push(fresh);
                return Ok(());
            }
            Err(Errno::EEXIST | Errno::ENOTEMPTY | Errno::ENOTDIR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn level(mut folder: Dir, name: CString) -> nix::Result<Level> {
    let left = names(&mut folder)?;
    Ok(Level { folder, name, left })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn closed_and_deep_folders_are_removed_and_links_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, gone) = (folder.path().join("kept"), folder.path().join("gone"));
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "").unwrap();
        fs::create_dir_all(gone.join("a/closed")).unwrap();
        fs::write(gone.join("a/closed/file"), "").unwrap();
        symlink(&kept, gone.join("a/link")).unwrap();
        fs::set_permissions(gone.join("a/closed"), fs::Permissions::from_mode(0o0)).unwrap();
        // A path that the system does not take whole, and more folders than may be open.
        let mut at = Dir::open(&gone, NO_LINK, Mode::empty()).unwrap();
        for _ in 0..3000 {
            nix::sys::stat::mkdirat(at.as_fd(), c"folder", Mode::S_IRWXU).unwrap();
            at = Dir::openat(at.as_fd(), c"folder", NO_LINK, Mode::empty()).unwrap();
        }
        remove_all(&gone).unwrap();
        assert!(!gone.exists() && kept.join("file").exists());
        remove_all(&gone).unwrap();
    }
}
