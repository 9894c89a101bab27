//! A Debian repository in a folder: packages in `pool/`, and the indexes apt reads, by `apt-ftparchive`.

use crate::command::{capture, host, last_words};
use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const ADVICE: &str = "it is part of Debian's `apt-utils`: install that";

/// The packages of a folder, by their file names, in order.
pub fn packages(folder: &Path) -> Result<Vec<String>, Error> {
    let unreadable = |e: std::io::Error| {
        Error::input(
            format!("cannot read {}: {e}", folder.display()),
            "name a folder of .deb files",
        )
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy().into_owned();
        if name.ends_with(".deb") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Where a package of this file name is in the repository.
fn place(repository: &Path, name: &str) -> PathBuf {
    repository.join("pool").join(name)
}

/// Makes the repository hold `accepted` (files to copy) and none of `refused` (file names), and writes its indexes
/// anew. What else is in it stays.
pub fn fill(
    repository: &Path,
    suite: &str,
    accepted: &[PathBuf],
    refused: &[String],
) -> Result<(), Error> {
    let pool = repository.join("pool");
    fs::create_dir_all(&pool).map_err(|e| Error::io(&pool, &e))?;
    for name in refused {
        // One that was accepted once, and is not any more, must not stay.
        let path = place(repository, name);
        if path.exists() {
            fs::remove_file(&path).map_err(|e| Error::io(&path, &e))?;
        }
    }
    for package in accepted {
        let name = package
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = place(repository, &name);
        let draft = path.with_extension("draft");
        fs::copy(package, &draft).map_err(|e| Error::io(&draft, &e))?;
        fs::rename(&draft, &path).map_err(|e| Error::io(&path, &e))?;
    }
    index(repository, suite)
}

/// Writes `Packages` and `Release` of a flat repository, by renaming.
fn index(repository: &Path, suite: &str) -> Result<(), Error> {
    let write = |name: &str, bytes: &[u8]| {
        let draft = repository.join(format!(".{name}.draft"));
        fs::write(&draft, bytes).map_err(|e| Error::io(&draft, &e))?;
        let path = repository.join(name);
        fs::rename(&draft, &path).map_err(|e| Error::io(&path, &e))
    };
    // A list of what was there before would go into the new `Release`.
    let _ = fs::remove_file(repository.join("Release"));
    write("Packages", &ftparchive(repository, &["packages", "pool"])?)?;
    let option = format!("APT::FTPArchive::Release::Suite={suite}");
    write(
        "Release",
        &ftparchive(repository, &["-o", &option, "release", "."])?,
    )
}

fn ftparchive(repository: &Path, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let mut command = host("apt-ftparchive");
    command.current_dir(repository).args(arguments);
    let output = capture(&mut command, ADVICE)?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(Error::input(
            format!("apt-ftparchive: {}", last_words(&output)),
            "see whether every file in the repository is a package",
        )),
    }
}
