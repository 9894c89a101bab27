//! What one instruction does to what registers hold.

use super::access::{Access, Base, access, loads};
use super::*;

impl A64<'_> {
    /// See [`Decode::effect`].
    pub(super) fn follow(&self, at: u64, state: &mut State, found: &mut Found) {
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
            if self.computed(at) && word & 0xffff_fc1f != 0xd65f_0000 {
                found.computed.push(at);
            }
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
                found.begun.push(at);
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
            let number = i64::from(word >> 10 & 0xfff) << ((word >> 22 & 1) * 12);
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
                // Nobody takes a word beside different code for an address.
                if self.around.fixed.is_some() && size == 8 {
                    found.unknown.push(at);
                }
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
                unknown(state, found, None);
                return write(state, operands.writes);
            } else if [rn, rm].into_iter().any(|r| self.own(state, r)) {
                // A place of this function, and something added to it.
                found.unknown.push(at);
            } else if let Some(Held::Address(table)) = state.get(rn).filter(|_| rd != SP) {
                // Into a table, to read an entry that counts from where it stands.
                unknown(state, found, None);
                return state.set(rd, Some(Held::Into(table)));
            }
        }
        unknown(state, found, None);
        let computes = word >> 25 & 7 == 5 || word >> 26 & 7 == 4;
        if computes && (0..SP).any(|r| operands.reads >> r & 1 == 1 && self.own(state, r)) {
            found.unknown.push(at);
        }
        if word & 0xffe0_001f == 0xd400_0001 {
            pass(state, found);
        }
        write(state, operands.writes);
    }
}

impl A64<'_> {
    /// Whether a register holds a place of this function.
    fn own(&self, state: &State, register: usize) -> bool {
        let mut all = state.all(register);
        all.any(|held| matches!(held, Held::Address(at) | Held::Into(at) if self.inside(at)))
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
