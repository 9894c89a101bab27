//! Judging and accepting: what was blessed holds but for its missing reasons, and nothing else does.

mod found;

use crossproof_model::comparison::Undecided;
use crossproof_model::golden::{Accepted, Breach, ExpectedControl, ExpectedFact, Golden, Outcome};
use crossproof_model::level::Behaviour;
use crossproof_model::observation::{Exit, Observed};
use crossproof_model::tree::Fact;
use crossproof_model::verdict::{Control, Judgement, Note, Verdict};
use crossproof_model::{Comparison, Level, Pair, Place, Platform};
use crossproof_policy::golden::{bless, check};
use crossproof_policy::{judge, outcome};
use found::{compared, decided, difference, evidence, observed, path, rule};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn blessed(verdict: &Verdict, old: Option<&Golden>) -> Golden {
    bless("hello".parse().unwrap(), Platform::Aarch64, verdict, old)
}

fn reasoned(mut golden: Golden) -> Golden {
    for exemption in &mut golden.differences {
        exemption.reason = Some("looked".to_owned());
    }
    golden
}

#[test]
fn what_could_not_be_compared_has_no_verdict() {
    let mut comparison = compared(&[]);
    comparison.undecided.push(Undecided {
        place: Place::file(path("a")),
        reason: "cut short".to_owned(),
    });
    let judgement = judge(evidence(comparison, Vec::new()));
    assert!(matches!(&judgement, Judgement::Undecided(places) if places.len() == 1));
    assert_eq!(outcome(&judgement, None), Outcome::NoVerdict);
}

#[test]
fn behaviour_is_compared_between_legs_and_models() {
    let keys = |observed: Vec<Observed>| -> (Behaviour, Vec<String>) {
        let verdict = decided(evidence(compared(&[Level::Layout]), observed));
        let keys = (verdict.behaviour_differences.iter())
            .map(|found| format!("{} {}", found.key, found.place));
        (verdict.behaviour, keys.collect())
    };
    assert_eq!(keys(Vec::new()), (Behaviour::NotRun, Vec::new()));
    let same = vec![observed("a53", "x", "x"), observed("max", "x", "x")];
    assert_eq!(keys(same), (Behaviour::Same, Vec::new()));
    let (behaviour, legs) = keys(vec![observed("a53", "x", "y")]);
    assert_eq!(behaviour, Behaviour::Different);
    assert_eq!(
        legs,
        ["run.stdout greets > a53", "run.file greets > a53 > out.txt"]
    );
    let (_, models) = keys(vec![observed("a53", "x", "x"), observed("max", "y", "y")]);
    assert_eq!(
        models,
        [
            "run.model.stdout greets > native > max",
            "run.model.file greets > native > max > out.txt",
            "run.model.stdout greets > cross > max",
            "run.model.file greets > cross > max > out.txt",
        ]
    );
}

#[test]
fn equal_artifacts_that_behave_differently_are_noted() {
    let differ = vec![observed("max", "a\nx", "a\ny")];
    let verdict = decided(evidence(compared(&[]), differ.clone()));
    assert_eq!(verdict.level, Level::Bits);
    assert_eq!(verdict.notes, [Note::NondeterministicProgram]);
    assert_eq!(
        verdict.behaviour_differences[0].left.as_deref(),
        Some("line 2: x")
    );
    assert!(
        decided(evidence(compared(&[Level::Layout]), differ))
            .notes
            .is_empty()
    );
}

#[test]
fn controls_say_what_a_side_is_to_itself() {
    let mut both = evidence(compared(&[Level::Layout]), Vec::new());
    both.controls = Pair::new(Some(compared(&[Level::Loaded])), Some(compared(&[])));
    let verdict = decided(both.clone());
    assert_eq!(
        verdict.controls,
        Pair::new(Control::Differs(Level::Loaded), Control::Same)
    );
    assert_eq!(verdict.unstable, [path("usr/bin/f0")]);
    let golden = reasoned(blessed(&verdict, None));
    assert_eq!(
        golden.native[&path("usr/bin/f0")],
        ExpectedFact::Unstable { mode: 0o755 }
    );
    assert_eq!(check(&verdict, &golden), []);

    // A control that the golden rests on must have been run; one expected equal need not.
    let without = decided(evidence(compared(&[Level::Layout]), Vec::new()));
    let native = crossproof_model::Side::Native;
    assert_eq!(check(&without, &golden), [Breach::ControlNotRun(native)]);
    // Blessing without controls keeps what only they could tell.
    assert_eq!(blessed(&without, Some(&golden)), golden);

    // A side that became deterministic is news, and its unstable file stale.
    both.controls.left = Some(compared(&[]));
    let breaches = check(&decided(both), &golden);
    assert_eq!(
        breaches[0],
        Breach::Control(native, ExpectedControl::Differs)
    );
    assert!(breaches[1].to_string().contains("stale"), "{breaches:?}");
}

#[test]
fn a_golden_without_controls_says_so_until_they_are_run() {
    let mut both = evidence(compared(&[Level::Layout]), Vec::new());
    let once = decided(both.clone());
    let golden = reasoned(blessed(&once, None));
    assert_eq!(
        golden.controls,
        Pair::new(ExpectedControl::NotRun, ExpectedControl::NotRun)
    );
    assert_eq!(check(&once, &golden), []);

    both.controls = Pair::new(Some(compared(&[])), Some(compared(&[])));
    let twice = decided(both);
    let news =
        crossproof_model::Side::BOTH.map(|side| Breach::Control(side, ExpectedControl::NotRun));
    assert_eq!(check(&twice, &golden), news);
    assert_eq!(check(&twice, &blessed(&twice, Some(&golden))), []);
}

