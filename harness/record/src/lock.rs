//! `emulators/<target>/{native,cross}.lock` and `emulators/tools.lock`: what each root is made of.
//!
//! Written by the program, one line per package, in order, so that a renewed lock's diff is the list
//! of packages that moved.

use crate::emit::{scalar, sequence};
use crate::error::{Error, Fault, Under};
use crate::text::Text;
use crate::yaml;
use crossproof_model::emulator::{Lock, LockedPackage, LockedRoot, Package, RootRequest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Reads the text of a lock; `file` is what errors call it.
pub fn lock(text: &str, file: &str) -> Result<Lock, Error> {
    yaml::read(text, file, LockFile::lock)
}

/// The text of a lock; the same lock gives the same bytes.
pub fn write_lock(lock: &Lock) -> String {
    let mut out = format!("version: {}\npackages:", yaml::VERSION);
    if lock.packages.is_empty() {
        out.push_str(" {}");
    }
    for (package, locked) in &lock.packages {
        let LockedPackage {
            version,
            sha256,
            size,
            path,
        } = locked;
        let _ = write!(
            out,
            "\n  {}: {{version: {}, sha256: {}, size: {size}, path: {}}}",
            scalar(&package.to_string()),
            scalar(version),
            scalar(sha256.as_str()),
            scalar(path)
        );
    }
    out.push_str("\nroots:");
    // Ordered by what is asked for: a digest's order would shuffle them at every change.
    let mut roots: Vec<&LockedRoot> = lock.roots.values().collect();
    roots.sort_by(|a, b| a.request.cmp(&b.request));
    if roots.is_empty() {
        out.push_str(" []");
    }
    for LockedRoot { request, closure } in roots {
        let packages = |set: &BTreeSet<Package>| {
            let names: Vec<String> = set.iter().map(Package::to_string).collect();
            sequence(names.iter().map(String::as_str))
        };
        let _ = write!(
            out,
            "\n  - suite: {}\n    native: {}\n    foreign: {}{}\n    request: {}",
            scalar(&request.suite),
            request.native.debian(),
            sequence(request.foreign.iter().map(|platform| platform.debian())),
            if request.configured {
                "\n    configured: true"
            } else {
                ""
            },
            packages(&request.packages),
        );
        if !request.alone.is_empty() {
            let _ = write!(out, "\n    alone: {}", packages(&request.alone));
        }
        let _ = write!(out, "\n    closure: {}", packages(closure));
    }
    out.push('\n');
    out
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    packages: BTreeMap<Text, LockedPackageWire>,
    roots: Vec<LockedRootWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LockedPackageWire {
    version: Text,
    sha256: Text,
    size: u64,
    path: Text,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LockedRootWire {
    suite: Text,
    native: Text,
    foreign: Vec<Text>,
    #[serde(default)]
    configured: bool,
    request: Vec<Text>,
    #[serde(default)]
    alone: Vec<Text>,
    closure: Vec<Text>,
}

/// One root of a lock with its packages, by itself.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneRootWire {
    packages: BTreeMap<Text, LockedPackageWire>,
    root: LockedRootWire,
}

impl OneRootWire {
    /// What a lock says of a root; `None` if it does not have it.
    pub(crate) fn of(request: &RootRequest, lock: &Lock) -> Option<Self> {
        let root = lock.roots.get(&request.digest())?;
        let package = |name: &Package| {
            let locked = lock.packages.get(name)?;
            Some((Text(name.to_string()), LockedPackageWire::of(locked)))
        };
        Some(OneRootWire {
            packages: root.closure.iter().map(package).collect::<Option<_>>()?,
            root: LockedRootWire::of(root),
        })
    }

    pub(crate) fn root(self) -> Result<(RootRequest, Lock), Fault> {
        let file = LockFile {
            version: yaml::VERSION,
            packages: self.packages,
            roots: vec![self.root],
        };
        let lock = file.lock()?;
        let request = lock.roots.values().next().map(|root| root.request.clone());
        let request = request.ok_or_else(|| Fault::new("expected a root"))?;
        Ok((request, lock))
    }
}

impl LockFile {
    fn lock(self) -> Result<Lock, Fault> {
        let mut packages = BTreeMap::new();
        for (name, wire) in self.packages {
            let locked = wire.package().under(&name).under("packages")?;
            let package: Package = name.read().under(&name).under("packages")?;
            packages.insert(package, locked);
        }
        let mut roots = BTreeMap::new();
        for (index, wire) in self.roots.into_iter().enumerate() {
            let root = wire.root(&packages).under(index).under("roots")?;
            if roots.insert(root.request.digest(), root).is_some() {
                let fault = Fault::new("duplicate root: expected each request once");
                return Err(fault.under(index).under("roots"));
            }
        }
        Ok(Lock { packages, roots })
    }
}

impl LockedPackageWire {
    fn of(locked: &LockedPackage) -> Self {
        let LockedPackage {
            version,
            sha256,
            size,
            path,
        } = locked;
        LockedPackageWire {
            version: Text(version.clone()),
            sha256: sha256.as_str().into(),
            size: *size,
            path: Text(path.clone()),
        }
    }

    fn package(self) -> Result<LockedPackage, Fault> {
        Ok(LockedPackage {
            version: self.version.0,
            sha256: self.sha256.read().under("sha256")?,
            size: self.size,
            path: self.path.0,
        })
    }
}

impl LockedRootWire {
    fn of(locked: &LockedRoot) -> Self {
        let names = |set: &BTreeSet<Package>| set.iter().map(|p| Text(p.to_string())).collect();
        let LockedRoot { request, closure } = locked;
        LockedRootWire {
            suite: Text(request.suite.clone()),
            native: request.native.debian().into(),
            foreign: request.foreign.iter().map(|p| p.debian().into()).collect(),
            configured: request.configured,
            request: names(&request.packages),
            alone: names(&request.alone),
            closure: names(closure),
        }
    }

    fn root(self, locked: &BTreeMap<Package, LockedPackage>) -> Result<LockedRoot, Fault> {
        let mut foreign = BTreeSet::new();
        for (index, platform) in self.foreign.iter().enumerate() {
            foreign.insert(platform.read().under(index).under("foreign")?);
        }
        let closure = packages(&self.closure).under("closure")?;
        for (index, text) in self.closure.iter().enumerate() {
            let package = text.read().under(index).under("closure")?;
            if !locked.contains_key(&package) {
                let fault = Fault::new(format!(
                    "`{package}` is not among the locked packages: renew the lock with `crossproof roots lock`"
                ));
                return Err(fault.under(index).under("closure"));
            }
        }
        Ok(LockedRoot {
            request: RootRequest {
                suite: self.suite.0,
                native: self.native.read().under("native")?,
                foreign,
                packages: packages(&self.request).under("request")?,
                alone: packages(&self.alone).under("alone")?,
                configured: self.configured,
            },
            closure,
        })
    }
}

fn packages(written: &[Text]) -> Result<BTreeSet<Package>, Fault> {
    let mut packages = BTreeSet::new();
    for (index, text) in written.iter().enumerate() {
        if !packages.insert(text.read().under(index)?) {
            return Err(
                Fault::new(format!("duplicate package `{text}`: expected each once")).under(index),
            );
        }
    }
    Ok(packages)
}
