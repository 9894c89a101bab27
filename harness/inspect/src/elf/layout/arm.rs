//! A32 and T32: which instructions make addresses, and from what (Arm Architecture Reference Manual for
//! Armv7-A, chapters A5, A6 and A8).
//!
//! Addresses are mostly words beside the code, added to the program counter; so a word's bits are masked
//! where it stands, once an instruction is seen to make an address of it.

use super::flow::{Decode, Held, Next, Reference, State, Step};
use super::space::Mark;
use std::collections::{BTreeMap, BTreeSet};

mod a32;
mod t32;

/// The place the linkage stub at the start of `bytes` jumps through.
pub(super) fn stub(bytes: &[u8], at: u64) -> Option<u64> {
    a32::stub(&Arm::new(bytes.get(..12)?, at, false, &BTreeMap::new()), at)
}

/// The code of a function, with what is known of where its instructions and data are.
pub(super) struct Arm<'s> {
    bytes: &'s [u8],
    start: u64,
    /// Instruction set at the start.
    thumb: bool,
    marks: BTreeMap<u64, Mark>,
    /// Words that instructions load from beside the code.
    pool: BTreeSet<u64>,
}

const PC: usize = 15;

impl<'s> Arm<'s> {
    pub(super) fn new(
        bytes: &'s [u8],
        start: u64,
        thumb: bool,
        marks: &BTreeMap<u64, Mark>,
    ) -> Self {
        let end = start.saturating_add(bytes.len() as u64);
        let marks = marks
            .range(start..end)
            .map(|(at, mark)| (*at, *mark))
            .collect();
        let mut code = Arm {
            bytes,
            start,
            thumb,
            marks,
            pool: BTreeSet::new(),
        };
        // Pools stand behind the code that loads from them, so one way through finds them in time.
        let mut at = start;
        while let Some(step) = code.step(at) {
            if let Some(word) = code.loads(at) {
                code.pool.insert(word);
            }
            at += step.length.max(2);
        }
        code
    }

    fn half(&self, at: u64) -> Option<u16> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }
    fn word(&self, at: u64) -> Option<u32> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
    fn inside(&self, target: u64) -> bool {
        target >= self.start && target - self.start < self.bytes.len() as u64
    }
    fn mark(&self, at: u64) -> Mark {
        let set = if self.thumb { Mark::T32 } else { Mark::A32 };
        self.marks
            .range(..=at)
            .next_back()
            .map_or(set, |(_, mark)| *mark)
    }
    pub(super) fn is_data(&self, at: u64) -> bool {
        self.mark(at) == Mark::Data || self.pool.contains(&(at & !3))
    }
    /// The word a load from beside the code reads.
    fn loads(&self, at: u64) -> Option<u64> {
        let literal = match self.mark(at) {
            Mark::T32 => t32::literal(self, at),
            Mark::A32 => a32::literal(self, at),
            Mark::Data => None,
        };
        literal
            .map(|(_, word)| word)
            .filter(|word| self.inside(*word) && word % 4 == 0)
    }
}

impl Decode for Arm<'_> {
    fn step(&self, at: u64) -> Option<Step> {
        self.half(at)?;
        if self.is_data(at) {
            let next = Next::Elsewhere { table: false };
            // A table of jumps may end, and code go on, in the middle of a word.
            let whole = at.is_multiple_of(4) && self.word(at).is_some() && self.is_data(at + 2);
            let length = if whole || self.pool.contains(&at) {
                4
            } else {
                2
            };
            return Some(Step { length, next });
        }
        match self.mark(at) {
            Mark::T32 => t32::step(self, at),
            _ => a32::step(self, at),
        }
    }

    fn effect(&self, at: u64, state: &mut State, found: &mut Vec<Reference>) {
        if self.is_data(at) {
            return;
        }
        match self.mark(at) {
            Mark::T32 => t32::effect(self, at, state, found),
            _ => a32::effect(self, at, state, found),
        }
    }
}

/// An address made by adding a word to a base: the word's bits are what the address decides.
fn add(word: Option<Held>, base: u64, found: &mut Vec<Reference>) -> Option<Held> {
    let target = |value: u64| base.wrapping_add(value) & 0xffff_ffff;
    match word? {
        Held::Word { value, from } => {
            found.push(Reference::field(from, 0xffff_ffff, target(value)));
            Some(Held::Address(target(value)))
        }
        Held::Halves {
            value,
            low,
            high,
            mask,
        } => {
            found.push(Reference::field(low, u64::from(mask), target(value)));
            found.push(Reference::field(high, u64::from(mask), target(value)));
            Some(Held::Address(target(value)))
        }
        Held::Page { .. } | Held::Address(_) => None,
    }
}

