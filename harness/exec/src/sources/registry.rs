//! Crates: the machine's own cargo fetches one, and the dependencies its lock file names; or, for a folder
//! that is a cargo project, the dependencies alone.
//!
//! cargo's configuration (registry mirrors, proxies, tokens) holds. Everything is vendored, and the
//! crate's own cargo configuration replaced by one that builds from the vendored copies, offline.

mod lock;

use crate::below;
use crate::command::{capture, host, last_words};
use crate::error::Error;
use crate::provision::Provision;
use crate::store::remove::remove_all;
use crate::store::scratch::Scratch;
use crossproof_model::digest::Sha256;
use std::fs;
use std::path::Path;

const ADVICE: &str = "install Rust, or put cargo on PATH";

/// What pins a crate.
pub(super) struct Pin<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub sha256: &'a Sha256,
}

/// Fetches the crate and its dependencies into an empty folder.
pub(super) fn fetch(provision: &Provision<'_>, pin: &Pin<'_>, into: &Path) -> Result<(), Error> {
    let Pin { name, version, .. } = pin;
    provision.progress.step(&format!(
        "fetching the crate {name} {version} and what it needs"
    ));
    let scratch = Scratch::new(provision.store)?;
    // A package that depends on it, since cargo fetches by dependency only.
    project(
        scratch.path(),
        &format!("[dependencies.wanted]\npackage = \"{name}\"\nversion = \"={version}\"\n"),
    )?;
    let what = format!("source.crate: {name} {version}");
    cargo(
        &["vendor", "--versioned-dirs", "--quiet"],
        scratch.path(),
        &what,
    )?;
    let own = scratch.path().join(format!("vendor/{name}-{version}"));
    verify(&own, pin)?;
    move_content(&own, into)?;
    let _ = fs::remove_file(into.join(".cargo-checksum.json"));
    let manifest = into.join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest).map_err(|e| Error::io(&manifest, &e))?;
    if !text.contains("[workspace]") {
        // So that no Cargo.toml above is taken for its workspace.
        text.push_str("\n[workspace]\n");
        write(&manifest, &text)?;
    }
    vendor(provision, into, &what)
}

/// Whether the folder is a cargo project whose lock file names crates of a registry.
pub(super) fn locks_crates(folder: &Path) -> Result<bool, Error> {
    let lock = folder.join("Cargo.lock");
    match lock_file(&lock) {
        Ok(text) => Ok(text
            .lines()
            .any(|line| line.starts_with("source = \"registry+"))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::input(
            format!("source: Cargo.lock cannot be read: {e}"),
            "have cargo write the lock file",
        )),
    }
}

/// The largest lock files have a tenth of this.
fn lock_file(path: &Path) -> std::io::Result<String> {
    below::text(path, 4 << 20)
}

/// Vendors what the lock file of a cargo project names.
pub(super) fn vendor_locked(
    provision: &Provision<'_>,
    written: &str,
    into: &Path,
) -> Result<(), Error> {
    let what = format!("source: {written}/Cargo.lock");
    (provision.progress).step(&format!("fetching the crates {written}/Cargo.lock names"));
    vendor(provision, into, &what)
}

