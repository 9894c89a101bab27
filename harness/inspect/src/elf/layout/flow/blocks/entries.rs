//! What registers hold where each block begins.

use super::*;

/// What a walk through a block takes beside its instructions and what is known.
const WALK: usize = 16;
/// What is spent before it is taken from what may be: others take from it, too.
const AT_ONCE: usize = 1 << 14;

/// What registers hold where blocks begin, and what the last walk through each found.
#[derive(Default)]
pub(in super::super) struct Entries {
    pub states: BTreeMap<u64, State>,
    /// Of blocks walked with just these registers.
    pub walked: BTreeMap<u64, Walked>,
}

/// What a walk through a block came to.
pub(in super::super) struct Walked {
    pub found: Found,
    /// What registers hold at its end, if it goes out of the function from there.
    pub end: Option<State>,
}

impl Blocks {
    /// What the registers may hold where each block begins; `None` if it is too much to follow.
    pub(in super::super) fn entries(
        &self,
        code: &(impl Decode + ?Sized),
        surroundings: Surroundings<'_>,
        stack: bool,
    ) -> Option<Entries> {
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
        let Some(first) = self.starts().next() else {
            return Some(Entries::default());
        };
        let mut all = Entries::default();
        let mut work = BTreeSet::new();
        if !entrances.contains_key(&first) {
            all.states.insert(first, State::start(stack));
            work.insert(first);
        }
        for (at, state) in entrances {
            if self.block(*at).is_some() {
                all.states.insert(*at, state.entering(stack));
                work.insert(*at);
            }
        }
        self.settle(code, &mut all, &mut work)?;
        // A handler finds the registers as a call left them, and may make calls of its own.
        while self.calls && !pads.is_empty() {
            let mut after: BTreeMap<u64, State> = BTreeMap::new();
            for (block, entry) in &all.states {
                let mut state = entry.clone();
                let mut full = Some(());
                self.walk_calls(
                    code,
                    *block,
                    &mut state,
                    &mut Found::default(),
                    |at, called| {
                        let ranges: usize = pads.values().map(|calls| 1 + calls.len()).sum();
                        full = full.and(code.effort().spend(ranges).then_some(()));
                        if full.is_none() {
                            return;
                        }
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
                if self.block(pad).is_some() {
                    let known = all.states.entry(pad).or_insert_with(State::none);
                    if known.join(&state)? {
                        work.insert(pad);
                    }
                }
            }
            if work.is_empty() {
                break;
            }
            self.settle(code, &mut all, &mut work)?;
        }
        // Blocks that nothing goes to directly are reached through a table. Where there is none nothing goes to
        // them that could be seen, so that nothing goes on from them either.
        let open = self.leaves_blindly();
        if early && open {
            return Some(all);
        }
        if !open {
            let unknown = |block: u64| (block, State::unknown());
            let left = self
                .starts()
                .filter(|block| !all.states.contains_key(block));
            let left: Vec<(u64, State)> = left.map(unknown).collect();
            all.states.extend(left);
            return Some(all);
        }
        // Of the others each that nothing at all goes to is one, then the first that is still left.
        let entered: BTreeSet<u64> = self
            .blocks
            .iter()
            .flat_map(|block| block.after.iter().copied())
            .collect();
        let mut by_table: BTreeSet<u64> = self.starts().collect();
        by_table.retain(|block| {
            labels.contains(block) || !entered.contains(block) && !all.states.contains_key(block)
        });
        loop {
            self.settle(code, &mut all, &mut work)?;
            let reached = self.by_table(code, &all.states)?;
            for block in &by_table {
                let known = all.states.entry(*block).or_insert_with(State::none);
                if known.join(&reached)? {
                    work.insert(*block);
                }
            }
            if work.is_empty() {
                let mut left = self
                    .starts()
                    .filter(|block| !all.states.contains_key(block));
                let Some(next) = left.next() else {
                    break;
                };
                by_table.insert(next);
                all.states.insert(next, reached);
                work.insert(next);
            }
        }
        Some(all)
    }

    /// What registers may hold behind a jump through a table.
    pub(super) fn by_table(
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

    pub(super) fn settle(
        &self,
        code: &(impl Decode + ?Sized),
        all: &mut Entries,
        work: &mut BTreeSet<u64>,
    ) -> Option<()> {
        let Entries { states, walked } = all;
        let mut spent = 0;
        while let Some(start) = work.pop_first() {
            let (Some(entry), Some(block)) = (states.get(&start), self.block(start)) else {
                continue;
            };
            let mut state = entry.clone();
            let mut found = Found::default();
            self.walk(code, start, &mut state, &mut found);
            let instructions = (block.end - start) as usize / 2;
            spent += (1 + block.after.len()) * (WALK + state.size()) + 4 * instructions;
            if spent > AT_ONCE {
                code.effort()
                    .spend(std::mem::take(&mut spent))
                    .then_some(())?;
            }
            for next in &block.after {
                // A jump into the middle of an instruction.
                self.block(*next)?;
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
            let end = (!block.leaves.is_empty()).then_some(state);
            walked.insert(start, Walked { found, end });
        }
        code.effort().spend(spent).then_some(())
    }
}
