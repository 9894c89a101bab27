//! A64: which instructions make addresses, and from what (Arm Architecture Reference Manual, chapter C4).

use super::arm::Around;
use super::effort::Effort;
use super::flow::{Decode, Entry, Found, Held, How, Next, Reference, State, Step, Table};
use access::loads;
use operands::operands;
use std::collections::BTreeMap;

mod access;
mod computed;
mod effect;
mod operands;

/// The code of a function.
pub(super) struct A64<'s> {
    bytes: &'s [u8],
    start: u64,
    /// Words that instructions load from beside the code, with their sizes.
    pool: BTreeMap<u64, u64>,
    around: &'s Around,
}

/// Registers a call leaves to the callee: x0 to x18 and the link register (AAPCS64, section 6.1.1).
const CALL_CLOBBERS: [u8; 20] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30,
];
/// x16, x17 and the link register.
const STUBS: u32 = 1 << 16 | 1 << 17 | 1 << 30;
/// Registers that a call or a return may hand over: arguments, results, and where to put them.
const PASSED: std::ops::RangeInclusive<usize> = 0..=8;
/// Registers in which nothing is passed: x9 to x15 and x19 to x28; of these, those that a function gives back as it
/// found them.
const OWN: u32 = 0x1ff8_fe00;
const KEPT: u32 = 0x1ff8_0000;
/// The frame pointer.
const FP: usize = 29;
/// The stack pointer, or zero.
const SP: usize = 31;

impl<'s> A64<'s> {
    pub(super) fn new(bytes: &'s [u8], start: u64, around: &'s Around) -> Self {
        let bytes = match around.effort.spend(bytes.len() / 4 + 16) {
            true => bytes,
            false => &[],
        };
        let mut code = A64 {
            bytes,
            start,
            pool: BTreeMap::new(),
            around,
        };
        for (at, word) in (start..).step_by(4).zip(bytes.chunks_exact(4)) {
            if code.is_data(at) {
                continue;
            }
            let word = word.try_into().map(u32::from_le_bytes);
            if let Some((target, size)) = word.ok().and_then(|word| literal(at, word))
                && code.inside(target)
            {
                code.pool.insert(target, size);
            }
        }
        code
    }

    /// The words that its instructions load from beside them.
    pub(super) fn pool(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.pool.iter().map(|(at, size)| (*at, *size))
    }

    /// The number that the instructions directly before put in a register, as for the size of a large frame.
    fn number_before(&self, at: u64, register: usize) -> Option<i64> {
        let mut number = 0_i64;
        for before in 1..=8 {
            let word = self.word(at.checked_sub(before * 4)?)?;
            if operands(word).writes >> register & 1 == 0 {
                if word & 0x7c00_0000 == 0x1400_0000 || word & 0x5c00_0000 == 0x5400_0000 {
                    return None;
                }
                continue;
            }
            let bits = i64::from(word >> 5 & 0xffff) << ((word >> 21 & 3) * 16);
            number |= bits;
            match word & 0xff80_0000 {
                0xd280_0000 | 0x5280_0000 => return Some(number),
                0xf280_0000 | 0x7280_0000 => {}
                _ => return None,
            }
        }
        None
    }

    /// A number put together sixteen bits at a time.
    fn number(&self, at: u64, word: u32, state: &mut State, found: &mut Found) {
        const NUMBER: u32 = 0x001f_ffe0;
        let rd = (word & 31) as usize;
        let shift = (word >> 21 & 3) * 16;
        let bits = u64::from(word >> 5 & 0xffff) << shift;
        let made = match (word >> 29 & 1, state.get(rd)) {
            (0, _) => Some(Held::Halves {
                value: bits,
                low: at,
                high: at,
                mask: NUMBER,
            }),
            (_, Some(Held::Halves { value, low, .. })) => Some(Held::Halves {
                value: value & !(0xffff << shift) | bits,
                low,
                high: at,
                mask: NUMBER,
            }),
            _ => {
                found.unknown.extend(state.begun(rd));
                None
            }
        };
        if let (
            Some(Held::Halves {
                value, low, high, ..
            }),
            Some(fixed),
        ) = (made, &self.around.fixed)
            && fixed.contains(&value)
        {
            for place in [low, high] {
                let mask = u64::from(NUMBER);
                let reference = Reference::field(place, mask, How::Perhaps, value);
                found.references.push(reference.through(at));
            }
        }
        state.set(rd, made);
    }

    /// Whether it goes back with the stack moved by what was found on the way, as only an unwinder does
    /// (`__builtin_eh_return`): `ADD SP, SP, Xn` before a RET or BR.
    fn resumes(&self, at: u64, word: u32) -> bool {
        let back = word & 0xffff_fc1f == 0xd65f_0000 || word & 0xffff_fc1f == 0xd61f_0000;
        let Some(before) = at.checked_sub(4).filter(|_| back) else {
            return false;
        };
        let moves = self
            .word(before)
            .filter(|word| word & 0xffe0_ffff == 0x8b20_63ff);
        // Before that the registers come back that tell the handler what was thrown.
        let read = |pair: u32| {
            let places = (2..=16).map_while(|n| at.checked_sub(4 * n));
            let mut words = places.map_while(|at| self.word(at));
            words.any(|word| word & 0xffc0_7fff == 0xa940_03e0 | pair << 10 | (pair - 1))
        };
        moves.is_some_and(|word| {
            let by = (word >> 16 & 31) as usize;
            matches!(by, 4 | 5) && read(1) && read(3) && self.number_before(before, by).is_none()
        })
    }

