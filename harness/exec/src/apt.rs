//! apt with a state of its own: it resolves and downloads, and installs nothing.
//!
//! The machine's apt configuration (proxies, certificates, transports) stays in force; only where apt
//! keeps its state, which index it reads and for which architectures are set here. An empty status
//! file makes a package's closure everything a root needs. Works as root and as an ordinary user.

use crate::command::{capture, host, last_words};
use crate::error::Error;
use crate::mirror::Mirror;
use crate::provision::Provision;
use crate::store::Kind;
use crate::store::lock::Held;
use crossproof_model::Digest;
use crossproof_model::digest::Sha256;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const ADVICE: &str = "it is part of Debian's `apt`: run on Debian, or install apt";

/// Settings that do not depend on the state's folder.
const SETTINGS: [&str; 14] = [
    "Dir::Etc::SourceParts=/dev/null",
    // Container images switch the caches off; every call would parse all indexes anew.
    "Dir::Cache::pkgcache=pkgcache.bin",
    "Dir::Cache::srcpkgcache=srcpkgcache.bin",
    // The store's own lock is held.
    "Debug::NoLocking=1",
    "APT::Install-Recommends=0",
    "APT::Install-Suggests=0",
    // As root apt would drop to a user that cannot write here.
    "APT::Sandbox::User=",
    "APT::Update::Error-Mode=any",
    "Acquire::Languages=none",
    // Without it `--print-uris` prints MD5 sums.
    "Acquire::ForceHash=SHA256",
    "Acquire::Retries=3",
    // Software-centre indexes that desktop packages add.
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
];

/// Which index a state holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    /// Binary packages.
    Binary,
    /// Source packages.
    Source,
    /// Both.
    Both,
}

/// A file of the mirror.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Remote {
    /// Its whole address.
    pub uri: String,
    /// The file name apt would give it: `name_version_arch.deb`, `%3a` for a colon.
    pub file: String,
    /// Length in bytes.
    pub size: u64,
    /// Digest the index gives.
    pub sha256: Sha256,
}

/// One private state, held for this caller alone.
pub(crate) struct Apt {
    folder: PathBuf,
    suite: String,
    architectures: Vec<String>,
    mirror: Mirror,
    _held: Held,
}

