//! Two trees held against each other: every path, its kind, mode, link and content.

use crate::content;
use crate::findings::Findings;
use crate::format;
use crate::options::Options;
use crossproof_model::comparison::FileReport;
use crossproof_model::{
    Comparison, DiffKey, Difference, Digest, Entry, Level, Pair, Place, RelPath, Tree,
};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Compares two trees, files in parallel.
///
/// The result depends on nothing but the arguments: differences come in order of place, key and level.
///
/// The digests of normalized content in the reports are for holding the two sides against each other: parts
/// that are the same on both stand for themselves. [`crate::normalized_digest`] is a file's own.
pub fn compare(left: &Tree, right: &Tree, options: &Options) -> Comparison {
    let paths: BTreeSet<&RelPath> = left.entries.keys().chain(right.entries.keys()).collect();
    let paths: Vec<&RelPath> = paths.into_iter().collect();
    let reports: Vec<(&RelPath, FileReport, Findings)> = paths
        .into_par_iter()
        .map(|path| {
            let entries = Pair::new(left.entries.get(path), right.entries.get(path));
            let (report, findings) = entry(path, entries, options);
            (path, report, findings)
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

/// One path that is on either side.
fn entry(
    path: &RelPath,
    entries: Pair<Option<&Entry>>,
    options: &Options,
) -> (FileReport, Findings) {
    let place = Place::file(path.clone());
    let contents = entries.map(|e| e.and_then(content_of));
    let raw = raw_digests(contents);
    let mut findings = match contents {
        Pair {
            left: Some(left),
            right: Some(right),
        } => match (raw.left, raw.same()) {
            (Some(digest), true) => Findings::equal(left, digest),
            _ => content::compare(Pair::new(left, right), &place, options, 0),
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
    let mut differ = |key: &str, shown: Pair<Option<String>>| {
        // The install tree is part of the interface: packages and programs find each other by it.
        findings.differ(
            DiffKey::of([key]),
            place.clone(),
            shown,
            Vec::new(),
            Level::Divergent,
        );
    };
    match entries {
        Pair {
            left: Some(left),
            right: Some(right),
        } => {
            let kinds = Pair::new(left, right).map(kind);
            let modes = Pair::new(left, right).map(mode);
            if !kinds.same() {
                differ("tree.kind", kinds.map(|k| Some(k.to_owned())));
            } else if !modes.same() {
                differ(
                    "tree.mode",
                    modes.map(|m| m.map(|bits| format!("{bits:04o}"))),
                );
            }
            match (left, right) {
                (Entry::Link { target: a }, Entry::Link { target: b }) if a != b => {
                    differ("tree.link", Pair::new(Some(a.clone()), Some(b.clone())));
                }
                (Entry::Special { kind: a }, Entry::Special { kind: b }) if a != b => {
                    differ("tree.kind", Pair::new(Some(a.clone()), Some(b.clone())));
                }
                _ => {}
            }
        }
        Pair {
            left: Some(left),
            right: None,
        } => {
            differ(
                "tree.only-left",
                Pair::new(Some(kind(left).to_owned()), None),
            );
        }
        Pair {
            left: None,
            right: Some(right),
        } => {
            differ(
                "tree.only-right",
                Pair::new(None, Some(kind(right).to_owned())),
            );
        }
        Pair {
            left: None,
            right: None,
        } => {}
    }
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
        || entries.left.or(entries.right).map_or("nothing", kind),
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
    };
    (report, findings)
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
