//! A flat Debian repository in a folder: packages in `pool/`, and the indexes apt reads.
//!
//! A package is read once, into a copy that no one else can reach: what is judged is what is published and what the
//! indexes name, whatever happens meanwhile in the folder it came from. No program of the machine looks at it.

mod stanza;

pub use stanza::Stanza;

use crate::collect;
use crate::error::Error;
use crate::publish::Folder;
use crossproof_model::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// A package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its file's name.
    pub name: String,
    /// Its bytes.
    pub content: Bytes,
    /// What it says of itself.
    pub stanza: Stanza,
}

impl Package {
    /// The package of that file name in `folder`, copied to where nothing names it: in `scratch`, which has room for it.
    pub fn read(folder: &Folder, name: &str, scratch: &Repository) -> Result<Package, Error> {
        let mut file = folder.file(name)?;
        let place = scratch.top.own_path();
        let fault = |e: std::io::Error| Error::io(&scratch.path, &e);
        let mut copy = tempfile::tempfile_in(place).map_err(fault)?;
        std::io::copy(&mut file, &mut copy).map_err(fault)?;
        Package::of(name, &copy)
    }

    /// What an open file holds.
    fn of(name: &str, file: &File) -> Result<Package, Error> {
        let itself = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        let content = collect::read_file(&itself)?;
        let stanza = Stanza::of(&content).map_err(|why| {
            Error::input(
                format!("{name}: {why}"),
                "build the package anew, or leave it out",
            )
        })?;
        Ok(Package {
            name: name.to_owned(),
            content,
            stanza,
        })
    }

