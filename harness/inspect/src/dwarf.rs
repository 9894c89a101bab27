//! Debug information, compared by what it says rather than by where its strings stand.
//!
//! Entries, attributes, strings, references and line tables are resolved and hashed unit by unit, in
//! parallel, and never held as a whole; only units whose digests differ are walked a second time, side by
//! side, to name what differs. Sections that path strings do not reach (ranges, locations, frames, macros)
//! are compared as bytes, so that an offset into them may be compared as a number.

mod leb128;
mod ranks;
mod sections;

mod cost;

mod lines;
mod units;
mod values;

mod lookups;

mod source;

mod outline;

mod explain;

pub(crate) use sections::{DebugInfo, DebugSection, Patch, Shape, expand};
pub(crate) use source::Sources;

use crate::limits;
use crate::numbering::counted;
use crate::path_map::PathMap;
use crossproof_model::{DiffKey, Digest, Pair};
use rayon::prelude::*;
use sections::Opened;
use std::collections::BTreeMap;
use units::Units;

/// One difference in debug information.
pub(crate) struct Found {
    pub key: DiffKey,
    pub inside: Vec<String>,
    pub shown: Pair<Option<String>>,
    pub detail: Vec<String>,
}

impl Found {
    fn new(key: &[&str], inside: Vec<String>, shown: Pair<Option<String>>) -> Self {
        Found {
            key: DiffKey::of(key.iter().copied()),
            inside,
            shown,
            detail: Vec::new(),
        }
    }
}

/// What comparing debug information came to.
pub(crate) struct Outcome {
    /// The same exactly when nothing was found.
    pub digests: Pair<Digest>,
    pub found: Vec<Found>,
}

/// Debug information that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unparsed(String);

impl From<gimli::Error> for Unparsed {
    fn from(error: gimli::Error) -> Self {
        Unparsed(error.to_string())
    }
}

/// What debug information comes to: a digest of each plain section and of each unit, in order.
struct Summary {
    plain: BTreeMap<String, Digest>,
    units: Vec<(String, Digest)>,
}

impl Summary {
    fn digest(&self) -> Digest {
        let plain = self
            .plain
            .iter()
            .map(|(name, digest)| format!("{name} {digest}"));
        let units = self
            .units
            .iter()
            .map(|(name, digest)| format!("{name} {digest}"));
        Digest::of_fields(plain.chain(["units".to_owned()]).chain(units))
    }
}

fn summarize(opened: &Opened<'_>, units: &Units<'_>, map: &PathMap) -> Result<Summary, Unparsed> {
    let one = |scratch: &mut Vec<u8>, index| {
        let name = units.name(index, map);
        Ok((name, values::digest(units, index, map, scratch)?))
    };
    let all = (0..units.len()).into_par_iter();
    let mut digests = units::in_order(all.map_init(Vec::new, one))?;
    crate::numbering::number_repeats(digests.iter_mut().map(|(name, _)| name));
    let mut plain = opened.plain_digests();
    plain.extend(lookups::digests(opened, units));
    plain.insert(
        "line programs of no unit".to_owned(),
        units.unclaimed_lines()?,
    );
    Ok(Summary {
        plain,
        units: digests,
    })
}

/// The digest of debug information on its own; of its bytes if it cannot be read.
pub(crate) fn digest(info: &DebugInfo<'_>, map: &PathMap) -> Digest {
    let summary = Opened::new(info).and_then(|opened| {
        let units = Units::read(&opened, None, map)?;
        summarize(&opened, &units, map)
    });
    summary.map_or_else(|_| info.raw_digest(), |summary| summary.digest())
}

/// Compares the debug information of two files, and follows what they refer to into their alternates.
pub(crate) fn compare(
    infos: Pair<&DebugInfo<'_>>,
    alternates: Pair<Option<&DebugInfo<'_>>>,
    map: &PathMap,
) -> Outcome {
    match compare_parsed(infos, alternates, map) {
        Ok(outcome) => outcome,
        // What cannot be read is compared byte for byte.
        Err(reason) => {
            let digests = infos.map(DebugInfo::raw_digest);
            let mut found = Vec::new();
            if !digests.same() {
                let sizes = infos.map(|i| i.sections.iter().map(|s| s.bytes.len()).sum::<usize>());
                let shown = sizes.map(|size| Some(format!("{size} bytes of debug information")));
                let mut one = Found::new(&["dwarf.unparsed"], Vec::new(), shown);
                one.detail.push(format!(
                    "compared byte for byte, because it cannot be read: {reason}"
                ));
                found.push(one);
            }
            Outcome { digests, found }
        }
    }
}

