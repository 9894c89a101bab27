//! `crossproof bless`: accept the present verdicts.

use super::run;
use crate::args::{BlessArguments, PlaceArguments};
use crate::exit::{BadInput, Status};
use crate::pipeline::Repeats;
use crate::screen::print;
use crate::selection;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_model::golden::Accepted;
use crossproof_model::report::Trial;
use crossproof_model::verdict::Judgement;
use crossproof_policy as policy;
use crossproof_record as record;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What a trial gives to accept: the text of its golden and what is left to do in it, or why there is
/// nothing.
type Blessed = Result<(String, Option<String>), String>;

/// Writes a golden for each trial, with the reasons of differences that were known already. Controls
/// are built unless that is refused, and then a new golden says so: it must not accept for cross, unsaid, what may be plain
/// nondeterminism. A failure is
/// accepted only where that is asked for: a build that merely broke must not become the golden.
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
    let repeats = match arguments.without_controls {
        true => Repeats::AsCasesSay,
        false => Repeats::Always,
    };
    let Some(report) = run::judge(&session, &selected, repeats, None)? else {
        return Ok(Status::Interrupted);
    };
    let mut said = String::new();
    let mut status = Status::Holds;
    for trial in &report.trials {
        let name = format!("{}::{}", trial.case, trial.target);
        let old = session.project.golden(&trial.case, trial.target)?;
        let blessed = if arguments.failure {
            failure(trial, old.as_ref())
        } else {
            verdict(trial, old.as_ref())
        };
        let (golden, open) = match blessed {
            Ok(blessed) => blessed,
            Err(why) => {
                writeln!(said, "{name}: {}: {why}", trial.judgement.word())?;
                status = Status::Below;
                continue;
            }
        };
        let path = session.project.golden_file(&trial.case, trial.target);
        write(&path, &golden)?;
        let word = trial.judgement.word();
        writeln!(said, "{name}: {word} written to {}", path.display())?;
        if let Some(open) = open {
            writeln!(said, "  {open}")?;
            status = Status::Below;
        }
    }
    print(&said)?;
    Ok(status)
}

fn verdict(trial: &Trial, old: Option<&Accepted>) -> Blessed {
    let verdict = match &trial.judgement {
        Judgement::Decided(verdict) => verdict,
        Judgement::Failed(_) => {
            return Err(
                "there is no verdict to accept (--failure accepts that the leg fails)".to_owned(),
            );
        }
        Judgement::Undecided(_) | Judgement::Skipped(_) | Judgement::Errored(_) => {
            return Err("there is no verdict to accept".to_owned());
        }
    };
    let old = match old {
        Some(Accepted::Verdict(golden)) => Some(golden.as_ref()),
        Some(Accepted::Failure(_)) | None => None,
    };
    let golden = policy::golden::bless(trial.case.clone(), trial.target, verdict, old);
    let differences = golden.differences.iter();
    let open = differences.filter(|one| one.reason.is_none()).count();
    let left = format!("{open} differences want their reason there before they are accepted");
    Ok((record::write_golden(&golden), (open > 0).then_some(left)))
}

fn failure(trial: &Trial, old: Option<&Accepted>) -> Blessed {
    let Judgement::Failed(failure) = &trial.judgement else {
        return Err("there is no failure to accept".to_owned());
    };
    let old = match old {
        Some(Accepted::Failure(expected)) => Some(expected),
        Some(Accepted::Verdict(_)) | None => None,
    };
    let Some(expected) = policy::golden::bless_failure(failure, old) else {
        return Err("it failed in no phase, or without a word: nothing would tell it from any other failure".to_owned());
    };
    let open = expected.reason.is_none().then(|| {
        "the failure wants its reason there, and in `says` the line that gives it, before it is accepted"
            .to_owned()
    });
    Ok((record::write_failure(&expected), open))
}

fn write(path: &Path, golden: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(path, golden).with_context(|| path.display().to_string())
}
