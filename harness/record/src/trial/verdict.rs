//! A verdict, in a report.

use super::breach::behaviour;
use crate::comparison::{ComparisonWire, DifferenceWire, each};
use crate::error::{Fault, Under};
use crate::fact::{AttributesWire, FactWire};
use crate::outputs::{OutputRef, Outputs};
use crate::provenance::{ControlWire, ProvenanceWire, Sides};
use crate::text::Text;
use crossproof_model::Pair;
use crossproof_model::observation::{Exit, Observation, Observed};
use crossproof_model::tree::Manifest;
use crossproof_model::verdict::{Cause, Note, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Level, behaviour, controls, differences, rules used and coverage.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictWire {
    level: Text,
    behaviour: Text,
    controls: Sides<ControlWire>,
    /// What a difference may be put down to: `cross`, `nondeterminism` or `unknown` (no controls).
    cause: Text,
    comparison: ComparisonWire,
    #[serde(rename = "behaviour-differences")]
    behaviour_differences: Vec<DifferenceWire>,
    /// What the checks found; it says nothing of the level.
    checks: Vec<DifferenceWire>,
    /// Paths whose bytes differ between the two native builds.
    unstable: Vec<Text>,
    notes: Vec<NoteWire>,
    provenance: ProvenanceWire,
    runs: Vec<ObservedWire>,
    manifests: Sides<ManifestWire>,
}

/// What must be known beside the verdict.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoteWire {
    name: Text,
    sentence: Text,
}

/// One run under one CPU model.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ObservedWire {
    run: Text,
    model: Text,
    native: ObservationWire,
    cross: ObservationWire,
}

/// What one leg's program showed.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ObservationWire {
    /// `exit N`, `signal N` or `limit`.
    exit: Text,
    stdout: OutputRef,
    stderr: OutputRef,
    files: BTreeMap<Text, OutputRef>,
}

/// Every path of an artifact.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ManifestWire {
    /// BLAKE3 over all of it.
    digest: Text,
    facts: BTreeMap<Text, FactWire>,
    /// Of paths that have any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<Text, AttributesWire>,
}

fn text(value: impl ToString) -> Text {
    Text(value.to_string())
}

impl VerdictWire {
    pub(super) fn of(verdict: &Verdict, outputs: &mut Outputs) -> Self {
        let cause = match verdict.cause() {
            Cause::Cross => "cross",
            Cause::Nondeterminism => "nondeterminism",
            Cause::Unknown => "unknown",
        };
        VerdictWire {
            level: text(verdict.level),
            behaviour: text(verdict.behaviour),
            controls: Sides::of(verdict.controls.map(ControlWire::of)),
            cause: cause.into(),
            comparison: ComparisonWire::of(&verdict.comparison),
            behaviour_differences: (verdict.behaviour_differences.iter())
                .map(DifferenceWire::of)
                .collect(),
            checks: verdict.checks.iter().map(DifferenceWire::of).collect(),
            unstable: verdict.unstable.iter().map(text).collect(),
            notes: (verdict.notes.iter())
                .map(|note| NoteWire {
                    name: note.name().into(),
                    sentence: note.sentence().into(),
                })
                .collect(),
            provenance: ProvenanceWire::of(&verdict.provenance),
            runs: (verdict.observed.iter())
                .map(|observed| ObservedWire::of(observed, outputs))
                .collect(),
            manifests: Sides {
                native: ManifestWire::of(&verdict.native),
                cross: ManifestWire::of(&verdict.cross),
            },
        }
    }

