//! Two compressed streams held against each other by what they hold.

use super::Setting;
use crate::deb::Role;
use crate::findings::Findings;
use crate::format::{Comparer, Format};
use crate::items::{compare_items, items_digest};
use crate::numbering::counted;
use crate::part::{Canon, Expanded, Packed, Part, StandsFor};
use crate::rules::compressed_stream;
use crossproof_model::comparison::Undecided;
use crossproof_model::{Coverage, DiffKey, Digest, Level, Pair, Place};
use std::borrow::Cow;

/// Where differences in what the streams hold are.
pub(super) fn place(streams: Pair<&Packed<'_>>, file: &Place, part: &str) -> Place {
    match (streams.left.stands_for, streams.right.stands_for) {
        (StandsFor::File, StandsFor::File) => file.clone(),
        _ => file.within(part),
    }
}

/// Expands both, compares what they held and forgets it. Coverage is of the packed bytes: they count as
/// what they hold was compared, in proportion.
pub(super) fn compare(
    streams: Pair<&Packed<'_>>,
    parts: Pair<&Part<'_>>,
    files: Pair<&[u8]>,
    place: &Place,
    setting: &mut Setting<'_>,
) -> Findings {
    let sizes = parts.map(Part::size);
    let most = setting.budget.each(sizes.left.max(sizes.right));
    let (left, right) = rayon::join(
        || (streams.left.expand)(most),
        || (streams.right.expand)(most),
    );
    // What cannot be expanded stands for itself.
    let digests = parts
        .zip(files)
        .map(|(part, file)| Digest::of_fields(part.basis(file)));
    let empty: &[u8] = &[];
    let mut findings = Findings::exact(Pair::new(empty, empty), digests);
    let claimed = (sizes.left + sizes.right) as u64;
    match Pair::new(left, right).transpose() {
        Ok(held) => {
            setting.budget.spend(held.left.content.len());
            setting.budget.spend(held.right.content.len());
            let data = streams.map(|packed| packed.stands_for == StandsFor::Data);
            let data = data.left || data.right;
            let file = streams.map(|packed| packed.stands_for == StandsFor::File);
            let kinds = (data, file.left && file.right);
            inside(&mut findings, held, (parts, kinds), place, setting);
            findings.coverage = apportion(&findings.coverage, claimed);
        }
        Err(reason) => {
            findings.undecided.push(Undecided {
                place: place.clone(),
                reason,
            });
            findings.coverage.uncovered = claimed;
        }
    }
    findings
}

