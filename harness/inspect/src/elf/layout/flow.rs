//! What registers hold on the way through a function, as far as addresses made from the program counter go.
//!
//! A machine says what each instruction does to the registers ([`Step`]) and where it may go next; this
//! runs it to a fixed point over the function's blocks. A register that holds different things on two ways
//! in holds nothing known. What it comes to depends on the instructions alone, so that two functions that
//! differ only in addresses are read alike.

use super::space::Meaning;
use std::collections::{BTreeMap, BTreeSet};

/// Registers looked after.
pub(super) const REGISTERS: usize = 32;

/// What a register is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
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
}

/// Functions of more blocks are not followed; what they refer to stays unknown.
const BLOCKS: usize = 1 << 14;

pub(super) type State = [Option<Held>; REGISTERS];

/// A reference to an address: at a place, in some bits of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Where the bits stand.
    pub at: u64,
    /// Over how many bytes: 2, 4 or 8; 0 where no bit at the place says it.
    pub width: usize,
    /// The bits that the address decides.
    pub mask: u64,
    /// The relocation's type; 0 for what was read out of instructions.
    pub kind: u32,
    pub to: Meaning,
}

impl Reference {
    pub(super) fn field(at: u64, mask: u64, target: u64) -> Self {
        Reference {
            at,
            width: 4,
            mask,
            kind: 0,
            to: Meaning::Address(target),
        }
    }
    /// What the place means although the address decides no bit of it.
    pub(super) fn implied(at: u64, target: u64) -> Self {
        Reference {
            width: 0,
            ..Reference::field(at, 0, target)
        }
    }
}

/// Where an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    On,
    /// To an address, or on.
    Maybe(u64),
    To(u64),
    /// Somewhere the instruction does not say: through a table, or back to the caller.
    Elsewhere {
        table: bool,
    },
}

/// An instruction decoded: how long it is, and where it goes.
pub(super) struct Step {
    pub length: u64,
    pub next: Next,
}

/// What a machine knows.
pub(super) trait Decode {
    /// What is at `at`; `None` at the end or where no instruction stands.
    fn step(&self, at: u64) -> Option<Step>;
    /// Does to the registers what the instruction at `at` does, and gives the references it makes.
    fn effect(&self, at: u64, state: &mut State, found: &mut Vec<Reference>);
}

/// All references of the code from `start` to `end`.
pub(super) fn references(code: &impl Decode, start: u64, end: u64) -> Vec<Reference> {
    let blocks = Blocks::of(code, start, end);
    if blocks.blocks.len() > BLOCKS {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, entry) in blocks.entries(code) {
        let mut state = entry;
        blocks.walk(code, at, &mut state, &mut found);
    }
    found.sort_by_key(|r| (r.at, r.width, r.mask, address(r)));
    found.dedup();
    found
}

fn address(reference: &Reference) -> u64 {
    match reference.to {
        Meaning::Address(address) => address,
        Meaning::Text(_) => 0,
    }
}

struct Blocks {
    /// Block start to its end.
    blocks: BTreeMap<u64, u64>,
    /// Block start to what may follow it inside the function.
    after: BTreeMap<u64, Vec<u64>>,
    /// Blocks that end in a jump through a table.
    tables: BTreeSet<u64>,
}

impl Blocks {
    fn of(code: &impl Decode, start: u64, end: u64) -> Self {
        let mut steps = Vec::new();
        let mut leaders = BTreeSet::from([start]);
        let mut at = start;
        while at < end {
            let Some(step) = code.step(at) else {
                break;
            };
            let after = at + step.length.max(2);
            match step.next {
                Next::On => {}
                Next::Maybe(to) | Next::To(to) => {
                    leaders.extend(
                        [after, to]
                            .into_iter()
                            .filter(|to| (start..end).contains(to)),
                    );
                }
                Next::Elsewhere { .. } => {
                    leaders.extend(Some(after).filter(|to| *to < end));
                }
            }
            steps.push((at, after, step.next));
            at = after;
        }
        let mut blocks = Blocks {
            blocks: BTreeMap::new(),
            after: BTreeMap::new(),
            tables: BTreeSet::new(),
        };
        let mut first = start;
        for (index, (at, after, next)) in steps.iter().enumerate() {
            let last = index + 1 == steps.len() || leaders.contains(after);
            if leaders.contains(at) {
                first = *at;
            }
            if !last {
                continue;
            }
            let inside = |to: &u64| (start..end).contains(to);
            let follows: Vec<u64> = match next {
                Next::On => vec![*after],
                Next::Maybe(to) => vec![*after, *to],
                Next::To(to) => vec![*to],
                Next::Elsewhere { .. } => Vec::new(),
            };
            if *next == (Next::Elsewhere { table: true }) {
                blocks.tables.insert(first);
            }
            blocks.blocks.insert(first, *after);
            blocks
                .after
                .insert(first, follows.into_iter().filter(inside).collect());
            first = *after;
        }
        blocks
    }

    fn walk(&self, code: &impl Decode, block: u64, state: &mut State, found: &mut Vec<Reference>) {
        let end = self.blocks.get(&block).copied().unwrap_or(block);
        let mut at = block;
        while at < end {
            let Some(step) = code.step(at) else { return };
            code.effect(at, state, found);
            at += step.length.max(2);
        }
    }

    /// What the registers hold where each block begins.
    fn entries(&self, code: &impl Decode) -> Vec<(u64, State)> {
        let Some(first) = self.blocks.keys().next().copied() else {
            return Vec::new();
        };
        let mut states: BTreeMap<u64, State> = BTreeMap::from([(first, [None; REGISTERS])]);
        let mut work = BTreeSet::from([first]);
        self.settle(code, &mut states, &mut work);
        // Blocks that nothing goes to directly are reached through a table.
        let mut reached: Option<State> = None;
        for block in &self.tables {
            if let Some(entry) = states.get(block) {
                let mut state = *entry;
                self.walk(code, *block, &mut state, &mut Vec::new());
                reached = Some(reached.map_or(state, |known| join(&known, &state)));
            }
        }
        for block in self.blocks.keys() {
            if !states.contains_key(block) {
                states.insert(*block, reached.unwrap_or([None; REGISTERS]));
                work.insert(*block);
                self.settle(code, &mut states, &mut work);
            }
        }
        states.into_iter().collect()
    }

    fn settle(
        &self,
        code: &impl Decode,
        states: &mut BTreeMap<u64, State>,
        work: &mut BTreeSet<u64>,
    ) {
        let mut scratch = Vec::new();
        while let Some(block) = work.pop_first() {
            let Some(entry) = states.get(&block) else {
                continue;
            };
            let mut state = *entry;
            scratch.clear();
            self.walk(code, block, &mut state, &mut scratch);
            for next in self.after.get(&block).into_iter().flatten() {
                if !self.blocks.contains_key(next) {
                    continue;
                }
                let joined = match states.get(next) {
                    Some(known) => join(known, &state),
                    None => state,
                };
                // Knowledge only shrinks, so this comes to an end.
                if states.get(next) != Some(&joined) {
                    states.insert(*next, joined);
                    work.insert(*next);
                }
            }
        }
    }
}

fn join(a: &State, b: &State) -> State {
    let mut out = *a;
    for (held, other) in out.iter_mut().zip(b) {
        if *held != *other {
            *held = None;
        }
    }
    out
}
