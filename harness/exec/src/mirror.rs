//! The Debian mirror packages come from: the one this machine's own apt already uses.
//!
//! No host name is written in this project. The machine's administrator has chosen a mirror, and with
//! it the proxies and certificates to reach it; those settings hold here too.

mod entries;

use crate::error::Error;
use entries::SourceEntry;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian keeps its own archive's keys.
const ARCHIVE_KEYRING: &str = "usr/share/keyrings/debian-archive-keyring.gpg";

/// A mirror and the keys its indexes are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The address below which `dists/` and `pool/` are, without a slash at the end.
    pub uri: String,
    /// A file of OpenPGP public keys.
    pub keyring: PathBuf,
}

impl Mirror {
    /// The mirror named by `chosen` (the option `--mirror`), else the machine's.
    pub fn find(chosen: Option<&str>) -> Result<Mirror, Error> {
        Mirror::find_below(Path::new("/"), chosen)
    }

    fn find_below(machine: &Path, chosen: Option<&str>) -> Result<Mirror, Error> {
        let archive_keys = machine.join(ARCHIVE_KEYRING);
        if let Some(uri) = chosen {
            return Ok(Mirror::new(uri, archive_keys));
        }
        let codename = codename(machine)?;
        let found = entries::of_machine(machine)
            .into_iter()
            .find(|entry| serves(entry, &codename));
        let Some(entry) = found else {
            return Err(Error::lacks(
                format!(
                    "an enabled `deb` entry for suite {codename}, component main, in its apt sources"
                ),
                "add one to /etc/apt/sources.list.d, or name a mirror with --mirror",
            ));
        };
        let keyring = match entry.signed_by {
            Some(file) if file.starts_with('/') => PathBuf::from(file),
            _ => archive_keys,
        };
        Ok(Mirror::new(&entry.uri, keyring))
    }

    fn new(uri: &str, keyring: PathBuf) -> Mirror {
        Mirror {
            uri: uri.trim_end_matches('/').to_owned(),
            keyring,
        }
    }
}

/// Third-party sources and security archives have other suites: they are passed over.
fn serves(entry: &SourceEntry, codename: &str) -> bool {
    entry.suites.iter().any(|suite| suite == codename)
        && entry.components.iter().any(|name| name == "main")
        && !entry.uri.starts_with("cdrom:")
}

/// `VERSION_CODENAME` of os-release(5).
fn codename(machine: &Path) -> Result<String, Error> {
    let path = machine.join("etc/os-release");
    let text = fs::read_to_string(&path).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|value| value.trim_matches(['"', '\'']).to_owned())
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            Error::lacks(
                "VERSION_CODENAME in /etc/os-release, by which its Debian mirror is found",
                "name a mirror with --mirror",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    const RELEASE: (&str, &str) = ("etc/os-release", "ID=debian\nVERSION_CODENAME=\"sid\"\n");

    #[test]
    fn third_party_disabled_and_source_entries_are_passed_over() {
        let folder = machine(&[
            RELEASE,
            (
                "etc/apt/sources.list",
                "deb cdrom:[x]/ sid main\ndeb-src http://s.invalid/d sid main\n",
            ),
            (
                "etc/apt/sources.list.d/a.list",
                "deb [arch=amd64] http://third.invalid/ stable main # x\n",
            ),
            (
                "etc/apt/sources.list.d/b.sources",
                "Types: deb\nURIs: http://off.invalid/d\nSuites: sid\nComponents: main\nEnabled: no\n\n\
                 # ours\nTypes: deb deb-src\nURIs: http://m.invalid/debian/\nSuites:\n sid\n sid-updates\n\
                 Components: main contrib\nSigned-By: /k.gpg\n",
            ),
        ]);
        let found = Mirror::find_below(folder.path(), None).unwrap();
        let expected = Mirror::new("http://m.invalid/debian", "/k.gpg".into());
        assert_eq!(found, expected);
    }

    #[test]
    fn one_line_entries_are_read_with_their_options() {
        let line = "deb [ arch=amd64 signed-by=/a.gpg ] http://m.invalid/d sid contrib main\n";
        let folder = machine(&[RELEASE, ("etc/apt/sources.list", line)]);
        let found = Mirror::find_below(folder.path(), None).unwrap();
        assert_eq!(found, Mirror::new("http://m.invalid/d", "/a.gpg".into()));
    }

    #[test]
    fn a_machine_without_a_mirror_says_what_to_do() {
        let folder = machine(&[RELEASE]);
        let error = Mirror::find_below(folder.path(), None).unwrap_err();
        assert!(error.to_string().contains("--mirror"), "{error}");
        let chosen = Mirror::find_below(folder.path(), Some("http://m.invalid/d/")).unwrap();
        assert_eq!(chosen.uri, "http://m.invalid/d");
    }
}
