//! `emulators/<target>/emulator.yaml`: a target's CPU models, roots and path map.

use crate::error::{Error, Fault, Under};
use crate::text::Text;
use crate::yaml;
use crossproof_model::emulator::Emulator;
use crossproof_model::{Pair, Platform, Tier};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Reads the text of an `emulator.yaml`; `file` is what errors call it.
pub fn emulator(text: &str, file: &str) -> Result<Emulator, Error> {
    yaml::read(text, file, EmulatorFile::emulator)
}

/// A target: what its programs run under, and what its roots are made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmulatorFile {
    /// Version of this format: 1.
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    /// The target, in any spelling.
    target: Text,
    /// How costly it is: its trials are of this tier at least; `quick` by default.
    tier: Option<Text>,
    /// Where its cross legs are built, in any spelling; `x86_64` by default.
    build: Option<Text>,
    /// Debian suite of both roots.
    suite: Text,
    /// CPU models each run is done under, as qemu names them; where the machine runs the target by itself there
    /// is one, by any name.
    models: Vec<Text>,
    /// CPU model that legs are built under where they are emulated, as qemu names it; what qemu takes by itself by default.
    #[serde(rename = "build-model")]
    build_model: Option<Text>,
    /// Packages of every root.
    roots: RootsWire,
    /// Paths that name the same thing in the two roots.
    #[serde(default, rename = "path-map")]
    path_map: Vec<PathPairWire>,
}

/// Packages of every root, by side; each on the side's build platform.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RootsWire {
    /// Of native legs.
    native: Vec<Text>,
    /// Of cross legs.
    cross: Vec<Text>,
}

/// One thing by its two paths.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PathPairWire {
    /// In the native root.
    native: Text,
    /// In the cross root.
    cross: Text,
}

impl EmulatorFile {
    fn emulator(self) -> Result<Emulator, Fault> {
        let target: Platform = self.target.read().under("target")?;
        let build = match &self.build {
            None => Platform::X86_64,
            Some(build) => build.read().under("build")?,
        };
        if build == target {
            let fault = Fault::new(format!(
                "cross legs for {target} cannot be built on {build}: expected another platform"
            ));
            // Where it is not written, the target is what cannot be.
            let key = if self.build.is_some() {
                "build"
            } else {
                "target"
            };
            return Err(fault.under(key));
        }
        let tier = self.tier.map_or(Ok(Tier::Quick), |tier| {
            tier.one_of("tier", Tier::ALL, Tier::name).under("tier")
        })?;
        let models = set(self.models, "model").under("models")?;
        let mut path_map = Vec::new();
        for (index, pair) in self.path_map.into_iter().enumerate() {
            let absolute = |text: Text, side| {
                let sound = text.as_str().starts_with('/') && text.as_str().len() > 1;
                let bad = || Fault::new(format!("`{text}` is not an absolute path")).under(side);
                sound.then(|| text.0.clone()).ok_or_else(bad)
            };
            let pair = Pair::new(
                absolute(pair.native, "native"),
                absolute(pair.cross, "cross"),
            );
            path_map.push(pair.transpose().under(index).under("path-map")?);
        }
        let packages = |written, side| -> Result<BTreeSet<String>, Fault> {
            let packages = set(written, "package").under(side).under("roots")?;
            Ok(packages.into_iter().collect())
        };
        Ok(Emulator {
            target,
            tier,
            build,
            suite: self.suite.0,
            models,
            build_model: self.build_model.map(|model| model.0),
            packages: Pair::new(
                packages(self.roots.native, "native")?,
                packages(self.roots.cross, "cross")?,
            ),
            path_map,
        })
    }
}

/// The texts, in the order written, none empty and none twice.
fn set(written: Vec<Text>, what: &str) -> Result<Vec<String>, Fault> {
    if written.is_empty() {
        return Err(Fault::new(format!("expected at least one {what}")));
    }
    let mut seen = BTreeSet::new();
    for (index, text) in written.iter().enumerate() {
        if text.as_str().trim().is_empty() {
            return Err(Fault::new(format!("expected the name of a {what}")).under(index));
        }
        if !seen.insert(text) {
            return Err(
                Fault::new(format!("duplicate {what} `{text}`: expected each once")).under(index),
            );
        }
    }
    Ok(written.into_iter().map(|text| text.0).collect())
}
