//! A64: which instructions make addresses, and from what (Arm Architecture Reference Manual, chapter C4).

use super::arm::Around;
use super::flow::{Decode, Entry, Found, Held, How, Next, Reference, State, Step, Table};
use operands::operands;
use std::collections::BTreeMap;

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
/// The frame pointer.
const FP: usize = 29;
/// The stack pointer, or zero.
const SP: usize = 31;

impl<'s> A64<'s> {
    pub(super) fn new(bytes: &'s [u8], start: u64, around: &'s Around) -> Self {
        let mut code = A64 {
            bytes,
            start,
            pool: BTreeMap::new(),
            around,
        };
        for (at, word) in (start..).step_by(4).zip(bytes.chunks_exact(4)) {
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

/// A load or store with an address of a register and a number in the instruction.
struct Access {
    offset: i64,
    size: u64,
    /// A signed, an unsigned load into a register that may hold an entry of a table.
    loads: Option<bool>,
    base: Base,
}

/// Whether a load or store of one register or a pair loads.
fn loads(word: u32) -> bool {
    let pair = word & 0x3a00_0000 == 0x2800_0000;
    let vector = word & 0x0400_0000 != 0;
    word & 0x0040_0000 != 0 || !pair && !vector && word & 0x0080_0000 != 0
}

/// What becomes of the register that has the address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    /// Nothing; `paged` if the number may complete the address of a page.
    Kept { paged: bool },
    /// It is moved on, before or after.
    Moved { before: bool },
}

/// Loads and stores of one register and of pairs, with a number for the offset.
fn access(word: u32) -> Option<Access> {
    let vector = word & 0x0400_0000 != 0;
    let opc = word >> 22 & 3;
    if word & 0x3a00_0000 == 0x2800_0000 {
        let scale = match (vector, word >> 30) {
            (true, opc) => 2 + opc,
            (false, opc) => 2 + (opc >> 1),
        };
        let offset = signed(word >> 15 & 0x7f, 7) << scale;
        let base = match word >> 23 & 3 {
            1 => Base::Moved { before: false },
            3 => Base::Moved { before: true },
            _ => Base::Kept { paged: false },
        };
        return Some(Access {
            offset,
            size: 2 << scale,
            loads: None,
            base,
        });
    }
    if word & 0x3a00_0000 != 0x3800_0000 {
        return None;
    }
    let scale = match (vector, opc & 2, word >> 30) {
        (true, 2, 0) => 4,
        (_, _, size) => size,
    };
    let loads = match (vector, opc) {
        (false, 1) => Some(false),
        (false, 2 | 3) if scale < 3 => Some(true),
        _ => None,
    };
    let (offset, base) = if word & 0x0100_0000 != 0 {
        let offset = i64::from(word >> 10 & 0xfff) << scale;
        (offset, Base::Kept { paged: true })
    } else if word & 0x0020_0000 == 0 {
        let base = match word >> 10 & 3 {
            1 => Base::Moved { before: false },
            3 => Base::Moved { before: true },
            _ => Base::Kept { paged: false },
        };
        (signed(word >> 12 & 0x1ff, 9), base)
    } else {
        return None;
    };
    Some(Access {
        offset,
        size: 1 << scale,
        loads,
        base,
    })
}

/// The bits of an `ADRP` or `ADR` that an address decides, and of the instruction that completes it.
pub(super) const HIGH: u64 = 0x60ff_ffe0;
const LOW: u64 = 0x003f_fc00;

impl Decode for A64<'_> {
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
            // BR, also with pointer authentication.
            None if word & 0xfeff_f800 == 0xd61f_0800 || word & 0xffff_fc1f == 0xd61f_0000 => {
                Next::Elsewhere { table: true }
            }
            // RET, ERET, DRPS, and what else this group has.
            None if word & 0xfe00_0000 == 0xd600_0000 => Next::Elsewhere { table: false },
            // UDF, BRK, HLT.
            None if word & 0xffff_0000 == 0
                || word & 0xffe0_001f == 0xd420_0000
                || word & 0xffe0_001f == 0xd440_0000 =>
            {
                Next::Stop
            }
            None => Next::On,
        };
        Some(Step { length: 4, next })
    }

    fn clobbers(&self) -> &'static [u8] {
        &CALL_CLOBBERS
    }

    fn writes(&self, at: u64) -> u32 {
        self.word(at).map_or(0, |word| operands(word).writes)
    }

    fn fills(&self, at: u64) -> bool {
        self.word(at) == Some(0xd503_201f)
    }

    fn is_data(&self, at: u64) -> bool {
        let before = self.pool.range(..=at).next_back();
        before.is_some_and(|(start, size)| at - start < *size)
    }

    fn effect(&self, at: u64, state: &mut State, found: &mut Found) {
        let Some(word) = self.word(at).filter(|_| !self.pool.contains_key(&at)) else {
            return;
        };
        let (rd, rn, rm) = (
            (word & 31) as usize,
            (word >> 5 & 31) as usize,
            (word >> 16 & 31) as usize,
        );
        let operands = operands(word);
        // What the instruction does with an address that is not complete yet is understood below, or not.
        let unknown = |state: &State, found: &mut Found, but: Option<usize>| {
            for register in (0..SP).filter(|r| operands.reads >> r & 1 == 1 && Some(*r) != but) {
                found.unknown.extend(state.begun(register));
            }
        };
        if let Some((target, mask)) = branch(at, word) {
            unknown(state, found, None);
            let how = if calls(word) { How::Call } else { How::Jump };
            if !self.inside(target) {
                found
                    .references
                    .push(Reference::field(at, u64::from(mask), how, target));
                pass(state, found);
            }
            if how == How::Call {
                pass(state, found);
                // Stubs that linkers put in between may change these.
                let changes = self.around.changes.get(&target);
                let changes = changes.map_or(u32::MAX, |changes| changes | STUBS);
                let gone = CALL_CLOBBERS.into_iter().filter(|r| changes >> r & 1 == 1);
                state.forget(&gone.collect::<Vec<u8>>());
            }
            return;
        }
        if word & 0xfe00_0000 == 0xd600_0000 {
            unknown(state, found, None);
            pass(state, found);
            if calls(word) {
                state.forget(&CALL_CLOBBERS);
            }
            return;
        }
        // ADR, ADRP.
        if word & 0x1f00_0000 == 0x1000_0000 {
            if rd == SP {
                return;
            }
            if let Some(page) = page(at, word) {
                return state.set(rd, Some(Held::Page { page, from: at }));
            }
            let target = at.wrapping_add_signed(near(word));
            if !self.inside(target) {
                found
                    .references
                    .push(Reference::field(at, HIGH, How::Take, target));
            }
            return state.set(rd, Some(Held::Address(target)));
        }
        // The stack pointer or the frame pointer set.
        let sets = (rd == SP && word & 0x3f00_0000 == 0x1100_0000, rd == FP);
        if sets.0 || operands.writes >> FP & 1 == 1 {
            let number = i64::from(word >> 10 & 0xfff) << (word >> 22 & 1) * 12;
            let number = if word & 0x4000_0000 != 0 {
                -number
            } else {
                number
            };
            let base = match rn {
                _ if word & 0xbf80_0000 != 0x9100_0000 => None,
                SP => state.sp(),
                FP => state.frame(),
                _ => None,
            };
            let place = base.map(|base| base + number);
            match sets {
                (true, _) => return state.set_sp(place),
                _ => state.set_frame(place.filter(|_| sets.1)),
            }
        }
        // ADD and SUB (extended register), AND and its like (immediate).
        if rd == SP
            && (word & 0x3fe0_0000 == 0x0b20_0000
                || word & 0x1f80_0000 == 0x1200_0000 && word >> 29 & 3 != 3)
        {
            unknown(state, found, None);
            let by = self
                .number_before(at, rm)
                .filter(|_| rn == SP && word & 0x7fe0_0000 != 0);
            let by = by.map(|by| if word & 0x4000_0000 != 0 { -by } else { by });
            let whole = word & 0xbfe0_fc00 == 0x8b20_6000;
            let sp = state.sp().zip(by).filter(|_| whole);
            return state.set_sp(sp.map(|(sp, by)| sp + by));
        }
        // ADD and SUB (immediate), 64-bit.
        if word & 0xbf80_0000 == 0x9100_0000 && rn != SP && rd != SP {
            let shift = if word & 0x0040_0000 == 0 { 0 } else { 12 };
            let offset = i64::from(word >> 10 & 0xfff) << shift;
            let subtracts = word & 0x4000_0000 != 0;
            let paged = shift == 0 && !subtracts;
            let offset = if subtracts { -offset } else { offset };
            let all = at_base(state, rn, offset, paged.then_some(at), found);
            // Moved on, as in a loop: it goes on from where it was, however often.
            let all = all.filter(|all| rd != rn || all.iter().all(|t| t.page.is_some()));
            return match all {
                Some(targets) => {
                    refer(at, How::Take, &targets, found);
                    let addresses = targets.iter().map(|t| Held::Address(t.to)).collect();
                    state.set_all(rd, addresses, true);
                }
                None => state.set(rd, None),
            };
        }
        // MOVZ and MOVK: where addresses are fixed, a number may be one.
        if self.around.fixed.is_some() && word & 0x5f80_0000 == 0x5280_0000 && rd != SP {
            return self.number(at, word, state, found);
        }
        // MOV (register).
        if word & 0xffe0_ffe0 == 0xaa00_03e0 {
            return match rd {
                SP => {}
                _ => state.copy(rm, rd),
            };
        }
        if let Some((target, size)) = literal(at, word) {
            if !self.inside(target) {
                let how = How::Touch(size as u8);
                found
                    .references
                    .push(Reference::field(at, 0x00ff_ffe0, how, target));
            }
            return write(state, operands.writes);
        }
        if let Some(access) = access(word).filter(|_| rn == SP) {
            let base = state.sp();
            return stack(word, &access, base, state, found);
        }
        // What lies on the stack is found by the frame pointer, too.
        if let Some(access) = access(word)
            && rn == FP
            && let base @ Some(_) = state.frame()
            && matches!(access.base, Base::Kept { .. })
        {
            return stack(word, &access, base, state, found);
        }
        if let Some(access) = access(word) {
            unknown(state, found, Some(rn));
            let paged = access.base == Base::Kept { paged: true };
            let touched = match access.base {
                Base::Moved { before: false } => 0,
                _ => access.offset,
            };
            let into = match state.get(rn) {
                Some(Held::Into(table)) if access.offset == 0 => Some(table),
                _ => None,
            };
            let targets = at_base(state, rn, touched, paged.then_some(at), found);
            let targets = targets.unwrap_or_default();
            refer(at, How::Touch(access.size as u8), &targets, found);
            write(state, operands.writes);
            let table = match targets.as_slice() {
                [target] => Some(target.to),
                _ => into,
            };
            if let (Some(signed), Some(table)) = (access.loads, table)
                && rd != SP
                && access.size <= 4
            {
                let width = access.size as u8;
                let entry = Entry { width, signed };
                state.set(rd, Some(Held::Entry { table, entry }));
            }
            return;
        }
        // Loads with an index.
        if word & 0x3b20_0c00 == 0x3820_0800 {
            unknown(state, found, None);
            let scale = word >> 30;
            let signed = word >> 23 & 1 == 1;
            let loads = word & 0x0400_0000 == 0 && word >> 22 & 3 != 0 && scale < 3;
            let entry = Entry {
                width: 1 << scale,
                signed,
            };
            let made = match state.get(rn) {
                Some(Held::Address(table)) if loads => Some(Held::Entry { table, entry }),
                _ => None,
            };
            write(state, operands.writes);
            if made.is_some() && rd != SP {
                state.set(rd, made);
            }
            return;
        }
        // ADD (shifted and extended register), 64-bit: an entry of a table onto an address.
        if word & 0xff00_0000 == 0x8b00_0000 {
            let extended = word & 0x0020_0000 != 0;
            let shift = match extended {
                true => word >> 10 & 7,
                false => word >> 10 & 63,
            };
            let shifts_left = extended || word >> 22 & 3 == 0;
            let one = |a: usize, b: usize| match (state.get(a), state.get(b)) {
                (Some(Held::Address(base)), Some(Held::Entry { table, entry })) => {
                    Some((Some(base), table, entry))
                }
                (Some(Held::Into(into)), Some(Held::Entry { table, entry })) if into == table => {
                    Some((None, table, entry))
                }
                _ => None,
            };
            // Only the second operand is shifted.
            let table = match one(rn, rm) {
                Some(found) => Some((found, shift)),
                None if shift == 0 => one(rm, rn).map(|found| (found, 0)),
                None => None,
            };
            if let Some(((base, at, entry), shift)) = table
                && shifts_left
            {
                // SXTB, SXTH and SXTW make a number signed that was loaded as it is.
                let signed = entry.signed || extended && word >> 15 & 1 == 1;
                let entry = Entry { signed, ..entry };
                found.tables.push(Table {
                    at,
                    base,
                    entry,
                    shift,
                });
            } else if let Some(Held::Address(table)) = state.get(rn).filter(|_| rd != SP) {
                // Into a table, to read an entry that counts from where it stands.
                unknown(state, found, None);
                return state.set(rd, Some(Held::Into(table)));
            }
        }
        unknown(state, found, None);
        if word & 0xffe0_001f == 0xd400_0001 {
            pass(state, found);
        }
        write(state, operands.writes);
    }
}

