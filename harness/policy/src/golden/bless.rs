//! Accepting a verdict. Everything but the reasons is taken from it; reasons are for people to find.

use super::check::used;
use crossproof_model::golden::{
    Exemption, ExpectedControl, ExpectedFact, ExpectedOutput, ExpectedRun, Golden,
};
use crossproof_model::observation::Observation;
use crossproof_model::tree::Fact;
use crossproof_model::verdict::{Control, Verdict};
use crossproof_model::{CaseName, DiffKey, Pair, Place, Platform, RelPath};
use std::collections::{BTreeMap, BTreeSet};

/// The golden that accepts `verdict`. Differences that `old` gave a reason for keep it; new ones have
/// none, and are not accepted until someone has found one. What only controls can tell is kept from
/// `old` when they were not run; without it the golden says that they were not.
pub fn bless(case: CaseName, target: Platform, verdict: &Verdict, old: Option<&Golden>) -> Golden {
    let found: BTreeSet<(&Place, &DiffKey)> = verdict
        .unsettled()
        .map(|difference| (&difference.place, &difference.key))
        .collect();
    let differences = found.into_iter().map(|(place, key)| Exemption {
        key: key.clone(),
        place: place.clone(),
        reason: old.and_then(|old| reason(old, key, place)),
    });
    let facts = verdict.native.facts.iter();
    let native = facts.map(|(path, fact)| (path.clone(), expected(verdict, old, path, fact)));
    let before = |pick: fn(&Pair<ExpectedControl>) -> ExpectedControl| {
        old.map_or(ExpectedControl::NotRun, |old| pick(&old.controls))
    };
    Golden {
        case,
        target,
        level: verdict.level,
        behaviour: verdict.behaviour,
        controls: Pair::new(
            control(verdict.controls.left, before(|controls| controls.left)),
            control(verdict.controls.right, before(|controls| controls.right)),
        ),
        differences: differences.collect(),
        rules: used(verdict),
        runs: runs(verdict),
        native: native.collect(),
    }
}

fn reason(old: &Golden, key: &DiffKey, place: &Place) -> Option<String> {
    let mut exemptions = old.differences.iter();
    let exemption = exemptions.find(|e| e.key == *key && e.place == *place)?;
    exemption.reason.clone()
}

fn control(found: Control, before: ExpectedControl) -> ExpectedControl {
    match found {
        Control::Same => ExpectedControl::Same,
        Control::Differs(_) => ExpectedControl::Differs,
        Control::NotRun | Control::Undecided => before,
    }
}

fn expected(verdict: &Verdict, old: Option<&Golden>, path: &RelPath, fact: &Fact) -> ExpectedFact {
    let unstable = match verdict.controls.left {
        Control::NotRun => {
            let before = old.and_then(|old| old.native.get(path));
            matches!(before, Some(ExpectedFact::Unstable { .. }))
        }
        Control::Same | Control::Differs(_) | Control::Undecided => verdict.unstable.contains(path),
    };
    match fact {
        Fact::File { mode, .. } if unstable => ExpectedFact::Unstable { mode: *mode },
        fact => ExpectedFact::Fact(fact.clone()),
    }
}

/// What each run showed on the native leg under its first model.
fn runs(verdict: &Verdict) -> BTreeMap<String, ExpectedRun> {
    let mut runs = BTreeMap::new();
    for observed in &verdict.observed {
        runs.entry(observed.run.clone())
            .or_insert_with(|| expected_run(&observed.pair.left));
    }
    runs
}

fn expected_run(observation: &Observation) -> ExpectedRun {
    let files = observation.files.iter();
    ExpectedRun {
        exit: observation.exit.to_string(),
        stdout: ExpectedOutput::of(&observation.stdout),
        stderr: ExpectedOutput::of(&observation.stderr),
        files: files
            .map(|(path, bytes)| (path.clone(), ExpectedOutput::of(bytes)))
            .collect(),
    }
}
