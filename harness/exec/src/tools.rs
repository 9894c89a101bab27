//! Host tools: bubblewrap and qemu, taken from locked packages, the same on every machine.
//!
//! They are unpacked like a root for the machine's own platform and run from there: nothing is
//! installed. bubblewrap is dynamically linked, so it is started by its own tree's dynamic loader;
//! qemu is static.

use crate::error::Error;
use crate::provision::Provision;
use crate::roots;
use crate::store::Kind;
use crossproof_model::emulator::{Lock, Package, RootRequest};
use crossproof_model::{Digest, Platform};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// qemu 7.2 of this release translates faster than the next release's 10.0, with the same output.
const SUITE: &str = "bookworm";
/// The packages the tools come from.
pub(crate) const PACKAGES: [&str; 2] = ["bubblewrap", "qemu-user-static"];

/// The tools, ready to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    path: PathBuf,
    digest: Digest,
    machine: Platform,
    versions: BTreeMap<String, String>,
}

/// The platform this program was built for.
pub fn machine() -> Result<Platform, Error> {
    let name = std::env::consts::ARCH;
    let unknown = || {
        let what = format!("a processor known here: it is {name}");
        Error::lacks(what, "run on x86_64 Linux")
    };
    Platform::of_rust(name).ok_or_else(unknown)
}

/// What `emulators/tools.lock` locks.
pub fn request(machine: Platform) -> RootRequest {
    let package = |name: &str| Package {
        name: name.to_owned(),
        architecture: machine.debian().to_owned(),
    };
    RootRequest {
        suite: SUITE.to_owned(),
        native: machine,
        foreign: BTreeSet::new(),
        packages: PACKAGES.into_iter().map(package).collect(),
        alone: BTreeSet::new(),
        configured: false,
    }
}

/// The tools as locked; unpacked if the store does not have them.
pub fn ensure_tools(provision: &Provision<'_>, lock: &Lock) -> Result<Tools, Error> {
    let machine = machine()?;
    let root = roots::ensure(provision, Kind::Tools, &request(machine), lock)?;
    let version = |name: &str| {
        let locked = lock
            .packages
            .iter()
            .find(|(package, _)| package.name == name)?;
        Some((name.to_owned(), locked.1.version.clone()))
    };
    Ok(Tools {
        path: root.path,
        digest: root.digest,
        machine,
        versions: PACKAGES.into_iter().filter_map(version).collect(),
    })
}

impl Tools {
    /// The platform they run on.
    pub fn machine(&self) -> Platform {
        self.machine
    }

    /// The folder the tools are in.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// The words bubblewrap is started with, before its options, from [`Tools::folder`]: relative, so
    /// that no path of the host shows on a command line that sandboxed programs can read.
    pub fn bwrap(&self) -> Vec<OsString> {
        let libraries = format!("usr/lib/{}", self.machine.gnu());
        vec![
            format!("{libraries}/{}", self.machine.loader()).into(),
            "--library-path".into(),
            libraries.into(),
            "usr/bin/bwrap".into(),
        ]
    }

    /// The static emulator of a platform's programs, below [`Tools::folder`].
    pub fn qemu(platform: Platform) -> PathBuf {
        format!("usr/bin/qemu-{}-static", platform.qemu()).into()
    }

    /// Package versions by name.
    pub fn versions(&self) -> &BTreeMap<String, String> {
        &self.versions
    }

    /// What the tools are made of; part of the key of everything they produced.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}