#[test]
fn outcomes_are_told_apart() {
    let judgement = judge(evidence(compared(&[Level::Layout]), Vec::new()));
    let Judgement::Decided(verdict) = &judgement else {
        panic!("undecided")
    };
    assert_eq!(outcome(&judgement, None), Outcome::NoGolden);
    let golden = blessed(verdict, None);
    let accepted = |golden: Golden| Accepted::Verdict(Box::new(golden));
    let open = outcome(&judgement, Some(&accepted(golden.clone())));
    assert!(matches!(open, Outcome::Broken(b) if b.len() == 1));
    let reasoned = accepted(reasoned(golden));
    assert_eq!(outcome(&judgement, Some(&reasoned)), Outcome::Holds);
    let skipped = Judgement::Skipped("no qemu".to_owned());
    assert_eq!(outcome(&skipped, None), Outcome::NoVerdict);
}

fn any_level() -> impl Strategy<Value = Level> {
    prop::sample::select(&Level::ALL[1..])
}

fn any_control() -> impl Strategy<Value = Option<Comparison>> {
    prop::option::of(prop::collection::vec(any_level(), 0..3).prop_map(|l| compared(&l)))
}

prop_compose! {
    fn any_verdict()(
        levels in prop::collection::vec(any_level(), 0..4),
        controls in (any_control(), any_control()),
        outputs in prop::collection::vec("[ab]{0,2}", 0..6),
        fired in 0..3u64,
    ) -> Verdict {
        let mut comparison = compared(&levels);
        comparison.rules = BTreeMap::from([(rule(), fired)]);
        let models = ["a53", "a72", "max"].into_iter().zip(outputs.chunks_exact(2));
        let observed = models.map(|(model, pair)| observed(model, &pair[0], &pair[1])).collect();
        let mut evidence = evidence(comparison, observed);
        evidence.controls = Pair::new(controls.0, controls.1);
        decided(evidence)
    }
}

proptest! {
    #[test]
    fn blessing_leaves_only_reasons_to_find(verdict in any_verdict()) {
        let golden = blessed(&verdict, None);
        for breach in check(&verdict, &golden) {
            prop_assert!(matches!(breach, Breach::Unreasoned(..)), "{breach}");
        }
        let golden = reasoned(golden);
        prop_assert_eq!(check(&verdict, &golden), []);
        // Reasons survive another blessing, and what is accepted does not depend on how often.
        prop_assert_eq!(blessed(&verdict, Some(&golden)), golden);
    }

    #[test]
    fn a_perturbed_verdict_breaks(verdict in any_verdict(), which in 0..12usize) {
        let golden = reasoned(blessed(&verdict, None));
        let mut other = verdict.clone();
        perturb(&mut other, which);
        prop_assume!(other != verdict);
        prop_assert_ne!(check(&other, &golden), []);
    }
}

/// Changes one thing of a verdict that its golden speaks of, where the verdict has such a thing.
fn perturb(verdict: &mut Verdict, which: usize) {
    match which {
        0 => {
            verdict.level = if verdict.level == Level::Bits {
                Level::Layout
            } else {
                Level::Bits
            }
        }
        1 => {
            verdict.behaviour = match verdict.behaviour {
                Behaviour::Same => Behaviour::Different,
                Behaviour::Different | Behaviour::NotRun => Behaviour::Same,
            }
        }
        2 => {
            verdict.controls.right = match verdict.controls.right {
                Control::Same | Control::NotRun => Control::Differs(Level::Layout),
                Control::Differs(_) | Control::Undecided => Control::NotRun,
            }
        }
        3 => drop(verdict.comparison.differences.pop()),
        4 => verdict
            .comparison
            .differences
            .push(difference(9, Level::Layout)),
        5 => drop(verdict.behaviour_differences.pop()),
        6 => {
            let used = verdict.comparison.rules.remove(&rule()).unwrap_or(0);
            if used == 0 {
                verdict.comparison.rules.insert(rule(), 1);
            }
        }
        7 => {
            for observed in verdict.observed.iter_mut().take(1) {
                observed.pair.left.stdout.push(b'!');
            }
        }
        8 => {
            for observed in verdict.observed.iter_mut().take(1) {
                observed.pair.left.exit = Exit::Signal(11);
            }
        }
        9 => verdict.observed.clear(),
        10 => drop(verdict.native.facts.pop_last()),
        _ => drop(
            verdict
                .native
                .facts
                .insert(path("usr/new"), Fact::Dir { mode: 0o755 }),
        ),
    }
}

#[test]
fn the_cross_leg_and_every_model_are_held_to_what_is_accepted() {
    let same = vec![observed("a53", "x", "x"), observed("max", "x", "x")];
    let verdict = decided(evidence(compared(&[]), same));
    let golden = blessed(&verdict, None);
    let mut other = verdict;
    other.observed[1].pair.right.stdout = b"y".to_vec();
    let breaches = check(&other, &golden);
    assert_eq!(breaches.len(), 1);
    let expected =
        "run greets: cross under max: stdout is not as accepted: line 1 was \"x\", is \"y\"";
    assert_eq!(breaches[0].to_string(), expected);
}
