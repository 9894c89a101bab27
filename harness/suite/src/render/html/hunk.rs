//! The detail of a difference, side by side on a wide screen and below each other on a narrow one.

use crate::untrusted::tame;
use crossproof_model::hunk::{Row, rows};
use crossproof_model::{Difference, Pair};
use maud::{Markup, html};

/// The hunk of a difference; nothing if it has no detail.
pub fn hunk(difference: &Difference) -> Markup {
    html! {
        @if !difference.detail.is_empty() {
            div.hunk {
                @for row in rows(difference) {
                    @match row {
                        Row::Note(line) => div.note { (tame(line)) },
                        Row::Both(line) => div.both { (tame(line)) },
                        Row::Sides(sides) => (beside(sides)),
                    }
                }
            }
        }
    }
}

/// A line of each side, what differs within them marked.
pub fn beside(sides: Pair<Option<&str>>) -> Markup {
    match sides.map(|side| side.map(tame)) {
        Pair {
            left: Some(left),
            right: Some(right),
        } => {
            let (head, tail) = shared(&left, &right);
            html! { div.l { (marked(&left, head, tail)) } div.r { (marked(&right, head, tail)) } }
        }
        Pair { left, right } => html! {
            @if let Some(left) = left { div.l { (left) } } @else { div.l.none {} }
            @if let Some(right) = right { div.r { (right) } } @else { div.r.none {} }
        },
    }
}

/// How many bytes two texts share at their beginnings and at their ends; whole characters.
fn shared(left: &str, right: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let heads = left.chars().zip(right.chars());
    let head: usize = heads.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let rest = Pair::new(left, right).map(|text| text.get(head..).unwrap_or_default());
    let tails = rest.left.chars().rev().zip(rest.right.chars().rev());
    let tail: usize = tails.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    // Lines that share little are other lines: marking most of them says nothing.
    match (head + tail) * 3 < left.len().min(right.len()) {
        true => (0, 0),
        false => (head, tail),
    }
}

fn marked(text: &str, head: usize, tail: usize) -> Markup {
    let end = text.len() - tail;
    match (text.get(..head), text.get(head..end), text.get(end..)) {
        (Some(before), Some(changed), Some(after)) if head + tail > 0 && !changed.is_empty() => {
            html! { (before) mark { (changed) } (after) }
        }
        _ => html! { (text) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(left: &str, right: &str) -> String {
        beside(Pair::new(Some(left), Some(right))).into_string()
    }

    #[test]
    fn what_changed_within_a_line_is_marked() {
        assert_eq!(
            sides("mov x0, 1", "mov x0, 22"),
            "<div class=\"l\">mov x0, <mark>1</mark></div><div class=\"r\">mov x0, <mark>22</mark></div>"
        );
        assert_eq!(sides("é1é", "é2é").matches("<mark>").count(), 2);
        assert_eq!(sides("aa", "aaa").matches("<mark>").count(), 1);
    }

    #[test]
    fn lines_that_share_little_are_not_marked() {
        assert!(!sides("abcdefghij", "axxxxxxxxx").contains("mark"));
    }

    #[test]
    fn nothing_of_the_files_becomes_markup() {
        let text = sides("<script>a</script>", "<script>b</script>");
        assert!(!text.contains("<script"));
    }
}
