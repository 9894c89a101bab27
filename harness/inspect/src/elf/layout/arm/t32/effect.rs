//! What one instruction does to what registers hold.

use super::super::values::Half;
use super::*;

pub(in super::super) fn effect(code: &Arm<'_>, at: u64, state: &mut State, found: &mut Found) {
    let Some((first, second)) = halves(code, at) else {
        return;
    };
    if let Some((target, mask)) = branch(at, first, second) {
        if !code.inside(target) {
            let how = match calls(first, second) {
                true => How::Call,
                false => How::Jump,
            };
            let mut reference = Reference::field(at, u64::from(mask), how, target);
            if second.is_none() {
                reference.width = 2;
            }
            found.references.push(reference);
        }
        if calls(first, second) {
            call(state);
        }
        return;
    }
    if calls(first, second) {
        return call(state);
    }
    if let Some((to, from)) = literal(code, at) {
        return code.load(at, to, from, state, found);
    }
    match second {
        None => short(code, at, first, state, found),
        Some(second) => long(code, at, first, second, state, found),
    }
}

fn short(code: &Arm<'_>, at: u64, word: u32, state: &mut State, found: &mut Found) {
    let low = |shift: u32| (word >> shift & 7) as usize;
    let pc = at.wrapping_add(4);
    match word >> 12 {
        0 | 1 if word & 0xfe00 == 0x1800 => {
            let made = code.sum(state, at, (low(3), low(6)), How::Take, found);
            set(state, low(0), made);
        }
        // ADD and SUB with a number of three bits.
        0 | 1 if word & 0xfc00 == 0x1c00 => {
            let number = offset(word >> 6 & 7, word & 0x200 == 0);
            // MOV (register) is no addition of zero here, but may stand for one.
            let made = match number {
                0 => state.get(low(3)),
                number => code.plus(state, at, (low(0), low(3)), number, found),
            };
            set(state, low(0), made);
        }
        // LSL by zero is MOV.
        0 if word & 0xffc0 == 0 => state.copy(low(3), low(0)),
        0 | 1 => set(state, low(0), None),
        2 | 3 if word & 0xf800 == 0x2800 => {}
        3 => {
            let number = offset(word & 0xff, word & 0x800 == 0);
            let made = code.plus(state, at, (low(8), low(8)), number, found);
            set(state, low(8), made);
        }
        2 => set(state, low(8), None),
        // ADR.
        10 if word & 0x0800 == 0 => {
            let made = code.near(at, (pc & !3) + u64::from(word & 0xff) * 4, found);
            set(state, low(8), made);
        }
        9 | 10 => set(state, low(8), None),
        4 if word & 0xfc00 == 0x4400 => {
            let rd = low(0) | (word >> 4 & 8) as usize;
            let rm = (word >> 3 & 15) as usize;
            match word >> 8 & 3 {
                0 if rm == PC && rd != PC => {
                    let made = code.onto_pc(state, at, rd, pc, How::Take, found);
                    set(state, rd, made);
                }
                // A jump by a table.
                0 if rd == PC => {}
                0 => {
                    let made = code.sum(state, at, (rd, rm), How::Take, found);
                    set(state, rd, made);
                }
                2 if rm == PC => set(state, rd, Some(Held::Address(pc))),
                2 => state.copy(rm, rd),
                // A comparison writes nothing.
                _ => {}
            }
        }
        // Comparisons write nothing.
        4 if matches!(word >> 6 & 15, 8 | 10 | 11) => {}
        4 => set(state, low(0), None),
        5 => {
            // STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH.
            let size = [4, 2, 1, 1, 4, 2, 1, 2];
            let size = size.get((word >> 9 & 7) as usize).copied().unwrap_or(4);
            code.sum(state, at, (low(3), low(6)), How::Touch(size), found);
            if word & 0x0e00 >= 0x0600 {
                set(state, low(0), None);
            }
        }
        6..=8 => {
            let size: u8 = match word >> 12 {
                6 => 4,
                7 => 1,
                _ => 2,
            };
            let number = i64::from(word >> 6 & 0x1f) * i64::from(size);
            Arm::access(state, at, low(3), number, size, found);
            if word & 0x0800 != 0 {
                set(state, low(0), None);
            }
        }
        11 if word & 0xfe00 == 0xbc00 => list(state, word & 0xff),
        11 if word & 0xff00 == 0xb200 || word & 0xff00 == 0xba00 => set(state, low(0), None),
        12 => {
            set(state, low(8), None);
            if word & 0x0800 != 0 {
                list(state, word & 0xff);
            }
        }
        13 if word & 0xff00 == 0xdf00 => set(state, 0, None),
        _ => {}
    }
}

