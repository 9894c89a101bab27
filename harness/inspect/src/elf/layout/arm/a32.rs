//! The 32-bit instructions.

mod effect;

pub(super) use effect::effect;

use super::super::flow::Decode;
use super::{
    Arm, Found, Held, How, Next, PC, Reference, SP, State, Step, add, call, half, list, offset,
    set, signed, t32::several,
};

const IP: usize = 12;

fn register(word: u32, low: u32) -> usize {
    (word >> low & 15) as usize
}

/// A number of eight bits, rotated.
fn immediate(word: u32) -> u32 {
    (word & 0xff).rotate_right((word >> 8 & 15) * 2)
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

/// Whether a branch changes to T32: BLX with an address.
pub(super) fn exchanges(code: &Arm<'_>, at: u64) -> bool {
    (code.word(at)).is_some_and(|word| word & 0xfe00_0000 == 0xfa00_0000)
}

/// The register of BX.
pub(super) fn exchanged(code: &Arm<'_>, at: u64) -> Option<usize> {
    let word = code.word(at)?;
    (word & 0xffff_fff0 == 0xe12f_ff10).then_some(register(word, 0))
}

/// The condition under which the instruction is executed, if it may be left out.
pub(super) fn condition(code: &Arm<'_>, at: u64) -> Option<u8> {
    code.word(at)
        .map(|word| (word >> 28) as u8)
        .filter(|condition| *condition < 14)
}

/// Whether an instruction may change the flags: those that compute and say so, comparisons, calls, and moves to
/// the status.
pub(super) fn sets_flags(code: &Arm<'_>, at: u64) -> bool {
    code.word(at).is_none_or(|word| {
        let computes = word & 0x0c00_0000 == 0 && word & 0x0010_0000 != 0;
        let status = word & 0x0db0_0000 == 0x0120_0000 || word & 0x0f10_0010 == 0x0e10_0010;
        computes || status || calls(word)
    })
}

/// The register and the address of a load from beside the code.
pub(super) fn literal(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let word = code.word(at)?;
    if word & 0x0f7f_0000 != 0x051f_0000 || word >> 28 == 15 {
        return None;
    }
    let from = (at.wrapping_add(8)).wrapping_add_signed(offset(word & 0xfff, up(word)));
    Some((register(word, 12), from))
}

/// What a load from beside the code reads, and how many bytes of it.
pub(super) fn read_beside(code: &Arm<'_>, at: u64) -> Option<(u64, u8)> {
    let word = code.word(at)?;
    let by = |number: u32| {
        at.wrapping_add(8)
            .wrapping_add_signed(offset(number, up(word)))
    };
    let halves = (word >> 4 & 0xf0) | word & 15;
    match word {
        _ if word >> 28 == 15 => None,
        // LDR and LDRB; LDRH, LDRD and those that sign; VLDR.
        _ if word & 0x0f3f_0000 == 0x051f_0000 => Some((by(word & 0xfff), 4)),
        _ if word & 0x0f7f_0090 == 0x015f_0090 && word & 0x60 != 0 => Some((by(halves), 2)),
        _ if word & 0x0f7f_00f0 == 0x014f_00d0 => Some((by(halves), 8)),
        _ if word & 0x0f3f_0e00 == 0x0d1f_0a00 => {
            let size = if word & 0x100 == 0 { 4 } else { 8 };
            Some((by((word & 0xff) << 2), size))
        }
        _ => None,
    }
}

/// The register that ADR sets, and where to.
pub(super) fn near(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let word = code.word(at)?;
    let adds = word & 0x0fff_0000 == 0x028f_0000;
    let near = (adds || word & 0x0fff_0000 == 0x024f_0000) && word >> 28 != 15;
    let place = at
        .wrapping_add(8)
        .wrapping_add_signed(offset(immediate(word), adds));
    near.then_some((register(word, 12), place))
}

/// The register that an instruction compares with a number, and the number.
pub(super) fn compared(code: &Arm<'_>, at: u64) -> Option<(usize, u64)> {
    let word = code.word(at)?;
    let compares = word & 0xfff0_f000 == 0xe350_0000;
    compares.then(|| (register(word, 16), u64::from(immediate(word))))
}

/// The base, the index and the destination of a load of one of a row of words.
pub(super) fn indexed(code: &Arm<'_>, at: u64) -> Option<(usize, usize, usize)> {
    let word = code.word(at)?;
    let loads = word & 0x0ff0_0ff0 == 0x0790_0100;
    loads.then(|| (register(word, 16), register(word, 0), register(word, 12)))
}

/// Registers that an instruction reckons with in a way that is not followed, a bit for each: sums of a register and a
/// number, moves and comparisons are.
pub(super) fn reckons_with(code: &Arm<'_>, at: u64) -> u32 {
    let Some(word) = code.word(at).filter(|word| word >> 28 != 15) else {
        return 0;
    };
    let field = |low: u32| 1_u32 << register(word, low);
    let opcode = word >> 21 & 15;
    match word {
        // Multiplications, and loads of halves and pairs with an index.
        _ if word & 0x0e00_0090 == 0x0000_0090 => match word & 0x60 {
            0 => field(0) | field(8) | field(12),
            _ if word & 0x0040_0000 == 0 => field(16) | field(0),
            _ => 0,
        },
        // LDM, and loads of vectors.
        _ if word & 0x0e10_0000 == 0x0810_0000 || word & 0x0e10_0000 == 0x0c10_0000 => field(16),
        // Of two registers: all but ADD, MOV and comparisons.
        _ if word & 0x0e00_0000 == 0 => match opcode {
            4 if word & 0x0ff0 == 0 => 0,
            8..=11 | 13 => 0,
            _ => field(16) | field(0),
        },
        // Of a register and a number: all but ADD, SUB, MOV and comparisons.
        _ if word & 0x0e00_0000 == 0x0200_0000 => match opcode {
            2 | 4 | 8..=11 | 13 => 0,
            _ => field(16),
        },
        _ => 0,
    }
}

/// Registers that an instruction may set, a bit for each; rather too many.
pub(super) fn may_set(code: &Arm<'_>, at: u64) -> u32 {
    let Some(word) = code.word(at) else {
        return u32::MAX;
    };
    let field = |low: u32| 1_u32 << register(word, low);
    match word {
        _ if calls(word) || word >> 24 & 15 == 15 => 0x500f,
        _ if word & 0x0e00_0000 == 0x0800_0000 => word & 0xffff | field(16),
        // A comparison sets none.
        _ if word & 0x0d90_0000 == 0x0110_0000 && word & 0x90 != 0x90 => 0,
        // Two registers of a coprocessor's, as of a double's halves.
        _ if word & 0x0ff0_0000 == 0x0c50_0000 => field(12) | field(16),
        // Multiplications, loads of pairs, media: in whichever field it stands.
        _ if word & 0x0e00_0090 == 0x0000_0090 || word & 0x0e00_0010 == 0x0600_0010 => {
            field(12) | field(12) << 1 | field(16)
        }
        // A load or store may move its base on.
        _ if word & 0x0c00_0000 == 0x0400_0000 && word & 0x0120_0000 != 0x0100_0000 => {
            field(12) | field(16)
        }
        _ => field(12),
    }
}

/// The sum and the terms of an addition of two registers.
pub(super) fn adds(code: &Arm<'_>, at: u64) -> Option<(usize, usize, usize)> {
    let word = code.word(at)?;
    let adds = word & 0x0fe0_0ff0 == 0x0080_0000;
    adds.then(|| (register(word, 12), register(word, 16), register(word, 0)))
}

/// The register that a jump goes to; the program counter if a load into it or an addition is the jump.
pub(super) fn jumps_to(code: &Arm<'_>, at: u64) -> Option<usize> {
    let word = code.word(at)?;
    let exchanges = word & 0x0fff_fff0 == 0x012f_ff10;
    match exchanges {
        true => Some(register(word, 0)),
        false => indexed(code, at)
            .map(|(_, _, to)| to)
            .or(adds(code, at).map(|(to, _, _)| to))
            .filter(|to| *to == PC),
    }
}

/// The base, the offset and the size of a load.
pub(super) fn loads(code: &Arm<'_>, at: u64) -> Option<(usize, i64, u64)> {
    let word = code.word(at)?;
    let rn = register(word, 16);
    match word {
        _ if word & 0xffb0_0000 == 0xf420_0000 => Some((rn, 0, several(word))),
        _ if word >> 28 == 15 => None,
        _ if word & 0x0f70_0000 == 0x0510_0000 => Some((rn, offset(word & 0xfff, up(word)), 4)),
        _ if word & 0x0f70_00f0 == 0x0140_00d0 => {
            Some((rn, offset((word >> 4 & 0xf0) | word & 15, up(word)), 8))
        }
        _ if word & 0x0f30_0e00 == 0x0d10_0a00 => {
            Some((rn, offset((word & 0xff) << 2, up(word)), 8))
        }
        _ => None,
    }
}

fn up(word: u32) -> bool {
    word & 0x0080_0000 != 0
}

pub(super) fn step(code: &Arm<'_>, at: u64) -> Option<Step> {
    let word = code.word(at)?;
    let condition = word >> 28;
    let next = match branch(at, word) {
        // To what is not there, for which linkers write the next instruction's address.
        Some((to, _)) if to == at + 4 && condition == 14 && code.is_data(to) => Next::Stop,
        // BLX has no condition.
        Some((to, _)) if calls(word) && condition >= 14 => Next::Call(Some(to)),
        Some((to, _)) if calls(word) => Next::MayCall(to),
        Some((to, _)) if condition == 14 => Next::To(to),
        Some((to, _)) => Next::Maybe(to),
        None if condition == 15 => Next::On,
        None if calls(word) => Next::Call(None),
        // UDF.
        None if word & 0xfff0_00f0 == 0xe7f0_00f0 => Next::Stop,
        None => match leaves(word) {
            None => Next::On,
            Some(table) if condition == 14 => Next::Elsewhere { table },
            Some(table) => Next::Perhaps { table },
        },
    };
    Some(Step { length: 4, next })
}

/// Whether the program counter is written, and then whether it may be by a table.
fn leaves(word: u32) -> Option<bool> {
    match word {
        // BX.
        _ if word & 0x0fff_fff0 == 0x012f_ff10 => Some(word & 15 != 14),
        // LDM.
        _ if word & 0x0e10_8000 == 0x0810_8000 => Some(false),
        // Multiplications and loads of halves have other registers in that place.
        _ if word & 0x0e00_0090 == 0x0000_0090 => None,
        // Computed; comparisons and moves from status write none.
        _ if word & 0x0c00_f000 == 0x0000_f000 && word & 0x0180_0000 != 0x0100_0000 => Some(true),
        // LDR; what is loaded from the stack is where to go back to.
        _ if word & 0x0c10_f000 == 0x0410_f000 && word & 0x0200_0010 != 0x0200_0010 => {
            Some(word >> 16 & 15 != 13)
        }
        _ => None,
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
    let [high, middle, low] = words;
    let sum =
        at + 8 + u64::from(immediate(high)) + u64::from(immediate(middle)) + u64::from(low & 0xfff);
    Some(sum & 0xffff_ffff)
}
