//! Verdicts weighed by a policy: of a report, or of cases that are run for it.

use crate::args::PlaceArguments;
use crate::args::gate::Judged;
use crate::exit::BadInput;
use crate::keys;
use crate::policies::Policy;
use crate::project::Project;
use crate::screen;
use crate::session::open_store;
use crate::witness;
use anyhow::Result;
use crossproof_exec::Store;
use crossproof_exec::leg::{self, Built, Found};
use crossproof_inspect as inspect;
use crossproof_model::check::Scan;
use crossproof_model::gate::{Day, Decision, Decisions, GatePolicy, Objection};
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Report, Trial};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::verdict::{Control, Judgement, Verdict};
use crossproof_model::{Pair, Platform, Side, Tree};
use crossproof_policy::gate::{self, Candidate, Known, Scope};
use crossproof_record as record;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Whose word is taken for how a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// The store's: a report says nothing that was not kept when the trial was judged.
    Store,
    /// The report's own, wherever it comes from.
    Reports,
}

/// What was decided, and about what.
pub struct Weighed {
    /// The decisions.
    pub decisions: Decisions,
    /// The trial of each, if there was one.
    pub trials: Vec<Option<Trial>>,
    /// The store their artifacts are in.
    pub store: Store,
}

/// A report, by its file or the folder it was written to.
pub fn report(path: &Path) -> Result<Report> {
    let file = match path.is_dir() {
        true => path.join("report.json"),
        false => path.to_owned(),
    };
    let report = record::read_report(&keys::read(&file)?, &file.display().to_string())?;
    let mut seen = BTreeSet::new();
    for trial in &report.trials {
        // Which of two would be meant?
        if !seen.insert((&trial.case, trial.target)) {
            let (file, case) = (file.display(), &trial.case);
            return Err(
                BadInput(format!("{file}: {case}::{} is there twice", trial.target)).into(),
            );
        }
    }
    Ok(report)
}

/// Decides about everything that is asked for. `judge` does the trials where no report is named; it gives none if
/// it was interrupted.
pub fn weigh(
    place: &PlaceArguments,
    judged: &Judged,
    belief: Belief,
    judge: impl FnOnce(&GatePolicy) -> Result<Option<Report>>,
) -> Result<Option<Weighed>> {
    let read = Policy::read(&judged.policy)?;
    // What the project has, if there is one: a report may be of some of its cases only.
    let mut scope = Scope {
        cases: project_cases(place),
        paths: BTreeMap::new(),
    };
    if judged.report.is_none() {
        // Before anything is built for it.
        read.is_about(&scope)?;
    }
    let policy = read.says.clone();
    let accepted = judged.accepted.as_deref().map(report).transpose()?;
    if policy.regressions_only && accepted.is_none() {
        return Err(BadInput(format!(
            "{} refuses regressions only: name the report accepted last with --accepted",
            judged.policy.display()
        ))
        .into());
    }
    let report = match &judged.report {
        Some(path) => report(path)?,
        None => match judge(&policy)? {
            Some(report) => report,
            None => return Ok(None),
        },
    };
    add_to(&mut scope, &report);
    read.is_about(&scope)?;
    let weighing = Weighing {
        today: today(),
        store: open_store(place)?,
        policy,
        accepted,
        belief,
    };
    // What was judged a moment ago was read from no file. A report from which something was cut is none of the store's.
    let read = judged.report.is_some();
    let cut = read && belief == Belief::Store && !witness::knows(&weighing.store, &report)?;
    let mut decisions = Vec::new();
    let mut trials = Vec::new();
    for (name, target, trial) in wanted(judged, report) {
        decisions.push(match &trial {
            Some(trial) if read && (cut || !weighing.believes(trial)?) => {
                gate::refused(&weighing.policy, &name, target, Objection::Unwitnessed)
            }
            Some(trial) => weighing.decide(trial)?,
            None => gate::not_there(&weighing.policy, &name, target),
        });
        trials.push(trial);
    }
    Ok(Some(Weighed {
        decisions: Decisions {
            policy: weighing.policy.digest,
            decisions,
        },
        trials,
        store: weighing.store,
    }))
}

