//! What no file may refer to, as cases and policies write it.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::DiffKey;
use crossproof_model::check::{ALWAYS, Search};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is forbidden: exactly one of both.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForbidWire {
    /// Bytes as they stand.
    text: Option<Text>,
    /// A regular expression over bytes, in the syntax of Rust's `regex`.
    pattern: Option<Text>,
}

/// What is searched for, by its name.
pub(crate) fn forbidden(
    written: BTreeMap<Text, ForbidWire>,
) -> Result<BTreeMap<String, Search>, Fault> {
    let mut forbid = BTreeMap::new();
    for (name, wire) in written {
        let search = (search_name(&name).and_then(|()| wire.search())).under(&name)?;
        forbid.insert(name.0, search);
    }
    Ok(forbid)
}

fn search_name(name: &Text) -> Result<(), Fault> {
    let word = name.as_str();
    if ALWAYS.contains(&word) {
        return Err(Fault::new(format!(
            "`{word}` is always looked for: expected another name"
        )));
    }
    if word.is_empty() || DiffKey::word(word) != word {
        return Err(Fault::new(format!(
            "`{word}` cannot name a check: expected lower-case letters, digits, `-` or `_`"
        )));
    }
    Ok(())
}

impl ForbidWire {
    fn search(self) -> Result<Search, Fault> {
        match (self.text, self.pattern) {
            (Some(text), None) if text.as_str().is_empty() => {
                Err(Fault::new("expected a text: nothing is in every file").under("text"))
            }
            (Some(text), None) => Ok(Search::Texts(vec![text.0])),
            (None, Some(pattern)) => {
                let regex = regex::bytes::Regex::new(pattern.as_str());
                let regex = regex
                    .map_err(|error| Fault::new(format!("bad pattern: {error}")))
                    .under("pattern")?;
                if regex.is_match(b"") {
                    let fault = Fault::new("expected a pattern that does not match nothing");
                    return Err(fault.under("pattern"));
                }
                Ok(Search::Pattern(pattern.0))
            }
            _ => Err(Fault::new("expected either `text` or `pattern`")),
        }
    }
}
