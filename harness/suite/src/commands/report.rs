//! `crossproof report`: a page, a summary or JUnit of what a run or a measurement found.

use crate::args::PlaceArguments;
use crate::args::report::{ReportArguments, ReportFormat};
use crate::exit::{BadInput, Status};
use crate::project::Project;
use crate::render;
use crate::screen::{print_page, say};
use crate::survey::{self, Survey};
use crate::untrusted::settled;
use crate::weighing;
use anyhow::Result;
use crossproof_exec::results::Results;
use crossproof_model::report::Report;
use crossproof_model::{Case, CaseName};
use crossproof_record as record;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Makes what is asked for. How the verdicts are does not matter to how this ends.
pub fn report(place: &PlaceArguments, arguments: &ReportArguments) -> Result<Status> {
    let text = match results(&arguments.folder) {
        Some(file) => of_measurement(&file, arguments.format)?,
        None => of_run(place, arguments)?,
    };
    let Some(path) = output(arguments) else {
        print_page(&text)?;
        return Ok(Status::Holds);
    };
    fs::write(&path, text)
        .map_err(|error| BadInput(format!("cannot write {}: {error}", path.display())))?;
    if !place.quiet {
        say(&format!("the report is in {}", path.display()));
    }
    Ok(Status::Holds)
}

fn of_run(place: &PlaceArguments, arguments: &ReportArguments) -> Result<String> {
    let report = weighing::report(&arguments.folder)?;
    if arguments.format == ReportFormat::Junit {
        return Ok(settled(&record::junit(&report), &[]).into_owned());
    }
    let cases = cases(place, &report)?;
    Ok(rendered(
        &survey::run::survey(&report, cases.as_ref()),
        arguments.format,
    ))
}

fn of_measurement(file: &Path, format: ReportFormat) -> Result<String> {
    let empty = || BadInput(format!("{} holds no package yet", file.display()));
    let results = Results::open_existing(file)?.ok_or_else(empty)?;
    let packages = results.packages()?;
    if packages.is_empty() {
        return Err(empty().into());
    }
    if format == ReportFormat::Junit {
        return Ok(settled(&record::junit_of_packages(&packages), &[]).into_owned());
    }
    let measured = survey::measurement::measured(packages);
    let tool = results.tools()?.join(" and ");
    Ok(rendered(
        &survey::measurement::survey(&measured, &tool),
        format,
    ))
}

fn rendered(survey: &Survey<'_>, format: ReportFormat) -> String {
    match format {
        ReportFormat::Markdown => render::report::markdown(survey),
        ReportFormat::Html | ReportFormat::Junit => render::report::page(survey),
    }
}

/// The measurement's results, where it is one: a file of them, or a folder that has them and no run's report.
fn results(path: &Path) -> Option<PathBuf> {
    let (report, inside) = (path.join("report.json"), path.join("results.sqlite"));
    if path.extension().is_some_and(|end| end == "sqlite") {
        return path.is_file().then(|| path.to_owned());
    }
    (!report.exists() && inside.is_file()).then_some(inside)
}

/// Where it is written; `None` is standard output.
fn output(arguments: &ReportArguments) -> Option<PathBuf> {
    let folder = || match arguments.folder.is_dir() {
        true => arguments.folder.as_path(),
        false => arguments.folder.parent().unwrap_or(Path::new("")),
    };
    match (&arguments.output, arguments.format) {
        (Some(path), _) => Some(path.clone()),
        (None, ReportFormat::Html) => Some(folder().join("report.html")),
        (None, ReportFormat::Markdown | ReportFormat::Junit) => None,
    }
}

/// The report's cases as the project has them; `None` without a project. A case that is gone from it, or cannot
/// be read any more, is not in it: the report stands without.
fn cases(place: &PlaceArguments, report: &Report) -> Result<Option<BTreeMap<CaseName, Case>>> {
    let project = match (Project::find(place.project.as_deref()), &place.project) {
        (Ok(project), _) => project,
        (Err(error), Some(_)) => return Err(error),
        (Err(_), None) => return Ok(None),
    };
    let mut cases = BTreeMap::new();
    for trial in &report.trials {
        if let Ok(case) = project.case(&trial.case) {
            cases.insert(trial.case.clone(), case);
        }
    }
    Ok(Some(cases))
}
