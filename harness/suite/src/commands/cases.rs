//! `crossproof list`, `show` and `schema`: what there is.

use crate::args::{PlaceArguments, SchemaFormat};
use crate::exit::{BadInput, Status};
use crate::project::Project;
use crate::screen::{print, print_json};
use anyhow::Result;
use crossproof_model::plan::{LegPlan, Plan};
use crossproof_model::{CaseName, Platform, Side};
use crossproof_policy as policy;
use crossproof_record as record;
use std::fmt::Write;

/// Every case on a line.
pub fn list(place: &PlaceArguments) -> Result<Status> {
    let project = Project::find(place.project.as_deref())?;
    let cases = project.cases()?;
    let tiers = project.targets(&cases)?;
    let width = cases
        .keys()
        .map(|name| name.as_str().len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (name, case) in &cases {
        let target = |target: &Platform| match tiers.get(target) {
            Some(tier) if *tier > case.tier => format!("{target}({})", tier.name()),
            _ => target.to_string(),
        };
        let targets: Vec<String> = case.targets.iter().map(target).collect();
        writeln!(
            out,
            "{name:width$}  {:5}  {:14}  {}",
            case.tier.name(),
            targets.join(","),
            case.summary
        )?;
    }
    print(&out)?;
    Ok(Status::Holds)
}

/// What a case is and, for each target, how its legs are built: the plan, resolved.
pub fn show(place: &PlaceArguments, name: &CaseName) -> Result<Status> {
    let project = Project::find(place.project.as_deref())?;
    if !project.case_folder(name).is_dir() {
        return Err(BadInput(format!("no case `{name}`; see `crossproof list`")).into());
    }
    let case = project.case(name)?;
    let mut out = format!("{name}: {}\n", case.summary);
    for target in &case.targets {
        let plan = policy::plan(&case, *target, &project.emulator(*target)?)
            .map_err(|e| project.plan_problem(&case.name, &e))?;
        writeln!(
            out,
            "\ntarget {target} ({}, {})",
            target.llvm(),
            target.system()
        )?;
        describe(&plan, &mut out)?;
    }
    print(&out)?;
    Ok(Status::Holds)
}

fn describe(plan: &Plan, out: &mut String) -> Result<()> {
    for side in Side::BOTH {
        leg(side, plan.leg(side), out)?;
    }
    for run in &plan.runs {
        writeln!(out, "  run {}: {}", run.name, run.argv.join(" "))?;
    }
    Ok(())
}

fn leg(side: Side, leg: &LegPlan, out: &mut String) -> Result<()> {
    let packages: Vec<String> = leg.root.packages.iter().map(ToString::to_string).collect();
    writeln!(
        out,
        "  {side} leg: {}root of {}, emulation {:?}",
        if leg.root.configured {
            "configured "
        } else {
            ""
        },
        leg.root.native.debian(),
        leg.emulation
    )?;
    writeln!(out, "    packages: {}", packages.join(" "))?;
    if !leg.root.alone.is_empty() {
        let alone: Vec<String> = leg.root.alone.iter().map(ToString::to_string).collect();
        writeln!(out, "    alone: {}", alone.join(" "))?;
    }
    for (name, value) in &leg.environment {
        writeln!(out, "    {name}={value}")?;
    }
    for phase in &leg.phases {
        writeln!(out, "    {}:", phase.name)?;
        phase
            .script
            .lines()
            .try_for_each(|line| writeln!(out, "      {line}"))?;
    }
    Ok(())
}

/// The JSON Schema of a format.
pub fn schema(format: SchemaFormat) -> Result<Status> {
    let kind = match format {
        SchemaFormat::Case => record::Schema::Case,
        SchemaFormat::Emulator => record::Schema::Emulator,
        SchemaFormat::Golden => record::Schema::Golden,
        SchemaFormat::Report => record::Schema::Report,
        SchemaFormat::Policy => record::Schema::Policy,
        SchemaFormat::Statement => record::Schema::Statement,
    };
    print_json(&record::schema(kind))?;
    Ok(Status::Holds)
}
