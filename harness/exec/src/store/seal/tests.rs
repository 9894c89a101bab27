//! What a seal notices, and what it leaves alone.

use super::*;
use crate::progress::Silent;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

const KEY: &str = "key";

/// A store with one root, as a process finds it that has not looked at it.
fn found(change: impl FnOnce(&Path)) -> (tempfile::TempDir, Wholeness) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let make = |path: &Path| {
        fs::create_dir(path.join("bin")).unwrap();
        fs::write(path.join("bin/cc"), "compiler").unwrap();
        fs::write(path.join("bin/ld"), "linker").unwrap();
        symlink("cc", path.join("bin/gcc")).unwrap();
        Ok(())
    };
    let entry = store.create(Kind::Roots, KEY, &Silent, make).unwrap();
    drop(store);
    // Read once, so that its state is known.
    assert_eq!(again(folder.path()), Wholeness::Whole);
    change(&entry);
    let found = again(folder.path());
    (folder, found)
}

fn again(store: &Path) -> Wholeness {
    let store = Store::open(store).unwrap();
    store.wholeness(Kind::Roots, KEY).unwrap()
}

#[test]
fn what_was_not_changed_is_whole() {
    assert_eq!(found(|_| {}).1, Wholeness::Whole);
    // Its state is a different one, its content is not.
    let link = |entry: &Path| {
        fs::hard_link(entry.join("bin/cc"), entry.with_extension("more")).unwrap();
    };
    assert_eq!(found(link).1, Wholeness::Whole);
}

type Change = &'static dyn Fn(&Path);

#[test]
fn each_kind_of_change_is_noticed() {
    let changes: [(&str, Change); 11] = [
        ("a time", &|entry| {
            let file = fs::File::options().append(true).open(entry.join("bin/cc"));
            let then = SystemTime::now() - Duration::from_secs(9);
            file.unwrap().set_modified(then).unwrap();
        }),
        ("folders without end", &|entry| {
            let mut path = entry.join("d");
            for _ in 0..200 {
                fs::create_dir(&path).unwrap();
                path.push("d");
            }
        }),
        ("a pipe for a file", &|entry| {
            fs::remove_file(entry.join("bin/cc")).unwrap();
            let mode = nix::sys::stat::Mode::from_bits_truncate(0o600);
            nix::unistd::mkfifo(&entry.join("bin/cc"), mode).unwrap();
        }),
        ("a byte, its time put back", &|entry| {
            let path = entry.join("bin/cc");
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, "Compiler").unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            file.set_modified(modified).unwrap();
        }),
        ("a mode", &|entry| {
            let mode = fs::Permissions::from_mode(0o4755);
            fs::set_permissions(entry.join("bin/cc"), mode).unwrap();
        }),
        ("a mode of the folder itself", &|entry| {
            let mode = fs::Permissions::from_mode(0o777);
            fs::set_permissions(entry, mode).unwrap();
        }),
        ("one more file", &|entry| {
            fs::write(entry.join("bin/as"), "").unwrap();
        }),
        ("one file less", &|entry| {
            fs::remove_file(entry.join("bin/ld")).unwrap();
        }),
        ("two names exchanged", &|entry| {
            fs::rename(entry.join("bin/cc"), entry.join("bin/x")).unwrap();
            fs::rename(entry.join("bin/ld"), entry.join("bin/cc")).unwrap();
            fs::rename(entry.join("bin/x"), entry.join("bin/ld")).unwrap();
        }),
        ("a link", &|entry| {
            fs::remove_file(entry.join("bin/gcc")).unwrap();
            symlink("ld", entry.join("bin/gcc")).unwrap();
        }),
        ("a file for a link", &|entry| {
            fs::remove_file(entry.join("bin/gcc")).unwrap();
            fs::write(entry.join("bin/gcc"), "cc").unwrap();
        }),
    ];
    for (what, change) in changes {
        assert_eq!(found(change).1, Wholeness::Damaged, "{what}");
    }
}

#[test]
fn an_attribute_is_part_of_the_content() {
    let mut set = false;
    let mark = |entry: &Path| {
        set = xattr::set(entry.join("bin"), "user.overlay.opaque", b"y").is_ok();
    };
    let found = found(mark).1;
    // Not every file system has attributes.
    assert!(!set || found == Wholeness::Damaged);
}

#[test]
fn what_is_damaged_is_taken_out_and_made_anew() {
    let (folder, damaged) = found(|entry| fs::write(entry.join("bin/cc"), "x").unwrap());
    assert_eq!(damaged, Wholeness::Damaged);
    let store = Store::open(folder.path()).unwrap();
    let why = store.whole(Kind::Roots, KEY).unwrap_err().to_string();
    assert!(why.contains("makes it anew"), "{why}");
    assert_eq!(store.entry(Kind::Roots, KEY), None);
    let make = |path: &Path| fs::write(path.join("new"), "").map_err(|e| Error::io(path, &e));
    store.create(Kind::Roots, KEY, &Silent, make).unwrap();
    assert!(store.whole(Kind::Roots, KEY).is_ok());
}

#[test]
fn an_entry_without_a_seal_is_not_believed() {
    let (folder, _) = found(|_| {});
    let store = Store::open(folder.path()).unwrap();
    let seal = store.seal_file(Kind::Roots, KEY);
    fs::write(&seal, "").unwrap();
    let unsealed = Ok(Wholeness::Unsealed);
    assert_eq!(store.wholeness(Kind::Roots, KEY).map_err(|_| ()), unsealed);
    fs::remove_file(&seal).unwrap();
    assert_eq!(store.wholeness(Kind::Roots, KEY).map_err(|_| ()), unsealed);
    assert!(store.whole(Kind::Roots, KEY).is_err());
}
