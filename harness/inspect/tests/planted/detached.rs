//! Debug information in files of its own: which stands for which, and what it tells of the stripped file.

use crate::specimen::{Library, TEXT, keys};
use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Level, Tree};

fn tree(files: &[(&str, &Library)]) -> Tree {
    let mut tree = Tree::default();
    for (path, library) in files {
        let content = Bytes::from(library.bytes());
        let parts: Vec<&str> = path.split('/').collect();
        for depth in 1..parts.len() {
            let folder = parts[..depth].join("/");
            let entry = Entry::Dir { mode: 0o755 };
            tree.entries.insert(folder.parse().unwrap(), entry);
        }
        let mode = 0o644;
        let entry = Entry::File { mode, content };
        tree.entries.insert(path.parse().unwrap(), entry);
    }
    tree
}

fn with_id(byte: u8) -> Library {
    Library {
        build_id: [byte; 20],
        ..Library::default()
    }
}

pub fn debug_path(byte: u8) -> String {
    let rest = format!("{byte:02x}").repeat(19);
    format!("usr/lib/debug/.build-id/{byte:02x}/{rest}.debug")
}

/// Keys of what is not settled, and ids of the rules that settle the rest.
fn outcome(left: &Tree, right: &Tree) -> (Vec<String>, Vec<String>) {
    let comparison = compare(left, right, &Options::default());
    let (mut open, mut rules) = (Vec::new(), Vec::new());
    for (key, _, rule) in keys(&comparison) {
        match rule {
            Some(rule) => rules.push(rule),
            None => open.push(key),
        }
    }
    rules.sort();
    rules.dedup();
    (open, rules)
}

#[test]
fn debug_files_are_paired_through_the_programs_they_belong_to() {
    let [a, b, c, d] = [1, 2, 3, 4].map(with_id);
    let [at_a, at_b, at_c, at_d] = [1, 2, 3, 4].map(debug_path);
    let left = [("bin/x", &a), ("bin/y", &b), (&at_a, &a), (&at_b, &b)];
    let right = [("bin/x", &c), ("bin/y", &d), (&at_c, &c), (&at_d, &d)];
    let (open, rules) = outcome(&tree(&left), &tree(&right));
    assert_eq!(open, Vec::<String>::new());
    assert_eq!(rules, ["elf.build-id@3", "tree.build-id-path@2"]);
    // A lone one on each side needs no program; several do, or the names of their sources.
    let (open, _) = outcome(&tree(&left[2..3]), &tree(&right[3..]));
    assert_eq!(open, Vec::<String>::new());
    let (open, _) = outcome(&tree(&left[2..]), &tree(&right[2..]));
    assert!(open.contains(&"tree.only-left".to_owned()), "{open:?}");
    let [a, c] = [&a, &c].map(|of| from(of, &["x.c", "start.s"]));
    let [b, d] = [&b, &d].map(|of| from(of, &["y.c", "start.s"]));
    let left = [(at_a.as_str(), &a), (&at_b, &b)];
    // Neither is called by its own build-id.
    let (open, _) = outcome(&tree(&left), &tree(&[(&at_c, &d), (&at_d, &c)]));
    assert!(open.contains(&"tree.only-left".to_owned()), "{open:?}");
    let [c, d] =
        [("x.c", 4), ("y.c", 3)].map(|(source, id)| from(&with_id(id), &[source, "start.s"]));
    let (open, rules) = outcome(&tree(&left), &tree(&[(&at_c, &d), (&at_d, &c)]));
    assert_eq!(open, Vec::<String>::new());
    assert_eq!(rules, ["elf.build-id@3", "tree.build-id-path@2"]);
    // One that has no like does not keep the others from theirs.
    let (open, _) = outcome(&tree(&left[..1]), &tree(&[(&at_c, &d), (&at_d, &c)]));
    assert_eq!(open, ["tree.only-right"]);
}

