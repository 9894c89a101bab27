//! Roots from packages made by hand: no mirror is asked.

use super::assemble::{Layout, What};
use super::*;
use crate::progress::Silent;
use crate::store::Store;
use crossproof_model::Platform;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

fn package(name: &str) -> Package {
    format!("{name}:arm64").parse().unwrap()
}

fn request() -> RootRequest {
    RootRequest {
        suite: "sid".to_owned(),
        native: Platform::Aarch64,
        foreign: BTreeSet::new(),
        packages: BTreeSet::from([package("dash")]),
        alone: BTreeSet::new(),
        configured: false,
    }
}

/// A lock of one package, as if it were already unpacked in the store.
fn lock() -> Lock {
    let locked = LockedPackage {
        version: "1".to_owned(),
        sha256: "cd".repeat(32).parse().unwrap(),
        size: 1,
        path: "pool/main/d/dash_1_arm64.deb".to_owned(),
    };
    let root = LockedRoot {
        request: request(),
        closure: BTreeSet::from([package("dash")]),
    };
    Lock {
        packages: [(package("dash"), locked)].into(),
        roots: [(request().digest(), root)].into(),
    }
}

fn file(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn an_unlocked_request_says_how_to_lock_it() {
    let error = digest(&request(), &Lock::default()).unwrap_err();
    assert!(matches!(error, Error::Input { .. }));
    assert!(
        error
            .to_string()
            .contains("crossproof roots lock --missing"),
        "{error}"
    );
}

#[test]
fn a_root_is_named_by_its_packages_content() {
    let (one, mut other) = (lock(), lock());
    assert_eq!(
        digest(&request(), &one).unwrap(),
        digest(&request(), &other).unwrap()
    );
    for locked in other.packages.values_mut() {
        locked.sha256 = "ce".repeat(32).parse().unwrap();
    }
    assert_ne!(
        digest(&request(), &one).unwrap(),
        digest(&request(), &other).unwrap()
    );
}

#[test]
fn a_root_of_unpacked_packages_needs_no_mirror_and_shares_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = format!("{}-{}", "cd".repeat(32), Part::Tree.version());
    let unpack = |into: &Path| {
        file(into, "bin/dash", "#!");
        file(into, "usr/bin/gcc", "gcc");
        Ok(())
    };
    let unpacked = store.create(Kind::Packages, &key, &Silent, unpack).unwrap();
    let provision = Provision {
        store: &store,
        mirror: None,
        progress: &Silent,
    };
    let root = ensure_root(&provision, &request(), &lock()).unwrap();
    let at = |path: &str| root.path.join(path);
    assert_eq!(fs::read(at("bin/dash")).unwrap(), b"#!");
    assert_eq!(fs::read_link(at("bin")).unwrap(), Path::new("usr/bin"));
    assert_eq!(fs::read_link(at("usr/bin/sh")).unwrap(), Path::new("dash"));
    assert_eq!(fs::read_link(at("usr/bin/cc")).unwrap(), Path::new("gcc"));
    assert!(!at("usr/bin/c++").exists() && at("run/case").is_dir());
    assert!(
        fs::read_to_string(at("etc/passwd"))
            .unwrap()
            .contains("builder")
    );
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_eq!(
        inode(&at("usr/bin/gcc")),
        inode(&unpacked.join("usr/bin/gcc"))
    );
    assert_eq!(ensure_root(&provision, &request(), &lock()).unwrap(), root);
    drop(store);
    // A package that was changed is not assembled: it is fetched again, for which there is no mirror here.
    let store = Store::open(folder.path()).unwrap();
    store
        .discard(Kind::Roots, &root.digest.to_string())
        .unwrap();
    file(&unpacked, "bin/dash", "#?");
    let provision = Provision {
        store: &store,
        mirror: None,
        progress: &Silent,
    };
    assert!(ensure_root(&provision, &request(), &lock()).is_err());
    assert!(!unpacked.exists());
}

#[test]
fn what_would_lie_behind_a_link_is_refused() {
    let (one, other, into) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    fs::create_dir(one.path().join("usr")).unwrap();
    std::os::unix::fs::symlink("/etc", one.path().join("usr/out")).unwrap();
    file(other.path(), "usr/out/passwd", "x");
    let mut layout = Layout::default();
    layout.add(&package("one"), one.path()).unwrap();
    let clash = layout
        .add(&package("other"), other.path())
        .and_then(|()| layout.write(into.path()));
    assert!(clash.is_err());
}

#[test]
fn the_table_replaces_nothing_a_package_ships() {
    let (one, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    file(one.path(), "etc/passwd", "theirs");
    let mut layout = Layout::default();
    layout.add(&package("one"), one.path()).unwrap();
    layout.put(
        "etc/passwd",
        What::Text {
            text: "ours".into(),
        },
    );
    layout.write(into.path()).unwrap();
    assert_eq!(fs::read(into.path().join("etc/passwd")).unwrap(), b"theirs");
}
