//! Detached debug files that are called by their build-id: which stands for which.
//!
//! The name changes whenever the content does, so that by name alone no two of them are a pair. They are
//! paired through the programs they belong to; a lone one on each side needs none.

use crate::elf::detached;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The names of one side that say no more than a build-id.
#[derive(Default)]
pub(crate) struct CalledById<'n> {
    /// What stands for the name of each file.
    places: BTreeMap<&'n str, Vec<u8>>,
    /// Folders that hold nothing else.
    folders: BTreeSet<&'n str>,
}

impl<'n> CalledById<'n> {
    /// From every path of a side and the content of what is a file; `place` is where a program stands.
    pub(crate) fn read(
        paths: &[(&'n str, Option<&[u8]>)],
        place: impl Fn(&str) -> Vec<u8>,
    ) -> Self {
        let below = |path: &str| path.contains(".build-id/");
        let mut called: BTreeMap<&'n str, &[u8]> = BTreeMap::new();
        for (path, content) in paths.iter().filter(|(path, _)| below(path)) {
            let id = content.and_then(detached::build_id_of);
            if let Some(id) = id.filter(|id| detached::around(path, id).is_some()) {
                called.insert(path, id);
            }
        }
        if called.is_empty() {
            return CalledById::default();
        }
        let programs = paths
            .par_iter()
            .filter(|(path, _)| !called.contains_key(path));
        let owners = programs.filter_map(|(path, content)| {
            let id = detached::build_id_of((*content)?)?;
            Some((id, *path))
        });
        // Of several with one id the first by name.
        let mut owned: Vec<(&[u8], &str)> = owners.collect();
        owned.sort_unstable();
        owned.reverse();
        let owners: BTreeMap<&[u8], &str> = owned.into_iter().collect();
        // Only the build-id is set aside: the folders before it, and what stands behind it, are names like others.
        let stands = |path: &str, id: &[u8]| {
            let (before, behind) = detached::around(path, id).unwrap_or_default();
            let owner = owners.get(id).map(|owner| place(owner));
            let parts = [
                place(before),
                behind.as_bytes().to_vec(),
                b"debug file of".to_vec(),
                owner.unwrap_or_default(),
            ];
            parts.join(&b'\0')
        };
        let folder = |path: &'n str| path.trim_end_matches('/').rsplit_once('/').map(|(f, _)| f);
        let mut folders: BTreeSet<&str> = called.keys().filter_map(|path| folder(path)).collect();
        for (path, _) in paths.iter().filter(|(path, _)| !called.contains_key(path)) {
            folder(path).map(|folder| folders.remove(folder));
        }
        CalledById {
            places: called
                .iter()
                .map(|(path, id)| (*path, stands(path, id)))
                .collect(),
            folders,
        }
    }

    /// What stands for the name of a file, if that is no more than its build-id.
    pub(crate) fn place(&self, path: &str) -> Option<Vec<u8>> {
        self.places.get(path).cloned()
    }

    /// Whether a path is a folder of such files alone.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path.trim_end_matches('/'))
    }
}
