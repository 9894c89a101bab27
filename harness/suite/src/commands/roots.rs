//! `crossproof roots lock|build|list`: the Debian roots that the cases are built in.

use super::parity;
use crate::args::{ParityFormat, RootsAction};
use crate::exit::{BadInput, Status};
use crate::screen::print;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_exec::store::Kind;
use crossproof_exec::{lock, roots, tools};
use crossproof_model::emulator::{Lock, RootRequest};
use crossproof_model::{Pair, Platform, Side};
use crossproof_policy as policy;
use crossproof_record as record;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// By target and side, the roots that any case asks for, each with the cases that do.
type Wanted = BTreeMap<(Platform, Side), BTreeMap<RootRequest, BTreeSet<String>>>;

/// Acts on the roots that the project's cases need.
pub fn roots(session: &Session, action: RootsAction) -> Result<Status> {
    let wanted = wanted(session)?;
    match action {
        RootsAction::Lock { missing } => write_locks(session, &wanted, missing),
        RootsAction::Build => build(session, &wanted),
        RootsAction::List => list(session, &wanted),
        RootsAction::Parity { target, format } => least(session, target, format),
    }
}

fn wanted(session: &Session) -> Result<Wanted> {
    let mut wanted = Wanted::new();
    for case in session.project.cases()?.values() {
        for target in &case.targets {
            let plan = policy::plan(case, *target, &session.project.emulator(*target)?)
                .map_err(|e| session.project.plan_problem(&case.name, &e))?;
            for side in Side::BOTH {
                let requests = wanted.entry((*target, side)).or_default();
                requests
                    .entry(plan.leg(side).root.clone())
                    .or_default()
                    .insert(case.name.to_string());
            }
        }
    }
    Ok(wanted)
}

/// Holds the roots of each target, or of one, against each other: those of the case that asks for least, whose
/// packages every other root has too.
fn least(session: &Session, only: Option<Platform>, format: ParityFormat) -> Result<Status> {
    if format == ParityFormat::Json && only.is_none() {
        let message = "--format json is one document: name the --target that it is of";
        return Err(BadInput(message.to_owned()).into());
    }
    let cases = session.project.cases()?;
    let mut plans = BTreeMap::new();
    for case in cases.values() {
        for target in &case.targets {
            if only.is_some_and(|only| only != *target) {
                continue;
            }
            let plan = policy::plan(case, *target, &session.project.emulator(*target)?)
                .map_err(|e| session.project.plan_problem(&case.name, &e))?;
            let size = plan.native.root.packages.len() + plan.cross.root.packages.len();
            let best = plans.entry(*target).or_insert_with(|| (size, plan.clone()));
            if size < best.0 {
                *best = (size, plan);
            }
        }
    }
    let all = plans.iter().map(|(target, (_, plan))| parity::Roots {
        target: *target,
        case: plan.case.as_str(),
        requests: Pair::new(&plan.native.root, &plan.cross.root),
    });
    parity::parity(session, all, format)
}

/// Resolves everything anew, or only what has no lock yet, and says how many packages each lock has.
fn write_locks(session: &Session, wanted: &Wanted, missing: bool) -> Result<Status> {
    let mut said = String::new();
    let mut write_lock = |of: Option<Platform>, path: PathBuf, requests: Vec<RootRequest>| {
        let kept = match missing {
            true => session.project.lock(&path)?,
            false => Lock::default(),
        };
        let unlocked = |request: &RootRequest| !kept.roots.contains_key(&request.digest());
        let requests: Vec<RootRequest> = requests.into_iter().filter(unlocked).collect();
        if missing && requests.is_empty() {
            return Ok(());
        }
        if let Some(target) = of {
            session.project.begin_target(target)?;
        }
        let lock = lock::resolve(&session.provision(), kept, &requests)?;
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(&path, record::write_lock(&lock)).with_context(|| path.display().to_string())?;
        writeln!(
            said,
            "{}: {} packages, {} roots",
            path.display(),
            lock.packages.len(),
            lock.roots.len()
        )?;
        anyhow::Ok(())
    };
    write_lock(
        None,
        session.project.tools_lock_file(),
        vec![tools::request(tools::machine()?)],
    )?;
    for ((target, side), requests) in wanted {
        let path = session.project.lock_file(*target, *side);
        write_lock(Some(*target), path, requests.keys().cloned().collect())?;
    }
    if said.is_empty() {
        said.push_str("every root is locked\n");
    }
    print(&said)?;
    Ok(Status::Holds)
}

fn build(session: &Session, wanted: &Wanted) -> Result<Status> {
    report(session, wanted, |request, lock| {
        let root = roots::ensure_root(&session.provision(), request, lock)?;
        Ok(root.digest.short())
    })
}

fn list(session: &Session, wanted: &Wanted) -> Result<Status> {
    report(session, wanted, |request, lock| {
        if !lock.roots.contains_key(&request.digest()) {
            return Ok("not locked".to_owned());
        }
        let digest = roots::digest(request, lock)?;
        let made = session
            .store
            .entry(Kind::Roots, &digest.to_string())
            .is_some();
        Ok(format!(
            "{} {}",
            digest.short(),
            if made { "made" } else { "not made yet" }
        ))
    })
}

/// Prints, for each root, what `state` says of it and the cases that are built in it.
fn report(
    session: &Session,
    wanted: &Wanted,
    state: impl Fn(&RootRequest, &Lock) -> Result<String>,
) -> Result<Status> {
    let mut said = String::new();
    for ((target, side), requests) in wanted {
        let lock = session
            .project
            .lock(&session.project.lock_file(*target, *side))?;
        for (request, cases) in requests {
            let state = state(request, &lock)?;
            writeln!(said, "{target} {side:6} {state:22} {}", names(cases))?;
        }
    }
    print(&said)?;
    Ok(Status::Holds)
}

fn names(cases: &BTreeSet<String>) -> String {
    cases
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
