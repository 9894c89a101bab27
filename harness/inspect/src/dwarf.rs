//! Debug information, compared by what it says rather than by where its strings stand.
//!
//! Entries, attributes, strings, references and line tables are resolved and hashed unit by unit, in
//! parallel, and never held as a whole; only units whose digests differ are walked a second time, side by
//! side, to name what differs. Sections that path strings do not reach (ranges, locations, frames, indices)
//! are compared as bytes, so that an offset into them may be compared as a number.

mod sections;

mod lines;
mod units;
mod values;

mod explain;

pub(crate) use sections::{DebugInfo, DebugSection, Patch};

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

fn summarize(opened: &Opened<'_>, map: &PathMap) -> Result<Summary, Unparsed> {
    let units = Units::read(opened)?;
    let mut digests: Vec<(String, Digest)> = (0..units.len())
        .into_par_iter()
        .map(|index| Ok((units.name(index, map), units.digest(index, map)?)))
        .collect::<Result<_, Unparsed>>()?;
    crate::numbering::number_repeats(digests.iter_mut().map(|(name, _)| name));
    let mut plain = opened.plain_digests();
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
    let summary = Opened::new(info).and_then(|opened| summarize(&opened, map));
    summary.map_or_else(|_| info.raw_digest(), |summary| summary.digest())
}

/// Compares the debug information of two files.
pub(crate) fn compare(infos: Pair<&DebugInfo<'_>>, map: &PathMap) -> Outcome {
    match compare_parsed(infos, map) {
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

fn compare_parsed(infos: Pair<&DebugInfo<'_>>, map: &PathMap) -> Result<Outcome, Unparsed> {
    let opened = infos.map(Opened::new).transpose()?;
    let summaries = opened.as_ref().map(|o| summarize(o, map)).transpose()?;
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
    let units = opened.as_ref().map(Units::read).transpose()?;
    let indices = summaries.as_ref().map(|s| {
        let numbered = s.units.iter().enumerate();
        numbered
            .map(|(i, (name, digest))| (name.as_str(), (i, *digest)))
            .collect::<BTreeMap<_, _>>()
    });
    for (name, (index, digest)) in &indices.left {
        match indices.right.get(name) {
            Some((_, other)) if other == digest => {}
            Some((other, _)) => {
                let pair = Pair::new((&units.left, *index), (&units.right, *other));
                explain::unit(pair, name, map, &mut found)?;
            }
            None => found.push(only(
                &["dwarf.unit.only-left"],
                name,
                Pair::new(Some(name), None),
            )),
        }
    }
    for name in indices
        .right
        .keys()
        .filter(|name| !indices.left.contains_key(*name))
    {
        found.push(only(
            &["dwarf.unit.only-right"],
            name,
            Pair::new(None, Some(name)),
        ));
    }
    if found.is_empty() {
        // The same units, in another order.
        let shown = summaries
            .as_ref()
            .map(|s| Some(format!("{} units", s.units.len())));
        found.push(Found::new(&["dwarf.unit.order"], Vec::new(), shown));
    }
    Ok(Outcome { digests, found })
}

fn only(key: &[&str], name: &str, shown: Pair<Option<&&str>>) -> Found {
    Found::new(
        key,
        vec![name.to_owned()],
        shown.map(|n| n.map(|n| (*n).to_owned())),
    )
}
