//! A unit as a list of what it declares: types, functions, variables, each by its name and what is said of it.
//!
//! Entries are compared one after another as long as both units have the same shape. Where a declaration
//! more or less parts them, everything behind it stands elsewhere; then this list says which declarations
//! differ. It explains only: that the units differ, their digests say.

use super::Unparsed;
use super::leb128::number;
use super::units::Units;
use super::values::{Values, spell};
use crate::path_map::PathMap;
use crossproof_model::{Digest, Pair, RelPath};
use gimli::{AttributeValue, DebuggingInformationEntry, DwAt, DwTag, constants};
use std::collections::BTreeMap;

/// How many unnamed entries are followed to one that has a name: pointers to pointers to constants.
const FOLLOWED: usize = 6;

/// Most entries of a unit that are reported by what they declare.
const ENTRIES: usize = 1 << 18;

/// Bytes of a name from which on it is told by its beginning and its digest.
const LONGEST: usize = 256;

/// A declaration at the top of a unit.
struct Top {
    offset: usize,
    tag: DwTag,
    name: Option<String>,
    /// The entry it is of, as a pointer is of a type.
    of: Option<usize>,
}

/// A name, or what stands for one too long to be repeated wherever it is referred to.
fn short(name: &[u8]) -> String {
    match name.get(..LONGEST) {
        None => RelPath::spell(name),
        Some(start) => format!("{}… {}", RelPath::spell(start), Digest::of(name)),
    }
}

/// What stands at the top of a unit, by offset.
pub(super) struct Outline(Vec<Top>);

impl Outline {
    fn read(values: &Values<'_, '_>) -> Result<Self, Unparsed> {
        let mut raw = values.one.unit.entries_raw(None)?;
        let mut entry = DebuggingInformationEntry::null();
        let mut tops = Vec::new();
        while !raw.is_empty() {
            let depth = raw.next_depth();
            let offset = raw.next_offset().0;
            if !raw.read_entry(&mut entry)? || depth != 1 {
                continue;
            }
            let mut name = None;
            if let Some(value) = entry.attr_value(constants::DW_AT_name) {
                values.units.text(values.one, value, |text| {
                    name = Some(short(text));
                })?;
            }
            let of = [
                constants::DW_AT_type,
                constants::DW_AT_specification,
                constants::DW_AT_abstract_origin,
                constants::DW_AT_import,
            ];
            let of = of.iter().find_map(|at| match entry.attr_value(*at) {
                Some(AttributeValue::UnitRef(offset)) => Some(offset.0),
                _ => None,
            });
            tops.push(Top {
                offset,
                tag: entry.tag(),
                name,
                of,
            });
        }
        Ok(Outline(tops))
    }

    /// The declaration that an offset of the unit is in.
    fn at(&self, offset: usize) -> Option<&Top> {
        let after = self.0.partition_point(|top| top.offset <= offset);
        self.0.get(after.checked_sub(1)?)
    }

    /// What a declaration is called: by its own name, or by that of what it is of.
    fn called(&self, top: &Top) -> String {
        let mut out = String::new();
        let mut here = Some(top);
        for _ in 0..FOLLOWED {
            let Some(top) = here else { break };
            let word = top.tag.to_string();
            let word = word.strip_prefix("DW_TAG_").unwrap_or(&word);
            if !out.is_empty() {
                out.push_str(" of ");
            }
            out.push_str(word);
            if let Some(name) = &top.name {
                out.push(' ');
                out.push_str(name);
                break;
            }
            here = top.of.and_then(|offset| self.at(offset));
        }
        out
    }

    /// Appends what an entry at this offset is, in words that hold wherever it stands.
    pub(super) fn reference(
        &self,
        offset: usize,
        rank: impl Fn(usize) -> Option<usize>,
        out: &mut Vec<u8>,
    ) {
        let Some(top) = self.at(offset) else {
            return number(offset as u64, out);
        };
        let inside = rank(offset).zip(rank(top.offset)).map(|(a, b)| a - b);
        out.extend(self.called(top).bytes());
        number(inside.unwrap_or(usize::MAX) as u64, out);
    }
}

/// What one declaration says: its entries in order, each by its name and the digest of its attributes.
type Said = Vec<(String, Digest)>;

/// Declarations by name, those of one name in order.
type Declarations = BTreeMap<(String, usize), Said>;

