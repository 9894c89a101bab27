//! What `emulators/<target>/` says of a target: its CPU models, its roots and its path map.

use crate::digest::Sha256;
use crate::{Digest, Pair, Platform, Tier};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// `emulators/<target>/emulator.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulator {
    /// The target.
    pub target: Platform,
    /// How costly it is: its trials are of this tier at least.
    pub tier: Tier,
    /// Where its cross legs are built.
    pub build: Platform,
    /// Debian suite of both roots.
    pub suite: String,
    /// CPU models each run is done under, as qemu names them.
    pub models: Vec<String>,
    /// CPU model legs are built under where they are emulated, as qemu names it; `None` leaves it to qemu.
    pub build_model: Option<String>,
    /// Package names every root of a side has, on its build platform.
    pub packages: Pair<BTreeSet<String>>,
    /// Prefixes that name the same thing in the two roots, native left, cross right.
    pub path_map: Vec<Pair<String>>,
}

/// A binary package of one architecture: `libc6:arm64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Package name.
    pub name: String,
    /// Debian architecture, or `all`.
    pub architecture: String,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.architecture)
    }
}

impl std::str::FromStr for Package {
    type Err = String;
    /// The error says what was expected.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((name, architecture)) if !name.is_empty() && !architecture.is_empty() => {
                Ok(Package {
                    name: name.to_owned(),
                    architecture: architecture.to_owned(),
                })
            }
            _ => Err(format!(
                "`{text}` is not a package of an architecture: expected `name:architecture`"
            )),
        }
    }
}

/// A root as asked for: which packages, on which platforms, of which suite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootRequest {
    /// Debian suite.
    pub suite: String,
    /// The platform the root's own programs run on.
    pub native: Platform,
    /// Further platforms it has libraries of.
    pub foreign: BTreeSet<Platform>,
    /// What is asked for; the closure follows from it.
    pub packages: BTreeSet<Package>,
    /// What is taken by itself, without what it depends on.
    pub alone: BTreeSet<Package>,
    /// Whether it has dpkg's database, in which every package of the closure is installed and configured.
    pub configured: bool,
}

impl RootRequest {
    /// The request's identity.
    pub fn digest(&self) -> Digest {
        let head = [self.suite.clone(), self.native.debian().to_owned()];
        let foreign = self
            .foreign
            .iter()
            .map(|p| format!("foreign {}", p.debian()));
        Digest::of_fields(
            head.into_iter()
                .chain(foreign)
                .chain(self.packages.iter().map(Package::to_string))
                .chain(self.alone.iter().map(|p| format!("alone {p}")))
                .chain(self.configured.then(|| "configured".to_owned())),
        )
    }
}

/// One package as locked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedPackage {
    /// Full Debian version.
    pub version: String,
    /// Digest of the `.deb`.
    pub sha256: Sha256,
    /// Length of the `.deb` in bytes.
    pub size: u64,
    /// Path below the mirror: `pool/main/z/zlib/…`.
    pub path: String,
}

/// A lock: what each root of one side of one target is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Every package of any root.
    pub packages: BTreeMap<Package, LockedPackage>,
    /// For each request (by what is asked for, in words), its closure.
    pub roots: BTreeMap<Digest, LockedRoot>,
}

/// One root in a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedRoot {
    /// The request, for a reader.
    pub request: RootRequest,
    /// The closure.
    pub closure: BTreeSet<Package>,
}
