//! A comparison as one page for a browser: nothing is fetched, and it reads without script.
//!
//! The tree of paths folds with `details` elements; the script only searches and opens. Every text that comes
//! from the compared files goes through the template's escaping, and a content policy lets the page run and
//! load nothing but what is written here. What would make the page too large for a browser is counted instead
//! of shown, worst first kept.

pub(super) mod hunk;
mod size;
mod tree;

use super::groups::{FileGroup, by_file, by_rule};
use super::headline::{self, count, grouped};
use crate::untrusted::tame;
use crossproof_inspect::rules as table;
use crossproof_model::report::ComparisonReport;
use crossproof_model::{Level, LikelyCause};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use size::Shown;

pub(super) const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Nothing from anywhere; only the style and script below.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Most bytes of names of files that are the same.
const SAME_NAMES: usize = 300_000;

/// The whole page.
pub fn page(report: &ComparisonReport) -> String {
    let level = headline::level(report);
    let groups = by_file(&report.comparison);
    let shown = size::share_out(&groups);
    let settled = groups
        .iter()
        .map(|group| group.settled.len())
        .sum::<usize>();
    let all_settled = groups.iter().all(FileGroup::is_settled);
    let sides = report.sides.as_ref().map(|side| tame(side));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (level) ": " (sides.left) " and " (sides.right) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.sides { code { (sides.left) } span.and { " against " } code { (sides.right) } }
                    h1 { (badge(report.level())) " " (headline::files(report)) }
                    @if let Some(code) = headline::code(report) { p { (code) } }
                    p.asked.below[!report.holds()] { (headline::asked(report)) }
                    @if !report.causes.is_empty() { (causes(&report.causes)) }
                    (undecided(report))
                }
                main {
                    @if groups.is_empty() {
                        p.empty { "There is no difference to show." }
                    } @else {
                        (tools(settled, all_settled))
                        section #tree aria-label="Differences by path" { (tree::tree(&groups, &shown)) }
                        (left_out(&shown))
                    }
                    (rules(report))
                    (ignored(report))
                    (same(report))
                    (facts(report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// A level as a coloured word.
pub(super) fn badge(level: Option<Level>) -> Markup {
    let name = level.map_or("undecided", |level| level.name());
    html! { span class={ "level " (name) } { (name) } }
}

fn causes(causes: &[LikelyCause]) -> Markup {
    html! {
        section.causes aria-label="Likely causes" {
            @for (at, cause) in causes.iter().enumerate() {
                div.cause {
                    h2 { (if at == 0 { "Likely cause" } else { "Also" }) }
                    p { (tame(&cause.sentence)) }
                    p.remedy { (tame(&cause.remedy)) }
                    details {
                        summary { "seen in " (count(cause.findings, "difference")) }
                        ul {
                            @for (key, place) in &cause.evidence {
                                li { code { (key) } " " (tame(&place.to_string())) }
                            }
                            @if cause.findings > cause.evidence.len() {
                                li { "and " (cause.findings - cause.evidence.len()) " more" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn undecided(report: &ComparisonReport) -> Markup {
    html! {
        @for undecided in report.comparison.undecided.iter().take(20) {
            p.below { "undecided: " code { (tame(&undecided.place.to_string())) } ": " (tame(&undecided.reason)) }
        }
    }
}

/// What searches and opens; without script only what works without it is there.
fn tools(settled: usize, all_settled: bool) -> Markup {
    html! {
        form.tools role="search" {
            span.scripted hidden {
                label for="search" { "Search" }
                input #search type="search" placeholder="path, key or text" autocomplete="off" spellcheck="false";
                button #open type="button" { "open all" }
                button #close type="button" { "close all" }
                output #count for="search" aria-live="polite" {}
            }
            @if settled > 0 {
                label.toggle { input #settled type="checkbox" checked[all_settled]; " what rules settle (" (settled) ")" }
            }
        }
    }
}

fn left_out(shown: &[Shown]) -> Markup {
    let files = |what| shown.iter().filter(|one| **one == what).count();
    let (brief, counted) = (files(Shown::Keys), files(Shown::Nothing));
    html! {
        @if brief + counted > 0 {
            p.note {
                "To keep the page small, " (grouped(brief as u64)) " files show only the kinds of their differences and "
                (grouped(counted as u64)) " none: " code { "--format json" } " has all of them."
            }
        }
    }
}

fn rules(report: &ComparisonReport) -> Markup {
    let used = by_rule(&report.comparison);
    html! {
        @if !used.is_empty() {
            section aria-label="Rules" {
                h2 { "Settled by rules" }
                @for (reference, settled) in used {
                    details.rule {
                        summary {
                            code { (reference) } " " span.count { (count(settled.count, "time")) " in " (count(settled.files.len(), "file")) }
                        }
                        @if let Some(rule) = table::ALL.into_iter().find(|rule| rule.id == reference.id) {
                            p { (rule.title) }
                            p { (rule.justification) }
                        }
                        ul { @for key in settled.keys { li { code { (key) } } } }
                    }
                }
            }
        }
    }
}

fn ignored(report: &ComparisonReport) -> Markup {
    html! {
        @if !report.ignored.is_empty() {
            section aria-label="Ignored" {
                h2 { "Ignored, by the keys that were asked for" }
                ul {
                    @for (key, found) in &report.ignored {
                        @if found.is_empty() {
                            li.below { code { (key) } ": never; no difference has this key" }
                        } @else {
                            li {
                                code { (key) } ": " (count(found.len(), "time"))
                                ul {
                                    @for difference in found.iter().take(20) { li { (tame(&difference.place.to_string())) } }
                                    @if found.len() > 20 { li { "and " (found.len() - 20) " more" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn same(report: &ComparisonReport) -> Markup {
    let files = report.comparison.files.iter();
    let same: Vec<_> = files
        .filter(|(_, file)| file.level == Some(Level::Bits))
        .map(|(path, _)| path.as_str())
        .collect();
    let mut room = SAME_NAMES;
    let fits = |path: &&&str| {
        let left = room.checked_sub(size::written(path) + 10);
        room = left.unwrap_or_default();
        left.is_some()
    };
    let named: Vec<_> = same.iter().take_while(fits).collect();
    html! {
        @if !same.is_empty() {
            section aria-label="The same" {
                details {
                    summary { h2 { "The same on both sides: " (grouped(same.len() as u64)) } }
                    ul.names {
                        @for path in &named { li { (tame(path)) } }
                        @if named.len() < same.len() { li { "and " (same.len() - named.len()) " more" } }
                    }
                }
            }
        }
    }
}

/// What was asked, by what, and how much was compared.
fn facts(report: &ComparisonReport) -> Markup {
    let coverage = &report.comparison.coverage;
    let list = |items: Vec<String>| {
        if items.is_empty() {
            "none".to_owned()
        } else {
            items.join(", ")
        }
    };
    let maps = report
        .asked
        .map
        .iter()
        .map(|(old, new)| format!("{old}={new}"))
        .collect();
    let rules = report.asked.rules.iter().map(ToString::to_string).collect();
    html! {
        section aria-label="How it was compared" {
            h2 { "How it was compared" }
            dl {
                dt { "by" } dd { "crossproof " (report.tool) }
                dt { "level asked for" } dd { (report.asked.at_least) }
                dt { "maps" } dd { (tame(&list(maps))) }
                dt { "rules in use" } dd { (list(rules)) }
                dt { "compared exactly" } dd { (grouped(coverage.exact)) " bytes" }
                dt { "compared through rules" } dd { (grouped(coverage.ruled.values().sum())) " bytes" }
                dt { "not compared" } dd { (grouped(coverage.uncovered)) " bytes" }
            }
        }
    }
}
