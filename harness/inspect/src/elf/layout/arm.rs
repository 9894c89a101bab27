//! A32 and T32: which instructions make addresses, and from what (Arm Architecture Reference Manual for
//! Armv7-A, chapters A5, A6 and A8).
//!
//! Addresses are mostly words beside the code, added to the program counter; so a word's bits are masked
//! where it stands, once an instruction is seen to make an address of it. An instruction that adds to the
//! program counter what is not known is one that is not understood.

use super::flow::{Decode, Found, Held, How, Next, Reference, State, Step};
use super::space::Mark;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

mod a32;
mod t32;

/// What a decoder must know of the file besides the code.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// Where the global offset table stands, against which code may count.
    pub got: Option<u64>,
    /// The addresses of a file that is always loaded at the same place: there a number may be an address.
    pub fixed: Option<Range<u64>>,
    /// Functions of this file that leave some of the registers alone which a call may change, and the bits of those
    /// they change: compilers count on that.
    pub changes: BTreeMap<u64, u32>,
}

/// The place the linkage stub at the start of `bytes` jumps through.
pub(super) fn stub(bytes: &[u8], at: u64) -> Option<u64> {
    let around = Around::default();
    let code = Arm::new(bytes.get(..12)?, at, false, &BTreeMap::new(), &around);
    a32::stub(&code, at)
}

/// The code of a function, with what is known of where its instructions and data are.
pub(super) struct Arm<'s> {
    bytes: &'s [u8],
    start: u64,
    /// Instruction set at the start.
    thumb: bool,
    marks: BTreeMap<u64, Mark>,
    /// Half-words that instructions load from beside the code.
    pool: BTreeSet<u64>,
    /// Tables of jumps between the instructions, start to end.
    jumps: BTreeMap<u64, u64>,
    /// Instructions that an IT before them makes conditional.
    conditional: BTreeMap<u64, u8>,
    /// Where jumps through tables between the instructions may go, by where they stand.
    goes: BTreeMap<u64, Vec<u64>>,
    /// The jump in which it ends, if it does nothing but lead elsewhere, and where to.
    leads: Option<(u64, u64)>,
    around: &'s Around,
}

/// Code that linkers put in between a call and what is called is no longer than this.
const THUNK: usize = 24;

/// Something that is known for a few instructions.
#[derive(Clone, Copy)]
struct Recent<T> {
    known: T,
    left: u8,
}

impl<T: Copy> Recent<T> {
    const INSTRUCTIONS: u8 = 4;

    /// What is known behind an instruction: what it makes known, or what was, for one instruction less.
    fn next(before: Option<Self>, made: Option<T>) -> Option<Self> {
        match (made, before) {
            (Some(known), _) => Some(Recent {
                known,
                left: Self::INSTRUCTIONS,
            }),
            (None, Some(Recent { known, left })) => {
                left.checked_sub(1).map(|left| Recent { known, left })
            }
            (None, None) => None,
        }
    }

    fn get(recent: Option<Self>) -> Option<T> {
        recent.map(|recent| recent.known)
    }
}

/// An entry of a table of words, in a register.
#[derive(Clone, Copy)]
struct Entries {
    to: usize,
    start: u64,
    count: u64,
}

const PC: usize = 15;
const SP: usize = 13;

