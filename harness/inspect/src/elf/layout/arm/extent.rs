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
        loop {
            let later = self.reach(start, work, &mut seen);
            reached = seen
                .last()
                .map_or(reached, |(_, after)| reached.max(*after));
            let behind = self.behind(reached, end);
            let inside = |to: &u64| {
                *to < reached
                    || Some(*to) == behind && !self.thunk_at(*to)
                    || self.comes_back(start, *to)
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
        while let Some(at) = work.pop_first() {
            let Some(step) = self
                .step(at)
                .filter(|_| at >= start && self.inside(at) && !self.is_data(at))
            else {
                continue;
            };
            let after = at + step.length.max(2);
            if !seen.insert((at, after)) {
                continue;
            }
            match step.next {
                Next::Maybe(to) => work.extend([after, to]),
                Next::To(to) => {
                    later.insert(to);
                }
                Next::On | Next::Call(_) | Next::Perhaps { .. } => {
                    work.insert(after);
                }
                Next::Elsewhere { .. } | Next::Stop => {}
            }
            work.extend(self.jumps(at).into_iter().flatten());
        }
        later
    }

    /// Whether code that is jumped to leads back to what stands between there and the function's start.
    pub(super) fn comes_back(&self, start: u64, to: u64) -> bool {
        let mut seen = BTreeSet::new();
        let later = self.reach(start, BTreeSet::from([to]), &mut seen);
        let mut places = seen.iter().map(|(at, _)| *at).chain(later);
        places.any(|at| at > start && at < to)
    }

    /// The first instruction at or behind an address that is neither data nor fills room.
    pub(super) fn behind(&self, from: u64, end: u64) -> Option<u64> {
        let mut at = from;
        while at < end {
            let from = usize::try_from(at - self.start).ok()?;
            match self.bytes.get(from..)? {
                _ if self.is_data(at) => at += 2,
                [0, 0, ..] | [0xd4, 0xd4, ..] => at += 2,
                _ if self.fills(at) => at += self.step(at)?.length,
                _ => return Some(at),
            }
        }
        None
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