/// An address made of two registers, if one holds an address and the other a word.
fn add_registers(a: Option<Held>, b: Option<Held>, found: &mut Vec<Reference>) -> Option<Held> {
    match (a, b) {
        (Some(Held::Address(base)), word) | (word, Some(Held::Address(base))) => {
            add(word, base, found)
        }
        _ => None,
    }
}

fn held(state: &State, register: usize) -> Option<Held> {
    state.get(register).copied().flatten()
}

fn set(state: &mut State, register: usize, held: Option<Held>) {
    if let Some(slot) = state.get_mut(register) {
        *slot = held;
    }
}

/// Registers a call leaves to the callee (AAPCS32, section 6.1.1).
fn call(state: &mut State) {
    for register in [0, 1, 2, 3, 12, 14] {
        set(state, register, None);
    }
}

/// The low half of an address, waiting for its high half; or both.
fn half(state: &mut State, register: usize, at: u64, value: u32, high: bool, mask: u32) {
    let made = match (high, held(state, register)) {
        (false, _) => Some(Held::Halves {
            value: u64::from(value),
            low: at,
            high: at,
            mask,
        }),
        (
            true,
            Some(Held::Halves {
                value: known, low, ..
            }),
        ) => Some(Held::Halves {
            value: known & 0xffff | u64::from(value) << 16,
            low,
            high: at,
            mask,
        }),
        (true, _) => None,
    };
    set(state, register, made);
}

fn signed(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)) as i32 >> (32 - bits))
}

fn list(state: &mut State, registers: u32) {
    for register in 0..16 {
        if registers >> register & 1 == 1 {
            set(state, register, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::layout::flow::references;
    use crate::elf::layout::space::Meaning;

    fn read(bytes: &[u8], thumb: bool) -> Vec<(u64, usize, u64, u64)> {
        let code = Arm::new(bytes, 0x1000, thumb, &BTreeMap::new());
        let found = references(&code, 0x1000, 0x1000 + bytes.len() as u64);
        let place = |r: Reference| match r.to {
            Meaning::Address(to) => (r.at, r.width, r.mask, to),
            Meaning::Text(_) => (r.at, r.width, r.mask, 0),
        };
        found.into_iter().map(place).collect()
    }

    #[test]
    fn a_word_added_to_the_program_counter_is_an_address() {
        // ldr r0, [pc, #4]; add r0, pc; bx lr; nop; .word 0x100
        let code = [
            0x01, 0x48, 0x78, 0x44, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
        ];
        assert_eq!(read(&code, true), [(0x1008, 4, 0xffff_ffff, 0x1106)]);
        // Without the addition it is a number.
        let code = [
            0x01, 0x48, 0x00, 0xbf, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
        ];
        assert_eq!(read(&code, true), []);
    }

    #[test]
    fn the_same_in_a32() {
        // ldr r0, [pc, #4]; add r0, pc, r0; bx lr; .word 0x100
        let words: [u32; 4] = [0xe59f_0004, 0xe08f_0000, 0xe12f_ff1e, 0x100];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(read(&code, false), [(0x100c, 4, 0xffff_ffff, 0x110c)]);
    }

    #[test]
    fn calls_out_of_the_function_are_references() {
        // bl +0x200 from 0x1000; bx lr
        let code = [0x00, 0xf0, 0xfe, 0xf8, 0x70, 0x47];
        assert_eq!(read(&code, true), [(0x1000, 4, 0x2fff_07ff, 0x1200)]);
        let words: [u32; 2] = [0xeb00_0040, 0xe12f_ff1e];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(read(&code, false), [(0x1000, 4, 0x00ff_ffff, 0x1108)]);
    }

    #[test]
    fn a_stub_leads_to_its_slot() {
        // add ip, pc, #0; add ip, ip, #0x1000; ldr pc, [ip, #0x2c]!
        let words: [u32; 3] = [0xe28f_c600, 0xe28c_ca01, 0xe5bc_f02c];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(stub(&code, 0x1000), Some(0x1008 + 0x1000 + 0x2c));
        assert_eq!(stub(&[0; 12], 0x1000), None);
    }
}