/// An address, and what made its page.
struct Target {
    to: u64,
    page: Option<u64>,
}

/// What a register and a number come to, if that is known for sure. Where the number completes a page, `at` is
/// the instruction that has it; a page that is used otherwise is not understood.
fn at_base(
    state: &State,
    register: usize,
    offset: i64,
    at: Option<u64>,
    found: &mut Found,
) -> Option<Vec<Target>> {
    let all: Vec<Held> = state.all(register).collect();
    let target = |held: &Held| match (held, at) {
        (Held::Page { page, from }, Some(_)) => Some(Target {
            to: page.wrapping_add_signed(offset),
            page: Some(*from),
        }),
        (Held::Address(base), _) => Some(Target {
            to: base.wrapping_add_signed(offset),
            page: None,
        }),
        _ => None,
    };
    let targets: Option<Vec<Target>> = all.iter().map(target).collect();
    // The same bits complete a page and are added to an address: then no address decides them.
    let alike = |targets: &Vec<Target>| {
        let paged = targets
            .iter()
            .filter(|target| target.page.is_some())
            .count();
        !targets.is_empty() && (paged == 0 || paged == targets.len())
    };
    let targets = targets.filter(|targets| state.sure(register) && alike(targets));
    if targets.is_none() {
        found.unknown.extend(state.begun(register));
    }
    targets
}

