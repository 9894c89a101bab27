//! A string that was written as a string.

use crate::error::Fault;
use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;
use std::str::FromStr;

/// Text. YAML readers hand over any scalar as a string when asked for one, so that `summary: ~` reads
/// as `"~"` and `version: 1.10` depends on who reads it; this type takes only what is a string.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    /// The text as it is.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What the text names.
    pub(crate) fn read<T: FromStr<Err: fmt::Display>>(&self) -> Result<T, Fault> {
        self.0.parse().map_err(Fault::new)
    }

    /// The one of `all` whose `name` this is; `what` says what they are.
    pub(crate) fn one_of<T: Copy>(
        &self,
        what: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, Fault> {
        let found = all.iter().copied().find(|one| name(*one) == self.0);
        found.ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|one| name(*one)).collect();
            Fault::new(format!(
                "unknown {what} `{}`: expected one of {}",
                self.0,
                names.join(", ")
            ))
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.to_owned())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyText;
        impl Visitor<'_> for OnlyText {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string (put quotes around it)")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(OnlyText)
    }
}
