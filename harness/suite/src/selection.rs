//! From filters, targets and a tier to the trials that are meant.

use crate::args::{Selection, TierArgument};
use crate::exit::BadInput;
use crate::ledger::Selected;
use crate::project::Project;
use anyhow::Result;
use crossproof_model::{Case, CaseName, Platform, Tier};
use std::collections::BTreeMap;

/// What a selection means.
pub struct Meant {
    /// The trials, at least one.
    pub trials: Selected,
    /// What is to be said of those that are named and cost more than is asked for.
    pub left_out: Option<String>,
}

/// The trials that `selection` means. Meaning none is an error: nothing would be judged.
pub fn select(project: &Project, selection: &Selection) -> Result<Meant> {
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
    let targets = project.targets(&cases)?;
    let (mut selected, mut costlier) = (Selected::new(), Vec::new());
    for case in cases.values().filter(|case| named(selection, case)) {
        for target in &case.targets {
            if !selection.target.is_empty() && !selection.target.contains(target) {
                continue;
            }
            let tier = tier_of(selection, case, targets.get(target));
            match tier <= most {
                true => selected.push((case.clone(), *target)),
                false => costlier.push((format!("{}::{target}", case.name), tier)),
            }
        }
    }
    if let Some(said) = left_out(&costlier).filter(|_| selected.is_empty()) {
        return Err(BadInput(said).into());
    }
    if selected.is_empty() {
        let said =
            "no case that fits the filters is built for these targets; see `crossproof list`";
        return Err(BadInput(said.to_owned()).into());
    }
    Ok(Meant {
        trials: selected,
        left_out: left_out(&costlier).filter(|_| !selection.filters.is_empty()),
    })
}

/// Whether the filters name a case; without any they name all.
fn named(selection: &Selection, case: &Case) -> bool {
    let fits = |filter: &String| case.name.as_str().contains(filter.as_str());
    selection.filters.is_empty() || selection.filters.iter().any(fits)
}

/// How costly a trial is: as its case and its target; a target that is asked for by name may cost what it costs.
fn tier_of(selection: &Selection, case: &Case, target: Option<&Tier>) -> Tier {
    let target = target.filter(|_| selection.target.is_empty());
    case.tier.max(target.copied().unwrap_or(Tier::Quick))
}

/// What is said of trials that cost more than is asked for.
fn left_out(costlier: &[(String, Tier)]) -> Option<String> {
    let most = costlier.iter().map(|(_, tier)| *tier).max()?;
    let names: Vec<&str> = costlier.iter().map(|(name, _)| name.as_str()).collect();
    Some(format!(
        "left out, being of a costlier tier: {}; `--tier {}` takes them, too",
        names.join(", "),
        most.name()
    ))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn meant(filters: &[&str], target: &[Platform], tier: TierArgument) -> Result<Meant, String> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let selection = Selection {
            filters: filters.iter().map(|f| (*f).to_owned()).collect(),
            target: target.to_vec(),
            tier,
        };
        select(&Project::at(repository), &selection).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_named_and_costs_more_is_told() {
        let some = meant(&["hello-c"], &[], TierArgument::Quick).unwrap();
        let left_out = some.left_out.unwrap();
        assert!(left_out.contains("hello-c::riscv64"), "{left_out}");
        assert!(left_out.contains("--tier full"), "{left_out}");
        assert!(
            some.trials
                .iter()
                .all(|(_, target)| *target != Platform::Riscv64)
        );
        // What is not named is not mentioned.
        assert_eq!(meant(&[], &[], TierArgument::Quick).unwrap().left_out, None);
        let none = meant(&["redis"], &[], TierArgument::Quick).err().unwrap();
        assert!(
            none.contains("redis::armv7") && none.contains("--tier slow"),
            "{none}"
        );
        let none = meant(
            &["pgrx-extension"],
            &[Platform::Riscv64],
            TierArgument::Slow,
        );
        assert!(none.err().unwrap().contains("is built for these targets"));
    }

    #[test]
    fn a_target_that_is_named_may_cost_what_it_costs() {
        let named = meant(&["hello-c"], &[Platform::Riscv64], TierArgument::Quick).unwrap();
        assert!(!named.trials.is_empty() && named.left_out.is_none());
    }
}
