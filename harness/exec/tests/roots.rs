//! The real thing: resolves, downloads, unpacks and assembles roots from the machine's mirror.
//!
//! Wants a network, some 400 MB of disk and a minute: not run unless asked for, with
//! `cargo test -p crossproof-exec --test roots -- --ignored --nocapture`. Without a network it fails.

use crossproof_exec::{Progress, Provision, Store, lock, roots, tools};
use crossproof_model::Platform;
use crossproof_model::emulator::{Package, RootRequest};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

/// Prints steps with the time they began at.
struct Loud(Instant);

impl Progress for Loud {
    fn step(&self, text: &str) {
        println!("{:7.2} s  {text}", self.0.elapsed().as_secs_f32());
    }
    fn amount(&self, what: &str, done: u64, total: u64) {
        if done == total {
            println!("{:7.2} s  {what}: done", self.0.elapsed().as_secs_f32());
        }
    }
}

const BASE: &str = "base-files bash bzip2 coreutils dash debianutils diffutils file findutils gawk grep gzip \
                    hostname libc-bin make mawk ncurses-base patch perl-base sed tar xz-utils";

fn request(native: Platform, foreign: &[Platform], more: &str) -> RootRequest {
    let all = BASE.split_whitespace().chain(more.split_whitespace());
    let package = |name: &str| {
        let (name, architecture) = name.split_once(':').unwrap_or((name, native.debian()));
        Package {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
        }
    };
    RootRequest {
        suite: "trixie".to_owned(),
        native,
        foreign: BTreeSet::from_iter(foreign.iter().copied()),
        packages: all.map(package).collect(),
    }
}

#[test]
#[ignore = "downloads some 200 MB"]
fn roots_are_made_from_the_machines_mirror() {
    let progress = Loud(Instant::now());
    let temporary = tempfile::tempdir().unwrap();
    let path =
        std::env::var_os("CROSSPROOF_STORE").map_or(temporary.path().to_owned(), PathBuf::from);
    let store = Store::open(&path).unwrap();
    let provision = Provision {
        store: &store,
        mirror: None,
        progress: &progress,
    };
    let gcc = "gcc g++ libc6-dev";
    let (aarch64, armv7, host) = (Platform::Aarch64, Platform::Armv7, Platform::X86_64);
    let requests = [
        request(aarch64, &[], gcc),
        request(armv7, &[], gcc),
        request(
            host,
            &[aarch64],
            "gcc-aarch64-linux-gnu g++-aarch64-linux-gnu zlib1g-dev:arm64",
        ),
        request(
            host,
            &[armv7],
            "gcc-arm-linux-gnueabihf g++-arm-linux-gnueabihf zlib1g-dev:armhf",
        ),
    ];
    let locked = lock::resolve(&provision, &requests).unwrap();
    let machine = tools::machine().unwrap();
    let tools_lock = lock::resolve(&provision, &[tools::request(machine)]).unwrap();
    let tools = tools::ensure_tools(&provision, &tools_lock).unwrap();
    println!(
        "bubblewrap: {:?}\nqemu: {:?}\n{:?}",
        tools.bwrap(),
        tools.qemu(aarch64),
        tools.versions()
    );
    for request in &requests {
        let root = roots::ensure_root(&provision, request, &locked).unwrap();
        println!(
            "{} {:?}: {}",
            request.native,
            request.foreign,
            root.path.display()
        );
        let cross = !request.foreign.is_empty();
        // A cross root has prefixed tools only: a build that calls `gcc` must fail there.
        assert_eq!(root.path.join("usr/bin/gcc").exists(), !cross);
        assert_eq!(root.path.join("usr/bin/ld").exists(), !cross);
        let began = Instant::now();
        assert_eq!(
            roots::ensure_root(&provision, request, &locked).unwrap(),
            root
        );
        assert!(
            began.elapsed().as_millis() < 50,
            "a root that is there is found in milliseconds"
        );
    }
    for shelf in store.info().unwrap() {
        println!(
            "{:?}: {} entries, {} MiB",
            shelf.kind,
            shelf.entries,
            shelf.bytes >> 20
        );
    }
}
