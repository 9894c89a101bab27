//! What each comparer says of a planted difference.

use crate::specimen::{Library, archive, keys, pair, tree};
use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Level, Owner, RelPath, Tree};

fn only_key(left: &[u8], right: &[u8]) -> (String, Level) {
    let comparison = pair(left, right, &Options::default());
    let found: Vec<_> = comparison
        .unsettled()
        .map(|d| (d.key.to_string(), d.allows))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn unsettled(left: &Library, right: &Library) -> Vec<(String, Level)> {
    let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
    comparison
        .unsettled()
        .map(|d| (d.key.to_string(), d.allows))
        .collect()
}

#[test]
fn text_and_bytes() {
    assert_eq!(
        only_key(b"a\nb\n", b"a\nc\n"),
        ("text.lines".to_owned(), Level::Interface)
    );
    assert_eq!(
        only_key(b"\0\xff1", b"\0\xff2"),
        ("bytes".to_owned(), Level::Interface)
    );
    assert_eq!(
        only_key(b"text", b"\0\xff"),
        ("content.format".to_owned(), Level::Interface)
    );
    let library = Library::default().bytes();
    assert_eq!(
        only_key(b"text", &library),
        ("content.format".to_owned(), Level::Divergent)
    );
}

#[test]
fn code_and_data() {
    let left = Library::default();
    let right = Library {
        text: vec![0; 8],
        ..left.clone()
    };
    assert_eq!(
        unsettled(&left, &right),
        [
            ("elf.section.text.bytes".to_owned(), Level::Interface),
            // `answer` and `question`.
            ("elf.function.changed".to_owned(), Level::Interface),
            ("elf.function.changed".to_owned(), Level::Interface),
        ]
    );
    let right = Library {
        data: vec![9; 4],
        ..left.clone()
    };
    assert_eq!(
        unsettled(&left, &right),
        [("elf.section.data.bytes".to_owned(), Level::Interface)]
    );
}

#[test]
fn the_interface() {
    let left = Library::default();
    let right = Library {
        exports: vec!["answer"],
        ..left.clone()
    };
    let found = unsettled(&left, &right);
    assert!(
        found.contains(&("elf.export".to_owned(), Level::Divergent)),
        "{found:?}"
    );
    let right = Library {
        needed: "libm.so.6",
        ..left.clone()
    };
    let found = unsettled(&left, &right);
    assert!(
        found.contains(&("elf.needed".to_owned(), Level::Divergent)),
        "{found:?}"
    );
    let right = Library {
        machine: 40,
        ..left.clone()
    };
    assert_eq!(
        unsettled(&left, &right),
        [("elf.header.machine".to_owned(), Level::Divergent)]
    );
}

#[test]
fn a_local_symbol() {
    let left = Library::default();
    let right = Library {
        locals: vec![("helper", 0x1000)],
        ..left.clone()
    };
    assert_eq!(
        unsettled(&left, &right),
        [("elf.moved.symbols".to_owned(), Level::Loaded)]
    );
    let gone = Library {
        locals: Vec::new(),
        ..left.clone()
    };
    assert_eq!(
        unsettled(&left, &gone),
        [("elf.symbol.local".to_owned(), Level::Loaded)]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_undecided_unless_it_is_the_same() {
    let library = Library::default().bytes();
    let cut = &library[..library.len() - 10];
    let comparison = pair(cut, &library, &Options::default());
    assert_eq!(comparison.level(), None);
    assert!(comparison.undecided[0].reason.contains("past the end"));
    assert_eq!(
        comparison.coverage.uncovered,
        (cut.len() + library.len()) as u64
    );
    assert_eq!(
        pair(cut, cut, &Options::default()).level(),
        Some(Level::Bits)
    );
}

#[test]
fn an_archive_member_is_a_file_of_its_own() {
    let left = Library::default();
    let right = Library {
        build_id: [9; 20],
        data: vec![0; 4],
        ..left.clone()
    };
    let archives = [left, right].map(|library| archive(&[("a.o", 0, &library.bytes())]));
    let comparison = pair(&archives[0], &archives[1], &Options::default());
    let places: Vec<String> = comparison
        .differences
        .iter()
        .map(|d| d.place.to_string())
        .collect();
    assert_eq!(
        places,
        ["file > a.o > .data", "file > a.o > .note.gnu.build-id"]
    );
    let torn = archive(&[("a.o", 0, b"x")])
        .into_iter()
        .chain(*b"torn")
        .collect::<Vec<u8>>();
    assert_eq!(pair(&torn, &archives[0], &Options::default()).level(), None);
}

#[test]
fn deep_nesting_ends_as_bytes() {
    let nest =
        |inner: &[u8]| (0..40).fold(inner.to_vec(), |content, _| archive(&[("x", 0, &content)]));
    assert_eq!(only_key(&nest(b"1"), &nest(b"2")).1, Level::Interface);
}

/// A tree of a set-user-ID program and a plain file, owned so; the file has an attribute, and a second name if asked.
fn owned(owners: [u32; 2], attribute: Option<&[u8]>, linked: bool) -> Tree {
    let file = |mode| Entry::File {
        mode,
        content: Bytes::from(b"same".to_vec()),
    };
    let path = |name: &str| -> RelPath { name.parse().unwrap() };
    let mut tree = Tree::of([
        (path("file"), file(0o644)),
        (path("file2"), file(0o644)),
        (path("run"), file(0o4755)),
    ]);
    for (name, owner) in ["file", "run"].into_iter().zip(owners) {
        let of = tree.attributes.entry(path(name)).or_default();
        of.owner = Some(Owner {
            user: owner,
            group: 0,
        });
    }
    let of = tree.attributes.entry(path("file")).or_default();
    let attribute = attribute.map(|value| ("security.capability".to_owned(), value.to_vec()));
    of.extended.extend(attribute);
    let of = tree.attributes.entry(path("file2")).or_default();
    of.same_as = linked.then(|| path("file"));
    tree
}

#[test]
fn owners_attributes_and_hard_links_of_a_tree() {
    let keys = |left: &Tree, right: &Tree| -> Vec<(String, bool)> {
        let comparison = compare(left, right, &Options::default());
        let differences = comparison.differences.iter();
        differences
            .map(|d| (format!("{} {}", d.place, d.key), d.settled_by.is_some()))
            .collect()
    };
    let plain = owned([0, 0], None, false);
    assert_eq!(keys(&plain, &owned([0, 0], None, false)), []);
    // Unpacked by a user: set aside, but not for what runs in its owner's name.
    let found = keys(&plain, &owned([1000, 1000], None, false));
    let told = |name: &str, settled| (format!("{name} tree.owner"), settled);
    assert_eq!(found, [told("file", true), told("run", false)]);
    // One user on the left is two on the right.
    let found = keys(&plain, &owned([1000, 0], None, false));
    assert_eq!(found, [told("file", false)]);
    let capable = owned([0, 0], Some(&[1, 0, 0, 2]), false);
    let found = keys(&plain, &capable);
    assert_eq!(found, [("file tree.attribute".to_owned(), false)]);
    assert_eq!(keys(&capable, &capable), []);
    let linked = owned([0, 0], None, true);
    let found = keys(&plain, &linked);
    assert_eq!(found, [("file2 tree.hard-link".to_owned(), false)]);
    assert_eq!(keys(&linked, &linked), []);
}

#[test]
fn the_tree() {
    let file = |mode, content: &[u8]| Entry::File {
        mode,
        content: Bytes::from(content.to_vec()),
    };
    let of = |entries: &[(&str, Entry)]| {
        let entries = entries.iter();
        Tree::of(entries.map(|(path, entry)| (path.parse().unwrap(), entry.clone())))
    };
    let link = |target: &str| Entry::Link {
        target: target.to_owned(),
    };
    let left = of(&[
        ("gone", file(0o644, b"12345")),
        ("kind", Entry::Dir { mode: 0o755 }),
        ("link", link("a")),
        ("mode", file(0o755, b"same")),
        ("same", file(0o644, b"same")),
    ]);
    let right = of(&[
        ("kind", link("x")),
        ("link", link("b")),
        ("mode", file(0o644, b"same")),
        ("new", Entry::Dir { mode: 0o755 }),
        ("same", file(0o644, b"same")),
    ]);
    let comparison = compare(&left, &right, &Options::default());
    let found: Vec<_> = comparison
        .differences
        .iter()
        .map(|d| (d.place.to_string(), d.key.to_string()))
        .collect();
    let expected = [
        ("gone", "tree.only-left"),
        ("kind", "tree.kind"),
        ("link", "tree.link"),
        ("mode", "tree.mode"),
        ("new", "tree.only-right"),
    ];
    assert_eq!(
        found,
        expected.map(|(place, key)| (place.to_owned(), key.to_owned()))
    );
    assert_eq!(comparison.level(), Some(Level::Divergent));
    assert_eq!(comparison.coverage.exact, 16);
    assert_eq!(comparison.coverage.uncovered, 5);
    assert_eq!(comparison.files.len(), 6);
}

#[test]
fn many_differences_are_counted_and_keep_their_level() {
    const NAMES: [&str; 4] = ["a", "b", "c", "d"];
    let locals = |value: u64| {
        NAMES
            .iter()
            .cycle()
            .take(120)
            .map(|n| (*n, value))
            .collect::<Vec<_>>()
    };
    let left = Library {
        locals: locals(1),
        ..Library::default()
    };
    let right = Library {
        locals: Vec::new(),
        ..Library::default()
    };
    let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
    let keys = keys(&comparison);
    assert_eq!(comparison.unsettled().count(), 51);
    assert!(keys.contains(&("elf.more".to_owned(), Level::Loaded, None)));
}

#[test]
fn the_same_is_bits() {
    let content = Library::default().bytes();
    let comparison = compare(&tree(&content), &tree(&content), &Options::default());
    assert_eq!(comparison.level(), Some(Level::Bits));
    assert_eq!(comparison.coverage.exact, 2 * content.len() as u64);
}
