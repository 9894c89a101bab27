//! Resolving what roots are made of, when asked to; never while building.

use crate::apt::{Apt, Index, Remote};
use crate::error::Error;
use crate::provision::Provision;
use crossproof_model::Platform;
use crossproof_model::emulator::{Lock, LockedPackage, LockedRoot, Package, RootRequest};
use std::collections::{BTreeMap, BTreeSet};

/// A suite and its architectures, the root's own first: what one apt state is for.
type State = (String, Platform, BTreeSet<Platform>);

/// Resolves the closure of each request against the mirror as it is now, and adds it to `lock`.
pub fn resolve(
    provision: &Provision<'_>,
    mut lock: Lock,
    requests: &[RootRequest],
) -> Result<Lock, Error> {
    let mut by_state: BTreeMap<State, Vec<&RootRequest>> = BTreeMap::new();
    for request in requests {
        let state = (
            request.suite.clone(),
            request.native,
            request.foreign.clone(),
        );
        by_state.entry(state).or_default().push(request);
    }
    for ((suite, native, foreign), requests) in by_state {
        let apt = Apt::open(
            provision,
            &suite,
            &architectures(native, &foreign),
            Index::Binary,
        )?;
        provision
            .progress
            .step(&format!("package index of {suite} for {native}"));
        apt.update()?;
        for request in requests {
            let names = |packages: &BTreeSet<Package>| -> Vec<String> {
                packages.iter().map(Package::to_string).collect()
            };
            let mut closure = BTreeSet::new();
            let mut remotes = apt.closure(&names(&request.packages))?;
            remotes.extend(apt.alone(&names(&request.alone))?);
            for remote in remotes {
                let (package, locked) = locked(&remote)?;
                closure.insert(package.clone());
                add(&mut lock, package, locked)?;
            }
            let root = LockedRoot {
                request: request.clone(),
                closure,
            };
            lock.roots.insert(request.digest(), root);
        }
    }
    Ok(lock)
}

/// Debian's names, the native one first.
pub(crate) fn architectures(native: Platform, foreign: &BTreeSet<Platform>) -> Vec<&'static str> {
    let foreign = foreign.iter().filter(|&&platform| platform != native);
    std::iter::once(&native)
        .chain(foreign)
        .map(|platform| platform.debian())
        .collect()
}

/// A lock names one version of each package: suites must not differ within one lock.
fn add(lock: &mut Lock, package: Package, locked: LockedPackage) -> Result<(), Error> {
    if let Some(other) = lock.packages.get(&package)
        && *other != locked
    {
        return Err(Error::input(
            format!(
                "two roots of one lock want different versions of {package}: {} and {}",
                other.version, locked.version
            ),
            "give both roots the same suite; if the mirror moved meanwhile, lock all of them anew",
        ));
    }
    lock.packages.insert(package, locked);
    Ok(())
}

/// `name_version_arch.deb`, a colon written `%3a`; the path is what follows the mirror's address.
pub(crate) fn locked(remote: &Remote) -> Result<(Package, LockedPackage), Error> {
    let parts = || {
        let mut parts = remote.file.strip_suffix(".deb")?.split('_');
        let (name, version, architecture) = (parts.next()?, parts.next()?, parts.next()?);
        let path = &remote.uri[remote.uri.find("/pool/")? + 1..];
        Some((name, version.replace("%3a", ":"), architecture, path))
    };
    let Some((name, version, architecture, path)) = parts() else {
        return Err(Error::Fault {
            what: "reading what apt would fetch".to_owned(),
            cause: format!(
                "expected name_version_arch.deb below pool/, found {} at {}",
                remote.file, remote.uri
            ),
        });
    };
    let package = Package {
        name: name.to_owned(),
        architecture: architecture.to_owned(),
    };
    let locked = LockedPackage {
        version,
        sha256: remote.sha256.clone(),
        size: remote.size,
        path: path.to_owned(),
    };
    Ok((package, locked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(version: &str) -> Remote {
        Remote {
            uri: "http://m.invalid/debian/pool/main/g/g%2b%2b_1_arm64.deb".to_owned(),
            file: format!("g++_{version}_arm64.deb"),
            size: 12,
            sha256: "ab".repeat(32).parse().unwrap(),
        }
    }

    #[test]
    fn a_package_is_locked_by_name_version_and_place() {
        let (package, locked) = locked(&remote("4%3a14.2.0-1")).unwrap();
        assert_eq!(package.to_string(), "g++:arm64");
        assert_eq!(locked.version, "4:14.2.0-1");
        assert_eq!(locked.path, "pool/main/g/g%2b%2b_1_arm64.deb");
    }

    #[test]
    fn two_versions_in_one_lock_are_refused() {
        let mut lock = Lock::default();
        for (version, sound) in [("1", true), ("1", true), ("2", false)] {
            let (package, locked) = locked(&remote(version)).unwrap();
            assert_eq!(add(&mut lock, package, locked).is_ok(), sound);
        }
    }

    #[test]
    fn the_native_architecture_comes_first() {
        let foreign = BTreeSet::from([Platform::X86_64, Platform::Armv7]);
        assert_eq!(
            architectures(Platform::X86_64, &foreign),
            ["amd64", "armhf"]
        );
    }
}
