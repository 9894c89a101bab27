//! The 16- and 32-bit instructions of Thumb.
//!
//! A 32-bit instruction is two half-words in a row; as a little-endian word of memory the first one has the
//! low bits, and masks are written so.

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
            compares || calls(first, None)
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

/// The table behind TBB and TBH. Its index was compared with the number of its last entry; where that is not seen,
/// it ends where the first of its targets begins.
pub(super) fn jump_table(
    code: &Arm<'_>,
    at: u64,
    compared: Option<(usize, u64)>,
) -> Option<(u64, u64)> {
    let (first, second) = halves(code, at)?;
    let second = second?;
    if first != 0xe8df || second & 0xffe0 != 0xf000 {
        return None;
    }
    let start = at + 4;
    let wide = second & 0x10 != 0;
    let step = if wide { 2 } else { 1 };
    let index = (second & 15) as usize;
    if let Some((_, last)) = compared.filter(|(register, _)| *register == index) {
        let end = start + (last + 1) * step;
        return Some((start, end.next_multiple_of(2)));
    }
    let (mut place, mut end) = (start, u64::MAX);
    while place < end {
        end = end.min(start + jump_entry(code, place, wide)? * 2);
        place += step;
    }
    Some((start, end.max(start)))
}

fn jump_entry(code: &Arm<'_>, place: u64, wide: bool) -> Option<u64> {
    let half = u64::from(code.half(place & !1)?);
    Some(match (wide, place & 1) {
        (true, _) => half,
        (false, 0) => half & 0xff,
        (false, _) => half >> 8,
    })
}

/// Where the entries of such a table lead.
pub(super) fn jump_targets(code: &Arm<'_>, at: u64, start: u64, end: u64) -> Option<Vec<u64>> {
    let (first, second) = halves(code, at)?;
    let wide = second.filter(|_| first == 0xe8df)? & 0x10 != 0;
    let places = (start..end).step_by(if wide { 2 } else { 1 });
    let target = |place: u64| Some(start + jump_entry(code, place, wide)? * 2);
    Some(places.filter_map(target).collect())
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
        (None, Some(second)) if first & 0xff70 == 0xf850 && second >> 12 == 15 => elsewhere(true),
        (None, Some(second)) if first & 0xffe0 == 0xf3c0 && second & 0xd000 == 0x8000 => {
            elsewhere(false)
        }
        (None, Some(second)) if first & 0xfff0 == 0xf7f0 && second & 0xf000 == 0xa000 => Next::Stop,
        _ => Next::On,
    };
    let next = match next {
        Next::To(to) if code.conditional.contains_key(&at) => Next::Maybe(to),
        Next::Elsewhere { table } if code.conditional.contains_key(&at) => Next::Perhaps { table },
        next => next,
    };
    Some(Step { length, next })
}

pub(super) fn effect(code: &Arm<'_>, at: u64, state: &mut State, found: &mut Found) {
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
                number => Arm::plus(state, at, (low(0), low(3)), number, found),
            };
            set(state, low(0), made);
        }
        // LSL by zero is MOV.
        0 if word & 0xffc0 == 0 => state.copy(low(3), low(0)),
        0 | 1 => set(state, low(0), None),
        2 | 3 if word & 0xf800 == 0x2800 => {}
        3 => {
            let number = offset(word & 0xff, word & 0x800 == 0);
            let made = Arm::plus(state, at, (low(8), low(8)), number, found);
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
            half(code, state, rd, at, value, high, 0x70ff_040f, found);
        }
        // ADDW and SUBW; of the program counter, ADR.
        _ if first & 0xfb50 == 0xf200 && second & 0x8000 == 0 => {
            let number = offset(twelve, first & 0xa0 == 0);
            let made = match rn {
                PC => code.near(at, base.wrapping_add_signed(number), found),
                rn => Arm::plus(state, at, (rd, rn), number, found),
            };
            set(state, rd, made);
        }
        // ADD and SUB (immediate).
        _ if first & 0xfbe0 == 0xf100 && second & 0x8000 == 0 && rd != PC => {
            let number = i64::from(modified(first, second));
            let made = Arm::plus(state, at, (rd, rn), number, found);
            set(state, rd, made);
        }
        _ if first & 0xfbe0 == 0xf1a0 && second & 0x8000 == 0 && rd != PC => {
            let number = -i64::from(modified(first, second));
            let made = Arm::plus(state, at, (rd, rn), number, found);
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
        _ if first & 0xefe0 == 0xec40 => {
            if loads {
                set(state, rt, None);
                set(state, rn, None);
            }
        }
        // Several, from and to memory.
        _ if first & 0xee00 == 0xec00 => {
            if first & 0x20 != 0 {
                set(state, rn, None);
            }
        }
        // One register.
        _ if first & 0xef10 == 0xee10 && second & 0x10 != 0 => set(state, rt, None),
        _ => {}
    }
}
