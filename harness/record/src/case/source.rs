//! Where a case's sources come from.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::RelPath;
use crossproof_model::case::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Exactly one of these; `files` goes with `project`.
// Four optional keys rather than an untagged enum: an enum reader forgets where its error was.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 2))]
pub(crate) struct SourceWire {
    /// A folder beside `case.yaml`; crates of the registry that its `Cargo.lock` names are vendored.
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<Text>,
    /// A folder of the project, from its top, which `.` is: what `.gitignore` files there do not name, without the project's own
    /// `cases`, `golden` and `emulators`. Crates are vendored as for `dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Text>,
    /// What of that folder instead, as glob patterns from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<Text>>,
    /// A Debian source package.
    #[serde(skip_serializing_if = "Option::is_none")]
    debian: Option<DebianWire>,
    /// An archive beside `case.yaml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<ArchiveWire>,
    /// A crate from the registry, with the dependencies its lock file names.
    #[serde(rename = "crate", skip_serializing_if = "Option::is_none")]
    crate_: Option<CrateWire>,
}

/// A Debian source package.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DebianWire {
    /// Source package name.
    package: Text,
    /// Full version, epoch included.
    version: Text,
    /// Suite whose index names the files.
    suite: Text,
    /// Files to take, each with its SHA-256: the upstream archive alone, or with `.debian.tar.*`,
    /// whose patch series is then applied.
    files: BTreeMap<Text, Text>,
}

/// An archive; its single top folder is stripped.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArchiveWire {
    /// Path relative to the case's folder.
    file: Text,
    /// Its SHA-256.
    sha256: Text,
}

/// A crate from the registry.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CrateWire {
    /// Crate name.
    name: Text,
    /// Exact version.
    version: Text,
    /// The registry's checksum of the `.crate` file.
    sha256: Text,
}

impl SourceWire {
    pub(crate) fn of(source: &Source) -> Self {
        let mut wire = SourceWire {
            dir: None,
            project: None,
            files: None,
            debian: None,
            archive: None,
            crate_: None,
        };
        let text = |text: &String| Text(text.clone());
        match source {
            Source::Dir(path) => wire.dir = Some(Text(path.to_string())),
            Source::Project { folder, files } => {
                let folder = folder.as_ref().map_or(".", RelPath::as_str);
                wire.project = Some(folder.into());
                let files: Vec<Text> = files.iter().map(text).collect();
                wire.files = (!files.is_empty()).then_some(files);
            }
            Source::Debian {
                package,
                version,
                suite,
                files,
            } => {
                wire.debian = Some(DebianWire {
                    package: text(package),
                    version: text(version),
                    suite: text(suite),
                    files: (files.iter())
                        .map(|(name, sha256)| (text(name), sha256.as_str().into()))
                        .collect(),
                });
            }
            Source::Archive { file, sha256 } => {
                wire.archive = Some(ArchiveWire {
                    file: Text(file.to_string()),
                    sha256: sha256.as_str().into(),
                });
            }
            Source::Crate {
                name,
                version,
                sha256,
            } => {
                wire.crate_ = Some(CrateWire {
                    name: text(name),
                    version: text(version),
                    sha256: sha256.as_str().into(),
                });
            }
        }
        wire
    }

    pub(crate) fn source(self) -> Result<Source, Fault> {
        let one = Fault::new("expected exactly one of dir, project, debian, archive, crate");
        if let Some(project) = self.project {
            let alone = self.dir.is_none() && self.debian.is_none();
            if !alone || self.archive.is_some() || self.crate_.is_some() {
                return Err(one);
            }
            let folder = match project.as_str() {
                "." => None,
                _ => Some(project.read().under("project")?),
            };
            let files = super::patterns(self.files.unwrap_or_default()).under("files")?;
            return Ok(Source::Project { folder, files });
        }
        if self.files.is_some() {
            return Err(Fault::new("expected `project` beside it").under("files"));
        }
        match (self.dir, self.debian, self.archive, self.crate_) {
            (Some(dir), None, None, None) => Ok(Source::Dir(dir.read().under("dir")?)),
            (None, Some(debian), None, None) => debian.source().under("debian"),
            (None, None, Some(archive), None) => {
                let sha256 = archive.sha256.read().under("sha256").under("archive")?;
                let file = archive.file.read().under("file").under("archive")?;
                Ok(Source::Archive { file, sha256 })
            }
            (None, None, None, Some(wire)) => wire.source().under("crate"),
            _ => Err(one),
        }
    }
}

impl DebianWire {
    fn source(self) -> Result<Source, Fault> {
        if self.files.is_empty() {
            return Err(Fault::new("expected at least one file with its SHA-256").under("files"));
        }
        let mut files = BTreeMap::new();
        for (name, sha256) in self.files {
            let sha256 = sha256.read().under(&name).under("files")?;
            if name.as_str().contains('/') || name.as_str().is_empty() {
                let fault = Fault::new(format!(
                    "`{name}` is not a file name: expected no `/` in it"
                ));
                return Err(fault.under(&name).under("files"));
            }
            files.insert(name.0, sha256);
        }
        Ok(Source::Debian {
            package: word(self.package, "+.-").under("package")?,
            version: word(self.version, "+.-:~").under("version")?,
            suite: word(self.suite, "._-").under("suite")?,
            files,
        })
    }
}

impl CrateWire {
    fn source(self) -> Result<Source, Fault> {
        Ok(Source::Crate {
            name: word(self.name, "_-").under("name")?,
            version: word(self.version, "+.-").under("version")?,
            sha256: self.sha256.read().under("sha256")?,
        })
    }
}

/// A name or version as packages have them: it stands in paths, addresses and files for other programs.
fn word(text: Text, marks: &str) -> Result<String, Fault> {
    let named = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
    let starts = text
        .0
        .starts_with(|first: char| first.is_ascii_alphanumeric());
    match starts && text.0.chars().all(named) {
        true => Ok(text.0),
        false => Err(Fault::new(format!(
            "expected letters and digits, then any of `{marks}` among them, found `{text}`"
        ))),
    }
}
