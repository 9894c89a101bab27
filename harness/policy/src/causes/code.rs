//! Causes in the code itself: its size, and what moved it.

use super::linkage::is_entry;
use super::{Clues, Found, count, subject};
use crossproof_model::comparison::Functions;
use crossproof_model::{Difference, Pair};
use std::collections::BTreeSet;

/// From which growth on code is taken to be compiled without optimization.
const GROWTH: f64 = 1.3;

/// Sections smaller than this, in bytes, grow by a function more or less: that says nothing.
const ENOUGH: u64 = 4096;
/// Functions that changed and are altogether smaller than this, in bytes, say nothing by their size.
const ENOUGH_CHANGED: u64 = 512;

/// The sizes that a section header of each side names.
fn sizes(difference: &Difference) -> Option<Pair<u64>> {
    let size = |text: &Option<String>| {
        let (_, rest) = text.as_deref()?.split_once(" size 0x")?;
        u64::from_str_radix(rest.split(' ').next()?, 16).ok()
    };
    Some(Pair::new(size(&difference.left)?, size(&difference.right)?))
}

/// The sizes of a function on each side: `96 bytes` and `160 bytes`.
fn function_sizes(difference: &Difference) -> Option<Pair<u64>> {
    let size = |text: &Option<String>| text.as_deref()?.strip_suffix(" bytes")?.parse().ok();
    Some(Pair::new(size(&difference.left)?, size(&difference.right)?))
}

/// The code of one side is much larger than that of the other, function by function, or, since other
/// optimization also splits and merges functions, section by section where most functions are not the same; and it
/// keeps its variables on the stack, as code does that was not optimized: vectors, unrolled loops and checks make code
/// larger, too.
pub(super) fn optimization_lost<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    // What counts calls or checks accesses makes code larger as well, and keeps its numbers on the stack.
    const BESIDE: [&str; 5] = ["gcov", "asan", "tsan", "sanitizer", "__cyg_profile"];
    let about = clues.with(|key| key.starts_with("elf."));
    if about
        .iter()
        .any(|d| BESIDE.iter().any(|name| subject(d).contains(name)))
    {
        return None;
    }
    let mut functions = clues.with(|key| key == "elf.function.changed");
    functions.retain(|function| !is_entry(function));
    if let Some(found) = grown(clues, functions, function_sizes, "changed functions")
        && larger(&found, function_sizes) >= ENOUGH_CHANGED
        && on_the_stack(clues, &found, function_sizes)
    {
        return Some(found);
    }
    let header = |key: &str| key.starts_with("elf.section.text") && key.ends_with(".header");
    let found = grown(clues, clues.with(header), sizes, "code")?;
    let enough = larger(&found, sizes) >= ENOUGH;
    (enough && most_functions_differ(clues) && on_the_stack(clues, &found, sizes)).then_some(found)
}

/// Lines of listings that must be seen before they say how code treats its variables.
const ENOUGH_LINES: usize = 24;

/// Whether the code of the side on which it is larger reads and writes the stack in three instructions of ten and
/// twice as often as that of the other, as far as listings show it.
fn on_the_stack(
    clues: &Clues<'_>,
    found: &Found<'_>,
    sizes: fn(&Difference) -> Option<Pair<u64>>,
) -> bool {
    let pairs = || found.evidence.iter().filter_map(|d| sizes(d));
    let total =
        |side: fn(&Pair<u64>) -> u64| pairs().map(|pair| side(&pair)).fold(0, u64::saturating_add);
    let right = total(|pair| pair.right) > total(|pair| pair.left);
    let count = |mark: char| {
        let functions = clues.with(|key| key == "elf.function.changed");
        let lines = functions.into_iter().flat_map(|d| &d.detail);
        let lines: Vec<&str> = lines.filter_map(|line| line.strip_prefix(mark)).collect();
        let stack = lines.iter().filter(|line| {
            let mnemonic = line.split_whitespace().next().unwrap_or_default();
            let moves = mnemonic.starts_with("ldr")
                || mnemonic.starts_with("str")
                || mnemonic.starts_with("ldu");
            moves
                && ["[sp", "[x29", "[fp", "[r7", "[r11"]
                    .iter()
                    .any(|base| line.contains(base))
        });
        (stack.count(), lines.len())
    };
    let (large, small) = match right {
        true => (count('+'), count('-')),
        false => (count('-'), count('+')),
    };
    let twice = large.0 * small.1.max(1) >= 2 * small.0 * large.1;
    large.1 >= ENOUGH_LINES && large.0 * 10 >= large.1 * 3 && twice
}

/// What a finding's evidence comes to, in bytes, on the side where each is larger.
fn larger(found: &Found<'_>, sizes: fn(&Difference) -> Option<Pair<u64>>) -> u64 {
    let pairs = found.evidence.iter().filter_map(|d| sizes(d));
    pairs
        .map(|pair| pair.left.max(pair.right))
        .fold(0, u64::saturating_add)
}

/// Whether fewer functions are the same than are not; also where none were told apart.
fn most_functions_differ(clues: &Clues<'_>) -> bool {
    let mut all = Functions::default();
    let files = clues.comparison.files.values();
    files
        .filter_map(|file| file.functions.as_ref())
        .for_each(|functions| all.add(functions));
    all.same <= all.changed + all.only.left + all.only.right
}