    fn word(&self, at: u64) -> Option<u32> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
    fn inside(&self, target: u64) -> bool {
        target >= self.start && target - self.start < self.bytes.len() as u64
    }
}

fn signed(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)) as i32 >> (32 - bits))
}

fn relative(at: u64, words: i64) -> u64 {
    at.wrapping_add_signed(words * 4)
}

/// The target of a direct branch and the bits that hold it.
fn branch(at: u64, word: u32) -> Option<(u64, u32)> {
    if word & 0x7c00_0000 == 0x1400_0000 {
        return Some((relative(at, signed(word & 0x03ff_ffff, 26)), 0x03ff_ffff));
    }
    if word & 0xff00_0000 == 0x5400_0000 || word & 0x7e00_0000 == 0x3400_0000 {
        return Some((relative(at, signed(word >> 5 & 0x7_ffff, 19)), 0x00ff_ffe0));
    }
    if word & 0x7e00_0000 == 0x3600_0000 {
        return Some((relative(at, signed(word >> 5 & 0x3fff, 14)), 0x0007_ffe0));
    }
    None
}

/// How far off what an `ADR` makes is, in bytes; what an `ADRP` makes, in pages.
fn near(word: u32) -> i64 {
    signed(word >> 5 & 0x7_ffff, 19) << 2 | i64::from(word >> 29 & 3)
}

/// The page that an `ADRP` makes.
pub(super) fn page(at: u64, word: u32) -> Option<u64> {
    let page = (at & !0xfff).wrapping_add_signed(near(word) << 12);
    (word & 0x9f00_0000 == 0x9000_0000).then_some(page)
}

/// What a load from beside the code reads, and how many bytes of it.
fn literal(at: u64, word: u32) -> Option<(u64, u64)> {
    if word & 0x3b00_0000 != 0x1800_0000 {
        return None;
    }
    let size = match (word >> 26 & 1, word >> 30) {
        (1, size) => 4 << size.min(2),
        (_, 1) => 8,
        _ => 4,
    };
    Some((relative(at, signed(word >> 5 & 0x7_ffff, 19)), size))
}

fn calls(word: u32) -> bool {
    let blr = word & 0xffff_fc1f == 0xd63f_0000 || word & 0xfeff_f800 == 0xd63f_0800;
    word & 0xfc00_0000 == 0x9400_0000 || blr
}

/// The bits of an `ADRP` or `ADR` that an address decides, and of the instruction that completes it.
pub(super) const HIGH: u64 = 0x60ff_ffe0;
const LOW: u64 = 0x003f_fc00;

impl Decode for A64<'_> {
    fn effort(&self) -> &Effort {
        &self.around.effort
    }
    fn step(&self, at: u64) -> Option<Step> {
        let word = self.word(at)?;
        if let Some(size) = self.pool.get(&at) {
            let length = (*size).min(self.start + self.bytes.len() as u64 - at);
            let next = Next::Stop;
            return Some(Step { length, next });
        }
        let next = match branch(at, word) {
            Some((to, _)) if calls(word) => Next::Call(Some(to)),
            Some((to, _)) if word & 0xfc00_0000 == 0x1400_0000 => Next::To(to),
            Some((to, _)) => Next::Maybe(to),
            None if calls(word) => Next::Call(None),
            // Out to a handler of exceptions.
            None if self.resumes(at, word) => Next::Stop,
            // BR, also with pointer authentication.
            None if word & 0xfeff_f800 == 0xd61f_0800 || word & 0xffff_fc1f == 0xd61f_0000 => {
                Next::Elsewhere { table: true }
            }
            // RET, ERET, DRPS, and what else this group has.
            None if word & 0xfe00_0000 == 0xd600_0000 => Next::Elsewhere { table: false },
            // What `__builtin_trap` of GCC and of Clang becomes. Behind any other BRK a handler may go on.
            None if word == 0xd420_7d00 || word == 0xd420_0020 => Next::Trap,
            // UDF, HLT.
            None if word & 0xffff_0000 == 0 || word & 0xffe0_001f == 0xd440_0000 => Next::Stop,
            None => Next::On,
        };
        Some(Step { length: 4, next })
    }

    fn clobbers(&self) -> &'static [u8] {
        &CALL_CLOBBERS
    }

    fn borrows(&self, at: u64) -> u32 {
        self.word(at).map_or(0, |word| {
            // What is put on the stack is only saved.
            let memory = word >> 25 & 5 == 4;
            let saved = memory && word >> 5 & 31 == SP as u32 && !loads(word);
            if saved { 0 } else { operands(word).reads & OWN }
        })
    }

    fn saves(&self, at: u64) -> u32 {
        // STP of two whole registers, not in pairs with something that is not kept.
        self.word(at).map_or(0, |word| {
            let pair = 1_u32 << (word & 31) | 1 << (word >> 10 & 31);
            let stored = word & 0xffc0_0000 == 0xa900_0000 && pair & !KEPT == 0;
            if stored { pair } else { 0 }
        })
    }

    fn kept(&self) -> u32 {
        KEPT
    }

    fn writes(&self, at: u64) -> u32 {
        self.word(at).map_or(0, |word| operands(word).writes)
    }

    fn fills(&self, at: u64) -> bool {
        self.word(at) == Some(0xd503_201f)
    }

    fn effect(&self, at: u64, state: &mut State, found: &mut Found) {
        self.follow(at, state, found);
    }

    fn is_data(&self, at: u64) -> bool {
        let before = self.pool.range(..=at).next_back();
        before.is_some_and(|(start, size)| at - start < *size)
    }
}

#[cfg(test)]
mod tests;
