//! Which registers each function may change.

use super::*;

/// Which registers each function may change, itself or through what it calls.
pub(super) fn changes(ends: &[(u64, Ends)], effort: &Effort) -> BTreeMap<u64, u32> {
    let mut changes: BTreeMap<u64, u32> = (ends.iter()).map(|(at, e)| (*at, e.writes)).collect();
    loop {
        let mut grown = false;
        for (at, ends) in ends {
            let known = changes.get(at).copied().unwrap_or(u32::MAX);
            let inner = ends.called.iter().chain(&ends.out);
            let falls = ends.ends.last() == Some(&End::Falls);
            let all = inner.fold(known, |all, to| {
                all | changes.get(to).copied().unwrap_or(u32::MAX)
            });
            let all = if falls { u32::MAX } else { all };
            if all != known {
                changes.insert(*at, all);
                grown = true;
            }
        }
        let looked = ends.iter().map(|(_, e)| 2 + e.called.len() + e.out.len());
        if !grown || !effort.spend(4 * looked.sum::<usize>()) {
            return changes;
        }
    }
}