/// An address made by two instructions: its page by one, its place there by the other. The first one's bits
/// count as decided only now that what they mean is known.
fn refer(at: u64, how: How, targets: &[Target], found: &mut Found) {
    for target in targets {
        let references = &mut found.references;
        match target.page {
            Some(page) => {
                references.push(Reference::field(page, HIGH, how, target.to).through(at));
                references.push(Reference::field(at, LOW, how, target.to).through(page));
            }
            None => references.push(Reference::implied(at, how, target.to)),
        }
    }
}

/// A load or store at the stack pointer or the frame pointer, which points to `base`.
fn stack(word: u32, access: &Access, base: Option<i64>, state: &mut State, found: &mut Found) {
    let pair = word & 0x3a00_0000 == 0x2800_0000;
    let (first, second) = ((word & 31) as usize, (word >> 10 & 31) as usize);
    let registers: &[usize] = if pair { &[first, second] } else { &[first] };
    let moved = base.map(|base| base + access.offset);
    if let Base::Moved { before: true } = access.base {
        state.set_sp(moved);
    }
    let start = match access.base {
        Base::Moved { before: false } => base,
        _ => moved,
    };
    let size = access.size as i64 / registers.len() as i64;
    let general = word & 0x0400_0000 == 0;
    let loads = loads(word);
    let places = registers.iter().zip(0..);
    let places = places.map(|(register, i)| (*register, start.map(|start| start + i * size)));
    for (register, place) in places.collect::<Vec<_>>() {
        let whole = general && size == 8;
        match (loads, whole) {
            (true, true) if register != SP => state.load(register, place),
            (true, _) if general && register != SP => state.set(register, None),
            (true, _) => {}
            (false, true) => {
                let from = Some(register).filter(|r| *r != SP);
                if state.store(from, place).is_none() && register != SP {
                    found.spilled = true;
                    found.unknown.extend(state.begun(register));
                }
            }
            // A part of a word, or several, written over.
            (false, _) => {
                if general && register != SP {
                    found.unknown.extend(state.begun(register));
                }
                for part in place
                    .into_iter()
                    .flat_map(|at| (at & !7..at + size).step_by(8))
                {
                    let _ = state.store(None, Some(part));
                }
            }
        }
    }
    if let Base::Moved { before: false } = access.base {
        state.set_sp(moved);
    }
}

