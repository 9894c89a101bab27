//! What debug information may ask for, bounded before it is read: abbreviations and line programs that overlap, entries
//! with more attributes than bytes, units without number.

use super::Unparsed;
use super::leb128::read_number;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much may still be spent of something. Whether it suffices for all does not hang on who spends first.
pub(super) struct Budget {
    left: AtomicUsize,
    what: &'static str,
}

impl Budget {
    /// So much; `what` is said where it is not enough.
    pub(super) fn new(most: usize, what: &'static str) -> Self {
        let left = AtomicUsize::new(most);
        Budget { left, what }
    }

    pub(super) fn spend(&self, amount: usize) -> Result<(), Unparsed> {
        let relaxed = Ordering::Relaxed;
        let spent = (self.left).fetch_update(relaxed, relaxed, |left| left.checked_sub(amount));
        let none_left = |_| Unparsed(self.what.to_owned());
        spent.map(|_| ()).map_err(none_left)
    }
}

/// Attributes that the entries of a unit of so many bytes may have: many take none (flags, constants that the
/// abbreviation has).
pub(super) fn attributes(size: usize) -> Budget {
    let most = size.saturating_mul(16).saturating_add(512);
    Budget::new(most, "its entries have more attributes than are believed")
}

/// Bytes that all units may come to, their strings written out.
pub(super) fn text(size: usize) -> Budget {
    let most = size.saturating_mul(24).saturating_add(32 << 20);
    Budget::new(most, "the units say more than is believed")
}

/// Refuses more units than are believed: each is held, however small it is.
pub(super) fn units(count: usize, size: usize) -> Result<(), Unparsed> {
    let most = 40_000 + size / 200;
    match count > most {
        true => Err(Unparsed(format!("there are {count} units"))),
        false => Ok(()),
    }
}

/// Refuses tables of abbreviations that begin within each other: each is read to its end.
pub(super) fn abbreviations(section: &[u8], tables: &BTreeSet<usize>) -> Result<(), Unparsed> {
    let mut left = section.len().saturating_add(1 << 16);
    for table in tables {
        let rest = section.get(*table..).unwrap_or_default();
        let size = table_size(rest, left);
        left = left.checked_sub(size).ok_or_else(|| {
            Unparsed("the tables of abbreviations overlap without end".to_owned())
        })?;
    }
    Ok(())
}

/// How long the table is that the bytes begin with; of one longer than `most` only that it is.
fn table_size(bytes: &[u8], most: usize) -> usize {
    let mut rest = bytes;
    while bytes.len() - rest.len() <= most {
        let (code, after) = read_number(rest);
        rest = after;
        if code == 0 || rest.is_empty() {
            break;
        }
        // Its tag, and whether it has children.
        rest = read_number(rest).1;
        rest = rest.get(1..).unwrap_or_default();
        while bytes.len() - rest.len() <= most {
            let (name, after) = read_number(rest);
            let (form, after) = read_number(after);
            rest = after;
            if (name, form) == (0, 0) || rest.is_empty() {
                break;
            }
            if form == IMPLICIT_CONSTANT {
                rest = read_number(rest).1;
            }
        }
    }
    bytes.len() - rest.len()
}

/// `DW_FORM_implicit_const`, whose value stands in the abbreviation.
const IMPLICIT_CONSTANT: u64 = 0x21;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_overlap_are_refused() {
        let mut section = Vec::new();
        for code in 1..=120 {
            section.extend([code, 0x34, 0, 0x03, 0x21, 5, 0, 0]);
        }
        section.push(0);
        let size = section.len();
        assert_eq!(table_size(&section, size), size);
        assert_eq!(table_size(&section[8..], size), size - 8);
        assert!(table_size(&section, 100) > 100);
        let section = section.repeat(40);
        let apart: BTreeSet<usize> = (0..40).map(|n| n * size).collect();
        assert!(abbreviations(&section, &apart).is_ok());
        let within: BTreeSet<usize> = (0..4800).map(|n| n / 120 * size + n % 120 * 8).collect();
        assert!(abbreviations(&section, &within).is_err());
    }
}
