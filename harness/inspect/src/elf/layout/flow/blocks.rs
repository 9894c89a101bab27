//! A function's blocks: where control may go, and what registers hold where each one begins.

use super::{Decode, End, Found, Next, State, Surroundings};
use std::collections::{BTreeMap, BTreeSet};

/// Functions of more blocks are not followed; what they refer to stays unknown.
const BLOCKS: usize = 1 << 14;

pub(super) struct Blocks {
    /// Block start to its end.
    blocks: BTreeMap<u64, u64>,
    /// Block start to what may follow it inside the function.
    after: BTreeMap<u64, Vec<u64>>,
    /// Block start to where it goes outside of it.
    leaves: BTreeMap<u64, Vec<u64>>,
    /// Where it jumps to outside of itself.
    pub jumps: BTreeSet<u64>,
    /// What it calls by its address.
    pub called: BTreeSet<u64>,
    /// Whether it calls what only a register says.
    pub calls_blindly: bool,
    /// Registers that its instructions write.
    pub writes: u32,
    /// Blocks that end in a jump through a table, and where that stands.
    tables: BTreeMap<u64, u64>,
    /// Where such jumps go, as far as that is known.
    known: BTreeMap<u64, Vec<u64>>,
    /// Whether any call is made.
    calls: bool,
    /// How it ends, before data in it and at last; nothing if it is all data.
    pub ends: Vec<End>,
    pub returns: bool,
    /// Where control goes into data, or into instructions of the other set.
    pub confused: Vec<u64>,
}

