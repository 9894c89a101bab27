//! Two trees held against each other: every path, its kind, mode, link and content.

mod attributes;

use crate::beside::Beside;
use crate::called_by_id::{self, CalledById};
use crate::content;
use crate::findings::Findings;
use crate::format;
use crate::options::Options;
use crate::packages::Packages;
use crate::pairing;
use crate::rules::{Rule, build_id_path, tree_path};
use attributes::Alike;
use crossproof_model::comparison::FileReport;
use crossproof_model::{
    Comparison, DiffKey, Difference, Digest, Entry, Level, Pair, Place, RelPath, Tree,
};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Compares two trees, files in parallel.
///
/// The result depends on nothing but the arguments: differences come in order of place, key and level. A
/// path that the map of the options pairs with another goes by the left one.
///
/// The digests of normalized content in the reports are for holding the two sides against each other: parts
/// that are the same on both stand for themselves. [`crate::normalized_digest`] is a file's own.
pub fn compare(left: &Tree, right: &Tree, options: &Options) -> Comparison {
    let paths = Pair::new(left, right).map(|tree| tree.entries.keys().collect::<BTreeSet<_>>());
    let mapped = options.maps_paths();
    let meant = |path: &str| options.tree.apply(&absolute(path)).into_owned();
    let trees = Pair::new(left, right);
    let called = match options.rules.has(&build_id_path::RULE) {
        true => called_by_id::read(&trees.map(contents), meant),
        false => Pair::default(),
    };
    let ground = Ground {
        trees,
        packages: trees.map(|tree| Packages::new(tree, options)),
        called,
        alike: Alike::default(),
        options,
    };
    let place = |path: &RelPath| {
        let path = path.as_str();
        ground
            .called_by_id(path)
            .or_else(|| mapped.then(|| meant(path)))
    };
    let pairs = pairing::pairs(&paths.left, &paths.right, place);
    let ground = Ground {
        alike: Alike::of(trees, &pairs, options),
        ..ground
    };
    let reports: Vec<(&RelPath, FileReport, Findings)> = pairs
        .into_par_iter()
        .filter_map(|paths| {
            let sides = Pair {
                left: paths.left.and_then(|p| left.entries.get_key_value(p)),
                right: paths.right.and_then(|p| right.entries.get_key_value(p)),
            };
            let name = paths.left.or(paths.right)?;
            let (report, findings) = entry(name, sides, &ground);
            Some((name, report, findings))
        })
        .collect();
    let mut comparison = Comparison::default();
    for (path, report, findings) in reports {
        comparison.files.insert(path.clone(), report);
        comparison.differences.extend(findings.differences);
        comparison.undecided.extend(findings.undecided);
        comparison.coverage.add(&findings.coverage);
        for (rule, times) in findings.rules {
            *comparison.rules.entry(rule).or_default() += times;
        }
    }
    comparison.differences.sort_by(order);
    comparison
}

fn order(a: &Difference, b: &Difference) -> std::cmp::Ordering {
    (&a.place, &a.key, a.allows, &a.left, &a.right)
        .cmp(&(&b.place, &b.key, b.allows, &b.left, &b.right))
}

fn absolute(path: &str) -> Vec<u8> {
    [b"/", path.as_bytes()].concat()
}

/// What every entry is compared on.
struct Ground<'t> {
    trees: Pair<&'t Tree>,
    packages: Pair<Packages<'t>>,
    called: Pair<CalledById<'t>>,
    alike: Alike<'t>,
    options: &'t Options,
}

impl Ground<'_> {
    /// What stands for a name that is no more than a build-id.
    fn called_by_id(&self, path: &str) -> Option<Vec<u8>> {
        let left = self.called.left.place(path);
        left.or_else(|| self.called.right.place(path))
    }

    fn is_folder_of_ids(&self, path: &str) -> bool {
        self.called.left.is_folder(path) || self.called.right.is_folder(path)
    }
}

/// Every path, and what is in it if it is a file.
fn contents(tree: &Tree) -> Vec<(&str, Option<&[u8]>)> {
    let entries = tree.entries.iter();
    entries
        .map(|(path, entry)| (path.as_str(), content_of(entry)))
        .collect()
}

/// One path that is on either side, or two that are the same place.
fn entry(
    path: &RelPath,
    sides: Pair<Option<(&RelPath, &Entry)>>,
    ground: &Ground<'_>,
) -> (FileReport, Findings) {
    let place = Place::file(path.clone());
    let contents = sides.map(|side| side.and_then(|(_, entry)| content_of(entry)));
    let raw = raw_digests(contents);
    let mut findings = match contents {
        Pair {
            left: Some(left),
            right: Some(right),
        } => match (raw.left, raw.same()) {
            (Some(digest), true) => Findings::equal(left, digest),
            _ => {
                let around = ground.trees.zip(ground.packages.as_ref());
                let beside = sides.zip(around).map(|(side, (tree, packages))| {
                    let path = side.map_or("", |(path, _)| path.as_str());
                    Beside::new(path, tree, packages)
                });
                content::compare(Pair::new(left, right), beside, &place, ground.options)
            }
        },
        _ => {
            // A file on one side only has nothing to be compared with: the difference below says so.
            let digest = Digest::of(b"");
            let empty: &[u8] = b"";
            let mut none = Findings::exact(Pair::new(empty, empty), Pair::new(digest, digest));
            none.coverage.uncovered = contents
                .left
                .into_iter()
                .chain(contents.right)
                .map(|c| c.len() as u64)
                .sum();
            none
        }
    };
    beside_content(&mut findings, &place, sides, ground);
    let level = match findings.undecided.is_empty() {
        true => Some(
            findings
                .differences
                .iter()
                .map(|d| d.allows)
                .min()
                .unwrap_or(Level::Bits),
        ),
        false => None,
    };
    let format = contents.left.or(contents.right).map_or_else(
        || match sides.left.or(sides.right) {
            Some((_, entry)) => kind(entry),
            None => "nothing",
        },
        |content| format::of(content).name,
    );
    let normalized = match contents {
        Pair {
            left: Some(_),
            right: Some(_),
        } => findings.normalized.map(Some),
        // With nothing to be held against, the content stands for itself.
        _ => raw,
    };
    let report = FileReport {
        raw,
        normalized,
        level,
        format: format.to_owned(),
        functions: findings.functions.clone(),
    };
    (report, findings)
}

