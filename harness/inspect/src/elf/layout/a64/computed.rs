//! Calls and jumps whose target code has just added up.

use super::*;

/// The target is looked for over so many instructions before.
const BEFORE: u64 = 64;

impl A64<'_> {
    /// Whether the BLR or BR at `at` goes where an addition of a narrow number to an address leads, as code does
    /// that finds functions by their distance.
    pub(super) fn computed(&self, at: u64) -> bool {
        let Some(register) = self.word(at).map(|word| (word >> 5 & 31) as usize) else {
            return false;
        };
        let Some((from, word)) = self.last_writer(at, register) else {
            return false;
        };
        let (rn, rm) = ((word >> 5 & 31) as usize, (word >> 16 & 31) as usize);
        match word {
            // ADD and SUB (extended register) of 32 bits.
            _ if word & 0xbfe0_0000 == 0x8b20_0000 => word >> 13 & 3 != 3,
            // ADD and SUB (shifted register).
            _ if word & 0xbf20_0000 == 0x8b00_0000 => {
                [rn, rm].into_iter().any(|r| self.narrow(from, r))
            }
            _ => false,
        }
    }

    /// Whether a register holds a number of 32 bits or less that was read from memory, or widened from one.
    fn narrow(&self, at: u64, register: usize) -> bool {
        self.last_writer(at, register).is_some_and(|(_, word)| {
            let widened = word & 0x7f80_0000 == 0x1300_0000;
            let loaded = word & 0x3a00_0000 == 0x3800_0000 && word >> 30 != 3;
            widened || loaded && loads(word)
        })
    }

    /// The last instruction before that writes the register, if control comes from there.
    fn last_writer(&self, at: u64, register: usize) -> Option<(u64, u32)> {
        let before = (1..=BEFORE).map_while(|n| at.checked_sub(4 * n));
        let words = before.map_while(|at| Some((at, self.word(at)?)));
        let leaves =
            |word: u32| word & 0xfc00_0000 == 0x1400_0000 || word & 0xff9f_0000 == 0xd61f_0000;
        let words = words.take_while(|(_, word)| !leaves(*word));
        let mut writers = words.filter(|(_, word)| operands(*word).writes >> register & 1 == 1);
        writers.next()
    }
}
