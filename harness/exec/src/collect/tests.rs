//! Trees, read from disk and checked against what was recorded.

use super::*;
use std::os::unix::fs::symlink;

fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("usr/bin")).unwrap();
    fs::write(folder.path().join("usr/bin/a"), "content").unwrap();
    symlink("a", folder.path().join("usr/bin/b")).unwrap();
    folder
}

#[test]
fn a_manifest_survives_the_disk() {
    let folder = sample();
    let manifest = read_tree(folder.path()).unwrap().manifest();
    assert_eq!(manifest.facts.len(), 4);
    assert_eq!(
        read_manifest(&write_manifest(&manifest).unwrap()),
        Some(manifest)
    );
    assert_eq!(read_manifest("nonsense\n"), None);
}

#[test]
fn names_of_one_file_and_attributes_are_read_and_recorded() {
    let folder = sample();
    let at = |name: &str| folder.path().join("usr/bin").join(name);
    fs::hard_link(at("a"), at("c")).unwrap();
    // Not every file system has them.
    let set = xattr::set(at("a"), "user.crossproof", b"v\0").is_ok();
    let tree = read_tree(folder.path()).unwrap();
    let path = |name: &str| format!("usr/bin/{name}").parse::<RelPath>().unwrap();
    let of = |name: &str| &tree.attributes[&path(name)];
    assert_eq!(of("a").same_as, None);
    assert_eq!(of("c").same_as, Some(path("a")));
    assert!(of("a").owner.is_some());
    assert_eq!(of("a").extended.len(), usize::from(set));
    assert_eq!(of("b").extended.len(), 0);
    let manifest = tree.manifest();
    let read = read_manifest(&write_manifest(&manifest).unwrap());
    assert_eq!(read, Some(manifest));
}

#[test]
fn attributes_of_a_tree_are_counted_together() {
    let budget = Budget::new();
    let path = Path::new("file");
    let half = usize::try_from(ATTRIBUTES / 2).unwrap();
    assert!(budget.take(path, half).is_ok());
    assert!(budget.take(path, half).is_ok());
    let why = budget.take(path, 1).unwrap_err().to_string();
    assert!(why.contains("extended attributes"), "{why}");
    let folder = sample();
    let file = folder.path().join("usr/bin/a");
    if xattr::set(&file, "user.crossproof", b"value").is_ok() {
        let metadata = fs::symlink_metadata(&file).unwrap();
        assert!(attributes_within(&file, &metadata, &budget).is_err());
    }
}

#[test]
fn a_device_is_recorded_by_its_numbers() {
    let mut devices = fs::read_dir("/dev").unwrap().map(Result::unwrap);
    let null = devices.find(|device| device.file_name() == "null").unwrap();
    let entries = read_entry(&null, None, &Budget::new()).unwrap();
    let [
        Found {
            entry: Entry::Special { kind },
            ..
        },
    ] = entries.as_slice()
    else {
        panic!("{entries:?}");
    };
    let mode = null.metadata().unwrap().mode() & 0o7777;
    assert_eq!(*kind, format!("char 1:3 mode {mode:04o}"));
}

#[test]
fn a_changed_file_is_noticed_and_an_unchanged_tree_left_alone() {
    let folder = sample();
    let manifest = read_tree(folder.path()).unwrap().manifest();
    let mut tree = read_tree(folder.path()).unwrap();
    assert!(held_against(&mut tree, &manifest).is_empty());
    fs::write(folder.path().join("usr/bin/a"), "Content").unwrap();
    fs::write(folder.path().join("usr/bin/c"), "").unwrap();
    let mut tree = read_tree(folder.path()).unwrap();
    let changed = held_against(&mut tree, &manifest);
    assert_eq!(
        changed.iter().map(RelPath::as_str).collect::<Vec<_>>(),
        ["usr/bin/a", "usr/bin/c"]
    );
}