impl Blocks {
    pub(super) fn of(
        code: &(impl Decode + ?Sized),
        start: u64,
        end: u64,
        surroundings: Surroundings<'_>,
    ) -> Self {
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
        let (mut steps, mut ends) = (Vec::new(), Vec::new());
        let mut leaders = BTreeSet::from([start]);
        let inside = |to: &u64| (start..end).contains(to);
        let entered = entrances.keys().chain(pads.keys()).chain(labels).copied();
        leaders.extend(entered.clone().filter(inside));
        let mut blocks = Blocks {
            blocks: BTreeMap::new(),
            after: BTreeMap::new(),
            leaves: BTreeMap::new(),
            jumps: BTreeSet::new(),
            called: BTreeSet::new(),
            calls_blindly: false,
            writes: 0,
            tables: BTreeMap::new(),
            known: BTreeMap::new(),
            calls: false,
            ends: Vec::new(),
            returns: false,
            confused: Vec::new(),
        };
        // Where something goes, rather than where a block begins because the one before it ends.
        let mut aims: BTreeSet<u64> = entered.collect();
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
            blocks.writes |= code.writes(at);
            match next {
                Next::On => {}
                Next::Call(to) => {
                    blocks.calls = true;
                    blocks.called.extend(to);
                    blocks.calls_blindly |= to.is_none();
                }
                Next::Maybe(to) | Next::To(to) => {
                    leaders.extend([after, to].into_iter().filter(inside));
                    aims.insert(to);
                    blocks.jumps.extend(Some(to).filter(|to| !inside(to)));
                    if inside(&to) && (code.is_data(to) || code.enters(at) != code.mode(to)) {
                        blocks.confused.push(at);
                    }
                }
                Next::Elsewhere { table } | Next::Perhaps { table } => {
                    let goes = jumps.get(&at).cloned().or_else(|| code.jumps(at));
                    match goes.filter(|_| table) {
                        Some(goes) => {
                            let goes: Vec<u64> = goes.into_iter().filter(inside).collect();
                            leaders.extend(&goes);
                            aims.extend(&goes);
                            blocks.known.insert(at, goes);
                        }
                        None => blocks.returns = true,
                    }
                    leaders.extend(Some(after).filter(inside));
                }
                Next::Stop => leaders.extend(Some(after).filter(inside)),
            }
            ends.push((at, ended(gone)));
            steps.push((at, after, next));
            at = after;
        }
        // What stands behind a call may be there for the sake of those that jump to it alone.
        let doubted = |to: u64| doubted.is_some_and(|doubted| doubted.contains(&to));
        for (_, after, next) in &mut steps {
            if let Next::Call(Some(to)) = *next
                && doubted(to)
                && aims.contains(after)
            {
                *next = Next::Stop;
            }
        }
        blocks.find_ends(code, &ends, &aims);
        blocks.divide(&steps, &leaders, inside);
        blocks
    }

    /// How the code ends, and how it does before data in it. What only fills a gap behind an end, and nothing
    /// goes to, is no code.
    fn find_ends(
        &mut self,
        code: &(impl Decode + ?Sized),
        steps: &[(u64, Next)],
        aims: &BTreeSet<u64>,
    ) {
        let mut last: Option<(u64, End)> = None;
        for (at, next) in steps {
            if code.is_data(*at) {
                if let Some((at, end)) = last.take() {
                    self.ends.push(end);
                    self.confused.extend((end == End::Falls).then_some(at));
                }
                continue;
            }
            if let Some((before, end)) = last {
                if end != End::Stops && code.mode(before) != code.mode(*at) {
                    self.confused.push(*at);
                }
                // Behind a call that comes back it would be gone through, and change nothing.
                if end != End::Falls && code.fills(*at) && !aims.contains(at) {
                    continue;
                }
            }
            let end = match next {
                Next::On | Next::Maybe(_) | Next::Call(None) | Next::Perhaps { .. } => End::Falls,
                Next::Call(Some(to)) => End::Calls(*to),
                Next::To(_) | Next::Elsewhere { .. } | Next::Stop => End::Stops,
            };
            last = Some((*at, end));
        }
        self.ends.extend(last.map(|(_, end)| end));
    }

    fn divide(
        &mut self,
        steps: &[(u64, u64, Next)],
        leaders: &BTreeSet<u64>,
        inside: impl Fn(&u64) -> bool,
    ) {
        let mut first = steps.first().map_or(0, |(at, _, _)| *at);
        for (index, (at, after, next)) in steps.iter().enumerate() {
            let last = index + 1 == steps.len() || leaders.contains(after);
            if leaders.contains(at) {
                first = *at;
            }
            if !last {
                continue;
            }
            let mut follows: Vec<u64> = match next {
                Next::On | Next::Call(_) | Next::Perhaps { .. } => vec![*after],
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
            self.blocks.insert(first, *after);
            let (within, outside) = follows.into_iter().partition(&inside);
            self.after.insert(first, within);
            self.leaves.insert(first, outside);
            first = *after;
        }
    }

    /// Whether it has any jumps to what only a register says.
    pub(super) fn leaves_by_register(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Whether it jumps to what nothing but a register says.
    pub(super) fn leaves_blindly(&self) -> bool {
        self.tables.values().any(|at| !self.known.contains_key(at))
    }

    /// Where the jump through a table stands in which a block ends.
    pub(super) fn table_jump(&self, block: u64) -> Option<u64> {
        self.tables.get(&block).copied()
    }

    pub(super) fn leaves(&self, block: u64) -> impl Iterator<Item = u64> + '_ {
        self.leaves.get(&block).into_iter().flatten().copied()
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
        let end = self.blocks.get(&block).copied().unwrap_or(block);
        let mut at = block;
        while at < end {
            let Some(step) = code.step(at) else { return };
            code.effect(at, state, found);
            if matches!(step.next, Next::Call(_)) {
                called(at, state);
            }
            at += step.length.max(2);
        }
    }

    /// What the registers may hold where each block begins; `None` if it is too much to follow.
    pub(super) fn entries(
        &self,
        code: &(impl Decode + ?Sized),
        surroundings: Surroundings<'_>,
        stack: bool,
    ) -> Option<Vec<(u64, State)>> {
        let Surroundings {
            entrances,
            pads,
            labels,
            early,
            ..
        } = surroundings;
        if self.blocks.len() > BLOCKS {
            return None;
        }
        let Some(first) = self.blocks.keys().next().copied() else {
            return Some(Vec::new());
        };
        let mut states: BTreeMap<u64, State> = BTreeMap::new();
        let mut work = BTreeSet::new();
        if !entrances.contains_key(&first) {
            states.insert(first, State::start(stack));
            work.insert(first);
        }
        for (at, state) in entrances {
            if self.blocks.contains_key(at) {
                states.insert(*at, state.entering(stack));
                work.insert(*at);
            }
        }
        self.settle(code, &mut states, &mut work)?;
        // A handler finds the registers as a call left them, and may make calls of its own.
        while self.calls && !pads.is_empty() {
            let mut after: BTreeMap<u64, State> = BTreeMap::new();
            for (block, entry) in &states {
                let mut state = entry.clone();
                let mut full = Some(());
                self.walk_calls(
                    code,
                    *block,
                    &mut state,
                    &mut Found::default(),
                    |at, called| {
                        let leads = pads
                            .iter()
                            .filter(|(_, calls)| calls.iter().any(|c| c.contains(&at)));
                        for (pad, _) in leads {
                            let known = after.entry(*pad).or_insert_with(State::none);
                            full = full.and(known.join(called)).map(drop);
                        }
                    },
                );
                full?;
            }
            for (pad, mut state) in after {
                state.forget(code.clobbers());
                if self.blocks.contains_key(&pad) {
                    let known = states.entry(pad).or_insert_with(State::none);
                    if known.join(&state)? {
                        work.insert(pad);
                    }
                }
            }
            if work.is_empty() {
                break;
            }
            self.settle(code, &mut states, &mut work)?;
        }
        // Blocks that nothing goes to directly are reached through a table. Where there is none nothing goes to
        // them that could be seen, so that nothing goes on from them either.
        let open = self.leaves_blindly();
        if early && open {
            return Some(states.into_iter().collect());
        }
        if !open {
            let unknown = |block: &u64| (*block, State::unknown());
            let left = self
                .blocks
                .keys()
                .filter(|block| !states.contains_key(block));
            let left: Vec<(u64, State)> = left.map(unknown).collect();
            states.extend(left);
            return Some(states.into_iter().collect());
        }
        // Of the others each that nothing at all goes to is one, then the first that is still left.
        let entered: BTreeSet<u64> = self.after.values().flatten().copied().collect();
        let mut by_table: BTreeSet<u64> = self.blocks.keys().copied().collect();
        by_table.retain(|block| {
            labels.contains(block) || !entered.contains(block) && !states.contains_key(block)
        });
        loop {
            self.settle(code, &mut states, &mut work)?;
            let reached = self.by_table(code, &states)?;
            for block in &by_table {
                let known = states.entry(*block).or_insert_with(State::none);
                if known.join(&reached)? {
                    work.insert(*block);
                }
            }
            if work.is_empty() {
                let mut left = self
                    .blocks
                    .keys()
                    .filter(|block| !states.contains_key(block));
                let Some(next) = left.next().copied() else {
                    break;
                };
                by_table.insert(next);
                states.insert(next, reached);
                work.insert(next);
            }
        }
        Some(states.into_iter().collect())
    }

    /// What registers may hold behind a jump through a table.
    fn by_table(
        &self,
        code: &(impl Decode + ?Sized),
        states: &BTreeMap<u64, State>,
    ) -> Option<State> {
        let mut reached = State::none();
        let open = self
            .tables
            .iter()
            .filter(|(_, at)| !self.known.contains_key(at));
        for (block, _) in open {
            if let Some(entry) = states.get(block) {
                let mut state = entry.clone();
                self.walk(code, *block, &mut state, &mut Found::default());
                reached.join(&state)?;
            }
        }
        Some(reached)
    }

    fn settle(
        &self,
        code: &(impl Decode + ?Sized),
        states: &mut BTreeMap<u64, State>,
        work: &mut BTreeSet<u64>,
    ) -> Option<()> {
        while let Some(block) = work.pop_first() {
            let Some(entry) = states.get(&block) else {
                continue;
            };
            let mut state = entry.clone();
            let mut scratch = Found::default();
            self.walk(code, block, &mut state, &mut scratch);
            for next in self.after.get(&block).into_iter().flatten() {
                // A jump into the middle of an instruction.
                if !self.blocks.contains_key(next) {
                    return None;
                }
                let news = match states.get_mut(next) {
                    // What may be held only grows, and is bounded, so this comes to an end.
                    Some(known) => known.join(&state)?,
                    None => {
                        states.insert(*next, state.clone());
                        true
                    }
                };
                if news {
                    work.insert(*next);
                }
            }
        }
        Some(())
    }
}