/// Where code stands and which line declares what changes with everything else; it tells nothing of a
/// declaration itself.
fn moves(attribute: DwAt) -> bool {
    matches!(
        attribute,
        constants::DW_AT_sibling
            | constants::DW_AT_low_pc
            | constants::DW_AT_high_pc
            | constants::DW_AT_ranges
            | constants::DW_AT_entry_pc
            | constants::DW_AT_call_pc
            | constants::DW_AT_call_return_pc
            | constants::DW_AT_location
            | constants::DW_AT_call_value
            | constants::DW_AT_call_target
            | constants::DW_AT_GNU_call_site_value
            | constants::DW_AT_GNU_call_site_target
            | constants::DW_AT_GNU_locviews
            | constants::DW_AT_decl_line
            | constants::DW_AT_decl_column
            | constants::DW_AT_call_line
            | constants::DW_AT_call_column
    )
}

/// What a unit declares; nothing of one with so many entries that it is not worth what it takes.
fn declarations(
    units: &Units<'_>,
    index: usize,
    map: &PathMap,
) -> Result<Option<Declarations>, Unparsed> {
    let mut count = 0;
    let mut values = Values::new(units, index, map)?;
    let outline = Outline::read(&values)?;
    let one = values.one;
    let by_name = |offset: usize, out: &mut Vec<u8>| {
        outline.reference(offset, |offset| one.entry(offset), out);
    };
    values.spelled = Some(&by_name);
    let mut raw = values.one.unit.entries_raw(None)?;
    let mut entry = DebuggingInformationEntry::null();
    let mut out = Declarations::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut current = None;
    let mut scratch = Vec::new();
    while !raw.is_empty() {
        let depth = raw.next_depth();
        let offset = raw.next_offset().0;
        if !raw.read_entry(&mut entry)? || depth < 1 {
            continue;
        }
        count += 1;
        if count > ENTRIES {
            return Ok(None);
        }
        if depth == 1 {
            let name = outline
                .at(offset)
                .map_or_else(String::new, |top| outline.called(top));
            let time = times.entry(name.clone()).or_default();
            current = Some((name, *time));
            *time += 1;
        }
        let Some(current) = current.clone() else {
            continue;
        };
        let word = entry.tag().to_string();
        let word = word.strip_prefix("DW_TAG_").unwrap_or(&word).to_owned();
        let mut name = String::new();
        scratch.clear();
        for attribute in entry.attrs().iter().filter(|a| !moves(a.name())) {
            number(u64::from(attribute.name().0), &mut scratch);
            let start = scratch.len();
            values.render(entry.tag(), attribute, &mut scratch)?;
            if attribute.name() == constants::DW_AT_name {
                let text = spell(scratch.get(start..).unwrap_or_default());
                name = format!(" {}", short(text.as_bytes()));
            }
        }
        let said = out.entry(current).or_default();
        said.push((format!("{word}{name}"), Digest::of(&scratch)));
    }
    Ok(Some(out))
}

/// A declaration that the units do not share, and what of it.
pub(super) struct Unlike {
    pub word: &'static str,
    pub name: String,
    pub here: Pair<bool>,
    pub detail: Vec<String>,
}

/// The declarations that differ between two units, and how many are the same.
pub(super) fn unlike(
    units: Pair<(&Units<'_>, usize)>,
    map: &PathMap,
) -> Result<Option<(Vec<Unlike>, usize)>, Unparsed> {
    let sides = units
        .map(|(units, index)| declarations(units, index, map))
        .transpose()?;
    let (Some(left), Some(right)) = (sides.left, sides.right) else {
        return Ok(None);
    };
    let sides = Pair::new(left, right);
    let mut same = 0;
    let mut out = Vec::new();
    for (key, left) in &sides.left {
        match sides.right.get(key) {
            Some(right) if left == right => same += 1,
            Some(right) => out.push(Unlike {
                word: "changed",
                name: key.0.clone(),
                here: Pair::new(true, true),
                detail: apart(left, right),
            }),
            None => out.push(alone("only-left", key)),
        }
    }
    let rest = sides
        .right
        .keys()
        .filter(|key| !sides.left.contains_key(key));
    out.extend(rest.map(|key| alone("only-right", key)));
    Ok(Some((out, same)))
}

fn alone(word: &'static str, key: &(String, usize)) -> Unlike {
    Unlike {
        word,
        name: key.0.clone(),
        here: Pair::new(word == "only-left", word == "only-right"),
        detail: Vec::new(),
    }
}

/// The entries inside two declarations of one name that only one of them has.
fn apart(left: &Said, right: &Said) -> Vec<String> {
    let mut counts: BTreeMap<&(String, Digest), i64> = BTreeMap::new();
    left.iter()
        .for_each(|fact| *counts.entry(fact).or_default() += 1);
    right
        .iter()
        .for_each(|fact| *counts.entry(fact).or_default() -= 1);
    let lines = counts
        .into_iter()
        .filter_map(|((what, _), count)| match count {
            0 => None,
            1.. => Some(format!("-{}", what)),
            _ => Some(format!("+{}", what)),
        });
    // In order of what they are called, a changed one's two sides stand together.
    lines.take(8).collect()
}
