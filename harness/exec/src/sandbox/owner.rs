//! Giving a sandbox's folders to the user it runs as.

use crate::error::Error;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

/// Gives `folder` and everything in it to `owner`, unless it has it already: what the sandbox makes there is its own.
pub(super) fn give(folder: &Path, owner: u32) -> Result<(), Error> {
    let failed = |e: &io::Error| Error::io(folder, e);
    if fs::symlink_metadata(folder).map_err(|e| failed(&e))?.uid() == owner {
        return Ok(());
    }
    let mut pending = vec![folder.to_owned()];
    while let Some(one) = pending.pop() {
        for entry in fs::read_dir(&one).map_err(|e| failed(&e))? {
            let entry = entry.map_err(|e| failed(&e))?;
            let path = entry.path();
            lchown(&path, Some(owner), Some(owner)).map_err(|e| Error::io(&path, &e))?;
            if entry.file_type().map_err(|e| failed(&e))?.is_dir() {
                pending.push(path);
            }
        }
    }
    // The last: what tells that all of it was given.
    lchown(folder, Some(owner), Some(owner)).map_err(|e| failed(&e))
}
