//! Two contents held against each other: by their format, part by part.

use crate::findings::{Findings, Marks};
use crate::format::{self, Comparer};
use crate::items::{compare_items, items_digest};
use crate::moved::{self, Moved};
use crate::options::Options;
use crate::part::{Canon, Part, distinct};
use crate::{dwarf, limits, shift, text, window};
use crossproof_model::comparison::Undecided;
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two contents; `depth` says how many archives they are in.
pub(crate) fn compare(
    contents: Pair<&[u8]>,
    place: &Place,
    options: &Options,
    depth: usize,
) -> Findings {
    if contents.same() {
        return Findings::equal(contents.left, Digest::of(contents.left));
    }
    let formats = match depth > limits::NESTING {
        true => Pair::new(format::bytes(), format::bytes()),
        false => contents.map(format::of),
    };
    if formats.left.name != formats.right.name {
        let mut findings = Findings::exact(contents, contents.map(Digest::of));
        let names = formats.map(|f| Some(f.name.to_owned()));
        // Text that holds a stray byte is data that differs, not another kind of thing.
        let loose = |f: &format::Format| matches!(f.comparer, Comparer::Text | Comparer::Bytes);
        let allows = match loose(formats.left) && loose(formats.right) {
            true => Level::Interface,
            false => Level::Divergent,
        };
        let detail = window::lines(contents);
        findings.differ(
            DiffKey::of(["content.format"]),
            place.clone(),
            names,
            detail,
            allows,
        );
        return findings;
    }
    match formats.left.comparer {
        Comparer::Text => match contents.map(std::str::from_utf8).transpose() {
            Ok(texts) => text::compare(texts, place),
            Err(_) => bytes(contents, place),
        },
        Comparer::Bytes => bytes(contents, place),
        Comparer::Parts(explode) => {
            match contents.map(|c| explode(c, &options.rules)).transpose() {
                Ok(parts) => {
                    let parts = parts.map(distinct);
                    let mut whole = Whole::new(contents, place, options, depth);
                    whole.compare(&parts);
                    whole.finish(formats.left.name)
                }
                Err(reason) => Findings::undecided(contents, place, reason),
            }
        }
    }
}

/// Data in the install tree that differ leave what programs link to as it was: `interface`.
fn bytes(contents: Pair<&[u8]>, place: &Place) -> Findings {
    let mut findings = Findings::exact(contents, contents.map(Digest::of));
    let shown = window::summary(contents);
    let detail = window::lines(contents);
    findings.differ(
        DiffKey::of(["bytes"]),
        place.clone(),
        shown,
        detail,
        Level::Interface,
    );
    findings
}

/// A comparison of two files' parts under way.
struct Whole<'c> {
    contents: Pair<&'c [u8]>,
    place: &'c Place,
    options: &'c Options,
    depth: usize,
    findings: Findings,
    marks: Pair<Marks>,
    /// What each part comes to: hashed, it is the normalized content's digest.
    listing: Pair<Vec<String>>,
}

impl<'c> Whole<'c> {
    fn new(contents: Pair<&'c [u8]>, place: &'c Place, options: &'c Options, depth: usize) -> Self {
        let digest = Digest::of(b"");
        let mut findings = Findings::exact(contents, Pair::new(digest, digest));
        findings.coverage.exact = 0;
        Whole {
            contents,
            place,
            options,
            depth,
            findings,
            marks: Pair::default(),
            listing: Pair::default(),
        }
    }

    fn compare(&mut self, parts: &Pair<Vec<Part<'_>>>) {
        let by_name = parts.as_ref().map(|parts| {
            parts
                .iter()
                .map(|p| (p.name.as_str(), p))
                .collect::<BTreeMap<_, _>>()
        });
        let names: BTreeSet<&str> = by_name
            .left
            .keys()
            .chain(by_name.right.keys())
            .copied()
            .collect();
        for name in names {
            let start = self.findings.differences.len();
            match by_name.as_ref().map(|parts| parts.get(name).copied()) {
                Pair {
                    left: Some(left),
                    right: Some(right),
                } => self.both(Pair::new(left, right)),
                pair => self.one(pair),
            }
            let table = self.place.within(name);
            moved::gather(&mut self.findings.differences, start, Moved::Symbols, table);
            let family = name_family(&by_name, name);
            self.findings.bound(
                start,
                limits::DIFFERENCES_PER_PART,
                &self.place.within(name),
                &family,
            );
        }
        shift::explain(&mut self.findings, self.place, &by_name);
    }

