//! Data among the code: words that it reads, and tables that it jumps through.

use super::*;

/// Bytes before a jump in which the entry that it goes to is loaded, and in which a label is made one of T32.
const ROW: u64 = 16;
const LABEL: u64 = 48;

impl Arm<'_> {
    /// The table of words between the instructions that one of them loads an entry of.
    pub(super) fn table(
        &self,
        at: u64,
        near: Option<(usize, u64)>,
        compared: Option<(usize, u64)>,
    ) -> Option<Entries> {
        let (base, index, to) = match self.mark(at) {
            Mark::T32 => t32::indexed(self, at)?,
            _ => a32::indexed(self, at)?,
        };
        let pc = if self.mark(at) == Mark::T32 { 4 } else { 8 };
        let start = match (base, near) {
            (PC, _) => at + pc,
            (base, Some((register, place))) if register == base => place,
            _ => return None,
        };
        let last = compared.filter(|(register, _)| *register == index);
        let count = last.map(|(_, last)| (last + 1).min(self.bytes.len() as u64 / 4));
        let inside = self.inside(start) && start % 4 == 0;
        let added = false;
        inside.then_some(Entries {
            base,
            to,
            added,
            start,
            count,
        })
    }

    /// What a register is no larger than behind an instruction: a branch leaves the way on if it is larger than the
    /// number it was compared with.
    pub(super) fn bounds(&self, at: u64, compared: Option<(usize, u64)>) -> Option<(usize, u64)> {
        let (register, number) = compared?;
        let branches = matches!(self.step(at)?.next, Next::Maybe(_));
        let condition = match self.mark(at) {
            Mark::T32 => {
                let first = self.half(at)?;
                if first & 0xf000 == 0xd000 {
                    first >> 8 & 15
                } else {
                    first >> 6 & 15
                }
            }
            _ => (self.word(at)? >> 28) as u16,
        };
        match condition {
            _ if !branches => None,
            // HI and CS.
            8 => Some((register, number)),
            2 => Some((register, number.checked_sub(1)?)),
            _ => None,
        }
    }

    /// The same at an instruction that is itself executed under such a condition.
    pub(super) fn within(
        &self,
        at: u64,
        compared: Option<(usize, u64)>,
        bounded: Option<(usize, u64)>,
    ) -> Option<(usize, u64)> {
        let condition = match self.mark(at) {
            Mark::T32 => self.conditional.get(&at).copied(),
            _ => a32::condition(self, at),
        };
        match condition {
            // LS and CC.
            Some(9) => compared,
            Some(3) => {
                compared.and_then(|(register, number)| Some((register, number.checked_sub(1)?)))
            }
            _ => bounded,
        }
    }

    /// Notes where a jump leads over as many branches as its index says, which stand behind it.
    pub(super) fn branches(&mut self, at: u64, within: Option<(usize, u64)>) {
        // ADD pc, pc, rN, LSL #2.
        let word = self.word(at).filter(|_| self.mark(at) == Mark::A32);
        let index = word
            .filter(|word| word & 0x0fff_fff0 == 0x008f_f100)
            .map(|word| word & 15);
        let (Some(index), Some((register, last))) = (index, within) else {
            return;
        };
        let goes: Vec<u64> = (0..=last)
            .map_while(|n| {
                let to = at + 8 + 4 * n;
                self.inside(to).then_some(to)
            })
            .collect();
        if register == index as usize && goes.len() as u64 == last + 1 {
            self.goes.insert(at, goes);
        }
    }

    /// Whether a jump to what a register says leads to a different function, as far as what stands before it shows.
    pub(super) fn is_tail_call(&self, at: u64) -> bool {
        let register = match self.mark(at) {
            Mark::T32 => t32::exchanged(self, at),
            _ => a32::exchanged(self, at),
        };
        let row = |register: usize| {
            let places = (at.saturating_sub(ROW).max(self.start)..at).step_by(2);
            places.into_iter().any(|place| {
                let indexed = match self.mark(place) {
                    Mark::T32 => t32::indexed(self, place),
                    _ => a32::indexed(self, place),
                };
                indexed.is_some_and(|(_, _, to)| to == register)
            })
        };
        // The address of a function says itself which instructions it has.
        let label = |register: usize| {
            let places = (at.saturating_sub(LABEL).max(self.start)..at).step_by(2);
            let orr = 0xf040_0001 | (register as u32) << 16 | (register as u32) << 8;
            self.mark(at) == Mark::T32
                && places
                    .into_iter()
                    .any(|place| self.pair(place) == Some(orr))
        };
        register.is_some_and(|register| !row(register) && !label(register) && !self.computed(at))
    }

    /// The entry behind an instruction that adds it to where its table stands.
    pub(super) fn added(&self, at: u64, entries: Option<Entries>) -> Option<Entries> {
        let entries = entries.filter(|entries| !entries.added)?;
        let (to, one, other) = match self.mark(at) {
            Mark::T32 => t32::adds(self, at)?,
            _ => a32::adds(self, at)?,
        };
        let (base, entry) = (entries.base, entries.to);
        let both = (one, other) == (base, entry) || (one, other) == (entry, base);
        both.then_some(Entries {
            to,
            added: true,
            ..entries
        })
    }

    /// Whether a place in this function, which is no table that was followed, is used with a number that is not known.
    pub(super) fn reads_unknown_table(&self, at: u64, state: &State) -> bool {
        let thumb = self.mark(at) == Mark::T32;
        let place = |register: usize| match state.get(register) {
            _ if register == PC => Some(if thumb { (at + 4) & !3 } else { at + 8 }),
            Some(Held::Address(place)) => Some(place),
            _ => None,
        };
        let strange = |register: usize| {
            let place = place(register).filter(|place| self.inside(*place));
            place.is_some_and(|place| !self.tables.contains(&place))
        };
        let (indexed, used) = match thumb {
            true => (t32::indexed(self, at), 0),
            false => (a32::indexed(self, at), a32::reckons_with(self, at)),
        };
        indexed.is_some_and(|(base, _, _)| strange(base))
            || (0..PC).any(|register| used >> register & 1 == 1 && strange(register))
    }

    /// Whether an address may be one of this file, as seen from a place in it.
    fn near_by(&self, address: u64, from: u64) -> bool {
        const FAR: u64 = 1 << 24;
        match &self.around.fixed {
            Some(fixed) => fixed.contains(&address),
            None => address.abs_diff(from) < FAR,
        }
    }

    /// Whether it loads one of a row of words.
    fn indexes(&self, at: u64) -> bool {
        match self.mark(at) {
            Mark::T32 => t32::indexed(self, at).is_some(),
            _ => a32::indexed(self, at).is_some(),
        }
    }

    /// Notes where a jump goes that takes an entry of a table: to the address that it holds, or so far from the table.
    pub(super) fn goes_through(&mut self, at: u64, entries: Option<Entries>) {
        let Some(Entries {
            to,
            added,
            start,
            count,
            ..
        }) = entries
        else {
            return;
        };
        let jump = match self.mark(at) {
            Mark::T32 => t32::jumps_to(self, at),
            _ => a32::jumps_to(self, at),
        };
        // Nothing but the word itself is loaded into the program counter; what a register holds was added to.
        if jump != Some(to) || added == (to == PC && self.indexes(at)) {
            return;
        }
        let target = |place: u64| {
            let entry = self.word(place)?;
            let whole = u64::from(entry) & !1;
            let relative = start.wrapping_add_signed(i64::from(entry as i32)) & 0xffff_fffe;
            Some(if added { relative } else { whole })
        };
        // It ends with the number that its index was compared with, or where the first of its targets behind it begins.
        let (mut places, mut goes, mut end) = (Vec::new(), Vec::new(), u64::MAX);
        let mut lead_behind = Vec::new();
        for place in (start..).step_by(4) {
            let enough = count.is_some_and(|count| places.len() as u64 >= count);
            let Some(to) = target(place).filter(|_| place < end && !enough) else {
                break;
            };
            // Compilers fill in the function's end for values that cannot occur.
            let behind = to == self.start + self.bytes.len() as u64;
            if !self.inside(to) && !behind {
                // Instructions lead far away as entries; what may be an entry leads out of the function.
                if count.is_some() || self.near_by(to, start) {
                    return;
                }
                break;
            }
            end = end.min(if to > place { to } else { end });
            places.push(place);
            goes.push(to);
            lead_behind.extend((behind && !added).then_some(place));
        }
        if goes.is_empty() {
            return;
        }
        self.goes.insert(at, goes);
        self.tables.insert(start);
        self.behind.extend(lead_behind);
        self.pool
            .extend(places.into_iter().flat_map(|at| [at, at + 2]));
    }

    /// Forgets tables that a comparison ended too soon: where marks tell code from data, what stands behind a table is
    /// code, a word that an instruction loads, or what fills a word.
    pub(super) fn forget_short_tables(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        let ends_well = |end: u64| {
            let begins = self.tables.contains(&end) || self.jumps.contains_key(&end);
            let filled = |at: u64| self.half(at).is_none_or(|half| half == 0);
            self.mark(end) != Mark::Data
                || !self.inside(end)
                || self.pool.contains(&end)
                || begins
                || end % 4 == 2 && filled(end) && self.mark(end + 2) != Mark::Data
                || end % 4 == 2 && filled(end) && self.pool.contains(&(end + 2))
        };
        let short: Vec<u64> = (self.jumps.iter())
            .filter(|(_, end)| !ends_well(**end))
            .map(|(start, _)| *start)
            .collect();
        let long = |start: &u64| {
            let mut end = *start;
            while self.pool.contains(&end) {
                end += 2;
            }
            ends_well(end)
        };
        let words: Vec<u64> = (self.tables.iter().copied())
            .filter(|start| !long(start))
            .collect();
        for start in short {
            self.jumps.remove(&start);
        }
        for start in words {
            self.tables.remove(&start);
            self.goes
                .retain(|at, _| !(start.saturating_sub(64)..start).contains(at));
        }
    }

    /// Notes what an instruction reads from beside the code through a register that an instruction shortly before set
    /// to that place; the register that it sets to one itself.
    pub(super) fn reads_near(
        &mut self,
        at: u64,
        near: Option<(usize, u64)>,
    ) -> Option<(usize, u64)> {
        let (makes, reads) = match self.mark(at) {
            Mark::T32 => (t32::near(self, at), t32::loads(self, at)),
            Mark::A32 => (a32::near(self, at), a32::loads(self, at)),
            Mark::Data => return None,
        };
        if let (Some((register, place)), Some((base, offset, size))) = (near, reads)
            && register == base
        {
            let from = place.wrapping_add_signed(offset) & !1;
            let halves = (from..from.wrapping_add(size)).step_by(2);
            let halves: Vec<u64> = halves.filter(|half| self.inside(*half)).collect();
            self.pool.extend(halves);
        }
        makes
    }

    /// The words that a load from beside the code reads.
    pub(super) fn loads(&self, at: u64) -> impl Iterator<Item = u64> {
        let read = match self.mark(at) {
            Mark::T32 => t32::read_beside(self, at),
            Mark::A32 => a32::read_beside(self, at),
            Mark::Data => None,
        };
        let read = read.filter(|(from, _)| self.inside(*from));
        let halves = read.map(|(from, size)| (from & !1..from + u64::from(size)).step_by(2));
        halves.into_iter().flatten()
    }
}
