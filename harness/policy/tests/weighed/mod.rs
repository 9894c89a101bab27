//! A case that nothing can be said against, and policies to weigh it by.

use super::found::{compared, decided, evidence, observed, rule};
use crossproof_model::gate::{Answer, Day, Decision, Demands, GatePolicy, Row};
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Times, Trial};
use crossproof_model::verdict::{Control, Judgement, Verdict};
use crossproof_model::{Digest, Level, Pair, Platform};
use crossproof_policy::gate::{Candidate, decide};

/// A verdict that nothing can be said against: two paths, a settled difference, runs under two models, controls.
pub fn sound() -> Verdict {
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

pub fn trial(judgement: Judgement) -> Trial {
    Trial {
        case: "hello".parse().unwrap(),
        target: Platform::Aarch64,
        judgement,
        outcome: Outcome::Holds,
        times: Times::default(),
    }
}

pub fn of(verdict: Verdict) -> Trial {
    trial(Judgement::Decided(Box::new(verdict)))
}

pub fn policy(rows: Vec<Row>) -> GatePolicy {
    GatePolicy {
        digest: Digest::of("policy"),
        rows,
        tolerated: Vec::new(),
        regressions_only: false,
    }
}

pub fn all(demands: Demands) -> GatePolicy {
    policy(vec![Row {
        demands,
        ..Row::default()
    }])
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn decision(policy: &GatePolicy, trial: &Trial) -> Decision {
    decide(policy, &Candidate::of(trial), None, &[], &day("2026-06-15"))
}

/// What is said against it, in sentences.
pub fn said(policy: &GatePolicy, trial: &Trial) -> Vec<String> {
    let decision = decision(policy, trial);
    let refused = decision.answer == Answer::Refuse;
    assert_eq!(refused, !decision.objections.is_empty());
    decision
        .objections
        .iter()
        .map(ToString::to_string)
        .collect()
}
