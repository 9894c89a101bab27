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
        let (_, last) = compared.filter(|(register, _)| *register == index)?;
        let count = (last + 1).min(self.bytes.len() as u64 / 4);
        let inside = self.inside(start) && start % 4 == 0;
        inside.then_some(Entries { to, start, count })
    }

    /// Notes where a jump goes that takes an entry of a table: to the address that it holds, or so far from the table.
    pub(super) fn goes_through(&mut self, at: u64, entries: Option<Entries>) {
        let Some(Entries { to, start, count }) = entries else {
            return;
        };
        let jump = match self.mark(at) {
            Mark::T32 => t32::jumps_to(self, at),
            _ => a32::jumps_to(self, at),
        };
        if jump != Some(to) {
            return;
        }
        let places: Vec<u64> = (start..).step_by(4).take(count as usize).collect();
        let target = |place: &u64| {
            let entry = self.word(*place)?;
            let whole = u64::from(entry) & !1;
            let relative = start.wrapping_add_signed(i64::from(entry as i32)) & 0xffff_fffe;
            Some(if to == PC { whole } else { relative })
        };
        let goes = places.iter().filter_map(target).collect();
        self.goes.insert(at, goes);
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
