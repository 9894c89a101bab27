//! Every way a verdict can be other than accepted. Exact in both directions: what is better than
//! accepted is news too, and an acceptance that has nothing left to accept is stale.

use super::runs;
use crossproof_model::golden::{Breach, ExpectedControl, ExpectedFact, Golden};
use crossproof_model::tree::Fact;
use crossproof_model::verdict::{Control, Verdict};
use crossproof_model::{DiffKey, Pair, Place, RelPath, RuleRef, Side};
use std::collections::BTreeSet;

/// Why `verdict` does not hold against `golden`; empty when it does.
pub fn check(verdict: &Verdict, golden: &Golden) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if golden.level != verdict.level {
        breaches.push(Breach::Level(Pair::new(golden.level, verdict.level)));
    }
    if golden.behaviour != verdict.behaviour {
        let pair = Pair::new(golden.behaviour, verdict.behaviour);
        breaches.push(Breach::Behaviour(pair));
    }
    for side in Side::BOTH {
        let (expected, found) = (*golden.controls.of(side), *verdict.controls.of(side));
        breaches.extend(control(side, expected, found));
    }
    differences(verdict, golden, &mut breaches);
    rules(verdict, golden, &mut breaches);
    breaches.extend(runs::check(verdict, &golden.runs));
    native(verdict, golden, &mut breaches);
    breaches
}

fn control(side: Side, expected: ExpectedControl, found: Control) -> Option<Breach> {
    match (expected, found) {
        (ExpectedControl::Same, Control::NotRun | Control::Same) => None,
        (ExpectedControl::NotRun, Control::NotRun) => None,
        (ExpectedControl::Differs, Control::Differs(_)) => None,
        (ExpectedControl::Differs, Control::NotRun) => Some(Breach::ControlNotRun(side)),
        (_, Control::Same | Control::Differs(_) | Control::Undecided) => {
            Some(Breach::Control(side, expected))
        }
    }
}

fn differences(verdict: &Verdict, golden: &Golden, breaches: &mut Vec<Breach>) {
    // One comparer may say several things of one place under one key: an acceptance is of all.
    let found: BTreeSet<(&DiffKey, &Place)> = verdict
        .unsettled()
        .map(|difference| (&difference.key, &difference.place))
        .collect();
    for (key, place) in &found {
        let accepted = golden
            .differences
            .iter()
            .find(|exemption| exemption.key == **key && exemption.place == **place);
        let (key, place) = ((*key).clone(), (*place).clone());
        match accepted.map(|exemption| &exemption.reason) {
            None => breaches.push(Breach::New(key, place)),
            Some(None) => breaches.push(Breach::Unreasoned(key, place)),
            Some(Some(_)) => {}
        }
    }
    for exemption in &golden.differences {
        if !found.contains(&(&exemption.key, &exemption.place)) {
            let (key, place) = (exemption.key.clone(), exemption.place.clone());
            breaches.push(Breach::Stale(key, place));
        }
    }
}

fn rules(verdict: &Verdict, golden: &Golden, breaches: &mut Vec<Breach>) {
    let used = used(verdict);
    let new = used.difference(&golden.rules).cloned();
    breaches.extend(new.map(Breach::NewRule));
    let stale = golden.rules.difference(&used).cloned();
    breaches.extend(stale.map(Breach::StaleRule));
}

/// The rules that settled something.
pub(super) fn used(verdict: &Verdict) -> BTreeSet<RuleRef> {
    let rules = verdict.comparison.rules.iter();
    rules
        .filter(|(_, places)| **places > 0)
        .map(|(rule, _)| rule.clone())
        .collect()
}

fn native(verdict: &Verdict, golden: &Golden, breaches: &mut Vec<Breach>) {
    let facts = &verdict.native.facts;
    let paths: BTreeSet<&RelPath> = golden.native.keys().chain(facts.keys()).collect();
    for path in paths {
        let what = match (golden.native.get(path), facts.get(path)) {
            (Some(_), None) => Some("accepted, and no longer there".to_owned()),
            (None, Some(fact)) => Some(format!("not accepted yet: {}", describe(fact))),
            (Some(expected), Some(fact)) => mismatch(verdict, path, expected, fact),
            (None, None) => None,
        };
        breaches.extend(what.map(|what| Breach::Native(path.clone(), what)));
    }
}

fn mismatch(
    verdict: &Verdict,
    path: &RelPath,
    expected: &ExpectedFact,
    found: &Fact,
) -> Option<String> {
    match (expected, found) {
        (ExpectedFact::Fact(expected), found) => (expected != found)
            .then(|| format!("accepted {}, found {}", describe(expected), describe(found))),
        (ExpectedFact::Unstable { mode }, Fact::File { mode: found, .. }) if mode == found => {
            // Whether it still changes is known only when the native side was built twice.
            let twice = verdict.controls.left != Control::NotRun;
            (twice && !verdict.unstable.contains(path)).then(|| {
                "stale: accepted as unstable, and the same in both native builds".to_owned()
            })
        }
        (ExpectedFact::Unstable { mode }, found) => Some(format!(
            "accepted a file of mode {mode:04o} with changing content, found {}",
            describe(found)
        )),
    }
}

fn describe(fact: &Fact) -> String {
    match fact {
        Fact::File { mode, size, digest } => {
            format!(
                "a file of mode {mode:04o}, {size} bytes, {}",
                digest.short()
            )
        }
        Fact::Dir { mode } => format!("a directory of mode {mode:04o}"),
        Fact::Link { target } => format!("a link to {target}"),
        Fact::Special { kind } => format!("a {kind}"),
    }
}