fn compare_parsed(
    infos: Pair<&DebugInfo<'_>>,
    alternates: Pair<Option<&DebugInfo<'_>>>,
    map: &PathMap,
) -> Result<Outcome, Unparsed> {
    let opened = both(infos, Opened::new)?;
    // An alternate that cannot be read is as good as none; it is a file of the tree, and told there.
    let shared = alternates.map(|info| info.and_then(|info| Opened::new(info).ok()));
    let known = shared.as_ref().map(|opened| {
        let units = |opened| Units::read(opened, None, map).ok();
        opened.as_ref().and_then(units)
    });
    let shared = shared.as_ref().zip(known.as_ref());
    let shared = shared.map(|(opened, units)| opened.as_ref().zip(units.as_ref()));
    let units = both(opened.as_ref().zip(shared), |(opened, alternate)| {
        Units::read(opened, alternate, map)
    })?;
    let read = opened.as_ref().zip(units.as_ref());
    let summaries = both(read, |(opened, units)| summarize(opened, units, map))?;
    let digests = summaries.as_ref().map(Summary::digest);
    let mut found = Vec::new();
    if digests.same() {
        return Ok(Outcome { digests, found });
    }
    let names = summaries
        .left
        .plain
        .keys()
        .chain(summaries.right.plain.keys());
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let pair = summaries.as_ref().map(|s| s.plain.get(name));
        if !pair.same() {
            let shown = opened.as_ref().map(|o| o.size(name));
            let shown = shown.map(|size| size.map(|size| format!("{size} bytes")));
            found.push(Found::new(
                &["dwarf.section", name, "bytes"],
                vec![name.clone()],
                shown,
            ));
        }
    }
    let indices = summaries.as_ref().map(|s| {
        let numbered = s.units.iter().enumerate();
        numbered
            .map(|(i, (name, digest))| (name.as_str(), (i, *digest)))
            .collect::<BTreeMap<_, _>>()
    });
    let (mut pairs, alone) = pair_units(&indices);
    pairs.sort_unstable();
    // Each gives one difference or more, and no more than that many are reported: the rest is only counted.
    let rest = pairs.split_off(pairs.len().min(limits::DIFFERENCES_PER_PART));
    let explained = pairs.into_par_iter().map(|(name, pair)| {
        let pair = units.as_ref().zip(pair);
        explain::unit(pair, name, map)
    });
    found.extend(units::in_order(explained)?.into_iter().flatten());
    found.extend(rest.into_iter().map(|(name, _)| explain::unlike(name)));
    for (name, here) in alone {
        let word = if here.left { "only-left" } else { "only-right" };
        let shown = here.map(|here| here.then(|| name.to_owned()));
        found.push(Found::new(
            &["dwarf.unit", word],
            vec![name.to_owned()],
            shown,
        ));
    }
    if found.is_empty() {
        // The same units, in another order.
        let shown = summaries
            .as_ref()
            .map(|s| Some(counted(s.units.len(), "unit")));
        found.push(Found::new(&["dwarf.unit.order"], Vec::new(), shown));
    }
    Ok(Outcome { digests, found })
}

/// Does the same to both sides at once; of two errors the left one is told.
fn both<I: Send, O: Send>(
    pair: Pair<I>,
    each: impl Fn(I) -> Result<O, Unparsed> + Sync,
) -> Result<Pair<O>, Unparsed> {
    let (left, right) = rayon::join(|| each(pair.left), || each(pair.right));
    Pair::new(left, right).transpose()
}

type Indices<'n> = BTreeMap<&'n str, (usize, Digest)>;

/// The units to be held against each other, each pair under one name, and those without a partner, with the
/// side they are on. Units of one name are a pair, left out if they are the same. Of the rest those whose
/// files are called alike are, in order, and so is a lone unit on each side: it was renamed.
#[expect(clippy::type_complexity, reason = "two lists, each described above")]
fn pair_units<'n>(
    indices: &Pair<Indices<'n>>,
) -> (Vec<(&'n str, Pair<usize>)>, Vec<(&'n str, Pair<bool>)>) {
    let mut pairs = Vec::new();
    for (name, (left, digest)) in &indices.left {
        if let Some((right, _)) = indices.right.get(name).filter(|(_, d)| d != digest) {
            pairs.push((*name, Pair::new(*left, *right)));
        }
    }
    let unpaired = |these: &Indices<'n>, those: &Indices<'n>| -> Vec<(&'n str, usize)> {
        let rest = these.iter().filter(|(name, _)| !those.contains_key(*name));
        rest.map(|(name, (index, _))| (*name, *index)).collect()
    };
    let mut rest = Pair::new(
        unpaired(&indices.left, &indices.right),
        unpaired(&indices.right, &indices.left),
    );
    // By the files' own names, in the order of the units: folders change, and files with them but seldom.
    let file = |name: &'n str| name.rsplit('/').next().unwrap_or(name);
    let mut by_file: BTreeMap<&str, Pair<Vec<(&'n str, usize)>>> = BTreeMap::new();
    for one in std::mem::take(&mut rest.left) {
        by_file.entry(file(one.0)).or_default().left.push(one);
    }
    for one in std::mem::take(&mut rest.right) {
        by_file.entry(file(one.0)).or_default().right.push(one);
    }
    let mut join = |mut like: Pair<Vec<(&'n str, usize)>>, rest: &mut Pair<Vec<_>>| {
        like.left.sort_by_key(|(_, index)| *index);
        like.right.sort_by_key(|(_, index)| *index);
        if like.left.len() == like.right.len() {
            for ((name, left), (other, right)) in like.left.into_iter().zip(like.right) {
                // Neither side's name is preferred.
                pairs.push((name.min(other), Pair::new(left, right)));
            }
        } else {
            rest.left.extend(like.left);
            rest.right.extend(like.right);
        }
    };
    for like in by_file.into_values() {
        join(like, &mut rest);
    }
    if (rest.left.len(), rest.right.len()) == (1, 1) {
        join(std::mem::take(&mut rest), &mut rest);
    }
    let left = rest
        .left
        .into_iter()
        .map(|(n, _)| (n, Pair::new(true, false)));
    let right = rest
        .right
        .into_iter()
        .map(|(n, _)| (n, Pair::new(false, true)));
    (pairs, left.chain(right).collect())
}
