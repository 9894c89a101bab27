//! `crossproof roots parity`: whether a cross build sees the headers, start files and C library that a native
//! one does, before anything is built.

use super::print;
use crate::args::ParityFormat;
use crate::exit::Status;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_exec::roots::Root;
use crossproof_exec::{collect, roots};
use crossproof_inspect as inspect;
use crossproof_model::comparison::Comparison;
use crossproof_model::emulator::{Emulator, Lock, RootRequest};
use crossproof_model::report::{Asked, ComparisonReport};
use crossproof_model::{Difference, Entry, Level, Pair, Platform, RelPath, Side, Tree};
use crossproof_policy as policy;
use crossproof_record as record;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// The roots of a target that have least in them, and the case they are of.
pub struct Roots<'a> {
    /// The target.
    pub target: Platform,
    /// The case.
    pub case: &'a str,
    /// What each side's root is asked for.
    pub requests: Pair<&'a RootRequest>,
}

/// What is held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Headers,
    StartFiles,
    CLibrary,
}

impl Group {
    const ALL: [Group; 3] = [Group::Headers, Group::StartFiles, Group::CLibrary];

    fn name(self) -> &'static str {
        match self {
            Group::Headers => "headers",
            Group::StartFiles => "start files",
            Group::CLibrary => "C library",
        }
    }

    /// The group of a path below a root, if it is in any: by its name, in a folder of the toolchain's.
    fn of(path: &str, folders: &[String]) -> Option<Group> {
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

/// Packages that bring what is looked at.
const PACKAGES: [&str; 4] = ["libc6", "libc6-dev", "linux-libc-dev", "libstdc++-14-dev"];

/// Says for each target how the roots compare. Holds only if nothing differs.
pub fn parity<'a>(
    session: &Session,
    all: impl IntoIterator<Item = Roots<'a>>,
    format: ParityFormat,
) -> Result<Status> {
    let mut status = Status::Holds;
    for roots in all {
        let emulator = session.project.emulator(roots.target)?;
        let lock = |side| {
            session
                .project
                .lock(&session.project.lock_file(roots.target, side))
        };
        let locks = Pair::new(lock(Side::Native)?, lock(Side::Cross)?);
        let made = |side: Side| {
            roots::ensure_root(
                &session.provision(),
                roots.requests.of(side),
                locks.of(side),
            )
        };
        let made = Pair::new(made(Side::Native)?, made(Side::Cross)?);
        let folders = folders(&emulator);
        let trees = made
            .as_ref()
            .map(|root| toolchain(&root.path, &folders, roots.target))
            .transpose()?;
        let comparison = compare(&trees, &emulator);
        let said = match format {
            ParityFormat::Text => {
                let mut said = format!("{}, the roots of {}\n", roots.target, roots.case);
                versions(&roots, &locks, &mut said)?;
                groups(&comparison, &trees, &folders, &mut said)?;
                said
            }
            ParityFormat::Json => json(&made, &comparison, &emulator),
        };
        print(&said)?;
        if comparison.unsettled().next().is_some() || !comparison.undecided.is_empty() {
            status = Status::Below;
        }
    }
    Ok(status)
}

/// The folders of each side that the target's path map pairs.
fn folders(emulator: &Emulator) -> Vec<String> {
    let prefixes = emulator.path_map.iter();
    let both = prefixes.flat_map(|prefix| [prefix.left.clone(), prefix.right.clone()]);
    let folders: BTreeSet<String> = both.collect();
    folders.into_iter().collect()
}

/// What of a root is looked at.
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

fn compare(trees: &Pair<Tree>, emulator: &Emulator) -> Comparison {
    let prefixes = || {
        emulator
            .path_map
            .iter()
            .map(|prefix| (&prefix.right, &prefix.left))
    };
    let options = inspect::Options {
        map: inspect::PathMap::new(prefixes()),
        tree: inspect::PathMap::new(prefixes()),
        ..Default::default()
    };
    inspect::compare(&trees.left, &trees.right, &options)
}

/// The comparison as `compare` would write it, of the two roots by their digests.
fn json(made: &Pair<Root>, comparison: &Comparison, emulator: &Emulator) -> String {
    let map = emulator.path_map.iter();
    let rules = inspect::RuleSet::default();
    record::comparison_json(&ComparisonReport {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        sides: made.as_ref().map(|root| format!("root {}", root.digest)),
        asked: Asked {
            map: map
                .map(|prefix| (prefix.right.clone(), prefix.left.clone()))
                .collect(),
            rules: rules.iter().map(inspect::Rule::reference).collect(),
            at_least: Level::Metadata,
        },
        comparison: comparison.clone(),
        ignored: BTreeMap::new(),
        causes: policy::causes(comparison, Pair::new("native", "cross")),
    })
}

/// The packages, with their versions.
fn versions(roots: &Roots<'_>, locks: &Pair<Lock>, said: &mut String) -> Result<()> {
    let target = roots.target;
    for name in PACKAGES {
        let version = |side: Side| {
            let root = locks
                .of(side)
                .roots
                .get(&roots.requests.of(side).digest())?;
            let cross = format!("{name}-{}-cross", target.debian());
            let mut there = root.closure.iter();
            let package = there.find(|package| {
                (package.name == name
                    && [target.debian(), "all"].contains(&package.architecture.as_str()))
                    || package.name == cross
            })?;
            let locked = locks.of(side).packages.get(package)?;
            Some(format!("{} {}", package.name, locked.version))
        };
        let shown = Side::BOTH.map(|side| version(side).unwrap_or_else(|| "nothing".to_owned()));
        writeln!(said, "  package      {} | {}", shown[0], shown[1])?;
    }
    Ok(())
}

/// A line for each group, then one for each path that differs.
fn groups(
    comparison: &Comparison,
    trees: &Pair<Tree>,
    folders: &[String],
    said: &mut String,
) -> Result<()> {
    let mut by_group: BTreeMap<Group, BTreeMap<&RelPath, Vec<&Difference>>> = BTreeMap::new();
    let group = |path: &RelPath| Group::of(&format!("/{path}"), folders);
    for difference in comparison.unsettled() {
        if let Some(group) = group(&difference.place.path) {
            let paths = by_group.entry(group).or_default();
            paths
                .entry(&difference.place.path)
                .or_default()
                .push(difference);
        }
    }
    for one in Group::ALL {
        let count = |tree: &Tree| {
            let paths = tree.entries.keys();
            paths.filter(|path| group(path) == Some(one)).count()
        };
        let counts = trees.as_ref().map(count);
        let differ = by_group.get(&one);
        writeln!(
            said,
            "  {:12} {} native, {} cross; {} differ",
            one.name(),
            counts.left,
            counts.right,
            differ.map_or(0, BTreeMap::len)
        )?;
        for (path, differences) in differ.into_iter().flatten() {
            let keys: BTreeSet<&str> = differences.iter().map(|d| d.key.as_str()).collect();
            let mut keys: Vec<&str> = keys.into_iter().collect();
            let more = keys.len().saturating_sub(4);
            keys.truncate(4);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            writeln!(said, "    {path}: {}{more}", keys.join(", "))?;
        }
    }
    for undecided in &comparison.undecided {
        writeln!(
            said,
            "  not compared: {}: {}",
            undecided.place, undecided.reason
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let pair = |left: &str, right: &str| Pair::new(left.to_owned(), right.to_owned());
        let emulator = Emulator {
            target: Platform::Aarch64,
            suite: "trixie".to_owned(),
            models: Vec::new(),
            packages: Pair::default(),
            path_map: vec![pair("/usr/include", "/usr/aarch64-linux-gnu/include")],
        };
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
}
