//! The units of debug information and their digests.

use super::ranks::Ranks;
use super::sections::{Opened, Reader};
use super::{Unparsed, cost, lines};
use crate::path_map::PathMap;
use crossproof_model::{Digest, RelPath};
use gimli::{
    AbbreviationsCacheStrategy, AttributeValue, Dwarf, Reader as _, SectionId, Unit, UnitHeader,
    UnitType,
};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;

/// All results, or the first error in order: which of several is told must not depend on chance.
pub(super) fn in_order<T: Send>(
    results: impl ParallelIterator<Item = Result<T, Unparsed>>,
) -> Result<Vec<T>, Unparsed> {
    let results: Vec<_> = results.collect();
    results.into_iter().collect()
}

/// Every unit of a file, with where its entries stand.
pub(super) struct Units<'o> {
    dwarf: Dwarf<Reader<'o>>,
    /// What several files share, gathered in one that is referred to.
    alternate: Option<&'o Units<'o>>,
    lines: &'o [u8],
    strings: &'o [u8],
    line_strings: &'o [u8],
    units: Vec<OneUnit<'o>>,
    tables: Vec<lines::Table>,
    /// What all units may come to.
    pub text: cost::Budget,
}

/// A unit, and the offset of each of its entries: references are compared by which entry they mean.
pub(super) struct OneUnit<'o> {
    pub unit: Unit<Reader<'o>>,
    /// Offset of the unit in `.debug_info`; `None` in `.debug_types`.
    start: Option<usize>,
    entries: Ranks,
    /// Which of the line tables is its own.
    table: Option<usize>,
}

impl<'o> OneUnit<'o> {
    fn read(
        dwarf: &Dwarf<Reader<'o>>,
        start: Option<usize>,
        header: UnitHeader<Reader<'o>>,
    ) -> Result<Self, Unparsed> {
        let size = header.length_including_self();
        let unit = dwarf.unit(header)?;
        let mut raw = unit.entries_raw(None)?;
        let attributes = cost::attributes(size);
        let entries = Ranks::new(size, || {
            while !raw.is_empty() {
                let offset = raw.next_offset().0;
                if let Some(abbreviation) = raw.read_abbreviation()? {
                    attributes.spend(abbreviation.attributes().len())?;
                    raw.skip_attributes(abbreviation.attributes())?;
                    return Ok(Some(offset));
                }
            }
            Ok::<_, Unparsed>(None)
        })?;
        Ok(OneUnit {
            unit,
            start,
            entries,
            table: None,
        })
    }

    /// Which entry of the unit stands at this offset.
    pub(super) fn entry(&self, offset: usize) -> Option<usize> {
        self.entries.rank(offset)
    }

    /// What its line table hangs on: where it stands, and the folder its paths begin at.
    fn table_key(&self) -> Option<(usize, Option<Cow<'_, [u8]>>)> {
        let program = self.unit.line_program.as_ref()?;
        let home = self.unit.comp_dir.as_ref();
        let home = home.and_then(|home| home.to_slice().ok());
        Some((program.header().offset().0, home))
    }
}

