//! The 16- and 32-bit instructions of Thumb.
//!
//! A 32-bit instruction is two half-words in a row; as a little-endian word of memory the first one has the
//! low bits, and masks are written so.

mod effect;
mod jumps;

pub(super) use effect::effect;
pub(super) use jumps::{jump_table, jump_targets};

use super::{
    Arm, Found, Held, How, Next, PC, Reference, State, Step, call, half, list, offset, set, signed,
};

/// The half-words of the instruction; the second one only if it has two.
fn halves(code: &Arm<'_>, at: u64) -> Option<(u32, Option<u32>)> {
    let first = u32::from(code.half(at)?);
    match first >> 11 {
        0b11101..=0b11111 => Some((first, Some(u32::from(code.half(at + 2)?)))),
        _ => Some((first, None)),
    }
}

fn branch(at: u64, first: u32, second: Option<u32>) -> Option<(u64, u32)> {
    let pc = at.wrapping_add(4);
    let target = |base: u64, offset: i64| base.wrapping_add_signed(offset) & 0xffff_ffff;
    let Some(second) = second else {
        return match first {
            _ if first & 0xf800 == 0xe000 => {
                Some((target(pc, signed(first & 0x7ff, 11) << 1), 0x7ff))
            }
            _ if first & 0xf000 == 0xd000 && first >> 8 & 15 < 14 => {
                Some((target(pc, signed(first & 0xff, 8) << 1), 0xff))
            }
            _ if first & 0xf500 == 0xb100 => {
                let offset = (first >> 3 & 0x1f) << 1 | (first >> 9 & 1) << 6;
                Some((target(pc, i64::from(offset)), 0x02f8))
            }
            _ => None,
        };
    };
    if first & 0xf800 != 0xf000 || second & 0x8000 == 0 {
        return None;
    }
    let (s, j1, j2) = (first >> 10 & 1, second >> 13 & 1, second >> 11 & 1);
    if second & 0x5000 == 0 {
        // Conditional: a condition of 14 or 15 is another instruction.
        if first >> 6 & 15 >= 14 {
            return None;
        }
        let offset = s << 20 | j2 << 19 | j1 << 18 | (first & 0x3f) << 12 | (second & 0x7ff) << 1;
        return Some((target(pc, signed(offset, 21)), 0x2fff_043f));
    }
    let (i1, i2) = (1 ^ j1 ^ s, 1 ^ j2 ^ s);
    let high = s << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12;
    match second & 0x5000 {
        // To A32 code, from a word's start.
        0x4000 => Some((
            target(pc & !3, signed(high | (second & 0x7fe) << 1, 25)),
            0x2fff_07ff,
        )),
        _ => Some((
            target(pc, signed(high | (second & 0x7ff) << 1, 25)),
            0x2fff_07ff,
        )),
    }
}

fn calls(first: u32, second: Option<u32>) -> bool {
    match second {
        Some(second) => first & 0xf800 == 0xf000 && second & 0xc000 == 0xc000,
        None => first & 0xff80 == 0x4780,
    }
}

/// `bx pc`: on in A32, from the next word on.
fn exchange(at: u64, first: u32) -> Option<u64> {
    (first & 0xffff == 0x4778).then(|| at.wrapping_add(4) & !3)
}

/// Whether a branch changes to A32: BLX with an address, BX with the program counter.
pub(super) fn exchanges(code: &Arm<'_>, at: u64) -> bool {
    match halves(code, at) {
        Some((first, Some(second))) => first & 0xf800 == 0xf000 && second & 0xd000 == 0xc000,
        Some((first, None)) => exchange(at, first).is_some(),
        None => false,
    }
}

/// The register of BX.
pub(super) fn exchanged(code: &Arm<'_>, at: u64) -> Option<usize> {
    let first = u32::from(code.half(at)?);
    (first & 0xff87 == 0x4700).then_some((first >> 3 & 15) as usize)
}

/// The conditions of the instructions behind this one, the last first, if it is IT (chapter A8, "IT").
pub(super) fn conditions(code: &Arm<'_>, at: u64) -> Option<Vec<u8>> {
    let (first, None) = halves(code, at)? else {
        return None;
    };
    if first & 0xff00 != 0xbf00 || first & 15 == 0 {
        return None;
    }
    let (condition, mask) = ((first >> 4 & 15) as u8, first & 15);
    let count = 4 - mask.trailing_zeros();
    // Each bit above the lowest one that is set says the lowest bit of a condition.
    let later = (1..count).map(|number| condition & !1 | (mask >> (4 - number) & 1) as u8);
    let mut all: Vec<u8> = [condition].into_iter().chain(later).collect();
    all.reverse();
    Some(all)
}

