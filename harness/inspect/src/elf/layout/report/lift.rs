//! What is no more than moved, and what keeps it from being so.

use super::super::check::Objection;
use super::super::outcome::{Outcome, Section};
use super::super::space::Space;
use crate::findings::Findings;
use crossproof_model::{DiffKey, Difference, Level, Pair, Place};

/// Lets each difference that is no more than moved code and data allow `layout`: the proof holds.
pub(in super::super) fn lift_all(spaces: Pair<&Space<'_>>, place: &Place, findings: &mut Findings) {
    lift_where(place, findings, |part| match part {
        // A section of this name that is not loaded on a side was not part of the proof there.
        Part::Section(part) => {
            let loaded = spaces.map(|space| {
                let mut sections = space.image.sections.iter();
                sections.any(|section| section.label == part && section.allocated())
            });
            loaded.left && loaded.right
        }
        Part::Entry | Part::Segments => true,
    });
}

/// The same where the proof does not hold: only what is told of sections nothing is objected to. What keeps
/// the file from `layout` is a difference of its own if no other is left.
pub(in super::super) fn lift(
    outcome: &Outcome,
    objections: &[Objection],
    place: &Place,
    findings: &mut Findings,
) {
    if !outcome.linked {
        return;
    }
    let objected = |part: &str| {
        objections
            .iter()
            .any(|o| o.label == part || o.label.is_empty())
    };
    lift_where(place, findings, |part| match part {
        Part::Section(part) => {
            outcome.sections.get(part).is_some_and(Section::moved_only) && !objected(part)
        }
        Part::Entry => outcome.entry && !objected(""),
        Part::Segments => outcome.segments && !objected(""),
    });
    let held = |d: &Difference| d.settled_by.is_none() && d.allows <= Level::Interface;
    let nothing_else = !findings.differences.iter().any(held);
    let by_label = objections.chunk_by(|one, next| one.label == next.label);
    for objections in by_label {
        let Some(first) = objections.first() else {
            continue;
        };
        let moved = outcome
            .sections
            .get(&first.label)
            .is_some_and(Section::moved_only);
        // Where something has changed, that is told; what cannot be proven of it may follow from that.
        if !moved && !nothing_else {
            continue;
        }
        let lines = objections.iter().map(Objection::sentence);
        let mut detail: Vec<String> = lines.take(Difference::DETAIL_LINES).collect();
        detail.dedup();
        let at = match first.label.as_str() {
            "" => place.clone(),
            label => place.within(label),
        };
        let shown = Some(first.sentence());
        let key = DiffKey::of(["elf.layout.unproven"]);
        findings.differ(
            key,
            at,
            Pair::new(shown.clone(), shown),
            detail,
            Level::Interface,
        );
    }
}

/// What a difference is about.
enum Part<'p> {
    Section(&'p str),
    Entry,
    Segments,
}

fn lift_where(place: &Place, findings: &mut Findings, moved: impl Fn(Part<'_>) -> bool) {
    let depth = place.inside.len();
    for difference in &mut findings.differences {
        if difference.settled_by.is_some() || difference.allows != Level::Interface {
            continue;
        }
        let part = difference
            .place
            .inside
            .get(depth)
            .map_or("", String::as_str);
        let key = difference.key.as_str();
        let only_moved = match key {
            "elf.header.entry" => moved(Part::Entry),
            "elf.header.phnum" | "elf.note-package.shift" => moved(Part::Segments),
            "elf.padding.bytes" => true,
            _ if key.starts_with("elf.segment.") => moved(Part::Segments),
            // What is not listed of a section's differences is of their kind.
            "elf.more" => moved(Part::Section(part)),
            _ if key.starts_with("elf.section.") => moved(Part::Section(part)),
            _ => false,
        };
        if only_moved {
            difference.allows = Level::Layout;
        }
    }
}
