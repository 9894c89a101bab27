//! `crossproof roots parity`: whether a cross build sees the headers, start files and C library that a native
//! one does, before anything is built.

use crate::args::ParityFormat;
use crate::exit::Status;
use crate::screen::{print, print_json};
use crate::session::Session;
use crate::sysroot::{self, Group};
use anyhow::Result;
use crossproof_exec::roots;
use crossproof_exec::roots::Root;
use crossproof_inspect as inspect;
use crossproof_model::comparison::Comparison;
use crossproof_model::emulator::{Emulator, Lock, RootRequest};
use crossproof_model::report::{Asked, ComparisonReport};
use crossproof_model::{Difference, Level, Pair, Platform, RelPath, Side, Tree};
use crossproof_policy as policy;
use crossproof_record as record;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The roots of a target that have least in them, and the case they are of.
pub struct Roots<'a> {
    /// The target.
    pub target: Platform,
    /// The case.
    pub case: &'a str,
    /// What each side's root is asked for.
    pub requests: Pair<&'a RootRequest>,
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
        for root in [&made.left, &made.right] {
            root.hold_whole(&session.store)?;
        }
        let folders = sysroot::folders(&emulator);
        let trees = sysroot::trees(&made, &emulator)?;
        let comparison = sysroot::compare(&trees, &emulator);
        match format {
            ParityFormat::Text => {
                let mut said = format!("{}, the roots of {}\n", roots.target, roots.case);
                versions(&roots, &locks, &mut said)?;
                groups(&comparison, &trees, &folders, &mut said)?;
                print(&said)?;
            }
            ParityFormat::Json => print_json(&json(&made, &comparison, &emulator))?,
        }
        if comparison.unsettled().next().is_some() || !comparison.undecided.is_empty() {
            status = Status::Below;
        }
    }
    Ok(status)
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