/// Whether a conditional instruction may change the flags: within IT, short ones do not, but for comparisons.
pub(super) fn sets_flags(code: &Arm<'_>, at: u64) -> bool {
    match halves(code, at) {
        Some((first, None)) => {
            let compares = first & 0xf800 == 0x2800
                || first & 0xff00 == 0x4500
                || matches!(first & 0xffc0, 0x4200 | 0x4280 | 0x42c0);
            // Outside of IT most short ones that compute do.
            let computes = first < 0x4400 && !code.conditional.contains_key(&at);
            compares || computes || calls(first, None)
        }
        Some((first, Some(second))) => {
            let computes = matches!(first >> 9, 0x75 | 0x78 | 0x7a) && second & 0x8000 == 0;
            let shifts = first & 0xfe00 == 0xea00;
            calls(first, Some(second))
                || (computes || shifts) && first & 0x10 != 0
                || first & 0xef00 == 0xee00
        }
        None => true,
    }
}

/// Registers that an instruction may set, a bit for each; rather too many.
pub(super) fn may_set(code: &Arm<'_>, at: u64) -> u32 {
    let bit = |number: u32| 1_u32 << (number & 15);
    match halves(code, at) {
        Some((first, second)) if calls(first, second) || first & 0xff00 == 0xdf00 => 0x500f,
        // Comparisons, branches, stores and hints set none.
        Some((first, None))
            if first & 0xf800 == 0x2800
                || matches!(first & 0xff80, 0x4500 | 0x4580 | 0x4700)
                || matches!(first & 0xffc0, 0x4200 | 0x4280 | 0x42c0)
                || matches!(first >> 12, 0xd | 0xe)
                || matches!(first & 0xf800, 0x6000 | 0x7000 | 0x8000 | 0x9000)
                || first & 0xfe00 <= 0x5400 && first >> 12 == 5
                || first & 0xf500 == 0xb100
                || first & 0xff00 == 0xbf00 =>
        {
            0
        }
        // Of a number, of a word beside the code, relative to the stack pointer and to the program counter.
        Some((first, None))
            if matches!(first >> 12, 2 | 3 | 9 | 0xa) || first & 0xf800 == 0x4800 =>
        {
            bit(first >> 8 & 7)
        }
        // Shifts, sums, what is computed, and loads.
        Some((first, None)) if matches!(first >> 12, 0 | 1 | 5..=8) || first & 0xfc00 == 0x4000 => {
            bit(first & 7)
        }
        Some((first, None)) => {
            let low = bit(first & 7) | bit(first >> 8 & 7);
            let high = if first & 0xfc00 == 0x4400 {
                bit(first & 7 | first >> 4 & 8)
            } else {
                0
            };
            let list = if first & 0xf000 == 0xc000 || first & 0xfe00 == 0xbc00 {
                first & 0xff
            } else {
                0
            };
            low | high | list
        }
        // TBB and TBH.
        Some((0xe8df, Some(second))) if second & 0xffe0 == 0xf000 => 0,
        // Two registers of a coprocessor's, as of a double's halves.
        Some((first, Some(second))) if first & 0xeff0 == 0xec50 => bit(first) | bit(second >> 12),
        Some((first, Some(second))) if first & 0xfe00 == 0xe800 => {
            second | bit(first) | bit(second >> 12) | bit(second >> 8)
        }
        // CMP and its like.
        Some((first, Some(second))) if first & 0xfbf0 == 0xf1b0 && second & 0x8f00 == 0x0f00 => 0,
        Some((first, Some(second))) if first & 0xf800 == 0xf000 && second & 0x8000 != 0 => 0,
        // One register, and where it is moved on, the base.
        Some((first, Some(second))) if first & 0xfe00 == 0xf800 => {
            let moved = second & 0x0900 == 0x0900 && first & 0x80 == 0;
            bit(second >> 12) | if moved { bit(first) } else { 0 }
        }
        Some((_, Some(second))) => bit(second >> 12) | bit(second >> 8),
        None => u32::MAX,
    }
}

