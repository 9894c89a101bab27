//! What registers hold on the way through a function, as far as addresses made from the program counter go.
//!
//! A machine says what each instruction does to the registers and where it may go next ([`Decode`]); this
//! runs it to a fixed point over the function's blocks. Where ways meet, a register holds what it holds on
//! each of them. Whatever is begun and cannot be followed to its end, such as the page of an address that
//! is used in an unknown way, is reported as not understood ([`Code::unknown`]): silence would mean that a
//! place that names an address passes for a number.

mod blocks;
mod ends;
mod state;
mod surroundings;

use super::effort::Effort;
use super::space::{Meaning, Space};
use blocks::{Blocks, Walked};
pub(super) use ends::{End, Ends, ends};
pub(super) use state::{Held, State};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
pub(super) use surroundings::{Alone, Entrances, Jumps, Surroundings};

/// How a place uses the address it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// Goes there.
    Jump,
    /// Goes there and comes back.
    Call,
    /// Makes the address, for any use whatever.
    Take,
    /// Reads or writes so many bytes there.
    Touch(u8),
    /// Is a word that holds the address.
    Word,
    /// Is an entry of a jump table that leads behind the last instruction of its function, as compilers fill in for
    /// values that cannot occur.
    Behind,
    /// Is a number that may be the address: nothing says that it is one.
    Perhaps,
}

/// A reference to an address: at a place, in some bits of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Where the bits stand.
    pub at: u64,
    /// Over how many bytes: 1, 2, 4 or 8; 0 where no bit at the place says it.
    pub width: usize,
    /// The bits that the address decides.
    pub mask: u64,
    /// The relocation's type; 0 for what was read out of instructions.
    pub kind: u32,
    pub how: How,
    /// The place that completes the address, where several places make it.
    pub via: u64,
    pub to: Meaning,
}

impl Reference {
    pub(super) fn field(at: u64, mask: u64, how: How, target: u64) -> Self {
        Reference {
            at,
            width: 4,
            mask,
            kind: 0,
            how,
            via: at,
            to: Meaning::Address(target),
        }
    }
    /// What the place means although the address decides no bit of it.
    pub(super) fn implied(at: u64, how: How, target: u64) -> Self {
        Reference {
            width: 0,
            ..Reference::field(at, 0, how, target)
        }
    }
    /// Whether it means the page of an address alone.
    pub(super) fn is_page(&self) -> bool {
        matches!(self.to, Meaning::Page(_))
    }
    pub(super) fn through(mut self, via: u64) -> Self {
        self.via = via;
        self
    }
}

/// Where an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    On,
    /// On, after a call; to an address if the instruction says which.
    Call(Option<u64>),
    /// On, after a call to an address that may be left out.
    MayCall(u64),
    /// To an address, or on.
    Maybe(u64),
    To(u64),
    /// Somewhere the instruction does not say: through a table, or back to the caller.
    Elsewhere {
        table: bool,
    },
    /// On, or somewhere the instruction does not say.
    Perhaps {
        table: bool,
    },
    /// On, if a handler steps over it; a compiler puts nothing behind it that runs.
    Trap,
    /// Nowhere: it traps, or these are data.
    Stop,
}

/// An instruction decoded: how long it is, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub length: u64,
    pub next: Next,
}

/// A table of places relative to an address, as code reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Table {
    pub at: u64,
    /// What its entries are added to; nothing if each counts from where it stands.
    pub base: Option<u64>,
    pub entry: Entry,
    /// By how many bits an entry is shifted to the left before that.
    pub shift: u32,
}

/// An entry of such a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub width: u8,
    pub signed: bool,
}

impl Table {
    /// Its entries up to an address: where each stands, and where it leads.
    pub(super) fn entries(self, space: &Space<'_>, end: u64) -> impl Iterator<Item = (u64, u64)> {
        let width = u64::from(self.entry.width);
        let places = (self.at..).step_by(usize::from(self.entry.width));
        let places = places.take_while(move |at| at + width <= end);
        let bits = width as u32 * 8;
        places.filter_map(move |at| {
            let value = space.number(at, width)?;
            let value = match self.entry.signed {
                true => (value as i64) << (64 - bits) >> (64 - bits),
                false => value as i64,
            };
            let offset = value.wrapping_shl(self.shift);
            Some((at, self.base.unwrap_or(at).wrapping_add_signed(offset)))
        })
    }
}

