//! The gate: what meets every demand is substituted, and each thing that could be wrong refuses by itself.

mod found;
mod weighed;

use crossproof_model::check::{Scan, Search};
use crossproof_model::gate::{Answer, Decision, Decisions, Demands, Row, Wanted};
use crossproof_model::golden::Outcome;
use crossproof_model::tree::Fact;
use crossproof_model::verdict::{Control, Failure, Judgement, Note, Verdict};
use crossproof_model::{Difference, Digest, Leg, Level, Place, Platform, Side};
use crossproof_policy::gate::{Candidate, decide, needles, not_there};
use found::{difference, observed, path, rule};
use std::collections::{BTreeMap, BTreeSet};
use weighed::{all, day, decision, of, policy, said, sound, trial};

#[test]
fn what_meets_every_demand_is_substituted() {
    assert!(said(&all(Demands::default()), &of(sound())).is_empty());
    let every = Demands {
        at_least: Some(Level::Metadata),
        behaviour: Some(Wanted::Must),
        models: Some(["a53".to_owned(), "max".to_owned()].into()),
        controls: Some(Wanted::Must),
        golden: Some(Wanted::Must),
        findings: Some(Wanted::Must),
        rules: Some([rule()].into()),
        notes: Some(BTreeSet::new()),
        growth: Some(0),
        ..Demands::default()
    };
    assert!(said(&all(every), &of(sound())).is_empty());
}

#[test]
fn each_thing_that_could_be_wrong_refuses_by_itself() {
    let plain = all(Demands::default());
    let one = |objections: Vec<String>| match objections.as_slice() {
        [only] => only.clone(),
        more => panic!("{more:?}"),
    };
    let with = |change: fn(&mut Verdict)| {
        let mut verdict = sound();
        change(&mut verdict);
        one(said(&plain, &of(verdict)))
    };
    let loaded = with(|v| v.comparison.differences.push(difference(0, Level::Loaded)));
    assert_eq!(
        loaded,
        "usr/bin/f0 is loaded, wanted metadata: elf.section.text.bytes"
    );
    assert_eq!(
        with(|v| v.observed[1] = observed("max", "hi", "ho")),
        "run greets differs under max"
    );
    assert_eq!(
        with(|v| v.observed[1] = observed("max", "ho", "ho")),
        "run greets differs under max",
        "both sides alike, and unlike under another model"
    );
    assert_eq!(
        with(|v| v.observed.clear()),
        "nothing was run: its behaviour is not known"
    );
    assert_eq!(
        with(|v| v.controls.left = Control::NotRun),
        "the native side was built once: whether it is deterministic is not known"
    );
    assert_eq!(
        with(|v| v.controls.right = Control::Differs(Level::Loaded)),
        "the cross control differs (loaded)"
    );
    assert_eq!(
        with(|v| v.controls.right = Control::Undecided),
        "the cross control undecided"
    );
    assert_eq!(
        with(|v| v.checks.push(Difference {
            key: "check.glibc.cross-only".parse().unwrap(),
            ..difference(1, Level::Bits)
        })),
        "check.glibc.cross-only in usr/bin/f1 > .text"
    );
    let asked = |demands: Demands, change: fn(&mut Verdict)| {
        let mut verdict = sound();
        change(&mut verdict);
        one(said(&all(demands), &of(verdict)))
    };
    let models = Some(["a15".to_owned(), "max".to_owned()].into());
    assert_eq!(
        asked(
            Demands {
                models,
                ..Demands::default()
            },
            |_| {}
        ),
        "nothing was run under a15"
    );
    let notes = Some(BTreeSet::new());
    assert!(
        asked(
            Demands {
                notes,
                ..Demands::default()
            },
            |v| v.notes.push(Note::EmulatedBuild)
        )
        .starts_with("emulated-build: ")
    );
    let growth = Some(10);
    let grow = |v: &mut Verdict| {
        for (facts, size) in [(&mut v.native.facts, 100), (&mut v.cross.facts, 111)] {
            let digest = Digest::of("x");
            let fact = Fact::File {
                mode: 0o755,
                size,
                digest,
            };
            facts.insert(path("usr/bin/f1"), fact);
        }
    };
    assert_eq!(
        asked(
            Demands {
                growth,
                ..Demands::default()
            },
            grow
        ),
        "usr/bin/f1 grew from 100 to 111 bytes, more than 10 %"
    );
    let rules = Some(BTreeSet::new());
    let objections = said(
        &all(Demands {
            rules,
            ..Demands::default()
        }),
        &of(sound()),
    );
    assert_eq!(objections.len(), 2, "{objections:?}");
    assert_eq!(
        objections[0],
        "rule elf.build-id@3 is needed for usr/bin/f0, not allowed"
    );
    let golden = Some(Wanted::Must);
    let mut broken = of(sound());
    broken.outcome = Outcome::NoGolden;
    assert_eq!(
        said(
            &all(Demands {
                golden,
                ..Demands::default()
            }),
            &broken
        ),
        ["against its golden: no-golden"]
    );
}

