//! The packages of a tree together: what a program in one refers to may be in another, as its debug information is
//! in a package of its own.

use crate::beside::Files;
use crate::deb::Package;
use crate::deb822;
use crate::format::{self, Comparer};
use crate::limits::{self, Budget};
use crate::options::Options;
use crate::part::{Canon, Part, StandsFor};
use crossproof_model::{Entry, Tree};
use std::borrow::Cow;
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
        let mut room = limits::BESIDE_BYTES;
        let mut held: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
        for content in contents.filter(|content| is_package(content)) {
            for (path, file) in debug_files(content, self.options, room).unwrap_or_default() {
                room = room.saturating_sub(file.len() as u64);
                let other = |one: &Option<Vec<u8>>| one.as_ref() != Some(&file);
                let other = held.get(&path).is_some_and(other);
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

/// The files of a package of debug information, each by its path, if they come to no more than `room` bytes. Nothing
/// of another package, or of one that cannot be read: where it is compared itself, that is told.
fn debug_files(content: &[u8], options: &Options, room: u64) -> Option<Vec<(String, Vec<u8>)>> {
    let parts = members(content, options)?;
    let package = Package::<()>::of(&parts)?;
    let archive = |is: &dyn Fn(&str) -> bool| {
        let part = parts.iter().find(|part| is(&part.name))?;
        match part.canon {
            Canon::File(packed) => {
                let most = Budget::of(content.len()).each(packed.len());
                unpacked(packed, options, most.min(room))
            }
            _ => None,
        }
    };
    let control = archive(&|name| package.is_control(name))?;
    let fields = files(&control, options)?;
    let (_, fields) = fields.into_iter().find(|(path, _)| *path == "control")?;
    if !is_of_section_debug(fields) {
        return None;
    }
    let data = archive(&|name| package.is_data(name))?;
    let files = files(&data, options)?.into_iter();
    let files = files.filter(|(path, _)| path.starts_with(DEBUG));
    Some(files.map(|(path, file)| (path, file.to_vec())).collect())
}

/// Debian Policy Manual, 2.4, "Sections": `debug`, behind the archive area where that is not `main`.
fn is_of_section_debug(fields: &[u8]) -> bool {
    let text = std::str::from_utf8(fields).unwrap_or_default();
    let mut fields = deb822::facts(text).unwrap_or_default().into_iter();
    let section = fields.find(|field| field.name == "Section");
    section.is_some_and(|field| field.value.rsplit('/').next() == Some("debug"))
}

/// What a stream holds if that is at most so many bytes, or a plain content itself.
fn unpacked<'a>(content: &'a [u8], options: &Options, most: u64) -> Option<Cow<'a, [u8]>> {
    let parts = members(content, options)?;
    let stream = parts.iter().find_map(|part| match &part.canon {
        Canon::Packed(stream) if stream.stands_for == StandsFor::File => Some(stream),
        _ => None,
    });
    match stream {
        Some(stream) => Some(Cow::Owned((stream.expand)(most).ok()?.content)),
        None => Some(Cow::Borrowed(content)),
    }
}

/// The files of an archive, each by its path.
fn files<'a>(content: &'a [u8], options: &'a Options) -> Option<Vec<(String, &'a [u8])>> {
    let parts = members(content, options)?.into_iter();
    let files = parts.filter_map(|part| match part.canon {
        Canon::File(file) => Some((part.name.trim_start_matches("./").to_owned(), file)),
        _ => None,
    });
    Some(files.collect())
}

fn members<'a>(content: &'a [u8], options: &'a Options) -> Option<Vec<Part<'a>>> {
    match format::of(content).comparer {
        Comparer::Members(explode) => explode(content, options).ok(),
        _ => None,
    }
}