/// What instructions refer to, gathered on the way.
#[derive(Default)]
pub(super) struct Found {
    pub references: Vec<Reference>,
    pub tables: Vec<Table>,
    /// Instructions that begin an address which is then used in a way not understood.
    pub unknown: Vec<u64>,
    /// Instructions that begin an address which is not complete where the function is left.
    pub passed: Vec<u64>,
    /// Every instruction that begins an address: one that nothing here completes is completed elsewhere.
    pub begun: Vec<u64>,
    /// Whether what was begun is put on the stack.
    pub spilled: bool,
    /// Calls and jumps that go to what an addition made.
    pub computed: Vec<u64>,
}

impl Found {
    fn absorb(&mut self, more: Found) {
        self.references.extend(more.references);
        self.tables.extend(more.tables);
        self.unknown.extend(more.unknown);
        self.passed.extend(more.passed);
        self.begun.extend(more.begun);
        self.spilled |= more.spilled;
        self.computed.extend(more.computed);
    }
}

/// What a machine knows.
pub(super) trait Decode {
    /// What may be spent on following the code.
    fn effort(&self) -> &Effort;
    /// What is at `at`; `None` at the end or where no instruction stands.
    fn step(&self, at: u64) -> Option<Step>;
    /// Does to the registers what the instruction at `at` does, and gathers the references it makes.
    fn effect(&self, at: u64, state: &mut State, found: &mut Found);
    /// Registers that a call leaves to the callee, which handlers of exceptions find changed.
    fn clobbers(&self) -> &'static [u8];
    /// Where a jump through a table between the instructions may go.
    fn jumps(&self, _at: u64) -> Option<Vec<u64>> {
        None
    }
    /// Whether a jump to what a register says is one to a different function.
    fn leads_away(&self, _at: u64) -> bool {
        false
    }
    /// Registers in which no function is passed anything (AAPCS64, section 6.1.1), and which the instruction reads to
    /// make something of them, a bit for each.
    fn borrows(&self, _at: u64) -> u32 {
        0
    }
    /// Of these, registers that a function gives back as it found them, and that the instruction stores.
    fn saves(&self, _at: u64) -> u32 {
        0
    }
    /// Registers that a function gives back as it found them.
    fn kept(&self) -> u32 {
        0
    }
    /// Registers that the instruction writes, a bit for each.
    fn writes(&self, _at: u64) -> u32 {
        u32::MAX
    }
    /// Whether the instruction does nothing, as what fills gaps.
    fn fills(&self, at: u64) -> bool;
    /// Whether these are data between the instructions.
    fn is_data(&self, at: u64) -> bool;
    /// Whether the instruction is one of T32.
    fn mode(&self, _at: u64) -> bool {
        false
    }
    /// Whether the branch there goes to T32.
    fn enters(&self, _at: u64) -> bool {
        false
    }
}

/// Where handlers of exceptions begin, and the stretches of code whose calls lead there.
pub(super) type Pads = BTreeMap<u64, Vec<Range<u64>>>;

/// What is known of a function's code.
pub(super) struct Code {
    pub references: Vec<Reference>,
    pub tables: Vec<Table>,
    /// The tables through which jumps go, by where these stand.
    pub jumps: BTreeMap<u64, Table>,
    /// Whether it has any jumps whose target only a register says.
    pub jumps_blindly: bool,
    /// Places that name an address, or begin to, in a way that is not understood.
    pub unknown: Vec<u64>,
    /// Whether it goes on with whatever stands behind its end.
    pub falls: bool,
    /// Whether it jumps to places that are not all known, or to its very end.
    pub open: bool,
    /// Whether it goes anywhere that it adds up itself, and not through a table that is understood.
    pub computes: bool,
    /// Where it jumps to outside of itself, with what registers hold on the way.
    pub out: Vec<(u64, State)>,
}