/// Below `into`: `vendor`, and the configuration that builds from it. cargo is not started there: the project's own
/// configuration names programs, a toolchain too. It is started in a project that is written here, from the lock file.
fn vendor(provision: &Provision<'_>, into: &Path, what: &str) -> Result<(), Error> {
    let path = into.join("Cargo.lock");
    let text = lock_file(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::input(
            format!("{what}: it has no Cargo.lock, so that nothing pins what it depends on"),
            "put the project into the case's folder, with a lock file, and name it by `source.dir`",
        ),
        _ => Error::input(
            format!("{what}: Cargo.lock cannot be read: {e}"),
            "have cargo write the lock file",
        ),
    })?;
    if fs::symlink_metadata(into.join("vendor")).is_ok() {
        return Err(Error::input(
            format!(
                "{what}: the crates it names go into a folder `vendor`, and the sources have one"
            ),
            "name that folder otherwise, or leave it out of the sources",
        ));
    }
    if fs::symlink_metadata(into.join(".cargo")).is_ok() {
        (provision.progress).warn(&format!(
            "{what}: the sources' own `.cargo` is replaced by one that has cargo use the vendored crates"
        ));
    }
    let locked = lock::read(&text)
        .map_err(|why| Error::input(format!("{what}: {why}"), "have cargo write the lock file"))?;
    let scratch = Scratch::new(provision.store)?;
    project(scratch.path(), &lock::manifest(&locked))?;
    write(&scratch.path().join("Cargo.lock"), &lock::write(&locked))?;
    cargo(&["vendor", "--quiet"], scratch.path(), what)?;
    let vendored = scratch.path().join("vendor");
    // A crate of no registry, or one that cargo has in a different version, is missing then.
    lock::held_against(&locked, &vendored)
        .map_err(|why| Error::input(format!("{what}: {why}"), "have cargo write the lock file"))?;
    for (name, from) in [("vendor", Some(&vendored)), (".cargo", None)] {
        let place = into.join(name);
        // Whatever of that name the project has, a link too.
        remove_all(&place).map_err(|e| Error::io(&place, &e))?;
        match from {
            Some(from) => fs::rename(from, &place),
            None => fs::create_dir(&place),
        }
        .map_err(|e| Error::io(&place, &e))?;
    }
    write(
        &into.join(".cargo/config.toml"),
        "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"vendor\"\n\n[net]\noffline = true\n",
    )
}

/// A cargo project of our own in an empty folder.
fn project(folder: &Path, dependencies: &str) -> Result<(), Error> {
    let sources = folder.join("src");
    fs::create_dir(&sources).map_err(|e| Error::io(&sources, &e))?;
    write(&sources.join("lib.rs"), "")?;
    write(
        &folder.join("Cargo.toml"),
        &format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n{dependencies}",
            lock::PROJECT
        ),
    )
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|e| Error::io(path, &e))
}

/// cargo in the project in `folder`, for its folder `vendor`. It is not started there: folders above may be somebody's
/// project, in which rustup and cargo look for programs to run.
fn cargo(words: &[&str], folder: &Path, what: &str) -> Result<(), Error> {
    let mut command = host("cargo");
    command.args(words).arg("--manifest-path");
    command.args([folder.join("Cargo.toml"), folder.join("vendor")]);
    let output = capture(&mut command, ADVICE)?;
    if output.status.success() {
        return Ok(());
    }
    let said = last_words(&output);
    crate::apt::full_disk(&said, folder)?;
    let unknown = [
        "no matching package",
        "failed to select a version",
        "--locked",
    ];
    match unknown.iter().any(|words| said.contains(words)) {
        true => Err(Error::input(
            format!("{what}: cargo cannot take this from the registry:\n{said}"),
            "correct the name and version, or the lock file",
        )),
        false => Err(Error::lacks(
            format!("{what} and what it depends on, and cargo could not fetch them"),
            format!("check the network and cargo's configuration; cargo said:\n{said}"),
        )),
    }
}

/// cargo verified the files against the registry's checksum, and wrote that beside them.
fn verify(own: &Path, pin: &Pin<'_>) -> Result<(), Error> {
    let path = own.join(".cargo-checksum.json");
    let text = fs::read(&path).map_err(|e| Error::io(&path, &e))?;
    let checksums: serde_json::Value = serde_json::from_slice(&text)
        .map_err(|e| Error::fault(format!("reading {}", path.display()), &e))?;
    match checksums["package"].as_str() {
        Some(found) if found == pin.sha256.as_str() => Ok(()),
        found => Err(Error::input(
            format!(
                "source.crate.sha256: {} {} has another checksum: expected {}, found {}",
                pin.name,
                pin.version,
                pin.sha256,
                found.unwrap_or("none")
            ),
            "correct the pin if the crate is the one that is meant",
        )),
    }
}

fn move_content(from: &Path, into: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(from).map_err(|e| Error::io(from, &e))? {
        let entry = entry.map_err(|e| Error::io(from, &e))?;
        let to = into.join(entry.file_name());
        fs::rename(entry.path(), &to).map_err(|e| Error::io(&to, &e))?;
    }
    Ok(())
}
