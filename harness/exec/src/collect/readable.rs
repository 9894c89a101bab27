//! What a build closed is opened to be read, and recorded as it was.

use crate::below::{DEEPEST, LONGEST};
use crate::error::Error;
use crossproof_model::Entry;
use crossproof_model::tree::Tree;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Makes every folder below `folder` one its owner can list, and every file one it can read, whatever the build made
/// of them; the modes that these had, by path. What lies deeper than anything that is kept stays as it is.
pub fn make_readable(folder: &Path) -> Result<BTreeMap<PathBuf, u32>, Error> {
    let mut opened = Opened::default();
    let longest = folder.as_os_str().len() + LONGEST;
    opened.open_up(folder, longest, 0)?;
    Ok(opened.by_path)
}

/// What was made readable, and the modes from before.
#[derive(Default)]
struct Opened {
    by_path: BTreeMap<PathBuf, u32>,
    /// By device and number: a file may have further names.
    files: BTreeMap<(u64, u64), u32>,
}

impl Opened {
    fn open_up(&mut self, path: &Path, longest: usize, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST || path.as_os_str().len() > longest {
            return Ok(());
        }
        let failed = |e: io::Error| Error::io(path, &e);
        let metadata = fs::symlink_metadata(path).map_err(failed)?;
        let wanted = match metadata.file_type() {
            kind if kind.is_dir() => 0o700,
            kind if kind.is_file() => 0o400,
            _ => return Ok(()),
        };
        let mode = metadata.permissions().mode();
        let file = (metadata.dev(), metadata.ino());
        if mode & wanted != wanted {
            let open = fs::Permissions::from_mode(mode | wanted);
            fs::set_permissions(path, open).map_err(failed)?;
            self.files.insert(file, mode & 0o7777);
        }
        if let Some(mode) = self.files.get(&file) {
            self.by_path.insert(path.to_owned(), *mode);
        }
        if !metadata.is_dir() {
            return Ok(());
        }
        for entry in fs::read_dir(path).map_err(failed)? {
            self.open_up(&entry.map_err(failed)?.path(), longest, depth + 1)?;
        }
        Ok(())
    }
}

/// Gives what is in a tree that was read below `folder` the modes it had before it was made readable.
pub fn with_modes(tree: &mut Tree, folder: &Path, modes: &BTreeMap<PathBuf, u32>) {
    for (path, entry) in &mut tree.entries {
        if let Entry::Dir { mode } | Entry::File { mode, .. } = entry
            && let Some(had) = modes.get(&folder.join(path.on_disk()))
        {
            *mode = *had;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::read_tree;
    use crossproof_model::RelPath;

    #[test]
    fn what_is_made_readable_keeps_the_mode_it_had() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("usr/bin")).unwrap();
        fs::write(folder.path().join("usr/bin/a"), "content").unwrap();
        let bin = folder.path().join("usr/bin");
        let file = bin.join("a");
        fs::hard_link(&file, bin.join("c")).unwrap();
        fs::set_permissions(&bin, fs::Permissions::from_mode(0o555)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        let modes = make_readable(folder.path()).unwrap();
        let readable = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(readable & 0o777, 0o400);
        let mut tree = read_tree(folder.path()).unwrap();
        with_modes(&mut tree, folder.path(), &modes);
        let mode = |path: &str| match tree.entries.get(&path.parse::<RelPath>().unwrap()) {
            Some(Entry::Dir { mode } | Entry::File { mode, .. }) => *mode,
            _ => 0o7777,
        };
        assert_eq!(mode("usr/bin"), 0o555);
        assert_eq!((mode("usr/bin/a"), mode("usr/bin/c")), (0, 0));
        assert_eq!(mode("usr") & 0o700, 0o700);
    }
}
