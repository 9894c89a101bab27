//! What a case's artifacts must satisfy beside being alike.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::DiffKey;
use crossproof_model::check::{ALWAYS, Checks, Search, SizeBudget};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Checks on the artifacts. That the cross artifact names no folder or platform of its build that the native
/// one does not, that no ELF file is for another machine and that nothing says `-march=native` is always
/// checked.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksWire {
    /// What no file, path or link may refer to, on either side; by a name for it, which becomes a word of the
    /// finding's key.
    #[serde(default)]
    forbid: BTreeMap<Text, ForbidWire>,
    /// Percent that a file of the cross artifact may be larger than the native one; the first glob that takes
    /// a path decides.
    #[serde(default)]
    size: Vec<SizeWire>,
    /// The newest release of the GNU C library that a file may need a symbol of: `"2.34"`.
    glibc: Option<Text>,
    /// Whether the headers, start files and C library of the cross root are held against the native root's.
    #[serde(default)]
    headers: bool,
}

/// What is forbidden: exactly one of both.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForbidWire {
    /// Bytes as they stand.
    text: Option<Text>,
    /// A regular expression over bytes, in the syntax of Rust's `regex`.
    pattern: Option<Text>,
}

/// A budget.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SizeWire {
    /// Installed paths it is for: a glob.
    files: Text,
    /// Percent above the native size.
    percent: u32,
}

impl ChecksWire {
    pub(super) fn checks(self) -> Result<Checks, Fault> {
        let mut forbid = BTreeMap::new();
        for (name, wire) in self.forbid {
            let search = (search_name(&name).and_then(|()| wire.search()))
                .under(&name)
                .under("forbid")?;
            forbid.insert(name.0, search);
        }
        let mut size = Vec::new();
        for (index, wire) in self.size.into_iter().enumerate() {
            let glob = super::globs(Some(vec![wire.files]));
            let glob = glob.map_err(|mut fault| {
                fault.path.clear();
                fault
            });
            let mut globs = glob.under("files").under(index).under("size")?;
            size.extend(globs.pop().map(|glob| SizeBudget {
                glob,
                percent: wire.percent,
            }));
        }
        let glibc = self.glibc.map(|release| release.read());
        Ok(Checks {
            forbid,
            size,
            glibc: glibc.transpose().under("glibc")?,
            headers: self.headers,
        })
    }
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
