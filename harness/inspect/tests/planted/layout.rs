//! Code and data that moved, and such as did not only move.

use crate::specimen::{Library, pair};
use crossproof_inspect::Options;
use crossproof_model::{Comparison, Level};

const RET: u32 = 0xd65f_03c0;

/// A library of functions of one instruction each, in this order.
fn library(functions: &[(&'static str, u32)]) -> Vec<u8> {
    Library {
        exports: functions.iter().map(|(name, _)| *name).collect(),
        text: functions
            .iter()
            .flat_map(|(_, word)| word.to_le_bytes())
            .collect(),
        locals: Vec::new(),
        ..Library::default()
    }
    .bytes()
}

fn compared(left: &[u8], right: &[u8]) -> Comparison {
    pair(left, right, &Options::default())
}

/// A branch over this many instructions.
fn branch(words: i32) -> u32 {
    0x1400_0000 | (words as u32 & 0x03ff_ffff)
}

fn keys(comparison: &Comparison) -> Vec<String> {
    let named = comparison
        .differences
        .iter()
        .filter(|d| d.key.as_str().starts_with("elf.function"));
    named
        .map(|d| format!("{} {}", d.key, d.place.inside.join(" > ")))
        .collect()
}

#[test]
fn functions_in_another_order_are_the_same_functions() {
    let left = library(&[
        ("start", RET),
        ("answer", branch(1)),
        ("question", branch(-2)),
    ]);
    let right = library(&[
        ("start", RET),
        ("question", branch(-1)),
        ("answer", branch(-1)),
    ]);
    let comparison = compared(&left, &right);
    assert_eq!(
        comparison.level(),
        Some(Level::Layout),
        "{:#?}",
        comparison.differences
    );
    assert_eq!(keys(&comparison), Vec::<String>::new());
}

#[test]
fn a_function_that_calls_another_one_has_changed() {
    let left = library(&[
        ("start", RET),
        ("answer", branch(1)),
        ("question", branch(-2)),
    ]);
    // `answer` goes to `start` now.
    let right = library(&[
        ("start", RET),
        ("question", branch(-1)),
        ("answer", branch(-2)),
    ]);
    let comparison = compared(&left, &right);
    assert_eq!(comparison.level(), Some(Level::Interface));
    assert_eq!(keys(&comparison), ["elf.function.changed .text > answer"]);
    let changed = comparison
        .differences
        .iter()
        .find(|d| d.key.as_str() == "elf.function.changed");
    let lines = &changed.unwrap().detail;
    assert!(lines.contains(&"-b <question>".to_owned()), "{lines:?}");
    assert!(lines.contains(&"+b <start>".to_owned()), "{lines:?}");
}

#[test]
fn an_instruction_more_is_named_with_its_function() {
    let left = library(&[("start", RET), ("answer", RET)]);
    let right = library(&[("start", RET), ("answer", 0xd503_201f)]);
    assert_eq!(
        keys(&compared(&left, &right)),
        ["elf.function.changed .text > answer"]
    );
}

#[test]
fn a_function_on_one_side_is_named() {
    let library = |locals: Vec<(&'static str, u64)>, text: &[u32]| {
        Library {
            text: text.iter().flat_map(|word| word.to_le_bytes()).collect(),
            locals,
            ..Library::default()
        }
        .bytes()
    };
    let left = library(vec![("helper", 0x1008)], &[RET, RET, 0x5280_0020, RET]);
    let right = library(Vec::new(), &[RET, RET]);
    let found = keys(&compared(&left, &right));
    assert!(
        found.contains(&"elf.function.only-left .text > helper".to_owned()),
        "{found:?}"
    );
}
