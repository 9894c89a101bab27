//! The values of attributes in debug information, attribute by attribute.

use crate::classes::Class;
use gimli::{AttributeSpecification, Dwarf, EndianSlice, RunTimeEndian, SectionId};
use object::{Object, ObjectSection};
use std::collections::BTreeMap;
use std::ops::Range;

/// Adds a class for each attribute that the entries of `.debug_info`, which stands at `range`, have.
pub fn attributes(content: &[u8], range: &Range<usize>, all: &mut Vec<Class>) {
    let mut found = BTreeMap::new();
    // What cannot be read to the end is classed as far as it goes.
    let _whole = walk(content, range, &mut found).is_ok();
    for (name, ranges) in found {
        let mut class = Class::one(name, false, 0..0);
        class.ranges = ranges;
        all.push(class);
    }
}

fn walk(
    content: &[u8],
    range: &Range<usize>,
    found: &mut BTreeMap<String, Vec<Range<usize>>>,
) -> Result<(), gimli::Error> {
    let Ok(file) = object::File::parse(content) else {
        return Ok(());
    };
    let endian = match file.is_little_endian() {
        true => RunTimeEndian::Little,
        false => RunTimeEndian::Big,
    };
    let load = |id: SectionId| {
        let section = file.section_by_name(id.name());
        let bytes = section.and_then(|s| s.data().ok()).unwrap_or_default();
        Ok::<_, gimli::Error>(EndianSlice::new(bytes, endian))
    };
    let dwarf = Dwarf::load(load)?;
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        let at = |offset: gimli::UnitOffset| range.start + offset.to_unit_section_offset(&unit).0;
        let mut raw = unit.entries_raw(None)?;
        while !raw.is_empty() {
            let Some(abbreviation) = raw.read_abbreviation()? else {
                continue;
            };
            let specifications: &[AttributeSpecification] = abbreviation.attributes();
            for one in specifications {
                let start = at(raw.next_offset());
                raw.read_attribute(*one)?;
                let end = at(raw.next_offset());
                if start < end && end <= range.end {
                    let name = format!("attribute {} as {}", one.name(), one.form());
                    found.entry(name).or_default().push(start..end);
                }
            }
        }
    }
    Ok(())
}
