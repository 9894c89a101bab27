//! Roots: the Debian file systems legs are built in, named by the digest of what they are made of.
//!
//! Each locked package is downloaded and unpacked once into the store; a root is hard links into
//! unpacked packages. So a root costs little beside its packages, is made without privileges and
//! without running anything in it, and **must only ever be mounted read-only**: a write would go
//! through to every root that has the package.

mod assemble;
mod database;
pub(crate) mod fetch;
mod table;

use crate::error::Error;
use crate::package::Part;
use crate::provision::Provision;
use crate::store::{Kind, Store};
use assemble::Layout;
use crossproof_model::Digest;
use crossproof_model::emulator::{Lock, LockedPackage, LockedRoot, Package, RootRequest};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Part of every root's digest: a change to how roots are assembled makes new ones.
const ASSEMBLY: &str = "a1";

/// A root that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its folder in the store. Mount it read-only.
    pub path: PathBuf,
    /// What it is made of.
    pub digest: Digest,
}

impl Root {
    /// The root of this digest in `store`, where it was made.
    pub(crate) fn kept(store: &Store, digest: Digest) -> Root {
        Root {
            path: store.folder(Kind::Roots).join(digest.to_string()),
            digest,
        }
    }

    /// An error if it is not what was made: before anything of it is read.
    pub fn hold_whole(&self, store: &Store) -> Result<(), Error> {
        store.whole(Kind::Roots, &self.digest.to_string())
    }
}

/// The root's digest, without making it: its packages' names, versions and content.
pub fn digest(request: &RootRequest, lock: &Lock) -> Result<Digest, Error> {
    Ok(digest_of(request, &closure(request, lock)?))
}

/// The root of a request, as locked; made if the store does not have it.
///
/// Blocks: takes milliseconds if the root is there, else as long as downloading takes.
pub fn ensure_root(
    provision: &Provision<'_>,
    request: &RootRequest,
    lock: &Lock,
) -> Result<Root, Error> {
    ensure(provision, Kind::Roots, request, lock)
}

/// The same for host tools, which are a root of their own kind.
pub(crate) fn ensure(
    provision: &Provision<'_>,
    kind: Kind,
    request: &RootRequest,
    lock: &Lock,
) -> Result<Root, Error> {
    let closure = closure(request, lock)?;
    let digest = digest_of(request, &closure);
    let path = provision
        .store
        .create(kind, &digest.to_string(), provision.progress, |into| {
            let folders = fetch::unpacked(provision, request, &closure, Part::Tree)?;
            let what = format!("{} root of {} packages", request.native, closure.len());
            provision.progress.step(&format!("assembling the {what}"));
            let mut layout = Layout::default();
            for (package, folder) in &folders {
                layout.add(package, folder)?;
            }
            if request.configured {
                let control = fetch::unpacked(provision, request, &closure, Part::Control)?;
                database::add(&mut layout, request, &control)?;
            }
            table::complete(&mut layout);
            layout.write(into)
        })?;
    Ok(Root { path, digest })
}

type Closure<'l> = BTreeMap<&'l Package, &'l LockedPackage>;

fn closure<'l>(request: &RootRequest, lock: &'l Lock) -> Result<Closure<'l>, Error> {
    let Some(LockedRoot { closure, .. }) = lock.roots.get(&request.digest()) else {
        let asked = request.packages.iter().chain(&request.alone);
        let names: Vec<String> = asked.map(Package::to_string).collect();
        return Err(Error::input(
            format!(
                "no lock for the {} root of suite {} with {}",
                request.native,
                request.suite,
                names.join(" ")
            ),
            "run `crossproof roots lock --missing`",
        ));
    };
    let found = closure
        .iter()
        .map(|package| match lock.packages.get(package) {
            Some(locked) => Ok((package, locked)),
            None => Err(Error::input(
                format!("the lock lists {package} in a root but not among its packages"),
                "run `crossproof roots lock`",
            )),
        });
    found.collect()
}

fn digest_of(request: &RootRequest, closure: &Closure<'_>) -> Digest {
    let packages = closure.iter().flat_map(|(package, locked)| {
        [
            package.to_string(),
            locked.version.clone(),
            locked.sha256.to_string(),
        ]
    });
    let head = [ASSEMBLY, Part::Tree.version()];
    let tail = request
        .configured
        .then_some([database::VERSION, Part::Control.version()]);
    let tail = tail.into_iter().flatten();
    Digest::of_fields(
        (head.into_iter().map(str::to_owned))
            .chain(packages)
            .chain(tail.map(str::to_owned)),
    )
}

#[cfg(test)]
mod tests;
