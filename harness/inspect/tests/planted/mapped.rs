//! Paths of a tree under the declared map.

use crate::specimen::keys;
use crossproof_inspect::{Options, PathMap, RuleSet, compare};
use crossproof_model::{Bytes, Entry, Level, Tree};

const NATIVE: &str = "usr/lib/t";
const CROSS: &str = "usr/t/lib";

fn options() -> Options {
    Options {
        tree: PathMap::new([("/usr/t/lib", "/usr/lib/t")]),
        ..Options::default()
    }
}

/// A library and a link to it in `folder`, and every folder above.
fn tree(folder: &str, link: &str, content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let mut add = |path: &str, entry| tree.entries.insert(path.parse().unwrap(), entry);
    let ends = folder.match_indices('/').map(|(at, _)| at);
    for end in ends.chain([folder.len()]) {
        add(&folder[..end], Entry::Dir { mode: 0o755 });
    }
    let content = Bytes::from(content.to_vec());
    add(
        &format!("{folder}/libx.so.1"),
        Entry::File {
            mode: 0o644,
            content,
        },
    );
    let target = link.to_owned();
    add(&format!("{folder}/libx.so"), Entry::Link { target });
    tree
}

#[test]
fn mapped_paths_are_paired_and_named() {
    let left = tree(NATIVE, "/usr/lib/t/libx.so.1", b"x");
    let right = tree(CROSS, "/usr/t/lib/libx.so.1", b"x");
    let comparison = compare(&left, &right, &options());
    let found: Vec<(String, String)> = comparison
        .differences
        .iter()
        .map(|d| (d.place.to_string(), d.key.to_string()))
        .collect();
    let expected = [
        ("usr/lib", "tree.only-left"),
        ("usr/lib/t", "tree.path"),
        ("usr/lib/t/libx.so", "tree.link"),
        ("usr/lib/t/libx.so", "tree.path"),
        ("usr/lib/t/libx.so.1", "tree.path"),
        ("usr/t", "tree.only-right"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(comparison.level(), Some(Level::Metadata));
    let rules: Vec<_> = comparison.rules.keys().map(ToString::to_string).collect();
    assert_eq!(rules, ["tree.path-map@1"]);
    let back = compare(&right, &left, &options());
    assert_eq!(back.level(), Some(Level::Metadata));

    let without = Options {
        rules: RuleSet::default().without("tree.path-map").unwrap(),
        ..options()
    };
    for options in [without, Options::default()] {
        let comparison = compare(&left, &right, &options);
        assert_eq!(comparison.level(), Some(Level::Divergent));
    }
}

#[test]
fn what_differs_in_a_mapped_file_is_found() {
    let left = tree(NATIVE, "libx.so.1", b"x");
    let comparison = compare(&left, &tree(CROSS, "libx.so.1", b"y"), &options());
    assert_eq!(comparison.level(), Some(Level::Interface));
    let open: Vec<_> = comparison.unsettled().collect();
    assert_eq!(open.len(), 1, "{:?}", keys(&comparison));
    assert_eq!(open[0].place.to_string(), "usr/lib/t/libx.so.1");
    // A link that leads elsewhere, and a folder that the map says nothing of.
    let elsewhere = tree(CROSS, "/usr/t/libx.so.1", b"x");
    let comparison = compare(&left, &elsewhere, &options());
    assert_eq!(comparison.level(), Some(Level::Divergent));
    let comparison = compare(&left, &tree("usr/u/lib", "libx.so.1", b"x"), &options());
    assert_eq!(comparison.level(), Some(Level::Divergent));
}
