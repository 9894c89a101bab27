//! How far a function reaches, and what stands behind its end.

use super::*;

impl Arm<'_> {
    /// Whether it does nothing but make an address and jump there.
    pub(in super::super) fn is_thunk(&self) -> bool {
        self.leads.is_some()
    }

    /// Where code begins that nothing in the function at `start` goes to: behind all that is reached from there,
    /// the words that it reads, and what fills the room. A jump over that is one to a different function, unless it
    /// comes back.
    pub(in super::super) fn unreached(&self, start: u64) -> Option<u64> {
        let end = self.start + self.bytes.len() as u64;
        let mut work = BTreeSet::from([start]);
        let mut seen = BTreeSet::new();
        let mut reached = start;
        let mut tried = None;
        loop {
            let later = self.reach(start, work, &mut seen);
            reached = seen
                .last()
                .map_or(reached, |(_, after)| reached.max(*after));
            // Words beside the code are those of one function.
            let read = seen.iter().flat_map(|(at, _)| self.loads(*at));
            reached = read.fold(reached, |reached, half| reached.max(half + 2));
            let behind = self.behind(reached, end);
            // What only a register says is behind it goes on in the same frame.
            let blindly = behind.filter(|to| !self.pushes_link(*to) && self.goes_on(start, &seen));
            if let Some(to) = blindly.filter(|to| tried != Some(*to)) {
                tried = Some(to);
                work = BTreeSet::from([to]);
                continue;
            }
            // Handlers of what its calls throw are its own.
            let throws = |(_, calls): &(&u64, &Vec<Range<u64>>)| {
                let inside = |range: &Range<u64>| {
                    let first = seen.range((range.start, 0)..).next();
                    first.is_some_and(|(at, _)| *at < range.end)
                };
                calls.iter().any(inside)
            };
            let pads = self.around.pads.iter().filter(throws).map(|(pad, _)| *pad);
            let pads = pads.filter(|pad| *pad >= start && self.inside(*pad));
            let untold = |at: &u64| seen.range((*at, 0)..=(*at, u64::MAX)).next().is_none();
            let pads: BTreeSet<u64> = pads.filter(untold).collect();
            if !pads.is_empty() {
                work = pads;
                continue;
            }
            let own: BTreeSet<u64> = seen.iter().map(|(at, _)| *at).collect();
            let inside = |to: &u64| {
                *to < reached
                    || Some(*to) == behind && !self.thunk_at(*to) && self.continues(start, *to)
                    || self.comes_back(start, *to, &own)
            };
            work = later.into_iter().filter(|to| inside(to)).collect();
            work.retain(|to| {
                *to >= start && seen.range((*to, 0)..=(*to, u64::MAX)).next().is_none()
            });
            if work.is_empty() {
                return behind;
            }
        }
    }

    /// Goes wherever code goes on behind `start`, and notes each instruction and what stands behind it; where it jumps to for good.
    pub(super) fn reach(
        &self,
        start: u64,
        mut work: BTreeSet<u64>,
        seen: &mut BTreeSet<(u64, u64)>,
    ) -> BTreeSet<u64> {
        let mut later = BTreeSet::new();
        let known = seen.len();
        while let Some(at) = work.pop_first() {
            let Some(step) = self
                .step(at)
                .filter(|_| at >= start && self.inside(at) && !self.is_data(at))
            else {
                continue;
            };
            // What linkers fill room with.
            if self.word(at) == Some(0xd4d4_d4d4) {
                continue;
            }
            let after = at + step.length.max(2);
            if !seen.insert((at, after)) {
                continue;
            }
            match step.next {
                Next::Maybe(to) => work.extend([after, to]),
                Next::To(to) => {
                    later.insert(to);
                }
                // Behind a call that does not come back the next function may begin.
                Next::Call(Some(to))
                    if self.around.gone.contains(&to) && !self.continues(start, after) => {}
                Next::Call(_) if self.pushes_link(after) => {}
                Next::On | Next::Trap | Next::Call(_) | Next::MayCall(_) | Next::Perhaps { .. } => {
                    work.insert(after);
                }
                Next::Elsewhere { .. } | Next::Stop => {}
            }
            // Where the last place that a table leads to begins as functions do, it stands for values that cannot occur.
            let goes = self.jumps(at).unwrap_or_default();
            let last = goes.iter().max().filter(|to| self.pushes_link(**to));
            work.extend(goes.iter().filter(|to| Some(*to) != last));
        }
        self.around.effort.spend(8 * (seen.len() - known) + 16);
        later
    }

    /// Whether code that is jumped to leads back into the function, behind its start.
    pub(super) fn comes_back(&self, start: u64, to: u64, own: &BTreeSet<u64>) -> bool {
        let mut seen = BTreeSet::new();
        let later = self.reach(start, BTreeSet::from([to]), &mut seen);
        let back = |at: &u64| *at > start && *at < to;
        // Jumped to for good from there may be a different function in between.
        seen.iter().any(|(at, _)| back(at)) || later.iter().any(|at| back(at) && own.contains(at))
    }

    /// The first instruction at or behind an address that is neither data nor fills room.
    pub(super) fn behind(&self, from: u64, end: u64) -> Option<u64> {
        let mut at = from;
        while at < end {
            let offset = usize::try_from(at - self.start).ok()?;
            match self.bytes.get(offset..)? {
                _ if self.is_data(at) => at += 2,
                [0, 0, ..] | [0xd4, 0xd4, ..] => at += 2,
                _ if self.fills(at) => at += self.step(at)?.length,
                // What fills room ends where a word does: half of one belongs to an instruction.
                _ => return Some((at & !3).max(from)),
            }
        }
        None
    }

    /// Whether what stands behind a call that does not come back belongs to the same function, as where its compiler
    /// did not know: it leads back into it, or takes off the stack what it did not put there.
    fn continues(&self, start: u64, at: u64) -> bool {
        let (mut seen, mut work) = (BTreeSet::new(), vec![at]);
        while let Some(at) = work.pop() {
            let Some(step) = self
                .step(at)
                .filter(|_| self.inside(at) && !self.is_data(at))
            else {
                continue;
            };
            if seen.len() > 64 || !seen.insert(at) {
                continue;
            }
            let after = at + step.length.max(2);
            match step.next {
                Next::Maybe(to) => work.extend([after, to]),
                Next::To(to) => work.push(to),
                Next::On | Next::Trap | Next::Call(_) | Next::MayCall(_) | Next::Perhaps { .. } => {
                    work.push(after)
                }
                Next::Elsewhere { .. } | Next::Stop => {}
            }
        }
        let pushes = seen.iter().any(|at| self.pushes_link(*at));
        let pops = seen.iter().any(|at| self.pops(*at));
        seen.iter().any(|to| (start..at).contains(to)) || !pushes && pops
    }

    /// Whether a function that keeps where to go back to on the stack jumps to what only a register says before it
    /// takes that off again: to a place of its own.
    fn goes_on(&self, start: u64, seen: &BTreeSet<(u64, u64)>) -> bool {
        let mut first = seen.iter().map(|(at, _)| *at).skip_while(|at| *at < start);
        let frame = first.by_ref().take(4).any(|at| self.pushes_link(at));
        let blind = |at: u64| {
            let table = Next::Elsewhere { table: true };
            let elsewhere = self.step(at).is_some_and(|step| step.next == table);
            elsewhere && self.jumps(at).is_none() && !self.pops_before(at)
        };
        frame && seen.iter().any(|(at, _)| blind(*at))
    }

    /// Whether an instruction shortly before takes words off the stack.
    fn pops_before(&self, at: u64) -> bool {
        (at.saturating_sub(24)..at)
            .step_by(2)
            .any(|at| self.pops(at))
    }

    /// Whether the instruction at an address takes words off the stack.
    fn pops(&self, at: u64) -> bool {
        let word = self.word(at).unwrap_or_default();
        match self.mark(at) {
            Mark::T32 => {
                word & 0xfe00 == 0xbc00 || word & 0xffff == 0xe8bd || word & 0xffff == 0xf85d
            }
            _ => word & 0x0fff_0000 == 0x08bd_0000 || word & 0x0fff_0fff == 0x049d_0004,
        }
    }

    /// Whether code that begins at `start` may go back to its caller, or where nothing says.
    pub(in super::super) fn returns(&self, start: u64) -> bool {
        let mut seen = BTreeSet::new();
        let mut later = self.reach(start, BTreeSet::from([start]), &mut seen);
        loop {
            let own = |to: &u64| self.inside(*to) && !self.around.gone.contains(to);
            let new: BTreeSet<u64> = later.iter().copied().filter(own).collect();
            let before = seen.len();
            if later
                .iter()
                .any(|to| !self.inside(*to) && !self.around.gone.contains(to))
            {
                return true;
            }
            later = self.reach(start, new, &mut seen);
            if seen.len() == before {
                break;
            }
        }
        seen.iter().any(|(at, after)| {
            let next = self.step(*at).map(|step| step.next);
            matches!(next, Some(Next::Elsewhere { .. } | Next::Perhaps { .. }))
                && self.jumps(*at).is_none()
                || *after >= self.start + self.bytes.len() as u64
                    && !matches!(next, Some(Next::Stop | Next::To(_) | Next::Call(Some(_))))
        })
    }

    /// Whether the instruction at an address saves where to go back to, as functions begin.
    fn pushes_link(&self, at: u64) -> bool {
        let word = self.word(at).unwrap_or_default();
        match self.mark(at) {
            Mark::T32 => word & 0xff00 == 0xb500 || word & 0x4000_ffff == 0x4000_e92d,
            _ => word & 0xffff_4000 == 0xe92d_4000 || word & 0x0fff_ffff == 0x052d_e004,
        }
    }

    /// Whether what linkers put in between a call and what is called stands at an address.
    pub(super) fn thunk_at(&self, at: u64) -> bool {
        // MOVW and MOVT to ip.
        match (self.mark(at), self.word(at), self.word(at + 4)) {
            (Mark::T32, Some(low), Some(high)) => {
                low & 0x8f00_fbf0 == 0x0c00_f240 && high & 0x8f00_fbf0 == 0x0c00_f2c0
            }
            (_, Some(low), Some(high)) => {
                low & 0xfff0_f000 == 0xe300_c000 && high & 0xfff0_f000 == 0xe340_c000
            }
            _ => false,
        }
    }

    /// Where the code ends, and what fills the room up to the next function begins.
    pub(in super::super) fn end(&self) -> u64 {
        let end = self.start + self.bytes.len() as u64;
        let pool = self.pool.last().map_or(self.start, |half| half + 2);
        let tables = self.jumps.values().max().copied();
        let used = tables.map_or(pool, |table| table.max(pool));
        let (mut at, mut reached) = (self.start, self.start);
        while let Some(step) = self.step(at).filter(|_| at < end) {
            let after = at + step.length.max(2);
            let rest = usize::try_from(at - self.start).ok();
            let rest = rest
                .and_then(|from| self.bytes.get(from..))
                .unwrap_or_default();
            // Zeros are instructions where more of them follows.
            let nothing =
                matches!(rest, [0 | 0xd4, ..]) && rest.iter().all(|b| Some(b) == rest.first());
            if self.is_data(at) || !(self.fills(at) || nothing) {
                reached = after;
            }
            at = after;
        }
        reached.max(used).min(end)
    }
}
