//! The lines of a difference's detail, side by side.

use crate::{Difference, Pair};

/// A row of a hunk: what stands beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// A line both sides have.
    Both(&'a str),
    /// A line of the left, of the right, or one of each that stand for each other.
    Sides(Pair<Option<&'a str>>),
    /// A line about what follows or precedes: where a hunk begins, what is left out.
    Note(&'a str),
}

/// The detail's rows. Of each run of lines marked `-` and `+` the first left line stands beside the first
/// right one, and so on.
pub fn rows(difference: &Difference) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut run: Pair<Vec<&str>> = Pair::default();
    for line in &difference.detail {
        match line.split_at_checked(1) {
            Some(("-", rest)) => run.left.push(rest),
            Some(("+", rest)) => run.right.push(rest),
            marked => {
                end(&mut run, &mut rows);
                rows.push(match marked {
                    Some((" ", rest)) => Row::Both(rest),
                    _ => Row::Note(line),
                });
            }
        }
    }
    end(&mut run, &mut rows);
    rows
}

fn end<'a>(run: &mut Pair<Vec<&'a str>>, rows: &mut Vec<Row<'a>>) {
    let run = std::mem::take(run);
    let longest = run.left.len().max(run.right.len());
    rows.extend((0..longest).map(|at| Row::Sides(run.as_ref().map(|side| side.get(at).copied()))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Place};

    #[test]
    fn lines_that_stand_for_each_other_stand_beside_each_other() {
        let detail = [
            "@@ line 2 @@",
            " a",
            "-b",
            "-c",
            "+B",
            " d",
            "-e",
            "+E",
            "-f",
            "+F",
            "and more",
            "",
        ];
        let difference = Difference {
            key: "text.lines".parse().unwrap(),
            place: Place::file("f".parse().unwrap()),
            left: None,
            right: None,
            detail: detail.map(str::to_owned).to_vec(),
            allows: Level::Interface,
            settled_by: None,
        };
        let sides = |left, right| Row::Sides(Pair::new(left, right));
        assert_eq!(
            rows(&difference),
            [
                Row::Note("@@ line 2 @@"),
                Row::Both("a"),
                sides(Some("b"), Some("B")),
                sides(Some("c"), None),
                Row::Both("d"),
                sides(Some("e"), Some("E")),
                sides(Some("f"), Some("F")),
                Row::Note("and more"),
                Row::Note(""),
            ]
        );
    }
}
