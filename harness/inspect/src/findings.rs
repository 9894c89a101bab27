//! What comparing two contents came to, gathered with bounds.

use crate::limits;
use crate::rules::Rule;
use crossproof_model::comparison::{Functions, Undecided};
use crossproof_model::{Coverage, DiffKey, Difference, Digest, Level, Pair, Place, RuleRef};
use std::collections::BTreeMap;
use std::ops::Range;

/// Findings about one pair of contents.
pub(crate) struct Findings {
    pub differences: Vec<Difference>,
    pub undecided: Vec<Undecided>,
    pub rules: BTreeMap<RuleRef, u64>,
    pub coverage: Coverage,
    /// Digests of the normalized contents: the same exactly when every difference is settled.
    pub normalized: Pair<Digest>,
    /// Functions of files whose code was held against each other.
    pub functions: Option<Functions>,
    /// Unsettled differences that were not kept: there were far more than are reported, and graver ones.
    dropped: usize,
}

/// The last line of a detail that has not all of it.
pub(crate) const MORE: &str = "@@ and more that is not listed @@";

impl Findings {
    /// Of two equal contents.
    pub(crate) fn equal(content: &[u8], digest: Digest) -> Self {
        let mut findings = Findings::exact(Pair::new(content, content), Pair::new(digest, digest));
        findings.differences.clear();
        findings
    }

    /// Of contents compared byte for byte, with no difference noted yet.
    pub(crate) fn exact(contents: Pair<&[u8]>, normalized: Pair<Digest>) -> Self {
        Findings {
            differences: Vec::new(),
            undecided: Vec::new(),
            rules: BTreeMap::new(),
            coverage: Coverage {
                exact: (contents.left.len() + contents.right.len()) as u64,
                ..Coverage::default()
            },
            normalized,
            functions: None,
            dropped: 0,
        }
    }

    /// Of contents that could not be compared.
    pub(crate) fn undecided(contents: Pair<&[u8]>, place: &Place, reason: String) -> Self {
        let raw = contents.map(Digest::of);
        let mut findings = Findings::exact(contents, raw);
        findings.coverage.uncovered = std::mem::take(&mut findings.coverage.exact);
        findings.undecided.push(Undecided {
            place: place.clone(),
            reason,
        });
        findings
    }

    /// Notes an unsettled difference.
    pub(crate) fn differ(
        &mut self,
        key: DiffKey,
        place: Place,
        shown: Pair<Option<String>>,
        detail: Vec<String>,
        allows: Level,
    ) {
        let shown = shortened(shown);
        let mut detail = detail;
        if detail.len() > Difference::DETAIL_LINES {
            detail.truncate(Difference::DETAIL_LINES - 1);
            detail.push(MORE.to_owned());
        }
        self.differences.push(Difference {
            key,
            place,
            left: shown.left,
            right: shown.right,
            detail,
            allows,
            settled_by: None,
        });
    }

    /// Notes a difference that `rule` settles, and counts it.
    pub(crate) fn settle(
        &mut self,
        key: DiffKey,
        place: Place,
        shown: Pair<Option<String>>,
        rule: &Rule,
    ) {
        let reference = rule.reference();
        *self.rules.entry(reference.clone()).or_default() += 1;
        self.differ(key, place, shown, Vec::new(), Level::Metadata);
        if let Some(last) = self.differences.last_mut() {
            last.settled_by = Some(reference);
        }
    }

    /// Takes in the findings about something inside, coverage included.
    pub(crate) fn absorb(&mut self, inner: Findings) {
        self.differences.extend(inner.differences);
        self.undecided.extend(inner.undecided);
        self.coverage.add(&inner.coverage);
        self.dropped += inner.dropped;
        if let Some(functions) = inner.functions {
            self.functions.get_or_insert_default().add(&functions);
        }
        for (rule, times) in inner.rules {
            *self.rules.entry(rule).or_default() += times;
        }
    }

