//! Where a shift of addresses came from, if that can be told.

use crate::findings::Findings;
use crate::part::Part;
use crate::rules::note_package;
use crossproof_model::{DiffKey, Level, Pair, Place};
use std::collections::BTreeMap;

/// Alignment may add this much to what a note moves, in bytes.
const PADDING: u64 = 64;

/// A package note on one side only may have moved every address after it. That is a true difference of
/// the code; this says where it came from. Said only if nothing else can have: what stands before the note
/// did not move, and all that moved stands after it, further on by the note's size and some padding.
pub(crate) fn explain(
    findings: &mut Findings,
    place: &Place,
    by_name: &Pair<BTreeMap<&str, &Part<'_>>>,
) {
    let notes = by_name.as_ref().map(note);
    let (with, without, (size, address)) = match (notes.left, notes.right) {
        (Some(note), None) => (&by_name.left, &by_name.right, note),
        (None, Some(note)) => (&by_name.right, &by_name.left, note),
        (None, None) | (Some(_), Some(_)) => return,
    };
    let mut moved = 0;
    for (name, part) in with {
        let other = without.get(name).and_then(|part| part.address);
        let (Some(here), Some(there)) = (part.address, other) else {
            continue;
        };
        let shift = here.wrapping_sub(there);
        if shift == 0 {
            continue;
        }
        let explained = here > address && (size..=size.saturating_add(PADDING)).contains(&shift);
        if !explained {
            return;
        }
        moved += 1;
    }
    if moved == 0 {
        return;
    }
    let shown = notes.map(|note| note.map(|(size, _)| format!("a package note of {size} bytes")));
    let detail = vec![format!(
        "{moved} sections stand after the note and further on by its size"
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

/// The size and address of a side's package note, if it has one.
fn note(parts: &BTreeMap<&str, &Part<'_>>) -> Option<(u64, u64)> {
    let dropped = |part: &&&Part<'_>| part.dropped() && part.rule == Some(&note_package::RULE);
    let part = parts.values().find(dropped)?;
    let size: usize = part.claims.iter().map(ExactSizeIterator::len).sum();
    Some((size as u64, part.address?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::Canon;
    use crossproof_model::Digest;

    /// Whether a note of 0x70 bytes at 0x200 on the right is blamed for these sections' addresses.
    fn blamed(sections: [(u64, u64); 2]) -> bool {
        let part = |name: &'static str, address: u64| {
            let mut part = Part::exact(name, &["elf.section"], vec![0..0x70], Level::Interface);
            part.address = Some(address);
            part
        };
        let left = [part("a", sections[0].0), part("b", sections[1].0)];
        let note = part("note", 0x200).through(Canon::Nothing, Some(&note_package::RULE));
        let right = [part("a", sections[0].1), part("b", sections[1].1), note];
        let by_name = Pair::new(&left[..], &right[..])
            .map(|parts| parts.iter().map(|p| (p.name.as_str(), p)).collect());
        let digest = Digest::of("");
        let mut findings = Findings::exact(Pair::new(&[], &[]), Pair::new(digest, digest));
        explain(&mut findings, &Place::file("x".parse().unwrap()), &by_name);
        !findings.differences.is_empty()
    }

    #[test]
    fn a_note_is_blamed_for_what_it_moved() {
        assert!(blamed([(0x100, 0x100), (0x200, 0x270)]));
        assert!(blamed([(0x100, 0x100), (0x200, 0x280)]));
    }

    #[test]
    fn a_note_is_not_blamed_for_what_it_cannot_have_moved() {
        assert!(!blamed([(0x100, 0x100), (0x300, 0x300)]), "nothing moved");
        assert!(
            !blamed([(0x100, 0x180), (0x300, 0x370)]),
            "something before it moved"
        );
        assert!(!blamed([(0x100, 0x100), (0x300, 0x290)]), "moved back");
        assert!(
            !blamed([(0x100, 0x100), (0x300, 0x3000)]),
            "moved by more than the note"
        );
    }
}
