//! The gate: may this cross-built artifact stand in for the native one?
//!
//! Everything that is demanded is asked of what was found, and every answer but yes is an objection. What is not
//! known is never in favour: no verdict, no runs, no controls, a file nobody looked at.

mod claims;
mod demands;
mod objections;
mod scope;

pub use claims::contradicted;
use crossproof_model::check::{Needle, Raised, Scan};
use crossproof_model::gate::{Answer, Day, Decision, GatePolicy, Objection};
use crossproof_model::golden::Outcome;
use crossproof_model::observation::Observed;
use crossproof_model::report::Trial;
use crossproof_model::tree::Manifest;
use crossproof_model::verdict::{Control, Judgement, Note};
use crossproof_model::{Comparison, Difference, Pair, Platform};
use demands::Asked;
pub use scope::{Nowhere, Scope, everything_is_there};

/// What a gate decides about.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The case, or whatever else it is called by.
    pub name: &'a str,
    /// The target.
    pub target: Platform,
    /// What is known of it, or why there is no verdict: a word, and the reason.
    pub known: Result<Known<'a>, (&'static str, String)>,
}

/// What is known of a candidate that has a verdict.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Native against cross.
    pub comparison: &'a Comparison,
    /// What the runs showed.
    pub observed: &'a [Observed],
    /// What building each side twice showed.
    pub controls: Pair<Control>,
    /// What the case's own checks found.
    pub findings: &'a [Difference],
    /// What must be known beside it.
    pub notes: &'a [Note],
    /// Both artifacts.
    pub manifests: Pair<&'a Manifest>,
    /// How it stands against its golden.
    pub outcome: &'a Outcome,
}

impl<'a> Candidate<'a> {
    /// A trial of a run.
    pub fn of(trial: &'a Trial) -> Self {
        let known = match &trial.judgement {
            Judgement::Decided(verdict) => Ok(Known {
                comparison: &verdict.comparison,
                observed: &verdict.observed,
                controls: verdict.controls,
                findings: &verdict.checks,
                notes: &verdict.notes,
                manifests: Pair::new(&verdict.native, &verdict.cross),
                outcome: &trial.outcome,
            }),
            Judgement::Undecided(places) => {
                let first = places.first();
                let first = first.map(|one| format!("{}: {}", one.place, one.reason));
                Err(("undecided", first.unwrap_or_default()))
            }
            Judgement::Failed(failure) => {
                let phase = failure.phase.map(|phase| format!(" in {}", phase.name()));
                let phase = phase.unwrap_or_default();
                Err((
                    "failed",
                    format!("leg {}{phase}: {}", failure.leg, failure.reason),
                ))
            }
            Judgement::Skipped(why) => Err(("skipped", why.clone())),
            Judgement::Errored(why) => Err(("errored", why.clone())),
        };
        Candidate {
            name: trial.case.as_str(),
            target: trial.target,
            known,
        }
    }
}

/// What the cross artifact has to be searched for before it can be decided about; `None` if nothing is asked of
/// its bytes.
pub fn needles(policy: &GatePolicy, name: &str, target: Platform) -> Option<Vec<Needle>> {
    let asked = Asked::of(policy, name, target);
    let mut any = false;
    let mut needles = Vec::new();
    for (index, demands) in asked.rows() {
        any |= demands.glibc.is_some() || demands.forbid.is_some();
        let forbidden = demands.forbid.iter().flatten();
        needles.extend(forbidden.map(|(name, search)| Needle {
            name: needle_name(index, name),
            search: search.clone(),
            raised: Raised::Anywhere,
        }));
    }
    any.then_some(needles)
}

/// Two rows may mean different things by one name.
fn needle_name(row: usize, name: &str) -> String {
    format!("{row}/{name}")
}

/// Decides about `candidate` on `today`. `scan` is what searching its cross artifact for [`needles`] gave, or why
/// it could not be searched; `before` is what the same policy objected to in the last accepted report.
pub fn decide(
    policy: &GatePolicy,
    candidate: &Candidate<'_>,
    scan: Option<Result<&Scan, &str>>,
    before: &[Objection],
    today: &Day,
) -> Decision {
    let asked = Asked::of(policy, candidate.name, candidate.target);
    let (objections, tolerated) = match &candidate.known {
        Err((word, why)) => (vec![Objection::NoVerdict(word, why.clone())], Vec::new()),
        Ok(known) => objections::objections(&asked, known, scan, today),
    };
    let (known, objections): (Vec<_>, Vec<_>) = objections
        .into_iter()
        .partition(|objection| policy.regressions_only && objection.known_from(before));
    Decision {
        name: candidate.name.to_owned(),
        target: candidate.target,
        answer: match objections.is_empty() {
            true => Answer::Substitute,
            false => Answer::Refuse,
        },
        objections,
        known,
        tolerated,
        required: asked.whole().required,
    }
}

/// The decision about something that was asked for and is not there.
pub fn not_there(policy: &GatePolicy, name: &str, target: Platform) -> Decision {
    refused(policy, name, target, Objection::NotThere)
}

/// The decision about something that cannot be weighed at all, for this one reason.
pub fn refused(
    policy: &GatePolicy,
    name: &str,
    target: Platform,
    objection: Objection,
) -> Decision {
    Decision {
        name: name.to_owned(),
        target,
        answer: Answer::Refuse,
        objections: vec![objection],
        known: Vec::new(),
        tolerated: Vec::new(),
        required: Asked::of(policy, name, target).whole().required,
    }
}
