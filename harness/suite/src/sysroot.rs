//! What a compiler reads of a root: headers, start files and the C library, of both roots held against each other.

use anyhow::{Context as _, Result};
use crossproof_exec::collect;
use crossproof_exec::roots::Root;
use crossproof_inspect as inspect;
use crossproof_model::comparison::Comparison;
use crossproof_model::emulator::Emulator;
use crossproof_model::{Entry, Pair, Platform, RelPath, Tree};
use std::collections::BTreeSet;
use std::path::Path;

/// What is held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What sources include.
    Headers,
    /// What every program begins and ends with.
    StartFiles,
    /// The C library and its loader.
    CLibrary,
}

impl Group {
    /// All of them, in the order in which they are told of.
    pub const ALL: [Group; 3] = [Group::Headers, Group::StartFiles, Group::CLibrary];

    /// For a reader.
    pub fn name(self) -> &'static str {
        match self {
            Group::Headers => "headers",
            Group::StartFiles => "start files",
            Group::CLibrary => "C library",
        }
    }

    /// The group of a path below a root, if it is in any: by its name, in a folder of the toolchain's.
    pub fn of(path: &str, folders: &[String]) -> Option<Group> {
        let below = |folder: &String| {
            path.strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        if !folders.iter().any(below) {
            return None;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let start = name.ends_with(".o") && (name.contains("crt") || name.ends_with("S.o"));
        let library = [
            "libc.",
            "libc_nonshared.",
            "libm.",
            "libpthread.",
            "libdl.",
            "ld-linux",
        ];
        if path.contains("/include/") {
            Some(Group::Headers)
        } else if start {
            Some(Group::StartFiles)
        } else if library.iter().any(|begin| name.starts_with(begin)) {
            Some(Group::CLibrary)
        } else {
            None
        }
    }
}

/// The folders of each side that the target's path map pairs.
pub fn folders(emulator: &Emulator) -> Vec<String> {
    let prefixes = emulator.path_map.iter();
    let both = prefixes.flat_map(|prefix| [prefix.left.clone(), prefix.right.clone()]);
    let folders: BTreeSet<String> = both.collect();
    folders.into_iter().collect()
}

/// What of each root is looked at.
pub fn trees(roots: &Pair<Root>, emulator: &Emulator) -> Result<Pair<Tree>> {
    let folders = folders(emulator);
    let tree = |root: &Root| toolchain(&root.path, &folders, emulator.target);
    let mut trees = roots.as_ref().map(tree).transpose()?;
    read_first(&mut trees.right, emulator);
    Ok(trees)
}

/// Leaves out what a cross compiler does not come to: a file of the build platform's own, where its own folders
/// have one of that name, which it searches first.
fn read_first(cross: &mut Tree, emulator: &Emulator) {
    let map = inspect::PathMap::new(prefixes(emulator));
    let place = |path: &RelPath| map.apply(format!("/{path}").as_bytes()).into_owned();
    let own = |path: &RelPath| {
        let path = format!("/{path}");
        let mut prefixes = emulator.path_map.iter();
        prefixes.any(|prefix| {
            path.strip_prefix(&prefix.right)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let paths = cross.entries.keys().filter(|path| own(path));
    let first: BTreeSet<Vec<u8>> = paths.map(place).collect();
    cross
        .entries
        .retain(|path, _| own(path) || !first.contains(&place(path)));
}

/// Of each pair what the cross root has and what the native one has, as maps are made.
fn prefixes(emulator: &Emulator) -> impl Iterator<Item = (&String, &String)> {
    let pairs = emulator.path_map.iter();
    pairs.map(|prefix| (&prefix.right, &prefix.left))
}

fn toolchain(root: &Path, folders: &[String], target: Platform) -> Result<Tree> {
    let mut tree = Tree::default();
    // A folder below another is read with it.
    let tops = folders.iter().filter(|folder| {
        !folders.iter().any(|other| {
            folder
                .strip_prefix(other.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        })
    });
    for top in tops {
        let folder = root.join(top.trim_start_matches('/'));
        if !folder.is_dir() {
            continue;
        }
        let below = collect::read_tree(&folder)?;
        for (path, entry) in below.entries {
            let absolute = format!("{top}/{path}");
            let counts = Group::of(&absolute, folders).is_some();
            // Debian's kernel headers for every other platform are in the native root too.
            if !counts || matches!(entry, Entry::Dir { .. }) || foreign(&absolute, target) {
                continue;
            }
            if let Some(entry) = file(root, &absolute, entry)? {
                let path: RelPath = absolute
                    .trim_start_matches('/')
                    .parse()
                    .context("a path of a root")?;
                tree.entries.insert(path, entry);
            }
        }
    }
    Ok(tree)
}

/// Whether a path is in a folder of headers named after another platform.
fn foreign(path: &str, target: Platform) -> bool {
    let mut steps = path.split('/');
    steps.any(|step| step.contains("-linux-gnu") && step != target.gnu())
}

/// What a compiler reads there: a link taken for the file in the root that it leads to. `None` if it leads to
/// none; what is missing then shows on one side.
fn file(root: &Path, path: &str, entry: Entry) -> Result<Option<Entry>> {
    if !matches!(entry, Entry::Link { .. }) {
        return Ok(Some(entry));
    }
    let Ok(leads) = root.join(path.trim_start_matches('/')).canonicalize() else {
        return Ok(None);
    };
    if !leads.starts_with(root.canonicalize()?) || !leads.is_file() {
        return Ok(None);
    }
    let content = collect::read_file(&leads)?;
    let mode = 0o644;
    Ok(Some(Entry::File { mode, content }))
}

/// Holds one against the other under the target's path map.
pub fn compare(trees: &Pair<Tree>, emulator: &Emulator) -> Comparison {
    let options = inspect::Options {
        map: inspect::PathMap::new(prefixes(emulator)),
        tree: inspect::PathMap::new(prefixes(emulator)),
        ..Default::default()
    };
    inspect::compare(&trees.left, &trees.right, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emulator() -> Emulator {
        let pair = |left: &str, right: &str| Pair::new(left.to_owned(), right.to_owned());
        Emulator {
            tier: crossproof_model::Tier::Quick,
            build: Platform::X86_64,
            target: Platform::Aarch64,
            suite: "trixie".to_owned(),
            models: Vec::new(),
            build_model: None,
            packages: Pair::default(),
            path_map: vec![pair("/usr/include", "/usr/aarch64-linux-gnu/include")],
        }
    }

    #[test]
    fn what_a_compiler_reads_is_told_from_what_it_does_not() {
        let folders = ["/usr/include", "/usr/lib/aarch64-linux-gnu"].map(str::to_owned);
        let group = |path| Group::of(path, &folders);
        assert_eq!(group("/usr/include/stdio.h"), Some(Group::Headers));
        let start = "/usr/lib/aarch64-linux-gnu/crt1.o";
        assert_eq!(group(start), Some(Group::StartFiles));
        let library = "/usr/lib/aarch64-linux-gnu/libc.so.6";
        assert_eq!(group(library), Some(Group::CLibrary));
        assert_eq!(group("/usr/lib/aarch64-linux-gnu/libz.so"), None);
        assert_eq!(group("/usr/share/include/stdio.h"), None);
        assert!(foreign(
            "/usr/include/alpha-linux-gnu/asm/a.out.h",
            Platform::Aarch64
        ));
        let own = "/usr/include/aarch64-linux-gnu/asm/a.out.h";
        assert!(!foreign(own, Platform::Aarch64));
    }

    #[test]
    fn headers_are_held_against_those_that_the_map_pairs() {
        let emulator = emulator();
        let folders = folders(&emulator);
        let root = |folder: &str, header: &str| {
            let place = tempfile::tempdir().unwrap();
            let folder = place.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("real.h"), header).unwrap();
            std::os::unix::fs::symlink("real.h", folder.join("link.h")).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", folder.join("out.h")).unwrap();
            let tree = toolchain(place.path(), &folders, Platform::Aarch64).unwrap();
            (place, tree)
        };
        let (_native, left) = root("usr/include", "#define A 1\n");
        assert_eq!(
            left.entries.len(),
            2,
            "a link out of the root leads to no header"
        );
        let (_cross, right) = root("usr/aarch64-linux-gnu/include", "#define A 1\n");
        let same = compare(&Pair::new(left.clone(), right), &emulator);
        assert_eq!(same.unsettled().count(), 0);
        let (_other, right) = root("usr/aarch64-linux-gnu/include", "#define A 2\n");
        let differ = compare(&Pair::new(left, right), &emulator);
        assert!(
            differ.unsettled().count() >= 2,
            "the header, and the link to it"
        );
    }

    #[test]
    fn a_header_of_the_build_platforms_is_not_read_where_the_cross_one_is() {
        let emulator = emulator();
        let mut tree = Tree::default();
        for path in [
            "usr/aarch64-linux-gnu/include/stdio.h",
            "usr/include/stdio.h",
            "usr/include/crypt.h",
        ] {
            let entry = Entry::Link {
                target: String::new(),
            };
            tree.entries.insert(path.parse().unwrap(), entry);
        }
        read_first(&mut tree, &emulator);
        let left: Vec<String> = tree.entries.keys().map(ToString::to_string).collect();
        assert_eq!(
            left,
            [
                "usr/aarch64-linux-gnu/include/stdio.h",
                "usr/include/crypt.h"
            ]
        );
    }
}
