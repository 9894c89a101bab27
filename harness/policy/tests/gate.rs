//! The gate: what meets every demand is substituted, and each thing that could be wrong refuses by itself.

mod found;

use crossproof_model::check::{Scan, Search};
use crossproof_model::gate::{
    Answer, Day, Decision, Decisions, Demands, GatePolicy, Objection, Row, Toleration, Wanted,
};
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Times, Trial};
use crossproof_model::tree::Fact;
use crossproof_model::verdict::{Control, Failure, Judgement, Note, Verdict};
use crossproof_model::{Difference, Digest, Leg, Level, Pair, Place, Platform, Side};
use crossproof_policy::gate::{Candidate, decide, needles, not_there};
use found::{compared, decided, difference, evidence, observed, path, rule};
use std::collections::{BTreeMap, BTreeSet};

/// A verdict that nothing can be said against: two paths, a settled difference, runs under two models, controls.
fn sound() -> Verdict {
    let mut comparison = compared(&[Level::Metadata, Level::Metadata]);
    for difference in &mut comparison.differences {
        difference.settled_by = Some(rule());
    }
    comparison.rules.insert(rule(), 2);
    let runs = vec![observed("a53", "hi", "hi"), observed("max", "hi", "hi")];
    Verdict {
        controls: Pair::new(Control::Same, Control::Same),
        ..decided(evidence(comparison, runs))
    }
}

fn trial(judgement: Judgement) -> Trial {
    Trial {
        case: "hello".parse().unwrap(),
        target: Platform::Aarch64,
        judgement,
        outcome: Outcome::Holds,
        times: Times::default(),
    }
}

fn of(verdict: Verdict) -> Trial {
    trial(Judgement::Decided(Box::new(verdict)))
}

fn policy(rows: Vec<Row>) -> GatePolicy {
    GatePolicy {
        digest: Digest::of("policy"),
        rows,
        tolerated: Vec::new(),
        regressions_only: false,
    }
}

fn all(demands: Demands) -> GatePolicy {
    policy(vec![Row {
        demands,
        ..Row::default()
    }])
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn decision(policy: &GatePolicy, trial: &Trial) -> Decision {
    decide(policy, &Candidate::of(trial), None, &[], &day("2026-06-15"))
}

/// What is said against it, in sentences.
fn said(policy: &GatePolicy, trial: &Trial) -> Vec<String> {
    let decision = decision(policy, trial);
    let refused = decision.answer == Answer::Refuse;
    assert_eq!(refused, !decision.objections.is_empty());
    decision
        .objections
        .iter()
        .map(ToString::to_string)
        .collect()
}

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
        "rule elf.build-id@1 is needed for usr/bin/f0, not allowed"
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
fn the_last_row_that_is_for_a_path_has_the_last_word_on_it() {
    let row = |case: Option<&str>, target, path: Option<&str>, level| Row {
        case: case.map(str::to_owned),
        target,
        path: path.map(str::to_owned),
        demands: Demands {
            at_least: Some(level),
            ..Demands::default()
        },
    };
    let mut verdict = sound();
    verdict
        .comparison
        .differences
        .push(difference(0, Level::Loaded));
    verdict
        .comparison
        .differences
        .push(difference(1, Level::Interface));
    let trial = of(verdict);
    let with = |rows: Vec<Row>| said(&policy(rows), &trial).len();
    assert_eq!(with(vec![Row::default()]), 2);
    let f0 = || row(None, None, Some("usr/bin/f0"), Level::Loaded);
    assert_eq!(with(vec![Row::default(), f0()]), 1);
    let case = |case| row(Some(case), None, None, Level::Interface);
    assert_eq!(with(vec![Row::default(), case("hel*")]), 0);
    assert_eq!(with(vec![Row::default(), case("other-*")]), 2);
    let armv7 = row(None, Some(Platform::Armv7), None, Level::Interface);
    assert_eq!(with(vec![Row::default(), armv7]), 2);
    let strict = row(None, None, Some("usr/*/f1"), Level::Bits);
    assert_eq!(with(vec![Row::default(), case("hello"), strict]), 1);
}

#[test]
fn a_difference_is_tolerated_to_the_end_of_its_last_day() {
    let mut verdict = sound();
    verdict
        .comparison
        .differences
        .push(difference(0, Level::Interface));
    let trial = of(verdict);
    let mut policy = all(Demands::default());
    policy.tolerated = vec![Toleration {
        key: "elf.section.text.bytes".parse().unwrap(),
        case: Some("hello".to_owned()),
        target: None,
        path: Some("usr/bin/f0".to_owned()),
        until: day("2026-06-15"),
        reason: "known bug".to_owned(),
    }];
    let on = |policy: &GatePolicy, today: &str| {
        decide(policy, &Candidate::of(&trial), None, &[], &day(today))
    };
    let through = on(&policy, "2026-06-15");
    assert_eq!(through.answer, Answer::Substitute);
    assert_eq!(through.tolerated.len(), 1);
    let over = on(&policy, "2026-06-16");
    assert_eq!(
        over.objections[0].to_string(),
        "usr/bin/f0 is interface, wanted metadata: elf.section.text.bytes (tolerated until 2026-06-15)"
    );
    policy.tolerated[0].path = Some("usr/bin/f1".to_owned());
    assert_eq!(
        on(&policy, "2026-06-15").answer,
        Answer::Refuse,
        "another path"
    );
    policy.tolerated[0].path = None;
    policy.tolerated[0].key = "elf.section.text".parse().unwrap();
    assert_eq!(
        on(&policy, "2026-06-15").answer,
        Answer::Refuse,
        "a key is no prefix"
    );
    policy.tolerated[0].key = "elf.section.text.bytes".parse().unwrap();
    policy.rows[0].demands.at_least = Some(Level::Bits);
    assert_eq!(
        on(&policy, "2026-06-15").answer,
        Answer::Refuse,
        "never bits"
    );
}

#[test]
fn where_only_regressions_refuse_what_was_no_better_is_let_through() {
    let with = |level| {
        let mut verdict = sound();
        verdict.comparison.differences.push(difference(0, level));
        of(verdict)
    };
    let mut policy = all(Demands::default());
    let old = decision(&policy, &with(Level::Interface)).objections;
    policy.regressions_only = true;
    let now = |trial: &Trial| {
        decide(
            &policy,
            &Candidate::of(trial),
            None,
            &old,
            &day("2026-06-15"),
        )
    };
    let same = now(&with(Level::Interface));
    assert_eq!((same.answer, same.known.len()), (Answer::Substitute, 1));
    assert_eq!(now(&with(Level::Layout)).answer, Answer::Substitute);
    assert_eq!(now(&with(Level::Divergent)).answer, Answer::Refuse);
    let mut elsewhere = with(Level::Interface);
    if let Judgement::Decided(verdict) = &mut elsewhere.judgement {
        verdict.observed.clear();
    }
    assert_eq!(now(&elsewhere).objections, [Objection::NotRun(None)]);
    policy.regressions_only = false;
    let now = decide(
        &policy,
        &Candidate::of(&with(Level::Interface)),
        None,
        &old,
        &day("2026-06-15"),
    );
    assert_eq!(now.answer, Answer::Refuse, "unless asked for");
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