impl<'o> Units<'o> {
    /// Reads all unit headers and line tables, and walks all entries once.
    pub(super) fn read(
        opened: &'o Opened<'_>,
        alternate: Option<(&'o Opened<'_>, &'o Units<'o>)>,
        map: &PathMap,
    ) -> Result<Self, Unparsed> {
        let load = |id: SectionId| Ok::<_, gimli::Error>(opened.reader(id.name()));
        let mut dwarf = Dwarf::load(load)?;
        if let Some((opened, _)) = alternate {
            dwarf.load_sup(|id: SectionId| Ok::<_, gimli::Error>(opened.reader(id.name())))?;
        }
        let (mut headers, mut shared) = (Vec::new(), BTreeSet::new());
        let mut iter = dwarf.units();
        while let Some(header) = iter.next()? {
            headers.push((header.debug_info_offset().map(|offset| offset.0), header));
        }
        let mut iter = dwarf.type_units();
        while let Some(header) = iter.next()? {
            headers.push((None, header));
        }
        let size = opened.bytes(".debug_info").len() + opened.bytes(".debug_types").len();
        cost::units(headers.len(), size)?;
        let tables = headers
            .iter()
            .map(|(_, header)| header.debug_abbrev_offset().0);
        cost::abbreviations(opened.bytes(".debug_abbrev"), &tables.collect())?;
        dwarf.populate_abbreviations_cache(AbbreviationsCacheStrategy::Duplicates);
        // Which leaves out the units of types, of which thousands share a table.
        for (_, header) in headers.iter().filter(|(start, _)| start.is_none()) {
            let table = header.debug_abbrev_offset();
            if shared.insert(table.0) {
                let abbreviations = dwarf.abbreviations(header)?;
                dwarf
                    .abbreviations_cache
                    .set::<Reader<'_>>(table, abbreviations);
            }
        }
        let mut units = in_order(
            headers
                .into_par_iter()
                .map(|(start, header)| OneUnit::read(&dwarf, start, header)),
        )?;
        let mut keys = BTreeMap::new();
        for (index, one) in units.iter().enumerate() {
            if let Some(key) = one.table_key() {
                keys.entry(key).or_insert_with(Vec::new).push(index);
            }
        }
        let users: Vec<Vec<usize>> = keys.into_values().collect();
        let first = users
            .par_iter()
            .filter_map(|users| units.get(*users.first()?));
        let line_bytes = opened.bytes(".debug_line").len();
        let budget = lines::budget(line_bytes);
        let programs = lines::programs(line_bytes);
        let table = |one: &OneUnit<'o>| {
            lines::spend(&one.unit, &programs)?;
            lines::Table::read(&dwarf, &one.unit, map, &budget)
        };
        let tables = in_order(first.map(table))?;
        for (table, users) in users.iter().enumerate() {
            for user in users {
                if let Some(one) = units.get_mut(*user) {
                    one.table = Some(table);
                }
            }
        }
        Ok(Units {
            dwarf,
            alternate: alternate.map(|(_, units)| units),
            lines: opened.bytes(".debug_line"),
            strings: opened.bytes(".debug_str"),
            line_strings: opened.bytes(".debug_line_str"),
            units,
            tables,
            text: cost::text(size),
        })
    }

    /// The unit's line table.
    pub(super) fn table(&self, one: &OneUnit<'_>) -> Option<&lines::Table> {
        self.tables.get(one.table?)
    }

    /// Gives `each` the text that an attribute's value means.
    pub(super) fn text(
        &self,
        one: &OneUnit<'o>,
        value: AttributeValue<Reader<'o>>,
        each: impl FnOnce(&[u8]),
    ) -> Result<(), Unparsed> {
        let (table, offset) = match value {
            AttributeValue::DebugStrRef(offset) => (self.strings, offset.0),
            AttributeValue::DebugLineStrRef(offset) => (self.line_strings, offset.0),
            other => {
                each(&self.dwarf.attr_string(&one.unit, other)?.to_slice()?);
                return Ok(());
            }
        };
        // The standard library looks for the end a word at a time.
        match table.get(offset..).map(CStr::from_bytes_until_nul) {
            Some(Ok(text)) => each(text.to_bytes()),
            _ => return Err(Unparsed(format!("no string ends after offset {offset:#x}"))),
        }
        Ok(())
    }

    /// The alternate that references lead to.
    pub(super) fn alternate(&self) -> Option<&'o Units<'o>> {
        self.alternate
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn get(&self, index: usize) -> Result<&OneUnit<'o>, Unparsed> {
        self.units
            .get(index)
            .ok_or_else(|| Unparsed(format!("there is no unit {index}")))
    }

    /// Which unit of `.debug_info` begins at this offset, and its size.
    pub(super) fn at(&self, offset: usize) -> Option<(usize, usize)> {
        let info = self.units.partition_point(|u| u.start.is_some());
        let units = self.units.get(..info)?;
        let index = units
            .binary_search_by_key(&Some(offset), |u| u.start)
            .ok()?;
        Some((index, units.get(index)?.unit.header.length_including_self()))
    }

    /// Which entry of which unit stands at this offset of `.debug_info`.
    pub(super) fn entry(&self, offset: usize) -> Option<(usize, usize)> {
        // Units of `.debug_info` come first, in order.
        let info = self.units.partition_point(|u| u.start.is_some());
        let before = self
            .units
            .get(..info)?
            .partition_point(|u| u.start <= Some(offset));
        let index = before.checked_sub(1)?;
        let unit = self.units.get(index)?;
        Some((index, unit.entry(offset.checked_sub(unit.start?)?)?))
    }

    /// The unit's source file under the map.
    pub(super) fn name(&self, index: usize, map: &PathMap) -> String {
        let unit = self.units.get(index);
        let name = unit
            .and_then(|u| u.unit.name.as_ref())
            .and_then(|name| name.to_slice().ok());
        name.map_or_else(
            || "(unnamed unit)".to_owned(),
            |name| RelPath::spell(&map.apply(&name)),
        )
    }

    /// What the unit's header says.
    pub(super) fn header(&self, index: usize) -> Result<String, Unparsed> {
        let one = self.get(index)?;
        let kind = match one.unit.header.type_() {
            UnitType::Type {
                type_signature,
                type_offset,
            }
            | UnitType::SplitType {
                type_signature,
                type_offset,
            } => {
                format!(
                    "type {:#x} entry {:?}",
                    type_signature.0,
                    one.entry(type_offset.0)
                )
            }
            UnitType::Compilation => "compilation unit".to_owned(),
            UnitType::Partial => "partial unit".to_owned(),
            UnitType::Skeleton(id) => format!("skeleton unit {:#x}", id.0),
            UnitType::SplitCompilation(id) => format!("split unit {:#x}", id.0),
        };
        let encoding = one.unit.encoding();
        let format = encoding.format.word_size();
        Ok(format!(
            "{kind}, DWARF {}, addresses of {} bytes, offsets of {format} bytes, {}",
            encoding.version,
            encoding.address_size,
            match one.start.is_some() {
                true => "in .debug_info",
                false => "in .debug_types",
            }
        ))
    }

    /// The digest of what stands in `.debug_line` that no unit's table claims.
    pub(super) fn unclaimed_lines(&self) -> Result<Digest, Unparsed> {
        let mut claimed: Vec<(usize, usize)> = self
            .units
            .iter()
            .filter_map(|one| one.unit.line_program.as_ref())
            .map(|program| {
                let header = program.header();
                let length =
                    header.unit_length() + usize::from(header.format().initial_length_size());
                (header.offset().0, length)
            })
            .collect();
        claimed.sort_unstable();
        claimed.dedup();
        let mut reached = 0_usize;
        let mut rest = Vec::new();
        for (start, length) in claimed {
            if let Some(between) = self.lines.get(reached..start) {
                rest.extend_from_slice(between);
            }
            reached = reached.max(start.saturating_add(length));
        }
        rest.extend_from_slice(self.lines.get(reached..).unwrap_or_default());
        Ok(Digest::of(rest))
    }
}
