//! A verdict held against what is accepted, and accepting one.

mod bless;
mod check;
mod failure;
mod runs;

pub use bless::bless;
pub use check::check;
pub use failure::{bless_failure, check_failure};

use crossproof_model::golden::{Accepted, Breach, Outcome};
use crossproof_model::verdict::Judgement;

/// How a judgement compares with what is accepted, if anything is. What has no verdict has no outcome
/// either, but for a failure where that very failure is accepted.
pub fn outcome(judgement: &Judgement, accepted: Option<&Accepted>) -> Outcome {
    match (judgement, accepted) {
        (Judgement::Decided(verdict), Some(Accepted::Verdict(golden))) => {
            held(check(verdict, golden))
        }
        (Judgement::Failed(failure), Some(Accepted::Failure(expected))) => {
            held(check_failure(failure, expected))
        }
        // Both were built: comparing them, or failing to, comes after.
        (Judgement::Decided(_) | Judgement::Undecided(_), Some(Accepted::Failure(expected))) => {
            Outcome::Broken(vec![Breach::Built(expected.leg)])
        }
        (Judgement::Decided(_), None) => Outcome::NoGolden,
        (Judgement::Undecided(_) | Judgement::Failed(_), Some(Accepted::Verdict(_)) | None)
        | (Judgement::Skipped(_) | Judgement::Errored(_), _) => Outcome::NoVerdict,
    }
}

fn held(breaches: Vec<Breach>) -> Outcome {
    if breaches.is_empty() {
        Outcome::Holds
    } else {
        Outcome::Broken(breaches)
    }
}
