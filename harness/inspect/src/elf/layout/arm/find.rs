//! One way through code, which finds the data in it and how it jumps through tables.

use super::*;

impl Arm<'_> {
    /// Where branches and jumps through tables lead in the code itself.
    pub(super) fn joins(&self) -> BTreeSet<u64> {
        let mut joins = BTreeSet::new();
        let mut at = self.start;
        while let Some(step) = self.step(at) {
            match step.next {
                Next::Maybe(to) | Next::To(to) => _ = joins.insert(to),
                Next::Elsewhere { .. } | Next::Perhaps { .. } => {
                    joins.extend(self.jumps(at).into_iter().flatten());
                }
                _ => {}
            }
            at += step.length.max(2);
        }
        joins
    }

    /// Finds data among the code, and where jumps through tables of it lead. Behind the places in `joins` nothing is
    /// known of what stands before.
    pub(super) fn find(&mut self, joins: &BTreeSet<u64>) {
        let code = self;
        // Pools and tables stand behind the code that reads them, so one way through finds them in time.
        let mut at = code.start;
        let mut conditional: Vec<u8> = Vec::new();
        let mut compared: Option<Recent<(usize, u64)>> = None;
        // No larger than that, as a branch has made sure.
        let mut bounded: Option<Recent<(usize, u64)>> = None;
        let mut near: Option<Recent<(usize, u64)>> = None;
        let mut entries: Option<Recent<Entries>> = None;
        while let Some(step) = code.step(at) {
            if joins.contains(&at) {
                (compared, bounded, near, entries) = (None, None, None, None);
            }
            if !code.is_data(at) {
                if let Some(condition) = conditional.pop() {
                    code.conditional.insert(at, condition);
                }
                let words: Vec<u64> = code.loads(at).collect();
                code.pool.extend(words);
                let t32 = code.mark(at) == Mark::T32;
                let made = code.reads_near(at, Recent::get(near));
                let sets = match t32 {
                    true => t32::may_set(code, at),
                    false => a32::may_set(code, at),
                };
                let lost = |register: usize| sets >> register & 1 == 1;
                let kept = near.filter(|near| !lost(near.known.0));
                near = Recent::next(kept, made, if t32 { 4 } else { 32 });
                let within = code.within(at, Recent::get(compared), Recent::get(bounded));
                let table = code.table(at, Recent::get(near), within);
                let table = table.or(code.added(at, Recent::get(entries)));
                let kept = entries.filter(|of| !lost(of.known.to) && !lost(of.known.base));
                entries = Recent::next(kept, table, if t32 { 4 } else { 32 });
                code.goes_through(at, Recent::get(entries));
                code.branches(at, within);
                let kept = bounded.filter(|of| !lost(of.known.0));
                let made = code.bounds(at, Recent::get(compared));
                bounded = Recent::next(kept, made, 16);
                let flags = code.sets_flags(at);
                let kept = compared.filter(|of| !lost(of.known.0) && !flags);
                compared = Recent::next(kept, code.compared(at), 16);
                if code.mark(at) == Mark::T32 {
                    code.jumps.extend(t32::jump_table(code, at, within));
                    conditional = t32::conditions(code, at).unwrap_or(conditional);
                }
            }
            at += step.length.max(2);
        }
    }
}
