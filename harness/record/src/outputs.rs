//! What programs printed, in a report: short text where it stands, anything else as a digest that
//! leads to its content at the report's end, once however many runs printed it.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::Digest;
use crossproof_model::golden::ExpectedOutput;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Short text, or the digest of an entry of the report's `outputs`. Exactly one.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputRef {
    /// The text itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    /// BLAKE3 of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blake3: Option<Text>,
}

/// Contents by digest: text as it is, other bytes in hexadecimal.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Outputs(BTreeMap<Text, ContentWire>);

/// Some content. Exactly one.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentWire {
    /// What is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    /// What is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hex: Option<Text>,
}

impl Outputs {
    /// How `bytes` are written where they stand; what is not short text is kept here.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> OutputRef {
        match ExpectedOutput::of(bytes) {
            ExpectedOutput::Text(text) => OutputRef {
                text: Some(Text(text)),
                blake3: None,
            },
            ExpectedOutput::Digest(digest) => {
                let digest = Text(digest.to_string());
                let content = || ContentWire::of(bytes);
                self.0.entry(digest.clone()).or_insert_with(content);
                OutputRef {
                    text: None,
                    blake3: Some(digest),
                }
            }
        }
    }

    /// The bytes that were put.
    pub(crate) fn get(&self, output: OutputRef) -> Result<Vec<u8>, Fault> {
        match (output.text, output.blake3) {
            (Some(text), None) => Ok(text.0.into_bytes()),
            (None, Some(digest)) => {
                let content = self.0.get(&digest);
                let absent = || Fault::new(format!("{digest} is not among the report's `outputs`"));
                let bytes = content.ok_or_else(absent).and_then(ContentWire::bytes)?;
                if Digest::of(&bytes) == digest.read().under("blake3")? {
                    Ok(bytes)
                } else {
                    Err(Fault::new(format!(
                        "the content of {digest} has another digest"
                    )))
                }
            }
            _ => Err(Fault::new("expected exactly one of text and blake3")),
        }
    }
}

impl ContentWire {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => ContentWire {
                text: Some(text.into()),
                hex: None,
            },
            Err(_) => {
                let mut hex = String::with_capacity(bytes.len() * 2);
                for byte in bytes {
                    let _ = write!(hex, "{byte:02x}");
                }
                ContentWire {
                    text: None,
                    hex: Some(Text(hex)),
                }
            }
        }
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Fault> {
        match (&self.text, &self.hex) {
            (Some(text), None) => Ok(text.0.clone().into_bytes()),
            (None, Some(hex)) => hex
                .as_str()
                .as_bytes()
                .chunks(2)
                .map(|pair| {
                    let pair = std::str::from_utf8(pair).ok().filter(|p| p.len() == 2);
                    pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
                        .ok_or_else(|| Fault::new("expected an even number of hexadecimal digits"))
                })
                .collect(),
            _ => Err(Fault::new("expected exactly one of text and hex")),
        }
    }
}