    /// Keeps the gravest of the unsettled differences from `start` on where there are very many; [`Findings::bound`]
    /// counts the rest with those that it drops itself.
    pub(crate) fn thin(&mut self, start: usize) {
        if self.differences.len() < start.saturating_add(2 * limits::DIFFERENCES_KEPT) {
            return;
        }
        let tail = self.differences.split_off(start);
        let (settled, mut open): (Vec<_>, Vec<_>) =
            tail.into_iter().partition(|d| d.settled_by.is_some());
        open.sort_by(gravest);
        self.dropped += open.len().saturating_sub(limits::DIFFERENCES_KEPT);
        open.truncate(limits::DIFFERENCES_KEPT);
        self.differences.extend(settled);
        self.differences.extend(open);
    }

    /// Orders the unsettled differences from `start` on and counts all beyond `most` in one, which keeps
    /// the worst level of those it stands for, so that nothing is dropped unsaid.
    pub(crate) fn bound(&mut self, start: usize, most: usize, place: &Place, key: &str) {
        let start = start.min(self.differences.len());
        let mut tail = self.differences.split_off(start);
        tail.sort_by(gravest);
        let (settled, mut open): (Vec<_>, Vec<_>) =
            tail.into_iter().partition(|d| d.settled_by.is_some());
        let rest = open.split_off(most.min(open.len()));
        self.differences.extend(settled);
        self.differences.extend(open);
        if let Some(worst) = rest.iter().map(|d| d.allows).min() {
            let count = format!(
                "and {} more",
                rest.len() + std::mem::take(&mut self.dropped)
            );
            let shown = Pair::new(Some(count.clone()), Some(count));
            self.differ(
                DiffKey::of([key, "more"]),
                place.clone(),
                shown,
                Vec::new(),
                worst,
            );
        }
    }
}

/// The worst first, so that what is counted away is the least telling.
fn gravest(a: &Difference, b: &Difference) -> std::cmp::Ordering {
    (a.allows, &a.place, &a.key, &a.left, &a.right)
        .cmp(&(b.allows, &b.place, &b.key, &b.left, &b.right))
}

/// Two texts short enough to show, from a little before they part on if that is far behind their beginning.
pub(crate) fn shortened(texts: Pair<Option<String>>) -> Pair<Option<String>> {
    const BEFORE: usize = 40;
    if let (Some(left), Some(right)) = (&texts.left, &texts.right) {
        let same = left.chars().zip(right.chars()).take_while(|(a, b)| a == b);
        let same = same.count();
        if same + BEFORE / 2 > limits::SHOWN {
            let from = |text: &String| {
                let rest: String = text.chars().skip(same.saturating_sub(BEFORE)).collect();
                Some(shorten(&format!("…{rest}")))
            };
            return texts.as_ref().map(|text| text.as_ref().and_then(from));
        }
    }
    texts.map(|text| text.map(|text| shorten(&text)))
}

/// A text short enough to show, its end replaced by `…` if need be.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(limits::SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// How one side's bytes were compared, range by range.
#[derive(Default)]
pub(crate) struct Marks {
    exact: Vec<Range<usize>>,
    ruled: Vec<(Range<usize>, RuleRef)>,
    /// Counted by the findings of what is inside.
    inner: Vec<Range<usize>>,
}

impl Marks {
    pub(crate) fn exact(&mut self, ranges: &[Range<usize>]) {
        self.exact.extend_from_slice(ranges);
    }
    pub(crate) fn ruled(&mut self, ranges: &[Range<usize>], rule: &Rule) {
        self.ruled
            .extend(ranges.iter().map(|r| (r.clone(), rule.reference())));
    }
    pub(crate) fn inner(&mut self, range: Range<usize>) {
        self.inner.push(range);
    }

