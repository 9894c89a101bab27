//! Functions that never come back: of libraries, and those that end in calling such.

use super::*;

impl Reader<'_, '_> {
    /// Functions that never come back: some of libraries say so, and those of this file do not in which nothing
    /// goes back, nor goes on with anything that might. What ends by calling itself, or each other, never comes
    /// back either: whichever came back first would need an instruction to do so. If `believing`, so is what ends
    /// with any call: a compiler puts nothing behind it only if it knows that.
    pub(super) fn never_back(&self, read: &[(u64, Ends)], believing: bool) -> BTreeSet<u64> {
        let stubs = self.atoms.iter().filter(|atom| atom.stub);
        let stubs = stubs.filter(|atom| atom.name.as_deref().is_some_and(never_returns));
        let libraries: BTreeSet<u64> = stubs.map(|atom| atom.start).collect();
        // Of this file, and with an instruction that goes back.
        let back: BTreeSet<u64> = (read.iter().filter(|(_, e)| e.goes_back))
            .map(|(start, _)| *start)
            .collect();
        let mut left: Vec<&(u64, Ends)> = read.iter().filter(|(_, e)| !e.returns).collect();
        let mut gone = libraries.clone();
        gone.extend(left.iter().map(|(start, _)| *start));
        loop {
            let ended = |end: &End| match end {
                End::Stops => true,
                End::Falls => false,
                End::Calls(to) => believing && !back.contains(to) || gone.contains(to),
            };
            let before = left.len();
            left.retain(|(_, e)| {
                e.ends.iter().all(ended) && e.out.iter().all(|to| gone.contains(to))
            });
            gone = libraries.clone();
            gone.extend(left.iter().map(|(start, _)| *start));
            if left.len() == before || !self.around.effort.spend(8 * before) {
                return gone;
            }
        }
    }

    /// How each function ends, by where it starts.
    pub(super) fn ends(&self) -> Vec<(u64, Ends)> {
        let read = |index| {
            let ends = |code: &dyn Decode, start, end| {
                flow::ends(code, start, end, &self.pads_in(start, end))
            };
            let (ends, _) = self.decoded(index, ends)?;
            Some((self.atoms.get(index)?.start, ends))
        };
        let all = (0..self.atoms.len()).into_par_iter();
        all.filter_map(read).collect()
    }
}
