//! `crossproof gate deb`: an apt repository of the cross-built packages that passed.

use super::super::print;
use crate::args::gate::DebArguments;
use crate::commands::compare::read;
use crate::exit::{BadInput, Status};
use crate::render;
use crate::weighing;
use anyhow::Result;
use crossproof_exec::publish::deb;
use crossproof_model::gate::{Answer, Decision, Decisions, GatePolicy};
use crossproof_model::{Pair, Platform};
use crossproof_policy::gate::not_there;

/// Decides about each package, and fills the repository with those that passed.
pub fn gate(arguments: &DebArguments) -> Result<Status> {
    let policy = weighing::policy(&arguments.policy)?;
    let names = deb::packages(&arguments.cross)?;
    if names.is_empty() {
        return Err(BadInput(format!(
            "{}: no package (*.deb) in it",
            arguments.cross.display()
        ))
        .into());
    }
    let mut decisions = Vec::new();
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for name in names {
        let decision = decide(&policy, arguments, &name)?;
        match decision.answer {
            Answer::Substitute => accepted.push(arguments.cross.join(&name)),
            Answer::Refuse => refused.push(name),
        }
        decisions.push(decision);
    }
    deb::fill(&arguments.repository, &arguments.suite, &accepted, &refused)?;
    let decisions = Decisions {
        policy: policy.digest,
        decisions,
    };
    print(&render::decisions::decisions(&decisions, false))?;
    Ok(match decisions.hold() {
        true => Status::Holds,
        false => Status::Below,
    })
}

fn decide(policy: &GatePolicy, arguments: &DebArguments, file: &str) -> Result<Decision> {
    // name_version_architecture.deb
    let mut parts = file.trim_end_matches(".deb").rsplitn(3, '_');
    let (architecture, _, name) = (parts.next(), parts.next(), parts.next());
    let (Some(architecture), Some(name)) = (architecture, name) else {
        let what = format!("{file} is not called as packages are: name_version_architecture.deb");
        return Err(BadInput(what).into());
    };
    let target = match architecture {
        // What is for every architecture is for any.
        "all" => Platform::TARGETS[0],
        other => other
            .parse()
            .map_err(|error| BadInput(format!("{file}: {error}")))?,
    };
    let pair = Pair::new(&arguments.native, &arguments.cross).map(|folder| folder.join(file));
    if !pair.left.exists() {
        return Ok(not_there(policy, name, target));
    }
    let trees = Pair::new(read(&pair.left, file)?, read(&pair.right, file)?);
    Ok(weighing::weigh_trees(policy, name, target, trees.as_ref()))
}
