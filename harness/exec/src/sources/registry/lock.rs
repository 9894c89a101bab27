//! The crates that a `Cargo.lock` names, and a project of our own that depends on just these.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What our own project is called.
pub(super) const PROJECT: &str = "crossproof-vendors";

/// How lock files spell crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A crate of the registry, as locked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Locked {
    name: String,
    version: String,
    checksum: String,
    dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct LockWire {
    #[serde(default)]
    package: Vec<PackageWire>,
}

#[derive(Deserialize)]
struct PackageWire {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// Reads a lock file. What is not of crates.io cannot be vendored by its lock alone.
pub(super) fn read(text: &str) -> Result<Vec<Locked>, String> {
    let wire: LockWire = toml::from_str(text).map_err(|e| e.message().to_owned())?;
    let mut locked = Vec::new();
    for package in wire.package {
        let named = format!("{} {}", package.name, package.version);
        let Some(source) = package.source else {
            // The project itself.
            continue;
        };
        if source != CRATES_IO {
            return Err(format!(
                "{named} comes from {source}: only crates of crates.io are fetched"
            ));
        }
        let plain = |text: &str, more: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        // They go into files of ours, and into names of folders.
        let sound = plain(&package.name, "-_")
            && plain(&package.version, "-.+")
            && package
                .dependencies
                .iter()
                .all(|one| plain(one, "-_.+ ():/"));
        if !sound {
            return Err(format!("{named:?} is no name and version of a crate"));
        }
        let checksum = package
            .checksum
            .filter(|text| text.len() == 64 && plain(text, ""));
        locked.push(Locked {
            checksum: checksum.ok_or_else(|| format!("{named} has no checksum"))?,
            name: package.name,
            version: package.version,
            dependencies: package.dependencies,
        });
    }
    locked.sort();
    Ok(locked)
}

/// Dependencies on each of them, in this very version. Whatever these need is among them, since a lock file is whole.
pub(super) fn manifest(locked: &[Locked]) -> String {
    let mut text = String::new();
    for (number, Locked { name, version, .. }) in locked.iter().enumerate() {
        // Without what follows the plus sign, which requirements do not have.
        let version = version.split('+').next().unwrap_or(version);
        let _ = writeln!(
            text,
            "[dependencies.c{number}]\npackage = \"{name}\"\nversion = \"={version}\"\ndefault-features = false"
        );
    }
    text
}

/// The lock file of the project: a version that was withdrawn since is only taken where it is locked.
pub(super) fn write(locked: &[Locked]) -> String {
    let mut text = "version = 3\n".to_owned();
    let list = |text: &mut String, names: &[String]| {
        text.push_str("dependencies = [\n");
        for name in names {
            let _ = writeln!(text, " \"{name}\",");
        }
        text.push_str("]\n");
    };
    for one in locked {
        let Locked {
            name,
            version,
            checksum,
            ..
        } = one;
        let _ = writeln!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{CRATES_IO}\"\nchecksum = \"{checksum}\""
        );
        if !one.dependencies.is_empty() {
            list(&mut text, &one.dependencies);
        }
    }
    let _ = writeln!(
        text,
        "\n[[package]]\nname = \"{PROJECT}\"\nversion = \"0.0.0\""
    );
    let names: Vec<String> = locked
        .iter()
        .map(|one| format!("{} {}", one.name, one.version))
        .collect();
    list(&mut text, &names);
    text
}

#[derive(Deserialize)]
struct VendoredWire {
    package: Option<String>,
}

/// Whether the vendored folders are the locked crates, all and no others, by the registry's checksums.
pub(super) fn held_against(locked: &[Locked], vendored: &Path) -> Result<(), String> {
    let failed = |e: &dyn std::fmt::Display| format!("what cargo vendored cannot be read: {e}");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(vendored).map_err(|e| failed(&e))? {
        let path = entry
            .map_err(|e| failed(&e))?
            .path()
            .join(".cargo-checksum.json");
        let text = fs::read(&path).map_err(|e| failed(&e))?;
        let wire: VendoredWire = serde_json::from_slice(&text).map_err(|e| failed(&e))?;
        found.extend(wire.package);
    }
    let wanted: BTreeSet<String> = locked.iter().map(|one| one.checksum.clone()).collect();
    let named = |checksum: &str| locked.iter().find(|one| one.checksum == checksum);
    if let Some(missing) = wanted.difference(&found).find_map(|one| named(one)) {
        return Err(format!(
            "{} {} with the locked checksum is not what the registry has",
            missing.name, missing.version
        ));
    }
    match found.difference(&wanted).next() {
        Some(_) => Err("it does not lock all that its crates depend on".to_owned()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(source: &str, name: &str) -> String {
        let checksum = "ab".repeat(32);
        format!(
            "version = 4\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n[[package]]\nname = \"{name}\"\nversion = \"1.2.3\"\nsource = \"{source}\"\nchecksum = \"{checksum}\"\n"
        )
    }

    #[test]
    fn crates_of_the_registry_are_read_and_written_again() {
        let locked = read(&lock(CRATES_IO, "some_crate")).unwrap();
        assert_eq!(locked.len(), 1, "not the project itself");
        assert_eq!(read(&write(&locked)), Ok(locked.clone()));
        assert!(manifest(&locked).contains("package = \"some_crate\"\nversion = \"=1.2.3\""));
    }

    #[test]
    fn what_is_no_crate_of_the_registry_is_refused() {
        assert!(read(&lock("git+https://example.invalid/x", "x")).is_err());
        assert!(read(&lock(CRATES_IO, "x\\\"\\n[patch.crates-io]")).is_err());
        assert!(read(&lock(CRATES_IO, "")).is_err());
        assert!(read("[[package]]\nname = 1\n").is_err());
    }
}
