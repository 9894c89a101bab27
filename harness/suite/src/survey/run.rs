//! The rows of a run of cases: one for each trial of its report.

use super::{Ended, Found, Ran, Row, Survey};
use crossproof_model::observation::Observed;
use crossproof_model::report::{Report, Trial};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::verdict::{Judgement, Verdict};
use crossproof_model::{Case, CaseName, Comparison, Level, Pair, Side};
use crossproof_policy as policy;
use std::collections::BTreeMap;

/// What a report says, and what the project's cases say beside it. `cases` is `None` where no project is known,
/// and has nothing for a case the project does not have.
pub fn survey<'a>(report: &'a Report, cases: Option<&BTreeMap<CaseName, Case>>) -> Survey<'a> {
    let row = |trial: &'a Trial| row(trial, cases.and_then(|cases| cases.get(&trial.case)));
    Survey {
        tool: &report.tool,
        whole: "report.json",
        rows: report.trials.iter().map(row).collect(),
        unsaid: unsaid(report, cases),
    }
}

fn unsaid(report: &Report, cases: Option<&BTreeMap<CaseName, Case>>) -> Vec<String> {
    let mut unsaid = Vec::new();
    match cases {
        None => unsaid.push(
            "The build systems are not known: the report does not name them, and no project with these cases was \
             found (--project DIR)."
                .to_owned(),
        ),
        Some(cases) => {
            let known = |trial: &&Trial| cases.contains_key(&trial.case);
            if let Some(lacking) = report.trials.iter().find(|trial| !known(trial)) {
                unsaid.push(format!(
                    "The report does not name the build systems. They are those of the project's cases, which lack \
                     some of the report's, such as {}.",
                    lacking.case
                ));
            }
        }
    }
    unsaid.push("The languages are not known: neither a report nor a case names them.".to_owned());
    unsaid
}

fn row<'a>(trial: &'a Trial, case: Option<&Case>) -> Row<'a> {
    let time = |side| trial.times.build.get(&side).copied();
    Row {
        name: trial.case.as_str().into(),
        target: trial.target,
        summary: case.map(|case| case.summary.clone()),
        system: case.map(|case| case.build.system.name().to_owned()),
        language: None,
        reference: None,
        ended: match &trial.judgement {
            Judgement::Decided(verdict) => Ended::Decided(Box::new(found(verdict))),
            Judgement::Undecided(places) => Ended::Undecided(places),
            Judgement::Failed(failure) => Ended::Failed(failure),
            Judgement::Skipped(reason) => Ended::Skipped(reason),
            Judgement::Errored(reason) => Ended::Errored(reason),
        },
        outcome: Some(&trial.outcome),
        times: Pair::new(time(Side::Native), time(Side::Cross)),
    }
}

fn found(verdict: &Verdict) -> Found<'_> {
    Found {
        level: verdict.level,
        behaviour: verdict.behaviour,
        controls: verdict.controls,
        blame: verdict.cause(),
        comparison: &verdict.comparison,
        files: files(&verdict.comparison),
        causes: policy::causes(&verdict.comparison, Pair::new("native", "cross")),
        behaviour_differences: &verdict.behaviour_differences,
        checks: &verdict.checks,
        unstable: &verdict.unstable,
        notes: &verdict.notes,
        runs: runs(&verdict.observed),
        sizes: Pair::new(&verdict.native, &verdict.cross).map(size),
        provenance: provenance(verdict),
    }
}

/// Regular files alone: folders and links are no artifacts by themselves.
fn files(comparison: &Comparison) -> Vec<(&str, Option<Level>)> {
    let files = comparison.files.values();
    files
        .filter(|file| file.raw.left.is_some() || file.raw.right.is_some())
        .map(|file| (file.format.as_str(), file.level))
        .collect()
}

/// Bytes in all files of an artifact.
fn size(manifest: &Manifest) -> u64 {
    let sizes = manifest.facts.values().map(|fact| match fact {
        Fact::File { size, .. } => *size,
        Fact::Dir { .. } | Fact::Link { .. } | Fact::Special { .. } => 0,
    });
    sizes.sum()
}

fn runs(observed: &[Observed]) -> Vec<Ran<'_>> {
    let mut runs: Vec<Ran<'_>> = Vec::new();
    for one in observed {
        let model = (one.model.as_str(), one.pair.same());
        match runs.iter_mut().find(|ran| ran.name == one.run) {
            Some(ran) => ran.models.push(model),
            None => runs.push(Ran {
                name: &one.run,
                models: vec![model],
            }),
        }
    }
    runs
}

fn provenance(verdict: &Verdict) -> Vec<(&'static str, String)> {
    let from = &verdict.provenance;
    vec![
        ("source", from.source.to_string()),
        ("native root", from.roots.left.to_string()),
        ("cross root", from.roots.right.to_string()),
        ("native recipe", from.recipes.left.to_string()),
        ("cross recipe", from.recipes.right.to_string()),
        ("native leg", from.legs.left.to_string()),
        ("cross leg", from.legs.right.to_string()),
        ("native leg built by", from.executors.left.clone()),
        ("cross leg built by", from.executors.right.clone()),
        ("emulator", from.emulator.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::specimen;
    use super::*;
    use crossproof_model::observation::{Exit, Observation};

    #[test]
    fn a_row_says_what_its_trial_and_its_case_say() {
        let report = specimen::report();
        let survey = survey(&report, None);
        assert_eq!(survey.rows.len(), report.trials.len());
        let first = &survey.rows[0];
        assert_eq!(first.name, "alpha");
        assert_eq!(
            (first.system.as_ref(), first.summary.as_ref()),
            (None, None)
        );
        assert_eq!(first.found().unwrap().sizes, Pair::new(1000, 1100));
        assert_eq!(survey.unsaid.len(), 2, "neither systems nor languages");
    }

    #[test]
    fn a_case_that_the_project_lacks_is_said_to_be_lacking() {
        let report = specimen::report();
        let survey = survey(&report, Some(&BTreeMap::new()));
        assert!(survey.unsaid[0].ends_with("such as alpha."));
    }

    #[test]
    fn models_of_a_run_stand_together() {
        let observation = |text: &str| Observation {
            exit: Exit::Code(0),
            stdout: text.as_bytes().to_vec(),
            stderr: Vec::new(),
            files: BTreeMap::new(),
        };
        let observed = |run: &str, model: &str, right: &str| Observed {
            run: run.to_owned(),
            model: model.to_owned(),
            pair: Pair::new(observation("a"), observation(right)),
        };
        let all = [
            observed("one", "x", "a"),
            observed("two", "x", "a"),
            observed("one", "y", "b"),
        ];
        let wanted = |name, models| Ran { name, models };
        assert_eq!(
            runs(&all),
            [
                wanted("one", vec![("x", true), ("y", false)]),
                wanted("two", vec![("x", true)])
            ]
        );
    }
}
