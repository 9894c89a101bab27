//! Manifests as lines of JSON.

use crate::error::Error;
use crossproof_model::Digest;
use crossproof_model::tree::{Attributes, Fact, Manifest, Owner};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of a stored manifest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    File {
        path: String,
        mode: u32,
        size: u64,
        blake3: String,
    },
    Dir {
        path: String,
        mode: u32,
    },
    Link {
        path: String,
        target: String,
    },
    Special {
        path: String,
        kind: String,
    },
    /// What else is known of a path that has a line of its own.
    More {
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<(u32, u32)>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        extended: BTreeMap<String, Vec<u8>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        same_as: Option<String>,
    },
}

/// A manifest as JSON lines.
pub fn write_manifest(manifest: &Manifest) -> Result<String, Error> {
    let mut text = String::new();
    let mut tell = |line: &Line| -> Result<(), Error> {
        let line =
            serde_json::to_string(line).map_err(|e| Error::fault("writing a manifest", &e))?;
        text.push_str(&line);
        text.push('\n');
        Ok(())
    };
    for (path, fact) in &manifest.facts {
        let path = path.to_string();
        let line = match fact.clone() {
            Fact::File { mode, size, digest } => Line::File {
                path,
                mode,
                size,
                blake3: digest.to_string(),
            },
            Fact::Dir { mode } => Line::Dir { path, mode },
            Fact::Link { target } => Line::Link { path, target },
            Fact::Special { kind } => Line::Special { path, kind },
        };
        tell(&line)?;
    }
    for (path, attributes) in &manifest.attributes {
        tell(&Line::More {
            path: path.to_string(),
            owner: attributes.owner.map(|owner| (owner.user, owner.group)),
            extended: attributes.extended.clone(),
            same_as: attributes.same_as.as_ref().map(ToString::to_string),
        })?;
    }
    Ok(text)
}

/// Reads what [`write_manifest`] wrote; `None` if it is not that.
pub fn read_manifest(text: &str) -> Option<Manifest> {
    let mut manifest = Manifest::default();
    for line in text.lines() {
        let (path, fact) = match serde_json::from_str(line).ok()? {
            Line::File {
                path,
                mode,
                size,
                blake3,
            } => (
                path,
                Fact::File {
                    mode,
                    size,
                    digest: blake3.parse::<Digest>().ok()?,
                },
            ),
            Line::Dir { path, mode } => (path, Fact::Dir { mode }),
            Line::Link { path, target } => (path, Fact::Link { target }),
            Line::Special { path, kind } => (path, Fact::Special { kind }),
            Line::More {
                path,
                owner,
                extended,
                same_as,
            } => {
                let attributes = Attributes {
                    owner: owner.map(|(user, group)| Owner { user, group }),
                    extended,
                    same_as: same_as.map(|path| path.parse()).transpose().ok()?,
                };
                manifest.attributes.insert(path.parse().ok()?, attributes);
                continue;
            }
        };
        manifest.facts.insert(path.parse().ok()?, fact);
    }
    Some(manifest)
}