/// What is much larger on one side, if most of it is larger on that side.
fn grown<'a>(
    clues: &Clues<'a>,
    mut evidence: Vec<&'a Difference>,
    sizes: fn(&Difference) -> Option<Pair<u64>>,
    what: &str,
) -> Option<Found<'a>> {
    evidence.retain(|difference| sizes(difference).is_some_and(|sizes| !sizes.same()));
    let all: Vec<Pair<u64>> = evidence
        .iter()
        .filter_map(|difference| sizes(difference))
        .collect();
    let total = |side: fn(&Pair<u64>) -> u64| all.iter().map(side).fold(0, u64::saturating_add);
    let total = Pair::new(total(|pair| pair.left), total(|pair| pair.right));
    let growth = total.left.max(total.right) as f64 / total.left.min(total.right).max(1) as f64;
    let right = total.right > total.left;
    let with = all
        .iter()
        .filter(|pair| (pair.right > pair.left) == right)
        .count();
    if growth < GROWTH || with * 3 < all.len() * 2 {
        return None;
    }
    let larger = if right {
        clues.names.right
    } else {
        clues.names.left
    };
    let files: BTreeSet<_> = evidence.iter().map(|d| &d.place.path).collect();
    let sentence = format!(
        "{what} {} {growth:.2} times as large on the {larger} ({} against {} bytes in {}): probably compiled \
         without optimization there",
        if what.ends_with('s') { "are" } else { "is" },
        grouped(total.left),
        grouped(total.right),
        count(files.len(), "file")
    );
    Some(Found {
        sentence,
        remedy: "look for -O2 in the build log of both sides; a cross recipe's own flags often replace the \
                 usual ones"
            .to_owned(),
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
    use super::super::specimen::{Specimen, comparison, difference, listing, said};
    use super::*;
    use crossproof_model::comparison::FileReport;

    fn text(left: u64, right: u64) -> Specimen {
        let header = |size| format!("type 0x1 addr 0x0 entsize 0 size {size:#x} offset 0x40");
        difference("elf.section.text.header")
            .left(&header(left))
            .right(&header(right))
    }

    #[test]
    fn code_that_grew_lost_its_optimization() {
        let (sentence, _) = said(
            optimization_lost,
            [text(1_194_988, 1_970_556), listing(false, true)],
        )
        .unwrap();
        let begins = "code is 1.65 times as large on the cross (1,194,988 against 1,970,556 bytes in 1 file)";
        assert!(sentence.starts_with(begins), "{sentence}");
        let (sentence, _) = said(
            optimization_lost,
            [text(20_000, 10_000), listing(true, false)],
        )
        .unwrap();
        assert!(sentence.contains("on the native"), "{sentence}");
    }

    #[test]
    fn larger_code_that_keeps_nothing_on_the_stack_is_optimized() {
        for (left, right) in [(false, false), (true, true), (true, false)] {
            let found = [text(10_000, 20_000), listing(left, right)];
            assert_eq!(said(optimization_lost, found), None, "{left} {right}");
        }
        assert_eq!(
            said(optimization_lost, [text(10_000, 20_000)]),
            None,
            "nothing shows it"
        );
    }

    #[test]
    fn code_that_grew_a_little_or_is_little_did_not() {
        assert_eq!(said(optimization_lost, [text(10_000, 12_999)]), None);
        assert_eq!(said(optimization_lost, [text(300, 392)]), None);
        assert_eq!(said(optimization_lost, [text(0, 0)]), None);
        assert_eq!(said(optimization_lost, []), None);
    }

    #[test]
    fn functions_say_more_than_sections() {
        let function = |left: u64, right: u64| {
            let one = difference("elf.function.changed").at("main");
            one.left(&format!("{left} bytes"))
                .right(&format!("{right} bytes"))
        };
        let (sentence, _) = said(
            optimization_lost,
            [
                function(600, 1000),
                function(400, 900),
                function(100, 90),
                listing(false, true),
            ],
        )
        .unwrap();
        let begins =
            "changed functions are 1.81 times as large on the cross (1,100 against 1,990 bytes";
        assert!(sentence.starts_with(begins), "{sentence}");
        let one_grew = || {
            [
                function(100, 9000),
                function(600, 500),
                function(600, 500),
                listing(false, true),
            ]
        };
        assert_eq!(said(optimization_lost, one_grew()), None, "most did not");
        assert_eq!(
            said(optimization_lost, [function(12, 16), listing(false, true)]),
            None,
            "a little"
        );
        let sections = one_grew().into_iter().chain([text(10_000, 20_000)]);
        let (sentence, _) = said(optimization_lost, sections).unwrap();
        assert!(sentence.starts_with("code is 2.00 times"), "{sentence}");
    }

    #[test]
    fn code_most_of_which_is_the_same_was_only_added_to() {
        let mut comparison = comparison([text(10_000, 20_000), listing(false, true)]);
        let functions = |same| Functions {
            same,
            changed: 10,
            ..Functions::default()
        };
        for (same, told) in [(9, true), (11, false)] {
            let file = FileReport {
                raw: Pair::new(None, None),
                normalized: Pair::new(None, None),
                level: None,
                format: "elf".to_owned(),
                functions: Some(functions(same)),
            };
            comparison.files.insert("f".parse().unwrap(), file);
            let names = Pair::new("native", "cross");
            let clues = Clues {
                comparison: &comparison,
                names,
                apart: Default::default(),
            };
            assert_eq!(optimization_lost(&clues).is_some(), told);
        }
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
