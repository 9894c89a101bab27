//! A failure held against the one that is accepted, and accepting one.

use crossproof_model::golden::{Breach, ExpectedFailure};
use crossproof_model::verdict::Failure;
use crossproof_model::{Leg, Pair};

/// Why `failure` is not the accepted one; empty when it is.
pub fn check_failure(failure: &Failure, expected: &ExpectedFailure) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let accepted = place(expected.leg, expected.phase.name());
    let found = place(
        failure.leg,
        failure.phase.map_or("no", |phase| phase.name()),
    );
    if accepted != found {
        breaches.push(Breach::Failed(Pair::new(accepted, found)));
    }
    if !says(failure, &expected.says) {
        breaches.push(Breach::Unsaid(expected.says.clone()));
    }
    if expected.reason.is_none() {
        breaches.push(Breach::UnreasonedFailure(expected.says.clone()));
    }
    breaches
}

/// The failure as an accepted one, without a reason unless `old` accepts the same. `None` if it is in no
/// phase or left no log: nothing would tell it from any other.
///
/// The line is a proposal: the last that speaks of an error, else the last. Whoever finds out the reason
/// puts the line there that gives it.
pub fn bless_failure(failure: &Failure, old: Option<&ExpectedFailure>) -> Option<ExpectedFailure> {
    let phase = failure.phase?;
    let kept =
        old.filter(|old| old.leg == failure.leg && old.phase == phase && says(failure, &old.says));
    if let Some(old) = kept {
        return Some(old.clone());
    }
    let lines = || {
        let lines = failure.log_end.iter().rev().map(|line| line.trim());
        lines.filter(|line| !line.is_empty())
    };
    let telling = lines().find(|line| line.to_lowercase().contains("error"));
    let line = telling.or_else(|| lines().next())?;
    Some(ExpectedFailure {
        leg: failure.leg,
        phase,
        says: line.to_owned(),
        reason: None,
    })
}

/// Whether a whole line at the log's end is this one.
fn says(failure: &Failure, line: &str) -> bool {
    let mut lines = failure.log_end.iter();
    lines.any(|found| found.trim() == line.trim())
}

fn place(leg: Leg, phase: &str) -> String {
    format!("leg {leg} in its {phase} phase")
}
