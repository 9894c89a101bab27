//! How alike two artifacts are: the equivalence levels, and the second axis, behaviour.

use std::fmt;
use std::str::FromStr;

/// The equivalence levels, worst first, so that the better level is the greater value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not even the same interface.
    Divergent,
    /// Exported symbols and versions, NEEDED, SONAME, interpreter, RUNPATH and the install tree are
    /// the same; code or data differ.
    Interface,
    /// The same functions and data objects once addresses are resolved to what they point at.
    Layout,
    /// Every allocated ELF section is the same, after rules; something else is not.
    Loaded,
    /// The same after rules that touch nothing the loader maps or a program reads in normal use.
    Metadata,
    /// Every path, mode, link target and byte is the same.
    Bits,
}

impl Level {
    /// All levels, best first.
    pub const ALL: [Level; 6] = [
        Level::Bits,
        Level::Metadata,
        Level::Loaded,
        Level::Layout,
        Level::Interface,
        Level::Divergent,
    ];

    /// The level's name as reports and goldens write it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Bits => "bits",
            Level::Metadata => "metadata",
            Level::Loaded => "loaded",
            Level::Layout => "layout",
            Level::Interface => "interface",
            Level::Divergent => "divergent",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A level name nobody here knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown level `{0}`: expected bits, metadata, loaded, layout, interface or divergent")]
pub struct UnknownLevel(pub String);

impl FromStr for Level {
    type Err = UnknownLevel;
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Level::ALL
            .into_iter()
            .find(|level| level.name() == text)
            .ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

/// Whether the two legs' programs did the same when run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// Every run said the same under every CPU model.
    Same,
    /// Some run did not.
    Different,
    /// The case has no runs.
    NotRun,
}

impl Behaviour {
    /// `same`, `different` or `not-run`.
    pub fn name(self) -> &'static str {
        match self {
            Behaviour::Same => "same",
            Behaviour::Different => "different",
            Behaviour::NotRun => "not-run",
        }
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_read_back() {
        assert!(Level::ALL.is_sorted_by(|better, worse| better > worse));
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert!("identical".parse::<Level>().is_err());
    }
}
