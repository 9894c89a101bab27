//! What stands in cells of tables, and beside them.

use super::{Row, time};
use crossproof_model::golden::Outcome;
use maud::{Markup, html};

/// `+3.2 %`; what rounds to nothing has no sign.
pub fn percents(change: f64) -> String {
    match change.abs() < 0.05 {
        true => "0.0 %".to_owned(),
        false => format!("{change:+.1} %").replace('-', "−"),
    }
}

/// A cell with a time.
pub fn duration(one: Option<std::time::Duration>, class: &str) -> Markup {
    html! {
        @match one {
            Some(one) => td class=(class) data-v=(format!("{:.3}", one.as_secs_f64())) { (time(one)) },
            None => td class=(class) data-v="-1" { "–" },
        }
    }
}

/// How it compares with what is accepted, in words.
pub fn accepted(row: &Row<'_>) -> Markup {
    let (class, word) = match row.outcome {
        None => ("", "–"),
        Some(Outcome::Holds) => ("", "holds"),
        Some(Outcome::Broken(_)) => ("below", "broken"),
        Some(Outcome::NoGolden) => ("below", "no golden"),
        Some(Outcome::NoVerdict) => ("below", "no verdict"),
    };
    html! { span class={ "outcome " (class) } { (word) } }
}
