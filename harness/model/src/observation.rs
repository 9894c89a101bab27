//! What a run of a program showed.

use crate::{Digest, Pair, RelPath};
use std::collections::BTreeMap;
use std::fmt;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// With this status.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It was ended when its time was up, or at another of its limits.
    Limit,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit {code}"),
            Exit::Signal(signal) => write!(f, "signal {signal}"),
            Exit::Limit => f.write_str("limit"),
        }
    }
}

/// One run of one program under one CPU model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
    /// Files it made or changed in its working folder.
    pub files: BTreeMap<RelPath, Vec<u8>>,
}

impl Observation {
    /// One digest over all of it.
    pub fn digest(&self) -> Digest {
        let head = [
            self.exit.to_string().into_bytes(),
            self.stdout.clone(),
            self.stderr.clone(),
        ];
        let files = self
            .files
            .iter()
            .flat_map(|(path, bytes)| [path.as_str().as_bytes().to_vec(), bytes.clone()]);
        Digest::of_fields(head.into_iter().chain(files))
    }
}

/// The two legs' observations of one run under one CPU model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The run's name.
    pub run: String,
    /// The CPU model.
    pub model: String,
    /// Native left, cross right.
    pub pair: Pair<Observation>,
}
