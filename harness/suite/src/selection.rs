//! From filters, targets and a tier to the trials that are meant.

use crate::args::{Selection, TierArgument};
use crate::exit::BadInput;
use crate::ledger::Selected;
use crate::project::Project;
use anyhow::Result;
use crossproof_model::{Case, CaseName, Platform, Tier};
use std::collections::BTreeMap;

/// The trials that `selection` means. Meaning none is an error: nothing would be judged.
pub fn select(project: &Project, selection: &Selection) -> Result<Selected> {
    let cases = project.cases()?;
    let most = tier(selection.tier);
    for filter in &selection.filters {
        if !cases
            .keys()
            .any(|name| name.as_str().contains(filter.as_str()))
        {
            return Err(BadInput(format!(
                "no case's name contains `{filter}`; {}",
                names(&cases)
            ))
            .into());
        }
    }
    let named = |case: &Case| {
        selection.filters.is_empty()
            || selection
                .filters
                .iter()
                .any(|f| case.name.as_str().contains(f.as_str()))
    };
    let targets = project.targets(&cases)?;
    // A target that is asked for by name may cost what it costs.
    let wanted = |target: &Platform| match selection.target.is_empty() {
        true => targets.get(target).is_none_or(|tier| *tier <= most),
        false => selection.target.contains(target),
    };
    let selected: Selected = cases
        .values()
        .filter(|case| case.tier <= most && named(case))
        .flat_map(|case| {
            let targets = case.targets.iter().filter(|target| wanted(target));
            targets.map(move |target| (case.clone(), *target))
        })
        .collect();
    if selected.is_empty() {
        return Err(BadInput(format!(
            "no case of tier {} or below fits the filters and targets; see `crossproof list`",
            most.name()
        ))
        .into());
    }
    Ok(selected)
}

/// The trials of cases named exactly, whatever their tier.
pub fn exactly(project: &Project, names: &[CaseName], targets: &[Platform]) -> Result<Selected> {
    let cases = project.cases()?;
    let mut selected = Selected::new();
    for name in names {
        let case = cases
            .get(name)
            .ok_or_else(|| BadInput(format!("no case `{name}`; {}", self::names(&cases))))?;
        let wanted = case
            .targets
            .iter()
            .filter(|target| targets.is_empty() || targets.contains(target));
        selected.extend(wanted.map(|target| (case.clone(), *target)));
    }
    if selected.is_empty() {
        return Err(
            BadInput("none of these cases is built for the targets given".to_owned()).into(),
        );
    }
    Ok(selected)
}

fn names(cases: &BTreeMap<CaseName, Case>) -> String {
    let names: Vec<&str> = cases.keys().map(CaseName::as_str).collect();
    format!("there are: {}", names.join(", "))
}

fn tier(argument: TierArgument) -> Tier {
    match argument {
        TierArgument::Quick => Tier::Quick,
        TierArgument::Full => Tier::Full,
        TierArgument::Slow => Tier::Slow,
    }
}
