//! Words of code that may be addresses, and pages that something in them is meant of.

use super::*;

impl Reader<'_, '_> {
    /// Whole words of eight bytes in A64 code that may be addresses: the upper half of one is no instruction.
    pub(super) fn words_in_code(
        &self,
        index: usize,
        fixed: &std::ops::Range<u64>,
    ) -> Vec<Reference> {
        let atom = self.atoms.get(index);
        let area = atom.and_then(|atom| self.space.areas.get(atom.area));
        let (Some(atom), Some(area)) = (atom, area) else {
            return Vec::new();
        };
        if self.space.machine != Machine::A64 {
            return Vec::new();
        }
        let first = atom.start.next_multiple_of(8);
        let words = (first..)
            .step_by(8)
            .zip(area.at(first, atom.end).chunks_exact(8));
        let word = |(at, bytes): (u64, &[u8])| {
            let value = bytes
                .iter()
                .rev()
                .fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
            fixed.contains(&value).then_some(Reference {
                width: 8,
                ..Reference::field(at, u64::MAX, How::Perhaps, value)
            })
        };
        words.filter_map(word).collect()
    }

    /// Where the page of an address is used in a way that is not understood, something in that page is meant.
    pub(super) fn pages(&self, code: &mut Code) {
        if self.space.machine != Machine::A64 {
            return;
        }
        let page = |from: &u64| {
            let word = self.space.number(*from, 4)? as u32;
            a64::page(*from, word)
        };
        let places = code.unknown.extract_if(.., |from| page(from).is_some());
        let places: Vec<u64> = places.collect();
        code.references.extend(places.iter().filter_map(|from| {
            Some(Reference {
                to: Meaning::Page(page(from)?),
                ..Reference::field(*from, a64::HIGH, How::Take, 0)
            })
        }));
        code.references
            .sort_by_key(|r| (r.at, r.width, r.mask, r.via, r.how));
    }
}