fn long(code: &Arm<'_>, at: u64, first: u32, second: u32, state: &mut State, found: &mut Found) {
    let rn = (first & 15) as usize;
    let (rt, rd) = ((second >> 12) as usize, (second >> 8 & 15) as usize);
    let rm = (second & 15) as usize;
    let base = at.wrapping_add(4) & !3;
    let twelve = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
    match first {
        // MOVW and MOVT.
        _ if first & 0xfb70 == 0xf240 && second & 0x8000 == 0 => {
            let value = (first & 15) << 12 | twelve;
            let high = first & 0x80 != 0;
            let mask = 0x70ff_040f;
            half(code, state, rd, at, Half { value, high, mask }, found);
        }
        // ADDW and SUBW; of the program counter, ADR.
        _ if first & 0xfb50 == 0xf200 && second & 0x8000 == 0 => {
            let number = offset(twelve, first & 0xa0 == 0);
            let made = match rn {
                PC => code.near(at, base.wrapping_add_signed(number), found),
                rn => code.plus(state, at, (rd, rn), number, found),
            };
            set(state, rd, made);
        }
        // ADD and SUB (immediate).
        _ if first & 0xfbe0 == 0xf100 && second & 0x8000 == 0 && rd != PC => {
            let number = i64::from(modified(first, second));
            let made = code.plus(state, at, (rd, rn), number, found);
            set(state, rd, made);
        }
        _ if first & 0xfbe0 == 0xf1a0 && second & 0x8000 == 0 && rd != PC => {
            let number = -i64::from(modified(first, second));
            let made = code.plus(state, at, (rd, rn), number, found);
            set(state, rd, made);
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
        // Two registers, exclusive, and jumps by a table.
        _ if first & 0xfe40 == 0xe840 => {
            let pair = first & 0x0120 != 0;
            let number = offset((second & 0xff) << 2, up(first));
            match rn {
                PC if pair => code.beside(at, base.wrapping_add_signed(number), 8, found),
                rn if pair && first & 0x100 != 0 => {
                    Arm::access(state, at, rn, number, 8, found);
                }
                _ => {}
            }
            let loads = first & 0x10 != 0;
            for register in [rt, rd].into_iter().filter(|_| !pair || loads) {
                set(state, register, None);
            }
            if !pair {
                // Exclusive stores say in the last field how it went.
                set(state, rm, None);
            } else if first & 0x20 != 0 {
                set(state, rn, None);
            }
        }
        _ if first & 0xfe00 == 0xf800 => access(code, at, first, second, state, found),
        // Long multiplications have two results.
        _ if first & 0xff80 == 0xfb80 => {
            set(state, rt, None);
            set(state, rd, None);
        }
        // ADD (register) without shift.
        _ if first & 0xffe0 == 0xeb00 && second & 0xf0f0 == 0 => {
            let made = code.sum(state, at, (rn, rm), How::Take, found);
            set(state, rd, made);
        }
        // MOV (register).
        _ if first & 0xffef == 0xea4f && second & 0xf0f0 == 0 => state.copy(rm, rd),
        // Comparisons have no result.
        _ if matches!(first & 0xfbf0, 0xf010 | 0xf090 | 0xf110 | 0xf1b0)
            && rd == PC
            && second & 0x8000 == 0 => {}
        _ if matches!(first & 0xfff0, 0xea10 | 0xea90 | 0xeb10 | 0xebb0) && rd == PC => {}
        _ if first & 0xec00 == 0xec00 => coprocessor(code, at, first, second, state, found),
        _ if first & 0xf800 == 0xf000 && second & 0x8000 != 0 => {
            // MRS.
            if first & 0xffe0 == 0xf3e0 {
                set(state, rd, None);
            }
        }
        _ => set(state, rd, None),
    }
}

/// Loads and stores of one register.
fn access(code: &Arm<'_>, at: u64, first: u32, second: u32, state: &mut State, found: &mut Found) {
    let rn = (first & 15) as usize;
    let rt = (second >> 12) as usize;
    let loads = first & 0x10 != 0;
    let size = match first >> 5 & 3 {
        0 => 1,
        1 => 2,
        _ => 4,
    };
    if first & 0x60 == 0x60 {
        // Structures of vectors write the base back, unless the last field says no.
        Arm::access(state, at, rn, 0, 4, found);
        if second & 15 != 15 {
            set(state, rn, None);
        }
        return;
    }
    let base = at.wrapping_add(4) & !3;
    match rn {
        // A number of twelve bits, upwards or down.
        PC => {
            let number = offset(second & 0xfff, up(first));
            code.beside(at, base.wrapping_add_signed(number), size, found);
        }
        _ if first & 0x80 != 0 => {
            Arm::access(state, at, rn, i64::from(second & 0xfff), size, found);
        }
        // An index without shift.
        _ if second & 0x0ff0 == 0 => {
            let registers = (rn, (second & 15) as usize);
            code.sum(state, at, registers, How::Touch(size), found);
        }
        _ if second & 0x0800 != 0 => {
            let number = offset(second & 0xff, second & 0x200 != 0);
            let before = second & 0x400 != 0;
            let touched = if before { number } else { 0 };
            Arm::access(state, at, rn, touched, size, found);
        }
        _ => {}
    }
    if loads {
        set(state, rt, None);
    }
    // Written back.
    if rn != PC && first & 0x80 == 0 && second & 0x0900 == 0x0900 {
        set(state, rn, None);
    }
}

/// Loads and stores of floating point, moves to core registers, and vectors.
fn coprocessor(
    code: &Arm<'_>,
    at: u64,
    first: u32,
    second: u32,
    state: &mut State,
    found: &mut Found,
) {
    let rn = (first & 15) as usize;
    let (rt, loads) = ((second >> 12) as usize, first & 0x10 != 0);
    match first {
        // Vectors and floating point that compute.
        _ if first & 0xef00 == 0xef00 => {}
        // VLDR and VSTR.
        _ if first & 0xff20 == 0xed00 && second & 0x0e00 == 0x0a00 => {
            let size = if second & 0x100 == 0 { 4 } else { 8 };
            let number = offset((second & 0xff) << 2, up(first));
            match rn {
                PC => {
                    let base = at.wrapping_add(4) & !3;
                    code.beside(at, base.wrapping_add_signed(number), size, found);
                }
                rn => Arm::access(state, at, rn, number, size, found),
            }
        }
        // Two registers.
        _ if first & 0xefe0 == 0xec40 && loads => {
            set(state, rt, None);
            set(state, rn, None);
        }
        _ if first & 0xefe0 == 0xec40 => {}
        // Several, from and to memory.
        _ if first & 0xee20 == 0xec20 => set(state, rn, None),
        _ if first & 0xee00 == 0xec00 => {}
        // One register.
        _ if first & 0xef10 == 0xee10 && second & 0x10 != 0 => set(state, rt, None),
        _ => {}
    }
}
