//! What differs between two units that are not the same.

use super::units::Units;
use super::values::{Values, spell};
use super::{Found, Unparsed, lines, outline};
use crate::limits;
use crate::numbering::counted;
use crate::path_map::PathMap;
use crossproof_model::{Digest, Pair};
use gimli::{DebuggingInformationEntry, DwAt};
use std::collections::{BTreeMap, BTreeSet};

/// Differences gathered from one unit; its rest is counted in one.
const MOST: usize = 1000;
/// Entries of a unit that are compared with each other one by one to name what differs.
const ENTRIES: usize = 1 << 19;
/// Bytes of a line table's rows that are held to find the first that differs.
const REMEMBERED: usize = 1 << 24;
/// No row takes more: eight numbers of up to ten bytes.
const ROW_BYTES: usize = 80;

/// Walks both units side by side and notes what differs, up to where their structure parts.
pub(super) fn unit(
    units: Pair<(&Units<'_>, usize)>,
    name: &str,
    map: &PathMap,
) -> Result<Vec<Found>, Unparsed> {
    let mut found = Vec::new();
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
    let parted = entries(values.as_ref(), name, &mut found)?;
    if let Some(at) = parted {
        declarations(units, name, map, at, &mut found)?;
    }
    line_table(values.as_ref(), name, &mut found)?;
    if found.is_empty() {
        // The digests say that something differs: it is not to be lost.
        found.push(unlike(name));
    }
    Ok(found)
}

/// A unit that differs, without saying in what.
pub(super) fn unlike(name: &str) -> Found {
    let shown = Pair::new(Some(name.to_owned()), Some(name.to_owned()));
    Found::new(&["dwarf.unit.bytes"], vec![name.to_owned()], shown)
}

/// Names the declarations that differ; how many do not, the difference in structure says, which stands at
/// this index.
fn declarations(
    units: Pair<(&Units<'_>, usize)>,
    name: &str,
    map: &PathMap,
    at: usize,
    found: &mut Vec<Found>,
) -> Result<(), Unparsed> {
    let Some((unlike, same)) = outline::unlike(units, map)? else {
        return Ok(());
    };
    if let Some(structure) = found.get_mut(at) {
        let detail = format!(
            "declarations: {same} the same but for places and lines, {} not",
            unlike.len()
        );
        structure.detail.push(detail);
    }
    for one in unlike.into_iter().take(MOST) {
        let shown = one.here.map(|here| here.then(|| one.name.clone()));
        let inside = vec![name.to_owned(), cut(one.name)];
        let mut difference = Found::new(&["dwarf.declaration", one.word], inside, shown);
        difference.detail = one.detail.into_iter().map(cut).collect();
        found.push(difference);
    }
    Ok(())
}

/// Holds entries against each other one after another. Where the structure of the units parts, the index of
/// the difference that says so.
fn entries(
    values: Pair<&Values<'_, '_>>,
    name: &str,
    found: &mut Vec<Found>,
) -> Result<Option<usize>, Unparsed> {
    let mut raw = values.map(|v| v.one.unit.entries_raw(None)).transpose()?;
    let mut entry = values.map(|_| DebuggingInformationEntry::null());
    let mut index = 0_usize;
    let mut rendered: Pair<Rendered> = Pair::default();
    // What was found under each name and pair of values, and how often again.
    let mut seen: BTreeMap<Digest, (usize, usize)> = BTreeMap::new();
    let outcome = loop {
        let more = Pair::new(!raw.left.is_empty(), !raw.right.is_empty());
        if !more.left && !more.right {
            break Ok(None);
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
            break Ok(Some(found.len() - 1));
        }
        if !real.left {
            continue;
        }
        rendered.left.fill(values.left, &entry.left)?;
        rendered.right.fill(values.right, &entry.right)?;
        let what = match rendered.same() {
            true => String::new(),
            false => format!("{} {index}", entry.left.tag()),
        };
        for (at, pair) in rendered.left.unlike(&rendered.right) {
            let word = DwAt(at).to_string();
            let word = word.strip_prefix("DW_AT_").unwrap_or(&word);
            // One header under another path shows at every entry that names it.
            let values = [&pair.left, &pair.right].map(|v| v.as_deref().unwrap_or_default());
            let values = Digest::of_fields([&at.to_le_bytes()[..], values[0], values[1]]);
            if let Some((_, times)) = seen.get_mut(&values) {
                *times += 1;
                continue;
            }
            seen.insert(values, (found.len(), 0));
            let shown = pair.map(|value| value.map(|v| spell(&v)));
            let inside = vec![name.to_owned(), what.clone(), word.to_owned()];
            // Which compiler with which options: often the cause of the rest.
            let (key, detail): (&[&str], _) = match word {
                "producer" => (&["dwarf.producer"], options(shown.as_ref())),
                word => (&["dwarf.attribute", word], Vec::new()),
            };
            let mut one = Found::new(key, inside, shown.map(|text| text.map(cut)));
            one.detail = detail;
            found.push(one);
        }
        if found.len() >= MOST || index >= ENTRIES {
            let shown = Pair::new(Some("more".to_owned()), Some("more".to_owned()));
            found.push(Found::new(&["dwarf.more"], vec![name.to_owned()], shown));
            break Ok(None);
        }
        index += 1;
    };
    for (place, times) in seen.into_values() {
        if let Some(first) = found.get_mut(place).filter(|_| times > 0) {
            first.detail.push(format!(
                "and the same at {} of the unit",
                match times {
                    1 => "1 more entry".to_owned(),
                    more => format!("{more} more entries"),
                }
            ));
        }
    }
    outcome
}

/// No more of a text than will be shown: there may be many long ones.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(limits::SHOWN + 1) {
        text.truncate(end);
        text.shrink_to_fit();
    }
    text
}

