//! What is asked of a case's artifacts beside being alike, what to look for, and what was found.

use crate::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The checks a case's author asks for. Those that are always made are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// What no file may refer to, by name: a word of a difference key.
    pub forbid: BTreeMap<String, Search>,
    /// How much larger than the native one a cross file may be, the first glob that takes it deciding.
    pub size: Vec<SizeBudget>,
    /// The newest release of the GNU C library that a file may need.
    pub glibc: Option<Release>,
    /// Whether the two roots' headers, start files and C library are held against each other.
    pub headers: bool,
}

/// What bytes are searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Any of these, as they stand.
    Texts(Vec<String>),
    /// What a regular expression matches.
    Pattern(String),
}

/// Growth that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeBudget {
    /// Installed paths it is for.
    pub glob: String,
    /// Percent of the native size that the cross one may be above it.
    pub percent: u32,
}

/// A release as numbers: `2.34`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(Vec<u32>);

/// Text that is not a release.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a release: expected numbers joined by dots, such as `2.34`")]
pub struct BadRelease(pub String);

impl FromStr for Release {
    type Err = BadRelease;
    fn from_str(text: &str) -> Result<Self, BadRelease> {
        let numbers = text.split('.').map(|number| {
            // `+2` is a number to the library.
            let digits = number.bytes().all(|b| b.is_ascii_digit());
            number.parse().ok().filter(|_| digits)
        });
        let numbers: Option<Vec<u32>> = numbers.collect();
        numbers
            .map(Release)
            .ok_or_else(|| BadRelease(text.to_owned()))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.pad(&numbers.join("."))
    }
}

/// The names of what is always looked for, which an author cannot use for something else.
pub const ALWAYS: [&str; 5] = [
    "build-prefix",
    "build-triple",
    "cross-prefix",
    "march-native",
    "other-architecture",
];

/// Whose artifact something must be in to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// The cross one and not the native one, at the same place: what cross-compiling brought in. A path of
    /// debug information that the target's path map pairs with a native one is none.
    CrossOnly,
    /// Either: wrong wherever it is.
    Anywhere,
}

/// One thing to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Its name: a word of a difference key.
    pub name: String,
    /// The bytes.
    pub search: Search,
    /// When it is raised.
    pub raised: Raised,
}

/// The machine an ELF file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Machine {
    /// `e_machine`.
    pub code: u16,
    /// Width of an address, in bits.
    pub bits: u8,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.code {
            0 => "no machine",
            3 => "80386",
            40 => "ARM",
            62 => "x86-64",
            183 => "AArch64",
            243 => "RISC-V",
            code => return write!(f, "{}-bit machine {code}", self.bits),
        };
        write!(f, "{}-bit {name}", self.bits)
    }
}

/// What a search of one artifact found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// By needle's name and place: each text the needle was found in.
    pub references: BTreeMap<(String, Place), BTreeSet<String>>,
    /// The machine of each ELF file, members of archives among them.
    pub machines: BTreeMap<Place, Machine>,
    /// The newest release of the GNU C library that each ELF file needs a symbol of, if it needs any.
    pub glibc: BTreeMap<Place, Release>,
    /// What could not be searched, and why.
    pub unsearched: BTreeMap<Place, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_ordered_by_their_numbers() {
        let release = |text: &str| text.parse::<Release>().unwrap();
        assert!(release("2.9") < release("2.34"));
        assert!(release("2.34") < release("2.34.1"));
        assert_eq!(release("2.34").to_string(), "2.34");
        for bad in ["", "2.", "2.x", "+2", "-1"] {
            assert_eq!(
                bad.parse::<Release>(),
                Err(BadRelease(bad.to_owned())),
                "{bad}"
            );
        }
    }
}