fn project_cases(place: &PlaceArguments) -> BTreeSet<(String, Platform)> {
    // Where there is no project, or none that can be read, the report's cases are all that are known of.
    let project = Project::find(place.project.as_deref());
    let cases = project.and_then(|project| project.cases());
    let cases = cases.iter().flatten();
    let pairs = cases.flat_map(|(name, case)| {
        let targets = case.targets.iter();
        targets.map(move |target| (name.to_string(), *target))
    });
    pairs.collect()
}

/// The report's cases with the paths of both their artifacts.
fn add_to(scope: &mut Scope, report: &Report) {
    for trial in &report.trials {
        let case = (trial.case.to_string(), trial.target);
        let manifests = match &trial.judgement {
            Judgement::Decided(verdict) => vec![&verdict.native, &verdict.cross],
            // Of these nothing was seen.
            Judgement::Undecided(_)
            | Judgement::Failed(_)
            | Judgement::Errored(_)
            | Judgement::Skipped(_) => Vec::new(),
        };
        let paths = manifests
            .iter()
            .flat_map(|manifest| files_and_empty_folders(manifest));
        scope.paths.insert(case.clone(), paths.collect());
        scope.cases.insert(case);
    }
}

/// What demands on a path can be about: a folder with something in it is not named for itself.
fn files_and_empty_folders(manifest: &Manifest) -> impl Iterator<Item = String> {
    let paths = manifest.facts.keys();
    let folders = paths.filter_map(|path| Some(path.as_str().rsplit_once('/')?.0));
    let full: BTreeSet<&str> = folders.collect();
    let facts = manifest.facts.iter();
    facts
        .filter(move |(path, fact)| {
            !matches!(fact, Fact::Dir { .. }) || !full.contains(path.as_str())
        })
        .map(|(path, _)| path.to_string())
}

fn today() -> Day {
    Day::from(Timestamp::now())
}

/// Decides about two trees of any origin: nothing was run, and nothing was built twice.
pub fn weigh_trees(
    policy: &GatePolicy,
    name: &str,
    target: Platform,
    trees: Pair<&Tree>,
) -> Decision {
    let comparison = inspect::compare(trees.left, trees.right, &inspect::Options::default());
    let manifests = trees.map(Tree::manifest);
    let undecided = comparison.undecided.first();
    let undecided = undecided.map(|one| format!("{}: {}", one.place, one.reason));
    let known = Known {
        comparison: &comparison,
        observed: &[],
        controls: Pair::new(Control::NotRun, Control::NotRun),
        findings: &[],
        notes: &[],
        manifests: manifests.as_ref(),
        outcome: &Outcome::NoGolden,
    };
    let candidate = Candidate {
        name,
        target,
        known: match undecided {
            Some(why) => Err(("undecided", why)),
            None => Ok(known),
        },
    };
    let scan = gate::needles(policy, name, target)
        .map(|needles| inspect::scan(trees.right, &needles, &inspect::Options::default()));
    let scan = scan.map(|scan| scan.map_err(|error| error.to_string()));
    let scan = scan
        .as_ref()
        .map(|scan| scan.as_ref().map_err(String::as_str));
    gate::decide(policy, &candidate, scan, &[], &today())
}

/// The trials that are asked for, and what is asked for and has none.
fn wanted(judged: &Judged, report: Report) -> Vec<(String, Platform, Option<Trial>)> {
    let asked = |trial: &Trial| {
        (judged.cases.is_empty() || judged.cases.contains(&trial.case))
            && (judged.target.is_empty() || judged.target.contains(&trial.target))
    };
    let trials: Vec<Trial> = report.trials.into_iter().filter(asked).collect();
    let there: BTreeSet<(String, Platform)> = trials
        .iter()
        .map(|trial| (trial.case.to_string(), trial.target))
        .collect();
    let mut wanted: Vec<_> = trials
        .into_iter()
        .map(|trial| (trial.case.to_string(), trial.target, Some(trial)))
        .collect();
    for case in &judged.cases {
        let name = case.to_string();
        // Where no target is named, one of a case's targets is enough; what has none lacks each.
        let any = there.iter().any(|(there, _)| *there == name);
        let targets = match judged.target.as_slice() {
            [] if any => &[][..],
            [] => &Platform::TARGETS[..],
            named => named,
        };
        for target in targets {
            if !there.contains(&(name.clone(), *target)) {
                wanted.push((name.clone(), *target, None));
            }
        }
    }
    wanted.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    wanted
}