    /// Counts each byte of a file of `size` once. Where claims overlap, what was compared exactly counts
    /// before what went through a rule: the stricter comparison is the one that held.
    pub(crate) fn coverage(self, size: usize) -> Coverage {
        let mut all: Vec<(Range<usize>, Option<Option<RuleRef>>)> = Vec::new();
        all.extend(self.inner.into_iter().map(|r| (r, None)));
        all.extend(self.exact.into_iter().map(|r| (r, Some(None))));
        all.extend(
            self.ruled
                .into_iter()
                .map(|(r, rule)| (r, Some(Some(rule)))),
        );
        let mut coverage = Coverage::default();
        let mut taken = Taken::default();
        for (range, class) in all {
            let fresh = taken.take(range.start.min(size)..range.end.min(size));
            match class {
                None => {}
                Some(None) => coverage.exact += fresh,
                Some(Some(rule)) => *coverage.ruled.entry(rule).or_default() += fresh,
            }
        }
        coverage.ruled.retain(|_, bytes| *bytes > 0);
        coverage.uncovered = (size as u64).saturating_sub(taken.total);
        coverage
    }
}

/// Ranges already counted, disjoint, start to end.
#[derive(Default)]
struct Taken {
    ranges: BTreeMap<usize, usize>,
    total: u64,
}

impl Taken {
    /// Takes a range and says how many of its bytes had not been taken before.
    fn take(&mut self, range: Range<usize>) -> u64 {
        if range.start >= range.end {
            return 0;
        }
        let (mut start, mut end) = (range.start, range.end);
        let mut known = 0_u64;
        // Every stored range that touches this one begins at or before its end; walk them backwards.
        while let Some((s, e)) = self.ranges.range(..=end).next_back().map(|(s, e)| (*s, *e)) {
            if e < start {
                break;
            }
            known += (e - s) as u64;
            start = start.min(s);
            end = end.max(e);
            self.ranges.remove(&s);
        }
        self.ranges.insert(start, end);
        let fresh = ((end - start) as u64).saturating_sub(known);
        self.total += fresh;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::comment;

    #[test]
    fn long_texts_are_shown_where_they_part() {
        let text = |end: &str| Some(format!("{}{end}", "a".repeat(500)));
        let shown = shortened(Pair::new(text("left"), text("right")));
        assert!(shown.left.unwrap().ends_with("aleft"));
        assert!(shown.right.unwrap().ends_with("aright"));
        let early = shortened(Pair::new(Some("x".repeat(500)), text("")));
        assert!(early.left.unwrap().starts_with("xxx"));
        let one = shortened(Pair::new(None, Some("b".to_owned())));
        assert_eq!(one.right.unwrap(), "b");
    }

    #[test]
    fn each_byte_counts_once() {
        let mut marks = Marks::default();
        marks.ruled(&[0..10], &comment::RULE);
        marks.exact(&[5..12, 6..8, 20..22]);
        marks.inner(30..40);
        let coverage = marks.coverage(50);
        assert_eq!(coverage.exact, 9);
        assert_eq!(coverage.ruled.values().sum::<u64>(), 5);
        assert_eq!(coverage.uncovered, 50 - 9 - 5 - 10);
    }

    #[test]
    fn what_is_counted_away_keeps_its_worst_level() {
        let place = Place::file("f".parse().unwrap());
        let digest = Digest::of(b"");
        let mut findings = Findings::exact(Pair::new(b"", b""), Pair::new(digest, digest));
        for level in [
            Level::Loaded,
            Level::Interface,
            Level::Loaded,
            Level::Loaded,
        ] {
            let shown = Pair::new(None, None);
            findings.differ(DiffKey::of(["k"]), place.clone(), shown, Vec::new(), level);
        }
        findings.bound(0, 1, &place, "elf");
        let kept: Vec<_> = findings
            .differences
            .iter()
            .map(|d| (d.key.as_str(), d.allows))
            .collect();
        assert_eq!(kept, [("k", Level::Interface), ("elf.more", Level::Loaded)]);
    }
}
