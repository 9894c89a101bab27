//! The cases as tests: one trial for each case and target, run by libtest-mimic.
//!
//! Another project uses it with a `[[test]]` whose `harness` is false and whose `main` is one line:
//! `fn main() -> std::process::ExitCode { crossproof_suite::trials::main(".") }`.

use crate::args::{PlaceArguments, Selection, TierArgument};
use crate::exit;
use crate::ledger::{self, Selected};
use crate::pipeline::{Pipeline, Repeats};
use crate::project::Project;
use crate::render;
use crate::selection;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_model::golden::Outcome;
use crossproof_model::report::Report;
use crossproof_model::verdict::Judgement;
use crossproof_model::{Case, Platform};
use libtest_mimic::{Completion, Failed, Trial as Test};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

/// What all trials of this process share; made by the first that needs it, so that listing the tests
/// touches nothing.
struct Shared {
    project: PathBuf,
    targets: Vec<Platform>,
    made: OnceLock<Result<(Pipeline, tokio::runtime::Runtime), String>>,
}

impl Shared {
    fn get(&self) -> Result<&(Pipeline, tokio::runtime::Runtime), Failed> {
        let made = self
            .made
            .get_or_init(|| self.make().map_err(|error| format!("{error:#}")));
        made.as_ref().map_err(Failed::from)
    }

    fn make(&self) -> Result<(Pipeline, tokio::runtime::Runtime)> {
        let place = PlaceArguments {
            project: Some(self.project.clone()),
            store: None,
            // What the command line reads by itself.
            mirror: std::env::var("CROSSPROOF_MIRROR").ok(),
            quiet: false,
        };
        let session = Session::open(&place)?;
        let executor = session.local_executor(None)?;
        let targets = self.targets.clone();
        let pipeline = Pipeline::new(session, executor, targets, Repeats::AsCasesSay)?;
        let runtime =
            tokio::runtime::Runtime::new().context("starting the asynchronous runtime")?;
        Ok((pipeline, runtime))
    }
}

/// The `main` of a test target: runs the quick cases of the project at `project` (relative to the
/// package) under the arguments of the test command. `CROSSPROOF_TIER` asks for `full` or `slow`.
pub fn main(project: impl AsRef<Path>) -> ExitCode {
    crate::become_sandbox_if_asked();
    crate::keep_others_out();
    let arguments = libtest_mimic::Arguments::from_args();
    let project = project.as_ref();
    let selected = match select(project) {
        Ok(selected) => selected,
        Err(error) => {
            exit::print(&error);
            return exit::status_of(&error).into();
        }
    };
    let targets = selected.iter().map(|(_, target)| *target).collect();
    let shared = Arc::new(Shared {
        project: project.to_owned(),
        targets,
        made: OnceLock::new(),
    });
    let tests = selected
        .into_iter()
        .map(|(case, target)| test(&shared, case, target))
        .collect();
    libtest_mimic::run(&arguments, tests).exit_code()
}

fn select(project: &Path) -> Result<Selected> {
    let tier = match std::env::var("CROSSPROOF_TIER").as_deref() {
        Ok("full") => TierArgument::Full,
        Ok("slow") => TierArgument::Slow,
        Ok("quick") | Err(_) => TierArgument::Quick,
        Ok(other) => {
            return Err(exit::BadInput(format!(
                "CROSSPROOF_TIER is `{other}`: expected quick, full or slow"
            ))
            .into());
        }
    };
    let selection = Selection {
        filters: Vec::new(),
        target: Vec::new(),
        tier,
    };
    Ok(selection::select(&Project::find(Some(project))?, &selection)?.trials)
}

fn test(shared: &Arc<Shared>, case: Case, target: Platform) -> Test {
    let shared = Arc::clone(shared);
    let name = format!("{}::{target}", case.name);
    Test::ignorable_test(name, move || {
        let (pipeline, runtime) = shared.get()?;
        let trial = runtime
            .block_on(ledger::trial(pipeline, &case, target))
            .map_err(|error| format!("{error:#}"))?;
        if let Judgement::Skipped(reason) = &trial.judgement {
            pipeline
                .session
                .board
                .warn(&format!("{}::{target} SKIPPED: {reason}", case.name));
            return Ok(Completion::ignored_with(reason));
        }
        if trial.outcome == Outcome::Holds {
            return Ok(Completion::Completed);
        }
        let report = Report {
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            trials: vec![trial],
        };
        Err(Failed::from(render::table::report(&report)))
    })
}
