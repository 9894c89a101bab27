//! What a gate decided, for a terminal: a line each.

use crate::untrusted::tame;
use crossproof_model::gate::{Answer, Decision, Decisions};
use std::fmt::Write;

/// A line for each decision; `full` lists every objection.
pub fn decisions(decisions: &Decisions, full: bool) -> String {
    let named = |one: &Decision| format!("{}::{}", one.name, one.target);
    let widths = decisions
        .decisions
        .iter()
        .map(|one| named(one).chars().count());
    let width = widths.max().unwrap_or(0);
    let mut out = String::new();
    for one in &decisions.decisions {
        let _ = writeln!(
            out,
            "{:10}  {:width$}  {}",
            one.answer.name(),
            named(one),
            reason(one)
        );
        if full {
            for objection in &one.objections {
                let _ = writeln!(out, "{:12}- {}", "", tame(&objection.to_string()));
            }
            for known in &one.known {
                let _ = writeln!(out, "{:12}- known: {}", "", tame(&known.to_string()));
            }
            for one in &one.tolerated {
                let line = format!("{} in {}: {}", one.key, one.place, one.reason);
                let _ = writeln!(
                    out,
                    "{:12}- tolerated until {}: {}",
                    "",
                    one.until,
                    tame(&line)
                );
            }
        }
    }
    let refused = |one: &&Decision| one.answer == Answer::Refuse;
    let refused = decisions.decisions.iter().filter(refused).count();
    let all = decisions.decisions.len();
    let _ = writeln!(
        out,
        "\n{all} decided by policy {}: {} substitute, {refused} refuse; the gate {}",
        decisions.policy.short(),
        all - refused,
        match decisions.hold() {
            true => "holds",
            false => "does not hold",
        }
    );
    out
}

fn reason(decision: &Decision) -> String {
    let more = |count: usize| match count {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    if let Some(first) = decision.objections.first() {
        let unneeded = match decision.required {
            true => "",
            false => " [not required]",
        };
        let first = tame(&first.to_string()).into_owned();
        return first + &more(decision.objections.len()) + unneeded;
    }
    let mut parts = Vec::new();
    if let Some(first) = decision.known.first() {
        let known = format!("no worse than accepted: {}", tame(&first.to_string()));
        parts.push(known + &more(decision.known.len()));
    }
    if let Some(first) = decision.tolerated.first() {
        let line = format!(
            "tolerated until {}: {} in {}",
            first.until, first.key, first.place
        );
        parts.push(tame(&line).into_owned() + &more(decision.tolerated.len()));
    }
    match parts.is_empty() {
        true => "everything demanded holds".to_owned(),
        false => parts.join("; "),
    }
}
