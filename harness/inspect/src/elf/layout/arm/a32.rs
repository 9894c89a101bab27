//! The 32-bit instructions.

use super::{
    Arm, Held, Next, PC, Reference, State, Step, add, add_registers, call, half, held, list, set,
    signed,
};

fn register(word: u32, low: u32) -> usize {
    (word >> low & 15) as usize
}

fn branch(at: u64, word: u32) -> Option<(u64, u32)> {
    let pc = at.wrapping_add(8);
    let offset = signed(word & 0x00ff_ffff, 24) << 2;
    if word & 0xfe00_0000 == 0xfa00_0000 {
        let target = pc.wrapping_add_signed(offset | i64::from(word >> 24 & 1) << 1);
        return Some((target & 0xffff_ffff, 0x01ff_ffff));
    }
    (word & 0x0e00_0000 == 0x0a00_0000)
        .then(|| (pc.wrapping_add_signed(offset) & 0xffff_ffff, 0x00ff_ffff))
}

fn calls(word: u32) -> bool {
    word & 0x0f00_0000 == 0x0b00_0000
        || word & 0xfe00_0000 == 0xfa00_0000
        || word & 0x0fff_fff0 == 0x012f_ff30
}

/// The register and the address of a load from beside the code.
pub(super) fn literal(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let word = code.word(at)?;
    if word & 0x0f7f_0000 != 0x051f_0000 || word >> 28 == 15 {
        return None;
    }
    let (pc, offset) = (at.wrapping_add(8), u64::from(word & 0xfff));
    let from = match word & 0x0080_0000 {
        0 => pc.wrapping_sub(offset),
        _ => pc.wrapping_add(offset),
    };
    Some((register(word, 12), from))
}

pub(super) fn step(code: &Arm<'_>, at: u64) -> Option<Step> {
    let word = code.word(at)?;
    let always = word >> 28 == 14;
    let next = match branch(at, word) {
        Some(_) if calls(word) => Next::On,
        Some((to, _)) if always => Next::To(to),
        Some((to, _)) => Next::Maybe(to),
        None if !always => Next::On,
        None if word & 0x0fff_fff0 == 0x012f_ff10 => Next::Elsewhere {
            table: word & 15 != 14,
        },
        None if word & 0x0e10_8000 == 0x0810_8000 => Next::Elsewhere { table: false },
        // Computed into the program counter.
        None if word & 0x0c00_f000 == 0x0000_f000 && word & 0x0190_0000 != 0x0110_0000 => {
            Next::Elsewhere { table: true }
        }
        None if word & 0x0c10_f000 == 0x0410_f000 => Next::Elsewhere { table: true },
        None => Next::On,
    };
    Some(Step { length: 4, next })
}

pub(super) fn effect(code: &Arm<'_>, at: u64, state: &mut State, found: &mut Vec<Reference>) {
    let Some(word) = code.word(at) else { return };
    let pc = at.wrapping_add(8);
    if let Some((target, mask)) = branch(at, word) {
        if !code.inside(target) {
            found.push(Reference::field(at, u64::from(mask), target));
        }
        if calls(word) {
            call(state);
        }
        return;
    }
    if calls(word) {
        return call(state);
    }
    if let Some((to, from)) = literal(code, at) {
        let value = code.word(from).map(|value| Held::Word {
            value: u64::from(value),
            from,
        });
        return set(state, to, value);
    }
    if let Some(target) = stub(code, at) {
        for place in [at, at + 4, at + 8] {
            found.push(Reference::field(place, 0xfff, target));
        }
    }
    let (rd, rn, rm) = (register(word, 12), register(word, 16), register(word, 0));
    match word {
        _ if word & 0x0fb0_0000 == 0x0300_0000 => {
            let value = word >> 4 & 0xf000 | word & 0xfff;
            half(state, rd, at, value, word & 0x0040_0000 != 0, 0x000f_0fff);
        }
        // ADD (register) without shift.
        _ if word & 0x0fe0_0ff0 == 0x0080_0000 => {
            let made = match (rn, rm) {
                (PC, rm) => add(held(state, rm), pc, found),
                (rn, PC) => add(held(state, rn), pc, found),
                (rn, rm) => add_registers(held(state, rn), held(state, rm), found),
            };
            set(state, rd, made);
        }
        // LDR (register) without shift.
        _ if word & 0x0ff0_0ff0 == 0x0790_0000 => {
            match rn {
                PC => add(held(state, rm), pc, found),
                rn => add_registers(held(state, rn), held(state, rm), found),
            };
            set(state, rd, None);
        }
        // MOV (register).
        _ if word & 0x0fff_0ff0 == 0x01a0_0000 => {
            let from = held(state, rm);
            set(state, rd, from);
        }
        _ if word & 0x0e00_0000 == 0x0800_0000 => {
            if word & 0x0010_0000 != 0 {
                list(state, word & 0xffff);
            }
            if word & 0x0020_0000 != 0 {
                set(state, rn, None);
            }
        }
        _ if word & 0x0c00_0000 == 0x0400_0000 => {
            if word & 0x0010_0000 != 0 {
                set(state, rd, None);
            }
            // Post-indexed, or pre-indexed with writing back.
            if word & 0x0120_0000 != 0x0100_0000 {
                set(state, rn, None);
            }
        }
        // Multiplications, loads of halves and pairs, and what computes.
        _ if word & 0x0e00_0090 == 0x0000_0090 => {
            for register in [rd, rd + 1, rn] {
                set(state, register, None);
            }
        }
        _ => set(state, rd, None),
    }
}

/// The place a linkage stub jumps through: `add ip, pc, #…; add ip, ip, #…; ldr pc, [ip, #…]!`.
pub(super) fn stub(code: &Arm<'_>, at: u64) -> Option<u64> {
    let words = [code.word(at)?, code.word(at + 4)?, code.word(at + 8)?];
    let shape = [0xe28f_c000, 0xe28c_c000, 0xe5bc_f000];
    if words
        .iter()
        .zip(shape)
        .any(|(word, shape)| word & 0xffff_f000 != shape)
    {
        return None;
    }
    let immediate = |word: u32| u64::from((word & 0xff).rotate_right((word >> 8 & 15) * 2));
    let [high, middle, low] = words;
    let sum = at + 8 + immediate(high) + immediate(middle) + u64::from(low & 0xfff);
    Some(sum & 0xffff_ffff)
}
