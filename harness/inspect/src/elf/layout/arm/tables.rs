//! Data among the code: words that it reads, and tables that it jumps through.

use super::*;

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
            goes.extend((!behind).then_some(to));
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