impl<'s> Arm<'s> {
    pub(super) fn new(
        bytes: &'s [u8],
        start: u64,
        thumb: bool,
        marks: &BTreeMap<u64, Mark>,
        around: &'s Around,
    ) -> Self {
        let end = start.saturating_add(bytes.len() as u64);
        let marks = marks
            .range(start..end)
            .map(|(at, mark)| (*at, *mark))
            .collect();
        let mut code = Arm {
            bytes,
            start,
            thumb,
            marks,
            pool: BTreeSet::new(),
            jumps: BTreeMap::new(),
            conditional: BTreeMap::new(),
            goes: BTreeMap::new(),
            leads: None,
            around,
        };
        // Pools and tables stand behind the code that reads them, so one way through finds them in time.
        let mut at = start;
        let mut conditional: Vec<u8> = Vec::new();
        let mut compared: Option<(usize, u64)> = None;
        let mut near: Option<Recent<(usize, u64)>> = None;
        let mut entries: Option<Recent<Entries>> = None;
        while let Some(step) = code.step(at) {
            if !code.is_data(at) {
                if let Some(condition) = conditional.pop() {
                    code.conditional.insert(at, condition);
                }
                let words: Vec<u64> = code.loads(at).collect();
                code.pool.extend(words);
                near = Recent::next(near, code.reads_near(at, Recent::get(near)));
                let table = code.table(at, Recent::get(near), compared);
                entries = Recent::next(entries, table);
                code.goes_through(at, Recent::get(entries));
                compared = code.compared(at).or(compared);
                if code.mark(at) == Mark::T32 {
                    code.jumps.extend(t32::jump_table(&code, at, compared));
                    conditional = t32::conditions(&code, at).unwrap_or(conditional);
                }
            }
            at += step.length.max(2);
        }
        if bytes.len() <= THUNK {
            code.leads = code.leads();
        }
        code
    }

    /// Where code leads that does nothing but make an address and jump there.
    fn leads(&self) -> Option<(u64, u64)> {
        let mut state = State::unknown();
        let mut at = self.start;
        loop {
            let step = self.step(at).filter(|_| !self.is_data(at))?;
            match step.next {
                Next::On => self.effect(at, &mut state, &mut Found::default()),
                Next::Elsewhere { .. } => {
                    let register = match self.mark(at) {
                        Mark::T32 => t32::exchanged(self, at),
                        _ => a32::exchanged(self, at),
                    };
                    let fixed =
                        |to: u64| self.around.fixed.as_ref().is_some_and(|f| f.contains(&to));
                    return match state.get(register?) {
                        Some(Held::Address(to)) => Some((at, to)),
                        Some(Held::Halves { value, .. }) if fixed(value) => Some((at, value)),
                        _ => None,
                    };
                }
                _ => return None,
            }
            at += step.length.max(2);
        }
    }