/// The register that an instruction compares with a number, and the number.
pub(super) fn compared(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    match halves(code, at)? {
        (first, None) if first & 0xf800 == 0x2800 => {
            Some(((first >> 8 & 7) as usize, u64::from(first & 0xff)))
        }
        (first, Some(second)) if first & 0xfbf0 == 0xf1b0 && second & 0x8f00 == 0x0f00 => {
            Some(((first & 15) as usize, u64::from(modified(first, second))))
        }
        _ => None,
    }
}

/// The register and the address of a load from beside the code.
pub(super) fn literal(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let base = at.wrapping_add(4) & !3;
    match halves(code, at)? {
        (first, None) if first & 0xf800 == 0x4800 => Some((
            (first >> 8 & 7) as usize,
            base + u64::from(first & 0xff) * 4,
        )),
        (first, Some(second)) if first & 0xff7f == 0xf85f => {
            let offset = offset(second & 0xfff, up(first));
            Some(((second >> 12) as usize, base.wrapping_add_signed(offset)))
        }
        _ => None,
    }
}

/// What a load from beside the code reads, and how many bytes of it.
pub(super) fn read_beside(code: &Arm<'_>, at: u64) -> Option<(u64, u8)> {
    if let Some((_, from)) = literal(code, at) {
        return Some((from, 4));
    }
    let (first, Some(second)) = halves(code, at)? else {
        return None;
    };
    let base = at.wrapping_add(4) & !3;
    let by = |number: u32| base.wrapping_add_signed(offset(number, up(first)));
    match first {
        // VLDR; LDRD; LDRB, LDRH and those that sign.
        _ if first & 0xff3f == 0xed1f && second & 0x0e00 == 0x0a00 => {
            let size = if second & 0x100 == 0 { 4 } else { 8 };
            Some((by((second & 0xff) << 2), size))
        }
        _ if first & 0xff7f == 0xe95f => Some((by((second & 0xff) << 2), 8)),
        _ if first & 0xfe1f == 0xf81f && first & 0x40 == 0 && second >> 12 != 15 => {
            Some((by(second & 0xfff), if first & 0x20 == 0 { 1 } else { 2 }))
        }
        _ => None,
    }
}

/// The register that ADR sets, and where to.
pub(super) fn near(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let base = at.wrapping_add(4) & !3;
    match halves(code, at)? {
        (first, None) if first & 0xf800 == 0xa000 => Some((
            (first >> 8 & 7) as usize,
            base + u64::from(first & 0xff) * 4,
        )),
        (first, Some(second)) if first & 0xfb5f == 0xf20f && second & 0x8000 == 0 => {
            let twelve = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
            let number = offset(twelve, first & 0xa0 == 0);
            Some((
                (second >> 8 & 15) as usize,
                base.wrapping_add_signed(number),
            ))
        }
        _ => None,
    }
}

/// The base, the index and the destination of a load of one of a row of words.
pub(super) fn indexed(code: &Arm<'_>, at: u64) -> Option<(usize, usize, usize)> {
    let (first, second) = halves(code, at)?;
    let second = second.filter(|second| first & 0xfff0 == 0xf850 && second & 0x0ff0 == 0x0020)?;
    Some((
        (first & 15) as usize,
        (second & 15) as usize,
        (second >> 12) as usize,
    ))
}

/// The sum and the terms of an addition of two registers.
pub(super) fn adds(code: &Arm<'_>, at: u64) -> Option<(usize, usize, usize)> {
    let field = |word: u32, from: u32, bits: u32| (word >> from & ((1 << bits) - 1)) as usize;
    match halves(code, at)? {
        (first, None) if first & 0xfe00 == 0x1800 => {
            Some((field(first, 0, 3), field(first, 3, 3), field(first, 6, 3)))
        }
        (first, None) if first & 0xff00 == 0x4400 => {
            let to = field(first, 0, 3) | field(first, 4, 4) & 8;
            Some((to, to, field(first, 3, 4)))
        }
        (first, Some(second)) if first & 0xffe0 == 0xeb00 && second & 0xf0f0 == 0 => {
            Some((field(second, 8, 4), field(first, 0, 4), field(second, 0, 4)))
        }
        _ => None,
    }
}

/// The register that a jump goes to; the program counter if a load into it is the jump.
pub(super) fn jumps_to(code: &Arm<'_>, at: u64) -> Option<usize> {
    match halves(code, at)? {
        (first, None) if first & 0xff87 == 0x4700 => Some((first >> 3 & 15) as usize),
        (first, None) if first & 0xff87 == 0x4687 => Some((first >> 3 & 15) as usize),
        _ => indexed(code, at)
            .map(|(_, _, to)| to)
            .filter(|to| *to == PC),
    }
}

