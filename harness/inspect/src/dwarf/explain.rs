//! What differs between two units that are not the same.

use super::units::Units;
use super::values::{Values, spell};
use super::{Found, Unparsed, lines};
use crate::path_map::PathMap;
use crossproof_model::Pair;
use gimli::{DebuggingInformationEntry, DwAt};
use std::collections::BTreeMap;

/// Differences gathered from one unit; its rest is counted in one.
const MOST: usize = 1000;

/// Walks both units side by side and notes what differs, up to where their structure parts.
pub(super) fn unit(
    units: Pair<(&Units<'_>, usize)>,
    name: &str,
    map: &PathMap,
    found: &mut Vec<Found>,
) -> Result<(), Unparsed> {
    let before = found.len();
    let headers = units
        .map(|(units, index)| units.header(index))
        .transpose()?;
    if !headers.same() {
        found.push(Found::new(
            &["dwarf.unit.header"],
            vec![name.to_owned()],
            headers.map(Some),
        ));
    }
    let values = units
        .map(|(units, index)| Values::new(units, index, map))
        .transpose()?;
    entries(values.as_ref(), name, found, before)?;
    line_table(values.as_ref(), name, found)?;
    if found.len() == before {
        // The digests say that something differs: it is not to be lost.
        let shown = Pair::new(Some(name.to_owned()), Some(name.to_owned()));
        found.push(Found::new(
            &["dwarf.unit.bytes"],
            vec![name.to_owned()],
            shown,
        ));
    }
    Ok(())
}

fn entries(
    values: Pair<&Values<'_, '_>>,
    name: &str,
    found: &mut Vec<Found>,
    before: usize,
) -> Result<(), Unparsed> {
    let mut raw = values.map(|v| v.one.unit.entries_raw(None)).transpose()?;
    let mut entry = values.map(|_| DebuggingInformationEntry::null());
    let mut index = 0_usize;
    let mut seen: BTreeMap<(u16, Pair<Option<String>>), usize> = BTreeMap::new();
    let mut places = Vec::new();
    let outcome = loop {
        let more = Pair::new(!raw.left.is_empty(), !raw.right.is_empty());
        if !more.left && !more.right {
            break Ok(());
        }
        let real = match more {
            Pair {
                left: true,
                right: true,
            } => Pair::new(
                raw.left.read_entry(&mut entry.left)?,
                raw.right.read_entry(&mut entry.right)?,
            ),
            more => more,
        };
        let shape = entry.as_ref().map(|e| (e.tag(), e.has_children()));
        if !real.same() || (real.left && !shape.same()) {
            // From here on nothing can be paired by place.
            let tags = shape
                .zip(real)
                .map(|((tag, _), real)| real.then(|| tag.to_string()));
            let inside = vec![name.to_owned(), format!("entry {index}")];
            found.push(Found::new(&["dwarf.structure"], inside, tags));
            break Ok(());
        }
        if !real.left {
            continue;
        }
        let rendered = values
            .zip(entry.as_ref())
            .map(|(values, entry)| attributes(values, entry))
            .transpose()?;
        let all = rendered.left.keys().chain(rendered.right.keys());
        for at in all.collect::<std::collections::BTreeSet<_>>() {
            let pair = rendered.as_ref().map(|r| r.get(at));
            if pair.same() {
                continue;
            }
            let word = DwAt(*at).to_string();
            let word = word.strip_prefix("DW_AT_").unwrap_or(&word);
            let what = format!("{} {index}", entry.left.tag());
            let shown = pair.map(|value| value.map(|v| spell(v)));
            // One header under another path shows at every entry that names it.
            if let Some(times) = seen.get_mut(&(*at, shown.clone())) {
                *times += 1;
                continue;
            }
            seen.insert((*at, shown.clone()), 0);
            places.push((*at, shown.clone(), found.len()));
            let inside = vec![name.to_owned(), what, word.to_owned()];
            // Which compiler with which options: often the cause of the rest.
            let key: &[&str] = match word {
                "producer" => &["dwarf.producer"],
                word => &["dwarf.attribute", word],
            };
            found.push(Found::new(key, inside, shown));
        }
        if found.len().saturating_sub(before) >= MOST {
            let shown = Pair::new(Some("more".to_owned()), Some("more".to_owned()));
            found.push(Found::new(&["dwarf.more"], vec![name.to_owned()], shown));
            break Ok(());
        }
        index += 1;
    };
    for (at, shown, place) in places {
        let times = seen.get(&(at, shown)).copied().unwrap_or_default();
        if let Some(first) = found.get_mut(place).filter(|_| times > 0) {
            first
                .detail
                .push(format!("and the same at {times} more entries of the unit"));
        }
    }
    outcome
}

type Rendered = BTreeMap<u16, Vec<u8>>;

fn attributes<'o>(
    values: &Values<'_, 'o>,
    entry: &DebuggingInformationEntry<super::sections::Reader<'o>>,
) -> Result<Rendered, Unparsed> {
    let mut out = BTreeMap::new();
    for attribute in entry.attrs() {
        let rendered: &mut Vec<u8> = out.entry(attribute.name().0).or_default();
        values.render(entry, attribute, rendered)?;
    }
    Ok(out)
}

fn line_table(
    values: Pair<&Values<'_, '_>>,
    name: &str,
    found: &mut Vec<Found>,
) -> Result<(), Unparsed> {
    let inside = || vec![name.to_owned(), "line table".to_owned()];
    let files = values.map(|v| &v.files);
    let count = files.left.paths.len().max(files.right.paths.len());
    let differing = (0..count).find(|i| {
        files.left.paths.get(*i) != files.right.paths.get(*i)
            || files.left.facts.get(*i) != files.right.facts.get(*i)
    });
    if let Some(index) = differing {
        let shown = files.map(|f| {
            let path = f
                .paths
                .get(index)
                .map(|p| String::from_utf8_lossy(p).into_owned());
            path.map(|path| format!("file {index} of {}: {path}", f.paths.len()))
        });
        found.push(Found::new(&["dwarf.line.files"], inside(), shown));
    }
    // One digest of each side's rows is enough to say that they differ; how many there are says how.
    let tables = values
        .map(|values| {
            let mut hasher = blake3::Hasher::new();
            let mut count = 0_usize;
            lines::rows(values, |row| {
                hasher.update(&row);
                count += 1;
                true
            })?;
            Ok::<_, Unparsed>((count, hasher.finalize()))
        })
        .transpose()?;
    if !tables.same() {
        let shown = tables.map(|(count, _)| Some(format!("{count} rows")));
        found.push(Found::new(&["dwarf.line.rows"], inside(), shown));
    }
    Ok(())
}
