//! Where the sides differ: sections of ELF files, and how much of the code.

use super::chart::{settling, swatch};
use super::framed;
use crate::render::headline::{count, grouped};
use crate::survey::Survey;
use crate::survey::figures::{functions, percent};
use crate::survey::sections::sections;
use crate::untrusted::clip;
use maud::{Markup, html};

/// How many sections are listed.
const LINES: usize = 24;

/// In how many files which section differs.
pub fn section(survey: &Survey<'_>) -> Markup {
    let found = sections(&survey.rows);
    let functions = functions(&survey.rows);
    let both = functions.same + functions.changed;
    let table = html! {
        table.sortable {
            thead {
                tr {
                    th scope="col" { "section" } th.chart data-fixed scope="col" { "share" }
                    th.number scope="col" { "open" } th.number scope="col" { "settled by rules" } th.number scope="col" { "of all" }
                }
            }
            tbody {
                @for one in found.sections.iter().take(LINES) {
                    tr {
                        th scope="row" { code { (clip(&one.name, 60)) } }
                        td.chart { (settling(one.open, one.settled, found.files)) }
                        td.number data-v=(one.open) { (grouped(one.open as u64)) }
                        td.number data-v=(one.settled) { (grouped(one.settled as u64)) }
                        td.number data-v=(one.open + one.settled) { (percent(one.open + one.settled, found.files)) }
                    }
                }
            }
        }
    };
    html! {
        section #places aria-labelledby="places-title" {
            h2 #places-title { "Where they differ" }
            @if found.files == 0 {
                p.empty { "No ELF file has a difference." }
            } @else {
                p.note {
                    "Of the " (count(found.files, "ELF file")) " with any difference (each member of an archive by itself): in how many a section has one. "
                    (swatch("open")) " Open: some difference in it is settled by no rule. " (swatch("settled")) " Settled: rules settle each."
                }
                (framed("Sections", &table))
                @if found.sections.len() > LINES { p.note { "and " (count(found.sections.len() - LINES, "section")) " that differ in fewer files" } }
            }
            @if both > 0 {
                p {
                    "Functions, in code that is not the same byte for byte: " (grouped(functions.changed)) " of " (grouped(both)) " changed ("
                    (percent(functions.changed as usize, both as usize)) "), " (grouped(functions.only.left)) " only native, "
                    (grouped(functions.only.right)) " only cross."
                }
            }
        }
    }
}
