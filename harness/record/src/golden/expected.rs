//! What a run must show.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::golden::{ExpectedOutput, ExpectedRun};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// How a run ends and what it writes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedRunWire {
    /// `exit 0`, `signal 6` or `limit`.
    exit: Text,
    /// Standard output.
    stdout: OutputWire,
    /// Standard error.
    stderr: OutputWire,
    /// Files it makes or changes in its working folder.
    #[serde(default)]
    files: BTreeMap<Text, OutputWire>,
}

/// Text as it is, or the BLAKE3 digest of what is long or not text.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum OutputWire {
    /// Exactly this.
    Text(Text),
    /// Any bytes with this digest.
    Digest(DigestWire),
}

/// A digest.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DigestWire {
    /// BLAKE3, 64 hexadecimal digits.
    blake3: Text,
}

impl<'de> Deserialize<'de> for OutputWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrDigest;
        impl<'de> Visitor<'de> for TextOrDigest {
            type Value = OutputWire;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text in quotes, or {blake3: digest}")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<OutputWire, E> {
                Ok(OutputWire::Text(text.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OutputWire, A::Error> {
                DigestWire::deserialize(MapAccessDeserializer::new(map)).map(OutputWire::Digest)
            }
        }
        deserializer.deserialize_any(TextOrDigest)
    }
}

impl OutputWire {
    fn output(self) -> Result<ExpectedOutput, Fault> {
        match self {
            OutputWire::Text(text) => Ok(ExpectedOutput::Text(text.0)),
            OutputWire::Digest(wire) => {
                Ok(ExpectedOutput::Digest(wire.blake3.read().under("blake3")?))
            }
        }
    }
}

impl ExpectedRunWire {
    pub(super) fn run(self) -> Result<ExpectedRun, Fault> {
        let mut files = BTreeMap::new();
        for (path, wire) in self.files {
            let output = wire.output().under(&path).under("files")?;
            files.insert(path.read().under(&path).under("files")?, output);
        }
        Ok(ExpectedRun {
            exit: exit(self.exit).under("exit")?,
            stdout: self.stdout.output().under("stdout")?,
            stderr: self.stderr.output().under("stderr")?,
            files,
        })
    }
}

fn exit(text: Text) -> Result<String, Fault> {
    let number = |rest: &str| rest.parse::<i32>().is_ok_and(|n| n.to_string() == rest);
    let sound = match text.as_str().split_once(' ') {
        Some(("exit" | "signal", rest)) => number(rest),
        _ => text.as_str() == "limit",
    };
    if sound {
        Ok(text.0)
    } else {
        Err(Fault::new(format!(
            "`{text}` is not how a run ends: expected `exit N`, `signal N` or `limit`"
        )))
    }
}
