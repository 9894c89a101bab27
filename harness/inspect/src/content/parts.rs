//! Two parts of one name held against each other, or one that has no like.

use super::packed;
use super::whole::Whole;
use crate::called_by_id::CalledById;
use crate::deb;
use crate::findings::Findings;
use crate::items::{compare_items, items_digest};
use crate::numbering::counted;
use crate::part::{Canon, Part};
use crate::rules::{build_id_path, tree_path};
use crate::{dwarf, elf, window};
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};

impl Whole<'_, '_> {
    /// A part that only one side has.
    pub(super) fn one(&mut self, part: Pair<Option<&Part<'_>>>, called: &Pair<CalledById<'_>>) {
        let Some((present, only)) = part
            .left
            .map(|p| (p, "only-left"))
            .or(part.right.map(|p| (p, "only-right")))
        else {
            return;
        };
        let shown = part.map(|p| p.map(|p| counted(p.size(), "byte")));
        let key = DiffKey::of([present.key.as_str(), only]);
        let place = self.place.within(&present.name);
        let dropping = matches!(present.canon, Canon::Nothing | Canon::Zeros);
        let of_ids = called.left.is_folder(&present.name) || called.right.is_folder(&present.name);
        let rule = match self.above_a_prefix(present) {
            true => Some(&tree_path::RULE),
            false if of_ids => Some(&build_id_path::RULE),
            false => present.rule.filter(|_| dropping),
        };
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
                let entry = |side: &mut Vec<Digest>| {
                    side.push(Digest::of(format!("{}\tonly here", present.name)));
                };
                match part.left {
                    Some(_) => entry(&mut self.listing.left),
                    None => entry(&mut self.listing.right),
                }
            }
        }
    }

    /// A part that both sides have, and what comparing it came to if that is known already.
    pub(super) fn both(
        &mut self,
        parts: Pair<&Part<'_>>,
        called: &Pair<CalledById<'_>>,
        ahead: Option<Findings>,
    ) {
        let place = self.place.within(&parts.left.name);
        if parts.left.name != parts.right.name {
            let shown = parts.map(|part| Some(part.name.clone()));
            let archives = parts.map(|part| deb::archive(&part.name));
            if archives.left.is_some() && archives.same() {
                let key = DiffKey::of(["deb.member-name"]);
                let allows = Level::Interface;
                (self.findings).differ(key, place.clone(), shown, Vec::new(), allows);
            } else {
                let key = DiffKey::of(["tree.path"]);
                let rule = match called.left.place(&parts.left.name) {
                    Some(_) => &build_id_path::RULE,
                    None => &tree_path::RULE,
                };
                self.findings.settle(key, place.clone(), shown, rule);
            }
        }
        self.links(&parts, &place);
        let drawn = parts
            .zip(self.contents)
            .map(|(part, content)| part.drawn(content));
        let headers = match drawn.left {
            // The same header gives the same facts: none of them is made.
            Some(digest) if drawn.same() => {
                self.list(&parts, "late header", Pair::new(digest, digest));
                parts.map(|part| part.header.clone())
            }
            _ => parts.map(Part::headers),
        };
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
            .slices(raw.left.1)
            .eq(raw.right.0.slices(raw.right.1))
            && self.read_the_same(&parts);
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
                let of = |part: &Part<'_>, content| Digest::of_fields(part.slices(content));
                let left = of(raw.left.0, raw.left.1);
                // The same bytes need no second look, unless they are cut in another way.
                let right = match parts.left.claims.len() == parts.right.claims.len() {
                    true => left,
                    false => of(raw.right.0, raw.right.1),
                };
                self.list(&parts, "bytes", Pair::new(left, right));
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
            (Canon::Told(left), Canon::Told(right)) => {
                let items = Pair::new(left(), right());
                self.list(
                    &parts,
                    "facts",
                    items.as_ref().map(|items| items_digest(items)),
                );
                compare_items(&mut self.findings, &place, items);
                self.marks.left.exact(&parts.left.claims);
                self.marks.right.exact(&parts.right.claims);
                return;
            }
            (Canon::Debug(left), Canon::Debug(right)) => {
                let beside = self.setting.beside;
                let alternates = (self.contents.zip(beside))
                    .map(|(content, beside)| elf::detached::alternate(content, &beside))
                    .map(|file| file.and_then(elf::debug_information));
                let outcome = dwarf::compare(
                    Pair::new(left, right),
                    alternates.as_ref().map(Option::as_ref),
                    &self.setting.options.map,
                );
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
                let inner = ahead.unwrap_or_else(|| {
                    let contents = Pair::new(*left, *right);
                    let role = self.role(parts);
                    super::within(contents, &place, &mut self.setting.deeper(role))
                });
                self.list(&parts, "file", inner.normalized);
                self.mark_inner(&parts);
                self.findings.absorb(inner);
                return;
            }
            (Canon::Packed(left), Canon::Packed(right)) => {
                let streams = Pair::new(left, right);
                let place = packed::place(streams, self.place, &parts.left.name);
                let inner = packed::compare(streams, parts, self.contents, &place, self.setting);
                self.list(&parts, "content", inner.normalized);
                self.mark_inner(&parts);
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

    /// The bytes are counted by what was found inside.
    fn mark_inner(&mut self, parts: &Pair<&Part<'_>>) {
        for (marks, part) in [
            (&mut self.marks.left, parts.left),
            (&mut self.marks.right, parts.right),
        ] {
            part.claims
                .iter()
                .for_each(|range| marks.inner(range.clone()));
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

    pub(super) fn list(&mut self, parts: &Pair<&Part<'_>>, what: &str, digests: Pair<Digest>) {
        let name = &parts.left.name;
        for (listing, digest) in [
            (&mut self.listing.left, digests.left),
            (&mut self.listing.right, digests.right),
        ] {
            listing.push(Digest::of(format!("{name}\t{what}\t{digest}")));
        }
    }
}
