//! Causes in the code itself: its size, and what moved it.

use super::{Clues, Found, count};
use crossproof_model::{Difference, Pair};
use std::collections::BTreeSet;

/// From which growth on code is taken to be compiled without optimization.
const GROWTH: f64 = 1.3;

/// The sizes that a section header of each side names.
fn sizes(difference: &Difference) -> Option<Pair<u64>> {
    let size = |text: &Option<String>| {
        let (_, rest) = text.as_deref()?.split_once(" size 0x")?;
        u64::from_str_radix(rest.split(' ').next()?, 16).ok()
    };
    Some(Pair::new(size(&difference.left)?, size(&difference.right)?))
}

/// The code of one side is much larger than that of the other.
pub(super) fn optimization_lost<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let header = |key: &str| key.starts_with("elf.section.text") && key.ends_with(".header");
    let mut evidence = clues.with(header);
    evidence.retain(|difference| sizes(difference).is_some_and(|sizes| !sizes.same()));
    let mut total = Pair::new(0_u64, 0_u64);
    for sizes in evidence.iter().filter_map(|difference| sizes(difference)) {
        total.left = total.left.saturating_add(sizes.left);
        total.right = total.right.saturating_add(sizes.right);
    }
    let larger = if total.left > total.right {
        clues.names.left
    } else {
        clues.names.right
    };
    let growth = total.left.max(total.right) as f64 / total.left.min(total.right).max(1) as f64;
    if growth < GROWTH {
        return None;
    }
    let files: BTreeSet<_> = evidence.iter().map(|d| &d.place.path).collect();
    let sentence = format!(
        "code is {growth:.2} times as large on the {larger} ({} against {} bytes in {}): probably compiled \
         without optimization there",
        grouped(total.left),
        grouped(total.right),
        count(files.len(), "file")
    );
    Some(Found {
        sentence,
        remedy: "look for -O2 in the build log of both sides; a cross recipe's own flags often replace the usual ones".to_owned(),
        evidence,
    })
}

/// `1970556` as `1,970,556`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A package note on one side only moved what stands behind it.
pub(super) fn package_note<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let evidence = clues.with(|key| key == "elf.note-package.shift");
    let side = clues.only(evidence.first()?)?;
    let files: BTreeSet<_> = evidence.iter().map(|d| &d.place.path).collect();
    Some(Found {
        sentence: format!(
            "a package note on the {side} only moved the addresses behind it in {}",
            count(files.len(), "file")
        ),
        remedy: "link the note on both sides or on neither; it may come with the C library's start files".to_owned(),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{Specimen, difference, said};
    use super::*;

    fn text(left: u64, right: u64) -> Specimen {
        let header = |size| format!("type 0x1 addr 0x0 entsize 0 size {size:#x} offset 0x40");
        difference("elf.section.text.header")
            .left(&header(left))
            .right(&header(right))
    }

    #[test]
    fn code_that_grew_lost_its_optimization() {
        let (sentence, _) = said(optimization_lost, [text(1_194_988, 1_970_556)]).unwrap();
        assert!(sentence.starts_with("code is 1.65 times as large on the cross (1,194,988 against 1,970,556 bytes in 1 file)"), "{sentence}");
        assert!(
            said(optimization_lost, [text(200, 100)])
                .unwrap()
                .0
                .contains("on the native")
        );
    }

    #[test]
    fn code_that_grew_a_little_did_not() {
        assert_eq!(said(optimization_lost, [text(1000, 1299)]), None);
        assert_eq!(said(optimization_lost, [text(0, 0)]), None);
        assert_eq!(said(optimization_lost, []), None);
    }

    #[test]
    fn the_side_with_the_note_is_named() {
        let note = difference("elf.note-package.shift").right("a package note of 124 bytes");
        assert!(
            said(package_note, [note])
                .unwrap()
                .0
                .contains("on the cross only")
        );
    }
}
