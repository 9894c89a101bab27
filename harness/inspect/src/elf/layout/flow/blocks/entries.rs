//! What registers hold where each block begins.

use super::*;

impl Blocks {
    /// What the registers may hold where each block begins; `None` if it is too much to follow.
    pub(in super::super) fn entries(
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
