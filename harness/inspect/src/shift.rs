//! Where a shift of addresses came from, if that can be told.

use crate::findings::Findings;
use crate::part::Part;
use crate::rules::note_package;
use crossproof_model::{DiffKey, Level, Pair, Place};
use std::collections::BTreeMap;

/// A package note on one side only may have moved every address after it. That is a true difference of
/// the code; this says where it came from.
pub(crate) fn explain(
    findings: &mut Findings,
    place: &Place,
    by_name: &Pair<BTreeMap<&str, &Part<'_>>>,
) {
    let note = |parts: &BTreeMap<&str, &Part<'_>>| {
        let part = parts
            .values()
            .find(|p| p.dropped() && p.rule == Some(&note_package::RULE));
        part.map(|p| p.claims.iter().map(ExactSizeIterator::len).sum::<usize>())
    };
    let notes = by_name.as_ref().map(note);
    if notes.left.is_some() == notes.right.is_some() {
        return;
    }
    let mut shifts: BTreeMap<i64, usize> = BTreeMap::new();
    for (name, part) in &by_name.left {
        let other = by_name.right.get(name).and_then(|p| p.address);
        if let (Some(left), Some(right)) = (part.address, other)
            && left != right
        {
            *shifts.entry(right.wrapping_sub(left) as i64).or_default() += 1;
        }
    }
    let Some((shift, count)) = shifts
        .iter()
        .max_by_key(|(shift, count)| (**count, shift.unsigned_abs()))
    else {
        return;
    };
    let shown = notes.map(|size| size.map(|size| format!("a package note of {size} bytes")));
    let detail = vec![format!(
        "{count} sections stand {} bytes {} on the right",
        shift.unsigned_abs(),
        if *shift > 0 { "further" } else { "earlier" }
    )];
    let key = DiffKey::of(["elf.note-package.shift"]);
    findings.differ(
        key,
        place.within("program headers"),
        shown,
        detail,
        Level::Interface,
    );
}
