//! `crossproof run`: build, compare, run, judge.

use crate::args::{OutputFormat, RunArguments};
use crate::exit::Status;
use crate::ledger::{self, Selected, Skips};
use crate::pipeline::{Pipeline, Repeats};
use crate::render;
use crate::screen::{print, print_json};
use crate::selection;
use crate::session::Session;
use crate::untrusted::{escaped, settled};
use crate::witness;
use anyhow::{Context as _, Result};
use crossproof_model::report::Report;
use crossproof_record as record;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Judges the cases that `arguments` select and prints the report.
pub fn run(session: &Session, arguments: &RunArguments) -> Result<Status> {
    let meant = selection::select(&session.project, &arguments.selection)?;
    if let Some(left_out) = &meant.left_out {
        session.board.warn(left_out);
    }
    let selected = meant.trials;
    let repeats = if arguments.controls {
        Repeats::Always
    } else {
        Repeats::AsCasesSay
    };
    let Some(report) = judge(session, &selected, repeats, arguments.jobs)? else {
        return Ok(Status::Interrupted);
    };
    if let Some(folder) = &arguments.report {
        write(&report, folder)?;
    }
    match arguments.format {
        OutputFormat::Text => print(&render::table::report(&report)),
        OutputFormat::Json => print_json(&record::report_json(&report)),
    }?;
    Ok(ledger::status(
        &report,
        if arguments.strict {
            Skips::Fail
        } else {
            Skips::Listed
        },
    ))
}

/// Does the trials, and keeps in the store how they ended; `None` if Ctrl-C ended them.
pub fn judge(
    session: &Session,
    selected: &Selected,
    repeats: Repeats,
    jobs: Option<usize>,
) -> Result<Option<Report>> {
    let targets = selected.iter().map(|(_, target)| *target);
    let executor = session.local_executor(jobs)?;
    let pipeline = Arc::new(Pipeline::new(session.clone(), executor, targets, repeats)?);
    let runtime = tokio::runtime::Runtime::new().context("starting the asynchronous runtime")?;
    let report = runtime.block_on(async {
        tokio::select! {
            report = ledger::trials(&pipeline, selected) => report.map(Some),
            // Dropping the trials ends every sandbox they have.
            _ = tokio::signal::ctrl_c() => {
                session.board.warn("interrupted; what was finished is in the store, and the next run goes on from there");
                Ok(None)
            }
        }
    });
    // A step that waits for another process must not hold up the end.
    runtime.shutdown_background();
    if let Ok(Some(report)) = &report {
        witness::keep(&session.store, report, session.board.as_ref())?;
    }
    report
}

fn write(report: &Report, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, text) in [
        (
            "report.json",
            escaped(&record::report_json(report)).into_owned(),
        ),
        (
            "junit.xml",
            settled(&record::junit(report), &[]).into_owned(),
        ),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
