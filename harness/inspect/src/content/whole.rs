//! A comparison of two files' parts under way.

use super::Setting;
use super::pairs::{ByName, called_by_id, fold_times, paired};
use crate::deb::{Files, Package};
use crate::findings::{Findings, Marks};
use crate::format::{Comparer, Format};
use crate::limits::{self, Budget};
use crate::moved::{self, Moved};
use crate::part::{Canon, Part};
use crate::{shift, window};
use crossproof_model::comparison::Undecided;
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// A comparison of two files' parts under way.
pub(super) struct Whole<'c, 's> {
    pub(super) contents: Pair<&'c [u8]>,
    pub(super) format: &'static Format,
    /// What the contents are if they are packages.
    pub(super) package: Option<Package<Files>>,
    pub(super) place: &'c Place,
    pub(super) setting: &'c mut Setting<'s>,
    pub(super) findings: Findings,
    pub(super) marks: Pair<Marks>,
    /// A digest of what each part comes to: hashed in order, they are the normalized content's digest.
    pub(super) listing: Pair<Vec<Digest>>,
    /// The last stretches that parts read of others, and whether these were the same: thousands of sections read the
    /// one symbol table.
    reads: Option<(Pair<Vec<Range<usize>>>, bool)>,
}

/// Members that are compared before what they came to is taken in.
const AT_ONCE: usize = 4096;

impl<'c, 's> Whole<'c, 's> {
    pub(super) fn new(
        contents: Pair<&'c [u8]>,
        format: &'static Format,
        place: &'c Place,
        setting: &'c mut Setting<'s>,
    ) -> Self {
        let digest = Digest::of(b"");
        let mut findings = Findings::exact(contents, Pair::new(digest, digest));
        findings.coverage.exact = 0;
        Whole {
            contents,
            format,
            package: None,
            place,
            setting,
            findings,
            marks: Pair::default(),
            listing: Pair::default(),
            reads: None,
        }
    }

    /// Whether what two parts read of others is the same.
    pub(super) fn read_the_same(&mut self, parts: &Pair<&Part<'_>>) -> bool {
        let reads = parts.map(|part| &part.reads);
        if let Some((known, same)) = &self.reads
            && known.left == *reads.left
            && known.right == *reads.right
        {
            return *same;
        }
        let contents = self.contents;
        let bytes = |reads: &Vec<Range<usize>>, content: &'c [u8]| {
            let reads = reads.clone().into_iter();
            reads.filter_map(move |range| content.get(range))
        };
        let same = bytes(reads.left, contents.left).eq(bytes(reads.right, contents.right));
        self.reads = Some((reads.map(Clone::clone), same));
        same
    }

    pub(super) fn compare(&mut self, parts: &Pair<Vec<Part<'_>>>) {
        let by_name: Pair<ByName<'_, '_>> = parts
            .as_ref()
            .map(|parts| parts.iter().map(|p| (p.name.as_str(), p)).collect());
        let called = called_by_id(&by_name, self.setting.options);
        let pairs = paired(&by_name, &called, self.setting.options);
        self.order(parts, &pairs, &called);
        self.package(parts, &by_name, &pairs, &called);
        let in_turn = self.in_turn(pairs);
        let mut ahead = BTreeMap::new();
        for (number, (index, pair)) in in_turn.iter().enumerate() {
            // Not all at once: there may be a hundred thousand members.
            if number % AT_ONCE == 0 {
                let end = in_turn.len().min(number + AT_ONCE);
                ahead = self.ahead(in_turn.get(number..end).unwrap_or_default(), &by_name);
            }
            let Some(first) = pair.left.or(pair.right) else {
                continue;
            };
            let start = self.findings.differences.len();
            match pair {
                Pair {
                    left: Some(left),
                    right: Some(right),
                } => self.both(Pair::new(*left, *right), &called, ahead.remove(index)),
                pair => self.one(*pair, &called),
            }
            let place = self.place.within(&first.name);
            let found = &mut self.findings;
            moved::gather(&mut found.differences, start, Moved::Symbols, place.clone());
            if !first.is_file() {
                let family = first.key.as_str().split('.').next().unwrap_or_default();
                found.bound(start, limits::DIFFERENCES_PER_PART, &place, family);
            }
            // An archive may have a hundred thousand members that differ.
            if let Comparer::Members(_) = self.format.comparer {
                found.thin(0);
            }
        }
        shift::explain(&mut self.findings, self.place, &by_name);
    }

    /// What comparing members that hold no others comes to: these can be compared at the same time, because
    /// they share no bound with each other.
    fn ahead(
        &self,
        pairs: &[(usize, Pair<Option<&Part<'_>>>)],
        by_name: &Pair<ByName<'_, '_>>,
    ) -> BTreeMap<usize, Findings> {
        let (options, depth) = (self.setting.options, self.setting.depth + 1);
        let beside = self.setting.beside;
        let members = pairs.par_iter();
        let compared = members.filter_map(|(index, pair)| {
            let Canon::File(left) = pair.left?.canon else {
                return None;
            };
            let Canon::File(right) = pair.right?.canon else {
                return None;
            };
            let contents = Pair::new(left, right);
            let names = Pair::new(pair.left?, pair.right?);
            let mut setting = Setting {
                options,
                beside: Pair::new(
                    beside.left.member(&names.left.name, &by_name.left),
                    beside.right.member(&names.right.name, &by_name.right),
                ),
                depth,
                role: self.role(names),
                budget: &mut Budget::of(0),
            };
            let holds =
                |content: &[u8]| matches!(setting.format(content).comparer, Comparer::Members(_));
            if contents.same() || holds(left) || holds(right) {
                return None;
            }
            let place = self.place.within(&pair.left?.name);
            Some((*index, super::within(contents, &place, &mut setting)))
        });
        compared.collect()
    }

    /// Orders, bounds and counts what was found.
    pub(super) fn finish(mut self) -> Findings {
        let format = self.format;
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
                DiffKey::of([format.name, "bytes"]),
                self.place.clone(),
                shown,
                detail,
                Level::Interface,
            );
            self.findings.normalized = self.contents.map(Digest::of);
        } else {
            self.findings.normalized = self.listing.map(|mut lines| {
                lines.sort_unstable();
                Digest::of_fields(lines.iter().map(|line| line.to_string()))
            });
        }
        fold_times(&mut self.findings.differences, self.place);
        if let Comparer::Parts(_, resolve) = format.comparer {
            resolve(
                self.contents,
                self.setting.options,
                &self.setting.beside,
                self.place,
                &mut self.findings,
            );
        }
        let headers = self.place.within("section headers");
        moved::gather(&mut self.findings.differences, 0, Moved::Sections, headers);
        let most = match format.comparer {
            Comparer::Members(_) => limits::DIFFERENCES_PER_ARCHIVE,
            Comparer::Parts(..) | Comparer::Keyed(_) | Comparer::Text | Comparer::Bytes => {
                limits::DIFFERENCES_PER_FILE
            }
        };
        self.findings.bound(0, most, self.place, format.name);
        self.findings
    }
}
