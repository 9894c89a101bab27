//! Which line of the source an address comes from.
//!
//! Line tables are walked once for all addresses that are asked about, and of their rows only those are
//! kept: a table as a whole may take more memory than the file.

use super::cost::{self, Budget};
use super::sections::{DebugInfo, Opened, Reader};
use super::units::in_order;
use super::{Unparsed, lines};
use crate::path_map::PathMap;
use gimli::{Dwarf, Range as AddressRange, SectionId, Unit, UnitHeader};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// The lines that stretches of code come from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Where a row begins, and its file and line; nothing is known where a sequence has ended.
    rows: BTreeMap<u64, Option<(String, u64)>>,
}

impl Sources {
    /// For stretches of addresses in order, disjoint. Debug information that cannot be read says nothing.
    pub(crate) fn read(info: &DebugInfo<'_>, wanted: &[Range<u64>]) -> Self {
        let rows = Opened::new(info).and_then(|opened| read(&opened, wanted));
        Sources {
            rows: rows.unwrap_or_default(),
        }
    }

    /// The same for code that stands elsewhere.
    pub(crate) fn moved(self, to: impl Fn(u64) -> u64) -> Self {
        let rows = self.rows.into_iter();
        Sources {
            rows: rows.map(|(address, row)| (to(address), row)).collect(),
        }
    }

    /// File and line of an address in the stretch from `start` on.
    pub(crate) fn at(&self, start: u64, address: u64) -> Option<String> {
        let (_, row) = self.rows.range(start..=address).next_back()?;
        row.as_ref().map(|(file, line)| format!("{file}:{line}"))
    }
}

type Rows = BTreeMap<u64, Option<(String, u64)>>;

fn read(opened: &Opened<'_>, wanted: &[Range<u64>]) -> Result<Rows, Unparsed> {
    let dwarf = Dwarf::load(|id: SectionId| Ok::<_, gimli::Error>(opened.reader(id.name())))?;
    let mut headers = Vec::new();
    let mut iter = dwarf.units();
    while let Some(header) = iter.next()? {
        headers.push(header);
    }
    cost::units(headers.len(), opened.bytes(".debug_info").len())?;
    let tables = headers.iter().map(|header| header.debug_abbrev_offset().0);
    cost::abbreviations(opened.bytes(".debug_abbrev"), &tables.collect())?;
    let line_bytes = opened.bytes(".debug_line").len();
    let budgets = (lines::budget(line_bytes), lines::programs(line_bytes));
    let each = |header| of_unit(&dwarf, header, wanted, &budgets);
    let found = in_order(headers.into_par_iter().map(each))?;
    let mut rows = Rows::new();
    for (address, row) in found.into_iter().flatten() {
        // A unit that knows the line is believed before one whose code has ended there.
        let known = rows.entry(address).or_default();
        *known = known.take().or(row);
    }
    Ok(rows)
}

fn of_unit(
    dwarf: &Dwarf<Reader<'_>>,
    header: UnitHeader<Reader<'_>>,
    wanted: &[Range<u64>],
    (names, programs): &(Budget, Budget),
) -> Result<Rows, Unparsed> {
    let unit = dwarf.unit(header)?;
    if unit.line_program.is_none() || !reaches(dwarf, &unit, wanted) {
        return Ok(Rows::new());
    }
    lines::spend(&unit, programs)?;
    let mut places: BTreeMap<u64, Option<(u64, u64)>> = BTreeMap::new();
    lines::rows(&unit, |row| {
        let address = row.address();
        let after = wanted.partition_point(|range| range.end <= address);
        if wanted
            .get(after)
            .is_some_and(|range| range.start <= address)
        {
            let line = row.line().map(|line| (row.file_index(), line.get()));
            // Of several rows for one address the last one counts: the others are empty.
            match row.end_sequence() {
                true => drop(places.entry(address).or_insert(None)),
                false => drop(places.insert(address, line)),
            }
        }
        true
    })?;
    if places.is_empty() {
        return Ok(Rows::new());
    }
    let files = lines::Files::read(dwarf, &unit, &PathMap::default(), names)?;
    let spell = |(file, line): (u64, u64)| {
        let path = files.path(file)?;
        Some((String::from_utf8_lossy(path).into_owned(), line))
    };
    let rows = places.into_iter();
    Ok(rows
        .map(|(address, place)| (address, place.and_then(spell)))
        .collect())
}

