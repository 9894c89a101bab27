//! What a gate decided, in JSON.

use crate::comparison::{PlaceWire, json};
use crate::text::Text;
use crate::yaml::VERSION;
use crossproof_model::gate::{Decision, Decisions, Objection};
use schemars::JsonSchema;
use serde::Serialize;

/// The decisions as JSON, ending in a line break.
pub fn decisions_json(decisions: &Decisions) -> String {
    json(&DecisionsFile {
        version: VERSION,
        policy: Text(decisions.policy.to_string()),
        holds: decisions.hold(),
        decisions: decisions.decisions.iter().map(DecisionWire::of).collect(),
    })
}

/// What a gate decided.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DecisionsFile {
    /// Version of this format: 1.
    version: u32,
    /// BLAKE3 of the policy's file.
    policy: Text,
    /// Whether the gate holds: what it exits 0 for.
    holds: bool,
    /// In order of case and target.
    decisions: Vec<DecisionWire>,
}

#[derive(Serialize, JsonSchema)]
struct DecisionWire {
    name: Text,
    target: Text,
    /// `substitute` or `refuse`.
    answer: Text,
    /// Whether a refusal fails the gate.
    required: bool,
    /// What is held against it, in sentences.
    objections: Vec<Text>,
    /// What was held against it in the accepted report already.
    known: Vec<Text>,
    /// Differences that were let through.
    tolerated: Vec<ToleratedWire>,
}

#[derive(Serialize, JsonSchema)]
struct ToleratedWire {
    key: Text,
    place: PlaceWire,
    until: Text,
    reason: Text,
}

impl DecisionWire {
    fn of(decision: &Decision) -> Self {
        let sentences = |all: &[Objection]| all.iter().map(|one| Text(one.to_string())).collect();
        let tolerated = decision.tolerated.iter().map(|one| ToleratedWire {
            key: one.key.as_str().into(),
            place: PlaceWire::of(&one.place),
            until: Text(one.until.to_string()),
            reason: Text(one.reason.clone()),
        });
        DecisionWire {
            name: Text(decision.name.clone()),
            target: decision.target.short().into(),
            answer: decision.answer.name().into(),
            required: decision.required,
            objections: sentences(&decision.objections),
            known: sentences(&decision.known),
            tolerated: tolerated.collect(),
        }
    }
}
