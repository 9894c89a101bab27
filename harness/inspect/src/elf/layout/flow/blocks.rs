//! A function's blocks: where control may go, and what registers hold where each one begins.

mod entries;

use super::{Decode, End, Found, Next, State, Surroundings};
pub(super) use entries::Walked;
use std::collections::{BTreeMap, BTreeSet};

/// Functions of more blocks are not followed; what they refer to stays unknown.
const BLOCKS: usize = 1 << 14;

struct Block {
    start: u64,
    end: u64,
    /// What may follow it inside the function.
    after: Vec<u64>,
    /// Where it goes outside of it.
    leaves: Vec<u64>,
}

pub(super) struct Blocks {
    /// By address.
    blocks: Vec<Block>,
    /// Where it jumps to outside of itself.
    pub jumps: BTreeSet<u64>,
    /// What it calls by its address.
    pub called: BTreeSet<u64>,
    /// Whether it calls what only a register says.
    pub calls_blindly: bool,
    /// Blocks that end in a jump through a table, and where that stands.
    tables: BTreeMap<u64, u64>,
    /// Where such jumps go, as far as that is known.
    known: BTreeMap<u64, Vec<u64>>,
    /// Whether any goes where nothing but a register says.
    blindly: bool,
    /// Whether any may go to a place of the same function that is not known, or to its end.
    pub open: bool,
    /// Whether any call is made.
    calls: bool,
    /// How it ends, before data in it and at last; nothing if it is all data.
    pub ends: Vec<End>,
    pub returns: bool,
    /// Where control goes into data, or into instructions of the other set.
    pub confused: Vec<u64>,
}

/// Instructions: where each stands, what stands behind it, and where control goes.
pub(super) type Steps = Vec<(u64, u64, Next)>;

impl Blocks {
    pub(super) fn of(
        code: &(impl Decode + ?Sized),
        start: u64,
        end: u64,
        surroundings: Surroundings<'_>,
    ) -> Self {
        let (mut blocks, steps, leaders) = Blocks::scan(code, start, end, surroundings);
        blocks.divide(&steps, &leaders, |to| (start..end).contains(to));
        blocks
    }

    /// The same not divided yet: only how control leaves the code is worked out.
    pub(super) fn scan(
        code: &(impl Decode + ?Sized),
        start: u64,
        end: u64,
        surroundings: Surroundings<'_>,
    ) -> (Self, Steps, Vec<u64>) {
        let Surroundings {
            entrances,
            pads,
            gone,
            believed,
            doubted,
            jumps,
            labels,
            ..
        } = surroundings;
        let (mut steps, mut ends) = (Steps::new(), Vec::new());
        let mut leaders = vec![start];
        let inside = |to: &u64| (start..end).contains(to);
        let entered = entrances.keys().chain(pads.keys()).chain(labels).copied();
        leaders.extend(entered.clone().filter(inside));
        let mut blocks = Blocks {
            blocks: Vec::new(),
            jumps: BTreeSet::new(),
            called: BTreeSet::new(),
            calls_blindly: false,
            tables: BTreeMap::new(),
            known: BTreeMap::new(),
            blindly: false,
            open: false,
            calls: false,
            ends: Vec::new(),
            returns: false,
            confused: Vec::new(),
        };
        // Where something goes, rather than where a block begins because the one before it ends.
        let mut aims: Vec<u64> = entered.collect();
        let mut at = start;
        while at < end {
            let Some(step) = code.step(at) else {
                break;
            };
            let after = at + step.length.max(2);
            let ended = |by: &BTreeSet<u64>| match step.next {
                Next::Call(Some(to)) if by.contains(&to) => Next::Stop,
                next => next,
            };
            let next = match ended(gone) {
                Next::Stop => Next::Stop,
                _ => ended(believed),
            };
            match next {
                Next::On | Next::Trap => {}
                Next::MayCall(to) => {
                    blocks.calls = true;
                    blocks.called.insert(to);
                }
                Next::Call(to) => {
                    blocks.calls = true;
                    blocks.called.extend(to);
                    blocks.calls_blindly |= to.is_none();
                }
                Next::Maybe(to) | Next::To(to) => {
                    leaders.extend([after, to].into_iter().filter(inside));
                    aims.push(to);
                    blocks.jumps.extend(Some(to).filter(|to| !inside(to)));
                    if inside(&to) && (code.is_data(to) || code.enters(at) != code.mode(to)) {
                        blocks.confused.push(at);
                    }
                }
                Next::Elsewhere { table } | Next::Perhaps { table } => {
                    let goes = jumps.get(&at).cloned().or_else(|| code.jumps(at));
                    match goes.filter(|_| table) {
                        Some(goes) => {
                            // What leads out of the function is nothing that is followed; its end stands for values
                            // that cannot occur.
                            let told = |to: &u64| inside(to) || *to == end;
                            blocks
                                .confused
                                .extend((!goes.iter().all(told)).then_some(at));
                            blocks.open |= goes.contains(&end);
                            let goes: Vec<u64> = goes.into_iter().filter(inside).collect();
                            leaders.extend(&goes);
                            aims.extend(&goes);
                            blocks.known.insert(at, goes);
                        }
                        None => {
                            blocks.returns = true;
                            blocks.blindly |= table;
                            blocks.open |= table && !code.leads_away(at);
                        }
                    }
                    leaders.extend(Some(after).filter(inside));
                }
                Next::Stop => leaders.extend(Some(after).filter(inside)),
            }
            ends.push((at, ended(gone)));
            steps.push((at, after, next));
            at = after;
        }
        code.effort().spend(8 * steps.len());
        for places in [&mut leaders, &mut aims] {
            places.sort_unstable();
            places.dedup();
        }
        // What stands behind a call may be there for the sake of those that jump to it alone.
        let doubted = |to: u64| doubted.is_some_and(|doubted| doubted.contains(&to));
        for (_, after, next) in &mut steps {
            if let Next::Call(Some(to)) = *next
                && doubted(to)
                && aims.binary_search(after).is_ok()
            {
                *next = Next::Stop;
            }
        }
        // Functions that were compiled never to come back may stand before data.
        blocks.find_ends(code, &ends, &aims, believed);
        (blocks, steps, leaders)
    }