    pub(super) fn verdict(self, outputs: &Outputs) -> Result<Verdict, Fault> {
        let manifests = (self.manifests.pair(ManifestWire::manifest)).under("manifests")?;
        let note = |wire: NoteWire| wire.name.one_of("note", &Note::ALL, Note::name);
        let run = |wire: ObservedWire| wire.observed(outputs);
        Ok(Verdict {
            level: self.level.read().under("level")?,
            behaviour: behaviour(&self.behaviour).under("behaviour")?,
            controls: self.controls.pair(ControlWire::control).under("controls")?,
            comparison: self.comparison.comparison().under("comparison")?,
            behaviour_differences: each(self.behaviour_differences, DifferenceWire::difference)
                .under("behaviour-differences")?,
            checks: each(self.checks, DifferenceWire::difference).under("checks")?,
            unstable: each(self.unstable, |path| path.read()).under("unstable")?,
            observed: each(self.runs, run).under("runs")?,
            native: manifests.left,
            cross: manifests.right,
            notes: each(self.notes, note).under("notes")?,
            provenance: self.provenance.provenance().under("provenance")?,
        })
    }
}

impl ObservedWire {
    fn of(observed: &Observed, outputs: &mut Outputs) -> Self {
        ObservedWire {
            run: text(&observed.run),
            model: text(&observed.model),
            native: ObservationWire::of(&observed.pair.left, outputs),
            cross: ObservationWire::of(&observed.pair.right, outputs),
        }
    }

    fn observed(self, outputs: &Outputs) -> Result<Observed, Fault> {
        Ok(Observed {
            run: self.run.0,
            model: self.model.0,
            pair: Pair::new(
                self.native.observation(outputs).under("native")?,
                self.cross.observation(outputs).under("cross")?,
            ),
        })
    }
}

impl ObservationWire {
    fn of(observation: &Observation, outputs: &mut Outputs) -> Self {
        ObservationWire {
            exit: text(observation.exit),
            stdout: outputs.put(&observation.stdout),
            stderr: outputs.put(&observation.stderr),
            files: (observation.files.iter())
                .map(|(path, bytes)| (text(path), outputs.put(bytes)))
                .collect(),
        }
    }

    fn observation(self, outputs: &Outputs) -> Result<Observation, Fault> {
        let mut files = BTreeMap::new();
        for (path, output) in self.files {
            let bytes = outputs.get(output).under(&path).under("files")?;
            files.insert(path.read().under(&path).under("files")?, bytes);
        }
        Ok(Observation {
            exit: exit(&self.exit).under("exit")?,
            stdout: outputs.get(self.stdout).under("stdout")?,
            stderr: outputs.get(self.stderr).under("stderr")?,
            files,
        })
    }
}

fn exit(text: &Text) -> Result<Exit, Fault> {
    let bad = || {
        Fault::new(format!(
            "`{text}` is not how a run ends: expected `exit N`, `signal N` or `limit`"
        ))
    };
    match text.as_str().split_once(' ') {
        Some(("exit", code)) => code.parse().map(Exit::Code).map_err(|_| bad()),
        Some(("signal", signal)) => signal.parse().map(Exit::Signal).map_err(|_| bad()),
        _ if text.as_str() == "limit" => Ok(Exit::Limit),
        _ => Err(bad()),
    }
}

impl ManifestWire {
    fn of(manifest: &Manifest) -> Self {
        ManifestWire {
            digest: text(manifest.digest()),
            facts: (manifest.facts.iter())
                .map(|(path, fact)| (text(path), FactWire::of(fact)))
                .collect(),
            attributes: (manifest.attributes.iter())
                .map(|(path, attributes)| (text(path), AttributesWire::of(attributes)))
                .collect(),
        }
    }

    fn manifest(self) -> Result<Manifest, Fault> {
        let mut manifest = Manifest::default();
        for (path, wire) in self.facts {
            let fact = wire.fact().under(&path).under("facts")?;
            let path = path.read().under(&path).under("facts")?;
            manifest.facts.insert(path, fact);
        }
        for (path, wire) in self.attributes {
            let attributes = wire.attributes().under(&path).under("attributes")?;
            let path = path.read().under(&path).under("attributes")?;
            manifest.attributes.insert(path, attributes);
        }
        if text(manifest.digest()) == self.digest {
            Ok(manifest)
        } else {
            Err(Fault::new("the facts have another digest").under("digest"))
        }
    }
}