    /// A part that only one side has.
    fn one(&mut self, part: Pair<Option<&Part<'_>>>) {
        let Some((present, only)) = part
            .left
            .map(|p| (p, "only-left"))
            .or(part.right.map(|p| (p, "only-right")))
        else {
            return;
        };
        let size: usize = present.claims.iter().map(ExactSizeIterator::len).sum();
        let shown = part.map(|p| p.map(|_| format!("{size} bytes")));
        let key = DiffKey::of([present.key.as_str(), only]);
        let place = self.place.within(&present.name);
        let rule = present
            .rule
            .filter(|_| matches!(present.canon, Canon::Nothing | Canon::Zeros));
        let side = match part.left {
            Some(_) => &mut self.marks.left,
            None => &mut self.marks.right,
        };
        match rule {
            Some(rule) => {
                side.ruled(&present.claims, rule);
                self.findings.settle(key, place, shown, rule);
            }
            None => {
                side.exact(&present.claims);
                self.findings
                    .differ(key, place, shown, Vec::new(), present.allows);
                let entry =
                    |side: &mut Vec<String>| side.push(format!("{}\tonly here", present.name));
                match part.left {
                    Some(_) => entry(&mut self.listing.left),
                    None => entry(&mut self.listing.right),
                }
            }
        }
    }

    /// A part that both sides have.
    fn both(&mut self, parts: Pair<&Part<'_>>) {
        let place = self.place.within(&parts.left.name);
        let headers = parts.map(|p| p.header.clone());
        let before = self.findings.differences.len();
        self.list(
            &parts,
            "header",
            headers.as_ref().map(|items| items_digest(items)),
        );
        compare_items(&mut self.findings, &place, headers);
        let raw = parts.zip(self.contents);
        let same = raw
            .left
            .0
            .basis(raw.left.1)
            .eq(raw.right.0.basis(raw.right.1));
        let claims_bytes = parts.left.claims.iter().any(|r| !r.is_empty());
        if same
            && (claims_bytes
                || matches!(
                    parts.left.canon,
                    Canon::Exact | Canon::Zeros | Canon::Nothing
                ))
        {
            self.marks.left.exact(&parts.left.claims);
            self.marks.right.exact(&parts.right.claims);
            if !parts.left.dropped() {
                let digests = raw.map(|(part, content)| Digest::of_fields(part.slices(content)));
                self.list(&parts, "bytes", digests);
            }
            return;
        }
        let rule = match (parts.left.rule, parts.right.rule) {
            (Some(a), Some(b)) if a == b => Some(a),
            _ => None,
        };
        let start = self.findings.differences.len();
        let shown = match (&parts.left.canon, &parts.right.canon) {
            (Canon::Zeros, Canon::Zeros) => {
                let sizes =
                    raw.map(|(part, content)| part.slices(content).map(<[u8]>::len).sum::<usize>());
                if rule.is_none() {
                    let shown = sizes.map(|size| Some(format!("{size} zero bytes")));
                    self.differ(&parts, &place, shown, Vec::new());
                    self.list(&parts, "zeros", sizes.map(|s| Digest::of(s.to_le_bytes())));
                }
                sizes.map(|size| Some(format!("{size} zero bytes")))
            }
            (Canon::Nothing, Canon::Nothing) => raw.map(|(part, content)| {
                let bytes = part.slices(content).flatten().copied().collect::<Vec<u8>>();
                Some(window::printable(&bytes))
            }),
            (Canon::Items(left), Canon::Items(right)) => {
                let items = Pair::new(left(), right());
                self.list(
                    &parts,
                    "facts",
                    items.as_ref().map(|items| items_digest(items)),
                );
                compare_items(&mut self.findings, &place, items);
                raw.map(|(part, content)| {
                    let bytes = part.slices(content).flatten().copied().collect::<Vec<u8>>();
                    Some(window::brief(&bytes))
                })
            }
            (Canon::Debug(left), Canon::Debug(right)) => {
                let outcome = dwarf::compare(Pair::new(left, right), &self.options.map);
                self.list(&parts, "debug", outcome.digests);
                for found in outcome.found {
                    let place = found
                        .inside
                        .iter()
                        .fold(place.clone(), |p, step| p.within(step));
                    self.findings.differ(
                        found.key,
                        place,
                        found.shown,
                        found.detail,
                        Level::Loaded,
                    );
                }
                Pair::new(None, None)
            }
            (Canon::File(left), Canon::File(right)) => {
                let inner = compare(Pair::new(left, right), &place, self.options, self.depth + 1);
                self.list(&parts, "file", inner.normalized);
                for (marks, part) in [
                    (&mut self.marks.left, parts.left),
                    (&mut self.marks.right, parts.right),
                ] {
                    part.claims
                        .iter()
                        .for_each(|range| marks.inner(range.clone()));
                }
                self.findings.absorb(inner);
                return;
            }
            _ => {
                let bytes = raw.map(|(part, content)| {
                    part.slices(content).flatten().copied().collect::<Vec<u8>>()
                });
                let bytes = bytes.as_ref().map(Vec::as_slice);
                let detail = window::lines(bytes);
                self.differ(&parts, &place, window::summary(bytes), detail);
                self.list(&parts, "bytes", bytes.map(Digest::of));
                Pair::new(None, None)
            }
        };
        let bytes_differ = !raw
            .left
            .0
            .slices(raw.left.1)
            .eq(raw.right.0.slices(raw.right.1));
        match rule {
            Some(rule) if bytes_differ => {
                self.marks.left.ruled(&parts.left.claims, rule);
                self.marks.right.ruled(&parts.right.claims, rule);
                // Settled only if nothing else in the part differs, its header included.
                if self.findings.differences.len() == start {
                    let key = DiffKey::of([parts.left.key.as_str(), "bytes"]);
                    self.findings.settle(key, place, shown, rule);
                }
            }
            _ => {
                self.marks.left.exact(&parts.left.claims);
                self.marks.right.exact(&parts.right.claims);
                if bytes_differ && self.findings.differences.len() == before {
                    self.differ(&parts, &place, shown, Vec::new());
                    let digests =
                        raw.map(|(part, content)| Digest::of_fields(part.slices(content)));
                    self.list(&parts, "bytes", digests);
                }
            }
        }
    }

