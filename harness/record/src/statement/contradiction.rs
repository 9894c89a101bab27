//! What a statement may not say at once. A trusted key signs what it is given: a statement that contradicts itself
//! was made by a fault or by a hand, and whoever believed one half of it would be believing the wrong half.

use crate::error::{Fault, Under};
use crossproof_model::gate::{Answer, Day};
use crossproof_model::level::Behaviour;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::Note;
use crossproof_model::{CaseName, DiffKey, Level, RelPath};
use std::collections::{BTreeMap, BTreeSet};

/// Refuses a statement that contradicts itself.
pub(super) fn none(statement: &Statement) -> Result<(), Fault> {
    files(&statement.subjects).under("subject")?;
    about(statement).under("predicate")
}

fn about(said: &Statement) -> Result<(), Fault> {
    let name = said.name.parse::<CaseName>();
    name.map_err(Fault::new).under("name").under("artifact")?;
    files(&said.native).under("files").under("reference")?;
    artifacts(said).under("artifact")?;
    decision(said).under("decision")?;
    level(said).under("verdict")?;
    behaviour(said).under("verdict")?;
    if said.expires < said.issued {
        let fault = Fault::new(format!("it ends before {}, when it was said", said.issued));
        return Err(fault.under("expires"));
    }
    Ok(())
}

/// Each file is named once, by a path inside the artifact.
fn files(subjects: &[Subject]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (index, subject) in subjects.iter().enumerate() {
        let fault = match subject.name.parse::<RelPath>() {
            Err(bad) => Fault::new(bad),
            Ok(_) if seen.insert(&subject.name) => continue,
            Ok(_) => Fault::new(format!("`{}` is there twice", subject.name)),
        };
        return Err(fault.under("name").under(index));
    }
    let inside = |name: &str, folder: &str| {
        let rest = name.strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let (mut by_sha256, mut by_blake3) = (BTreeMap::new(), BTreeMap::new());
    for (
        index,
        Subject {
            name,
            sha256,
            blake3,
        },
    ) in subjects.iter().enumerate()
    {
        if let Some(folder) = seen.iter().find(|folder| inside(name, folder)) {
            let fault = Fault::new(format!("`{folder}` is a file, and has none below it"));
            return Err(fault.under("name").under(index));
        }
        let same = *by_sha256.entry(sha256).or_insert(blake3) == blake3
            && *by_blake3.entry(blake3).or_insert(sha256) == sha256;
        if !same {
            let fault = Fault::new("a file before it has one of these digests, and not the other");
            return Err(fault.under("digest").under(index));
        }
    }
    Ok(())
}

/// One digest of both artifacts: then all their files are the same.
fn artifacts(said: &Statement) -> Result<(), Fault> {
    let (native, cross): (BTreeSet<_>, BTreeSet<_>) =
        (said.native.iter().collect(), said.subjects.iter().collect());
    let same = said.artifacts.left == said.artifacts.right;
    match same && native != cross {
        true => Err(
            Fault::new("it is the reference, and their files are not the same").under("manifest"),
        ),
        false => Ok(()),
    }
}

fn decision(said: &Statement) -> Result<(), Fault> {
    match (said.answer, said.objections.is_empty()) {
        (Answer::Substitute, false) => {
            return Err(
                Fault::new("it is to be substituted, and there are objections").under("objections"),
            );
        }
        (Answer::Refuse, true) => {
            return Err(
                Fault::new("it is refused, and nothing is held against it").under("objections")
            );
        }
        (Answer::Substitute, true) | (Answer::Refuse, false) => {}
    }
    let issued = Day::from(said.issued);
    for (index, waived) in said.waived.iter().enumerate() {
        let there = said.differences.get(&waived.key).copied().unwrap_or(0);
        let of_key = said.waived.iter().filter(|one| one.key == waived.key);
        let fault = match () {
            () if of_key.count() as u64 > there => Fault::new(format!(
                "more differences `{}` are let through than there are",
                waived.key
            ))
            .under("key"),
            () if said.answer == Answer::Substitute && waived.until < issued => {
                Fault::new("it was let through after its last day").under("until")
            }
            () => continue,
        };
        return Err(fault.under(index).under("waived"));
    }
    Ok(())
}

/// A difference in behaviour and what a check found say nothing of how alike the artifacts are.
fn of_artifacts(key: &DiffKey) -> bool {
    !of(key, "run") && !of(key, "check")
}

fn of(key: &DiffKey, family: &str) -> bool {
    let text = key.to_string();
    text.split('.').next() == Some(family)
}

fn level(said: &Statement) -> Result<(), Fault> {
    if let Some((key, _)) = said.differences.iter().find(|(_, count)| **count == 0) {
        return Err(Fault::new("a difference that is nowhere")
            .under(key)
            .under("differences"));
    }
    let differs = said.differences.keys().any(of_artifacts) || !said.rules.is_empty();
    let same = said.artifacts.left == said.artifacts.right;
    let why = match (said.level == Level::Bits, same, differs) {
        (true, true, false) | (false, false, true) => return Ok(()),
        (true, false, _) => "the artifacts are not the same, which `bits` would be",
        (false, true, _) => "the artifacts are the same, which is `bits`",
        (true, true, true) => "there are differences or rules, and with `bits` there are none",
        (false, false, false) => "no difference and no rule speaks for anything but `bits`",
    };
    Err(Fault::new(why).under("level"))
}

fn behaviour(said: &Statement) -> Result<(), Fault> {
    let differs = said.differences.keys().any(|key| of(key, "run"));
    let why = match (said.behaviour, said.models.is_empty(), differs) {
        (Behaviour::NotRun, true, false)
        | (Behaviour::Same, false, false)
        | (Behaviour::Different, false, true) => None,
        (Behaviour::NotRun, false, _) => Some("nothing was run, and CPU models are named"),
        (Behaviour::Same | Behaviour::Different, true, _) => {
            Some("it was run, and no CPU model is named")
        }
        (Behaviour::NotRun | Behaviour::Same, _, true) => {
            Some("runs differ, and it is not `different`")
        }
        (Behaviour::Different, false, false) => Some("it is `different`, and no run differs"),
    };
    if let Some(why) = why {
        return Err(Fault::new(why).under("behaviour"));
    }
    let random = said.notes.contains(&Note::NondeterministicProgram);
    match random == (said.level == Level::Bits && said.behaviour == Behaviour::Different) {
        true => Ok(()),
        false => Err(Fault::new(
            "a program is nondeterministic where the same bits behave differently, and nowhere else",
        )
        .under("notes")),
    }
}