impl Code {
    /// Whether every address in it is made and used in ways that are followed.
    pub(super) fn understood(&self) -> bool {
        self.unknown.is_empty() && !self.references.iter().any(Reference::is_page)
    }
}

/// What a way out takes beside what is known there.
const OUT: usize = 64;

/// Everything the code from `start` to `end` refers to.
pub(super) fn read(
    code: &(impl Decode + ?Sized),
    start: u64,
    end: u64,
    surroundings: Surroundings<'_>,
) -> Code {
    let Surroundings { entrances, .. } = surroundings;
    let blocks = Blocks::of(code, start, end, surroundings);
    let mut found = Found::default();
    let mut jumps = BTreeMap::new();
    let mut out = Vec::new();
    // Words on the stack are followed only where something that is begun is put there.
    let handed = entrances.values().any(State::has_stack);
    for stack in [handed, true] {
        found = Found {
            unknown: blocks.confused.clone(),
            ..Found::default()
        };
        out.clear();
        match blocks.entries(code, surroundings, stack) {
            Some(entries) => {
                let mut walked = entries.walked;
                for (at, mut state) in entries.states {
                    let Walked { found: here, end } = walked.remove(&at).unwrap_or_else(|| {
                        let mut here = Found::default();
                        blocks.walk(code, at, &mut state, &mut here);
                        let end = Some(state);
                        Walked { found: here, end }
                    });
                    if let (Some(jump), [table]) = (blocks.table_jump(at), here.tables.as_slice()) {
                        jumps.insert(jump, *table);
                    }
                    let leaves = blocks.leaves(at).zip(std::iter::repeat(end));
                    out.extend(leaves.filter_map(|(target, end)| Some((target, end?))));
                    found.absorb(here);
                }
            }
            None => found.unknown.push(start),
        }
        // What registers hold where it is left is kept, and carried from round to round.
        let left: usize = out.iter().map(|(_, state)| OUT + state.size()).sum();
        code.effort().spend(left);
        if stack || !found.spilled {
            break;
        }
    }
    let Found {
        mut references,
        mut tables,
        mut unknown,
        passed,
        begun,
        computed,
        ..
    } = found;
    references.sort_by_key(|r| (r.at, r.width, r.mask, r.via, r.how, address(r)));
    references.dedup();
    tables.sort_unstable();
    tables.dedup();
    let complete = |from: &u64| {
        let first = references.partition_point(|r| r.at < *from);
        references
            .get(first)
            .is_some_and(|r| r.at == *from && r.mask != 0)
    };
    // What a different function begins is told there.
    let passed = passed
        .into_iter()
        .filter(|from| (start..end).contains(from));
    // What is left in a register where it jumps to a part of itself elsewhere, that part completes.
    let handed: BTreeSet<u64> = out
        .iter()
        .flat_map(|(_, state)| state.all_begun())
        .collect();
    let passed = passed.chain(begun.into_iter().filter(|from| !handed.contains(from)));
    unknown.extend(passed.filter(|from| !complete(from)));
    unknown.sort_unstable();
    unknown.dedup();
    let states = out.iter().map(|(_, state)| state.bytes());
    let size = references.len() * size_of::<Reference>() + states.sum::<usize>();
    code.effort().hold(size_of::<Code>() + size);
    let computes = computed.iter().any(|at| !jumps.contains_key(at));
    Code {
        references,
        tables,
        jumps,
        jumps_blindly: blocks.leaves_by_register(),
        unknown,
        falls: blocks.ends.last() != Some(&End::Stops),
        open: blocks.open,
        computes,
        out,
    }
}

/// The references of straight code that nothing else enters.
pub(super) fn references(code: &(impl Decode + ?Sized), start: u64, end: u64) -> Vec<Reference> {
    read(code, start, end, Alone::default().surroundings()).references
}

fn address(reference: &Reference) -> u64 {
    match reference.to {
        Meaning::Address(address) => address,
        Meaning::Page(_) | Meaning::Text(_) => 0,
    }
}
