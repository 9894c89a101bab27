//! Many verdicts as one page for a browser, or as a summary in Markdown: how far cross equals native, why not,
//! where, at what cost, and each row by itself.
//!
//! Nothing is fetched, and it reads without script, which only sorts, searches and opens. The figures are
//! `survey`'s; here is only how they look. What would make the page too large is counted instead of shown.

mod causes;
mod cells;
mod chart;
mod costs;
mod levels;
mod one;
mod parts;
mod places;
mod room;
mod rows;
mod summary;

pub use summary::markdown;

use super::headline::{count, grouped};
use super::html::{POLICY, STYLE};
use crate::survey::figures::{Share, percent, share};
use crate::survey::{Row, Survey, Way};
use crate::untrusted::clip;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::time::Duration;

const OWN_STYLE: &str = include_str!("report/report.css");
const SCRIPT: &str = include_str!("report/report.js");

/// The whole page.
pub fn page(survey: &Survey<'_>) -> String {
    let all = share(&survey.rows);
    let worst = survey.worst_first();
    let parts = one::parts(&worst, survey);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "crossproof: " (headline(survey, &all)) }
                style { (PreEscaped(STYLE)) (PreEscaped(OWN_STYLE)) }
            }
            body.report {
                header {
                    p.sides { "crossproof " (survey.tool) ": is the cross-built artifact the native one?" }
                    h1 { (headline(survey, &all)) }
                    p.ended { (chips(&all)) }
                    nav aria-label="On this page" {
                        a href="#levels" { "Levels" } " " a href="#causes" { "Causes" } " "
                        a href="#places" { "Where" } " " a href="#costs" { "Sizes and times" } " "
                        a href="#rows" { "All results" } " " a href="#parts" { "Each by itself" }
                    }
                }
                main {
                    (levels::section(survey, &all))
                    (causes::section(survey, &parts))
                    (places::section(survey))
                    (costs::section(survey, &parts))
                    (rows::section(&worst, &parts, survey))
                    (parts.section(survey))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// What it all comes to: `40 verdicts on 20 cases: 18 at metadata or better, 2 do not hold`.
fn headline(survey: &Survey<'_>, all: &Share) -> String {
    use crossproof_model::Level;
    let good = all.at_least(Level::Metadata);
    let broken = survey.rows.iter().filter(|row| !row.holds()).count();
    let mut text = format!(
        "{}: {} at metadata or better ({})",
        count(all.all(), "result"),
        grouped(good as u64),
        percent(good, all.all())
    );
    if broken > 0 {
        text += &format!(", {} not as accepted", grouped(broken as u64));
    }
    text
}

/// How many ended in each way.
fn chips(share: &Share) -> Markup {
    html! {
        @for way in share.ways() {
            span.chip { (badge(way)) " " (grouped(share.of(way) as u64)) } " "
        }
    }
}

/// A way to end as a coloured word.
fn badge(way: Way) -> Markup {
    html! { span class={ "level " (way.name()) } { (way.name()) } }
}

/// What a row's part of the page is called in links.
fn anchor(row: &Row<'_>) -> String {
    format!("r-{}.{}", row.name, row.target)
}

/// A row's name, as a link where it has a part of the page.
fn link(row: &Row<'_>, parts: &parts::Parts) -> Markup {
    let name = html! { (row.name) "::" (row.target) };
    html! {
        @if parts.has(row) { a href={ "#" (anchor(row)) } { (name) } } @else { (name) }
    }
}

/// A key or another name with dots, which may be broken after each.
fn dotted(name: &str) -> Markup {
    html! {
        @for (at, word) in clip(name, 120).split('.').enumerate() {
            @if at > 0 { "." wbr; }
            (word)
        }
    }
}

/// A table that may be wider than the page, in a frame that scrolls and can be reached by keyboard.
fn framed(label: &str, table: &Markup) -> Markup {
    html! { div.frame role="region" aria-label=(label) tabindex="0" { (table) } }
}

/// `72.1 kB`.
fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = number as f64;
    let mut named = "bytes";
    for unit in UNITS {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        named = unit;
    }
    match named {
        "bytes" => format!("{number} bytes"),
        unit => format!("{value:.1} {unit}"),
    }
}

/// `4.3 s`, `6 min 42 s`.
fn time(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::{run, specimen};
    use crossproof_model::verdict::Judgement;

    #[test]
    fn sizes_and_times_are_for_people() {
        assert_eq!([bytes(7), bytes(72_140)], ["7 bytes", "72.1 kB"]);
        let times = [4.26, 402.0, 7300.0].map(|seconds| time(Duration::from_secs_f64(seconds)));
        assert_eq!(times, ["4.3 s", "6 min 42 s", "2 h 1 min"]);
    }

    #[test]
    fn every_row_is_on_the_page_and_nothing_of_it_becomes_markup() {
        let report = specimen::report();
        let survey = run::survey(&report, None);
        let page = page(&survey);
        for row in &survey.rows {
            assert!(page.contains(&format!("id=\"{}\"", anchor(row))));
            assert!(page.contains(&format!("href=\"#{}\"", anchor(row))));
        }
        assert_eq!(page.matches("<script").count(), 1, "its own");
        assert!(!page.contains("<b>") && !page.contains("<i>"));
        assert!(page.contains("usr/bin/&lt;script&gt;alert(1)"));
        for text in [
            "cut short",
            "no such root",
            "[all] Error 2",
            "new difference",
        ] {
            assert!(page.contains(text), "{text}");
        }
    }

    #[test]
    fn a_page_stays_a_page_and_says_what_it_leaves_out() {
        let mut report = specimen::report();
        for trial in &mut report.trials {
            if let Judgement::Decided(verdict) = &mut trial.judgement {
                for difference in &mut verdict.comparison.differences {
                    // Each character takes eight on the page.
                    difference.left = Some("\u{202e}".repeat(300));
                    difference.detail = vec!["\u{202e}".repeat(300)];
                }
            }
        }
        let trials = report.trials.iter().cycle().take(12_000);
        report.trials = trials.cloned().collect();
        let page = page(&run::survey(&report, None));
        assert!(page.len() < 10_000_000, "{} bytes", page.len());
        assert!(page.contains("are not in this table"));
        assert!(page.contains("there is no room here at all"));
        assert!(page.contains("12,000 results"));
    }

    #[test]
    fn the_same_survey_gives_the_same_page() {
        let report = specimen::report();
        let pages = [0, 1].map(|_| page(&run::survey(&report, None)));
        assert_eq!(pages[0], pages[1]);
    }
}
