//! Of what and how the two sides were made, in reports and statements.

use crate::comparison::optional;
use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::verdict::{Control, Provenance};
use crossproof_model::{Digest, Level, Pair};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something of each side.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sides<T> {
    pub(crate) native: T,
    pub(crate) cross: T,
}

/// What building a side twice showed.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlWire {
    /// `not-run`, `same`, `differs` or `undecided`.
    state: Text,
    /// How alike the two builds are, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<Text>,
}

/// What the legs were made from, by digest.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProvenanceWire {
    roots: Sides<Text>,
    recipes: Sides<Text>,
    /// What the first leg of each side is called in the store.
    legs: Sides<Text>,
    /// Which executors built them. Documents that do not say are of a time when all were built on the machine itself.
    #[serde(default = "local")]
    executors: Sides<Text>,
    source: Text,
    /// The emulator, with its version.
    emulator: Text,
}

impl<T> Sides<T> {
    pub(crate) fn of(pair: Pair<T>) -> Self {
        Sides {
            native: pair.left,
            cross: pair.right,
        }
    }

    pub(crate) fn pair<U>(self, convert: impl Fn(T) -> Result<U, Fault>) -> Result<Pair<U>, Fault> {
        Ok(Pair::new(
            convert(self.native).under("native")?,
            convert(self.cross).under("cross")?,
        ))
    }
}

fn local() -> Sides<Text> {
    Sides::of(Pair::new("local".into(), "local".into()))
}

fn text(value: impl ToString) -> Text {
    Text(value.to_string())
}

impl ControlWire {
    pub(crate) fn of(control: Control) -> Self {
        let (state, level) = match control {
            Control::NotRun => ("not-run", None),
            Control::Same => ("same", None),
            Control::Differs(level) => ("differs", Some(text(level))),
            Control::Undecided => ("undecided", None),
        };
        let state = state.into();
        ControlWire { state, level }
    }

    pub(crate) fn control(self) -> Result<Control, Fault> {
        let level: Option<Level> = optional(self.level).under("level")?;
        match (self.state.as_str(), level) {
            ("not-run", None) => Ok(Control::NotRun),
            ("same", None) => Ok(Control::Same),
            ("differs", Some(level)) => Ok(Control::Differs(level)),
            ("undecided", None) => Ok(Control::Undecided),
            _ => Err(Fault::new(
                "expected not-run, same, undecided, or differs with its level",
            )),
        }
    }
}

impl ProvenanceWire {
    pub(crate) fn of(provenance: &Provenance) -> Self {
        let Provenance {
            roots,
            source,
            recipes,
            legs,
            executors,
            emulator,
        } = provenance;
        ProvenanceWire {
            roots: Sides::of(roots.map(text)),
            recipes: Sides::of(recipes.map(text)),
            legs: Sides::of(legs.map(text)),
            executors: Sides::of(executors.as_ref().map(text)),
            source: text(source),
            emulator: text(emulator),
        }
    }

    pub(crate) fn provenance(self) -> Result<Provenance, Fault> {
        let digests = |sides: Sides<Text>| sides.pair(|digest| digest.read::<Digest>());
        Ok(Provenance {
            roots: digests(self.roots).under("roots")?,
            source: self.source.read().under("source")?,
            recipes: digests(self.recipes).under("recipes")?,
            legs: digests(self.legs).under("legs")?,
            executors: self.executors.pair(|name| Ok(name.0))?,
            emulator: self.emulator.0,
        })
    }
}
