//! What registers may hold.

use super::Entry;

/// More than this many things held at once are not followed.
const MOST: usize = 512;
/// Registers looked after.
const REGISTERS: u16 = 32;

/// What a register may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    /// The page an address lies in, and the instruction that made it; the rest is added where it is used.
    Page { page: u64, from: u64 },
    /// An address.
    Address(u64),
    /// A word read from beside the code, at this address.
    Word { value: u64, from: u64 },
    /// A number put together from the immediate fields (`mask`) of two instructions.
    Halves {
        value: u64,
        low: u64,
        high: u64,
        mask: u32,
    },
    /// An entry of a table at this address.
    Entry { table: u64, entry: Entry },
    /// An address somewhere in a table that begins at this one.
    Into(u64),
    /// Something else; of words on the stack alone.
    Other,
}

/// Words on the stack count from here on.
const STACK: u16 = 0x1000;
/// The word that the stack pointer points to where a function begins; its own words are below.
const TOP: u16 = 0x8000;
/// Bytes of a word there.
const SLOT: i64 = 8;

/// What each register may hold, and which may hold something else as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// In order.
    held: Vec<(u16, Held)>,
    /// A bit for each register.
    other: u32,
    /// What of the stack is known.
    stack: Stack,
    /// Where the stack pointer and the frame pointer are, in bytes above where the function found the stack, as far
    /// as that is known.
    sp: Option<i64>,
    frame: Option<i64>,
    /// What is known where a condition of the flags holds, as long as only conditional instructions follow.
    under: Vec<(u8, State)>,
}

/// What is known of the words on the stack that are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stack {
    /// Words are not followed.
    Left,
    /// Nothing was stored in them since the function began.
    Fresh,
    /// They may hold anything.
    Anything,
}

impl State {
    /// Nothing is known.
    pub(crate) fn unknown() -> Self {
        State {
            held: Vec::new(),
            other: u32::MAX,
            stack: Stack::Anything,
            sp: None,
            frame: None,
            under: Vec::new(),
        }
    }

    /// At a function's start: nothing is known, and the stack is fresh, if words there are followed.
    pub(crate) fn start(stack: bool) -> Self {
        State {
            stack: if stack { Stack::Fresh } else { Stack::Left },
            sp: Some(0),
            ..State::unknown()
        }
    }

    /// The same where a function is entered: whether words on the stack are followed there is its own affair.
    pub(super) fn entering(&self, stack: bool) -> Self {
        match stack {
            true => State {
                stack: match (self.stack, self.sp) {
                    // Everything of the function that jumps here is off the stack.
                    (_, Some(0)) => Stack::Fresh,
                    (Stack::Left, _) => Stack::Anything,
                    (known, _) => known,
                },
                ..self.clone()
            },
            false => {
                let mut state = self.clone();
                state.held.retain(|(register, _)| *register < STACK);
                state.stack = Stack::Left;
                state
            }
        }
    }

    /// The same where a function is entered that can be called: it has a stack of its own.
    pub(crate) fn called(&self) -> Self {
        let mut state = self.clone();
        state.held.retain(|(register, _)| *register < STACK);
        State {
            held: state.held,
            other: self.other,
            ..State::start(true)
        }
    }

    /// How many things are known.
    pub(crate) fn size(&self) -> usize {
        let under = self.under.iter().map(|(_, state)| 1 + state.held.len());
        self.held.len() + under.sum::<usize>()
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.size() * size_of::<(u16, Held)>()
    }

    /// No way leads here (yet).
    pub(super) fn none() -> Self {
        State {
            held: Vec::new(),
            other: 0,
            stack: Stack::Left,
            sp: None,
            frame: None,
            under: Vec::new(),
        }
    }

