//! DSSE envelopes (Dead Simple Signing Envelope, version 1): a payload, its type, signatures over both.
//!
//! Read strictly, since a statement that was altered in any way must be refused: no field that is not known,
//! base64 in its one spelling, a key id with every signature.

use crate::key::{KeyId, PublicKey, SecretKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an envelope is refused. None of its payload may be used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEnvelope {
    /// Not an envelope at all.
    #[error("not a DSSE envelope: {0}")]
    Shape(String),
    /// Base64 in another spelling than the one it has.
    #[error("its {0} is not base64 (RFC 4648, section 4)")]
    Base64(&'static str),
    /// Another type than expected.
    #[error("its payload is `{found}`, expected `{expected}`")]
    Type {
        /// What it says.
        found: String,
        /// What was to be read.
        expected: String,
    },
    /// Nobody signed it.
    #[error("nobody signed it")]
    Unsigned,
    /// A trusted key is named, and did not sign this.
    #[error(
        "the signature of key {0} does not fit: the payload, its type or the signature was altered"
    )]
    Forged(KeyId),
    /// A trusted key signed this, and the signature is said to be a different key's.
    #[error(
        "key {signer} signed it, and the signature is said to be by `{named}`: the key id was altered"
    )]
    Misnamed {
        /// Whose signature it is.
        signer: KeyId,
        /// Whose it is said to be.
        named: String,
    },
    /// None of its signatures is of a trusted key.
    #[error("signed by {0} only, which is none of the trusted keys")]
    Untrusted(String),
}

/// A payload with signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    /// In the order they were made: the key's id as written, the signature.
    signatures: Vec<(String, Vec<u8>)>,
}

/// What trusted keys signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The payload.
    pub payload: Vec<u8>,
    /// The trusted keys that signed it, each once, in order; not empty.
    pub keys: Vec<KeyId>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeWire {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<SignatureWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SignatureWire {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// A payload that nobody has signed yet.
    pub fn new(payload_type: impl Into<String>, payload: Vec<u8>) -> Self {
        Envelope {
            payload_type: payload_type.into(),
            payload,
            signatures: Vec::new(),
        }
    }

    /// Adds the signature of `key`.
    pub fn sign(&mut self, key: &SecretKey) {
        let signature = key.sign(&self.encoded());
        let id = key.public().id().as_str().to_owned();
        self.signatures.push((id, signature.to_vec()));
    }

    /// What is signed: the pre-authentication encoding (protocol, "Signature Definition").
    fn encoded(&self) -> Vec<u8> {
        let kind = &self.payload_type;
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }

    /// The envelope as JSON on one line, ending in a line break.
    pub fn json(&self) -> String {
        let signatures = self.signatures.iter();
        let wire = EnvelopeWire {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: signatures
                .map(|(keyid, signature)| SignatureWire {
                    keyid: keyid.clone(),
                    sig: STANDARD.encode(signature),
                })
                .collect(),
        };
        // Strings in structures: there is nothing in it that JSON cannot say.
        let mut text = serde_json::to_string(&wire).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads an envelope; nothing is verified yet, and nothing of it can be had before that.
    pub fn read(json: &str) -> Result<Self, BadEnvelope> {
        let wire: EnvelopeWire =
            serde_json::from_str(json).map_err(|error| BadEnvelope::Shape(error.to_string()))?;
        let decode =
            |what, text: &str| STANDARD.decode(text).map_err(|_| BadEnvelope::Base64(what));
        let signatures = wire.signatures.into_iter();
        let signatures = signatures.map(|wire| Ok((wire.keyid, decode("signature", &wire.sig)?)));
        Ok(Envelope {
            payload: decode("payload", &wire.payload)?,
            payload_type: wire.payload_type,
            signatures: signatures.collect::<Result<_, _>>()?,
        })
    }

    /// The payload, if it is of this type and a trusted key signed it.
    ///
    /// A key id is a hint that no one signs. So each trusted key is tried on each signature, whatever id it is
    /// said to have: a signature that is a trusted key's and names a different one refuses the whole envelope, as
    /// does one that names a trusted key and is not its own. One that is neither says nothing.
    pub fn open(
        &self,
        expected: &str,
        trusted: &BTreeMap<KeyId, PublicKey>,
    ) -> Result<Signed, BadEnvelope> {
        if self.payload_type != expected {
            return Err(BadEnvelope::Type {
                found: self.payload_type.clone(),
                expected: expected.to_owned(),
            });
        }
        let message = self.encoded();
        let mut keys = Vec::new();
        for (named, signature) in &self.signatures {
            let signed = |key: &PublicKey| key.verifies(&message, signature);
            // Whoever is named is asked first: it nearly always is the one.
            let claimed = trusted.iter().find(|(id, _)| id.as_str() == named);
            if let Some((id, _)) = claimed.filter(|(_, key)| signed(key)) {
                keys.push(id.clone());
                continue;
            }
            if let Some((id, _)) = trusted.iter().find(|(_, key)| signed(key)) {
                return Err(BadEnvelope::Misnamed {
                    signer: id.clone(),
                    named: named.clone(),
                });
            }
            if let Some((id, _)) = claimed {
                return Err(BadEnvelope::Forged(id.clone()));
            }
        }
        keys.sort();
        keys.dedup();
        if self.signatures.is_empty() {
            return Err(BadEnvelope::Unsigned);
        }
        if keys.is_empty() {
            let named: Vec<&str> = self.signatures.iter().map(|(id, _)| id.as_str()).collect();
            return Err(BadEnvelope::Untrusted(named.join(", ")));
        }
        Ok(Signed {
            payload: self.payload.clone(),
            keys,
        })
    }
}
