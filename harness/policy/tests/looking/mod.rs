//! Looking at a planned leg.

use crossproof_model::case::PhaseName;
use crossproof_model::plan::LegPlan;

pub fn packages(leg: &LegPlan) -> Vec<String> {
    leg.root.packages.iter().map(ToString::to_string).collect()
}

pub fn script(leg: &LegPlan, name: PhaseName) -> &str {
    &leg.phases.iter().find(|p| p.name == name).unwrap().script
}

#[track_caller]
pub fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}
