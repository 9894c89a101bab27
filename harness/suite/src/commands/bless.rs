//! `crossproof bless`: accept the present verdicts.

use super::{print, run};
use crate::args::{BlessArguments, PlaceArguments};
use crate::exit::{BadInput, Status};
use crate::pipeline::Repeats;
use crate::selection;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_model::verdict::Judgement;
use crossproof_policy as policy;
use crossproof_record as record;
use std::fmt::Write;
use std::fs;

/// Writes a golden for each trial, with the reasons of differences that were known already. Controls
/// are always built: a golden must not accept for cross what is plain nondeterminism.
pub fn bless(place: &PlaceArguments, arguments: &BlessArguments) -> Result<Status> {
    if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
        return Err(BadInput(
            "bless is refused where CI is set: a golden is accepted by a person; run it on your machine and commit golden/"
                .to_owned(),
        )
        .into());
    }
    let session = Session::open(place)?;
    let selected = selection::exactly(&session.project, &arguments.cases, &arguments.target)?;
    let Some(report) = run::judge(&session, &selected, Repeats::Always, None)? else {
        return Ok(Status::Interrupted);
    };
    let mut said = String::new();
    let mut status = Status::Holds;
    for trial in &report.trials {
        let name = format!("{}::{}", trial.case, trial.target);
        let Judgement::Decided(verdict) = &trial.judgement else {
            writeln!(
                said,
                "{name}: {}: there is no verdict to accept",
                trial.judgement.word()
            )?;
            status = Status::Below;
            continue;
        };
        let old = session.project.golden(&trial.case, trial.target)?;
        let golden = policy::golden::bless(trial.case.clone(), trial.target, verdict, old.as_ref());
        let path = session.project.golden_file(&trial.case, trial.target);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&path, record::write_golden(&golden))
            .with_context(|| path.display().to_string())?;
        let open = golden
            .differences
            .iter()
            .filter(|exemption| exemption.reason.is_none())
            .count();
        writeln!(
            said,
            "{name}: {} written to {}",
            verdict.level,
            path.display()
        )?;
        if open > 0 {
            writeln!(
                said,
                "  {open} differences want their reason there before they are accepted"
            )?;
            status = Status::Below;
        }
    }
    print(&said)?;
    Ok(status)
}
