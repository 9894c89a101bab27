//! The likely causes, ranked, with examples; what failed, and where; the kinds of difference.

use super::chart::{settling, swatch};
use super::parts::Parts;
use super::{dotted, framed, link};
use crate::render::headline::{count, grouped};
use crate::survey::ranking::{RankedCause, RankedKey, causes, keys, unexplained};
use crate::survey::{Ended, Row, Survey};
use crate::untrusted::{clip, tame};
use crossproof_model::{DiffKey, LikelyCause};
use crossproof_policy as policy;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// How many examples a cause has.
const EXAMPLES: usize = 4;
/// How many results are named of which no cause is known.
const NAMES: usize = 12;
/// How many kinds of difference, and of failure, are listed.
const LINES: usize = 60;

/// Why cross is not native.
pub fn section(survey: &Survey<'_>, parts: &Parts) -> Markup {
    let ranked = causes(&survey.rows);
    let keys = keys(&survey.rows);
    let unexplained = unexplained(&survey.rows);
    html! {
        section #causes aria-labelledby="causes-title" {
            h2 #causes-title { "Likely causes" }
            @if ranked.is_empty() {
                p.empty { "No cause is known of any difference." }
            } @else {
                p.note {
                    "As the differences suggest; a cause explains and settles nothing. First those of the most results that have a difference no rule settles."
                }
                p.note { (swatch("open")) " open differences, " (swatch("settled")) " rules settle all, of all results" }
                ol.ranked { @for cause in &ranked { li { (one(cause, survey.rows.len(), parts)) } } }
            }
            @if !unexplained.is_empty() {
                p {
                    "Of " (count(unexplained.len(), "result")) " with open differences no cause is known"
                    @for (at, row) in unexplained.iter().take(NAMES).enumerate() { (if at == 0 { ": " } else { ", " }) (link(row, parts)) }
                    @if unexplained.len() > NAMES { " and " (grouped((unexplained.len() - NAMES) as u64)) " more" }
                    "."
                }
            }
            (failures(survey, parts))
            (kinds(&keys))
        }
    }
}

fn one(cause: &RankedCause<'_>, of: usize, parts: &Parts) -> Markup {
    let (open, settled) = (cause.open.len(), cause.settled.len());
    let examples: Vec<&(&Row<'_>, &LikelyCause)> =
        cause.open.iter().chain(&cause.settled).collect();
    html! {
        h3 { code { (cause.name) } }
        (settling(open, settled, of))
        p {
            @if open > 0 {
                (count(open, "result")) " with open differences"
                @if cause.first > 0 { ", named first in " (grouped(cause.first as u64)) }
                @if settled > 0 { ", and " }
            }
            @if settled > 0 { (count(settled, "result")) " in which rules settle everything" }
            "; " (count(cause.findings, "difference")) " in all"
        }
        details {
            summary { (count(examples.len().min(EXAMPLES), "example")) }
            ul {
                @for (row, cause) in examples.iter().take(EXAMPLES) {
                    li {
                        (link(row, parts)) ": " (clip(&cause.sentence, 400))
                        @if let Some((key, place)) = cause.evidence.first() {
                            " (" code { (key) } " " (clip(&place.to_string(), 120)) ")"
                        }
                    }
                }
                @if let Some((_, cause)) = examples.first() { li.remedy { (tame(&cause.remedy)) } }
            }
        }
    }
}

/// What could not be built: by side and phase, with the reason.
fn failures(survey: &Survey<'_>, parts: &Parts) -> Markup {
    let mut kinds: BTreeMap<(String, String), Vec<&Row<'_>>> = BTreeMap::new();
    for row in &survey.rows {
        if let Ended::Failed(failure) = &row.ended {
            let phase = failure
                .phase
                .map_or("–".to_owned(), |phase| phase.to_string());
            let side = failure.leg.side.to_string();
            kinds.entry((side, phase)).or_default().push(row);
        }
    }
    let table = html! {
        table.sortable {
            thead { tr { th scope="col" { "side" } th scope="col" { "phase" } th.number scope="col" { "results" } th scope="col" { "such as" } } }
            tbody {
                @for ((side, phase), rows) in kinds.iter().take(LINES) {
                    tr {
                        th scope="row" { (side) } td { (phase) } td.number data-v=(rows.len()) { (rows.len()) }
                        td { @for row in rows.iter().take(EXAMPLES) { (link(row, parts)) " " } }
                    }
                }
            }
        }
    };
    html! {
        @if !kinds.is_empty() {
            h3 { "What could not be built" }
            (framed("What could not be built", &table))
        }
    }
}

fn kinds(keys: &[RankedKey<'_>]) -> Markup {
    let means = |key: &str| {
        let key: Option<DiffKey> = key.parse().ok();
        let known = key.and_then(|key| policy::explanation(&key));
        known.map_or("", |known| known.means)
    };
    let table = html! {
        table.sortable {
            thead {
                tr {
                    th scope="col" { "kind" } th.number scope="col" { "results" } th.number scope="col" { "files" }
                    th.number scope="col" { "times" } th.wide scope="col" { "what it means" }
                }
            }
            tbody {
                @for one in keys.iter().take(LINES) {
                    tr {
                        th scope="row" { code { (dotted(one.key)) } }
                        td.number data-v=(one.rows) { (grouped(one.rows as u64)) }
                        td.number data-v=(one.files) { (grouped(one.files as u64)) }
                        td.number data-v=(one.count) { (grouped(one.count as u64)) }
                        td.wide { (means(one.key)) }
                    }
                }
            }
        }
    };
    html! {
        @if !keys.is_empty() {
            details {
                summary { h3 { (count(keys.len(), "kind")) " of difference that no rule settles" } }
                (framed("Kinds of difference", &table))
                @if keys.len() > LINES { p.note { "and " (count(keys.len() - LINES, "rarer kind")) } }
            }
        }
    }
}
