//! Detached debug files that are called by their build-id: which stands for which.
//!
//! The name changes whenever the content does, so that by name alone no two of them are a pair. They are
//! paired through the programs they belong to. Where these are somewhere else, as they are of a package of debug
//! information, by the source files that they name; a lone one on each side needs neither.

use crate::elf::detached;
use crossproof_model::Pair;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The names of one side that say no more than a build-id.
#[derive(Default)]
pub(crate) struct CalledById<'n> {
    /// What stands for the name of each file, and of each folder that holds nothing else.
    places: BTreeMap<&'n str, Vec<u8>>,
    /// Folders that hold nothing else.
    folders: BTreeSet<&'n str>,
    /// The build-ids they spell.
    ids: BTreeSet<&'n [u8]>,
    /// By what stands for their names so far, those whose programs are somewhere else.
    without_program: BTreeMap<Vec<u8>, Vec<File<'n>>>,
}

/// A path and, if it is a file's, the content there.
pub(crate) type Entry<'n> = (&'n str, Option<&'n [u8]>);

/// The path and the content of a file.
type File<'n> = (&'n str, &'n [u8]);

/// The names of both sides that say no more than a build-id; from every path of a side and the content of what is a
/// file. `place` is where a program stands.
pub(crate) fn read<'n>(
    paths: &Pair<Vec<Entry<'n>>>,
    place: impl Fn(&str) -> Vec<u8>,
) -> Pair<CalledById<'n>> {
    let mut called = paths.as_ref().map(|paths| CalledById::read(paths, &place));
    let without = called.as_ref().map(|called| &called.without_program);
    let alone = |files: Option<&Vec<File<'_>>>| files.is_some_and(|files| files.len() == 1);
    let lone =
        |place: &&Vec<u8>| alone(without.left.get(*place)) && alone(without.right.get(*place));
    let lone: BTreeSet<Vec<u8>> = without.left.keys().filter(lone).cloned().collect();
    called.left.by_sources(&lone);
    called.right.by_sources(&lone);
    called.left.place_folders();
    called.right.place_folders();
    called
}

impl<'n> CalledById<'n> {
    fn read(paths: &[Entry<'n>], place: impl Fn(&str) -> Vec<u8>) -> Self {
        let below = |path: &str| path.contains(".build-id/");
        let mut called: BTreeMap<&'n str, &'n [u8]> = BTreeMap::new();
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
        let mut folders: BTreeSet<&str> =
            called.keys().filter_map(|path| folder_of(path)).collect();
        for (path, _) in paths.iter().filter(|(path, _)| !called.contains_key(path)) {
            folder_of(path).map(|folder| folders.remove(folder));
        }
        let places = called.iter().map(|(path, id)| (*path, stands(path, id)));
        let places: BTreeMap<&str, Vec<u8>> = places.collect();
        let mut without_program = BTreeMap::<Vec<u8>, Vec<File<'n>>>::new();
        for (path, content) in paths {
            let id = called.get(path).filter(|id| !owners.contains_key(**id));
            if let (Some(_), Some(content), Some(place)) = (id, content, places.get(path)) {
                let files = without_program.entry(place.clone()).or_default();
                files.push((path, content));
            }
        }
        CalledById {
            places,
            folders,
            ids: called.into_values().collect(),
            without_program,
        }
    }

    /// Tells files whose programs are somewhere else apart by the source files that they name, but for those in
    /// whose stead there is one on each side.
    fn by_sources(&mut self, lone: &BTreeSet<Vec<u8>>) {
        let several = self.without_program.iter();
        for (_, files) in several.filter(|(place, _)| !lone.contains(*place)) {
            for (path, content) in files {
                let sources = detached::sources_of(content);
                if let Some(place) = self.places.get_mut(path) {
                    place.extend(b"\0of the sources");
                    sources.iter().for_each(|name| {
                        place.push(0);
                        place.extend(*name);
                    });
                }
            }
        }
    }

    /// A folder of such files alone stands for the files in it.
    fn place_folders(&mut self) {
        let mut held = BTreeMap::<&'n str, Vec<Vec<u8>>>::new();
        for (path, place) in &self.places {
            let folder = folder_of(path).filter(|folder| self.folders.contains(folder));
            if let Some(folder) = folder {
                held.entry(folder).or_default().push(place.clone());
            }
        }
        for (folder, mut places) in held {
            places.sort();
            places.insert(0, b"folder of".to_vec());
            self.places.insert(folder, places.join(&b'\0'));
        }
    }

    /// The build-ids that files are called by.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &'n [u8]> {
        self.ids.iter().copied()
    }

    /// What stands for the name of a file or folder, if that is no more than a build-id.
    pub(crate) fn place(&self, path: &str) -> Option<Vec<u8>> {
        self.places.get(path.trim_end_matches('/')).cloned()
    }

    /// Whether a path is a folder of such files alone.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path.trim_end_matches('/'))
    }
}

fn folder_of(path: &str) -> Option<&str> {
    path.trim_end_matches('/')
        .rsplit_once('/')
        .map(|(folder, _)| folder)
}