    fn differ(
        &mut self,
        parts: &Pair<&Part<'_>>,
        place: &Place,
        shown: Pair<Option<String>>,
        detail: Vec<String>,
    ) {
        let key = DiffKey::of([parts.left.key.as_str(), "bytes"]);
        let allows = parts.left.allows.min(parts.right.allows);
        self.findings
            .differ(key, place.clone(), shown, detail, allows);
    }

    fn list(&mut self, parts: &Pair<&Part<'_>>, what: &str, digests: Pair<Digest>) {
        let name = &parts.left.name;
        self.listing
            .left
            .push(format!("{name}\t{what}\t{}", digests.left));
        self.listing
            .right
            .push(format!("{name}\t{what}\t{}", digests.right));
    }

    /// Orders, bounds and counts what was found.
    fn finish(mut self, family: &str) -> Findings {
        let sizes = self.contents.map(<[u8]>::len);
        let coverage = self
            .marks
            .zip(sizes)
            .map(|(marks, size)| marks.coverage(size));
        let missed = coverage.left.uncovered + coverage.right.uncovered;
        self.findings.coverage.add(&coverage.left);
        self.findings.coverage.add(&coverage.right);
        if missed > 0 {
            // A reader that leaves bytes out is at fault; what it did see must not stand for them.
            self.findings.undecided.push(Undecided {
                place: self.place.clone(),
                reason: format!("{missed} bytes belong to no part that was compared"),
            });
        }
        if self.findings.differences.is_empty() && self.findings.undecided.is_empty() {
            // No reader saw what differs, so none may vouch for it.
            let shown = window::summary(self.contents);
            let detail = window::lines(self.contents);
            self.findings.differ(
                DiffKey::of([family, "bytes"]),
                self.place.clone(),
                shown,
                detail,
                Level::Interface,
            );
            self.findings.normalized = self.contents.map(Digest::of);
        } else {
            self.findings.normalized = self.listing.map(|mut lines| {
                lines.sort();
                Digest::of_fields(lines)
            });
        }
        let headers = self.place.within("section headers");
        moved::gather(&mut self.findings.differences, 0, Moved::Sections, headers);
        self.findings
            .bound(0, limits::DIFFERENCES_PER_FILE, self.place, family);
        self.findings
    }
}

/// The first word of the key of the part of this name.
fn name_family(by_name: &Pair<BTreeMap<&str, &Part<'_>>>, name: &str) -> String {
    let part = by_name.left.get(name).or(by_name.right.get(name));
    let key = part.map_or("content", |p| p.key.as_str());
    key.split('.').next().unwrap_or(key).to_owned()
}
