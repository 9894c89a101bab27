//! How far the tables of an ELF file may reach: what is bounded before any of it is looked at, and what is looked up often.
//!
//! Headers take 64 bytes and may all name the same megabyte; so the bytes that sections have altogether are bounded by
//! the file's size, and so are their names, and how many segments each of them is checked against.

use super::records::{PT_LOAD, Segment};
use crate::limits;
use std::ops::Range;

/// What the sections of a file may still reach.
pub(super) struct Reach {
    bytes: usize,
    names: usize,
}

impl Reach {
    /// Of a file of `size` bytes with so many segments and sections; the error says what there is too much of.
    pub(super) fn of(size: usize, segments: usize, sections: usize) -> Result<Self, String> {
        if sections > limits::SECTIONS + size / limits::BYTES_PER_SECTION {
            return Err(format!("it has {sections} sections"));
        }
        if segments > limits::SEGMENTS {
            return Err(format!("it has {segments} segments"));
        }
        if segments.saturating_mul(sections) > limits::SEGMENTS_TIMES_SECTIONS {
            return Err(format!("it has {sections} sections in {segments} segments"));
        }
        Ok(Reach {
            bytes: size
                .saturating_mul(limits::SECTIONS_PER_FILE)
                .saturating_add(1 << 16),
            names: 1 << 16,
        })
    }

    /// Takes the bytes of a section.
    pub(super) fn section(&mut self, size: usize) -> Result<(), String> {
        let left = self.bytes.checked_sub(size);
        self.bytes = left.ok_or("its sections are larger altogether than the file, and overlap")?;
        Ok(())
    }

    /// Takes the bytes of a section's name, of a table of so many.
    pub(super) fn name(&mut self, size: usize, table: usize) -> Result<(), String> {
        let most = table.saturating_mul(limits::NAMES_PER_FILE);
        self.names = self.names.saturating_add(size);
        match self.names > most.saturating_add(2 << 16) {
            true => Err("its sections' names are longer than the table of names".to_owned()),
            false => Ok(()),
        }
    }
}

/// The bytes of a file that the loader maps: ranges in order, none touching the next.
pub(super) struct Loads(Vec<(u64, u64)>);

impl Loads {
    pub(super) fn of(segments: &[Segment]) -> Self {
        let loads = segments.iter().filter(|s| s.kind == PT_LOAD);
        // One of nothing is in what reaches beyond it on both sides.
        let ends = loads.map(|s| (s.offset, s.offset.saturating_add(s.filesz)));
        let mut all: Vec<(u64, u64)> = ends.collect();
        all.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Loads(merged)
    }

    /// Whether any of them has bytes of `range`.
    pub(super) fn meet(&self, range: &Range<usize>) -> bool {
        let (start, end) = (range.start as u64, range.end as u64);
        let after = self.0.partition_point(|(_, reached)| *reached <= start);
        !range.is_empty() && self.0.get(after).is_some_and(|(begins, _)| *begins < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(offset: u64, filesz: u64) -> Segment {
        Segment {
            kind: PT_LOAD,
            flags: 0,
            offset,
            vaddr: 0,
            paddr: 0,
            filesz,
            memsz: 0,
            align: 0,
        }
    }

    #[test]
    fn what_is_mapped_is_found() {
        let loads = Loads::of(&[
            load(100, 10),
            load(0, 8),
            load(4, 8),
            load(105, 5),
            load(50, 0),
        ]);
        assert_eq!(loads.0, [(0, 12), (50, 50), (100, 110)]);
        for (range, meets) in [
            (0..1, true),
            (11..12, true),
            (12..50, false),
            (49..51, true),
            (50..100, false),
            (12..101, true),
            (109..200, true),
            (110..200, false),
            (5..5, false),
        ] {
            assert_eq!(loads.meet(&range), meets, "{range:?}");
        }
    }

    #[test]
    fn what_overlaps_is_too_much() {
        let mut reach = Reach::of(1000, 10, 10).unwrap();
        let taken = (0..1000)
            .take_while(|_| reach.section(1000).is_ok())
            .count();
        assert_eq!(taken, (2000 + (1 << 16)) / 1000);
        assert!(Reach::of(1000, limits::SEGMENTS + 1, 0).is_err());
        assert!(Reach::of(1000, 1000, 100_000).is_err());
        assert!(Reach::of(1000, 0, 100_000).is_err());
        assert!(Reach::of(100_000_000, 0, 100_000).is_ok());
    }
}
