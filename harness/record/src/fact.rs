//! What stands at one path of an artifact, as goldens and reports write it.

use crate::emit::scalar;
use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::golden::ExpectedFact;
use crossproof_model::tree::{Attributes, Fact, Owner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file (`mode`, `size` and `blake3`, or `mode` and `unstable`), a `directory`, a `link` or a
/// `special` file. Modes are octal: `"0755"`.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactWire {
    /// Permission bits of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Text>,
    /// Length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// BLAKE3 of the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<Text>,
    /// The content changes from build to build.
    #[serde(skip_serializing_if = "Option::is_none")]
    unstable: Option<bool>,
    /// Permission bits of a directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<Text>,
    /// Text of a symbolic link.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Text>,
    /// Kind of a special file: `fifo`, `socket`, or `block` or `char` with the numbers of the device, and the permission bits, as in
    /// `char 1:3 mode 0666`.
    #[serde(skip_serializing_if = "Option::is_none")]
    special: Option<Text>,
}

impl FactWire {
    /// What the fact expects.
    pub(crate) fn expected(self) -> Result<ExpectedFact, Fault> {
        let wire = self;
        let fact = match wire {
            #[rustfmt::skip]
            FactWire { mode: Some(mode), size: Some(size), blake3: Some(blake3), unstable: None, directory: None, link: None, special: None } => Fact::File {
                mode: octal(&mode).under("mode")?,
                size,
                digest: blake3.read().under("blake3")?,
            },
            #[rustfmt::skip]
            FactWire { mode: Some(mode), size: None, blake3: None, unstable: Some(true), directory: None, link: None, special: None } => {
                return Ok(ExpectedFact::Unstable { mode: octal(&mode).under("mode")? });
            }
            #[rustfmt::skip]
            FactWire { mode: None, size: None, blake3: None, unstable: None, directory: Some(mode), link: None, special: None } => Fact::Dir {
                mode: octal(&mode).under("directory")?,
            },
            #[rustfmt::skip]
            FactWire { mode: None, size: None, blake3: None, unstable: None, directory: None, link: Some(target), special: None } => Fact::Link {
                target: target.0,
            },
            #[rustfmt::skip]
            FactWire { mode: None, size: None, blake3: None, unstable: None, directory: None, link: None, special: Some(kind) } => Fact::Special {
                kind: kind.0,
            },
            _ => {
                return Err(Fault::new(
                    "expected {mode, size, blake3}, {mode, unstable: true}, {directory}, {link} or {special}",
                ));
            }
        };
        Ok(ExpectedFact::Fact(fact))
    }

    /// The fact itself; nothing unstable.
    pub(crate) fn fact(self) -> Result<Fact, Fault> {
        match self.expected()? {
            ExpectedFact::Fact(fact) => Ok(fact),
            ExpectedFact::Unstable { .. } => {
                Err(Fault::new("expected what was found: {mode, size, blake3}").under("unstable"))
            }
        }
    }

    /// The fact as written.
    pub(crate) fn of(fact: &Fact) -> Self {
        let none = FactWire::default();
        let mode = |bits: &u32| Some(Text(spell_octal(*bits)));
        match fact {
            Fact::File {
                mode: bits,
                size,
                digest,
            } => FactWire {
                mode: mode(bits),
                size: Some(*size),
                blake3: Some(Text(digest.to_string())),
                ..none
            },
            Fact::Dir { mode: bits } => FactWire {
                directory: mode(bits),
                ..none
            },
            Fact::Link { target } => FactWire {
                link: Some(Text(target.clone())),
                ..none
            },
            Fact::Special { kind } => FactWire {
                special: Some(Text(kind.clone())),
                ..none
            },
        }
    }
}

/// What a file system keeps of a path beside its fact.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributesWire {
    /// User and group of what runs in their name: `USER:GROUP`, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Text>,
    /// Extended attributes by name, values in hexadecimal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    extended: BTreeMap<Text, Text>,
    /// The first path that is the same file (a hard link).
    #[serde(rename = "same-as", default, skip_serializing_if = "Option::is_none")]
    same_as: Option<Text>,
}

impl AttributesWire {
    /// The attributes as written.
    pub(crate) fn of(attributes: &Attributes) -> Self {
        let hex = |value: &Vec<u8>| value.iter().map(|byte| format!("{byte:02x}")).collect();
        let owner = attributes.owner;
        AttributesWire {
            owner: owner.map(|owner| Text(format!("{}:{}", owner.user, owner.group))),
            extended: (attributes.extended.iter())
                .map(|(name, value)| (Text(name.clone()), Text(hex(value))))
                .collect(),
            same_as: (attributes.same_as.as_ref()).map(|path| Text(path.to_string())),
        }
    }

    pub(crate) fn attributes(self) -> Result<Attributes, Fault> {
        let owner = self.owner.map(|text| owner(&text)).transpose();
        let value = |(name, text): (Text, Text)| Ok((name.0, bytes(&text)?));
        let extended: Result<BTreeMap<_, _>, Fault> =
            self.extended.into_iter().map(value).collect();
        Ok(Attributes {
            owner: owner.under("owner")?,
            extended: extended.under("extended")?,
            same_as: (self.same_as.map(|path| path.read()).transpose()).under("same-as")?,
        })
    }
}

fn owner(text: &Text) -> Result<Owner, Fault> {
    let numbers = text.as_str().split_once(':');
    let read = numbers.and_then(|(user, group)| {
        Some(Owner {
            user: user.parse().ok()?,
            group: group.parse().ok()?,
        })
    });
    read.ok_or_else(|| Fault::new("expected two numbers, as in `0:0`"))
}

fn bytes(text: &Text) -> Result<Vec<u8>, Fault> {
    let digits = text.as_str().as_bytes().chunks(2);
    let byte = |two: &[u8]| {
        let two = std::str::from_utf8(two).ok().filter(|two| two.len() == 2)?;
        u8::from_str_radix(two, 16).ok()
    };
    let read: Option<Vec<u8>> = digits.map(byte).collect();
    read.ok_or_else(|| Fault::new("expected bytes in hexadecimal"))
}

/// An expected fact on one line of YAML.
pub(crate) fn line(expected: &ExpectedFact) -> String {
    match expected {
        ExpectedFact::Unstable { mode } => {
            format!("{{mode: \"{}\", unstable: true}}", spell_octal(*mode))
        }
        ExpectedFact::Fact(Fact::File { mode, size, digest }) => format!(
            "{{mode: \"{}\", size: {size}, blake3: {}}}",
            spell_octal(*mode),
            scalar(&digest.to_string())
        ),
        ExpectedFact::Fact(Fact::Dir { mode }) => {
            format!("{{directory: \"{}\"}}", spell_octal(*mode))
        }
        ExpectedFact::Fact(Fact::Link { target }) => format!("{{link: {}}}", scalar(target)),
        ExpectedFact::Fact(Fact::Special { kind }) => format!("{{special: {}}}", scalar(kind)),
    }
}

fn spell_octal(mode: u32) -> String {
    format!("{mode:04o}")
}

fn octal(text: &Text) -> Result<u32, Fault> {
    let bad = || {
        Fault::new(format!(
            "`{text}` is not a mode: expected four octal digits, such as \"0755\""
        ))
    };
    if text.as_str().len() != 4 || !text.as_str().bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    u32::from_str_radix(text.as_str(), 8).map_err(|_| bad())
}