/// Whether the unit has code in one of the stretches, as far as it says where its code is.
fn reaches(dwarf: &Dwarf<Reader<'_>>, unit: &Unit<Reader<'_>>, wanted: &[Range<u64>]) -> bool {
    let Ok(mut ranges) = dwarf.unit_ranges(unit) else {
        return true;
    };
    let (mut said, mut reached) = (false, false);
    while let Ok(Some(AddressRange { begin, end })) = ranges.next() {
        said = true;
        let after = wanted.partition_point(|range| range.end <= begin);
        reached |= wanted.get(after).is_some_and(|range| range.start < end);
    }
    reached || !said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dwarf::DebugSection;
    use gimli::write::{
        Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Sections,
    };
    use gimli::{Encoding, Format, LineEncoding, LittleEndian, constants};

    /// The debug sections of one unit: line 10 from 0x1000 on, line 12 from 0x1008 on, the end at 0x1010.
    fn unit() -> Vec<(&'static str, Vec<u8>)> {
        let encoding = Encoding {
            format: Format::Dwarf32,
            version: 5,
            address_size: 8,
        };
        let mut dwarf = DwarfUnit::new(encoding);
        let text = |text: &str| LineString::String(text.into());
        let lines = LineEncoding::default();
        let mut program = LineProgram::new(encoding, lines, text("/src"), None, text("a.c"), None);
        let folder = program.default_directory();
        let file = program.add_file(text("a.c"), folder, None);
        program.begin_sequence(Some(Address::Constant(0x1000)));
        for (offset, line) in [(0, 10), (8, 12)] {
            program.row().address_offset = offset;
            program.row().file = file;
            program.row().line = line;
            program.generate_row();
        }
        program.end_sequence(0x10);
        dwarf.unit.line_program = program;
        let root = dwarf.unit.root();
        let folder = AttributeValue::String(b"/src".to_vec());
        dwarf
            .unit
            .get_mut(root)
            .set(constants::DW_AT_comp_dir, folder);
        let mut sections = Sections::new(EndianVec::new(LittleEndian));
        dwarf.write(&mut sections).unwrap();
        let mut out = Vec::new();
        let each = |id: SectionId, section: &EndianVec<LittleEndian>| {
            out.push((id.name(), section.slice().to_vec()));
            Ok::<_, ()>(())
        };
        sections.for_each(each).unwrap();
        out
    }

    #[test]
    fn an_address_has_the_line_of_the_row_before_it() {
        let sections = unit();
        let mut info = DebugInfo::new(false, true);
        for (name, bytes) in &sections {
            info.sections
                .push(DebugSection::new((*name).to_owned(), bytes, false));
        }
        let wanted = [0x900..0xa00, 0x1000..0x100c, 0x1010..0x1020];
        let sources = Sources::read(&info, &wanted);
        let line = |line: u64| Some(format!("/src/a.c:{line}"));
        assert_eq!(sources.at(0x1000, 0x1000), line(10));
        assert_eq!(sources.at(0x1000, 0x1007), line(10));
        assert_eq!(sources.at(0x1000, 0x100a), line(12));
        // Nothing is known before the sequence, nor where it has ended.
        assert_eq!(sources.at(0x900, 0x950), None);
        assert_eq!(sources.at(0x1010, 0x1010), None);
        assert_eq!(
            sources.moved(|at| at << 8).at(0x10_0000, 0x10_0700),
            line(10)
        );
        // What cannot be read says nothing.
        info.sections
            .iter_mut()
            .for_each(|s| s.bytes = &s.bytes[..s.bytes.len() / 2]);
        assert_eq!(Sources::read(&info, &wanted), Sources::default());
    }
}
