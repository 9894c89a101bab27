//! The packages of a tree together: what a program in one refers to may be in another, as its debug information is
//! in a package of its own.

use crate::beside::Files;
use crate::deb::Package;
use crate::format::{self, Comparer};
use crate::limits::Budget;
use crate::options::Options;
use crate::part::{Canon, Part, StandsFor};
use crossproof_model::{Entry, Tree};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Where debug information is installed (GDB manual, "Debugging Information in Separate Files").
const DEBUG: &str = "usr/lib/debug/";

/// The Debian packages of a tree as far as they hold debug information. They are opened when the first file is
/// asked for.
pub(crate) struct Packages<'t> {
    tree: &'t Tree,
    options: &'t Options,
    /// By path. `None` where packages hold different files: which one is meant nobody can tell.
    held: OnceLock<BTreeMap<String, Option<Vec<u8>>>>,
}

impl<'t> Packages<'t> {
    pub(crate) fn new(tree: &'t Tree, options: &'t Options) -> Self {
        Packages {
            tree,
            options,
            held: OnceLock::new(),
        }
    }

    fn open(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let entries = self.tree.entries.values();
        let contents = entries.filter_map(|entry| match entry {
            Entry::File { content, .. } => Some(&content[..]),
            _ => None,
        });
        let mut held: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
        for content in contents.filter(|content| is_package(content)) {
            for (path, file) in debug_files(content, self.options).unwrap_or_default() {
                let other = held
                    .get(&path)
                    .is_some_and(|one| one.as_ref() != Some(&file));
                held.insert(path, (!other).then_some(file));
            }
        }
        held
    }
}

impl Files for Packages<'_> {
    fn file(&self, path: &str) -> Option<&[u8]> {
        path.starts_with(DEBUG).then_some(())?;
        self.held.get_or_init(|| self.open()).get(path)?.as_deref()
    }
}

/// By its first member, which is 20 bytes into the file (deb(5)).
fn is_package(content: &[u8]) -> bool {
    content.starts_with(b"!<arch>\ndebian-binary")
}

/// The files of debug information in a package, each by its path; nothing of one that cannot be read: where it is
/// compared itself, that is told.
fn debug_files(package: &[u8], options: &Options) -> Option<Vec<(String, Vec<u8>)>> {
    let members = members(package, options)?;
    let data = Package::<()>::of(&members)?;
    let data = members.iter().find(|part| data.is_data(&part.name))?;
    let Canon::File(packed) = data.canon else {
        return None;
    };
    let stream = self::members(packed, options)?;
    let streams = stream.iter().find_map(|part| match &part.canon {
        Canon::Packed(stream) if stream.stands_for == StandsFor::File => Some(stream),
        _ => None,
    });
    let expanded = match streams {
        Some(stream) => {
            let most = Budget::of(packed.len()).each(packed.len());
            Some((stream.expand)(most).ok()?.content)
        }
        None => None,
    };
    let files = self::members(expanded.as_deref().unwrap_or(packed), options)?;
    let files = files.iter().filter_map(|part| {
        let path = part.name.trim_start_matches("./");
        match part.canon {
            Canon::File(content) if path.starts_with(DEBUG) => {
                Some((path.to_owned(), content.to_vec()))
            }
            _ => None,
        }
    });
    Some(files.collect())
}

fn members<'a>(content: &'a [u8], options: &'a Options) -> Option<Vec<Part<'a>>> {
    match format::of(content).comparer {
        Comparer::Members(explode) => explode(content, options).ok(),
        _ => None,
    }
}
