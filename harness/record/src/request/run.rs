//! Programs to be run, and what they showed.

use super::parts::{EngineWire, RootPinWire, seconds};
use super::{follows, known, read};
use crate::comparison::json;
use crate::error::{Error, Fault, Under};
use crate::outputs::ContentWire;
use crate::text::Text;
use crate::yaml::VERSION;
use crossproof_model::RelPath;
use crossproof_model::case::Run;
use crossproof_model::observation::{Exit, Observation};
use crossproof_model::request::RunRequest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A program to be run, as JSON. `None` if its lock does not have its root.
pub fn run_request_json(request: &RunRequest) -> Option<String> {
    Some(json(&RunFile::of(request)?))
}

/// Reads a program to be run; `file` is what errors call it.
pub fn read_run_request(text: &str, file: &str) -> Result<RunRequest, Error> {
    read(text, file, RunFile::request)
}

/// What a program showed, as JSON.
pub fn observation_json(seen: &Observation) -> String {
    let (code, signal) = match seen.exit {
        Exit::Code(code) => (Some(code), None),
        Exit::Signal(signal) => (None, Some(signal)),
        Exit::Limit => (None, None),
    };
    json(&ObservationFile {
        version: VERSION,
        code,
        signal,
        stdout: ContentWire::of(&seen.stdout),
        stderr: ContentWire::of(&seen.stderr),
        files: contents(&seen.files),
    })
}

/// Reads what a program showed; `file` is what errors call it.
pub fn read_observation(text: &str, file: &str) -> Result<Observation, Error> {
    read(text, file, ObservationFile::observation)
}

type Contents = BTreeMap<Text, ContentWire>;

fn contents(files: &BTreeMap<RelPath, Vec<u8>>) -> Contents {
    let written =
        |(path, bytes): (&RelPath, &Vec<u8>)| (Text(path.to_string()), ContentWire::of(bytes));
    files.iter().map(written).collect()
}

fn files(contents: Contents) -> Result<BTreeMap<RelPath, Vec<u8>>, Fault> {
    let file = |(path, content): (Text, ContentWire)| {
        let bytes = content.bytes().under(&path)?;
        Ok((path.read().under(&path)?, bytes))
    };
    contents.into_iter().map(file).collect()
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RunFile {
    version: u32,
    name: Text,
    key: Text,
    target: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emits: Option<Text>,
    engine: EngineWire,
    /// The CPU model, as qemu names it.
    model: Text,
    /// The leg's key.
    leg: Text,
    /// BLAKE3 of its manifest.
    artifact: Text,
    argv: Vec<Text>,
    stdin: ContentWire,
    files: Contents,
    environment: BTreeMap<Text, Text>,
    /// How long it may take.
    seconds: f64,
    root: RootPinWire,
}

impl RunFile {
    fn of(request: &RunRequest) -> Option<Self> {
        let RunRequest {
            target,
            emits,
            root,
            leg,
            artifact,
            run,
            model,
            engine,
        } = request;
        let environment = run.environment.iter();
        Some(RunFile {
            version: VERSION,
            name: Text(run.name.clone()),
            key: Text(request.key().to_string()),
            target: target.short().into(),
            emits: emits.map(|emits| emits.short().into()),
            engine: EngineWire::of(engine),
            model: Text(model.clone()),
            leg: Text(leg.to_string()),
            artifact: Text(artifact.to_string()),
            argv: run.argv.iter().map(|word| Text(word.clone())).collect(),
            stdin: ContentWire::of(&run.stdin),
            files: contents(&run.files),
            environment: (environment.map(|(k, v)| (Text(k.clone()), Text(v.clone())))).collect(),
            seconds: run.time.as_secs_f64(),
            root: RootPinWire::of(root)?,
        })
    }

    fn request(self) -> Result<RunRequest, Fault> {
        known(self.version)?;
        let emits = self.emits.map(|emits| emits.read().under("emits"));
        let environment = self.environment.into_iter();
        let request = RunRequest {
            target: self.target.read().under("target")?,
            emits: emits.transpose()?,
            root: self.root.pin().under("root")?,
            leg: self.leg.read().under("leg")?,
            artifact: self.artifact.read().under("artifact")?,
            run: Run {
                name: self.name.0,
                argv: self.argv.into_iter().map(|word| word.0).collect(),
                stdin: self.stdin.bytes().under("stdin")?,
                files: files(self.files).under("files")?,
                environment: environment.map(|(k, v)| (k.0, v.0)).collect(),
                time: seconds(self.seconds).under("seconds")?,
            },
            model: self.model.0,
            engine: self.engine.engine().under("engine")?,
        };
        follows(&self.key, request.key())?;
        Ok(request)
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ObservationFile {
    version: u32,
    /// Its status; if neither that nor a signal is there, it was ended at a limit.
    code: Option<i32>,
    signal: Option<i32>,
    stdout: ContentWire,
    stderr: ContentWire,
    files: Contents,
}

impl ObservationFile {
    fn observation(self) -> Result<Observation, Fault> {
        known(self.version)?;
        let exit = match (self.code, self.signal) {
            (Some(code), None) => Exit::Code(code),
            (None, Some(signal)) => Exit::Signal(signal),
            (None, None) => Exit::Limit,
            (Some(_), Some(_)) => {
                return Err(Fault::new("expected a status or a signal, not both").under("code"));
            }
        };
        Ok(Observation {
            exit,
            stdout: self.stdout.bytes().under("stdout")?,
            stderr: self.stderr.bytes().under("stderr")?,
            files: files(self.files).under("files")?,
        })
    }
}
