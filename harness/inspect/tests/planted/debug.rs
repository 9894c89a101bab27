//! What debug information says differently, named so that a person can act on it.

use crate::specimen::{Library, pair};
use crossproof_inspect::Options;
use crossproof_model::Level;

#[test]
fn a_unit_of_another_name_is_the_same_unit_renamed() {
    let left = Library {
        source: "old.c",
        ..Library::default()
    };
    let right = Library {
        source: "new.c",
        ..Library::default()
    };
    for (left, right) in [(&left, &right), (&right, &left)] {
        let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
        let [one] = comparison.differences.as_slice() else {
            panic!("{:?}", comparison.differences)
        };
        assert_eq!(one.key.to_string(), "dwarf.attribute.name");
        assert_eq!(one.left.as_deref(), Some(left.source));
        assert_eq!(one.right.as_deref(), Some(right.source));
        assert_eq!(comparison.level(), Some(Level::Loaded));
        // Neither side's name is preferred in its place either.
        assert_eq!(one.place.inside[1], "new.c");
    }
}

#[test]
fn options_that_only_one_producer_had_are_told() {
    let left = Library {
        producer: "GNU C17 14.2.0 -march=armv8-a -g -O2 -fPIC",
        ..Library::default()
    };
    let right = Library {
        producer: "GNU C17 14.2.0 -march=armv8-a -g -fPIC -fno-common",
        ..Library::default()
    };
    let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
    let unsettled: Vec<_> = comparison.unsettled().collect();
    let [one] = unsettled.as_slice() else {
        panic!("{unsettled:?}")
    };
    assert_eq!(one.key.to_string(), "dwarf.producer");
    assert_eq!(one.detail, ["--O2", "+-fno-common"]);
}
