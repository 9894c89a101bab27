//! The units of debug information and their digests.

use super::sections::{Opened, Reader};
use super::values::Values;
use super::{Unparsed, lines};
use crate::path_map::PathMap;
use crossproof_model::{Digest, RelPath};
use gimli::{
    AbbreviationsCacheStrategy, DebuggingInformationEntry, Dwarf, Reader as _, SectionId, Unit,
    UnitType,
};

/// Bytes rendered before they are hashed.
const CHUNK: usize = 1 << 16;

/// Every unit of a file, with where its entries stand.
pub(super) struct Units<'o> {
    pub dwarf: Dwarf<Reader<'o>>,
    lines: &'o [u8],
    units: Vec<OneUnit<'o>>,
}

/// A unit, and the offset of each of its entries: references are compared by which entry they mean.
pub(super) struct OneUnit<'o> {
    pub unit: Unit<Reader<'o>>,
    /// Offset of the unit in `.debug_info`; `None` in `.debug_types`.
    start: Option<usize>,
    entries: Vec<u32>,
}

impl OneUnit<'_> {
    /// Which entry of the unit stands at this offset.
    pub(super) fn entry(&self, offset: usize) -> Option<usize> {
        let offset = u32::try_from(offset).ok()?;
        self.entries.binary_search(&offset).ok()
    }
}

impl<'o> Units<'o> {
    /// Reads all unit headers and walks all entries once.
    pub(super) fn read(opened: &'o Opened<'_>) -> Result<Self, Unparsed> {
        let load = |id: SectionId| Ok::<_, gimli::Error>(opened.reader(id.name()));
        let mut dwarf = Dwarf::load(load)?;
        dwarf.populate_abbreviations_cache(AbbreviationsCacheStrategy::Duplicates);
        let mut headers = Vec::new();
        let mut iter = dwarf.units();
        while let Some(header) = iter.next()? {
            headers.push((header.debug_info_offset().map(|offset| offset.0), header));
        }
        let mut iter = dwarf.type_units();
        while let Some(header) = iter.next()? {
            headers.push((None, header));
        }
        let mut units = Vec::with_capacity(headers.len());
        for (start, header) in headers {
            let unit = dwarf.unit(header)?;
            let mut entries = Vec::new();
            let mut raw = unit.entries_raw(None)?;
            while !raw.is_empty() {
                let offset = raw.next_offset().0;
                if let Some(abbreviation) = raw.read_abbreviation()? {
                    let offset = u32::try_from(offset)
                        .map_err(|_| Unparsed("a unit of over 4 GiB".to_owned()))?;
                    entries.push(offset);
                    raw.skip_attributes(abbreviation.attributes())?;
                }
            }
            units.push(OneUnit {
                unit,
                start,
                entries,
            });
        }
        let lines = opened.bytes(".debug_line");
        Ok(Units {
            dwarf,
            lines,
            units,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn get(&self, index: usize) -> Result<&OneUnit<'o>, Unparsed> {
        self.units
            .get(index)
            .ok_or_else(|| Unparsed(format!("there is no unit {index}")))
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

    /// The digest of everything the unit says: its header, entries and line table.
    pub(super) fn digest(&self, index: usize, map: &PathMap) -> Result<Digest, Unparsed> {
        let one = self.get(index)?;
        let values = Values::new(self, index, map)?;
        let mut hasher = blake3::Hasher::new();
        let mut out = Vec::with_capacity(CHUNK * 2);
        out.extend(self.header(index)?.as_bytes());
        let mut raw = one.unit.entries_raw(None)?;
        let mut entry = DebuggingInformationEntry::null();
        while !raw.is_empty() {
            if raw.read_entry(&mut entry)? {
                out.push(1);
                out.extend(entry.tag().0.to_le_bytes());
                out.push(u8::from(entry.has_children()));
                for attribute in entry.attrs() {
                    out.extend(attribute.name().0.to_le_bytes());
                    values.render(&entry, attribute, &mut out)?;
                }
            } else {
                out.push(0);
            }
            if out.len() >= CHUNK {
                hasher.update(&out);
                out.clear();
            }
        }
        hasher.update(&out);
        lines::hash(&values, &mut hasher)?;
        Ok(hasher.finalize().into())
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
            other => format!("{other:?}"),
        };
        Ok(format!(
            "{kind} {:?} {:?}",
            one.unit.encoding(),
            one.start.is_some()
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
