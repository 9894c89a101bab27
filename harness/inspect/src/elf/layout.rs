//! Code and data held against each other once every address is replaced by what it points at.
//!
//! Both files are cut into functions, objects and constants ([`atoms`]); pieces are paired across the sides
//! ([`pair`]); and a piece is the same if its bytes are, but for those bits that an address decides, and what
//! it refers to has the same name or content ([`meaning`]). What the loader and the unwinder read is
//! compared as facts ([`loader`]). A section of which everything is the same has only moved: the level
//! `layout`. What is not the same is named, functions with their instructions side by side ([`listing`]).

mod space;

mod effort;

mod flow;

mod a64;
mod arm;

mod cfi;
mod unwind;

mod specified;
mod stubs;

mod atom;

mod modes;

mod code;

mod atoms;

mod meaning;

mod order;

mod pair;

mod loader;

mod headers;

mod check;

mod listing;

mod outcome;

mod nameless;

mod shared;

mod sources;

mod constants;

mod report;

use super::detached;
use super::image::Image;
use crate::beside::Beside;
use crate::findings::Findings;
use crate::options::Options;
use atoms::Atoms;
use check::Objection;
use crossproof_model::{Level, Pair, Place};
use effort::Effort;
use meaning::Side;
use outcome::Outcome;
use pair::Paired;
use space::Space;

/// Says of two ELF files' differences which are no more than moved code and data, and names those that are
/// more.
pub(crate) fn resolve(
    images: Pair<&Image<'_>>,
    options: &Options,
    beside: &Pair<Beside<'_>>,
    place: &Place,
    findings: &mut Findings,
) {
    let open =
        |d: &crossproof_model::Difference| d.settled_by.is_none() && d.allows <= Level::Interface;
    if !findings.differences.iter().any(open) {
        return;
    }
    let debug =
        (images.zip(beside.as_ref())).map(|(image, beside)| detached::debug_file(image, beside));
    let (Some(left), Some(right)) = rayon::join(
        || Space::read(images.left, debug.left.as_ref()),
        || Space::read(images.right, debug.right.as_ref()),
    ) else {
        return;
    };
    if left.image.relocatable() != right.image.relocatable() || left.machine != right.machine {
        return;
    }
    let spaces = Pair::new(&left, &right);
    let effort = spaces.map(Effort::on);
    let (Some(left), Some(right)) = rayon::join(
        || Atoms::cut(&left, &effort.left),
        || Atoms::cut(&right, &effort.right),
    ) else {
        if effort.left.is_spent() || effort.right.is_spent() {
            report::not_followed(place, findings);
        }
        return;
    };
    let cuts = Pair::new(&left, &right);
    let sides = cuts.map(Side::new);
    let paired = pair::pair(sides.as_ref());
    let linked = !spaces.left.image.relocatable();
    let prove = |cuts: Pair<&Atoms<'_, '_>>, paired: &Paired| {
        linked.then(|| check::check(cuts, &paired.like, &options.rules))
    };
    let proof = prove(cuts, &paired);
    if proof.as_ref().is_some_and(Vec::is_empty) {
        return report::lift_all(spaces, place, findings);
    }
    let objections = proof.unwrap_or_default();
    // Of the same code, what one side says of its functions is told of both.
    let again = shared::functions(cuts).map(|told| {
        rayon::join(
            || Atoms::cut_at(spaces.left, &Effort::on(spaces.left), told.left),
            || Atoms::cut_at(spaces.right, &Effort::on(spaces.right), told.right),
        )
    });
    match &again {
        Some((Some(left), Some(right))) => {
            let sides = Pair::new(Side::new(left), Side::new(right));
            let paired = pair::pair(sides.as_ref());
            // It proves nothing, but says what is left to tell.
            let left = prove(Pair::new(left, right), &paired).filter(|left| !left.is_empty());
            let objections = left.unwrap_or(objections);
            tell(sides, &paired, &objections, options, place, findings);
        }
        _ => tell(sides, &paired, &objections, options, place, findings),
    }
}

/// Names what differs, and lifts what has only moved.
fn tell(
    mut sides: Pair<Side<'_, '_, '_>>,
    paired: &Paired,
    objections: &[Objection],
    options: &Options,
    place: &Place,
    findings: &mut Findings,
) {
    meaning::match_constants(&mut sides, &paired.like, &paired.names.left);
    let Some(outcome) = Outcome::of(sides.as_ref(), paired, options) else {
        return;
    };
    report::lift(&outcome, objections, place, findings);
    report::name(sides.as_ref(), paired, &outcome, place, findings);
}