impl Apt {
    /// The state for a suite and its architectures, the root's own first.
    pub(crate) fn open(
        provision: &Provision<'_>,
        suite: &str,
        architectures: &[&str],
        index: Index,
    ) -> Result<Apt, Error> {
        let mirror = provision.mirror()?;
        let kinds: &[&str] = match index {
            Index::Binary => &["deb"],
            Index::Source => &["deb-src"],
            Index::Both => &["deb", "deb-src"],
        };
        let which = kinds.join("+");
        // Another mirror may be at another point in time: its own state.
        let place = Digest::of_fields([mirror.uri.as_bytes(), which.as_bytes()]).short();
        let key = format!("{suite}-{}-{place}", architectures.join("-"));
        let waiting = || {
            provision.progress.step(&format!(
                "waiting for another crossproof that asks apt about {suite} (a store of its own would not wait)"
            ));
        };
        let (folder, held) = provision.store.hold(Kind::Apt, &key, waiting)?;
        let line = |kind: &&str| {
            let keyring = mirror.keyring.display();
            format!("{kind} [signed-by={keyring}] {} {suite} main\n", mirror.uri)
        };
        let lines: String = kinds.iter().map(line).collect();
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|e| Error::io(&path, &e))
        };
        for name in ["lists/partial", "cache/archives/partial"] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(|e| Error::io(&path, &e))?;
        }
        write("status", "")?;
        write("sources.list", &lines)?;
        Ok(Apt {
            folder,
            suite: suite.to_owned(),
            architectures: architectures.iter().map(|&a| a.to_owned()).collect(),
            mirror,
            _held: held,
        })
    }

    /// Fetches the index anew.
    pub(crate) fn update(&self) -> Result<(), Error> {
        let output = self.run("apt-get", &["update", "-q"])?;
        if output.status.success() {
            return Ok(());
        }
        let words = last_words(&output);
        full_disk(&words, &self.folder)?;
        Err(Error::lacks(
            format!(
                "the package index of suite {} on {}",
                self.suite, self.mirror.uri
            ),
            format!("check the network and the mirror; apt said:\n{words}"),
        ))
    }

    /// Every package that installing these on an empty system would fetch.
    pub(crate) fn closure(&self, packages: &[String]) -> Result<Vec<Remote>, Error> {
        let mut words = vec!["install", "--print-uris", "-qq", "--no-install-recommends"];
        words.extend(packages.iter().map(String::as_str));
        let output = self.run("apt-get", &words)?;
        if !output.status.success() {
            return Err(Error::input(
                format!(
                    "suite {} cannot satisfy a request for packages; apt said:\n{}",
                    self.suite,
                    last_words(&output)
                ),
                "correct the package names in `depends` or emulator.yaml",
            ));
        }
        remotes(&output)
    }

    /// These packages themselves, whatever they depend on.
    pub(crate) fn alone(&self, packages: &[String]) -> Result<Vec<Remote>, Error> {
        if packages.is_empty() {
            return Ok(Vec::new());
        }
        let mut words = vec!["download", "--print-uris", "-qq"];
        words.extend(packages.iter().map(String::as_str));
        let output = self.run("apt-get", &words)?;
        match output.status.success() {
            true => remotes(&output),
            false => Err(Error::input(
                format!(
                    "suite {} lacks a package; apt said:\n{}",
                    self.suite,
                    last_words(&output)
                ),
                "correct the package names in `depends-alone`",
            )),
        }
    }

    /// The files of a source package.
    pub(crate) fn source(&self, package: &str, version: &str) -> Result<Vec<Remote>, Error> {
        let wanted = format!("{package}={version}");
        let output = self.run("apt-get", &["source", "--print-uris", "-qq", &wanted])?;
        match output.status.success() {
            true => remotes(&output),
            false => Ok(Vec::new()),
        }
    }

    /// What the index says of a source package, stanza by stanza.
    pub(crate) fn source_records(&self, package: &str) -> Result<String, Error> {
        let output = self.run("apt-cache", &["showsrc", "--only-source", package])?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Every package that building a source package for `host` would fetch on an empty system; or why that cannot be.
    pub(crate) fn build_dependencies(
        &self,
        package: &str,
        host: &str,
        profiles: &str,
    ) -> Result<Result<Vec<Remote>, String>, Error> {
        let words = [
            "build-dep",
            "--print-uris",
            "-q",
            "--no-install-recommends",
            "--only-source",
            "--host-architecture",
            host,
            "--build-profiles",
            profiles,
            package,
        ];
        let output = self.run("apt-get", &words)?;
        match output.status.success() {
            true => remotes(&output).map(Ok),
            // All of it: the dependency that is unmet may be named far from the end.
            false => {
                let said = [&output.stdout[..], &output.stderr[..]].concat();
                Ok(Err(String::from_utf8_lossy(&said).into_owned()))
            }
        }
    }

    /// The version the index has of a package now.
    pub(crate) fn candidate(&self, package: &str) -> Option<String> {
        let output = self
            .run("apt-cache", &["show", "--no-all-versions", package])
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines()
            .find_map(|line| line.strip_prefix("Version: "))
            .map(str::to_owned)
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<Output, Error> {
        let mut command = host(program);
        let below = |name: &str| self.folder.join(name).display().to_string();
        let mut settings = vec![
            format!("Dir::State={}", below("")),
            format!("Dir::State::Lists={}", below("lists")),
            format!("Dir::State::status={}", below("status")),
            format!("Dir::State::extended_states={}", below("extended_states")),
            format!("Dir::Cache={}", below("cache")),
            format!("Dir::Etc::SourceList={}", below("sources.list")),
            format!("APT::Architecture={}", self.architectures[0]),
        ];
        settings.extend(
            self.architectures
                .iter()
                .map(|a| format!("APT::Architectures::={a}")),
        );
        settings.extend(SETTINGS.map(str::to_owned));
        for setting in settings {
            command.args(["-o", &setting]);
        }
        capture(command.args(words), ADVICE)
    }
}

/// Fetches files by apt's own transports. Returns what apt said if any of them failed.
pub(crate) fn download(files: &[(Remote, PathBuf)]) -> Result<Option<String>, Error> {
    let mut command = host("/usr/lib/apt/apt-helper");
    command.args([
        "-o",
        "APT::Sandbox::User=",
        "-o",
        "Acquire::Retries=3",
        "-q",
    ]);
    command.arg("download-file");
    for (remote, path) in files {
        command
            .arg(&remote.uri)
            .arg(path)
            .arg(format!("SHA256:{}", remote.sha256));
    }
    let output = capture(&mut command, ADVICE)?;
    Ok((!output.status.success()).then(|| last_words(&output)))
}

/// An error if apt's words say that the disk is full.
pub(crate) fn full_disk(words: &str, path: &Path) -> Result<(), Error> {
    match words.contains("No space left on device") {
        true => Err(Error::io(path, &std::io::ErrorKind::StorageFull.into())),
        false => Ok(()),
    }
}

/// The lines of `--print-uris`: `'address' file size hash`.
fn remotes(output: &Output) -> Result<Vec<Remote>, Error> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter(|line| line.starts_with('\''));
    lines
        .map(|line| {
            remote(line).ok_or_else(|| Error::Fault {
                what: "reading what apt printed".to_owned(),
                cause: format!("expected 'address' file size SHA256:digest, found: {line}"),
            })
        })
        .collect()
}

fn remote(line: &str) -> Option<Remote> {
    let (uri, rest) = line.strip_prefix('\'')?.split_once('\'')?;
    let mut words = rest.split_whitespace();
    Some(Remote {
        uri: uri.to_owned(),
        file: words.next()?.to_owned(),
        size: words.next()?.parse().ok()?,
        sha256: words.next()?.strip_prefix("SHA256:")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_print_uris_is_read() {
        let digest = "ab".repeat(32);
        let line = format!(
            "'http://m.invalid/d/pool/main/g/g%2b%2b_1_arm64.deb' g++_4%3a1_arm64.deb 12 SHA256:{digest}"
        );
        let found = remote(&line).unwrap();
        assert_eq!(
            (found.size, found.file.as_str()),
            (12, "g++_4%3a1_arm64.deb")
        );
        assert_eq!(remote("'http://m.invalid/x' x 12 MD5Sum:aa"), None);
    }

    #[test]
    fn a_full_disk_is_heard_in_what_apt_says() {
        assert!(full_disk("E: write (28: No space left on device)", Path::new("/")).is_err());
        assert!(full_disk("E: 404", Path::new("/")).is_ok());
    }
}
