//! Debian's archive: its source packages, what building one for another architecture needs, and the packages that
//! were built natively and published.

use crate::apt::{self, Apt, Index};
use crate::collect;
use crate::error::Error;
use crate::lock::locked;
use crate::package::Part;
use crate::provision::Provision;
use crossproof_model::digest::Sha256;
use crossproof_model::emulator::{Lock, LockedRoot, RootRequest};
use crossproof_model::{Platform, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The archive as one suite's index has it now, for one host architecture.
pub struct Archive {
    apt: Apt,
    host: Platform,
}

/// A source package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePackage {
    /// Its full version.
    pub version: String,
    /// Its archives, by file name.
    pub files: BTreeMap<String, Sha256>,
}

/// A published package, downloaded.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its full version: another build of the same source has `+b1` at its end.
    pub version: String,
    /// Where it is.
    pub file: PathBuf,
}

impl Archive {
    /// Fetches the index of a suite, for programs of `build` that build for `host`.
    pub fn open(
        provision: &Provision<'_>,
        suite: &str,
        build: Platform,
        host: Platform,
    ) -> Result<Self, Error> {
        let architectures = [build.debian(), host.debian()];
        let apt = Apt::open(provision, suite, &architectures, Index::Both)?;
        provision
            .progress
            .step(&format!("package and source index of {suite}"));
        apt.update()?;
        Ok(Archive { apt, host })
    }

    /// The newest version of a source package; `None` if the suite has none.
    pub fn source(&self, package: &str) -> Result<Option<SourcePackage>, Error> {
        let records = self.apt.source_records(package)?;
        let records = records
            .split("\n\n")
            .filter_map(|record| read(package, record));
        // The index lists a version at most twice, the newest first.
        Ok(records.into_iter().next())
    }

    /// What a root has to hold to build `package` for the host: what `base` asks for, and the build dependencies.
    /// The inner error is apt's: they cannot be satisfied.
    pub fn root(
        &self,
        package: &str,
        profiles: &str,
        base: &RootRequest,
    ) -> Result<Result<(RootRequest, Lock), String>, Error> {
        let needed = self
            .apt
            .build_dependencies(package, self.host.debian(), profiles)?;
        let needed = match needed {
            Ok(needed) => needed,
            Err(why) => return Ok(Err(why)),
        };
        let mut names: Vec<String> = base.packages.iter().map(ToString::to_string).collect();
        let mut found = self.apt.closure(&names)?;
        // A cross compiler brings its C++ library along under another name and place; the packages are linked with
        // the host's, which dpkg-shlibdeps looks for. Debian's own cross builders install it, too.
        let library = found
            .iter()
            .find_map(|remote| cross_library(&remote.file, self.host));
        if let Some(library) = library {
            names.push(library);
            found = self.apt.closure(&names)?;
        }
        let mut lock = Lock::default();
        let mut closure = BTreeSet::new();
        for remote in found.iter().chain(&needed) {
            let (package, found) = locked(remote)?;
            closure.insert(package.clone());
            lock.packages.insert(package, found);
        }
        let request = RootRequest {
            packages: closure.clone(),
            ..base.clone()
        };
        let root = LockedRoot {
            request: request.clone(),
            closure,
        };
        lock.roots.insert(request.digest(), root);
        Ok(Ok((request, lock)))
    }

    /// The published package of this name and version (without its epoch), or of a later build of it, downloaded into
    /// `folder`; `None` if the archive has none.
    pub fn published(
        &self,
        name: &str,
        version: &str,
        architecture: &str,
        folder: &Path,
    ) -> Result<Option<Published>, Error> {
        let name = format!("{name}:{architecture}");
        let Ok(found) = self.apt.alone(std::slice::from_ref(&name)) else {
            return Ok(None);
        };
        for remote in found {
            let (_, one) = locked(&remote)?;
            // File names have no epoch (Debian policy, 5.6.12).
            let without = one
                .version
                .split_once(':')
                .map_or(one.version.as_str(), |(_, rest)| rest);
            let rebuilt = without.strip_prefix(version);
            if !rebuilt.is_some_and(|rest| rest.is_empty() || rest.starts_with("+b")) {
                continue;
            }
            let file = folder.join(format!("{}.deb", one.sha256));
            let said = apt::download(&[(remote, file.clone())])?;
            if !file.exists() {
                return Err(Error::lacks(
                    format!("the published package {name} {version}"),
                    format!(
                        "check the network and the mirror; apt said:\n{}",
                        said.unwrap_or_default()
                    ),
                ));
            }
            return Ok(Some(Published {
                version: one.version,
                file,
            }));
        }
        Ok(None)
    }
}

