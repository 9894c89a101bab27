//! Lists of MD5 sums in packages, held against the files that they name.

use super::hex;
use crate::findings::Findings;
use crate::part::{Canon, Part};
use crate::path_map::PathMap;
use crate::rules::deb_md5sums;
use crate::{checksums, keyed};
use crossproof_model::{Coverage, DiffKey, Digest, Pair, Place, RelPath};
use md5::{Digest as _, Md5};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// MD5 sums of files in an archive, by path.
#[derive(Debug, Default)]
pub(crate) struct Sums(BTreeMap<String, String>);

impl Sums {
    /// Of the files among the members for which it is wanted, and of hard links to these.
    pub(crate) fn of<'p>(
        parts: &BTreeMap<&'p str, &'p Part<'p>>,
        wanted: impl Fn(&str) -> bool + Sync,
    ) -> Self {
        let files = parts
            .par_iter()
            .filter_map(|(name, part)| match part.canon {
                Canon::File(content) if wanted(name) => Some((*name, content)),
                _ => None,
            });
        let sums = files
            .filter(|(name, _)| !stands_twice(parts, name))
            .map(|(name, content)| (name.to_owned(), sum(content)));
        let mut sums: BTreeMap<String, String> = sums.collect();
        let links = parts.iter().filter_map(|(name, part)| {
            let mut facts = part.headers().into_iter();
            let link = facts.find(|fact| fact.key.is(&["tar", "link"]))?;
            let of = sums.get(plain(&link.value))?;
            (!stands_twice(parts, name)).then(|| ((*name).to_owned(), of.clone()))
        });
        let links: Vec<(String, String)> = links.collect();
        sums.extend(links);
        Sums(sums)
    }

    /// Whether this is the sum of the file at this path.
    fn vouches(&self, (sum, path): (&str, &str)) -> bool {
        let own = self.0.get(&RelPath::spell(path.as_bytes()));
        own.is_some_and(|own| own == sum)
    }

    /// The lines of a list that have the right sums, by path as it is spelled. A path that is listed twice has none.
    fn vouched<'t>(&self, text: &'t str) -> BTreeMap<String, Line<'t>> {
        let (mut vouched, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for line in text.lines().filter_map(checksums::line) {
            let (sum, path) = line;
            let spelled = RelPath::spell(path.as_bytes());
            if !seen.insert(path) {
                vouched.remove(&spelled);
            } else if self.vouches(line) {
                vouched.insert(spelled, Line { sum, path });
            }
        }
        vouched
    }

    /// A list of sums with zeros for those that are right.
    pub(crate) fn without_right_ones(&self, text: &str) -> String {
        let right = self.vouched(text);
        let paths = right.values().map(|line| line.path);
        let canonical = paths.map(|path| (path, Canonical::Path(path))).collect();
        rewritten(text, &canonical)
    }
}

/// A line of a list: the sum that it starts with and the path that it ends in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'t> {
    sum: &'t str,
    path: &'t str,
}

