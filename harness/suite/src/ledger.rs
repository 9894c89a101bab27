//! Many trials at once, and the report of all of them.

use crate::exit::{Status, status_of};
use crate::pipeline::Pipeline;
use anyhow::{Context as _, Result};
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_model::{Case, Platform};

/// What is to be judged.
pub type Selected = Vec<(Case, Platform)>;

/// Does every trial; the report lists them in order of case and target, whichever ended first. What is wrong with one
/// case is that trial's end and no other's; what the machine lacks ends all.
pub async fn trials(pipeline: &Pipeline, selected: &Selected) -> Result<Report> {
    let pending = selected.iter().map(|(case, target)| async move {
        match pipeline.trial(case, *target).await {
            Err(error) if status_of(&error) != Status::Lacks => Ok(Trial {
                case: case.name.clone(),
                target: *target,
                judgement: Judgement::Errored(format!("{error:#}")),
                outcome: Outcome::NoVerdict,
                times: Times::default(),
            }),
            trial => trial.with_context(|| format!("{}::{target}", case.name)),
        }
    });
    let trials = futures_util::future::try_join_all(pending).await?;
    Ok(Report {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        trials,
    })
}

/// Whether skipped trials count against a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skips {
    /// They are listed, and the rest decides.
    Listed,
    /// They fail it.
    Fail,
}

/// How a run ends: by its worst trial. A run in which nothing was judged does not hold.
pub fn status(report: &Report, skips: Skips) -> Status {
    let skipped = |trial: &&Trial| matches!(trial.judgement, Judgement::Skipped(_));
    let judged: Vec<&Trial> = report
        .trials
        .iter()
        .filter(|trial| !skipped(trial))
        .collect();
    if judged.iter().any(|trial| trial.outcome != Outcome::Holds) {
        return Status::Below;
    }
    let any_skipped = judged.len() < report.trials.len();
    if judged.is_empty() || (any_skipped && skips == Skips::Fail) {
        return Status::Lacks;
    }
    Status::Holds
}