    /// All that a register may hold of what is followed.
    pub(crate) fn all(&self, register: usize) -> impl Iterator<Item = Held> + '_ {
        let first = (self.held).partition_point(|(r, _)| usize::from(*r) < register);
        let from = self.held.get(first..).unwrap_or_default();
        from.iter()
            .take_while(move |(r, _)| usize::from(*r) == register)
            .map(|(_, held)| *held)
    }

    /// Whether it holds one of those and nothing else.
    pub(crate) fn sure(&self, register: usize) -> bool {
        register < usize::from(REGISTERS) && self.other >> register & 1 == 0
    }

    /// What a register holds, where only one thing is possible.
    pub(crate) fn get(&self, register: usize) -> Option<Held> {
        let mut all = self.all(register).filter(|_| self.sure(register));
        let first = all.next()?;
        all.next().is_none().then_some(first)
    }

    pub(crate) fn set(&mut self, register: usize, held: Option<Held>) {
        let Some(number) = number(register) else {
            return;
        };
        let bit = 1_u32 << number;
        if self.other & bit == 0 {
            self.held.retain(|(r, _)| *r != number);
        } else if self.all(register).next().is_some() {
            self.held.retain(|(r, _)| *r != number);
        }
        self.other |= bit;
        if let Some(held) = held {
            self.other &= !bit;
            let at = self.held.partition_point(|entry| *entry < (number, held));
            self.held.insert(at, (number, held));
        }
    }

    /// The same in one register as in another one.
    pub(crate) fn copy(&mut self, from: usize, to: usize) {
        let all: Vec<Held> = self.all(from).collect();
        let sure = self.sure(from);
        self.set_all(to, all, sure);
    }

    pub(crate) fn set_all(&mut self, register: usize, all: Vec<Held>, sure: bool) {
        self.set(register, None);
        let Some(number) = number(register) else {
            return;
        };
        if sure && !all.is_empty() {
            self.other &= !(1_u32 << number);
        }
        for held in all {
            let entry = (number, held);
            if let Err(at) = self.held.binary_search(&entry) {
                self.held.insert(at, entry);
            }
        }
    }

    /// Takes in what registers hold on a different way to the same place; whether that was news. `None` if
    /// they come to too much.
    pub(crate) fn join(&mut self, way: &State) -> Option<bool> {
        if self.other == 0 && self.held.is_empty() {
            let news = self != way;
            self.clone_from(way);
            self.under.clear();
            return Some(news);
        }
        let mut news = self.join_stack(way);
        let other = self.other | way.other;
        // Where something else may be held as well, only what was begun is of interest.
        let counts = |(register, held): &(u16, Held)| {
            let stack = *register >= REGISTERS;
            let sure = stack || other >> register & 1 == 0;
            sure || matches!(held, Held::Page { .. })
        };
        if other != self.other {
            self.other = other;
            self.held.retain(counts);
            news = true;
        }
        for entry in way.held.iter().filter(|entry| counts(entry)) {
            if let Err(at) = self.held.binary_search(entry) {
                self.held.insert(at, *entry);
                news = true;
            }
        }
        (self.held.len() <= MOST).then_some(news)
    }

    /// What is known where a condition holds, if that is followed: what is known here otherwise.
    pub(crate) fn under(&mut self, condition: u8) -> State {
        match self.under.iter().position(|(c, _)| *c == condition) {
            Some(index) => self.under.swap_remove(index).1,
            None => State {
                under: Vec::new(),
                ..self.clone()
            },
        }
    }

    /// Keeps what is known where a condition holds.
    pub(crate) fn keep_under(&mut self, condition: u8, state: State) {
        self.under.push((condition, state));
    }

    /// Does something to what is known under each condition.
    pub(crate) fn each_under(&mut self, change: impl Fn(&mut State)) {
        self.under.iter_mut().for_each(|(_, state)| change(state));
    }

    /// Conditions mean nothing more.
    pub(crate) fn unconditional(&mut self) {
        self.under.clear();
    }

    /// Everything held in these registers, given up.
    pub(crate) fn forget(&mut self, registers: &[u8]) {
        self.held
            .retain(|(r, _)| !registers.iter().any(|gone| u16::from(*gone) == *r));
        for register in registers {
            self.other |= 1_u32.checked_shl(u32::from(*register)).unwrap_or_default();
        }
    }

    /// Whether an address is begun in any register.
    pub(crate) fn any_begun(&self) -> bool {
        (self.held.iter()).any(|(_, held)| matches!(held, Held::Page { .. }))
    }

    /// Everything that is only begun, in whatever register.
    pub(super) fn all_begun(&self) -> impl Iterator<Item = u64> + '_ {
        self.held.iter().filter_map(|(_, held)| match held {
            Held::Page { from, .. } => Some(*from),
            _ => None,
        })
    }

    /// What is only begun: the rest of an address is yet to come.
    pub(crate) fn begun(&self, register: usize) -> impl Iterator<Item = u64> + '_ {
        self.all(register).filter_map(|held| match held {
            Held::Page { from, .. } => Some(from),
            Held::Address(_)
            | Held::Word { .. }
            | Held::Halves { .. }
            | Held::Entry { .. }
            | Held::Into(_)
            | Held::Other => None,
        })
    }

    /// Stores a register in the word at `place` on the stack; `None` if what is begun in it is lost so.
    pub(crate) fn store(&mut self, register: Option<usize>, place: Option<i64>) -> Option<()> {
        let begun = register.is_some_and(|register| self.begun(register).next().is_some());
        let slot = place.and_then(slot).filter(|_| self.stack != Stack::Left);
        let Some(slot) = slot else {
            return (!begun).then_some(());
        };
        self.held.retain(|(r, _)| *r != slot);
        let mut all: Vec<Held> = register.into_iter().flat_map(|r| self.all(r)).collect();
        if register.is_none_or(|register| all.is_empty() || !self.sure(register)) {
            all.push(Held::Other);
        }
        let at = self.held.partition_point(|(r, _)| *r < slot);
        self.held
            .splice(at..at, all.into_iter().map(|held| (slot, held)));
        Some(())
    }

    /// Loads such a word.
    pub(crate) fn load(&mut self, register: usize, place: Option<i64>) {
        let slot = place.and_then(slot).map(usize::from);
        let all: Vec<Held> = slot.into_iter().flat_map(|slot| self.all(slot)).collect();
        let sure = !all.contains(&Held::Other) && self.stack == Stack::Fresh;
        let known = all.into_iter().filter(|held| *held != Held::Other);
        let known: Vec<Held> = known.collect();
        self.set_all(register, known, sure);
    }

    /// Moves the stack pointer; what then lies below it is gone.
    pub(crate) fn set_sp(&mut self, sp: Option<i64>) {
        self.sp = sp;
        if let Some(end) = sp.and_then(slot) {
            self.held
                .retain(|(register, _)| *register < STACK || *register >= end);
        }
    }

    pub(crate) fn sp(&self) -> Option<i64> {
        self.sp
    }

    pub(crate) fn set_frame(&mut self, frame: Option<i64>) {
        self.frame = frame;
    }

    pub(crate) fn frame(&self) -> Option<i64> {
        self.frame
    }

    /// A word on the stack that one way stored nothing in is what the other way made it, unless that way's stack
    /// may hold anything.
    fn join_stack(&mut self, way: &State) -> bool {
        let stack = self.stack.max(way.stack);
        let mut news = stack != self.stack;
        let lacks = |state: &State, word: u16| {
            state.stack == Stack::Anything && state.all(usize::from(word)).next().is_none()
        };
        let words = self.held.iter().chain(&way.held).map(|(word, _)| *word);
        let mut lacking: Vec<u16> = words.filter(|word| *word >= STACK).collect();
        lacking.retain(|word| lacks(self, *word) || lacks(way, *word));
        for word in lacking {
            if let Err(at) = self.held.binary_search(&(word, Held::Other)) {
                self.held.insert(at, (word, Held::Other));
                news = true;
            }
        }
        self.stack = stack;
        for (mine, theirs) in [(&mut self.sp, way.sp), (&mut self.frame, way.frame)] {
            if mine.is_some() && *mine != theirs {
                *mine = None;
                news = true;
            }
        }
        news
    }

    /// Whether anything is known of words on the stack.
    pub(super) fn has_stack(&self) -> bool {
        self.held
            .last()
            .is_some_and(|(register, _)| *register >= STACK)
    }
}

fn number(register: usize) -> Option<u16> {
    u16::try_from(register).ok().filter(|r| *r < REGISTERS)
}

/// The number of the word at a place on the stack.
fn slot(place: i64) -> Option<u16> {
    let number = i64::from(TOP).checked_add(place / SLOT)?;
    let number = u16::try_from(number).ok()?;
    (place % SLOT == 0 && number >= STACK).then_some(number)
}

#[cfg(test)]
mod tests;