    /// The words that its instructions load from beside them.
    pub(super) fn pool(&self) -> impl Iterator<Item = u64> + '_ {
        let whole = |at: &u64| at.is_multiple_of(4) && self.pool.contains(&(at + 2));
        self.pool.iter().copied().filter(whole)
    }

    fn half(&self, at: u64) -> Option<u16> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }
    fn word(&self, at: u64) -> Option<u32> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
    fn inside(&self, target: u64) -> bool {
        target >= self.start && target - self.start < self.bytes.len() as u64
    }
    fn mark(&self, at: u64) -> Mark {
        let set = if self.thumb { Mark::T32 } else { Mark::A32 };
        self.marks
            .range(..=at)
            .next_back()
            .map_or(set, |(_, mark)| *mark)
    }
    /// Whether an instruction may change the flags, so that a condition means something else behind it.
    fn sets_flags(&self, at: u64) -> bool {
        match self.mark(at) {
            Mark::T32 => t32::sets_flags(self, at),
            _ => a32::sets_flags(self, at),
        }
    }

    fn compared(&self, at: u64) -> Option<(usize, u64)> {
        match self.mark(at) {
            Mark::T32 => t32::compared(self, at),
            _ => a32::compared(self, at),
        }
    }

    /// The table of words between the instructions that one of them loads an entry of.
    fn table(
        &self,
        at: u64,
        near: Option<(usize, u64)>,
        compared: Option<(usize, u64)>,
    ) -> Option<Entries> {
        let (base, index, to) = match self.mark(at) {
            Mark::T32 => t32::indexed(self, at)?,
            _ => a32::indexed(self, at)?,
        };
        let pc = if self.mark(at) == Mark::T32 { 4 } else { 8 };
        let start = match (base, near) {
            (PC, _) => at + pc,
            (base, Some((register, place))) if register == base => place,
            _ => return None,
        };
        let (_, last) = compared.filter(|(register, _)| *register == index)?;
        let count = (last + 1).min(self.bytes.len() as u64 / 4);
        let inside = self.inside(start) && start % 4 == 0;
        inside.then_some(Entries { to, start, count })
    }

    /// Notes where a jump goes that takes an entry of a table: to the address that it holds, or so far from the table.
    fn goes_through(&mut self, at: u64, entries: Option<Entries>) {
        let Some(Entries { to, start, count }) = entries else {
            return;
        };
        let jump = match self.mark(at) {
            Mark::T32 => t32::jumps_to(self, at),
            _ => a32::jumps_to(self, at),
        };
        if jump != Some(to) {
            return;
        }
        let places: Vec<u64> = (start..).step_by(4).take(count as usize).collect();
        let target = |place: &u64| {
            let entry = self.word(*place)?;
            let whole = u64::from(entry) & !1;
            let relative = start.wrapping_add_signed(i64::from(entry as i32)) & 0xffff_fffe;
            Some(if to == PC { whole } else { relative })
        };
        let goes = places.iter().filter_map(target).collect();
        self.goes.insert(at, goes);
        self.pool
            .extend(places.into_iter().flat_map(|at| [at, at + 2]));
    }

    /// Notes what an instruction reads from beside the code through a register that an instruction shortly before set
    /// to that place; the register that it sets to one itself.
    fn reads_near(&mut self, at: u64, near: Option<(usize, u64)>) -> Option<(usize, u64)> {
        let (makes, reads) = match self.mark(at) {
            Mark::T32 => (t32::near(self, at), t32::loads(self, at)),
            Mark::A32 => (a32::near(self, at), a32::loads(self, at)),
            Mark::Data => return None,
        };
        if let (Some((register, place)), Some((base, offset, size))) = (near, reads)
            && register == base
        {
            let from = place.wrapping_add_signed(offset) & !1;
            let halves = (from..from.wrapping_add(size)).step_by(2);
            let halves: Vec<u64> = halves.filter(|half| self.inside(*half)).collect();
            self.pool.extend(halves);
        }
        makes
    }

    /// The words that a load from beside the code reads.
    fn loads(&self, at: u64) -> impl Iterator<Item = u64> {
        let read = match self.mark(at) {
            Mark::T32 => t32::read_beside(self, at),
            Mark::A32 => a32::read_beside(self, at),
            Mark::Data => None,
        };
        let read = read.filter(|(from, _)| self.inside(*from));
        let halves = read.map(|(from, size)| (from & !1..from + u64::from(size)).step_by(2));
        halves.into_iter().flatten()
    }

    /// Whether it does nothing but make an address and jump there.
    pub(super) fn is_thunk(&self) -> bool {
        self.leads.is_some()
    }

    /// Where code begins that nothing in the function at its start goes to: behind all that is reached from there,
    /// the words that it reads, and what fills the room. A jump over that is one to a different function, unless it
    /// comes back.
    pub(super) fn unreached(&self) -> Option<u64> {
        let end = self.start + self.bytes.len() as u64;
        let mut work = BTreeSet::from([self.start]);
        let mut seen = BTreeSet::new();
        let mut reached = self.start;
        loop {
            let later = self.reach(work, &mut seen);
            reached = seen
                .last()
                .map_or(reached, |(_, after)| reached.max(*after));
            let behind = self.behind(reached, end);
            let inside = |to: &u64| {
                *to < reached || Some(*to) == behind && !self.thunk_at(*to) || self.comes_back(*to)
            };
            work = later.into_iter().filter(|to| inside(to)).collect();
            work.retain(|to| !seen.iter().any(|(at, _)| at == to));
            if work.is_empty() {
                return behind;
            }
        }
    }

    /// Goes wherever code goes on, and notes each instruction and what stands behind it; where it jumps to for good.
    fn reach(&self, mut work: BTreeSet<u64>, seen: &mut BTreeSet<(u64, u64)>) -> BTreeSet<u64> {
        let mut later = BTreeSet::new();
        while let Some(at) = work.pop_first() {
            let Some(step) = self
                .step(at)
                .filter(|_| self.inside(at) && !self.is_data(at))
            else {
                continue;
            };
            let after = at + step.length.max(2);
            if !seen.insert((at, after)) {
                continue;
            }
            match step.next {
                Next::Maybe(to) => work.extend([after, to]),
                Next::To(to) => {
                    later.insert(to);
                }
                Next::On | Next::Call(_) | Next::Perhaps { .. } => {
                    work.insert(after);
                }
                Next::Elsewhere { .. } | Next::Stop => {}
            }
            work.extend(self.jumps(at).into_iter().flatten());
        }
        later
    }

    /// Whether code that is jumped to leads back to what stands between there and the function's start.
    fn comes_back(&self, to: u64) -> bool {
        let mut seen = BTreeSet::new();
        let later = self.reach(BTreeSet::from([to]), &mut seen);
        let mut places = seen.iter().map(|(at, _)| *at).chain(later);
        places.any(|at| at > self.start && at < to)
    }

    /// The first instruction at or behind an address that is neither data nor fills room.
    fn behind(&self, from: u64, end: u64) -> Option<u64> {
        let mut at = from;
        while at < end {
            let from = usize::try_from(at - self.start).ok()?;
            match self.bytes.get(from..)? {
                _ if self.is_data(at) => at += 2,
                [0, 0, ..] | [0xd4, 0xd4, ..] => at += 2,
                _ if self.fills(at) => at += self.step(at)?.length,
                _ => return Some(at),
            }
        }
        None
    }

    /// Whether what linkers put in between a call and what is called stands at an address.
    fn thunk_at(&self, at: u64) -> bool {
        // MOVW and MOVT to ip.
        match (self.mark(at), self.word(at), self.word(at + 4)) {
            (Mark::T32, Some(low), Some(high)) => {
                low & 0x8f00_fbf0 == 0x0c00_f240 && high & 0x8f00_fbf0 == 0x0c00_f2c0
            }
            (_, Some(low), Some(high)) => {
                low & 0xfff0_f000 == 0xe300_c000 && high & 0xfff0_f000 == 0xe340_c000
            }
            _ => false,
        }
    }

    /// Where the code ends, and what fills the room up to the next function begins.
    pub(super) fn end(&self) -> u64 {
        let end = self.start + self.bytes.len() as u64;
        let pool = self.pool.last().map_or(self.start, |half| half + 2);
        let tables = self.jumps.values().max().copied();
        let used = tables.map_or(pool, |table| table.max(pool));
        let (mut at, mut reached) = (self.start, self.start);
        while let Some(step) = self.step(at).filter(|_| at < end) {
            let after = at + step.length.max(2);
            let rest = usize::try_from(at - self.start).ok();
            let rest = rest
                .and_then(|from| self.bytes.get(from..))
                .unwrap_or_default();
            // Zeros are instructions where more of them follows.
            let nothing =
                matches!(rest, [0 | 0xd4, ..]) && rest.iter().all(|b| Some(b) == rest.first());
            if self.is_data(at) || !(self.fills(at) || nothing) {
                reached = after;
            }
            at = after;
        }
        reached.max(used).min(end)
    }

    /// A load of a whole register from beside the code.
    fn load(&self, at: u64, register: usize, from: u64, state: &mut State, found: &mut Found) {
        if !self.inside(from) {
            found
                .references
                .push(Reference::implied(at, How::Touch(4), from));
            return set(state, register, None);
        }
        let value = self.word(from).map(|value| Held::Word {
            value: u64::from(value),
            from,
        });
        set(state, register, value);
    }

    /// An access beside the code that makes nothing known.
    fn beside(&self, at: u64, target: u64, size: u8, found: &mut Found) {
        if !self.inside(target) {
            found
                .references
                .push(Reference::implied(at, How::Touch(size), target));
        }
    }

    /// An access at a register and a number.
    fn access(state: &State, at: u64, base: usize, offset: i64, size: u8, found: &mut Found) {
        if let Some(Held::Address(base)) = held(state, base) {
            let target = base.wrapping_add_signed(offset) & 0xffff_ffff;
            found
                .references
                .push(Reference::implied(at, How::Touch(size), target));
        }
    }

    /// The address of a register and a number. Where it goes into the same register, as in a loop, it goes on
    /// from where it was, however often.
    fn plus(
        state: &State,
        at: u64,
        (to, base): (usize, usize),
        offset: i64,
        found: &mut Found,
    ) -> Option<Held> {
        let Some(Held::Address(base)) = held(state, base).filter(|_| to != base) else {
            return None;
        };
        let target = base.wrapping_add_signed(offset) & 0xffff_ffff;
        found
            .references
            .push(Reference::implied(at, How::Take, target));
        Some(Held::Address(target))
    }

    /// The address of a place that code counts from the program counter.
    fn near(&self, at: u64, target: u64, found: &mut Found) -> Option<Held> {
        let target = target & 0xffff_ffff;
        if !self.inside(target) {
            found
                .references
                .push(Reference::implied(at, How::Take, target));
        }
        Some(Held::Address(target))
    }

    /// Two registers added for an address, or to access what is there.
    fn sum(
        &self,
        state: &State,
        at: u64,
        (one, other): (usize, usize),
        how: How,
        found: &mut Found,
    ) -> Option<Held> {
        let (one, other) = (held(state, one), held(state, other));
        match (one, other) {
            (Some(Held::Address(base)), word) | (word, Some(Held::Address(base))) => {
                add(at, word, base, how, found)
            }
            // A word added to what is not known may count from the global offset table.
            (word @ Some(Held::Word { .. }), _) | (_, word @ Some(Held::Word { .. })) => {
                self.perhaps_slot(at, word, found)
            }
            _ => None,
        }
    }

    fn perhaps_slot(&self, at: u64, word: Option<Held>, found: &mut Found) -> Option<Held> {
        match self.around.got {
            Some(got) => add(at, word, got, How::Perhaps, found).and(None),
            None => {
                found.unknown.push(at);
                None
            }
        }
    }

    /// What is added to the program counter must be known.
    fn onto_pc(
        &self,
        state: &State,
        at: u64,
        register: usize,
        pc: u64,
        how: How,
        found: &mut Found,
    ) -> Option<Held> {
        let made = add(at, held(state, register), pc, how, found);
        if made.is_none() {
            found.unknown.push(at);
        }
        made
    }
}