/// Compares two lists of which these lines are settled.
pub(super) fn compare(
    texts: Pair<&str>,
    settled: &[Pair<Line<'_>>],
    place: &Place,
    map: &PathMap,
) -> Findings {
    let mut canonical: Pair<BTreeMap<&str, Canonical<'_>>> = Pair::default();
    for lines in settled {
        let goes_by = match lines.left.path == lines.right.path {
            true => Canonical::Path(lines.left.path),
            false => Canonical::Renamed(lines.left.path),
        };
        canonical.left.insert(lines.left.path, goes_by);
        canonical.right.insert(lines.right.path, goes_by);
    }
    let plain = texts
        .zip(canonical)
        .map(|(text, canonical)| rewritten(text, &canonical));
    let plain = plain.as_ref().map(String::as_str);
    let mut findings = match plain.same() {
        true => Findings::equal(plain.left.as_bytes(), Digest::of(plain.left)),
        false => keyed::compare(plain, checksums::facts, place, map),
    };
    let mut ruled = 0;
    for lines in settled {
        let renamed = lines.left.path != lines.right.path;
        let shown = lines.as_ref().map(|line| match renamed {
            true => format!("{}  {}", line.sum, line.path),
            false => line.sum.to_owned(),
        });
        let paths = lines
            .as_ref()
            .map(|line| if renamed { line.path.len() } else { 0 });
        ruled += lines.left.sum.len() + paths.left + lines.right.sum.len() + paths.right;
        let key = DiffKey::of(checksums::KEY);
        let place = place.within(lines.left.path);
        findings.settle(key, place, shown.map(Some), &deb_md5sums::RULE);
    }
    let ruled = ruled as u64;
    findings.coverage = Coverage {
        exact: (texts.left.len() + texts.right.len()) as u64 - ruled,
        ruled: [(deb_md5sums::RULE.reference(), ruled)].into(),
        uncovered: 0,
    };
    findings
}

/// The lines that are right on both sides and differ.
///
/// `renamed` has paths of the left side by those on the right that stand for the same file.
pub(super) fn settled<'t>(
    texts: Pair<&'t str>,
    sums: Pair<&Sums>,
    renamed: &BTreeMap<String, String>,
) -> Vec<Pair<Line<'t>>> {
    let vouched = texts.zip(sums).map(|(text, sums)| sums.vouched(text));
    let both = vouched.right.iter().filter_map(|(path, right)| {
        let path = renamed.get(path).unwrap_or(path);
        Some(Pair::new(*vouched.left.get(path)?, *right))
    });
    both.filter(|lines| !lines.same()).collect()
}

/// A list with zeros for the sums of these paths, and the path that each goes by. Lines of a file that is called
/// otherwise on the other side go last, in order of that path: where they stand follows from their names.
fn rewritten(text: &str, canonical: &BTreeMap<&str, Canonical<'_>>) -> String {
    let (mut out, mut last) = (String::new(), Vec::new());
    for whole in text.split_inclusive('\n') {
        match rewritten_line(whole, canonical) {
            Some((Canonical::Path(_), line)) => out.push_str(&line),
            Some((Canonical::Renamed(path), line)) => last.push((path, line)),
            None => out.push_str(whole),
        }
    }
    last.sort();
    out.extend(last.into_iter().map(|(_, line)| line));
    out
}

fn rewritten_line<'c>(
    whole: &str,
    canonical: &BTreeMap<&str, Canonical<'c>>,
) -> Option<(Canonical<'c>, String)> {
    let line = whole.lines().next()?;
    let (sum, path) = checksums::line(line)?;
    let stands_for = *canonical.get(path)?;
    let (Canonical::Path(written) | Canonical::Renamed(written)) = stands_for;
    let between = line.get(sum.len()..line.len() - path.len())?;
    let end = whole.get(line.len()..)?;
    let zeros = "0".repeat(sum.len());
    Some((stands_for, format!("{zeros}{between}{written}{end}")))
}

/// The path that a line of a list goes by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Canonical<'c> {
    /// Its own.
    Path(&'c str),
    /// The left one of a file that has another on each side.
    Renamed(&'c str),
}

/// Whether there may be several members of this path: repeated names are numbered.
fn stands_twice(parts: &BTreeMap<&str, &Part<'_>>, name: &str) -> bool {
    let numbered = |name: &str| {
        let (path, number) = name.rsplit_once('#')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| parts.contains_key(path))
    };
    parts.contains_key(format!("{name}#2").as_str()) || numbered(name) == Some(true)
}

/// A link's target as names of members are written.
fn plain(mut target: &str) -> &str {
    while let Some(rest) = target.strip_prefix("./").or(target.strip_prefix('/')) {
        target = rest;
    }
    target
}

fn sum(content: &[u8]) -> String {
    hex(&Md5::digest(content))
}
