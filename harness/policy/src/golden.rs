//! A verdict held against what is accepted, and accepting one.

mod bless;
mod check;
mod runs;

pub use bless::bless;
pub use check::check;

use crossproof_model::golden::{Golden, Outcome};
use crossproof_model::verdict::Judgement;

/// How a judgement compares with the golden, if there is one. What has no verdict has no outcome
/// either, golden or not.
pub fn outcome(judgement: &Judgement, golden: Option<&Golden>) -> Outcome {
    match (judgement, golden) {
        (Judgement::Decided(verdict), Some(golden)) => {
            let breaches = check(verdict, golden);
            if breaches.is_empty() {
                Outcome::Holds
            } else {
                Outcome::Broken(breaches)
            }
        }
        (Judgement::Decided(_), None) => Outcome::NoGolden,
        (Judgement::Undecided(_) | Judgement::Failed(_) | Judgement::Skipped(_), _) => {
            Outcome::NoVerdict
        }
    }
}
