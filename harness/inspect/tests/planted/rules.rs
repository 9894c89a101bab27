//! What each rule settles, and what it must not.

use crate::specimen::{Library, archive, keys, pair};
use crossproof_inspect::{Options, PathMap, RuleSet, normalized_digest};
use crossproof_model::Level;

fn options() -> Options {
    Options {
        map: PathMap::new([("/usr/t/include", "/usr/include/t")]),
        ..Options::default()
    }
}

/// Both libraries are the same by `rule` (and, where a section moved, by the section table's) and by
/// nothing else; without it they are not.
fn settled_by(rule: &str, left: &Library, right: &Library) {
    let comparison = pair(&left.bytes(), &right.bytes(), &options());
    assert_eq!(
        comparison.level(),
        Some(Level::Metadata),
        "{:?}",
        comparison.differences
    );
    let fired: Vec<String> = comparison.rules.keys().map(|r| r.id.clone()).collect();
    assert!(fired.iter().any(|id| id == rule), "{fired:?}");
    let plain = ["elf.section-table", "elf.symtab-order", rule];
    assert!(
        fired.iter().all(|id| plain.contains(&id.as_str())),
        "{fired:?}"
    );
    let digest = |library: &Library| normalized_digest(&library.bytes(), &options()).unwrap();
    assert_eq!(digest(left), digest(right));

    let without = Options {
        rules: RuleSet::default().without(rule).unwrap(),
        ..options()
    };
    let comparison = pair(&left.bytes(), &right.bytes(), &without);
    assert!(
        comparison.level() < Some(Level::Metadata),
        "{rule}: {:?}",
        keys(&comparison)
    );
}

fn level(left: &Library, right: &Library) -> Option<Level> {
    pair(&left.bytes(), &right.bytes(), &options()).level()
}

#[test]
fn build_id() {
    let left = Library::default();
    let right = Library {
        build_id: [8; 20],
        ..left.clone()
    };
    settled_by("elf.build-id", &left, &right);
    let other = Library {
        data: vec![1, 2, 3, 5],
        ..right
    };
    assert_eq!(level(&left, &other), Some(Level::Interface));
}

/// The library with Go's build-id where GNU's is: both notes have names of four bytes.
fn of_go(id: &[u8; 20]) -> Vec<u8> {
    let gnu = [7; 20];
    let mut bytes = Library::default().bytes();
    let note = [&[4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0][..], b"GNU\0", &gnu].concat();
    let at = bytes.windows(note.len()).position(|window| window == note);
    let at = at.expect("the note");
    bytes[at + 8] = 4;
    bytes[at + 12..at + 16].copy_from_slice(b"Go\0\0");
    bytes[at + 16..at + 36].copy_from_slice(id);
    bytes
}

#[test]
fn go_build_id() {
    let left = of_go(b"abcdefghi/0123456789");
    let with = |id| pair(&left, &of_go(id), &options());
    let settled = with(b"ABC_-fghi/9876543210");
    assert_eq!(settled.level(), Some(Level::Metadata));
    let fired: Vec<&str> = settled.rules.keys().map(|rule| rule.id.as_str()).collect();
    assert_eq!(fired, ["elf.go-build-id"]);
    for other in [
        b"abcdefgh/i0123456789",
        b"abcdefghi/01234/6789",
        b"abcdefghi/01234.6789",
        b"abcdefghi/0123456\0\0\0",
    ] {
        assert_eq!(with(other).level(), Some(Level::Interface), "{other:?}");
    }
    let without = Options {
        rules: RuleSet::default().without("elf.go-build-id").unwrap(),
        ..options()
    };
    let right = of_go(b"ABCDEFGHI/9876543210");
    assert_eq!(
        pair(&left, &right, &without).level(),
        Some(Level::Interface)
    );
}

