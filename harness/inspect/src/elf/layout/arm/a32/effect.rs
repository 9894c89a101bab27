//! What one instruction does to what registers hold.

use super::super::values::Half;
use super::*;

pub(in super::super) fn effect(code: &Arm<'_>, at: u64, state: &mut State, found: &mut Found) {
    let Some(word) = code.word(at) else { return };
    let pc = at.wrapping_add(8);
    if let Some((target, mask)) = branch(at, word) {
        let how = if calls(word) { How::Call } else { How::Jump };
        if !code.inside(target) {
            found
                .references
                .push(Reference::field(at, u64::from(mask), how, target));
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
        return code.load(at, to, from, state, found);
    }
    if let Some(target) = stub(code, at) {
        for place in [at, at + 4, at + 8] {
            let reference = Reference::field(place, 0xfff, How::Touch(4), target);
            found.references.push(reference.through(at));
        }
        // What it adds up on the way is no place of its own.
        return set(state, IP, None);
    }
    if word >> 28 == 15 {
        return unconditional(code, at, word, state, found);
    }
    let (rd, rn, rm) = (register(word, 12), register(word, 16), register(word, 0));
    let (before, back) = (word & 0x0100_0000 != 0, word & 0x0020_0000 != 0);
    match word {
        // MOVW and MOVT.
        _ if word & 0x0fb0_0000 == 0x0300_0000 => {
            let value = word >> 4 & 0xf000 | word & 0xfff;
            let high = word & 0x0040_0000 != 0;
            let mask = 0x000f_0fff;
            half(code, state, rd, at, Half { value, high, mask }, found);
        }
        // ADD and SUB (immediate).
        _ if word & 0x0fe0_0000 == 0x0280_0000 || word & 0x0fe0_0000 == 0x0240_0000 => {
            let offset = offset(immediate(word), word & 0x0080_0000 != 0);
            let made = match rn {
                PC => code.near(at, pc.wrapping_add_signed(offset), found),
                SP => None,
                rn => code.plus(state, at, (rd, rn), offset, found),
            };
            set(state, rd, made.filter(|_| rd != PC));
        }
        // ADD (register) without shift.
        _ if word & 0x0fe0_0ff0 == 0x0080_0000 => {
            let made = match (rn, rm) {
                (PC, rm) if rd != PC => code.onto_pc(state, at, rm, pc, How::Take, found),
                (rn, PC) if rd != PC => code.onto_pc(state, at, rn, pc, How::Take, found),
                // A jump: by a table, unless the word is known.
                (PC, other) | (other, PC) => {
                    add(at, state.get(other), pc, How::Jump, found).and(None)
                }
                (rn, rm) => code.sum(state, at, (rn, rm), How::Take, found),
            };
            set(state, rd, made);
        }
        // LDR and STR (register) without shift.
        _ if word & 0x0fe0_0ff0 == 0x0780_0000 => {
            match rn {
                PC => code.onto_pc(state, at, rm, pc, How::Touch(4), found),
                rn => code.sum(state, at, (rn, rm), How::Touch(4), found),
            };
            if word & 0x0010_0000 != 0 {
                set(state, rd, None);
            }
        }
        // MOV (register).
        _ if word & 0x0fff_0ff0 == 0x01a0_0000 => match rm {
            PC => set(state, rd, Some(Held::Address(pc))),
            rm => state.copy(rm, rd),
        },
        // LDM and STM.
        _ if word & 0x0e00_0000 == 0x0800_0000 => {
            if word & 0x0010_0000 != 0 {
                list(state, word & 0xffff);
            }
            if back {
                set(state, rn, None);
            }
        }
        // Loads and stores of words and bytes.
        _ if word & 0x0c00_0000 == 0x0400_0000 && word & 0x0200_0010 != 0x0200_0010 => {
            if word & 0x0200_0000 == 0 {
                let size = if word & 0x0040_0000 == 0 { 4 } else { 1 };
                let offset = offset(word & 0xfff, up(word));
                match rn {
                    PC => code.beside(at, pc.wrapping_add_signed(offset), size, found),
                    rn if before => Arm::access(state, at, rn, offset, size, found),
                    rn => Arm::access(state, at, rn, 0, size, found),
                }
            } else if rn == PC && rd != PC {
                found.unknown.push(at);
            }
            if word & 0x0010_0000 != 0 {
                set(state, rd, None);
            }
            if !before || back {
                set(state, rn, None);
            }
        }
        // Multiplications, loads of halves and pairs, and what computes.
        _ if word & 0x0e00_0090 == 0x0000_0090 => {
            if word & 0x60 != 0 && word & 0x0040_0000 != 0 {
                let number = offset(word >> 4 & 0xf0 | word & 15, up(word));
                match rn {
                    PC => code.beside(at, pc.wrapping_add_signed(number), 8, found),
                    rn if before => Arm::access(state, at, rn, number, 2, found),
                    rn => Arm::access(state, at, rn, 0, 2, found),
                }
            }
            for register in [rd, rd + 1, rn] {
                set(state, register, None);
            }
        }
        // Multiplications of halves, and media instructions with their result in the other place.
        _ if word & 0x0f90_0090 == 0x0100_0080 || word & 0x0e00_0010 == 0x0600_0010 => {
            set(state, rd, None);
            set(state, rn, None);
        }
        // Status, counting zeros, saturating: what would be the second operand is none.
        _ if word & 0x0f90_0000 == 0x0100_0000 => set(state, rd, None),
        // Comparisons write nothing.
        _ if word & 0x0d90_0000 == 0x0110_0000 => {}
        _ if word & 0x0c00_0000 == 0x0c00_0000 => coprocessor(code, at, word, state, found),
        _ => {
            let shifted = word & 0x0e00_0000 == 0x0000_0000;
            let reads_pc = rn == PC && word & 0x0da0_0000 != 0x01a0_0000 || shifted && rm == PC;
            if word & 0x0c00_0000 == 0 && reads_pc && rd != PC {
                found.unknown.push(at);
            }
            set(state, rd, None);
        }
    }
}

/// Loads and stores of floating point, and moves to core registers.
fn coprocessor(code: &Arm<'_>, at: u64, word: u32, state: &mut State, found: &mut Found) {
    let (rd, rn) = (register(word, 12), register(word, 16));
    match word {
        // VLDR and VSTR.
        _ if word & 0x0f20_0e00 == 0x0d00_0a00 => {
            let size = if word & 0x100 == 0 { 4 } else { 8 };
            let number = offset((word & 0xff) << 2, up(word));
            match rn {
                PC => {
                    let target = at.wrapping_add(8).wrapping_add_signed(number);
                    code.beside(at, target, size, found);
                }
                rn => Arm::access(state, at, rn, number, size, found),
            }
        }
        // Two registers.
        _ if word & 0x0ff0_0000 == 0x0c50_0000 => {
            set(state, rd, None);
            set(state, rn, None);
        }
        _ if word & 0x0ff0_0000 == 0x0c40_0000 => {}
        // Several, from and to memory.
        _ if word & 0x0e20_0000 == 0x0c20_0000 => set(state, rn, None),
        _ if word & 0x0e00_0000 == 0x0c00_0000 => {}
        // SVC.
        _ if word & 0x0f00_0000 == 0x0f00_0000 => set(state, 0, None),
        _ if word & 0x0f10_0010 == 0x0e10_0010 => set(state, rd, None),
        _ => {}
    }
}

/// Instructions without a condition: vectors, and preparing memory.
fn unconditional(code: &Arm<'_>, at: u64, word: u32, state: &mut State, found: &mut Found) {
    let (rn, rm) = (register(word, 16), register(word, 0));
    match word {
        // Structures of vectors write the base back, unless the last field says no.
        _ if word & 0xff10_0000 == 0xf400_0000 => {
            Arm::access(state, at, rn, 0, 4, found);
            if rm != PC {
                set(state, rn, None);
            }
        }
        // PLD beside the code.
        _ if word & 0xff3f_0000 == 0xf51f_0000 => {
            let number = offset(word & 0xfff, up(word));
            code.beside(at, at.wrapping_add(8).wrapping_add_signed(number), 4, found);
        }
        _ if word & 0xfc00_0000 == 0xfc00_0000 => coprocessor(code, at, word, state, found),
        _ => {}
    }
}