/// What differs about two entries beside their content, or that there is only one. The install tree is
/// part of the interface: packages and programs find each other by it.
fn beside_content(
    findings: &mut Findings,
    place: &Place,
    sides: Pair<Option<(&RelPath, &Entry)>>,
    ground: &Ground<'_>,
) {
    let options = ground.options;
    let mut note = |key: &str, shown: Pair<Option<String>>, rule: Option<&Rule>| {
        let key = DiffKey::of([key]);
        match rule {
            Some(rule) => findings.settle(key, place.clone(), shown, rule),
            None => findings.differ(key, place.clone(), shown, Vec::new(), Level::Divergent),
        }
    };
    let ruled = options.maps_paths();
    let (left, right) = match (sides.left, sides.right) {
        (Some(left), Some(right)) => (left, right),
        (None, None) => return,
        (side, None) | (None, side) => {
            let shown = sides.map(|side| side.map(|(_, entry)| kind(entry).to_owned()));
            let key = match sides.left {
                Some(_) => "tree.only-left",
                None => "tree.only-right",
            };
            let folder = side.filter(|(_, entry)| matches!(entry, Entry::Dir { .. }));
            let path = folder.map_or("", |(path, _)| path.as_str());
            let rule = match () {
                () if ground.is_folder_of_ids(path) => Some(&build_id_path::RULE),
                () if ruled && folder.is_some() && options.tree.is_above(&absolute(path)) => {
                    Some(&tree_path::RULE)
                }
                () => None,
            };
            return note(key, shown, rule);
        }
    };
    let pair = Pair::new(left, right);
    let paths = pair.map(|(path, _)| path);
    if !paths.same() {
        let rule = match ground.called_by_id(paths.left.as_str()) {
            Some(_) => &build_id_path::RULE,
            None => &tree_path::RULE,
        };
        let shown = paths.map(|path| Some(path.to_string()));
        note("tree.path", shown, Some(rule));
    }
    let kinds = pair.map(|(_, entry)| kind(entry));
    let modes = pair.map(|(_, entry)| mode(entry));
    if !kinds.same() {
        note("tree.kind", kinds.map(|k| Some(k.to_owned())), None);
    } else if !modes.same() {
        let shown = modes.map(|m| m.map(|bits| format!("{bits:04o}")));
        note("tree.mode", shown, None);
    }
    attributes::compare(pair, ground.trees, &ground.alike, &mut note);
    match (left.1, right.1) {
        (Entry::Link { target: a }, Entry::Link { target: b }) if a != b => {
            let targets = Pair::new((left.0, a), (right.0, b));
            let means = targets.map(|(path, target)| {
                options
                    .tree
                    .target(&absolute(path.as_str()), target.as_bytes())
            });
            let shown = Pair::new(Some(a.clone()), Some(b.clone()));
            let mapped = ruled && means.same();
            note("tree.link", shown, mapped.then_some(&tree_path::RULE));
        }
        (Entry::Special { kind: a }, Entry::Special { kind: b }) if a != b => {
            let shown = Pair::new(Some(a.clone()), Some(b.clone()));
            note("tree.kind", shown, None);
        }
        _ => {}
    }
}

/// The digests of both contents; equal contents are hashed once.
fn raw_digests(contents: Pair<Option<&[u8]>>) -> Pair<Option<Digest>> {
    match contents {
        Pair {
            left: Some(left),
            right: Some(right),
        } => {
            if same_bytes(left, right) {
                let digest = Some(Digest::of(left));
                return Pair::new(digest, digest);
            }
            let (left, right) = rayon::join(|| Digest::of(left), || Digest::of(right));
            Pair::new(Some(left), Some(right))
        }
        one => one.map(|content| content.map(Digest::of)),
    }
}

/// Whether two contents are the same, large ones looked at in parallel.
fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    const CHUNK: usize = 1 << 20;
    left.len() == right.len()
        && (left.par_chunks(CHUNK).zip(right.par_chunks(CHUNK))).all(|(left, right)| left == right)
}

fn content_of(entry: &Entry) -> Option<&[u8]> {
    match entry {
        Entry::File { content, .. } => Some(content),
        Entry::Dir { .. } | Entry::Link { .. } | Entry::Special { .. } => None,
    }
}

fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::File { .. } => "file",
        Entry::Dir { .. } => "dir",
        Entry::Link { .. } => "link",
        Entry::Special { .. } => "special",
    }
}

fn mode(entry: &Entry) -> Option<u32> {
    match entry {
        Entry::File { mode, .. } | Entry::Dir { mode } => Some(*mode),
        Entry::Link { .. } | Entry::Special { .. } => None,
    }
}
