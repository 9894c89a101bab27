//! What measuring source packages finds: rows, from the package down to the single difference.

use crate::comparison::Functions;
use crate::digest::Sha256;
use crate::{DiffKey, Digest, Level, Pair, Platform, RuleRef};
use std::collections::BTreeMap;

/// What the cross-built packages are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// The packages of the same version that the archive publishes, built natively on hardware.
    Published,
    /// A native leg under emulation, in a root of the same suite.
    Emulated,
}

impl Reference {
    /// All of them.
    pub const ALL: [Reference; 2] = [Reference::Published, Reference::Emulated];

    /// `published` or `emulated`.
    pub fn name(self) -> &'static str {
        match self {
            Reference::Published => "published",
            Reference::Emulated => "emulated",
        }
    }
}

/// How a package ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Compared: the level says the rest.
    Compared,
    /// The suite has no such source package.
    NoSource,
    /// Its build dependencies cannot be installed for a cross build.
    Unsatisfiable,
    /// The cross leg failed.
    CrossFailed,
    /// The native leg failed.
    NativeFailed,
    /// Nothing to hold it against: no published package of the version.
    NoReference,
    /// Something could not be compared.
    Undecided,
}

impl Ending {
    /// All of them.
    pub const ALL: [Ending; 7] = [
        Ending::Compared,
        Ending::NoSource,
        Ending::Unsatisfiable,
        Ending::CrossFailed,
        Ending::NativeFailed,
        Ending::NoReference,
        Ending::Undecided,
    ];

    /// Its name in the data.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Compared => "compared",
            Ending::NoSource => "no-source",
            Ending::Unsatisfiable => "unsatisfiable",
            Ending::CrossFailed => "cross-failed",
            Ending::NativeFailed => "native-failed",
            Ending::NoReference => "no-reference",
            Ending::Undecided => "undecided",
        }
    }
}

/// One source package.
#[derive(Clone, Debug, PartialEq)]
pub struct PackageRow {
    /// Source package.
    pub package: String,
    /// Its language, as the list says.
    pub language: String,
    /// The host.
    pub target: Platform,
    /// What it is held against.
    pub reference: Reference,
    /// The build system that the files at its sources' top tell of; `None` if none does, or nobody looked.
    pub system: Option<String>,
    /// Its full version; empty if there is none.
    pub version: String,
    /// How it ended.
    pub ending: Ending,
    /// The least level of its packages, where they were compared.
    pub level: Option<Level>,
    /// The phase that failed, where one did.
    pub phase: Option<String>,
    /// Why, or what could not be compared, in a line.
    pub why: Option<String>,
    /// Wall time of the cross leg, in seconds.
    pub cross_seconds: Option<f64>,
    /// Wall time of the native leg, in seconds.
    pub native_seconds: Option<f64>,
    /// The root that the cross leg was built in: of all its packages' digests.
    pub cross_root: Option<Digest>,
    /// The root of the native leg.
    pub native_root: Option<Digest>,
    /// What each of these roots is made of.
    pub roots: BTreeMap<Digest, Vec<RootPackage>>,
    /// The recipe of the cross leg.
    pub recipe: Option<Digest>,
    /// Its binary packages.
    pub binaries: Vec<BinaryRow>,
}

/// A package that a root was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPackage {
    /// Its name and architecture: `libc6:arm64`.
    pub name: String,
    /// Its full version.
    pub version: String,
    /// Of its `.deb`.
    pub sha256: Sha256,
}

/// One binary package.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryRow {
    /// File name without `.deb`.
    pub name: String,
    /// The version of the reference: a later build of the same source has `+b1` at its end. `None` if there is none.
    pub reference_version: Option<String>,
    /// The level of the two packages, control data with it; `None` if undecided or without reference.
    pub level: Option<Level>,
    /// The level of what they install, without control data.
    pub content_level: Option<Level>,
    /// Bytes of each package.
    pub bytes: Pair<u64>,
    /// What they install.
    pub files: Vec<FileRow>,
    /// What differs, of control data and of what is installed.
    pub differences: Vec<DifferenceRow>,
}

/// One path that either package installs.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRow {
    /// The path.
    pub path: String,
    /// What it was recognized as.
    pub format: String,
    /// Its level; `None` if undecided.
    pub level: Option<Level>,
    /// Functions of code that is not the same.
    pub functions: Option<Functions>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferenceRow {
    /// The path in the package: of what is installed, or a member of the control archive.
    pub path: String,
    /// What kind.
    pub key: DiffKey,
    /// Where inside the file: section, symbol, field.
    pub inside: String,
    /// What each side has there, in a few words.
    pub shown: Pair<Option<String>>,
    /// The best level with it.
    pub allows: Level,
    /// The rule that settles it.
    pub settled_by: Option<RuleRef>,
}
