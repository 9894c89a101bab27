//! Which folder is a store. Opening one sweeps it, and trimming one empties it: both must never happen to a folder that
//! somebody named by mistake.

use super::Kind;
use crate::error::Error;
use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// The file that says so.
const MARK: &str = "crossproof-store";

const TEXT: &str =
    "This folder is a store of crossproof: everything in it is made again where it is missing.\n";

/// Folders of a store beside those of its kinds.
const MORE: [&str; 3] = ["tmp", "locks", "seals"];

/// Makes sure that the folder at `path` is a store of this user's alone: a new or empty folder becomes one.
pub(super) fn claim(path: &Path) -> Result<(), Error> {
    let failed = |e: std::io::Error| Error::io(path, &e);
    let mut make = DirBuilder::new();
    make.recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(failed)?;
    let found = fs::metadata(path).map_err(failed)?;
    if found.uid() != nix::unistd::geteuid().as_raw() {
        return Err(refused(
            path,
            &format!(
                "belongs to user {}, who could change what is built",
                found.uid()
            ),
        ));
    }
    let mark = path.join(MARK);
    match fs::symlink_metadata(&mark) {
        Ok(there) if there.is_file() => {}
        Ok(_) => return Err(refused(path, &format!("has a `{MARK}` that is no file"))),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            // Asked once more last: a different process may have begun to make it a store meanwhile.
            if !is_empty(path)? && !is_older(path) && !mark.is_file() {
                return Err(refused(path, "has other files in it, and is no store"));
            }
            fs::write(&mark, TEXT).map_err(|e| Error::io(&mark, &e))?;
        }
        Err(e) => return Err(Error::io(&mark, &e)),
    }
    // It is a store: no one else has business in it.
    close(path, &found)?;
    for folder in Kind::ALL.map(Kind::folder).into_iter().chain(MORE) {
        let folder = path.join(folder);
        match fs::symlink_metadata(&folder) {
            Ok(there) if there.is_dir() => close(&folder, &there)?,
            Ok(_) => return Err(refused(&folder, "is no folder itself")),
            Err(_) => DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(&folder)
                .map_err(|e| Error::io(&folder, &e))?,
        }
    }
    Ok(())
}

fn close(path: &Path, found: &Metadata) -> Result<(), Error> {
    let mode = found.mode() & 0o7777;
    if mode & 0o022 == 0 {
        return Ok(());
    }
    let closed = Permissions::from_mode(mode & !0o022);
    fs::set_permissions(path, closed).map_err(|e| Error::io(path, &e))
}

fn is_empty(path: &Path) -> Result<bool, Error> {
    let mut entries = fs::read_dir(path).map_err(|e| Error::io(path, &e))?;
    Ok(entries.next().is_none())
}

/// A store from before there were marks has all of these.
fn is_older(path: &Path) -> bool {
    let folders = Kind::ALL
        .map(Kind::folder)
        .into_iter()
        .chain(["tmp", "locks"]);
    let is_folder = |name| fs::symlink_metadata(path.join(name)).is_ok_and(|found| found.is_dir());
    folders.into_iter().all(is_folder)
}

fn refused(path: &Path, why: &str) -> Error {
    Error::input(
        format!("the store {} {why}", path.display()),
        "set CROSSPROOF_STORE to a new folder of your own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("tmp/precious")).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
        let why = Store::open(folder.path()).unwrap_err().to_string();
        assert!(why.contains("is no store"), "{why}");
        assert!(folder.path().join("tmp/precious").exists());
        let mode = fs::metadata(folder.path()).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o1777);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_store_stays_one_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/store");
        drop(Store::open(&path).unwrap());
        fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
        fs::write(path.join("more"), "").unwrap();
        drop(Store::open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o755);
        // One from before there were marks.
        fs::remove_file(path.join(MARK)).unwrap();
        drop(Store::open(&path).unwrap());
        // A folder of a different user: only root can make one.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            let why = Store::open(&path).unwrap_err().to_string();
            assert!(why.contains("belongs to user 12345"), "{why}");
        }
    }

    #[test]
    fn a_link_in_a_folders_place_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        drop(Store::open(&path).unwrap());
        let precious = folder.path().join("precious");
        fs::create_dir_all(precious.join("1")).unwrap();
        fs::remove_dir_all(path.join("tmp")).unwrap();
        symlink(&precious, path.join("tmp")).unwrap();
        assert!(Store::open(&path).is_err());
        assert!(precious.join("1").exists());
    }

    #[test]
    fn only_what_a_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        for name in ["7", "notes"] {
            fs::create_dir(folder.path().join("tmp").join(name)).unwrap();
        }
        drop(Store::open(folder.path()).unwrap());
        assert!(!folder.path().join("tmp/7").exists());
        assert!(folder.path().join("tmp/notes").exists());
    }
}
