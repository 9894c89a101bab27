//! The table of every result, the worst first.

use super::cells::{accepted, duration, percents};
use super::parts::Parts;
use super::room::TABLE;
use super::{Row, Survey, Way, badge, bytes, framed, link};
use crate::render::headline::{count, grouped};
use crate::survey::figures::growth;
use crossproof_model::verdict::Cause;
use maud::{Markup, PreEscaped, html};

/// The table, as far as there is room.
pub fn section(worst: &[&Row<'_>], parts: &Parts, survey: &Survey<'_>) -> Markup {
    let systems = worst.iter().any(|row| row.system.is_some());
    let mut lines = String::new();
    let mut shown = 0;
    for row in worst {
        let line = line(row, systems, parts).into_string();
        if lines.len() + line.len() > TABLE {
            break;
        }
        lines += &line;
        shown += 1;
    }
    let table = html! {
        table.sortable {
            thead {
                tr {
                    th scope="col" { "result" }
                    @if systems { th.wide scope="col" { "built by" } }
                    th scope="col" { "level" } th scope="col" { "as accepted" }
                    th.wide scope="col" { "behaviour" } th.wide scope="col" { "to blame" }
                    th.number scope="col" { "open" }
                    th.number.wide scope="col" { "size" } th.number.wide scope="col" { "change" }
                    th.number.wide scope="col" { "native time" } th.number.wide scope="col" { "cross time" }
                }
            }
            tbody { (PreEscaped(lines)) }
        }
    };
    html! {
        section #rows aria-labelledby="rows-title" {
            h2 #rows-title { "All results" }
            p.note {
                "The worst first. Open: differences that no rule settles. To blame: only where both sides, built twice, equal themselves is it cross-compiling."
            }
            (framed("All results", &table))
            @if shown < worst.len() {
                p.note { "To keep the page small, " (count(worst.len() - shown, "result")) " are not in this table: " code { (survey.whole) } " has all of them." }
            }
        }
    }
}

fn line(row: &Row<'_>, systems: bool, parts: &Parts) -> Markup {
    let found = row.found();
    let open = found.map_or(0, |found| {
        let beside = found.behaviour_differences.len() + found.checks.len();
        found.comparison.unsettled().count() + beside
    });
    let way = row.way();
    let place = Way::ALL
        .iter()
        .position(|one| *one == way)
        .unwrap_or_default();
    let size = found.map(|found| found.sizes.right);
    let change = found.and_then(|found| growth(found.sizes));
    html! {
        tr {
            th scope="row" { (link(row, parts)) }
            @if systems { td.wide { (row.system.as_deref().unwrap_or("–")) } }
            td data-v=(place) { (badge(way)) }
            td { (accepted(row)) }
            td.wide { @if let Some(found) = found { (found.behaviour) } @else { "–" } }
            td.wide { @if let Some(found) = found.filter(|_| open > 0) { (blamed(found.blame)) } @else { "–" } }
            td.number data-v=(open) { (grouped(open as u64)) }
            td.number.wide data-v=(size.unwrap_or_default()) { @if let Some(size) = size { (bytes(size)) } @else { "–" } }
            td.number.wide data-v=(format!("{:.3}", change.unwrap_or(-101.0))) { @if let Some(change) = change { (percents(change)) } @else { "–" } }
            (duration(row.times.left, "number wide")) (duration(row.times.right, "number wide"))
        }
    }
}

/// What a difference may be put down to, in a word or two.
pub fn blamed(cause: Cause) -> &'static str {
    match cause {
        Cause::Cross => "cross",
        Cause::Nondeterminism => "nondeterminism",
        Cause::Unknown => "not known",
    }
}
