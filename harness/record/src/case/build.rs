//! How a case is built.

use super::environment;
use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::case::{Build, EmulatedBuild, PhaseName, System};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The build system and what the author adds to it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BuildWire {
    /// Which build system.
    #[schemars(extend("enum" = ["script", "make", "autotools", "cmake", "cargo", "meson", "perl", "python", "go", "debian"]))]
    system: Text,
    /// Folder in the source where the build starts; its top by default.
    directory: Option<Text>,
    /// Extra arguments by phase, each one word.
    #[serde(default)]
    arguments: PhaseArguments,
    /// Shell commands that replace a phase of the build system; for `script`, the phase itself.
    #[serde(default)]
    steps: PhaseSteps,
    /// Set on both sides; `null` unsets a variable the harness sets.
    #[serde(default)]
    environment: BTreeMap<Text, Option<Text>>,
    /// For the native side only.
    #[serde(default)]
    native: SideWire,
    /// For the cross side only.
    #[serde(default)]
    cross: SideWire,
}

/// Arguments by phase.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PhaseArguments {
    /// Given to the configuring command.
    configure: Option<Vec<Text>>,
    /// Given to the building command.
    build: Option<Vec<Text>>,
    /// Given to the installing command.
    install: Option<Vec<Text>>,
}

/// Shell text by phase.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PhaseSteps {
    /// Before the build.
    configure: Option<Text>,
    /// The build.
    build: Option<Text>,
    /// Into `$DESTDIR`.
    install: Option<Text>,
}

/// What one side has of its own.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SideWire {
    /// Set on this side only; `null` unsets.
    #[serde(default)]
    environment: BTreeMap<Text, Option<Text>>,
}

impl BuildWire {
    pub(super) fn build(self, emulated: bool) -> Result<Build, Fault> {
        let system = (self.system)
            .one_of("build system", &System::ALL, System::name)
            .under("system")?;
        if system == System::Script && self.steps.build.is_none() {
            let fault = Fault::new("expected a `build` step: a script build is its steps");
            return Err(fault.under("build").under("steps"));
        }
        let directory = match self.directory {
            None => None,
            Some(directory) => Some(directory.read().under("directory")?),
        };
        let own = |side: SideWire, key: &str| {
            environment(side.environment)
                .under("environment")
                .under(key)
        };
        Ok(Build {
            system,
            directory,
            arguments: self.arguments.by_phase(),
            steps: self.steps.by_phase().under("steps")?,
            environment: environment(self.environment).under("environment")?,
            native_environment: own(self.native, "native")?,
            cross_environment: own(self.cross, "cross")?,
            emulated: if emulated {
                EmulatedBuild::Granted
            } else {
                EmulatedBuild::Withheld
            },
        })
    }
}

impl PhaseArguments {
    fn by_phase(self) -> BTreeMap<PhaseName, Vec<String>> {
        let words = |written: Vec<Text>| written.into_iter().map(|word| word.0).collect();
        by_phase(self.configure, self.build, self.install)
            .map(|(phase, written)| (phase, words(written)))
            .collect()
    }
}

impl PhaseSteps {
    fn by_phase(self) -> Result<BTreeMap<PhaseName, String>, Fault> {
        let mut steps = BTreeMap::new();
        for (phase, script) in by_phase(self.configure, self.build, self.install) {
            if script.0.trim().is_empty() {
                return Err(Fault::new("expected shell commands").under(phase));
            }
            steps.insert(phase, script.0);
        }
        Ok(steps)
    }
}

fn by_phase<T>(
    configure: Option<T>,
    build: Option<T>,
    install: Option<T>,
) -> impl Iterator<Item = (PhaseName, T)> {
    let phases = [
        (PhaseName::Configure, configure),
        (PhaseName::Build, build),
        (PhaseName::Install, install),
    ];
    phases
        .into_iter()
        .filter_map(|(phase, written)| Some((phase, written?)))
}
