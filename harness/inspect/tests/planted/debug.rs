//! What debug information says differently, named so that a person can act on it.

use crate::specimen::{Library, keys, pair};
use crossproof_inspect::{Options, PathMap};
use crossproof_model::Level;
use gimli::write::{AttributeValue, DwarfUnit, EndianVec, Sections};
use gimli::{Encoding, Format, LittleEndian, SectionId, constants};

/// A table of one set, which points into the second unit at `unit`.
fn set(unit: u32, between: &[u8], rest: &[u8]) -> Vec<u8> {
    let body = [&2_u16.to_le_bytes(), &unit.to_le_bytes()[..], between, rest].concat();
    [&(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// Two units whose name and folder stand in them, the folder of the first being `folder`, so that where the
/// second begins hangs on its length; and tables that point to the second one's child `child`.
fn two_units(folder: &str, child: &str) -> Library {
    // A unit with a name and a folder, and a variable with a name in it.
    let abbreviations = [
        &[1, 0x11, 1, 0x03, 0x08, 0x1b, 0x08, 0, 0][..],
        &[2, 0x34, 0, 0x03, 0x08, 0, 0, 0],
    ];
    let unit = |name: &str, folder: &str| {
        let head = [&4_u16.to_le_bytes()[..], &[0, 0, 0, 0, 8]].concat();
        let root = [&[1], name.as_bytes(), &[0], folder.as_bytes(), &[0]].concat();
        let variables = [&[2][..], b"one\0", &[2], b"two\0", &[0]].concat();
        let body = [head, root, variables].concat();
        [(body.len() as u32).to_le_bytes().to_vec(), body].concat()
    };
    let (first, second) = (unit("a.c", folder), unit("b.c", "/"));
    let at = first.len() as u32;
    let size = (second.len() as u32).to_le_bytes();
    let entry = if child == "one" { 18_u32 } else { 23 };
    let name = [&entry.to_le_bytes()[..], child.as_bytes(), &[0; 5]].concat();
    let tuples = [[0; 4], [0x10; 4], [0; 4], [4, 0, 0, 0], [0; 4]].concat();
    Library {
        debug: vec![
            (".debug_info", [first, second].concat()),
            (".debug_abbrev", abbreviations.concat()),
            (
                ".debug_aranges",
                set(at, &[8, 0], &[&tuples[..], &[0; 16]].concat()),
            ),
            (".debug_pubnames", set(at, &size, &name)),
        ],
        ..Library::default()
    }
}

#[test]
fn tables_for_looking_up_are_compared_by_what_they_point_at() {
    let options = Options {
        map: PathMap::new([("/usr/t/include", "/usr/include/t/of/another/length")]),
        ..Options::default()
    };
    let left = two_units("/usr/include/t/of/another/length", "two");
    let right = two_units("/usr/t/include", "two");
    let unsettled = |left: &Library, right: &Library| {
        let comparison = pair(&left.bytes(), &right.bytes(), &options);
        let mut found = keys(&comparison);
        found.retain(|(_, _, rule)| rule.is_none());
        found.into_iter().map(|(key, _, _)| key).collect::<Vec<_>>()
    };
    assert_eq!(unsettled(&left, &right), [""; 0]);
    // Another entry, another address, and what points nowhere.
    let other = two_units("/usr/t/include", "one");
    assert_eq!(
        unsettled(&left, &other),
        ["dwarf.section.debug_pubnames.bytes"]
    );
    for (table, at, key) in [
        (2, 20, "dwarf.section.debug_aranges.bytes"),
        (2, 6, "dwarf.section.debug_aranges.bytes"),
        (3, 6, "dwarf.section.debug_pubnames.bytes"),
        (3, 10, "dwarf.section.debug_pubnames.bytes"),
        (3, 18, "dwarf.section.debug_pubnames.bytes"),
    ] {
        let mut other = right.clone();
        other.debug[table].1[at] ^= 1;
        assert_eq!(unsettled(&left, &other), [key], "table {table}, byte {at}");
    }
}

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

#[test]
fn a_long_string_named_again_and_again_is_not_believed() {
    // A variable whose name is a place in one long string; DWARF 4, a unit without name.
    let abbreviations = [&[1, 0x11, 1, 0, 0][..], &[2, 0x34, 0, 0x03, 0x0e, 0, 0, 0]];
    let library = |letter: u8| {
        let head = [&4_u16.to_le_bytes()[..], &[0, 0, 0, 0, 8, 1]].concat();
        let named = (0..20_000_u32).flat_map(|at| [vec![2], at.to_le_bytes().to_vec()].concat());
        let body: Vec<u8> = head.into_iter().chain(named).chain([0]).collect();
        let mut long = vec![letter; 1 << 20];
        long.push(0);
        Library {
            debug: vec![
                (
                    ".debug_info",
                    [(body.len() as u32).to_le_bytes().to_vec(), body].concat(),
                ),
                (".debug_abbrev", abbreviations.concat()),
                (".debug_str", long),
            ],
            ..Library::default()
        }
    };
    let (left, right) = (library(b'a').bytes(), library(b'b').bytes());
    let comparison = pair(&left, &right, &Options::default());
    assert_eq!(
        keys(&comparison),
        [("dwarf.unparsed".to_owned(), Level::Loaded, None)]
    );
    let detail = comparison.differences[0].detail.concat();
    assert!(detail.contains("more than is believed"), "{detail}");
}

/// Debug sections of a unit that declares structures, each with its name and members.
fn structures(all: &[(&str, &[&str])]) -> Library {
    let encoding = Encoding {
        format: Format::Dwarf32,
        version: 5,
        address_size: 8,
    };
    let mut dwarf = DwarfUnit::new(encoding);
    let unit = &mut dwarf.unit;
    let root = unit.root();
    let text = |text: &str| AttributeValue::String(text.as_bytes().to_vec());
    unit.get_mut(root).set(constants::DW_AT_name, text("a.c"));
    for (name, members) in all {
        let structure = unit.add(root, constants::DW_TAG_structure_type);
        unit.get_mut(structure)
            .set(constants::DW_AT_name, text(name));
        for member in *members {
            let entry = unit.add(structure, constants::DW_TAG_member);
            unit.get_mut(entry).set(constants::DW_AT_name, text(member));
        }
        let pointer = unit.add(root, constants::DW_TAG_pointer_type);
        let of = AttributeValue::UnitRef(structure);
        unit.get_mut(pointer).set(constants::DW_AT_type, of);
    }
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections).unwrap();
    let mut debug = Vec::new();
    let each = |id: SectionId, section: &EndianVec<LittleEndian>| {
        debug.push((id.name(), section.slice().to_vec()));
        Ok::<_, ()>(())
    };
    sections.for_each(each).unwrap();
    Library {
        debug,
        ..Library::default()
    }
}

#[test]
fn a_declaration_more_does_not_make_the_others_differ() {
    let left = structures(&[("one", &["a"]), ("two", &["b"]), ("three", &["c"])]);
    let right = structures(&[
        ("new", &["n"]),
        ("one", &["a"]),
        ("two", &["b", "d"]),
        ("three", &["c"]),
    ]);
    let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
    let told = comparison
        .differences
        .iter()
        .filter(|d| d.key.as_str().starts_with("dwarf.declaration."));
    let told: Vec<String> = told
        .map(|d| format!("{} {}", d.key, d.place.inside.last().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "dwarf.declaration.only-right pointer_type of structure_type new",
            "dwarf.declaration.only-right structure_type new",
            "dwarf.declaration.changed structure_type two",
        ]
    );
    assert_eq!(comparison.level(), Some(Level::Loaded));
}
