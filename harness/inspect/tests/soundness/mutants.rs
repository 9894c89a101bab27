//! A few thousand mutants of small files, judged as `examples/mutate` judges those of real ones.

use crate::chance::Chance;
use crate::judge::{self, Pair};
use crate::ledger::Ledger;
use crate::specimen::{Library, archive};
use crossproof_inspect::Options;
use crossproof_model::Level;

fn pairs() -> Vec<Pair> {
    let native = Library::default();
    let cross = Library {
        build_id: [9; 20],
        comment: "GCC: (Debian 14.2.0-19cross1)",
        package_note: Some(r#"{"type":"deb"}"#),
        debug_link: Some("ab.debug\0\0\0\0abcd"),
        ..native.clone()
    };
    let members = |library: &Library, time| {
        archive(&[("a.o", time, &library.bytes()), ("t", time, b"text\n")])
    };
    let both = |name: &str, left: Vec<u8>, right: Vec<u8>| Pair {
        name: name.to_owned(),
        machine: "aarch64".to_owned(),
        left,
        right,
    };
    let script = b"#!/bin/sh\nset -e\nexec prog \"$@\"\n".to_vec();
    vec![
        both("library", native.bytes(), cross.bytes()),
        both("archive", members(&native, 1), members(&cross, 2)),
        both("script", script.clone(), script),
        both("data", vec![0, 1, 2, 255], vec![0, 1, 2, 255]),
    ]
}

#[test]
fn no_mutant_that_a_program_can_see_is_accepted() {
    let options = Options::default();
    let mut ledger = Ledger::default();
    for (number, pair) in pairs().iter().enumerate() {
        let told = judge::level(&pair.left, &pair.right, &options);
        assert!(told.level() >= Some(Level::Metadata), "{}", pair.name);
        ledger = ledger.absorb(judge::mutate(pair, 20, Chance(number as u64), &options));
    }
    assert_eq!(ledger.broken, Vec::<String>::new(), "{}", ledger.markdown());
    let made = ledger.machines.values().sum::<u64>();
    let rows = ledger.rows.values().flat_map(|row| row.accepted.values());
    let accepted: u64 = rows.map(|(count, _)| count).sum();
    assert!(made > 2000, "{made} mutants");
    assert!(
        accepted > 20,
        "{accepted} accepted: the rules have nothing to do"
    );
}
