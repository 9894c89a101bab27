//! Many trials at once, and the report of all of them.

use crate::exit::{Status, status_of};
use crate::pipeline::Pipeline;
use anyhow::{Context as _, Result};
use crossproof_exec::error::Error as ExecError;
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_model::{Case, Platform};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// What is to be judged.
pub type Selected = Vec<(Case, Platform)>;

/// One trial. What turns out to be damaged in the store is removed, and made anew at once.
pub async fn trial(pipeline: &Pipeline, case: &Case, target: Platform) -> Result<Trial> {
    /// Roots and legs of both sides, the tools, the sources: each may be, and each is found by itself.
    const PARTS: usize = 6;
    let mut ended = pipeline.trial(case, target).await;
    for _ in 0..PARTS {
        let Some(what) = damage(&ended) else { break };
        let session = pipeline.session.clone();
        session
            .board
            .warn(&format!("{what}; it was removed and is made anew"));
        tokio::task::spawn_blocking(move || session.tools()).await??;
        ended = pipeline.trial(case, target).await;
    }
    ended
}

fn damage(ended: &Result<Trial>) -> Option<String> {
    let error = ended.as_ref().err()?;
    error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(ExecError::Damaged { what }) => Some(what.clone()),
        _ => None,
    })
}

/// Does every trial, each a task of its own; the report lists them in order of case and target, whichever ended first.
/// What is wrong with one case is that trial's end and no other's; what the machine lacks ends all.
pub async fn trials(pipeline: &Arc<Pipeline>, selected: &Selected) -> Result<Report> {
    // Dropped, it ends them all.
    let mut tasks = JoinSet::new();
    let mut ids = Vec::new();
    for (case, target) in selected {
        let (pipeline, case, target) = (Arc::clone(pipeline), case.clone(), *target);
        let task = tasks.spawn(async move { judged(&pipeline, &case, target).await });
        ids.push(task.id());
    }
    let mut trials = BTreeMap::new();
    while let Some(task) = tasks.join_next_with_id().await {
        let (id, trial) = match task {
            Ok((id, trial)) => (id, Ok(trial?)),
            // A fault of this program.
            Err(fault) => (fault.id(), Err(fault.to_string())),
        };
        let number = ids.iter().position(|one| *one == id);
        let Some((number, (case, target))) =
            number.and_then(|number| Some((number, selected.get(number)?)))
        else {
            continue;
        };
        let trial = trial.unwrap_or_else(|fault| errored(case, *target, fault));
        trials.insert(number, trial);
    }
    Ok(Report {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        trials: trials.into_values().collect(),
    })
}

async fn judged(pipeline: &Pipeline, case: &Case, target: Platform) -> Result<Trial> {
    match trial(pipeline, case, target).await {
        Err(error) if status_of(&error) != Status::Lacks => {
            Ok(errored(case, target, format!("{error:#}")))
        }
        trial => trial.with_context(|| format!("{}::{target}", case.name)),
    }
}

fn errored(case: &Case, target: Platform, why: String) -> Trial {
    Trial {
        case: case.name.clone(),
        target,
        judgement: Judgement::Errored(why),
        outcome: Outcome::NoVerdict,
        times: Times::default(),
    }
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
