//! Sizes of the artifacts and times of the builds: by target, and what grew the most.

use super::cells::{duration, percents};
use super::parts::Parts;
use super::{bytes, chart, framed, link};
use crate::render::headline::grouped;
use crate::survey::figures::{both, growth, totals_by_target};
use crate::survey::{Row, Survey};
use crossproof_model::Pair;
use maud::{Markup, html};

/// How many of those that grew or shrank the most are listed.
const LINES: usize = 12;

/// Sizes and times.
pub fn section(survey: &Survey<'_>, parts: &Parts) -> Markup {
    let totals = totals_by_target(&survey.rows);
    let timed = survey.rows.iter().filter(|row| both(row).is_some()).count();
    let table = html! {
        table.sortable {
            thead {
                tr {
                    th scope="col" { "target" }
                    th.number scope="col" { "native size" } th.number scope="col" { "cross size" } th.number scope="col" { "change" }
                    th.number scope="col" { "native time" } th.number scope="col" { "cross time" } th.number scope="col" { "native ÷ cross, median" }
                }
            }
            tbody {
                @for (target, one) in &totals {
                    tr {
                        th scope="row" { (target) }
                        (sizes((one.sized > 0).then_some(one.bytes)))
                        @let times = (one.timed > 0).then_some(one.times);
                        @for side in [times.map(|times| times.left), times.map(|times| times.right)] { (duration(side, "number")) }
                        td.number data-v=(one.median.unwrap_or_default()) {
                            (one.median.map_or("–".to_owned(), times_as_long))
                        }
                    }
                }
            }
        }
    };
    html! {
        section #costs aria-labelledby="costs-title" {
            h2 #costs-title { "Sizes and times" }
            p.note { "Bytes in all files of the results that were compared; wall time of each side's build when it was built." }
            (framed("Sizes and times by target", &table))
            div.beside {
                (grown(survey, parts))
                @if timed > 0 {
                    div {
                        h3 { "Time of the builds" }
                        (chart::scatter(&survey.rows))
                        @if timed > chart::POINTS { p.note { "The first " (grouped(chart::POINTS as u64)) " of " (grouped(timed as u64)) " results." } }
                    }
                }
            }
        }
    }
}

/// What changed its size the most, in percent.
fn grown(survey: &Survey<'_>, parts: &Parts) -> Markup {
    let mut grown: Vec<(&Row<'_>, Pair<u64>, f64)> = survey
        .rows
        .iter()
        .filter_map(|row| {
            let sizes = row.found()?.sizes;
            let growth = growth(sizes).filter(|growth| growth.abs() >= 0.05)?;
            Some((row, sizes, growth))
        })
        .collect();
    grown.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let table = html! {
        table.sortable {
            thead {
                tr {
                    th scope="col" { "result" } th.number scope="col" { "native size" }
                    th.number scope="col" { "cross size" } th.number scope="col" { "change" }
                }
            }
            tbody { @for (row, pair, _) in grown.iter().take(LINES) { tr { th scope="row" { (link(row, parts)) } (sizes(Some(*pair))) } } }
        }
    };
    html! {
        @if !grown.is_empty() {
            div {
                h3 { "Changed their size the most" }
                (framed("Changed their size the most", &table))
                @if grown.len() > LINES { p.note { "and " (grouped((grown.len() - LINES) as u64)) " that changed it less" } }
            }
        }
    }
}

/// How many times as long, of thousandths: `15.7 ×`.
fn times_as_long(ratio: u128) -> String {
    match ratio {
        0..1000 => format!("{:.2} ×", ratio as f64 / 1000.0),
        _ => format!("{:.1} ×", ratio as f64 / 1000.0),
    }
}

/// Three cells: native, cross, and how much larger cross is.
pub fn sizes(sizes: Option<Pair<u64>>) -> Markup {
    let change = sizes.and_then(growth);
    html! {
        @for side in [sizes.map(|sizes| sizes.left), sizes.map(|sizes| sizes.right)] {
            @match side {
                Some(size) => td.number data-v=(size) { (bytes(size)) },
                None => td.number data-v="-1" { "–" },
            }
        }
        @match change {
            Some(change) => td.number data-v=(format!("{change:.3}")) { (percents(change)) },
            None => td.number data-v="-101" { "–" },
        }
    }
}
