//! `crossproof store info|gc` and `doctor`: the store and the machine.

use super::print;
use crate::age::age;
use crate::args::{PlaceArguments, StoreAction};
use crate::exit::Status;
use crate::session::{self, Session};
use anyhow::Result;
use crossproof_exec::doctor::{self, State};
use crossproof_exec::store::keep::Keep;
use crossproof_model::Platform;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Looks into the store, or trims it.
pub fn store(place: &PlaceArguments, action: &StoreAction) -> Result<Status> {
    let store = session::open_store(place)?;
    let mut out = String::new();
    match action {
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