    /// How the code ends, and how it does before data in it. What only fills a gap behind an end, and nothing
    /// goes to, is no code.
    fn find_ends(
        &mut self,
        code: &(impl Decode + ?Sized),
        steps: &[(u64, Next)],
        aims: &[u64],
        quiet: &BTreeSet<u64>,
    ) {
        let mut last: Option<(u64, End)> = None;
        for (at, next) in steps {
            if code.is_data(*at) {
                if let Some((at, end)) = last.take() {
                    self.ends.push(end);
                    let runs_on = match end {
                        End::Stops => false,
                        End::Falls => true,
                        End::Calls(to) => !quiet.contains(&to),
                    };
                    self.confused.extend(runs_on.then_some(at));
                }
                continue;
            }
            // Before data, and behind others, it aligns them.
            if last.is_none() && code.fills(*at) && aims.binary_search(at).is_err() {
                continue;
            }
            if let Some((before, end)) = last {
                if end != End::Stops && code.mode(before) != code.mode(*at) {
                    self.confused.push(*at);
                }
                // Behind a call that comes back it would be gone through, and change nothing.
                if end != End::Falls && code.fills(*at) && aims.binary_search(at).is_err() {
                    continue;
                }
            }
            let end = match next {
                Next::On
                | Next::Maybe(_)
                | Next::MayCall(_)
                | Next::Call(None)
                | Next::Perhaps { .. } => End::Falls,
                Next::Call(Some(to)) => End::Calls(*to),
                Next::To(_) | Next::Elsewhere { .. } | Next::Trap | Next::Stop => End::Stops,
            };
            last = Some((*at, end));
        }
        self.ends.extend(last.map(|(_, end)| end));
    }

    fn divide(
        &mut self,
        steps: &[(u64, u64, Next)],
        leaders: &[u64],
        inside: impl Fn(&u64) -> bool,
    ) {
        let mut first = steps.first().map_or(0, |(at, _, _)| *at);
        for (index, (at, after, next)) in steps.iter().enumerate() {
            let last = index + 1 == steps.len() || leaders.binary_search(after).is_ok();
            if leaders.binary_search(at).is_ok() {
                first = *at;
            }
            if !last {
                continue;
            }
            let mut follows: Vec<u64> = match next {
                Next::On | Next::MayCall(_) | Next::Call(_) | Next::Perhaps { .. } => vec![*after],
                Next::Trap => Some(*after).filter(&inside).into_iter().collect(),
                Next::Maybe(to) => vec![*after, *to],
                Next::To(to) => vec![*to],
                Next::Elsewhere { .. } | Next::Stop => Vec::new(),
            };
            let by_table = matches!(
                next,
                Next::Elsewhere { table: true } | Next::Perhaps { table: true }
            );
            if by_table {
                follows.extend(self.known.get(at).into_iter().flatten());
                self.tables.insert(first, *at);
            }
            let leaves = follows.extract_if(.., |to| !inside(to)).collect();
            self.blocks.push(Block {
                start: first,
                end: *after,
                after: follows,
                leaves,
            });
            first = *after;
            // Nothing more is looked at of a function with so many.
            if self.blocks.len() > BLOCKS {
                return;
            }
        }
    }

    /// The block that begins here.
    fn block(&self, start: u64) -> Option<&Block> {
        let index = self
            .blocks
            .binary_search_by_key(&start, |block| block.start);
        self.blocks.get(index.ok()?)
    }

    fn starts(&self) -> impl Iterator<Item = u64> + '_ {
        self.blocks.iter().map(|block| block.start)
    }

    /// Whether it has any jumps to what only a register says.
    pub(super) fn leaves_by_register(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Whether it jumps to what nothing but a register says.
    pub(super) fn leaves_blindly(&self) -> bool {
        self.blindly
    }

    /// Where the jump through a table stands in which a block ends.
    pub(super) fn table_jump(&self, block: u64) -> Option<u64> {
        self.tables.get(&block).copied()
    }

    pub(super) fn leaves(&self, block: u64) -> impl Iterator<Item = u64> + '_ {
        let leaves = self.block(block).map(|block| &block.leaves);
        leaves.into_iter().flatten().copied()
    }

    pub(super) fn walk(
        &self,
        code: &(impl Decode + ?Sized),
        block: u64,
        state: &mut State,
        found: &mut Found,
    ) {
        self.walk_calls(code, block, state, found, |_, _| {});
    }

    /// Walks a block and shows the registers behind each call.
    fn walk_calls(
        &self,
        code: &(impl Decode + ?Sized),
        block: u64,
        state: &mut State,
        found: &mut Found,
        mut called: impl FnMut(u64, &State),
    ) {
        let end = self.block(block).map_or(block, |block| block.end);
        let mut at = block;
        while at < end {
            let Some(step) = code.step(at) else { return };
            code.effect(at, state, found);
            if matches!(step.next, Next::Call(_) | Next::MayCall(_)) {
                called(at, state);
            }
            at += step.length.max(2);
        }
    }
}