/// The base, the offset and the size of a load.
pub(super) fn loads(code: &Arm<'_>, at: u64) -> Option<(usize, i64, u64)> {
    let (first, second) = halves(code, at)?;
    let Some(second) = second else {
        let offset = i64::from(first >> 6 & 0x1f) * 4;
        return (first & 0xf800 == 0x6800).then_some(((first >> 3 & 7) as usize, offset, 4));
    };
    let rn = (first & 15) as usize;
    match first {
        _ if first & 0xff70 == 0xe950 => Some((rn, offset((second & 0xff) << 2, up(first)), 8)),
        _ if first & 0xfff0 == 0xf8d0 => Some((rn, i64::from(second & 0xfff), 4)),
        _ if first & 0xff30 == 0xed10 && second & 0x0e00 == 0x0a00 => {
            Some((rn, offset((second & 0xff) << 2, up(first)), 8))
        }
        _ if first & 0xffb0 == 0xf920 => Some((rn, 0, several(second))),
        _ => None,
    }
}

/// How many bytes a load of vectors reads, by how many registers it has.
pub(super) fn several(word: u32) -> u64 {
    match word >> 8 & 15 {
        7 => 8,
        10 => 16,
        6 => 24,
        _ => 32,
    }
}

fn up(first: u32) -> bool {
    first & 0x80 != 0
}

pub(super) fn step(code: &Arm<'_>, at: u64) -> Option<Step> {
    let (first, second) = halves(code, at)?;
    let length = if second.is_some() { 4 } else { 2 };
    let elsewhere = |table| Next::Elsewhere { table };
    let next = match (branch(at, first, second), second) {
        (Some((to, _)), _) if calls(first, second) => Next::Call(Some(to)),
        (Some((to, _)), None) if first & 0xf800 == 0xe000 => Next::To(to),
        (Some((to, _)), Some(second)) if second & 0x1000 != 0 => Next::To(to),
        (Some((to, _)), _) => Next::Maybe(to),
        (None, None) if calls(first, second) => Next::Call(None),
        // BX, MOV to the program counter, POP with it, UDF.
        (None, None) if exchange(at, first).is_some() => {
            exchange(at, first).map_or(Next::Stop, Next::To)
        }
        (None, None) if first & 0xff87 == 0x4700 => elsewhere(first != 0x4770),
        (None, None) if first & 0xff87 == 0x4687 => elsewhere(true),
        (None, None) if first & 0xff00 == 0xbd00 => elsewhere(false),
        (None, None) if first & 0xff00 == 0xde00 => Next::Stop,
        // TBB, TBH; LDM with the program counter; LDR to it; what returns from exceptions; UDF.
        (None, Some(second)) if first & 0xfff0 == 0xe8d0 && second & 0xffe0 == 0xf000 => {
            elsewhere(true)
        }
        (None, Some(second)) if first & 0xfe50 == 0xe810 && second & 0x8000 != 0 => {
            elsewhere(false)
        }
        (None, Some(second)) if first & 0xff70 == 0xf850 && second >> 12 == 15 => {
            // What is loaded from the stack is where to go back to.
            elsewhere(first & 15 != 13)
        }
        (None, Some(second)) if first & 0xffe0 == 0xf3c0 && second & 0xd000 == 0x8000 => {
            elsewhere(false)
        }
        (None, Some(second)) if first & 0xfff0 == 0xf7f0 && second & 0xf000 == 0xa000 => Next::Stop,
        _ => Next::On,
    };
    let next = match next {
        Next::To(to) if code.conditional.contains_key(&at) => Next::Maybe(to),
        Next::Call(Some(to)) if code.conditional.contains_key(&at) => Next::MayCall(to),
        Next::Elsewhere { table } if code.conditional.contains_key(&at) => Next::Perhaps { table },
        next => next,
    };
    Some(Step { length, next })
}

/// A number of twelve bits as data-processing instructions spell it (chapter A6, "Modified immediate constants").
fn modified(first: u32, second: u32) -> u32 {
    let number = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
    let byte = number & 0xff;
    match number >> 8 {
        0 => byte,
        1 => byte << 16 | byte,
        2 => byte << 24 | byte << 8,
        3 => byte << 24 | byte << 16 | byte << 8 | byte,
        _ => (byte & 0x7f | 0x80).rotate_right(number >> 7),
    }
}