struct Weighing {
    policy: GatePolicy,
    accepted: Option<Report>,
    store: Store,
    today: Day,
    belief: Belief,
}

impl Weighing {
    /// Whether it ended as the report says. What has no verdict refuses whatever else is so.
    fn believes(&self, trial: &Trial) -> Result<bool> {
        match (self.belief, &trial.judgement) {
            (Belief::Store, Judgement::Decided(_)) => {
                Ok(witness::when(&self.store, trial)?.is_some())
            }
            _ => Ok(true),
        }
    }

    fn decide(&self, trial: &Trial) -> Result<Decision> {
        let candidate = Candidate::of(trial);
        let scan = self.scan(trial)?;
        let scan = scan
            .as_ref()
            .map(|scan| scan.as_ref().map_err(String::as_str));
        let before = self.before(trial)?;
        Ok(gate::decide(
            &self.policy,
            &candidate,
            scan,
            &before,
            &self.today,
        ))
    }

    /// What the policy objects to in the report accepted last. Where its artifact is gone from the store, what was in
    /// its bytes is not known, and counts as new.
    fn before(&self, trial: &Trial) -> Result<Vec<Objection>> {
        let accepted = self.accepted.iter().flat_map(|report| &report.trials);
        let mut accepted =
            accepted.filter(|old| old.case == trial.case && old.target == trial.target);
        let Some(old) = accepted.next() else {
            return Ok(Vec::new());
        };
        if !self.believes(old)? {
            // What excuses an objection has to be as sure as what raises it.
            screen::say(&format!(
                "warning: {}::{} of the accepted report is no verdict that the store kept: it excuses nothing",
                old.case, old.target
            ));
            return Ok(Vec::new());
        }
        let scan = self.scan(old)?;
        let scan = scan
            .as_ref()
            .map(|scan| scan.as_ref().map_err(String::as_str));
        let old = gate::decide(&self.policy, &Candidate::of(old), scan, &[], &self.today);
        Ok(old.objections)
    }

    /// What the policy looks for in the cross artifact; `None` if in nothing.
    fn scan(&self, trial: &Trial) -> Result<Option<Result<Scan, String>>> {
        let Judgement::Decided(verdict) = &trial.judgement else {
            return Ok(None);
        };
        let needles = gate::needles(&self.policy, trial.case.as_str(), trial.target);
        let Some(needles) = needles else {
            return Ok(None);
        };
        let found = match artifact(&self.store, verdict, Side::Cross)? {
            Ok(built) => inspect::scan(&built.tree, &needles, &inspect::Options::default())
                .map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        Ok(Some(found))
    }
}

/// The artifact that a verdict is about, from the store; or why it cannot be had.
pub fn artifact(store: &Store, verdict: &Verdict, side: Side) -> Result<Result<Built, String>> {
    let manifest = match side {
        Side::Native => &verdict.native,
        Side::Cross => &verdict.cross,
    };
    Ok(match leg::kept(store, *verdict.provenance.legs.of(side))? {
        Found::Whole(built) if built.manifest == *manifest => Ok(*built),
        Found::Whole(_) => Err(format!(
            "the {side} leg in the store is another than the report's"
        )),
        Found::Nothing => Err(format!(
            "the {side} leg is not in the store {}",
            store.path().display()
        )),
        Found::Corrupt(problem) => Err(format!(
            "the {side} leg was damaged in the store: {problem}"
        )),
    })
}
