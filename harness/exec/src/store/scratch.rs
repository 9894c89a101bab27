//! Folders for a while.

use super::Store;
use super::remove::remove_all;
use crate::error::Error;
use std::path::{Path, PathBuf};

/// A folder for one use, removed when dropped, whatever a sandbox made of it.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(store: &Store) -> Result<Self, Error> {
        store.scratch().map(Scratch)
    }
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is swept when the store is next opened.
        let _ = remove_all(&self.0);
    }
}