fn inside(
    findings: &mut Findings,
    held: Pair<Expanded>,
    (parts, (data, file)): (Pair<&Part<'_>>, (bool, bool)),
    place: &Place,
    setting: &mut Setting<'_>,
) {
    let rule = &compressed_stream::RULE;
    let contents = held.as_ref().map(|h| h.content.as_slice());
    let same = contents.same();
    let inner = match data && !same {
        true => super::bytes(
            contents,
            place,
            DiffKey::of([parts.left.key.as_str(), "bytes"]),
        ),
        false => {
            // A file that is packed is to a package what it would be unpacked.
            let role = match file {
                true => setting.role.of_packed(),
                false => Role::None,
            };
            super::within(contents, place, &mut setting.deeper(role))
        }
    };
    let facts = held.as_ref().map(|h| items_digest(&h.facts));
    findings.normalized = inner.normalized.zip(facts).map(both_digests);
    findings.absorb(inner);
    if same {
        // What the streams hold is the same: their own bytes went through the rule.
        let total = std::mem::take(&mut findings.coverage).total().max(1);
        findings.coverage.ruled = [(rule.reference(), total)].into();
    }
    compare_items(findings, place, held.map(|h| h.facts));
    let open = findings.differences.iter().any(|d| d.settled_by.is_none());
    if !open && findings.undecided.is_empty() {
        let shown = parts.map(|part| Some(counted(part.size(), "byte")));
        let key = DiffKey::of([parts.left.key.as_str(), "compression"]);
        findings.settle(key, place.clone(), shown, rule);
    }
}

/// Formats that are one stream of a single file.
const STREAMS: [&str; 5] = ["bzip2", "gzip", "lzma", "xz", "zstd"];

/// Contents of two formats of which at least one is a compressed stream, compared by what they hold: that one is packed
/// otherwise, or not at all, is a difference of its own, as not every reader knows every format.
pub(super) fn repacked(
    contents: Pair<&[u8]>,
    formats: Pair<&Format>,
    place: &Place,
    setting: &mut Setting<'_>,
) -> Option<Findings> {
    let packed = formats.map(|format| STREAMS.contains(&format.name));
    if !(packed.left || packed.right) {
        return None;
    }
    let most = setting
        .budget
        .each(contents.left.len().max(contents.right.len()));
    let options = setting.options;
    let held = contents
        .zip(formats)
        .map(|(content, format)| match format.comparer {
            Comparer::Members(explode) if STREAMS.contains(&format.name) => {
                let parts = explode(content, options).ok()?;
                let stream = parts.iter().find_map(|part| match &part.canon {
                    Canon::Packed(packed) if packed.stands_for == StandsFor::File => Some(packed),
                    _ => None,
                })?;
                (stream.expand)(most)
                    .ok()
                    .map(|held| Cow::Owned(held.content))
            }
            _ => Some(Cow::Borrowed(content)),
        });
    let (left, right) = (held.left?, held.right?);
    for content in [&left, &right] {
        if let Cow::Owned(content) = content {
            setting.budget.spend(content.len());
        }
    }
    let role = setting.role.of_packed();
    let mut findings = super::within(Pair::new(&left, &right), place, &mut setting.deeper(role));
    let total = contents.left.len().saturating_add(contents.right.len());
    findings.coverage = apportion(&findings.coverage, total as u64);
    findings.normalized = contents.map(Digest::of);
    findings.differ(
        DiffKey::of(["content.compression"]),
        place.clone(),
        formats.map(|format| Some(format.name.to_owned())),
        Vec::new(),
        Level::Interface,
    );
    Some(findings)
}

/// What a stream comes to: what it holds and what stands beside that.
pub(crate) fn both_digests((content, facts): (Digest, Digest)) -> Digest {
    Digest::of_fields([content.to_string(), facts.to_string()])
}

/// So many bytes in the proportions of `inner`, with no byte more certain than it was.
fn apportion(inner: &Coverage, bytes: u64) -> Coverage {
    let total = u128::from(inner.total());
    if total == 0 {
        return Coverage {
            exact: bytes,
            ..Coverage::default()
        };
    }
    let share = |part: u64| u128::from(bytes) * u128::from(part) / total;
    let most = |share: u128| u64::try_from(share).unwrap_or(bytes);
    let exact = most(share(inner.exact));
    let mut coverage = Coverage {
        exact,
        ..Coverage::default()
    };
    for (rule, part) in &inner.ruled {
        coverage.ruled.insert(rule.clone(), most(share(*part)));
    }
    // What rounding leaves over is given to the least certain kind there is.
    let rest = bytes.saturating_sub(coverage.total());
    match (inner.uncovered, coverage.ruled.values_mut().next()) {
        (0, Some(ruled)) => *ruled += rest,
        (0, None) => coverage.exact += rest,
        _ => coverage.uncovered += rest,
    }
    coverage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bytes_count_as_what_they_hold() {
        let inner = Coverage {
            exact: 700,
            ruled: [(compressed_stream::RULE.reference(), 200)].into(),
            uncovered: 100,
        };
        let outer = apportion(&inner, 33);
        assert_eq!(outer.total(), 33);
        assert_eq!((outer.exact, outer.uncovered), (23, 4));
        assert_eq!(apportion(&Coverage::default(), 5).exact, 5);
        let sure = Coverage {
            exact: 3,
            ..Coverage::default()
        };
        assert_eq!(apportion(&sure, 7).exact, 7);
    }
}
