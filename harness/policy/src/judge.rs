//! From what was found to what it means: the verdict.

use crate::behaviour::behaviour;
use crossproof_model::level::Behaviour;
use crossproof_model::observation::Observed;
use crossproof_model::tree::Manifest;
use crossproof_model::verdict::{Control, Judgement, Note, Provenance, Verdict};
use crossproof_model::{Comparison, Difference, Level, Pair, RelPath};
use std::collections::BTreeSet;

/// Everything a verdict follows from, for one case and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// N1 against C1.
    pub comparison: Comparison,
    /// N1 against N2 and C1 against C2, where they were built.
    pub controls: Pair<Option<Comparison>>,
    /// What the runs showed: in the order of the case's runs, each by its models in their order.
    pub observed: Vec<Observed>,
    /// How the legs were made, as far as a reader must know.
    pub notes: Vec<Note>,
    /// What the legs were made from.
    pub provenance: Provenance,
    /// What the checks raise.
    pub checks: Vec<Difference>,
    /// The native artifact's manifest left, the cross one's right.
    pub manifests: Pair<Manifest>,
}

/// Judges. What could not be compared leaves no verdict.
pub fn judge(evidence: Evidence) -> Judgement {
    let Evidence {
        comparison,
        controls,
        observed,
        notes,
        provenance,
        checks,
        manifests,
    } = evidence;
    let Some(level) = comparison.level() else {
        return Judgement::Undecided(comparison.undecided);
    };
    let (behaviour, behaviour_differences) = behaviour(&observed);
    let mut notes: BTreeSet<Note> = notes.into_iter().collect();
    if level == Level::Bits && behaviour == Behaviour::Different {
        notes.insert(Note::NondeterministicProgram);
    }
    Judgement::Decided(Box::new(Verdict {
        level,
        behaviour,
        controls: controls.as_ref().map(|found| control(found.as_ref())),
        unstable: controls.left.as_ref().map(unstable).unwrap_or_default(),
        comparison,
        behaviour_differences,
        checks,
        observed,
        native: manifests.left,
        cross: manifests.right,
        notes: notes.into_iter().collect(),
        provenance,
    }))
}

fn control(found: Option<&Comparison>) -> Control {
    match found.map(Comparison::level) {
        None => Control::NotRun,
        Some(None) => Control::Undecided,
        Some(Some(Level::Bits)) => Control::Same,
        Some(Some(level)) => Control::Differs(level),
    }
}

/// Paths whose raw bytes are not the same in the two builds.
fn unstable(control: &Comparison) -> Vec<RelPath> {
    let differ = control.files.iter().filter(|(_, file)| !file.raw.same());
    differ.map(|(path, _)| path.clone()).collect()
}