fn from(library: &Library, sources: &[&'static str]) -> Library {
    Library {
        sources: sources.to_vec(),
        ..library.clone()
    }
}

#[test]
fn a_name_that_is_not_the_files_own_build_id_is_a_name() {
    let [a, b] = [1, 2].map(with_id);
    let [at_a, at_b, wrong] = [1, 2, 3].map(debug_path);
    let left = tree(&[("bin/x", &a), (&at_a, &a)]);
    for (path, other) in [(&wrong, &b), (&at_b, &a)] {
        let right = tree(&[("bin/x", &b), (path, other)]);
        let (open, _) = outcome(&left, &right);
        assert!(
            open.contains(&"tree.only-right".to_owned()),
            "{path}: {open:?}"
        );
    }
    // Nor are the folders before it, and what stands behind it, part of the build-id.
    let elsewhere = at_b.replace("usr/lib/debug", "opt");
    let within = at_b.replace("/.build-id", "/odd.build-id");
    let bare = at_b.trim_end_matches(".debug").to_owned();
    for path in [&elsewhere, &within, &bare] {
        let right = tree(&[("bin/x", &b), (path, &b)]);
        let (open, _) = outcome(&left, &right);
        assert!(
            open.contains(&"tree.only-right".to_owned()),
            "{path}: {open:?}"
        );
    }
    // A folder that holds something else is a folder of its own.
    let beside = format!("{}.txt", at_b.trim_end_matches(".debug"));
    let right = tree(&[("bin/x", &b), (&at_b, &b), (&beside, &b)]);
    let (open, _) = outcome(&left, &right);
    assert_eq!(open, ["tree.only-right", "tree.only-right"]);
}

#[test]
fn a_build_id_that_leads_to_a_different_debug_file_is_told() {
    let [a, b, c] = [1, 2, 3].map(with_id);
    let at = |id| debug_path(id);
    let keys = |left: &[(&str, &Library)], right: &[(&str, &Library)]| {
        outcome(&tree(left), &tree(right)).0
    };
    let (at_a, at_b) = (at(1), at(2));
    // Only the program's was changed: it finds no debug file any more.
    let left = [("bin/x", &a), (at_a.as_str(), &a)];
    let right = [("bin/x", &c), (at_a.as_str(), &a)];
    assert_eq!(keys(&left, &right), ["elf.build-id.file"]);
    // Two were exchanged: each finds the other's.
    let files = [(at_a.as_str(), &a), (at_b.as_str(), &b)];
    let left = [&[("bin/x", &a), ("bin/y", &b)], &files[..]].concat();
    let right = [&[("bin/x", &b), ("bin/y", &a)], &files[..]].concat();
    assert_eq!(
        keys(&left, &right),
        ["elf.build-id.file", "elf.build-id.file"]
    );
    // Without debug files there is nothing to lead to.
    assert!(keys(&left[..2], &right[..2]).is_empty());
}

#[test]
fn a_link_to_shared_debug_information_counts_as_the_file_it_means() {
    let linked = |path: &str, id: u8| Library {
        debug: vec![(
            ".gnu_debugaltlink",
            [path.as_bytes(), &[0], &[id; 20]].concat(),
        )],
        ..Library::default()
    };
    let shared = "usr/lib/debug/.dwz/shared.debug";
    let full = format!("/{shared}");
    let sides = [8_u8, 9].map(|id| {
        (
            linked(&full, id),
            linked(&format!("../{shared}"), id),
            with_id(id),
        )
    });
    let [(a, a_from_below, shared_a), (b, _, shared_b)] = &sides;
    let (open, rules) = outcome(
        &tree(&[("bin/x", a), (shared, shared_a)]),
        &tree(&[("bin/x", b), (shared, shared_b)]),
    );
    assert_eq!(open, Vec::<String>::new());
    assert!(
        rules.contains(&"elf.debugaltlink@2".to_owned()),
        "{rules:?}"
    );
    let link = "elf.section.gnu_debugaltlink.bytes".to_owned();
    for (left, right) in [
        // It is not there, or another than is meant, or the paths are not the same.
        (tree(&[("bin/x", a)]), tree(&[("bin/x", b)])),
        (
            tree(&[("bin/x", a), (shared, shared_b)]),
            tree(&[("bin/x", b), (shared, shared_b)]),
        ),
        (
            tree(&[("bin/x", a_from_below), (shared, shared_a)]),
            tree(&[("bin/x", b), (shared, shared_b)]),
        ),
    ] {
        let (open, _) = outcome(&left, &right);
        assert_eq!(open, std::slice::from_ref(&link));
    }
}

/// A library of two functions, the first of which begins with `first`: stripped, and whole.
pub fn stripped_and_whole(id: u8, first: [u8; 4]) -> [Library; 2] {
    let (nop, ret) = ([0x1f, 0x20, 0x03, 0xd5], [0xc0, 0x03, 0x5f, 0xd6]);
    let whole = Library {
        build_id: [id; 20],
        text: [first, ret, nop, ret].concat(),
        exports: Vec::new(),
        locals: vec![("one", TEXT), ("two", TEXT + 8)],
        ..Library::default()
    };
    let stripped = Library {
        stripped: true,
        ..whole.clone()
    };
    [stripped, whole]
}

#[test]
fn a_stripped_file_has_the_names_of_its_debug_file() {
    let nop = [0x1f, 0x20, 0x03, 0xd5];
    let side = |id: u8, first: [u8; 4]| {
        let [stripped, whole] = stripped_and_whole(id, first);
        tree(&[("bin/x", &stripped), (&debug_path(id), &whole)])
    };
    // `nop` and `yield`.
    let (left, right) = (side(1, nop), side(2, [0x3f, 0x20, 0x03, 0xd5]));
    let comparison = compare(&left, &right, &Options::default());
    let changed = comparison.differences.iter().find(|d| {
        d.key.as_str() == "elf.function.changed" && d.place.to_string().starts_with("bin/x")
    });
    let changed = changed.expect("the changed function is told");
    assert!(
        changed.place.to_string().ends_with("one"),
        "{}",
        changed.place
    );
    assert_eq!(changed.allows, Level::Interface);
}