/// The host's C++ library, for a file that is the one of its cross compiler.
fn cross_library(file: &str, host: Platform) -> Option<String> {
    let name = file.split('_').next()?;
    let name = name.strip_suffix(&format!("-dev-{}-cross", host.debian()))?;
    name.starts_with("libstdc++-")
        .then(|| format!("{name}-dev:{}", host.debian()))
}

/// A stanza of a source index (`deb-src-control(5)`), if it is of this package.
fn read(package: &str, record: &str) -> Option<SourcePackage> {
    let field = |name: &str| {
        let lines = record.lines().filter_map(|line| line.strip_prefix(name));
        lines.filter_map(|rest| rest.strip_prefix(": ")).next()
    };
    if field("Package") != Some(package) {
        return None;
    }
    let version = field("Version")?.to_owned();
    let mut lines = record
        .lines()
        .skip_while(|line| !line.starts_with("Checksums-Sha256:"));
    lines.next()?;
    let mut files = BTreeMap::new();
    for line in lines.take_while(|line| line.starts_with(' ')) {
        let mut words = line.split_whitespace();
        let (digest, _, name) = (words.next()?, words.next()?, words.next()?);
        if name.contains(".tar.") && !name.ends_with(".asc") {
            files.insert(name.to_owned(), digest.parse().ok()?);
        }
    }
    (!files.is_empty()).then_some(SourcePackage { version, files })
}

/// What a package installs, as a root would have it: without documentation, manuals and translations, and without
/// set-user-id bits. `scratch` is a folder for it that is not there yet.
pub fn contents(deb: &Path, scratch: &Path) -> Result<Tree, Error> {
    fs::create_dir_all(scratch).map_err(|e| Error::io(scratch, &e))?;
    Part::Tree.unpack(deb, scratch)?;
    collect::read_tree(scratch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_library_is_named_after_the_cross_compilers() {
        let of = |file| cross_library(file, Platform::Aarch64);
        let library = of("libstdc++-14-dev-arm64-cross_14.2.0-19_all.deb");
        assert_eq!(library.as_deref(), Some("libstdc++-14-dev:arm64"));
        assert_eq!(of("libgcc-14-dev-arm64-cross_14.2.0-19_all.deb"), None);
        assert_eq!(of("libstdc++-14-dev-armhf-cross_14.2.0-19_all.deb"), None);
    }

    #[test]
    fn a_stanza_gives_version_and_archives() {
        let digest = "ab".repeat(32);
        let record = format!(
            "Package: bzip2\nBinary: bzip2, libbz2-1.0\nVersion: 1.0.8-6\nChecksums-Sha1:\n aa 1 bzip2.tar.gz\nChecksums-Sha256:\n {digest} 12 bzip2_1.0.8-6.dsc\n {digest} 12 bzip2_1.0.8.orig.tar.gz\n {digest} 12 bzip2_1.0.8.orig.tar.gz.asc\n {digest} 12 bzip2_1.0.8-6.debian.tar.bz2\nHomepage: x\n"
        );
        let found = read("bzip2", &record).unwrap();
        assert_eq!(found.version, "1.0.8-6");
        let names: Vec<&str> = found.files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["bzip2_1.0.8-6.debian.tar.bz2", "bzip2_1.0.8.orig.tar.gz"]
        );
        assert_eq!(read("bzip", &record), None, "another package");
        assert_eq!(
            read("bzip2", "Package: bzip2\nVersion: 1\n"),
            None,
            "no archives"
        );
    }
}