    /// Its stanza in `Packages`.
    fn indexed(&self) -> String {
        self.stanza.indexed(&[
            ("Filename", format!("pool/{}", self.name)),
            ("Size", self.content.len().to_string()),
            ("SHA256", sha256(&self.content)),
        ])
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `Release` says beside its sums.
#[derive(Clone, Debug)]
pub struct Release {
    /// Suite.
    pub suite: String,
    /// When it was made, as `Release` spells times: `Thu, 01 Jan 2026 00:00:00 UTC`.
    pub date: String,
}

/// A repository.
#[derive(Debug)]
pub struct Repository {
    path: PathBuf,
    top: Folder,
    pool: Folder,
}

impl Repository {
    /// The one in the folder at `path`, made if it is not there.
    pub fn open(path: &Path) -> Result<Repository, Error> {
        std::fs::create_dir_all(path).map_err(|e| Error::io(path, &e))?;
        let top = Folder::open(path)?;
        Ok(Repository {
            path: path.to_owned(),
            pool: top.below("pool")?,
            top,
        })
    }

    /// The names of the packages in its pool, in order.
    pub fn packages(&self) -> Result<Vec<String>, Error> {
        self.pool.packages()
    }

    /// Makes it hold `accepted` and none of `refused` (file names), and writes its indexes anew. What else is in its
    /// pool stays, and is indexed.
    pub fn fill(
        &self,
        release: &Release,
        accepted: &[Package],
        refused: &[String],
    ) -> Result<(), Error> {
        if release.suite.chars().any(char::is_control) {
            return Err(Error::input(
                "a suite's name is one line",
                "name it by --suite",
            ));
        }
        for name in refused {
            // One that was accepted once, and is not any more, must not stay.
            self.pool.remove(name)?;
        }
        for package in accepted {
            self.pool.write(&package.name, &package.content)?;
        }
        let packages = self.indexed(accepted)?;
        let sums = format!(
            " {} {} Packages",
            sha256(packages.as_bytes()),
            packages.len()
        );
        let Release { suite, date } = release;
        self.top.write("Packages", packages.as_bytes())?;
        let release = format!("Suite: {suite}\nDate: {date}\nSHA256:\n{sums}\n");
        self.top.write("Release", release.as_bytes())
    }

    /// The stanza of each package in the pool. Those that were published now are described by what was published.
    fn indexed(&self, accepted: &[Package]) -> Result<String, Error> {
        let (mut out, mut seen) = (String::new(), BTreeMap::new());
        for name in self.pool.packages()? {
            let there;
            let package = match accepted.iter().find(|package| package.name == name) {
                Some(package) => package,
                None => {
                    there = Package::of(&name, &self.pool.file(&name)?)?;
                    &there
                }
            };
            let odd = |why: String| {
                let what = format!("{}: {name} {why}", self.path.join("pool").display());
                Err(Error::input(what, "take it out of the pool"))
            };
            if !package.stanza.is_called(&name) {
                return odd("says that it is a different package".to_owned());
            }
            let fields = ["Package", "Version", "Architecture"];
            let said = fields.map(|field| package.stanza.field(field).map(str::to_owned));
            if let Some(other) = seen.insert(said, name.clone()) {
                return odd(format!("and {other} are one package of one version"));
            }
            out += &package.indexed();
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A package by hand, as its reader wants it.
    fn package(name: &str) -> Vec<u8> {
        let control = format!("Package: {name}\nVersion: 1\nArchitecture: arm64\n");
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(control.len() as u64);
        tar.append_data(&mut header, "control", control.as_bytes())
            .unwrap();
        let control = tar.into_inner().unwrap();
        let mut bytes = b"!<arch>\n".to_vec();
        for (name, content) in [
            ("debian-binary", &b"2.0\n"[..]),
            ("control.tar", &control),
            ("data.tar", b""),
        ] {
            let head = format!(
                "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                0,
                0,
                0,
                644,
                content.len()
            );
            bytes.extend(head.bytes().chain(content.iter().copied()));
        }
        bytes
    }

    #[test]
    fn what_was_judged_is_published_whatever_became_of_its_file() {
        let place = tempfile::tempdir().unwrap();
        let (cross, made) = (place.path().join("cross"), place.path().join("made"));
        fs::create_dir(&cross).unwrap();
        let (one, two) = (package("one"), package("two"));
        // Some of it is mapped, some is not.
        for judged in [one.clone(), padded(&one, 1 << 20)] {
            fs::write(cross.join("one_1_arm64.deb"), &judged).unwrap();
            let repository = Repository::open(&made).unwrap();
            let folder = Folder::open(&cross).unwrap();
            let read = Package::read(&folder, "one_1_arm64.deb", &repository).unwrap();
            // Written over in place, cut short, then replaced.
            fs::write(cross.join("one_1_arm64.deb"), &two).unwrap();
            fs::remove_file(cross.join("one_1_arm64.deb")).unwrap();
            fs::write(cross.join("one_1_arm64.deb"), "evil").unwrap();
            let release = Release {
                suite: "s".to_owned(),
                date: "Thu, 01 Jan 2026 00:00:00 UTC".to_owned(),
            };
            fs::write(made.join("pool/two_1_arm64.deb"), &two).unwrap();
            repository
                .fill(&release, &[read], &["absent.deb".to_owned()])
                .unwrap();
            assert_eq!(fs::read(made.join("pool/one_1_arm64.deb")).unwrap(), judged);
            let packages = fs::read_to_string(made.join("Packages")).unwrap();
            let stanza = |name: &str, bytes: &[u8]| {
                format!(
                    "Package: {name}\nVersion: 1\nArchitecture: arm64\nFilename: pool/{name}_1_arm64.deb\nSize: {}\nSHA256: {}\n\n",
                    bytes.len(),
                    sha256(bytes)
                )
            };
            assert_eq!(packages, stanza("one", &judged) + &stanza("two", &two));
            let release = fs::read_to_string(made.join("Release")).unwrap();
            let sum = sha256(packages.as_bytes());
            assert!(
                release.ends_with(&format!("SHA256:\n {sum} {} Packages\n", packages.len())),
                "{release}"
            );
            let listed = fs::read_dir(&made).unwrap().count();
            assert_eq!(listed, 3, "no scratch is left");
        }
        let repository = Repository::open(&made).unwrap();
        let release = Release {
            suite: "s".to_owned(),
            date: String::new(),
        };
        for (name, words) in [
            ("x_1_arm64.deb", "a different package"),
            ("two_0%3a1_arm64.deb", "not a package"),
        ] {
            let at = made.join("pool").join(name);
            fs::write(
                &at,
                if words.contains("not") {
                    b"no".to_vec()
                } else {
                    two.clone()
                },
            )
            .unwrap();
            let said = repository.fill(&release, &[], &[]).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
            fs::remove_file(&at).unwrap();
        }
        fs::write(made.join("pool/odd.deb"), "no package").unwrap();
        let bad = Release {
            suite: "a\nb".to_owned(),
            date: String::new(),
        };
        assert!(repository.fill(&bad, &[], &[]).is_err());
        let good = Release {
            suite: "a".to_owned(),
            ..bad
        };
        let said = repository.fill(&good, &[], &[]).unwrap_err().to_string();
        assert!(said.contains("odd.deb: not a package"), "{said}");
    }

    /// The same package with a large member that every reader passes over.
    fn padded(package: &[u8], padding: usize) -> Vec<u8> {
        let head = format!(
            "{:<16}{:<12}{:<6}{:<6}{:<8}{padding:<10}`\n",
            "_more", 0, 0, 0, 644
        );
        [package, head.as_bytes(), &vec![0; padding]].concat()
    }
}
