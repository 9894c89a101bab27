//! Calls and jumps whose target code has just added up.

use super::*;

/// The target is looked for over so many bytes before.
const BEFORE: u64 = 32;

impl Arm<'_> {
    /// Whether the BX or BLX at `at` goes to what an addition of two registers shortly before it made, the program
    /// counter not among them.
    pub(super) fn computed(&self, at: u64) -> bool {
        let thumb = self.mark(at) == Mark::T32;
        let register = match thumb {
            true => self.half(at).filter(|half| half & 0xff07 == 0x4700),
            false => None,
        };
        let register = match thumb {
            true => register.map(|half| u32::from(half) >> 3 & 15),
            false => (self
                .word(at)
                .filter(|word| word & 0x0fff_ffd0 == 0x012f_ff10))
            .map(|word| word & 15),
        };
        let Some(register) = register.filter(|r| *r < 14) else {
            return false;
        };
        let places = (at.saturating_sub(BEFORE).max(self.start)..at).step_by(2);
        places.into_iter().any(|place| match thumb {
            true => self.adds_t32(place, register) && !self.set_between(place, at, register),
            false => {
                place.is_multiple_of(4)
                    && self.adds_a32(place, register)
                    && !self.set_between(place, at, register)
            }
        })
    }

    /// Whether an instruction between two places sets the register anew.
    fn set_between(&self, from: u64, to: u64, register: u32) -> bool {
        let mut at = from;
        let mut set = false;
        while at < to {
            let sets = match self.mark(at) {
                Mark::T32 => t32::may_set(self, at),
                _ => a32::may_set(self, at),
            };
            set |= at > from && sets >> register & 1 == 1;
            at += self.step(at).map_or(2, |step| step.length.max(2));
        }
        set
    }

    fn adds_a32(&self, at: u64, register: u32) -> bool {
        self.word(at).is_some_and(|word| {
            let adds = word & 0x0fe0_0010 == 0x0080_0000;
            adds && word >> 12 & 15 == register && word >> 16 & 15 != 15 && word & 15 != 15
        })
    }

    fn adds_t32(&self, at: u64, register: u32) -> bool {
        let Some(first) = self.half(at).map(u32::from) else {
            return false;
        };
        if first & 0xffe0 == 0xeb00 {
            let second = self.half(at + 2).map_or(0, u32::from);
            return second >> 8 & 15 == register && first & 15 != 15 && second & 15 != 15;
        }
        let long = first & 0xff00 == 0x4400;
        let to = first & 7 | first >> 4 & 8;
        first & 0xfe00 == 0x1800 && first & 7 == register
            || long && to == register && first >> 3 & 15 != 15
    }
}
