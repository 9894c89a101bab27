//! Symbol tables in a different order, with what names symbols by index: `indices/build.sh` makes the files.

use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Tree};

/// The keys of what is not settled between two of the files.
fn keys(left: &str, right: &str) -> Vec<String> {
    let tree = |name: &str| {
        let path = format!("{}/tests/indices/{name}", env!("CARGO_MANIFEST_DIR"));
        let content = Bytes::from(std::fs::read(path).unwrap());
        let mode = 0o644;
        Tree::of([("file".parse().unwrap(), Entry::File { mode, content })])
    };
    let comparison = compare(&tree(left), &tree(right), &Options::default());
    assert!(comparison.undecided.is_empty());
    let mut keys: Vec<String> = comparison.unsettled().map(|d| d.key.to_string()).collect();
    keys.dedup();
    keys
}

#[test]
fn significant_addresses_are_those_of_the_same_symbols() {
    assert_eq!(keys("addrsig.o", "addrsig-followed.o"), [""; 0]);
    assert_eq!(keys("addrsig.o", "addrsig-left-alone.o"), ["elf.addrsig"]);
}

#[test]
fn symbols_of_one_name_keep_their_order() {
    let found = keys("repeated.o", "repeated-exchanged.o");
    // The source file that each is of stands before it.
    assert_eq!(found, ["elf.symbol.local", "elf.symbol.local-order"]);
}

#[test]
fn what_an_object_wants_of_others_keeps_its_order() {
    let found = keys("wants-bar.o", "wants-foo.o");
    assert_eq!(found, ["elf.symbol.undefined-order"]);
}

#[test]
fn notes_that_a_symbol_leads_into_are_compared() {
    assert_eq!(keys("note-1", "note-2"), [""; 0]);
    assert!(!keys("note-read-1", "note-read-2").is_empty());
}

#[test]
fn relocations_that_a_linker_kept_are_of_the_same_symbols() {
    assert_eq!(keys("linked", "linked-followed"), [""; 0]);
    assert_eq!(keys("linked", "linked-left-alone"), ["elf.relocation"]);
}
