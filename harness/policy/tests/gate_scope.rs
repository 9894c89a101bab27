//! What a policy's rows, tolerations and the last accepted report are for, and what they are not for.

mod found;
mod weighed;

use crossproof_model::gate::{Answer, Demands, GatePolicy, Objection, Row, Toleration};
use crossproof_model::observation::Exit;
use crossproof_model::report::Trial;
use crossproof_model::verdict::Judgement;
use crossproof_model::{Level, Platform};
use crossproof_policy::gate::{Candidate, decide};
use found::difference;
use weighed::{all, day, decision, of, policy, said, sound};

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
    // A run that differs in a different way is a regression.
    let crashing = |code| {
        let mut trial = with(Level::Interface);
        if let Judgement::Decided(verdict) = &mut trial.judgement {
            verdict.observed[0].pair.right.exit = Exit::Code(code);
        }
        trial
    };
    policy.regressions_only = false;
    let old = decision(&policy, &crashing(1)).objections;
    policy.regressions_only = true;
    let now = |trial: &Trial| {
        let today = day("2026-06-15");
        decide(&policy, &Candidate::of(trial), None, &old, &today).answer
    };
    assert_eq!(now(&crashing(1)), Answer::Substitute);
    assert_eq!(now(&crashing(2)), Answer::Refuse);
    let old = decision(&all(Demands::default()), &with(Level::Interface)).objections;
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