fn write(state: &mut State, registers: u32) {
    for register in (0..SP).filter(|r| registers >> r & 1 == 1) {
        state.set(register, None);
    }
}

/// Notes what is handed over although it is no more than a page.
fn pass(state: &State, found: &mut Found) {
    for register in PASSED {
        found.passed.extend(state.begun(register));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::layout::flow::references;
    use crate::elf::layout::space::Meaning;

    fn read(words: &[u32]) -> Vec<(u64, u64, u64)> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let around = Around::default();
        let code = A64::new(&bytes, 0x10_000, &around);
        let found = references(&code, 0x10_000, 0x10_000 + bytes.len() as u64);
        let place = |r: Reference| match r.to {
            Meaning::Address(to) => (r.at, r.mask, to),
            Meaning::Page(_) | Meaning::Text(_) => (r.at, r.mask, 0),
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
    fn a_register_may_hold_two_pages_on_two_ways() {
        // cbz x2, +12; adrp x0, 0x11000; b +8; adrp x0, 0x12000; add x1, x0, #0x120
        let words = [0xb400_0062, ADRP_X0, 0x1400_0002, 0xd000_0000, ADD_X1, RET];
        let found = read(&words);
        let to: Vec<(u64, u64)> = found.iter().map(|r| (r.0, r.2)).collect();
        assert_eq!(
            to,
            [
                (0x10_004, 0x11_120),
                (0x10_00c, 0x12_120),
                (0x10_010, 0x11_120),
                (0x10_010, 0x12_120)
            ]
        );
    }

    #[test]
    fn a_page_used_in_an_unknown_way_is_not_passed_over() {
        let unknown = |words: &[u32]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let around = Around::default();
            let code = A64::new(&bytes, 0x10_000, &around);
            let end = 0x10_000 + bytes.len() as u64;
            let alone = crate::elf::layout::flow::Alone::default();
            crate::elf::layout::flow::read(&code, 0x10_000, end, alone.surroundings()).unknown
        };
        // ldr x1, [x0, x2]: an index onto the page.
        assert_eq!(unknown(&[ADRP_X0, 0xf862_6801, RET]), [0x10_000]);
        // str x0, [x3]: kept in memory for later.
        assert_eq!(unknown(&[ADRP_X0, 0xf900_0060, RET]), [0x10_000]);
        // A function that gives back no more than the page.
        assert_eq!(unknown(&[ADRP_X0, RET]), [0x10_000]);
        // Written over.
        assert_eq!(unknown(&[ADRP_X0, 0xd280_0000, RET]), [0_u64; 0]);
        // Kept on the stack and read again: str x0, [sp, #8]; ldr x1, [sp, #8]; add x1, x1, #0x120.
        let words = [
            ADRP_X0,
            0xf900_07e0,
            0xf940_07e1,
            0x9104_8021,
            0xd280_0000,
            RET,
        ];
        assert_eq!(unknown(&words), [0_u64; 0]);
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
