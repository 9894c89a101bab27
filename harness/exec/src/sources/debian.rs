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
    if let Some(name) = files.keys().find(|name| !is_file_name(name)) {
        return Err(Error::input(
            format!("source.debian.files: `{name}` is no name of a source package's file"),
            "give the names that its .dsc lists",
        ));
    }
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

/// Names as Debian's archive has them (policy, 5.6.1 and 5.6.12): they become paths here.
fn is_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.~_%".contains(c);
    !name.starts_with('.') && !name.contains("..") && name.chars().all(plain)
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
            None => upstream(&scratch.join(name), scratch, into)?,
            Some((part, _)) => {
                let place = into.join(part);
                // A link of that name in the first archive would lead out.
                if place.is_symlink() {
                    return Err(Error::input(
                        format!(
                            "unpacking {name}: `{part}` is a link in the source's first archive"
                        ),
                        "see whether the source package is what you expect",
                    ));
                }
                upstream(&scratch.join(name), scratch, &place)?;
            }
        }
    }
    for name in tars().filter(|name| name.contains(".debian.tar.")) {
        // As dpkg-source does: what upstream has of the name is not Debian's.
        let debian = into.join("debian");
        if debian.exists() {
            fs::remove_dir_all(&debian).map_err(|e| Error::io(&debian, &e))?;
        }
        unpack(&scratch.join(name), into, 0)?;
    }
    Ok(())
}

/// Unpacks an upstream archive as dpkg-source does: one that has a single folder at its top is that folder's
/// content, any other is taken as it is.
fn upstream(archive: &Path, scratch: &Path, into: &Path) -> Result<(), Error> {
    let whole = scratch.join("unpacked");
    fs::create_dir_all(&whole).map_err(|e| Error::io(&whole, &e))?;
    unpack(archive, &whole, 0)?;
    let tops = entries(&whole)?;
    let top = match tops.as_slice() {
        // A link to a folder is none.
        [top] if top.symlink_metadata().is_ok_and(|found| found.is_dir()) => top,
        _ => &whole,
    };
    fs::create_dir_all(into).map_err(|e| Error::io(into, &e))?;
    for entry in entries(top)? {
        let place = into.join(entry.file_name().unwrap_or_default());
        fs::rename(&entry, &place).map_err(|e| Error::io(&place, &e))?;
    }
    fs::remove_dir_all(&whole).map_err(|e| Error::io(&whole, &e))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect()
    };
    read().map_err(|e| Error::io(folder, &e))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of these files, each with its own name as content.
    fn archive(folder: &Path, name: &str, files: &[&str]) {
        let file = fs::File::create(folder.join(name)).unwrap();
        let packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        let mut tar = tar::Builder::new(packed);
        for file in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, file, file.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
    }

    /// What laying out these archives gives.
    fn laid_out(archives: &[(&str, &[&str])]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, files) in archives {
            archive(folder.path(), name, files);
        }
        let into = folder.path().join("into");
        let names = archives.iter().map(|(name, _)| *name);
        lay_out(names, folder.path(), &into).unwrap();
        let mut found = Vec::new();
        let mut folders = vec![into.clone()];
        while let Some(one) = folders.pop() {
            for entry in entries(&one).unwrap() {
                match entry.is_dir() {
                    true => folders.push(entry),
                    false => found.push(entry.strip_prefix(&into).unwrap().display().to_string()),
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a_single_folder_at_the_top_is_the_source() {
        let files: &[&str] = &["x-1/a.c", "x-1/src/b.c"];
        assert_eq!(laid_out(&[("x_1.orig.tar.gz", files)]), ["a.c", "src/b.c"]);
    }

    #[test]
    fn names_do_not_lead_out_and_links_are_not_followed() {
        for bad in [
            "../x.tar.gz",
            "a/b.tar.gz",
            ".x",
            "x_1.orig-...tar.gz",
            "a b",
        ] {
            assert!(!is_file_name(bad), "{bad}");
        }
        assert!(is_file_name("zlib_1.2.13.dfsg.orig.tar.bz2"));
        assert!(is_file_name("x_1.0+really2~rc1-3.debian.tar.xz"));
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = fs::File::create(folder.path().join("x_1.orig.tar.gz")).unwrap();
        let packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        let mut tar = tar::Builder::new(packed);
        for (name, to) in [("part", outside.path()), ("other", Path::new("part"))] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            header.set_mode(0o777);
            header.set_mtime(0);
            tar.append_link(&mut header, name, to).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
        archive(folder.path(), "x_1.orig-part.tar.gz", &["one", "two"]);
        let names = ["x_1.orig.tar.gz", "x_1.orig-part.tar.gz"];
        let into = folder.path().join("into");
        assert!(lay_out(names.into_iter(), folder.path(), &into).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn several_entries_at_the_top_are_all_kept() {
        let files: &[&str] = &["Makefile", "main.c", "doc/x.1"];
        let debian: &[&str] = &["debian/rules"];
        assert_eq!(
            laid_out(&[("x_1.orig.tar.gz", files), ("x_1-1.debian.tar.gz", debian)]),
            ["Makefile", "debian/rules", "doc/x.1", "main.c"]
        );
        assert_eq!(laid_out(&[("x_1.orig.tar.gz", &["x.c"])]), ["x.c"]);
    }

    #[test]
    fn upstreams_own_debian_folder_gives_way_and_parts_have_a_folder() {
        let files: &[&str] = &["x-1/a.c", "x-1/debian/old.install"];
        let part: &[&str] = &["y-2/b.c"];
        let debian: &[&str] = &["debian/rules"];
        assert_eq!(
            laid_out(&[
                ("x_1.orig.tar.gz", files),
                ("x_1.orig-more.tar.gz", part),
                ("x_1-1.debian.tar.gz", debian)
            ]),
            ["a.c", "debian/rules", "more/b.c"]
        );
    }
}
