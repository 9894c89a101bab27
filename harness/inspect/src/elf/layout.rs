//! Code and data held against each other once every address is replaced by what it points at.
//!
//! Both files are cut into functions, objects and constants ([`atoms`]); pieces are paired across the sides
//! ([`pair`]); and a piece is the same if its bytes are, but for those bits that an address decides, and what
//! it refers to has the same name or content ([`meaning`]). What the loader and the unwinder read is
//! compared as facts ([`loader`]). A section of which everything is the same has only moved: the level
//! `layout`. What is not the same is named, functions with their instructions side by side ([`listing`]).

mod space;

mod flow;

mod a64;
mod arm;

mod cfi;
mod unwind;

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

mod sources;

mod constants;

mod report;

use super::detached;
use super::image::Image;
use crate::beside::Beside;
use crate::findings::Findings;
use crate::options::Options;
use atoms::Atoms;
use crossproof_model::{Level, Pair, Place};
use meaning::Side;
use outcome::Outcome;
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
    let Pair {
        left: Some(left),
        right: Some(right),
    } = images
        .zip(debug.as_ref())
        .map(|(image, debug)| Space::read(image, debug.as_ref()))
    else {
        return;
    };
    if left.image.relocatable() != right.image.relocatable() || left.machine != right.machine {
        return;
    }
    let (Some(left), Some(right)) = rayon::join(|| Atoms::cut(&left), || Atoms::cut(&right)) else {
        return;
    };
    let mut sides = Pair::new(Side::new(&left), Side::new(&right));
    let paired = pair::pair(sides.as_ref());
    let linked = !left.space.image.relocatable();
    let cuts = Pair::new(&left, &right);
    let objections = linked.then(|| check::check(cuts, &paired.like, &options.rules));
    if objections.as_ref().is_some_and(Vec::is_empty) {
        return report::lift_all(Pair::new(left.space, right.space), place, findings);
    }
    meaning::match_constants(&mut sides, &paired.like, &paired.names.left);
    let Some(outcome) = Outcome::of(sides.as_ref(), &paired, options) else {
        return;
    };
    report::lift(
        &outcome,
        objections.as_deref().unwrap_or_default(),
        place,
        findings,
    );
    report::name(sides.as_ref(), &paired, &outcome, place, findings);
}
