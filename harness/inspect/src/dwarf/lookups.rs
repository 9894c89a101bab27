//! Tables that help a debugger to find units and entries: by what they point at, not by its offset.
//!
//! Every byte of a table counts, with two exceptions: an offset of a unit or an entry stands for which unit or
//! entry begins there, and a stated length of a unit for its being the right one.

use super::leb128::number;
use super::sections::{Opened, Reader};
use super::units::Units;
use crossproof_model::Digest;
use gimli::Reader as _;

/// What a table holds.
#[derive(Clone, Copy)]
enum Table {
    /// Address ranges of units (DWARF 5, section 6.1.2).
    Ranges,
    /// Names of entries (DWARF 4, section 6.1.1); the GNU kind has a byte of flags before each name.
    Names { flags: bool },
}

const TABLES: [(&str, Table); 5] = [
    (".debug_aranges", Table::Ranges),
    (".debug_gnu_pubnames", Table::Names { flags: true }),
    (".debug_gnu_pubtypes", Table::Names { flags: true }),
    (".debug_pubnames", Table::Names { flags: false }),
    (".debug_pubtypes", Table::Names { flags: false }),
];

/// A digest of each table that is there and can be read; one that cannot is left to be compared as bytes.
pub(super) fn digests(opened: &Opened<'_>, units: &Units<'_>) -> Vec<(String, Digest)> {
    let present = TABLES
        .iter()
        .filter(|(name, _)| opened.size(name).is_some());
    let digests = present.filter_map(|(name, table)| {
        let mut out = Vec::new();
        let mut section = opened.reader(name);
        while !section.is_empty() {
            set(*table, &mut section, units, &mut out)?;
        }
        Some(((*name).to_owned(), Digest::of(out)))
    });
    digests.collect()
}

/// Renders one unit's set of a table.
fn set(table: Table, section: &mut Reader<'_>, units: &Units<'_>, out: &mut Vec<u8>) -> Option<()> {
    let (length, format) = section.read_initial_length().ok()?;
    let mut set = section.split(length).ok()?;
    let version = set.read_u16().ok()?;
    let (unit, size) = units.at(set.read_offset(format).ok()?)?;
    for fact in [length, format.word_size().into(), version.into(), unit] {
        number(fact as u64, out);
    }
    match table {
        Table::Ranges => {
            let (address, segment) = (set.read_u8().ok()?, set.read_u8().ok()?);
            if version != 2 || !matches!(address, 4 | 8) || segment != 0 {
                return None;
            }
            out.push(address);
            // Tuples begin at a multiple of their size, counted from the start of the set.
            let header = usize::from(format.initial_length_size() + format.word_size()) + 4;
            let tuple = 2 * usize::from(address);
            for _ in 0..header.next_multiple_of(tuple) - header {
                out.push(set.read_u8().ok()?);
            }
            while set.len() >= tuple {
                number(set.read_address(address).ok()?, out);
                number(set.read_address(address).ok()?, out);
            }
        }
        Table::Names { flags } => {
            let stated = set.read_length(format).ok()?;
            match stated == size {
                true => out.push(1),
                false => {
                    out.push(0);
                    number(stated as u64, out);
                }
            }
            loop {
                let entry = set.read_offset(format).ok()?;
                if entry == 0 {
                    break;
                }
                number(units.get(unit).ok()?.entry(entry)? as u64, out);
                if flags {
                    out.push(set.read_u8().ok()?);
                }
                let name = set.read_null_terminated_slice().ok()?;
                let name = name.to_slice().ok()?;
                number(name.len() as u64, out);
                out.extend_from_slice(&name);
            }
        }
    }
    // What may stand behind the last entry.
    let rest = set.to_slice().ok()?;
    number(rest.len() as u64, out);
    out.extend_from_slice(&rest);
    Some(())
}