impl Decode for Arm<'_> {
    fn step(&self, at: u64) -> Option<Step> {
        self.half(at)?;
        if self.is_data(at) {
            let next = Next::Stop;
            // A table of jumps may end, and code go on, in the middle of a word.
            let whole = at.is_multiple_of(4) && self.word(at).is_some() && self.is_data(at + 2);
            let length = if whole { 4 } else { 2 };
            return Some(Step { length, next });
        }
        let step = match self.mark(at) {
            Mark::T32 => t32::step(self, at),
            _ => a32::step(self, at),
        };
        match self.leads {
            Some((jump, to)) if jump == at => step.map(|step| Step {
                next: Next::To(to & !1),
                ..step
            }),
            _ => step,
        }
    }

    fn effect(&self, at: u64, state: &mut State, found: &mut Found) {
        if self.is_data(at) {
            return;
        }
        let thumb = self.mark(at) == Mark::T32;
        let condition = match thumb {
            true => self.conditional.get(&at).copied(),
            false => a32::condition(self, at),
        };
        let run = |state: &mut State, found: &mut Found| match thumb {
            true => t32::effect(self, at, state, found),
            false => a32::effect(self, at, state, found),
        };
        let Some(condition) = condition else {
            if self.sets_flags(at) {
                state.unconditional();
            }
            state.each_under(|state| run(state, &mut Found::default()));
            return run(state, found);
        };
        // It may have been left out; where it was not, neither was the one before it under the same condition.
        let mut taken = state.under(condition);
        run(&mut taken, found);
        if state.join(&taken).is_none() {
            found.unknown.push(self.start);
            *state = State::unknown();
        }
        if !self.sets_flags(at) {
            state.keep_under(condition, taken);
        } else {
            state.unconditional();
        }
    }

    fn clobbers(&self) -> &'static [u8] {
        &CLOBBERS
    }

    fn jumps(&self, at: u64) -> Option<Vec<u64>> {
        if let Some(goes) = self.goes.get(&at) {
            return Some(goes.clone());
        }
        let start = at + 4;
        let end = self
            .jumps
            .get(&start)
            .filter(|_| self.mark(at) == Mark::T32)?;
        t32::jump_targets(self, at, start, *end)
    }

    fn fills(&self, at: u64) -> bool {
        match self.mark(at) {
            Mark::T32 => match self.half(at) {
                Some(0xf3af) => self.half(at + 2) == Some(0x8000),
                half => matches!(half, Some(0xbf00 | 0x46c0)),
            },
            _ => matches!(self.word(at), Some(0xe320_f000 | 0xe1a0_0000)),
        }
    }

    fn is_data(&self, at: u64) -> bool {
        let jumps = self.jumps.range(..=at).next_back();
        self.mark(at) == Mark::Data
            || self.pool.contains(&(at & !1))
            || jumps.is_some_and(|(_, end)| at < *end)
    }

    fn mode(&self, at: u64) -> bool {
        self.mark(at) == Mark::T32
    }

    fn enters(&self, at: u64) -> bool {
        match self.mark(at) {
            _ if self.leads.is_some_and(|(jump, _)| jump == at) => {
                self.leads.is_some_and(|(_, to)| to & 1 == 1)
            }
            Mark::T32 => !t32::exchanges(self, at),
            _ => a32::exchanges(self, at),
        }
    }
}

