//! `golden/<case>/<target>.yaml`: what is accepted, and why.
//!
//! Written by `bless`, then edited by whoever finds out the reasons; so it is written to be read.

mod expected;
mod failure;
mod write;

pub use failure::write_failure;
pub use write::write_golden;

use crate::error::{Error, Fault, Under};
use crate::fact::FactWire;
use crate::text::Text;
use crate::yaml;
use crossproof_model::golden::{Accepted, Exemption, ExpectedControl, Golden};
use crossproof_model::level::Behaviour;
use crossproof_model::{CaseName, Pair, Place, Platform};
use expected::ExpectedRunWire;
use failure::FailureFile;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the golden of `case` and `target`; `file` is what errors call it.
pub fn golden(text: &str, file: &str, case: CaseName, target: Platform) -> Result<Accepted, Error> {
    // Told apart before either is read, so that a mistake is explained by the kind that was meant.
    if yaml::names(text, "failed") {
        return yaml::read(text, file, FailureFile::failure).map(Accepted::Failure);
    }
    yaml::read(text, file, |wire: GoldenFile| wire.golden(case, target))
        .map(|golden| Accepted::Verdict(Box::new(golden)))
}

/// Either kind of golden, told apart by what only one has.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is wanted")]
pub(crate) enum AcceptedFile {
    /// A verdict.
    Verdict(Box<GoldenFile>),
    /// A failure.
    Failure(FailureFile),
}

/// What is accepted of a case and target, each difference with its reason.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoldenFile {
    /// Version of this format: 1.
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    /// The equivalence level, exactly.
    #[schemars(extend("enum" = ["bits", "metadata", "loaded", "layout", "interface", "divergent"]))]
    level: Text,
    /// Whether the legs' programs behave alike.
    #[schemars(extend("enum" = ["same", "different", "not-run"]))]
    behaviour: Text,
    /// What building a side twice shows.
    controls: ControlsWire,
    /// Rules that settle something, exactly these: `elf.build-id@3`.
    #[serde(default)]
    rules: Vec<Text>,
    /// Accepted differences.
    #[serde(default)]
    differences: Vec<ExemptionWire>,
    /// What each run shows on both legs under every CPU model.
    #[serde(default)]
    runs: BTreeMap<Text, ExpectedRunWire>,
    /// The native artifact by path.
    native: BTreeMap<Text, FactWire>,
}

/// By side.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ControlsWire {
    /// N1 against N2.
    #[schemars(extend("enum" = ["same", "differs", "not-run"]))]
    native: Text,
    /// C1 against C2.
    #[schemars(extend("enum" = ["same", "differs", "not-run"]))]
    cross: Text,
}

/// One accepted difference. Exact: no wildcards.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExemptionWire {
    /// The kind of difference: `elf.section.text.bytes`.
    key: Text,
    /// The path, then the steps inside the file.
    #[schemars(length(min = 1))]
    at: Vec<Text>,
    /// Why it is there, found by looking. Without one it is not accepted.
    reason: Option<Text>,
}

impl GoldenFile {
    fn golden(self, case: CaseName, target: Platform) -> Result<Golden, Fault> {
        let behaviours = [Behaviour::Same, Behaviour::Different, Behaviour::NotRun];
        let mut rules = BTreeSet::new();
        for (index, text) in self.rules.iter().enumerate() {
            if !rules.insert(text.read().under(index).under("rules")?) {
                let fault = Fault::new(format!("duplicate rule `{text}`: expected each once"));
                return Err(fault.under(index).under("rules"));
            }
        }
        let mut runs = BTreeMap::new();
        for (name, wire) in self.runs {
            let run = wire.run().under(&name).under("runs")?;
            runs.insert(name.0, run);
        }
        let mut native = BTreeMap::new();
        for (path, wire) in self.native {
            let fact = wire.expected().under(&path).under("native")?;
            native.insert(path.read().under(&path).under("native")?, fact);
        }
        Ok(Golden {
            case,
            target,
            level: self.level.read().under("level")?,
            behaviour: (self.behaviour)
                .one_of("behaviour", &behaviours, Behaviour::name)
                .under("behaviour")?,
            controls: Pair::new(
                control(&self.controls.native).under("native"),
                control(&self.controls.cross).under("cross"),
            )
            .transpose()
            .under("controls")?,
            differences: exemptions(self.differences).under("differences")?,
            rules,
            runs,
            native,
        })
    }
}

fn exemptions(written: Vec<ExemptionWire>) -> Result<Vec<Exemption>, Fault> {
    let mut seen = BTreeSet::new();
    let mut exemptions = Vec::new();
    for (index, wire) in written.into_iter().enumerate() {
        let exemption = wire.exemption().under(index)?;
        if !seen.insert((exemption.key.clone(), exemption.place.clone())) {
            let fault = Fault::new(format!(
                "duplicate exemption of {} in {}: expected each once",
                exemption.key, exemption.place
            ));
            return Err(fault.under(index));
        }
        exemptions.push(exemption);
    }
    Ok(exemptions)
}

impl ExemptionWire {
    fn exemption(self) -> Result<Exemption, Fault> {
        let key = self.key.read().under("key")?;
        let Some((path, inside)) = self.at.split_first() else {
            return Err(Fault::new("expected a path, then the steps inside the file").under("at"));
        };
        let place = Place {
            path: path.read().under(0).under("at")?,
            inside: inside.iter().map(|step| step.0.clone()).collect(),
        };
        if self.reason.as_ref().is_some_and(|r| r.0.trim().is_empty()) {
            return Err(
                Fault::new("expected a reason found by looking, or none yet").under("reason"),
            );
        }
        Ok(Exemption {
            key,
            place,
            reason: self.reason.map(|reason| reason.0),
        })
    }
}

const CONTROLS: [ExpectedControl; 3] = [
    ExpectedControl::Same,
    ExpectedControl::Differs,
    ExpectedControl::NotRun,
];

fn control_name(control: ExpectedControl) -> &'static str {
    match control {
        ExpectedControl::Same => "same",
        ExpectedControl::Differs => "differs",
        ExpectedControl::NotRun => "not-run",
    }
}

fn control(text: &Text) -> Result<ExpectedControl, Fault> {
    text.one_of("control", &CONTROLS, control_name)
}
