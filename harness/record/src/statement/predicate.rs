//! The predicate `urn:crossproof:equivalence:v1`: what was found of an artifact, and what was decided.

use super::SubjectWire;
use crate::comparison::{PlaceWire, each};
use crate::error::{Fault, Under};
use crate::provenance::{ControlWire, ProvenanceWire, Sides};
use crate::text::Text;
use crossproof_model::Pair;
use crossproof_model::gate::{Answer, Tolerated};
use crossproof_model::level::Behaviour;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::Note;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of the subjects.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PredicateWire {
    artifact: ArtifactWire,
    /// The natively built artifact that the subjects were held against.
    reference: ReferenceWire,
    decision: DecisionWire,
    verdict: ClaimWire,
    /// What both were made from.
    made: ProvenanceWire,
    tool: ToolWire,
    /// When it was said (RFC 3339, UTC).
    issued: Text,
    /// Until when it may be relied on.
    expires: Text,
}

/// The cross-built artifact.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArtifactWire {
    /// The case.
    name: Text,
    /// The target's GNU triple.
    target: Text,
    /// BLAKE3 of its manifest: every path with its mode, content or link.
    manifest: Text,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReferenceWire {
    manifest: Text,
    files: Vec<SubjectWire>,
}

/// What the gate decided, and by which policy.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DecisionWire {
    /// `substitute` or `refuse`.
    #[schemars(extend("enum" = ["substitute", "refuse"]))]
    answer: Text,
    /// Why it is refused, in sentences.
    objections: Vec<Text>,
    /// What is let through because it was no worse in the report accepted last, in sentences.
    known: Vec<Text>,
    /// BLAKE3 of the policy's file.
    policy: Text,
    /// Differences below the level demanded that the policy lets through for a while.
    waived: Vec<WaivedWire>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WaivedWire {
    key: Text,
    place: PlaceWire,
    /// The last day.
    until: Text,
    reason: Text,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClaimWire {
    /// The equivalence level.
    #[schemars(extend("enum" = ["bits", "metadata", "loaded", "layout", "interface", "divergent"]))]
    level: Text,
    #[schemars(extend("enum" = ["same", "different", "not-run"]))]
    behaviour: Text,
    /// The CPU models the runs were made under.
    models: BTreeSet<Text>,
    controls: Sides<ControlWire>,
    /// The rules that settled something, with their versions.
    rules: BTreeSet<Text>,
    /// How many differences of each kind no rule settles.
    differences: BTreeMap<Text, u64>,
    /// What must be known beside it.
    notes: BTreeSet<Text>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ToolWire {
    name: Text,
    version: Text,
}

fn text(value: impl ToString) -> Text {
    Text(value.to_string())
}

impl PredicateWire {
    pub(super) fn of(statement: &Statement) -> Self {
        let s = statement;
        PredicateWire {
            artifact: ArtifactWire {
                name: text(&s.name),
                target: s.target.llvm().into(),
                manifest: text(s.artifacts.right),
            },
            reference: ReferenceWire {
                manifest: text(s.artifacts.left),
                files: s.native.iter().map(SubjectWire::of).collect(),
            },
            decision: DecisionWire {
                answer: s.answer.name().into(),
                objections: s.objections.iter().map(text).collect(),
                known: s.known.iter().map(text).collect(),
                policy: text(s.policy),
                waived: s.waived.iter().map(WaivedWire::of).collect(),
            },
            verdict: ClaimWire {
                level: text(s.level),
                behaviour: text(s.behaviour),
                models: s.models.iter().map(text).collect(),
                controls: Sides::of(s.controls.map(ControlWire::of)),
                rules: s.rules.iter().map(text).collect(),
                differences: s.differences.iter().map(|(k, n)| (text(k), *n)).collect(),
                notes: s.notes.iter().map(|note| note.name().into()).collect(),
            },
            made: ProvenanceWire::of(&s.provenance),
            tool: ToolWire {
                name: "crossproof".into(),
                version: text(&s.tool),
            },
            issued: text(s.issued),
            expires: text(s.expires),
        }
    }

    pub(super) fn statement(self, subjects: Vec<Subject>) -> Result<Statement, Fault> {
        let (artifact, reference) = (self.artifact, self.reference);
        let (decision, verdict) = (self.decision, self.verdict);
        let behaviours = [Behaviour::Same, Behaviour::Different, Behaviour::NotRun];
        let note = |name: &Text| name.one_of("note", &Note::ALL, Note::name);
        let mut differences = BTreeMap::new();
        for (key, count) in verdict.differences {
            differences.insert(key.read().under("differences").under("verdict")?, count);
        }
        Ok(Statement {
            subjects,
            native: each(reference.files, SubjectWire::subject)
                .under("files")
                .under("reference")?,
            artifacts: Pair::new(
                reference
                    .manifest
                    .read()
                    .under("manifest")
                    .under("reference")?,
                artifact
                    .manifest
                    .read()
                    .under("manifest")
                    .under("artifact")?,
            ),
            name: artifact.name.0,
            target: artifact.target.read().under("target").under("artifact")?,
            answer: (decision.answer)
                .one_of(
                    "answer",
                    &[Answer::Substitute, Answer::Refuse],
                    Answer::name,
                )
                .under("answer")
                .under("decision")?,
            objections: decision.objections.into_iter().map(|text| text.0).collect(),
            known: decision.known.into_iter().map(|text| text.0).collect(),
            policy: decision.policy.read().under("policy").under("decision")?,
            waived: each(decision.waived, WaivedWire::waived)
                .under("waived")
                .under("decision")?,
            level: verdict.level.read().under("level").under("verdict")?,
            behaviour: (verdict.behaviour)
                .one_of("behaviour", &behaviours, Behaviour::name)
                .under("behaviour")
                .under("verdict")?,
            models: verdict.models.into_iter().map(|text| text.0).collect(),
            controls: verdict
                .controls
                .pair(ControlWire::control)
                .under("controls")
                .under("verdict")?,
            rules: (verdict.rules.iter().map(Text::read))
                .collect::<Result<_, _>>()
                .under("rules")
                .under("verdict")?,
            differences,
            notes: (verdict.notes.iter().map(note))
                .collect::<Result<_, _>>()
                .under("notes")
                .under("verdict")?,
            provenance: self.made.provenance().under("made")?,
            tool: self.tool.version.0,
            issued: self.issued.read().under("issued")?,
            expires: self.expires.read().under("expires")?,
        })
    }
}

impl WaivedWire {
    fn of(waived: &Tolerated) -> Self {
        WaivedWire {
            key: text(&waived.key),
            place: PlaceWire::of(&waived.place),
            until: text(&waived.until),
            reason: text(&waived.reason),
        }
    }

    fn waived(self) -> Result<Tolerated, Fault> {
        Ok(Tolerated {
            key: self.key.read().under("key")?,
            place: self.place.place().under("place")?,
            until: self.until.read().under("until")?,
            reason: self.reason.0,
        })
    }
}
