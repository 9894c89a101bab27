//! `crossproof store info|gc|verify` and `doctor`: the store and the machine.

use crate::age::age;
use crate::args::{PlaceArguments, StoreAction};
use crate::exit::Status;
use crate::screen::print;
use crate::session::{self, Session};
use crate::untrusted::tame;
use anyhow::Result;
use crossproof_exec::doctor::{self, State};
use crossproof_exec::store::keep::Keep;
use crossproof_exec::store::seal::Wholeness;
use crossproof_exec::store::{Kind, Store};
use crossproof_model::Platform;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Looks into the store, or trims it.
pub fn store(place: &PlaceArguments, action: &StoreAction) -> Result<Status> {
    let store = session::open_store(place)?;
    let mut out = String::new();
    match action {
        StoreAction::Verify { remove } => return verify(&store, *remove),
        StoreAction::Info => {
            writeln!(out, "{}", store.path().display())?;
            for shelf in store.info()? {
                writeln!(
                    out,
                    "{:9} {:6} entries {:9.1} MiB",
                    shelf.kind.folder(),
                    shelf.entries,
                    mib(shelf.bytes)
                )?;
            }
        }
        StoreAction::Gc { keep } => {
            let dropped = store.collect_garbage(Keep::Recent(age(keep)?))?;
            writeln!(
                out,
                "removed {} entries, {:.1} MiB",
                dropped.entries,
                mib(dropped.bytes)
            )?;
        }
    }
    print(&out)?;
    Ok(Status::Holds)
}

/// Holds every entry against its seal.
fn verify(store: &Store, remove: bool) -> Result<Status> {
    let mut out = String::new();
    let (mut read, mut bad) = (0, 0);
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_sealed()) {
        for key in store.keys(kind)? {
            let what = match store.read_again(kind, &key) {
                Ok(Wholeness::Whole) => None,
                Ok(Wholeness::Damaged) => Some("not what was made".to_owned()),
                Ok(Wholeness::Unsealed) => Some("without a seal".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            read += 1;
            if let Some(what) = what {
                bad += 1;
                writeln!(out, "{}/{}: {}", kind.folder(), tame(&key), tame(&what))?;
                if remove {
                    store.discard(kind, &key)?;
                }
            }
        }
    }
    let whole = read - bad;
    write!(out, "{read} entries read: {whole} are what was made")?;
    match (bad, remove) {
        (0, _) => writeln!(out)?,
        (bad, true) => writeln!(out, ", {bad} are not and were removed")?,
        (bad, false) => writeln!(
            out,
            ", {bad} are not; `crossproof store verify --remove` removes them, to be made anew"
        )?,
    }
    print(&out)?;
    Ok(match bad {
        0 => Status::Holds,
        _ => Status::Below,
    })
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Says what the machine has and lacks. Exit 3 if it cannot build at all.
pub fn doctor(place: &PlaceArguments) -> Result<Status> {
    let session = Session::open(place)?;
    let lock = session.project.lock(&session.project.tools_lock_file())?;
    let mut suites = BTreeSet::new();
    for target in Platform::TARGETS {
        suites.insert(session.project.emulator(target)?.suite);
    }
    let suites: Vec<&str> = suites.iter().map(String::as_str).collect();
    let findings = doctor::doctor(&session.provision(), &suites, &lock);
    let mut out = String::new();
    for finding in &findings {
        let word = match finding.state {
            State::Good => "good",
            State::Degraded => "degraded",
            State::Missing => "MISSING",
        };
        writeln!(out, "{word:9} {:22} {}", finding.what, finding.detail)?;
        if finding.state != State::Good && !finding.advice.is_empty() {
            writeln!(out, "{:32} → {}", "", finding.advice)?;
        }
    }
    print(&out)?;
    let missing = findings
        .iter()
        .any(|finding| finding.state == State::Missing);
    Ok(if missing {
        Status::Lacks
    } else {
        Status::Holds
    })
}
