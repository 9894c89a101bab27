//! `crossproof gate`: may these cross-built artifacts stand in for the native ones?

mod deb;
mod nix;

use super::run;
use crate::args::gate::{Consumer, GateArguments, Judged};
use crate::args::{OutputFormat, PlaceArguments, Selection};
use crate::exit::{BadInput, Status};
use crate::pipeline::Repeats;
use crate::render;
use crate::screen::{print, print_json};
use crate::selection;
use crate::session::Session;
use crate::weighing::{self, Belief, Weighed};
use anyhow::Result;
use crossproof_model::gate::{GatePolicy, Wanted};
use crossproof_model::report::Report;
use crossproof_record as record;

/// Decides, and says why.
pub fn gate(place: &PlaceArguments, arguments: &GateArguments) -> Result<Status> {
    let judged = match (&arguments.consumer, &arguments.judged) {
        (Some(Consumer::Nix(arguments)), _) => return nix::gate(arguments),
        (Some(Consumer::Deb(arguments)), _) => return deb::gate(arguments),
        (None, Some(judged)) => judged,
        (None, None) => {
            let what = "what is demanded is not said: name a policy with --policy (docs/gate.md)";
            return Err(BadInput(what.to_owned()).into());
        }
    };
    let belief = match arguments.trust_report {
        true => Belief::Reports,
        false => Belief::Store,
    };
    let Some(weighed) = weigh(place, judged, belief)? else {
        return Ok(Status::Interrupted);
    };
    match arguments.format {
        OutputFormat::Text => print(&render::decisions::decisions(
            &weighed.decisions,
            arguments.full,
        )),
        OutputFormat::Json => print_json(&record::decisions_json(&weighed.decisions)),
    }?;
    Ok(status(&weighed))
}

/// What is asked for, weighed; cases are run where no report is named. `None` if that was interrupted.
pub fn weigh(place: &PlaceArguments, judged: &Judged, belief: Belief) -> Result<Option<Weighed>> {
    weighing::weigh(place, judged, belief, |policy| cases(place, judged, policy))
}

/// How a gate ends.
pub fn status(weighed: &Weighed) -> Status {
    match weighed.decisions.hold() {
        true => Status::Holds,
        false => Status::Below,
    }
}

fn cases(place: &PlaceArguments, judged: &Judged, policy: &GatePolicy) -> Result<Option<Report>> {
    let session = Session::open(place)?;
    let selected = match judged.cases.as_slice() {
        [] => {
            let selection = Selection {
                filters: Vec::new(),
                target: judged.target.clone(),
                tier: judged.tier,
            };
            selection::select(&session.project, &selection)?.trials
        }
        named => selection::exactly(&session.project, named, &judged.target)?,
    };
    // Unless no row asks for controls.
    let unasked = |row: &crossproof_model::gate::Row| row.demands.controls == Some(Wanted::Any);
    let (first, rest) = (policy.rows.first(), policy.rows.iter().skip(1));
    let mut rest = rest.filter(|row| row.demands.controls.is_some());
    let repeats = match first.is_some_and(unasked) && rest.all(unasked) {
        true => Repeats::AsCasesSay,
        false => Repeats::Always,
    };
    run::judge(&session, &selected, repeats, None)
}
