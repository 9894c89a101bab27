//! What is known of a result beside its differences: controls, coverage, sizes, times, provenance, runs.

use super::super::cells::percents;
use super::super::room::Room;
use super::super::{Row, Survey, bytes, time};
use super::more;
use crate::render::headline::{count, grouped};
use crate::survey::figures::growth;
use crate::survey::{Found, Ran};
use crate::untrusted::clip;
use maud::{Markup, html};

/// A list of names and values.
pub fn facts(row: &Row<'_>, survey: &Survey<'_>) -> Markup {
    html! {
        dl {
            @if let Some(system) = &row.system { dt { "built by" } dd { (clip(system, 60)) } }
            @if let Some(reference) = row.reference { dt { "held against" } dd { (reference) } }
            @if let Some(language) = &row.language { dt { "language" } dd { (clip(language, 60)) } }
            @if let Some(found) = row.found() { (compared(found)) }
            @for (name, one) in [("native time", row.times.left), ("cross time", row.times.right)] {
                @if let Some(one) = one { dt { (name) } dd { (time(one)) } }
            }
            @if let Some(found) = row.found() {
                @for (name, value) in &found.provenance { dt { (name) } dd { code { (clip(value, 200)) } } }
            }
            dt { "judged by" } dd { "crossproof " (survey.tool) }
        }
    }
}

fn compared(found: &Found<'_>) -> Markup {
    let coverage = &found.comparison.coverage;
    let ruled: u64 = coverage.ruled.values().sum();
    html! {
        dt { "behaviour" } dd { (found.behaviour) }
        dt { "controls" } dd { "native " (found.controls.left) ", cross " (found.controls.right) }
        dt { "sizes" } dd {
            "native " (bytes(found.sizes.left)) ", cross " (bytes(found.sizes.right))
            @if let Some(change) = growth(found.sizes) { " (" (percents(change)) ")" }
        }
        // A source that does not say how much was compared does not say that nothing was.
        @if coverage.total() > 0 {
            dt { "compared" } dd {
                (grouped(coverage.exact)) " bytes exactly, " (grouped(ruled)) " through rules, " (grouped(coverage.uncovered)) " not"
            }
        }
    }
}

/// What was run, under how many CPU models, and where the sides did not do the same.
pub fn runs(runs: &[Ran<'_>], room: Room) -> Markup {
    html! {
        @if !runs.is_empty() {
            h4 { "Runs" }
            ul {
                @for ran in runs.iter().take(room.names) {
                    @let unlike: Vec<&str> = ran.models.iter().filter(|(_, same)| !same).map(|(model, _)| *model).collect();
                    li {
                        (clip(ran.name, 80)) ": "
                        @match unlike.as_slice() {
                            [] => { "the same under " (count(ran.models.len(), "CPU model")) },
                            unlike => span.below { "different under " (clip(&unlike.join(", "), 200)) },
                        }
                    }
                }
                (more(runs.len(), room.names))
            }
        }
    }
}
