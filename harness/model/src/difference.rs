//! Differences: what was found, where, and the best level it still allows.

use crate::{Level, RelPath};
use std::fmt;
use std::str::FromStr;

/// The stable name of a kind of difference: lower-case words of letters, digits, `-` and `_`, joined
/// by dots, from the general to the particular (`elf.section.text.bytes`, `tree.only-left`).
///
/// Keys are part of the project's contract: goldens and policies name them. A section or attribute
/// name that has other characters is folded by [`DiffKey::word`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiffKey(String);

/// Text that is not a difference key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a difference key: expected lower-case words joined by dots, such as `elf.section.text.bytes` (no wildcards)"
)]
pub struct BadKey(pub String);

impl DiffKey {
    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key from its words; each is folded by [`DiffKey::word`], so this cannot fail.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<String> = words
            .into_iter()
            .flat_map(|w| w.trim_matches('.').split('.'))
            .map(Self::word)
            .collect();
        DiffKey(words.join("."))
    }

    /// One word of a key: lower-cased, anything but letters, digits, `-` and `_` made `-`, outer dashes
    /// trimmed; an empty word becomes `unnamed`.
    pub fn word(text: &str) -> String {
        let folded: String = text
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        match folded.trim_matches('-') {
            "" => "unnamed".to_owned(),
            word => word.to_owned(),
        }
    }
}

impl FromStr for DiffKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let sound = text
            .split('.')
            .all(|word| !word.is_empty() && Self::word(word) == word);
        if sound {
            Ok(DiffKey(text.to_owned()))
        } else {
            Err(BadKey(text.to_owned()))
        }
    }
}

impl fmt::Display for DiffKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DiffKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a difference is: a path of the tree and, inside the file, a chain of archive members,
/// sections, symbols or attributes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path in the tree (the left one, where a path map paired two).
    pub path: RelPath,
    /// From the outermost container inwards; empty for the file itself.
    pub inside: Vec<String>,
}

impl Place {
    /// The file itself.
    pub fn file(path: RelPath) -> Self {
        Place {
            path,
            inside: Vec::new(),
        }
    }
    /// One step further in.
    pub fn within(&self, name: impl Into<String>) -> Self {
        let mut inside = self.inside.clone();
        inside.push(name.into());
        Place {
            path: self.path.clone(),
            inside,
        }
    }
    /// Whether this is `other` or somewhere in it.
    pub fn is_in(&self, other: &Place) -> bool {
        self.path == other.path && self.inside.starts_with(&other.inside)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        self.inside
            .iter()
            .try_for_each(|step| write!(f, " > {step}"))
    }
}

/// A rule by id and version: `elf.build-id@3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleRef {
    /// The rule's id, a dotted name.
    pub id: String,
    /// Raised whenever the rule's effect changes.
    pub version: u32,
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

/// Text that does not name a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` does not name a rule: expected an id and a version, such as `elf.build-id@3`")]
pub struct BadRule(pub String);

impl FromStr for RuleRef {
    type Err = BadRule;
    fn from_str(text: &str) -> Result<Self, BadRule> {
        let bad = || BadRule(text.to_owned());
        let (id, version) = text.split_once('@').ok_or_else(bad)?;
        id.parse::<DiffKey>().map_err(|_| bad())?;
        let rule = RuleRef {
            id: id.to_owned(),
            version: version.parse().map_err(|_| bad())?,
        };
        // `02` would be the same version in a spelling of its own.
        match rule.to_string() == text {
            true => Ok(rule),
            false => Err(bad()),
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference.
    pub key: DiffKey,
    /// Where.
    pub place: Place,
    /// What the left (native) side has there, in a few words; `None` where it has nothing.
    pub left: Option<String>,
    /// What the right (cross) side has there.
    pub right: Option<String>,
    /// Lines that show it: a hunk, a hex window; at most [`Difference::DETAIL_LINES`].
    pub detail: Vec<String>,
    /// The best level the pair can still have with this difference in it.
    pub allows: Level,
    /// The rule that makes the two sides the same here, if one does.
    pub settled_by: Option<RuleRef>,
}

impl Difference {
    /// How many lines of detail a difference may carry.
    pub const DETAIL_LINES: usize = 40;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_words_without_wildcards() {
        for good in [
            "elf.section.text.bytes",
            "tree.only-left",
            "elf.note.gnu.build-id",
            "a",
        ] {
            assert_eq!(good.parse::<DiffKey>().unwrap().as_str(), good);
        }
        for bad in ["", "elf.*", "Elf.text", "elf..text", ".text", "a b"] {
            assert!(bad.parse::<DiffKey>().is_err(), "{bad}");
        }
        assert_eq!(
            DiffKey::of(["elf.section", ".text", "bytes"]).as_str(),
            "elf.section.text.bytes"
        );
    }

    #[test]
    fn rules_are_named_with_their_version() {
        let rule: RuleRef = "elf.build-id@3".parse().unwrap();
        assert_eq!(rule.to_string(), "elf.build-id@3");
        for bad in ["elf.build-id", "elf.build-id@x", "@1", "elf.*@1"] {
            assert!(bad.parse::<RuleRef>().is_err(), "{bad}");
        }
    }
}
