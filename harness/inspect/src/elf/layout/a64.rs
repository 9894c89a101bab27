//! A64: which instructions make addresses, and from what (Arm Architecture Reference Manual, chapter C4).

use super::flow::{Decode, Held, Next, Reference, State, Step};

/// The code of a function.
pub(super) struct A64<'s> {
    pub bytes: &'s [u8],
    pub start: u64,
}

/// Registers a call leaves to the callee: x0 to x18 and the link register (AAPCS64, section 6.1.1).
const CALL_CLOBBERS: std::ops::RangeInclusive<usize> = 0..=18;

impl A64<'_> {
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

fn calls(word: u32) -> bool {
    word & 0xfc00_0000 == 0x9400_0000 || word & 0xffff_fc1f == 0xd63f_0000
}

impl Decode for A64<'_> {
    fn step(&self, at: u64) -> Option<Step> {
        let word = self.word(at)?;
        let next = match branch(at, word) {
            Some(_) if calls(word) => Next::On,
            Some((to, _)) if word & 0xfc00_0000 == 0x1400_0000 => Next::To(to),
            Some((to, _)) => Next::Maybe(to),
            None if word & 0xfffe_fc00 == 0xd61e_fc00 || word & 0xffff_fc1f == 0xd61f_0000 => {
                Next::Elsewhere { table: true }
            }
            // RET, also with pointer authentication, and instructions that trap for good.
            None if word & 0xffff_f800 == 0xd65f_0800 || word & 0xffff_fc1f == 0xd65f_0000 => {
                Next::Elsewhere { table: false }
            }
            None if word & 0xffff_0000 == 0 || word & 0xffe0_001f == 0xd420_0000 => {
                Next::Elsewhere { table: false }
            }
            None => Next::On,
        };
        Some(Step { length: 4, next })
    }

    fn effect(&self, at: u64, state: &mut State, found: &mut Vec<Reference>) {
        let Some(word) = self.word(at) else { return };
        let (rd, rn) = ((word & 31) as usize, (word >> 5 & 31) as usize);
        if let Some((target, mask)) = branch(at, word) {
            if !self.inside(target) {
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
        let before = *state;
        let held = |register: usize| {
            // Number 31 is the zero register or the stack's.
            before
                .get(register)
                .copied()
                .flatten()
                .filter(|_| register != 31)
        };
        let mut set = |register: usize, held: Option<Held>| {
            if let Some(slot) = state.get_mut(register) {
                *slot = held;
            }
        };
        match word {
            // ADR, ADRP.
            _ if word & 0x1f00_0000 == 0x1000_0000 => {
                let offset = signed(word >> 5 & 0x7_ffff, 19) << 2 | i64::from(word >> 29 & 3);
                if word >> 31 == 1 {
                    let page = (at & !0xfff).wrapping_add_signed(offset << 12);
                    return set(rd, Some(Held::Page { page, from: at }));
                }
                let target = at.wrapping_add_signed(offset);
                if !self.inside(target) {
                    found.push(Reference::field(at, 0x60ff_ffe0, target));
                }
                set(rd, Some(Held::Address(target)));
            }
            // ADD (immediate), 64-bit.
            _ if word & 0xff80_0000 == 0x9100_0000 => {
                let shift = if word & 0x0040_0000 == 0 { 0 } else { 12 };
                let offset = u64::from(word >> 10 & 0xfff) << shift;
                let made = match held(rn) {
                    Some(Held::Page { page, from }) if shift == 0 => {
                        let target = page.wrapping_add(offset);
                        paged(from, at, target, found);
                        Some(Held::Address(target))
                    }
                    Some(Held::Address(base)) => {
                        let target = base.wrapping_add(offset);
                        found.push(Reference::implied(at, target));
                        Some(Held::Address(target))
                    }
                    _ => None,
                };
                set(rd, made);
            }
            // MOV (register).
            _ if word & 0xffe0_ffe0 == 0xaa00_03e0 => {
                let from = held((word >> 16 & 31) as usize);
                set(rd, from);
            }
            // Loads and stores of one register, unsigned offset.
            _ if word & 0x3b00_0000 == 0x3900_0000 => {
                let vector = word & 0x0400_0000 != 0;
                let opc = word >> 22 & 3;
                let scale = match (vector, opc & 2, word >> 30) {
                    (true, 2, 0) => 4,
                    (_, _, size) => size,
                };
                let offset = u64::from(word >> 10 & 0xfff) << scale;
                match held(rn) {
                    Some(Held::Page { page, from }) => {
                        paged(from, at, page.wrapping_add(offset), found);
                    }
                    Some(Held::Address(base)) => {
                        found.push(Reference::implied(at, base.wrapping_add(offset)));
                    }
                    _ => {}
                }
                if opc != 0 && !vector {
                    set(rd, None);
                }
            }
            // Loads from beside the code.
            _ if word & 0x3b00_0000 == 0x1800_0000 => {
                let target = relative(at, signed(word >> 5 & 0x7_ffff, 19));
                if !self.inside(target) {
                    found.push(Reference::field(at, 0x00ff_ffe0, target));
                }
                set(rd, None);
            }
            // Loads and stores of pairs: written back if bit 23 says so.
            _ if word & 0x3a00_0000 == 0x2800_0000 => {
                if word & 0x0440_0000 == 0x0040_0000 {
                    set(rd, None);
                    set((word >> 10 & 31) as usize, None);
                }
                if word & 0x0080_0000 != 0 {
                    set(rn, None);
                }
            }
            // Other loads and stores of one register; bits 21 and 10 tell those that write the base back.
            _ if word & 0x3b00_0000 == 0x3800_0000 => {
                if word & 0x0400_0000 == 0 {
                    set(rd, None);
                }
                if word & 0x0020_0400 == 0x0400 {
                    set(rn, None);
                }
            }
            // Exclusive and vector loads and stores: what may be written is given up.
            _ if word & 0x0a00_0000 == 0x0800_0000 => {
                for register in [
                    rd,
                    rn,
                    (word >> 10 & 31) as usize,
                    (word >> 16 & 31) as usize,
                ] {
                    set(register, None);
                }
            }
            // Vectors and floating point: only moves and conversions write one of these registers.
            _ if word & 0x0e00_0000 == 0x0e00_0000 => {
                let converts = word & 0x5f20_fc00 == 0x1e20_0000;
                let moves = word & 0x9fe0_8400 == 0x0e00_0400;
                if converts || moves {
                    set(rd, None);
                }
            }
            // Everything that computes writes its destination, if anything.
            _ => set(rd, None),
        }
    }
}

/// An address made by two instructions: its page by one, its place there by the other. The first one's bits
/// count as decided only now that what they mean is known.
fn paged(page: u64, offset: u64, target: u64, found: &mut Vec<Reference>) {
    found.push(Reference::field(page, 0x60ff_ffe0, target));
    found.push(Reference::field(offset, 0x003f_fc00, target));
}

fn call(state: &mut State) {
    for (register, held) in state.iter_mut().enumerate() {
        if CALL_CLOBBERS.contains(&register) || register == 30 {
            *held = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::layout::flow::references;
    use crate::elf::layout::space::Meaning;

    fn read(words: &[u32]) -> Vec<(u64, u64, u64)> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let code = A64 {
            bytes: &bytes,
            start: 0x10_000,
        };
        let found = references(&code, 0x10_000, 0x10_000 + bytes.len() as u64);
        let place = |r: Reference| match r.to {
            Meaning::Address(to) => (r.at, r.mask, to),
            Meaning::Text(_) => (r.at, r.mask, 0),
        };
        found.into_iter().map(place).collect()
    }

    const ADRP_X0: u32 = 0xb000_0000; // adrp x0, 0x11000
    const ADD_X1: u32 = 0x9104_8001; // add x1, x0, #0x120
    const RET: u32 = 0xd65f_03c0;

    #[test]
    fn an_address_is_made_of_a_page_and_a_place_in_it() {
        assert_eq!(
            read(&[ADRP_X0, ADD_X1, RET]),
            [
                (0x10_000, 0x60ff_ffe0, 0x11_120),
                (0x10_004, 0x003f_fc00, 0x11_120)
            ]
        );
    }

    #[test]
    fn a_page_nobody_adds_to_decides_nothing() {
        assert_eq!(read(&[ADRP_X0, RET]), []);
        let mov_x0: u32 = 0xd280_0000; // mov x0, #0
        assert_eq!(read(&[ADRP_X0, mov_x0, ADD_X1, RET]), []);
    }

    #[test]
    fn a_register_with_two_pages_on_two_ways_holds_none() {
        // cbz x2, +12; adrp x0, 0x11000; b +8; adrp x0, 0x12000; add x1, x0, #0x120
        let words = [0xb400_0062, ADRP_X0, 0x1400_0002, 0xd000_0000, ADD_X1, RET];
        assert_eq!(read(&words), []);
        // Nor one with the same page by two instructions: which one's bits are decided is not known.
        let words = [0xb400_0062, ADRP_X0, 0x1400_0002, ADRP_X0, ADD_X1, RET];
        assert_eq!(read(&words), []);
    }

    #[test]
    fn calls_leave_only_what_is_saved() {
        let call = 0x9400_0100;
        let found = read(&[ADRP_X0, call, ADD_X1, RET]);
        assert_eq!(found, [(0x10_004, 0x03ff_ffff, 0x10_404)]);
        // adrp x19, 0x11000; bl; ldr w0, [x19, #0x10]
        let found = read(&[0xb000_0013, call, 0xb940_1260, RET]);
        assert_eq!(found.iter().filter(|r| r.2 == 0x11_010).count(), 2);
    }

    #[test]
    fn what_stays_inside_the_function_is_no_reference() {
        assert_eq!(read(&[0x1400_0001, RET]), []);
        // Vector instructions leave the registers alone: adrp x0; fmul d0, d0, d0; ldr d1, [x0, #0x10].
        assert_eq!(read(&[ADRP_X0, 0x1e60_0800, 0xfd40_0801, RET]).len(), 2);
    }
}
