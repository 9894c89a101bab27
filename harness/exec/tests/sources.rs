//! Sources from the network: a Debian source package and a crate, as cases pin them.
//!
//! Both want the network, as the first run of the cases does; what they fetch is a few hundred kilobytes.

use crossproof_exec::progress::Silent;
use crossproof_exec::sources::{SourceTree, ensure_source};
use crossproof_exec::{Error, Provision, Store};
use crossproof_model::case::Source;
use std::path::Path;

fn ensure(store: &Store, source: &Source) -> Result<SourceTree, Error> {
    let provision = Provision {
        store,
        mirror: None,
        progress: &Silent,
    };
    ensure_source(&provision, source, Path::new("."))
}

fn lua(digest: &str) -> Source {
    Source::Debian {
        package: "lua5.4".to_owned(),
        version: "5.4.7-1".to_owned(),
        suite: "trixie".to_owned(),
        files: [(
            "lua5.4_5.4.7.orig.tar.gz".to_owned(),
            digest.parse().unwrap(),
        )]
        .into(),
    }
}

fn tac(digest: &str) -> Source {
    Source::Crate {
        name: "tac".to_owned(),
        version: "2.1.0".to_owned(),
        sha256: digest.parse().unwrap(),
    }
}

fn refuses(store: &Store, source: &Source, key: &str) {
    let error = ensure(store, source).unwrap_err();
    assert!(matches!(error, Error::Input { .. }), "{error}");
    assert!(error.to_string().contains(key), "{error}");
}

#[test]
fn a_debian_source_package_is_fetched_by_its_pins() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let sound = lua("9fbf5e28ef86c69858f6d3d34eccc32e911c1a28b4120ff3e84aaa70cfbf1e30");
    let tree = ensure(&store, &sound).unwrap();
    assert!(tree.path.join("src/lua.c").exists());
    assert_eq!(ensure(&store, &sound).unwrap(), tree);
    refuses(
        &store,
        &lua(&"ab".repeat(32)),
        "source.debian.files.lua5.4_5.4.7.orig.tar.gz",
    );
}

#[test]
fn a_crate_is_fetched_with_what_its_lock_names() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let sound = tac("ac7b6679e09cf1389866ca14b93d734343357c62b567efe0207d90c92619fa22");
    let tree = ensure(&store, &sound).unwrap();
    for path in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "vendor"] {
        assert!(tree.path.join(path).exists(), "{path}");
    }
    refuses(&store, &tac(&"ab".repeat(32)), "source.crate.sha256");
}
