//! Differences as the comparison gives them, for the tests of the causes.

use super::{Clues, Find};
use crossproof_model::{Comparison, Difference, Level, Pair, Place};

/// A difference under construction.
pub(super) struct Specimen(Difference);

/// One of this key, in the file `f`, without values.
pub(super) fn difference(key: &str) -> Specimen {
    Specimen(Difference {
        key: key.parse().unwrap(),
        place: Place::file("f".parse().unwrap()),
        left: None,
        right: None,
        detail: Vec::new(),
        allows: Level::Interface,
        settled_by: None,
    })
}

/// A changed function of which a listing shows as many instructions of each side, with those sides' variables kept on
/// the stack.
pub(super) fn listing(left_on_stack: bool, right_on_stack: bool) -> Specimen {
    let line = |mark: char, on_stack: bool| match on_stack {
        true => format!("{mark}str w0, [sp, #0xc]"),
        false => format!("{mark}add w0, w1, w2"),
    };
    let mut one = difference("elf.function.changed").at("listed");
    for _ in 0..30 {
        one.0.detail.push(line('-', left_on_stack));
        one.0.detail.push(line('+', right_on_stack));
    }
    one
}

impl Specimen {
    pub(super) fn file(mut self, path: &str) -> Self {
        self.0.place.path = path.parse().unwrap();
        self
    }
    pub(super) fn at(mut self, step: &str) -> Self {
        self.0.place.inside.push(step.to_owned());
        self
    }
    pub(super) fn left(mut self, value: &str) -> Self {
        self.0.left = Some(value.to_owned());
        self
    }
    pub(super) fn right(mut self, value: &str) -> Self {
        self.0.right = Some(value.to_owned());
        self
    }
    pub(super) fn detail(mut self, lines: &[&str]) -> Self {
        self.0.detail = lines.iter().map(|&line| line.to_owned()).collect();
        self
    }
    pub(super) fn settled_by(mut self, rule: &str) -> Self {
        self.0.settled_by = Some(rule.parse().unwrap());
        self.0.allows = Level::Metadata;
        self
    }
}

/// A comparison that found these.
pub(super) fn comparison(found: impl IntoIterator<Item = Specimen>) -> Comparison {
    Comparison {
        differences: found.into_iter().map(|one| one.0).collect(),
        ..Comparison::default()
    }
}

/// What the row says of these, and what to do: its sentence and remedy.
pub(super) fn said(
    find: Find,
    found: impl IntoIterator<Item = Specimen>,
) -> Option<(String, String)> {
    let comparison = comparison(found);
    let names = Pair::new("native", "cross");
    let clues = Clues {
        comparison: &comparison,
        names,
        apart: super::kinds::apart(&comparison),
    };
    find(&clues).map(|found| (found.sentence, found.remedy))
}
