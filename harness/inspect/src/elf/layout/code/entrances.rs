//! Where functions are entered from elsewhere, and with what in their registers.

use super::*;

impl Reader<'_, '_> {
    /// Where jumps through tables go: a table ends where the next thing begins that anything refers to, or with
    /// the first entry that leads out of the function.
    pub(super) fn through_tables(&self, codes: &[Option<Code>], elsewhere: &[Reference]) -> Jumps {
        let read = codes.iter().flatten();
        let told = read
            .clone()
            .flat_map(|code| &code.references)
            .chain(elsewhere);
        let mut starts: BTreeSet<u64> = addresses(told).collect();
        starts.extend(read.flat_map(|code| &code.tables).map(|table| table.at));
        let names = self.space.names.iter();
        starts
            .extend(names.flat_map(|name| [name.address, name.address.saturating_add(name.size)]));
        let mut out = Jumps::new();
        for (atom, code) in self.atoms.iter().zip(codes) {
            for (jump, table) in code.iter().flat_map(|code| &code.jumps) {
                let next = starts.range(table.at + 1..).next().copied();
                let end = self.space.area(table.at).map_or(table.at, |area| area.end);
                let end = next.unwrap_or(end).min(end);
                let entries = table.entries(self.space, end).map(|(_, to)| to);
                let inside = |to: &u64| (atom.start..atom.end).contains(to);
                out.insert(*jump, entries.take_while(inside).collect());
            }
        }
        out
    }

    /// Where code may be entered by other means than a jump.
    pub(super) fn callable(
        &self,
        codes: &[Option<Code>],
        elsewhere: &[Reference],
    ) -> BTreeSet<u64> {
        let space = self.space;
        let bit = bit(space);
        let references = codes.iter().flatten().flat_map(|code| &code.references);
        let told = addresses(references.chain(elsewhere).filter(|r| r.how != How::Jump));
        let exported = space.names.iter().filter(|n| n.exported).map(|n| n.address);
        let loader = space.entries().filter(|(tag, _)| matches!(tag, 12 | 13));
        told.chain(exported)
            .chain(loader.map(|(_, value)| value))
            .chain([space.image.header.entry])
            .map(|address| address & !bit)
            .collect()
    }

    pub(super) fn entrances(
        &self,
        codes: &[Option<Code>],
        callable: &BTreeSet<u64>,
    ) -> BTreeMap<usize, Entrances> {
        let mut out: BTreeMap<usize, Entrances> = BTreeMap::new();
        let ways = codes.iter().flatten().flat_map(|code| &code.out);
        self.around
            .effort
            .spend(ways.map(|(_, state)| 16 + state.size()).sum());
        for (target, state) in codes.iter().flatten().flat_map(|code| &code.out) {
            let Some(index) = self.find(*target) else {
                continue;
            };
            let start = self.atoms.get(index).map(|atom| atom.start);
            let called = callable.contains(target);
            // A call hands over no more than whole addresses.
            if called && start == Some(*target) && !state.any_begun() {
                continue;
            }
            let entrances = out.entry(index).or_default();
            let known = entrances.entry(*target).or_insert_with(|| match called {
                true => State::start(true),
                false => state.clone(),
            });
            let state = match called && start == Some(*target) {
                true => &state.called(),
                false => state,
            };
            if known.join(state).is_none() {
                *known = State::unknown();
            }
        }
        // Calls into the middle.
        for reference in codes.iter().flatten().flat_map(|code| &code.references) {
            let (How::Call, Meaning::Address(to)) = (reference.how, &reference.to) else {
                continue;
            };
            if let Some(index) = self.find(*to)
                && self.atoms.get(index).is_some_and(|atom| atom.start != *to)
            {
                let entrances = out.entry(index).or_default();
                entrances.insert(*to, State::unknown());
            }
        }
        // A function that can be called is also entered at its start.
        for (index, entrances) in &mut out {
            let start = self.atoms.get(*index).map_or(0, |atom| atom.start);
            if callable.contains(&start) || !entrances.contains_key(&start) {
                let fresh = State::start(true);
                let state = entrances.entry(start).or_insert_with(|| fresh.clone());
                if state.join(&fresh).is_none() {
                    *state = State::unknown();
                }
            }
        }
        out
    }
}

/// The addresses that references mean.
pub(super) fn addresses<'r>(
    references: impl IntoIterator<Item = &'r Reference>,
) -> impl Iterator<Item = u64> {
    let address = |reference: &Reference| match reference.to {
        Meaning::Address(to) => Some(to),
        Meaning::Page(_) | Meaning::Text(_) => None,
    };
    references.into_iter().filter_map(address)
}

/// The bit of an address of code that says its instruction set.
pub(super) fn bit(space: &Space<'_>) -> u64 {
    match space.machine {
        Machine::Arm => 1,
        Machine::A64 | Machine::Other => 0,
    }
}
