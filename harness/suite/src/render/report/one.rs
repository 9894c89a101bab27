//! A result by itself: how it ended, why, its differences, runs, rules, and what it was made from.

mod difference;
mod facts;

use super::cells::accepted;
use super::parts::Parts;
use super::room::{PARTS, ROOMS, Room};
use super::{Row, Survey, anchor, badge};
use crate::render::headline::{count, grouped};
use crate::survey::{Ended, Found};
use crate::untrusted::{clip, tame};
use crossproof_model::comparison::Undecided;
use crossproof_model::golden::Outcome;
use crossproof_model::verdict::{Cause, Failure};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Most lines of the end of a log.
const LOG: usize = 40;
/// Most characters of a sentence out of a report.
const SENTENCE: usize = 400;

/// A part for each result, in this order: with the most room in which all fit, else as many as fit.
pub fn parts(rows: &[&Row<'_>], survey: &Survey<'_>) -> Parts {
    let mut best = written(rows, survey, ROOMS[0]);
    for room in &ROOMS[1..] {
        if best.left_out == 0 {
            break;
        }
        best = written(rows, survey, *room);
    }
    best
}

fn written(rows: &[&Row<'_>], survey: &Survey<'_>, room: Room) -> Parts {
    let mut parts = Parts {
        anchors: BTreeSet::new(),
        text: String::new(),
        left_out: rows.len(),
        room,
    };
    for row in rows {
        let text = part(row, survey, room).into_string();
        if parts.text.len() + text.len() > PARTS {
            break;
        }
        parts.text += &text;
        parts.anchors.insert(anchor(row));
        parts.left_out -= 1;
    }
    parts
}

fn part(row: &Row<'_>, survey: &Survey<'_>, room: Room) -> Markup {
    html! {
        details.part {
            summary {
                h3 { (row.name) "::" (row.target) } " " (badge(row.way())) " " (accepted(row))
            }
            // Inside, so that a browser that follows a link to it opens the part.
            div.inside id=(anchor(row)) {
                @if let Some(summary) = &row.summary { p { (clip(summary, SENTENCE)) } }
                (breaches(row, room))
                @match &row.ended {
                    Ended::Decided(found) => (found_in(row, found, room)),
                    Ended::Undecided(places) => (undecided(places, room)),
                    Ended::Failed(failure) => (failed(failure)),
                    Ended::Errored(reason) => p.below { "error: " (clip(reason, SENTENCE)) },
                    Ended::Skipped(reason) => p.below { "skipped: " (clip(reason, SENTENCE)) },
                }
                (facts::facts(row, survey))
            }
        }
    }
}

fn breaches(row: &Row<'_>, room: Room) -> Markup {
    let none = Vec::new();
    let breaches = match row.outcome {
        Some(Outcome::Broken(breaches)) => breaches,
        Some(Outcome::Holds | Outcome::NoGolden | Outcome::NoVerdict) | None => &none,
    };
    html! {
        @if !breaches.is_empty() {
            h4 { "Not as accepted" }
            ul {
                @for breach in breaches.iter().take(room.names) { li.below { (clip(&breach.to_string(), SENTENCE)) } }
                (more(breaches.len(), room.names))
            }
        }
    }
}

/// `and 3 more`, as the last of a list that was cut.
fn more(all: usize, shown: usize) -> Markup {
    html! { @if all > shown { li { "and " (grouped((all - shown) as u64)) " more" } } }
}

fn found_in(row: &Row<'_>, found: &Found<'_>, room: Room) -> Markup {
    let open = found.comparison.unsettled().count();
    let any = open + found.behaviour_differences.len() + found.checks.len() > 0;
    html! {
        @for note in found.notes { p { "note: " (note.sentence()) } }
        @if any { p { (blame(found.blame)) } }
        @if !found.causes.is_empty() {
            h4 { "Likely causes" }
            ul {
                @for cause in &found.causes {
                    li { (clip(&cause.sentence, SENTENCE)) " " span.remedy { (tame(&cause.remedy)) } " " span.count { "(" (count(cause.findings, "difference")) ")" } }
                }
            }
        }
        (difference::list("Behaviour", found.behaviour_differences, room))
        (difference::list("Checks", found.checks, room))
        (difference::files(found.comparison, room))
        (difference::rules(found.comparison, room))
        @if !found.unstable.is_empty() {
            h4 { "Not even equal to itself on the native side" }
            ul.names {
                @for path in found.unstable.iter().take(room.names) { li { (clip(path.as_str(), SENTENCE)) } }
                (more(found.unstable.len(), room.names))
            }
        }
        (facts::runs(&found.runs, room))
        @if !any && row.holds() && found.comparison.differences.is_empty() { p.empty { "Every byte is the same." } }
    }
}

fn blame(cause: Cause) -> &'static str {
    match cause {
        Cause::Cross => "Both controls are equal: what differs was caused by cross-compiling.",
        Cause::Nondeterminism => {
            "A side is not equal to itself: cross-compiling cannot be blamed for what differs."
        }
        Cause::Unknown => {
            "Controls were not run: whether cross-compiling is to blame is not known."
        }
    }
}

fn undecided(places: &[Undecided], room: Room) -> Markup {
    html! {
        h4 { "Could not be compared" }
        ul {
            @for one in places.iter().take(room.names) {
                li { code { (clip(&one.place.to_string(), SENTENCE)) } ": " (clip(&one.reason, SENTENCE)) }
            }
            (more(places.len(), room.names))
        }
    }
}

fn failed(failure: &Failure) -> Markup {
    let phase = failure.phase.map(|phase| format!(", {phase} phase"));
    html! {
        p.below { "failed: leg " (failure.leg) (phase.unwrap_or_default()) ": " (clip(&failure.reason, SENTENCE)) }
        @if !failure.log_end.is_empty() {
            div.log { @for line in failure.log_end.iter().rev().take(LOG).rev() { div { (clip(line, SENTENCE)) } } }
        }
        @if let Some(log) = &failure.log { p.note { "The whole log: " code { (clip(log, SENTENCE)) } " in the store." } }
    }
}
