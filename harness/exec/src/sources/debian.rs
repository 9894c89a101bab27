//! Debian source packages: the pinned files from the mirror's pool.
//!
//! A source package's place follows from its name, so no index is wanted; only where the files are
//! not there the source index is asked.

use super::{unpack, verify};
use crate::apt::{self, Apt, Index, Remote};
use crate::error::Error;
use crate::provision::Provision;
use crate::tools::machine;
use crossproof_model::case::Source;
use std::fs;
use std::path::{Path, PathBuf};

/// Fetches, verifies and unpacks: the upstream archives first, Debian's own folder over them. The
/// patches are applied by the leg, as a phase of its own.
pub(super) fn fetch(provision: &Provision<'_>, source: &Source, into: &Path) -> Result<(), Error> {
    let Source::Debian {
        package,
        version,
        suite,
        files,
    } = source
    else {
        return Ok(());
    };
    provision
        .progress
        .step(&format!("fetching the source package {package} {version}"));
    let scratch = provision.store.scratch()?;
    let remote = |uri: String, name: &str| {
        Some(Remote {
            uri,
            file: name.to_owned(),
            size: 0,
            sha256: files.get(name)?.clone(),
        })
    };
    let pool = format!("{}/{}", provision.mirror()?.uri, pool(package));
    let wanted: Vec<(Remote, PathBuf)> = files
        .keys()
        .filter_map(|name| Some((remote(format!("{pool}/{name}"), name)?, scratch.join(name))))
        .collect();
    let mut said = apt::download(&wanted)?;
    if said.is_some() && wanted.iter().any(|(_, path)| !path.exists()) {
        let listed = indexed(provision, package, version, suite)?;
        let elsewhere: Vec<(Remote, PathBuf)> = listed
            .into_iter()
            .filter(|found| files.contains_key(&found.file))
            .filter_map(|found| Some((remote(found.uri, &found.file)?, scratch.join(&found.file))))
            .collect();
        said = apt::download(&elsewhere)?.or(said);
    }
    let said = said.unwrap_or_default();
    apt::full_disk(&said, &scratch)?;
    for (name, expected) in files {
        let path = scratch.join(name);
        if !path.exists() {
            return Err(absent(name, package, version, &said));
        }
        verify(
            &path,
            &format!("source.debian.files.{name}"),
            name,
            expected,
        )?;
    }
    lay_out(files.keys().map(String::as_str), &scratch, into)?;
    fs::remove_dir_all(&scratch).map_err(|e| Error::io(&scratch, &e))
}

/// Debian policy, section 4: `.orig.tar.*` is the source, `.orig-part.tar.*` its folder `part`,
/// `.debian.tar.*` the folder `debian`; a native package is one `.tar.*`.
fn lay_out<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    scratch: &Path,
    into: &Path,
) -> Result<(), Error> {
    let tars = || {
        names
            .clone()
            .filter(|name| name.contains(".tar.") && !name.ends_with(".asc"))
    };
    for name in tars().filter(|name| !name.contains(".debian.tar.")) {
        let part = name
            .split_once(".orig-")
            .and_then(|(_, rest)| rest.split_once(".tar."));
        match part {
            None => unpack(&scratch.join(name), into, 1)?,
            Some((part, _)) => {
                let folder = into.join(part);
                fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
                unpack(&scratch.join(name), &folder, 1)?;
            }
        }
    }
    for name in tars().filter(|name| name.contains(".debian.tar.")) {
        unpack(&scratch.join(name), into, 0)?;
    }
    Ok(())
}

/// Where the archive keeps a source package: below its first letter, or `lib` and one more.
pub(super) fn pool(package: &str) -> String {
    let letters = if package.starts_with("lib") { 4 } else { 1 };
    let prefix: String = package.chars().take(letters).collect();
    format!("pool/main/{prefix}/{package}")
}

fn indexed(
    provision: &Provision<'_>,
    package: &str,
    version: &str,
    suite: &str,
) -> Result<Vec<Remote>, Error> {
    let apt = Apt::open(provision, suite, &[machine()?.debian()], Index::Source)?;
    apt.update()?;
    apt.source(package, version)
}

fn absent(name: &str, package: &str, version: &str, said: &str) -> Error {
    let what = format!("source.debian.files.{name}");
    match said.contains("Hash Sum mismatch") {
        true => Error::input(
            format!(
                "{what}: the mirror's file has another digest than is pinned; apt said:\n{said}"
            ),
            "correct the pin if the file is the one that is meant",
        ),
        false if said.contains("404") => Error::input(
            format!("{what}: the mirror has no such file for {package} {version}"),
            "pin a version that the suite has",
        ),
        false => Error::lacks(
            format!(
                "the source file {name} of {package} {version}, and the mirror did not give it"
            ),
            format!("check the network and the mirror; apt said:\n{said}"),
        ),
    }
}
