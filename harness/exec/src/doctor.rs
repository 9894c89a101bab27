//! What this machine has and lacks, found by trying, and what to do about each.

mod kernel;
mod resources;

use crate::command::host;
use crate::mirror::Mirror;
use crate::provision::Provision;
use crate::roots;
use crate::store::Kind;
use crate::tools;
use crossproof_model::emulator::Lock;
use std::path::Path;
use std::process::{Command, Stdio};

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is there and works.
    Good,
    /// Work can be done, with less certainty or slower.
    Degraded,
    /// Something that is asked for cannot be done.
    Missing,
}

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a few words.
    pub what: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub detail: String,
    /// What to do about it; empty if nothing is to be done.
    pub advice: String,
}

impl Finding {
    fn good(what: &'static str, detail: impl Into<String>) -> Self {
        Finding {
            what,
            state: State::Good,
            detail: detail.into(),
            advice: String::new(),
        }
    }

    fn not(self, state: State, advice: impl Into<String>) -> Self {
        Finding {
            state,
            advice: advice.into(),
            ..self
        }
    }
}

/// Looks at everything the harness relies on. Reaches for no network.
///
/// `suites` are those the roots want; `lock` is that of the host tools.
pub fn doctor(provision: &Provision<'_>, suites: &[&str], lock: &Lock) -> Vec<Finding> {
    let mut findings = kernel::findings(provision.store);
    findings.push(apt());
    findings.extend(mirror(provision, suites));
    findings.push(host_tools(provision, lock));
    findings.push(cargo());
    findings.extend(resources::findings(provision.store.path()));
    findings
}

fn apt() -> Finding {
    match first_line(host("apt-get").arg("--version")) {
        Some(line) if Path::new("/usr/lib/apt/apt-helper").exists() => Finding::good("apt", line),
        Some(line) => Finding::good("apt", format!("{line}, without apt-helper"))
            .not(State::Missing, "reinstall the package `apt`"),
        None => Finding::good("apt", "no apt-get").not(
            State::Missing,
            "run on Debian or a system with Debian's apt: roots are resolved and fetched by it",
        ),
    }
}

fn mirror(provision: &Provision<'_>, suites: &[&str]) -> Vec<Finding> {
    let found = match provision.mirror() {
        Ok(found) => found,
        Err(error) => {
            let advice = "add an entry to /etc/apt/sources.list.d, or name a mirror with --mirror";
            return vec![Finding::good("mirror", error.to_string()).not(State::Missing, advice)];
        }
    };
    vec![
        Finding::good("mirror", found.uri.clone()),
        keyring(&found, suites),
    ]
}

/// Debian ships each suite's keys as a file of their own beside the keyring of all.
fn keyring(mirror: &Mirror, suites: &[&str]) -> Finding {
    let file = &mirror.keyring;
    let detail = file.display().to_string();
    if !file.exists() {
        return Finding::good("keyring", format!("{detail} is not there")).not(
            State::Missing,
            "install the package `debian-archive-keyring`: no index can be verified without",
        );
    }
    let folder = file.parent().unwrap_or(Path::new("/"));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let known = |suite: &str| {
        let prefix = format!("debian-archive-{suite}-");
        names.iter().any(|name| name.starts_with(&prefix))
    };
    let unknown: Vec<&str> = suites
        .iter()
        .copied()
        .filter(|suite| !known(suite))
        .collect();
    match unknown.is_empty() {
        true => Finding::good(
            "keyring",
            format!("{detail}, with keys of {}", suites.join(", ")),
        ),
        false => Finding::good(
            "keyring",
            format!("{detail}; no keys seen of {}", unknown.join(", ")),
        )
        .not(
            State::Degraded,
            "if an index cannot be verified, upgrade `debian-archive-keyring`",
        ),
    }
}

fn host_tools(provision: &Provision<'_>, lock: &Lock) -> Finding {
    let what = "bubblewrap and qemu";
    let digest = tools::machine().and_then(|machine| roots::digest(&tools::request(machine), lock));
    match digest {
        Err(error) => Finding::good(what, error.to_string())
            .not(State::Missing, "run `crossproof roots lock`"),
        Ok(digest) => match provision.store.entry(Kind::Tools, &digest.to_string()) {
            Some(_) => Finding::good(what, format!("{}, in the store", tool_versions(lock))),
            None if provision.mirror().is_ok() => Finding::good(
                what,
                format!("{}, fetched by the next run", tool_versions(lock)),
            ),
            None => Finding::good(what, "not in the store, and no mirror to fetch them from")
                .not(State::Missing, "see `mirror`"),
        },
    }
}

/// The locked tools with their versions. The machine's own are never used, whatever it has.
fn tool_versions(lock: &Lock) -> String {
    let asked = |name: &str| tools::PACKAGES.contains(&name);
    let named = lock
        .packages
        .iter()
        .filter(|(package, _)| asked(&package.name));
    let named = named.map(|(package, locked)| format!("{} {}", package.name, locked.version));
    named.collect::<Vec<_>>().join(", ")
}

fn cargo() -> Finding {
    match first_line(host("cargo").arg("--version")) {
        Some(line) => Finding::good("cargo", line),
        None => Finding::good("cargo", "not on PATH").not(
            State::Degraded,
            "install Rust: cases whose source is a crate need it, others do not",
        ),
    }
}

/// The first line a program prints, if it ends well.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next().map(str::to_owned);
    line.filter(|_| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::store::Store;

    #[test]
    fn everything_is_looked_at_and_all_but_the_good_is_advised() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let provision = Provision {
            store: &store,
            mirror: Some("http://m.invalid/debian"),
            progress: &Silent,
        };
        let findings = doctor(&provision, &["trixie"], &Lock::default());
        for finding in &findings {
            assert_eq!(
                finding.state == State::Good,
                finding.advice.is_empty(),
                "{finding:?}"
            );
            assert!(!finding.detail.is_empty(), "{finding:?}");
        }
        let tools = findings
            .iter()
            .find(|finding| finding.what == "bubblewrap and qemu");
        assert_eq!(tools.map(|finding| finding.state), Some(State::Missing));
        for what in [
            "kernel",
            "private binfmt_misc",
            "overlayfs",
            "mirror",
            "disk",
            "inodes",
            "memory",
        ] {
            assert!(
                findings.iter().any(|finding| finding.what == what),
                "{what}"
            );
        }
    }

    #[test]
    fn a_keyring_without_a_suites_keys_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        let mirror = Mirror {
            uri: "http://m.invalid".to_owned(),
            keyring: folder.path().join("all.gpg"),
        };
        assert_eq!(keyring(&mirror, &[]).state, State::Missing);
        write("all.gpg");
        write("debian-archive-one-stable.gpg");
        assert_eq!(keyring(&mirror, &["one"]).state, State::Good);
        assert_eq!(keyring(&mirror, &["one", "two"]).state, State::Degraded);
    }
}
