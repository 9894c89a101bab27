//! Real programs of both targets, linked in two orders, and with one thing changed: `relinked/build.sh` makes them
//! and sees under an emulator which print the same.

use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Level, Tree};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relinked")
}

fn program(name: &str, side: &str) -> Vec<u8> {
    read(&folder().join(format!("{name}.{side}.xz")))
}

fn read(path: &Path) -> Vec<u8> {
    let packed = std::fs::read(path).unwrap();
    let mut content = Vec::new();
    let mut reader = liblzma::read::XzDecoder::new(packed.as_slice());
    reader.read_to_end(&mut content).unwrap();
    content
}

fn level(left: &[u8], right: &[u8]) -> Option<Level> {
    let tree = |content: &[u8]| {
        let mut tree = Tree::default();
        let content = Bytes::from(content.to_vec());
        let entry = Entry::File {
            mode: 0o755,
            content,
        };
        tree.entries.insert("program".parse().unwrap(), entry);
        tree
    };
    compare(&tree(left), &tree(right), &Options::default()).level()
}

fn names() -> BTreeSet<String> {
    names_in(&folder())
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.filter_map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".a.xz").map(str::to_owned)
    });
    names.collect()
}

/// What is the same and cannot be proven: code that goes to what it has just added up.
const NOT_PROVEN: &str = "differences-";

#[test]
fn the_same_objects_in_a_different_order_are_layout() {
    let names = names();
    assert!(names.len() >= 48, "{names:?}");
    for name in names {
        let (a, b) = (program(&name, "a"), program(&name, "b"));
        let expected = match name.starts_with(NOT_PROVEN) {
            true => Level::Interface,
            false => Level::Layout,
        };
        assert_eq!(level(&a, &b), Some(expected), "{name}");
        assert_eq!(level(&b, &a), Some(expected), "{name}, the other way");
    }
}

#[test]
fn what_prints_something_else_is_not_layout() {
    for name in names() {
        let changed = program(&name, "c");
        for side in ["a", "b"] {
            let original = program(&name, side);
            assert!(
                level(&original, &changed) < Some(Level::Layout),
                "{name} {side}"
            );
            assert!(
                level(&changed, &original) < Some(Level::Layout),
                "{name} {side}"
            );
        }
    }
}

/// Pairs that print different things and were called `layout` once: somebody made them who attacked the proof, with
/// compilers or an assembler (`docs/soundness.md`, "Attacked"). Each file's name says what they differ in.
#[test]
fn what_was_called_layout_unjustly_is_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacked");
    let names = names_in(&folder);
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        let [a, b] = ["a", "b"].map(|side| read(&folder.join(format!("{name}.{side}.xz"))));
        assert!(level(&a, &b) < Some(Level::Layout), "{name}");
        assert!(level(&b, &a) < Some(Level::Layout), "{name}, the other way");
    }
}
