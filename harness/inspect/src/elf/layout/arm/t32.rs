//! The 16- and 32-bit instructions of Thumb.
//!
//! A 32-bit instruction is two half-words in a row; as a little-endian word of memory the first one has the
//! low bits, and masks are written so.

use super::{
    Arm, Held, Next, PC, Reference, State, Step, add, add_registers, call, half, held, list, set,
    signed,
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

/// The register and the address of a load from beside the code.
pub(super) fn literal(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let base = at.wrapping_add(4) & !3;
    match halves(code, at)? {
        (first, None) if first & 0xf800 == 0x4800 => Some((
            (first >> 8 & 7) as usize,
            base + u64::from(first & 0xff) * 4,
        )),
        (first, Some(second)) if first & 0xff7f == 0xf85f => {
            let offset = u64::from(second & 0xfff);
            let from = match first & 0x80 {
                0 => base.wrapping_sub(offset),
                _ => base.wrapping_add(offset),
            };
            Some(((second >> 12) as usize, from))
        }
        _ => None,
    }
}

pub(super) fn step(code: &Arm<'_>, at: u64) -> Option<Step> {
    let (first, second) = halves(code, at)?;
    let length = if second.is_some() { 4 } else { 2 };
    let elsewhere = |table| Next::Elsewhere { table };
    let next = match (branch(at, first, second), second) {
        (Some(_), _) if calls(first, second) => Next::On,
        (Some((to, _)), None) if first & 0xf800 == 0xe000 => Next::To(to),
        (Some((to, _)), Some(second)) if second & 0x1000 != 0 => Next::To(to),
        (Some((to, _)), _) => Next::Maybe(to),
        // BX, MOV to the program counter, POP with it, UDF.
        (None, None) if first & 0xff87 == 0x4700 => elsewhere(first != 0x4770),
        (None, None) if first & 0xff87 == 0x4687 => elsewhere(true),
        (None, None) if first & 0xff00 == 0xbd00 || first & 0xff00 == 0xde00 => elsewhere(false),
        // TBB, TBH; LDM with the program counter; LDR to it.
        (None, Some(second)) if first & 0xfff0 == 0xe8d0 && second & 0xffe0 == 0xf000 => {
            elsewhere(true)
        }
        (None, Some(second)) if first & 0xfe50 == 0xe810 && second & 0x8000 != 0 => {
            elsewhere(false)
        }
        (None, Some(second)) if first & 0xff70 == 0xf850 && second >> 12 == 15 => elsewhere(true),
        _ => Next::On,
    };
    Some(Step { length, next })
}

pub(super) fn effect(code: &Arm<'_>, at: u64, state: &mut State, found: &mut Vec<Reference>) {
    let Some((first, second)) = halves(code, at) else {
        return;
    };
    if let Some((target, mask)) = branch(at, first, second)
        && !code.inside(target)
    {
        let mut reference = Reference::field(at, u64::from(mask), target);
        if second.is_none() {
            reference.width = 2;
        }
        found.push(reference);
    }
    if calls(first, second) {
        return call(state);
    }
    if let Some((to, from)) = literal(code, at) {
        let value = code.word(from).map(|value| Held::Word {
            value: u64::from(value),
            from,
        });
        return set(state, to, value);
    }
    match second {
        None => short(at, first, state, found),
        Some(second) => long(at, first, second, state, found),
    }
}

fn short(at: u64, word: u32, state: &mut State, found: &mut Vec<Reference>) {
    let low = |shift: u32| (word >> shift & 7) as usize;
    match word >> 12 {
        0 | 1 if word & 0xfe00 == 0x1800 => {
            let made = add_registers(held(state, low(3)), held(state, low(6)), found);
            set(state, low(0), made);
        }
        0 | 1 => set(state, low(0), None),
        2 | 3 if word & 0xf800 == 0x2800 => {}
        2 | 3 | 9 | 10 => set(state, low(8), None),
        4 if word & 0xfc00 == 0x4400 => {
            let rd = low(0) | (word >> 4 & 8) as usize;
            let rm = (word >> 3 & 15) as usize;
            let made = match word >> 8 & 3 {
                0 if rm == PC => add(held(state, rd), at.wrapping_add(4), found),
                0 => add_registers(held(state, rd), held(state, rm), found),
                2 => held(state, rm),
                // A comparison writes nothing.
                1 => held(state, rd),
                _ => None,
            };
            set(state, rd, made);
        }
        4 => set(state, low(0), None),
        5 if word & 0xfe00 == 0x5800 => {
            add_registers(held(state, low(3)), held(state, low(6)), found);
            set(state, low(0), None);
        }
        5 if word & 0x0e00 < 0x0600 => {}
        5 => set(state, low(0), None),
        6..=8 if word & 0x0800 == 0 => {}
        6..=8 => set(state, low(0), None),
        11 if word & 0xfe00 == 0xbc00 => list(state, word & 0xff),
        11 if word & 0xff00 == 0xb200 || word & 0xff00 == 0xba00 => set(state, low(0), None),
        12 => {
            set(state, low(8), None);
            if word & 0x0800 != 0 {
                list(state, word & 0xff);
            }
        }
        _ => {}
    }
}

fn long(at: u64, first: u32, second: u32, state: &mut State, found: &mut Vec<Reference>) {
    let rn = (first & 15) as usize;
    let (rt, rd) = ((second >> 12) as usize, (second >> 8 & 15) as usize);
    match first {
        _ if first & 0xfb70 == 0xf240 && second & 0x8000 == 0 => {
            let value = (first & 15) << 12
                | (first >> 10 & 1) << 11
                | (second >> 12 & 7) << 8
                | second & 0xff;
            half(state, rd, at, value, first & 0x80 != 0, 0x70ff_040f);
        }
        // Several registers.
        _ if first & 0xfe40 == 0xe800 => {
            if first & 0x10 != 0 {
                list(state, second);
            }
            if first & 0x20 != 0 {
                set(state, rn, None);
            }
        }
        // Two registers, exclusive.
        _ if first & 0xfe40 == 0xe840 => {
            for register in [rt, rd, rn] {
                set(state, register, None);
            }
        }
        // LDR (register) without shift.
        _ if first & 0xfff0 == 0xf850 && second & 0x0ff0 == 0 => {
            add_registers(held(state, rn), held(state, (second & 15) as usize), found);
            set(state, rt, None);
        }
        _ if first & 0xfe00 == 0xf800 => {
            if first & 0x10 != 0 {
                set(state, rt, None);
            }
            if first & 0x80 == 0 && second & 0x0900 == 0x0900 {
                set(state, rn, None);
            }
        }
        // Long multiplications have two results.
        _ if first & 0xff80 == 0xfb80 => {
            set(state, rt, None);
            set(state, rd, None);
        }
        // ADD (register) without shift.
        _ if first & 0xffe0 == 0xeb00 && second & 0xf0f0 == 0 => {
            let made = add_registers(held(state, rn), held(state, (second & 15) as usize), found);
            set(state, rd, made);
        }
        _ if first & 0xec00 == 0xec00 => set(state, rt, None),
        _ if first & 0xf800 == 0xf000 && second & 0x8000 != 0 => {}
        _ => set(state, rd, None),
    }
}
