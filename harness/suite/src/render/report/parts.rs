//! The parts of a page that show a result each: which results have one.

use super::room::Room;
use super::{Row, Survey, anchor};
use crate::render::headline::count;
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeSet;

/// The parts of the results that have one.
pub struct Parts {
    pub anchors: BTreeSet<String>,
    pub text: String,
    /// How many results have none.
    pub left_out: usize,
    pub room: Room,
}

impl Parts {
    /// Whether this result has a part.
    pub fn has(&self, row: &Row<'_>) -> bool {
        self.left_out == 0 || self.anchors.contains(&anchor(row))
    }

    /// All of them.
    pub fn section(&self, survey: &Survey<'_>) -> Markup {
        let Room {
            files, differences, ..
        } = self.room;
        html! {
            section #parts aria-labelledby="parts-title" {
                h2 #parts-title { "Each result by itself" }
                p.note {
                    "To keep the page small, each shows at most " (count(files, "file")) " that differ and "
                    (count(differences, "difference")) " of each, the worst first. " code { (survey.whole) } " has all of them."
                }
                @if self.left_out > 0 {
                    p.note { "For " (count(self.left_out, "result")) " there is no room here at all." }
                }
                (PreEscaped(&self.text))
            }
        }
    }
}
