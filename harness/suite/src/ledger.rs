//! Many trials at once, and the report of all of them.

use crate::exit::Status;
use crate::pipeline::Pipeline;
use anyhow::{Context as _, Result};
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Report, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_model::{Case, Platform};

/// What is to be judged.
pub type Selected = Vec<(Case, Platform)>;

/// Does every trial; the report lists them in order of case and target, whichever ended first.
pub async fn trials(pipeline: &Pipeline, selected: &Selected) -> Result<Report> {
    let pending = selected.iter().map(|(case, target)| async move {
        let trial = pipeline.trial(case, *target).await;
        trial.with_context(|| format!("{}::{target}", case.name))
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