#[test]
fn package_note() {
    let left = Library::default();
    let note = Some(r#"{"type":"deb"}"#);
    let right = Library {
        package_note: note,
        ..left.clone()
    };
    settled_by("elf.note-package", &left, &right);
    settled_by(
        "elf.note-package",
        &right,
        &Library {
            package_note: Some("{}"),
            ..left.clone()
        },
    );
    let other = Library {
        text: vec![0; 8],
        ..right
    };
    assert_eq!(level(&left, &other), Some(Level::Interface));
}

#[test]
fn comment() {
    let left = Library::default();
    let right = Library {
        comment: "GCC: (Debian 14.2.0-19cross1)",
        ..left.clone()
    };
    settled_by("elf.comment", &left, &right);
    // The same change in data that are mapped is no comment.
    let mapped = |text: &str| Library {
        data: text.as_bytes().to_vec(),
        ..left.clone()
    };
    assert_eq!(
        level(&mapped("GCC: 14"), &mapped("GCC: 15")),
        Some(Level::Interface)
    );
}

#[test]
fn debug_link() {
    let left = Library {
        debug_link: Some("ab.debug\0\0\0\0abcd"),
        ..Library::default()
    };
    let right = Library {
        debug_link: Some("cd.debug\0\0\0\0efgh"),
        ..left.clone()
    };
    settled_by("elf.debuglink", &left, &right);
    settled_by("elf.debuglink", &left, &Library::default());
    let other = Library {
        needed: "libm.so.6",
        ..right
    };
    assert_eq!(level(&left, &other), Some(Level::Divergent));
}

#[test]
fn path_map() {
    let left = Library::default();
    let right = Library {
        folder: "/usr/t/include",
        ..left.clone()
    };
    settled_by("dwarf.path-map", &left, &right);
    // A path the map does not name, and a string that is no path.
    let other = Library {
        folder: "/usr/t/headers",
        ..left.clone()
    };
    assert_eq!(level(&left, &other), Some(Level::Loaded));
    let other = Library {
        producer: "GNU C17 14.2.0 -O0",
        ..left.clone()
    };
    let comparison = pair(&left.bytes(), &other.bytes(), &options());
    assert_eq!(
        keys(&comparison),
        [("dwarf.producer".to_owned(), Level::Loaded, None)]
    );
    let shown = comparison.differences.first().and_then(|d| d.right.clone());
    assert_eq!(shown.as_deref(), Some("GNU C17 14.2.0 -O0"));
}

#[test]
fn symbol_order() {
    let left = Library {
        locals: vec![("a", 0x1000), ("b", 0x1004)],
        ..Library::default()
    };
    let right = Library {
        locals: vec![("b", 0x1004), ("a", 0x1000)],
        ..left.clone()
    };
    settled_by("elf.symtab-order", &left, &right);
    // The same table, but the names changed places in the string table beside it.
    let swapped = Library {
        locals: vec![("b", 0x1000), ("a", 0x1004)],
        ..left.clone()
    };
    let comparison = pair(&left.bytes(), &swapped.bytes(), &options());
    assert_eq!(comparison.level(), Some(Level::Loaded));
    let keys: Vec<_> = comparison.unsettled().map(|d| d.key.as_str()).collect();
    assert_eq!(keys, ["elf.moved.symbols"]);
}

#[test]
fn llvm_suffix() {
    let with = |locals: &[(&'static str, u64)]| Library {
        locals: locals.to_vec(),
        ..Library::default()
    };
    let left = with(&[("fmt.llvm.1234567", 0x1000), ("fmt.llvm.89", 0x1004)]);
    let right = with(&[
        ("fmt.llvm.5", 0x1000),
        ("fmt.llvm.18446744073709551615", 0x1004),
    ]);
    settled_by("elf.llvm-suffix", &left, &right);
    // Another name before the number, another address, a number that another compiler appends, and none at all.
    let others = [
        ("fnt.llvm.5", 0x1000),
        ("fmt.llvm.5", 0x1001),
        ("fmt.constprop.5", 0x1000),
        ("fmt.llvm.", 0x1000),
        ("fmt.llvm.*", 0x1000),
    ];
    for other in others {
        let other = with(&[other, ("fmt.llvm.89", 0x1004)]);
        assert_eq!(level(&left, &other), Some(Level::Loaded), "{other:?}");
    }
    // What others may bind by name keeps its whole name.
    let exporting = |name| Library {
        exports: vec!["answer", name],
        ..Library::default()
    };
    let comparison = level(&exporting("fmt.llvm.1"), &exporting("fmt.llvm.2"));
    assert_eq!(comparison, Some(Level::Divergent));
}

#[test]
fn section_table() {
    // A comment that grows moves everything behind it.
    let left = Library::default();
    let right = Library {
        comment: "GCC: (Debian 14.2.0-19) and much more than before",
        ..left.clone()
    };
    let comparison = pair(&left.bytes(), &right.bytes(), &options());
    assert_eq!(comparison.level(), Some(Level::Metadata));
    let fired: Vec<String> = comparison.rules.keys().map(ToString::to_string).collect();
    assert_eq!(fired, ["elf.comment@1", "elf.section-table@1"]);
    let only = RuleSet::only(["elf.comment"]).unwrap();
    let strict = Options {
        rules: only,
        ..options()
    };
    let comparison = pair(&left.bytes(), &right.bytes(), &strict);
    assert_eq!(comparison.level(), Some(Level::Loaded));
    // An appended byte is not padding: a program may read it from its own file.
    let mut longer = left.bytes();
    longer.push(1);
    assert_eq!(
        pair(&left.bytes(), &longer, &options()).level(),
        Some(Level::Interface)
    );
}

#[test]
fn archive_headers() {
    let object = Library::default().bytes();
    let left = archive(&[("a.o", 1, &object), ("b.txt", 1, b"text")]);
    let right = archive(&[("a.o", 2, &object), ("b.txt", 3, b"text")]);
    let comparison = pair(&left, &right, &options());
    assert_eq!(
        keys(&comparison),
        [(
            "ar.headers.bytes".to_owned(),
            Level::Metadata,
            Some("ar.headers@3".to_owned())
        )]
    );
    // Whoever takes the member out would run it as its owner, or could not take it out.
    for mode in [b"104755  ", b"zzz     "] {
        let mut odd = left.clone();
        odd[8 + 40..8 + 48].copy_from_slice(mode);
        assert_eq!(
            pair(&left, &odd, &options()).level(),
            Some(Level::Interface)
        );
    }
    let swapped = archive(&[("b.txt", 1, b"text"), ("a.o", 1, &object)]);
    assert_eq!(
        pair(&left, &swapped, &options()).level(),
        Some(Level::Interface)
    );
    let fewer = archive(&[("a.o", 1, &object)]);
    assert_eq!(
        pair(&left, &fewer, &options()).level(),
        Some(Level::Divergent)
    );
}
