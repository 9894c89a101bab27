//! A failure that is accepted holds, and nothing else in its place does.

use crossproof_model::case::PhaseName;
use crossproof_model::golden::{Accepted, Breach, ExpectedFailure, Outcome};
use crossproof_model::verdict::{Failure, Judgement};
use crossproof_model::{Leg, Pair};
use crossproof_policy::golden::{bless_failure, check_failure};
use crossproof_policy::outcome;

fn leg(text: &str) -> Leg {
    text.parse().unwrap()
}

fn failure() -> Failure {
    let lines = [
        "checking for /dev/zero... ",
        "configure: error: in '/build/source':",
        "  configure: error: cannot check for file existence when cross compiling ",
        "See 'config.log' for more details",
        "",
    ];
    Failure {
        leg: leg("C1"),
        phase: Some(PhaseName::Configure),
        reason: "exit 1".to_owned(),
        log_end: lines.map(str::to_owned).into(),
        log: None,
    }
}

fn expected() -> ExpectedFailure {
    ExpectedFailure {
        leg: leg("C1"),
        phase: PhaseName::Configure,
        says: "configure: error: cannot check for file existence when cross compiling".to_owned(),
        reason: Some("looked".to_owned()),
    }
}

fn held(failure: Failure, expected: ExpectedFailure) -> Outcome {
    outcome(
        &Judgement::Failed(failure),
        Some(&Accepted::Failure(expected)),
    )
}

#[test]
fn the_accepted_failure_holds_and_no_other() {
    assert_eq!(held(failure(), expected()), Outcome::Holds);

    let accepted = "leg C1 in its configure phase".to_owned();
    for (change, found) in [
        ("leg", "leg N1 in its configure phase"),
        ("phase", "leg C1 in its build phase"),
        ("none", "leg C1 in its no phase"),
    ] {
        let mut other = failure();
        match change {
            "leg" => other.leg = leg("N1"),
            "phase" => other.phase = Some(PhaseName::Build),
            _ => other.phase = None,
        }
        let breach = Breach::Failed(Pair::new(accepted.clone(), found.to_owned()));
        assert_eq!(held(other, expected()), Outcome::Broken(vec![breach]));
    }
}

#[test]
fn the_log_must_say_the_whole_line() {
    for says in [
        "configure: error:",
        "cannot check for file existence when cross compiling",
        "configure: error: cannot run test program while cross compiling",
    ] {
        let mut other = expected();
        other.says = says.to_owned();
        let breaches = vec![Breach::Unsaid(says.to_owned())];
        assert_eq!(held(failure(), other), Outcome::Broken(breaches));
    }
}

#[test]
fn a_build_that_succeeds_unexpectedly_does_not_hold() {
    let undecided = Judgement::Undecided(Vec::new());
    let accepted = Accepted::Failure(expected());
    let breaches = vec![Breach::Built(leg("C1"))];
    assert_eq!(
        outcome(&undecided, Some(&accepted)),
        Outcome::Broken(breaches)
    );
    // What the machine lacks says nothing about the case.
    let skipped = Judgement::Skipped("no qemu".to_owned());
    assert_eq!(outcome(&skipped, Some(&accepted)), Outcome::NoVerdict);
    // And a failure that nobody accepted stays without a verdict.
    let failed = Judgement::Failed(failure());
    assert_eq!(outcome(&failed, None), Outcome::NoVerdict);
}

#[test]
fn a_failure_is_not_accepted_without_a_reason() {
    let blessed = bless_failure(&failure(), None).unwrap();
    let mut reasonless = expected();
    reasonless.reason = None;
    assert_eq!(blessed, reasonless, "the last line that speaks of an error");
    let breaches = vec![Breach::UnreasonedFailure(blessed.says.clone())];
    assert_eq!(check_failure(&failure(), &blessed), breaches);

    // What was found out is kept as long as it is the same failure, the chosen line included.
    let mut old = expected();
    old.says = "checking for /dev/zero...".to_owned();
    assert_eq!(bless_failure(&failure(), Some(&old)), Some(old.clone()));
    let mut other = failure();
    other.phase = Some(PhaseName::Install);
    assert_eq!(bless_failure(&other, Some(&old)).unwrap().reason, None);

    // A leg that says nothing, or fails in no phase, could be any.
    other.log_end = vec![String::new()];
    assert_eq!(bless_failure(&other, None), None);
    let mut nowhere = failure();
    nowhere.phase = None;
    assert_eq!(bless_failure(&nowhere, None), None);
}
