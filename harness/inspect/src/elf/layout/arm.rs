//! A32 and T32: which instructions make addresses, and from what (Arm Architecture Reference Manual for
//! Armv7-A, chapters A5, A6 and A8).
//!
//! Addresses are mostly words beside the code, added to the program counter; so a word's bits are masked
//! where it stands, once an instruction is seen to make an address of it. An instruction that adds to the
//! program counter what is not known is one that is not understood.

use super::effort::Effort;
use super::flow::{Decode, Found, Held, How, Next, Reference, State, Step};
use super::space::Mark;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use values::{CLOBBERS, add, call, half, list, offset, set, signed};

mod a32;
mod computed;
mod extent;
mod find;
mod t32;
mod tables;
mod values;

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
    /// Functions that never come back, as far as that is known while functions are being found.
    pub gone: BTreeSet<u64>,
    /// Where handlers of exceptions begin, with the stretches of code whose calls lead there.
    pub pads: BTreeMap<u64, Vec<Range<u64>>>,
    /// What may be spent on following the code.
    pub effort: Effort,
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
    /// Where those tables begin.
    tables: BTreeSet<u64>,
    /// Their entries that hold the function's end, for values that cannot occur.
    behind: BTreeSet<u64>,
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
    /// What is known behind an instruction: what it makes known, for so many instructions, or what was, for one
    /// instruction less.
    fn next(before: Option<Self>, made: Option<T>, left: u8) -> Option<Self> {
        match (made, before) {
            (Some(known), _) => Some(Recent { known, left }),
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
    base: usize,
    to: usize,
    /// Whether the register holds where an entry leads that counts from the table.
    added: bool,
    start: u64,
    /// How many there are, if that was seen.
    count: Option<u64>,
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
        // Two ways through, which look at each instruction many times.
        let bytes = match around.effort.spend(4 * bytes.len() + 16) {
            true => bytes,
            false => &[],
        };
        let end = start.saturating_add(bytes.len() as u64);
        let marks: BTreeMap<u64, Mark> = marks
            .range(start..end)
            .map(|(at, mark)| (*at, *mark))
            .collect();
        let begin = |marks| Arm {
            bytes,
            start,
            thumb,
            marks,
            pool: BTreeSet::new(),
            jumps: BTreeMap::new(),
            conditional: BTreeMap::new(),
            goes: BTreeMap::new(),
            tables: BTreeSet::new(),
            behind: BTreeSet::new(),
            leads: None,
            around,
        };
        let mut code: Arm<'s> = begin(marks);
        code.find(&BTreeSet::new());
        if !code.jumps.is_empty() || !code.goes.is_empty() {
            // What was compared on one way to a place was not on a different one.
            let joins = code.joins();
            code = begin(std::mem::take(&mut code.marks));
            code.find(&joins);
        }
        code.forget_short_tables();
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

    /// The words that its instructions load from beside them, and how each uses the address that it may be.
    pub(super) fn pool(&self) -> impl Iterator<Item = (u64, How)> + '_ {
        let whole = |at: &u64| at.is_multiple_of(4) && self.pool.contains(&(at + 2));
        let how = |at: u64| match self.behind.contains(&at) {
            true => (at, How::Behind),
            false => (at, How::Perhaps),
        };
        self.pool.iter().copied().filter(whole).map(how)
    }

    fn half(&self, at: u64) -> Option<u16> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(from..from.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }
    /// Two half-words, as long instructions of T32 are written.
    fn pair(&self, at: u64) -> Option<u32> {
        Some(u32::from(self.half(at)?) << 16 | u32::from(self.half(at + 2)?))
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
            // Under a condition it may be left out, and the flags be those of before.
            Mark::T32 if self.conditional.contains_key(&at) => None,
            Mark::T32 => t32::compared(self, at),
            _ => a32::compared(self, at),
        }
    }
}

impl Decode for Arm<'_> {
    fn effort(&self) -> &Effort {
        &self.around.effort
    }
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
        if self.computed(at) && self.jumps(at).is_none() {
            found.computed.push(at);
        }
        if self.reads_unknown_table(at, state) {
            found.unknown.push(at);
        }
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

    fn leads_away(&self, at: u64) -> bool {
        self.is_tail_call(at)
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

#[cfg(test)]
mod tests;