#[test]
fn without_a_verdict_nothing_is_substituted() {
    let plain = all(Demands::default());
    let failed = trial(Judgement::Failed(Failure {
        leg: Leg {
            side: Side::Cross,
            repeat: 1,
        },
        phase: None,
        reason: "exit 2".to_owned(),
        log_end: Vec::new(),
        log: None,
    }));
    assert_eq!(said(&plain, &failed), ["failed: leg C1: exit 2"]);
    let skipped = trial(Judgement::Skipped("no qemu".to_owned()));
    assert_eq!(said(&plain, &skipped), ["skipped: no qemu"]);
    let undecided = trial(Judgement::Undecided(Vec::new()));
    assert_eq!(said(&plain, &undecided).len(), 1);
    let absent = not_there(&plain, "other", Platform::Armv7);
    assert_eq!(absent.answer, Answer::Refuse);
}

#[test]
fn bytes_are_searched_where_the_policy_asks_and_what_cannot_be_searched_refuses() {
    let text = || Search::Texts(vec!["/nix/store".to_owned()]);
    let strict = Row {
        path: Some("usr/bin/**".to_owned()),
        demands: Demands {
            glibc: Some("2.34".parse().unwrap()),
            forbid: Some(BTreeMap::from([("store".to_owned(), text())])),
            ..Demands::default()
        },
        ..Row::default()
    };
    let policy = policy(vec![Row::default(), strict]);
    let trial = of(sound());
    let wanted = needles(&policy, "hello", Platform::Aarch64).unwrap();
    let place = |at: &str| Place::file(path(at));
    let needle = wanted[0].name.clone();
    let texts = || BTreeSet::from(["/nix/store/x".to_owned()]);
    let scan = Scan {
        references: [
            ((needle.clone(), place("usr/bin/f0")), texts()),
            ((needle, place("usr/share/doc")), texts()),
        ]
        .into(),
        glibc: [
            (place("usr/bin/f1"), "2.38".parse().unwrap()),
            (place("usr/bin/f2"), "2.34".parse().unwrap()),
            (place("usr/lib/x"), "2.38".parse().unwrap()),
        ]
        .into(),
        ..Scan::default()
    };
    let ask = |scan| {
        let today = day("2026-06-15");
        let decision = decide(&policy, &Candidate::of(&trial), scan, &[], &today);
        let objections = decision.objections.iter();
        objections.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        ask(Some(Ok(&scan))),
        [
            "usr/bin/f1 needs glibc 2.38, newer than 2.34",
            "usr/bin/f0 refers to \"/nix/store/x\" (store)",
        ]
    );
    assert_eq!(ask(Some(Err("it is gone"))), ["not looked at: it is gone"]);
    assert_eq!(
        needles(&all(Demands::default()), "hello", Platform::Aarch64),
        None
    );
}

#[test]
fn a_gate_over_nothing_does_not_hold() {
    let hold = |decisions: Vec<Decision>| {
        let policy = Digest::of("policy");
        Decisions { policy, decisions }.hold()
    };
    let plain = all(Demands::default());
    let optional = all(Demands {
        required: Some(false),
        ..Demands::default()
    });
    let good = || decision(&plain, &of(sound()));
    let skipped = |policy| decision(policy, &trial(Judgement::Skipped("x".to_owned())));
    assert!(!hold(Vec::new()));
    assert!(hold(vec![good()]));
    assert!(!hold(vec![good(), skipped(&plain)]));
    assert!(hold(vec![good(), skipped(&optional)]));
    assert!(!hold(vec![skipped(&optional)]), "nothing is substituted");
}
