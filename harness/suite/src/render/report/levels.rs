//! The share at each level: of all, by target, by build system, by language, and of files by format.

use super::chart::{bar, swatch};
use super::{badge, framed};
use crate::render::headline::{count, grouped};
use crate::survey::Survey;
use crate::survey::figures::{Share, files_by_format, percent, share_by};
use crate::untrusted::clip;
use crossproof_model::Level;
use maud::{Markup, html};

/// Most lines of a table of shares.
const LINES: usize = 40;

/// How far cross equals native.
pub fn section(survey: &Survey<'_>, all: &Share) -> Markup {
    let rows = &survey.rows;
    let targets = share_by(rows, |row| Some(row.target.to_string()));
    let systems = share_by(rows, |row| row.system.clone());
    let languages = share_by(rows, |row| row.language.clone());
    let references = share_by(rows, |row| row.reference.map(str::to_owned));
    let known = |shares: &[(Option<String>, Share)]| shares.iter().any(|(name, _)| name.is_some());
    let formats: Vec<_> = files_by_format(rows)
        .into_iter()
        .map(|(format, share)| (Some(format), share))
        .collect();
    let files = formats.iter().fold(0, |sum, (_, share)| sum + share.all());
    html! {
        section #levels aria-labelledby="levels-title" {
            h2 #levels-title { "How far cross equals native" }
            p.note {
                "Levels, best first: " @for level in Level::ALL { (level) ", " }
                "each with what the README says of it. What is undecided, failed or skipped has no level and is equal to nothing."
            }
            div.beside {
                (table("By target", "target", &targets, Some(all)))
                @if known(&references) { (table("By reference", "held against", &references, None)) }
                @if known(&systems) { (table("By build system", "build system", &systems, None)) }
                @if known(&languages) { (table("By language", "language", &languages, None)) }
                @if !formats.is_empty() { (table("Files by format", "format", &formats, None)) }
            }
            @if !formats.is_empty() {
                p.note { (count(files, "file")) " that either side has, of the results that were compared; folders and links are not counted." }
            }
            @for sentence in &survey.unsaid { p.note { (sentence) } }
        }
    }
}

fn table(
    title: &str,
    what: &str,
    shares: &[(Option<String>, Share)],
    all: Option<&Share>,
) -> Markup {
    let mut sum = Share::default();
    shares.iter().for_each(|(_, share)| sum.join(share));
    let ways = sum.ways();
    // A narrow screen shows lines as cards, so what is a row and a cell is said.
    let line = |name: Markup, share: &Share| {
        html! {
            tr role="row" {
                th role="rowheader" scope="row" { (name) }
                td.chart role="cell" { (bar(share)) }
                td.number role="cell" data-v=(share.all()) data-word="all" { (grouped(share.all() as u64)) }
                @for way in &ways {
                    @let of = share.of(*way);
                    td.number.zero[of == 0] role="cell" data-v=(of) data-word=(way.name()) {
                        @if of > 0 { (grouped(of as u64)) " " small { (percent(of, share.all())) } } @else { "–" }
                    }
                }
            }
        }
    };
    let table = html! {
        table.sortable.shares role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { (what) }
                    th.chart role="columnheader" data-fixed scope="col" { "share" }
                    th.number role="columnheader" scope="col" { "all" }
                    @for way in &ways { th.number role="columnheader" scope="col" { (swatch(way.name())) " " (badge(*way)) } }
                }
            }
            tbody role="rowgroup" {
                @for (name, share) in shares.iter().take(LINES) {
                    @match name {
                        Some(name) => (line(html! { (clip(name, 60)) }, share)),
                        None => (line(html! { em { "not known" } }, share)),
                    }
                }
            }
            @if let Some(all) = all.filter(|_| shares.len() > 1) {
                tfoot role="rowgroup" { (line(html! { "all" }, all)) }
            }
        }
    };
    html! {
        div {
            h3 { (title) }
            (framed(title, &table))
            @if shares.len() > LINES { p.note { "and " (shares.len() - LINES) " more" } }
        }
    }
}
