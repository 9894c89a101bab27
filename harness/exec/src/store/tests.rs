//! The store's promises: made once, whole or not at all, trimmed by use.

use super::keep::Keep;
use super::*;
use crate::progress::Silent;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn put(store: &Store, key: &str, text: &str) -> PathBuf {
    let make = |path: &Path| fs::write(path.join("file"), text).map_err(|e| Error::io(path, &e));
    store.create(Kind::Legs, key, &Silent, make).unwrap()
}

#[test]
fn an_entry_is_made_once_and_found_again() {
    let (_folder, store) = store();
    assert_eq!(store.entry(Kind::Legs, "k"), None);
    let made = put(&store, "k", "first");
    assert_eq!(put(&store, "k", "second"), made);
    assert_eq!(fs::read(made.join("file")).unwrap(), b"first");
    assert_eq!(store.entry(Kind::Legs, "k"), Some(made));
}

#[test]
fn a_failed_entry_leaves_nothing() {
    let (_folder, store) = store();
    let failed = store.create(Kind::Legs, "k", &Silent, |path| {
        fs::write(path.join("half"), "x").unwrap();
        Err(Error::input("no", "none"))
    });
    assert!(failed.is_err());
    assert_eq!(store.entry(Kind::Legs, "k"), None);
    assert_eq!(fs::read_dir(&store.scratch).unwrap().count(), 0);
}

#[test]
fn two_who_want_one_entry_build_it_once() {
    let (_folder, store) = store();
    let built = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let make = |_: &Path| {
                    built.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(50));
                    Ok(())
                };
                store.create(Kind::Roots, "r", &Silent, make).unwrap();
            });
        }
    });
    assert_eq!(built.load(Ordering::Relaxed), 1);
}

#[test]
fn who_waits_is_told_of_another_process_alone() {
    #[derive(Default)]
    struct Heard(std::sync::Mutex<Vec<String>>);
    impl Progress for Heard {
        fn step(&self, text: &str) {
            self.0.lock().unwrap().push(text.to_owned());
        }
        fn amount(&self, _: &str, _: u64, _: u64) {}
    }
    let (_folder, store) = store();
    let lock = store.lock_file(Kind::Legs, "k");
    let heard = Heard::default();
    for (holder, says) in [
        (None, None),
        (Some("7"), Some("waiting for process 7, which makes legs k")),
    ] {
        let Some(Found::Draft(draft)) = store.attempt(Kind::Legs, "k").unwrap() else {
            panic!("nobody makes it");
        };
        assert_eq!(lock::signed(&lock), Some(std::process::id()));
        if let Some(holder) = holder {
            fs::write(&lock, holder).unwrap();
        }
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| store.wait(Kind::Legs, "k", &heard));
            std::thread::sleep(Duration::from_millis(50));
            drop(draft);
            waiting.join().unwrap().unwrap();
        });
        assert_eq!(heard.0.lock().unwrap().pop().as_deref(), says);
    }
}

#[test]
fn leftovers_of_the_dead_are_swept_and_the_living_keep_theirs() {
    let (folder, living) = store();
    let mine = living.scratch().unwrap();
    let left = folder.path().join("tmp/999999999/0");
    fs::create_dir_all(left.join("locked")).unwrap();
    fs::set_permissions(left.join("locked"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::write(folder.path().join("tmp/999999998.lock"), "").unwrap();
    let second = Store::open(folder.path()).unwrap();
    assert!(!left.exists());
    assert!(!folder.path().join("tmp/999999998.lock").exists());
    assert!(mine.exists());
    assert_ne!(second.scratch, living.scratch);
}

#[test]
fn garbage_is_what_was_used_longest_ago() {
    let (_folder, store) = store();
    let old = put(&store, "old", &"x".repeat(100_000));
    note_old(&store, "old");
    let new = put(&store, "new", &"x".repeat(100_000));
    store.entry(Kind::Legs, "new");
    let dropped = store.collect_garbage(Keep::Within(150_000)).unwrap();
    assert_eq!(dropped.entries, 1);
    assert!(!old.exists() && new.exists());
    let all = store.collect_garbage(Keep::Recent(Duration::ZERO)).unwrap();
    assert_eq!(all.entries, 1);
}

#[test]
fn what_is_held_is_no_garbage() {
    let (_folder, store) = store();
    let (path, held) = store.hold(Kind::Apt, "state", || ()).unwrap();
    store.collect_garbage(Keep::Within(0)).unwrap();
    assert!(path.exists());
    drop(held);
    store.collect_garbage(Keep::Within(0)).unwrap();
    assert!(!path.exists());
}

#[test]
fn garbage_is_not_collected_under_another_user() {
    let (folder, store) = store();
    let other = Store::open(folder.path()).unwrap();
    assert!(matches!(
        store.collect_garbage(Keep::Within(0)),
        Err(Error::Lacks { .. })
    ));
    drop(other);
    store.collect_garbage(Keep::Within(0)).unwrap();
}

#[test]
fn a_file_shared_by_two_entries_is_counted_once() {
    let (_folder, store) = store();
    let one = put(&store, "one", &"x".repeat(1 << 20));
    let link = |path: &Path| {
        fs::hard_link(one.join("file"), path.join("file")).map_err(|e| Error::io(path, &e))
    };
    store.create(Kind::Roots, "two", &Silent, link).unwrap();
    let bytes: u64 = store.info().unwrap().iter().map(|shelf| shelf.bytes).sum();
    assert!((1 << 20..2 << 20).contains(&bytes), "{bytes}");
}

fn note_old(store: &Store, key: &str) {
    let lock = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(store.lock_file(Kind::Legs, key))
        .unwrap();
    let old = std::time::SystemTime::now() - Duration::from_secs(1000);
    lock.set_modified(old).unwrap();
}
