//! What is asked of an executor, and what comes back, in JSON: so that the work can be done on a different machine.
//! Each names its key, which must be the one that follows from the rest.

mod parts;
mod run;

use crate::comparison::{each, json};
use crate::error::{Error, Fault, Under};
use crate::text::Text;
use crate::trial::failure::FailureWire;
use crate::yaml::{self, VERSION};
use crossproof_model::Digest;
use crossproof_model::plan::{Emulation, LegPlan};
use crossproof_model::request::{BuildRequest, BuildResult, Product};
use parts::{EngineWire, LimitsWire, PhaseWire, RootPinWire, SourcePinWire, seconds};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use run::{observation_json, read_observation, read_run_request, run_request_json};

/// A leg to be built, as JSON. `None` if its lock does not have its root.
pub fn build_request_json(request: &BuildRequest) -> Option<String> {
    Some(json(&BuildFile::of(request)?))
}

/// Reads a leg to be built; `file` is what errors call it.
pub fn read_build_request(text: &str, file: &str) -> Result<BuildRequest, Error> {
    read(text, file, BuildFile::request)
}

/// What a leg came to, as JSON.
pub fn build_result_json(result: &BuildResult) -> String {
    let (product, failure) = match &result.product {
        Ok(product) => (Some(ProductWire::of(product)), None),
        Err(failure) => (None, Some(FailureWire::of(failure))),
    };
    json(&ResultFile {
        version: VERSION,
        key: Text(result.key.to_string()),
        executor: Text(result.executor.clone()),
        product,
        failure,
    })
}

/// Reads what a leg came to; `file` is what errors call it.
pub fn read_build_result(text: &str, file: &str) -> Result<BuildResult, Error> {
    read(text, file, ResultFile::result)
}

/// Strictly: no key twice, no key that is not known, a version that is.
fn read<W: DeserializeOwned, T>(
    text: &str,
    file: &str,
    convert: impl FnOnce(W) -> Result<T, Fault>,
) -> Result<T, Error> {
    let bad = |error| Error::json(file, &error);
    yaml::no_key_twice(text).map_err(bad)?;
    let wire: W = serde_json::from_str(text).map_err(bad)?;
    convert(wire).map_err(|fault| yaml::find(text, file, &fault))
}

fn known(version: u32) -> Result<(), Fault> {
    if version == VERSION {
        return Ok(());
    }
    let what = format!("unknown version {version}: this program reads version {VERSION}");
    Err(Fault::new(what).under("version"))
}

/// An error unless the key that is written is the one that follows from the rest.
fn follows(written: &Text, key: Digest) -> Result<(), Fault> {
    let written: Digest = written.read().under("key")?;
    if written == key {
        return Ok(());
    }
    Err(Fault::new("this key does not follow from the rest of the request").under("key"))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BuildFile {
    version: u32,
    name: Text,
    key: Text,
    leg: Text,
    target: Text,
    engine: EngineWire,
    source: SourcePinWire,
    /// Whether programs of the target can be started.
    emulated: bool,
    environment: BTreeMap<Text, Text>,
    phases: Vec<PhaseWire>,
    limits: LimitsWire,
    collect: Vec<Text>,
    root: RootPinWire,
}

impl BuildFile {
    fn of(request: &BuildRequest) -> Option<Self> {
        let BuildRequest {
            name,
            leg,
            target,
            plan,
            root,
            source,
            engine,
        } = request;
        let environment = plan.environment.iter();
        Some(BuildFile {
            version: VERSION,
            name: Text(name.clone()),
            key: Text(request.key().to_string()),
            leg: Text(leg.to_string()),
            target: target.short().into(),
            engine: EngineWire::of(engine),
            source: SourcePinWire::of(source),
            emulated: plan.emulation == Emulation::Registered,
            environment: (environment.map(|(k, v)| (Text(k.clone()), Text(v.clone())))).collect(),
            phases: plan.phases.iter().map(PhaseWire::of).collect(),
            limits: LimitsWire::of(&plan.limits),
            collect: plan.collect.iter().map(|glob| Text(glob.clone())).collect(),
            root: RootPinWire::of(root)?,
        })
    }

    fn request(self) -> Result<BuildRequest, Fault> {
        known(self.version)?;
        let root = self.root.pin().under("root")?;
        let environment = self.environment.into_iter();
        let request = BuildRequest {
            name: self.name.0,
            leg: self.leg.read().under("leg")?,
            target: self.target.read().under("target")?,
            plan: LegPlan {
                root: root.request.clone(),
                emulation: match self.emulated {
                    true => Emulation::Registered,
                    false => Emulation::Withheld,
                },
                environment: environment.map(|(k, v)| (k.0, v.0)).collect(),
                phases: each(self.phases, PhaseWire::phase).under("phases")?,
                limits: self.limits.limits().under("limits")?,
                collect: self.collect.into_iter().map(|glob| glob.0).collect(),
            },
            root,
            source: self.source.pin().under("source")?,
            engine: self.engine.engine().under("engine")?,
        };
        follows(&self.key, request.key())?;
        Ok(request)
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ResultFile {
    version: u32,
    /// The request's.
    key: Text,
    executor: Text,
    /// This or a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<ProductWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailureWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ProductWire {
    /// BLAKE3 of the manifest.
    artifact: Text,
    /// Wall time of the build.
    seconds: f64,
}

impl ProductWire {
    fn of(product: &Product) -> Self {
        ProductWire {
            artifact: Text(product.artifact.to_string()),
            seconds: product.wall.as_secs_f64(),
        }
    }
}

impl ResultFile {
    fn result(self) -> Result<BuildResult, Fault> {
        known(self.version)?;
        let product = match (self.product, self.failure) {
            (Some(wire), None) => {
                let artifact = wire.artifact.read().under("artifact");
                Ok(Product {
                    artifact: artifact.under("product")?,
                    wall: seconds(wire.seconds).under("seconds").under("product")?,
                })
            }
            (None, Some(wire)) => Err(wire.failure().under("failure")?),
            _ => return Err(Fault::new("expected either a product or a failure")),
        };
        Ok(BuildResult {
            key: self.key.read().under("key")?,
            executor: self.executor.0,
            product,
        })
    }
}