/// An address made by adding a word to a base: the word's bits are what the address decides.
fn add(at: u64, word: Option<Held>, base: u64, how: How, found: &mut Found) -> Option<Held> {
    let target = |value: u64| base.wrapping_add(value) & 0xffff_ffff;
    match word? {
        Held::Word { value, from } => {
            let reference = Reference::field(from, 0xffff_ffff, how, target(value));
            found.references.push(reference.through(at));
            Some(Held::Address(target(value)))
        }
        Held::Halves {
            value,
            low,
            high,
            mask,
        } => {
            halves(at, (low, high), mask, how, target(value), found);
            Some(Held::Address(target(value)))
        }
        Held::Page { .. } | Held::Address(_) | Held::Entry { .. } | Held::Into(_) | Held::Other => {
            None
        }
    }
}

fn halves(at: u64, (low, high): (u64, u64), mask: u32, how: How, target: u64, found: &mut Found) {
    for place in [low, high] {
        let reference = Reference::field(place, u64::from(mask), how, target);
        found.references.push(reference.through(at));
    }
}

fn held(state: &State, register: usize) -> Option<Held> {
    state.get(register)
}

fn set(state: &mut State, register: usize, held: Option<Held>) {
    state.set(register, held);
}

/// Registers a call leaves to the callee (AAPCS32, section 6.1.1).
const CLOBBERS: [u8; 6] = [0, 1, 2, 3, 12, 14];