/// The attributes of one entry, rendered one after another.
#[derive(Default, PartialEq, Eq)]
struct Rendered {
    bytes: Vec<u8>,
    /// The name of each, and where its value begins and ends.
    attributes: Vec<(u16, usize, usize)>,
}

impl Rendered {
    fn fill<'o>(
        &mut self,
        values: &Values<'_, 'o>,
        entry: &DebuggingInformationEntry<super::sections::Reader<'o>>,
    ) -> Result<(), Unparsed> {
        self.bytes.clear();
        self.attributes.clear();
        for attribute in entry.attrs() {
            let start = self.bytes.len();
            values.render(entry.tag(), attribute, &mut self.bytes)?;
            self.attributes
                .push((attribute.name().0, start, self.bytes.len()));
        }
        Ok(())
    }

    /// Values by attribute; those of one name stand together.
    fn by_name(&self) -> BTreeMap<u16, Vec<u8>> {
        let mut out: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
        for (name, start, end) in &self.attributes {
            let value = self.bytes.get(*start..*end).unwrap_or_default();
            out.entry(*name).or_default().extend_from_slice(value);
        }
        out
    }

    /// The attributes whose values the two do not share, by name.
    fn unlike(&self, other: &Self) -> Vec<(u16, Pair<Option<Vec<u8>>>)> {
        // Nearly all entries are the same.
        if self == other {
            return Vec::new();
        }
        let mut values = Pair::new(self.by_name(), other.by_name());
        let names = values.left.keys().chain(values.right.keys());
        let names: BTreeSet<u16> = names.copied().collect();
        let pairs = names.into_iter().map(|name| {
            let left = values.left.remove(&name);
            (name, Pair::new(left, values.right.remove(&name)))
        });
        pairs.filter(|(_, pair)| !pair.same()).collect()
    }
}

/// Which words of two producers, compiler options above all, only one of them has.
fn options(producers: Pair<&Option<String>>) -> Vec<String> {
    let words = producers.map(|text| {
        let mut words: BTreeMap<&str, usize> = BTreeMap::new();
        for word in text.as_deref().unwrap_or_default().split_whitespace() {
            *words.entry(word).or_default() += 1;
        }
        words
    });
    let only = |these: &BTreeMap<&str, usize>, those: &BTreeMap<&str, usize>, mark: char| {
        let more = these
            .iter()
            .filter(|(word, times)| **times > those.get(*word).copied().unwrap_or_default());
        let more: Vec<&str> = more.map(|(word, _)| *word).collect();
        (!more.is_empty()).then(|| format!("{mark}{}", more.join(" ")))
    };
    let left = only(&words.left, &words.right, '-');
    let right = only(&words.right, &words.left, '+');
    left.into_iter().chain(right).collect()
}

fn line_table(
    values: Pair<&Values<'_, '_>>,
    name: &str,
    found: &mut Vec<Found>,
) -> Result<(), Unparsed> {
    let inside = || vec![name.to_owned(), "line table".to_owned()];
    let (Some(left), Some(right)) = (values.left.table, values.right.table) else {
        // That only one has a table, its root entry says.
        return Ok(());
    };
    let tables = Pair::new(left, right);
    let files = tables.map(|table| &table.files);
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
    let rows = tables.map(|table| table.rows);
    if !rows.same() {
        let shown = rows.map(|(count, _)| Some(counted(count, "row")));
        let mut one = Found::new(&["dwarf.line.rows"], inside(), shown);
        one.detail = first_row(values, tables)?;
        found.push(one);
    }
    Ok(())
}

/// The first row in which two tables differ, on each side.
fn first_row(
    values: Pair<&Values<'_, '_>>,
    tables: Pair<&lines::Table>,
) -> Result<Vec<String>, Unparsed> {
    let mut left = Vec::new();
    lines::rows(&values.left.one.unit, |row| {
        let start = left.len();
        lines::render(row, &mut left);
        // Rows without number are not kept for a line of explanation.
        let more = left.len() < REMEMBERED;
        if !more {
            left.truncate(start);
        }
        more
    })?;
    let (mut at, mut row_left, mut row_right) = (0, None, None);
    let mut scratch = Vec::new();
    lines::rows(&values.right.one.unit, |row| {
        scratch.clear();
        lines::render(row, &mut scratch);
        let end = at + scratch.len();
        if left.get(at..end) == Some(&scratch) {
            at = end;
            return true;
        }
        row_right = Some(lines::place(row, &tables.right.files));
        false
    })?;
    if at >= REMEMBERED - ROW_BYTES {
        return Ok(Vec::new());
    }
    let mut reached = 0;
    lines::rows(&values.left.one.unit, |row| {
        scratch.clear();
        lines::render(row, &mut scratch);
        let here = reached;
        reached += scratch.len();
        if here >= at {
            row_left = Some(lines::place(row, &tables.left.files));
        }
        here < at
    })?;
    let marked = [('-', row_left), ('+', row_right)].into_iter();
    Ok(marked
        .filter_map(|(mark, row)| Some(format!("{mark}{}", row?)))
        .collect())
}
