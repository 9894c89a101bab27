//! What the lines of two texts say that stand for each other.

use crossproof_model::hunk::{Row, rows};
use crossproof_model::{Difference, Pair};

/// The lines of `difference` that stand for each other; of a hexadecimal window only its text column.
pub(super) fn lines(difference: &Difference) -> Vec<Pair<&str>> {
    let rows = rows(difference).into_iter();
    let pairs = rows.filter_map(|row| match row {
        Row::Sides(Pair {
            left: Some(left),
            right: Some(right),
        }) => Some(Pair::new(left, right)),
        Row::Sides(_) | Row::Both(_) | Row::Note(_) => None,
    });
    match difference.key.as_str().ends_with("bytes") {
        true => pairs.filter_map(columns).collect(),
        false => pairs.collect(),
    }
}

/// Every line that only one side has, with its mark, and those that stand for each other as two.
pub(super) fn marked(difference: &Difference) -> impl Iterator<Item = Pair<Option<&str>>> {
    rows(difference).into_iter().filter_map(|row| match row {
        Row::Sides(sides) => Some(sides),
        Row::Both(_) | Row::Note(_) => None,
    })
}

fn columns(pair: Pair<&str>) -> Option<Pair<&str>> {
    pair.map(|line| column(line).ok_or(())).transpose().ok()
}

/// The text column of a line of a hexadecimal window: `00000010 61 62 … |ab…|`.
fn column(line: &str) -> Option<&str> {
    let (_, column) = line.strip_suffix('|')?.split_once('|')?;
    Some(column)
}