fn call(state: &mut State) {
    state.forget(&CLOBBERS);
}

/// The low half of an address, waiting for its high half; or both.
fn half(
    code: &Arm<'_>,
    state: &mut State,
    register: usize,
    at: u64,
    value: u32,
    high: bool,
    mask: u32,
    found: &mut Found,
) {
    let made = match (high, held(state, register)) {
        (false, _) => Some(Held::Halves {
            value: u64::from(value),
            low: at,
            high: at,
            mask,
        }),
        (
            true,
            Some(Held::Halves {
                value: known, low, ..
            }),
        ) => Some(Held::Halves {
            value: known & 0xffff | u64::from(value) << 16,
            low,
            high: at,
            mask,
        }),
        (true, _) => None,
    };
    if let (
        Some(Held::Halves {
            value, low, high, ..
        }),
        Some(fixed),
    ) = (made, &code.around.fixed)
        && fixed.contains(&value)
    {
        halves(at, (low, high), mask, How::Perhaps, value, found);
    }
    set(state, register, made);
}

fn signed(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)) as i32 >> (32 - bits))
}

/// A number that may count upwards or downwards.
fn offset(number: u32, up: bool) -> i64 {
    match up {
        true => i64::from(number),
        false => -i64::from(number),
    }
}

fn list(state: &mut State, registers: u32) {
    for register in 0..16 {
        if registers >> register & 1 == 1 {
            set(state, register, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::layout::flow::references;
    use crate::elf::layout::space::Meaning;

    fn read(bytes: &[u8], thumb: bool) -> Vec<(u64, usize, u64, u64)> {
        let around = Around::default();
        let code = Arm::new(bytes, 0x1000, thumb, &BTreeMap::new(), &around);
        let found = references(&code, 0x1000, 0x1000 + bytes.len() as u64);
        let place = |r: Reference| match r.to {
            Meaning::Address(to) => (r.at, r.width, r.mask, to),
            Meaning::Page(_) | Meaning::Text(_) => (r.at, r.width, r.mask, 0),
        };
        found.into_iter().map(place).collect()
    }

    #[test]
    fn a_word_added_to_the_program_counter_is_an_address() {
        // ldr r0, [pc, #4]; add r0, pc; bx lr; nop; .word 0x100
        let code = [
            0x01, 0x48, 0x78, 0x44, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
        ];
        assert_eq!(read(&code, true), [(0x1008, 4, 0xffff_ffff, 0x1106)]);
        // Without the addition it is a number.
        let code = [
            0x01, 0x48, 0x00, 0xbf, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
        ];
        assert_eq!(read(&code, true), []);
    }

    #[test]
    fn the_same_in_a32() {
        // ldr r0, [pc, #4]; add r0, pc, r0; bx lr; .word 0x100
        let words: [u32; 4] = [0xe59f_0004, 0xe08f_0000, 0xe12f_ff1e, 0x100];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(read(&code, false), [(0x100c, 4, 0xffff_ffff, 0x110c)]);
    }

    #[test]
    fn calls_out_of_the_function_are_references() {
        // bl +0x200 from 0x1000; bx lr
        let code = [0x00, 0xf0, 0xfe, 0xf8, 0x70, 0x47];
        assert_eq!(read(&code, true), [(0x1000, 4, 0x2fff_07ff, 0x1200)]);
        let words: [u32; 2] = [0xeb00_0040, 0xe12f_ff1e];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(read(&code, false), [(0x1000, 4, 0x00ff_ffff, 0x1108)]);
    }

    #[test]
    fn a_stub_leads_to_its_slot() {
        // add ip, pc, #0; add ip, ip, #0x1000; ldr pc, [ip, #0x2c]!
        let words: [u32; 3] = [0xe28f_c600, 0xe28c_ca01, 0xe5bc_f02c];
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(stub(&code, 0x1000), Some(0x1008 + 0x1000 + 0x2c));
        assert_eq!(stub(&[0; 12], 0x1000), None);
    }
}
