//! Where a case's sources come from.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::case::Source;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Exactly one of these.
// Four optional keys rather than an untagged enum: an enum reader forgets where its error was.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct SourceWire {
    /// A folder beside `case.yaml`; crates of the registry that its `Cargo.lock` names are vendored.
    dir: Option<Text>,
    /// A Debian source package.
    debian: Option<DebianWire>,
    /// An archive beside `case.yaml`.
    archive: Option<ArchiveWire>,
    /// A crate from the registry, with the dependencies its lock file names.
    #[serde(rename = "crate")]
    crate_: Option<CrateWire>,
}

/// A Debian source package.
#[derive(Deserialize, JsonSchema)]
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
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArchiveWire {
    /// Path relative to the case's folder, or absolute.
    file: Text,
    /// Its SHA-256.
    sha256: Text,
}

/// A crate from the registry.
#[derive(Deserialize, JsonSchema)]
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
    pub(super) fn source(self) -> Result<Source, Fault> {
        let one = Fault::new("expected exactly one of dir, debian, archive, crate");
        match (self.dir, self.debian, self.archive, self.crate_) {
            (Some(dir), None, None, None) => Ok(Source::Dir(dir.read().under("dir")?)),
            (None, Some(debian), None, None) => debian.source().under("debian"),
            (None, None, Some(archive), None) => {
                let sha256 = archive.sha256.read().under("sha256").under("archive")?;
                let file = nonempty(archive.file).under("file").under("archive")?;
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
            package: nonempty(self.package).under("package")?,
            version: nonempty(self.version).under("version")?,
            suite: nonempty(self.suite).under("suite")?,
            files,
        })
    }
}

impl CrateWire {
    fn source(self) -> Result<Source, Fault> {
        Ok(Source::Crate {
            name: nonempty(self.name).under("name")?,
            version: nonempty(self.version).under("version")?,
            sha256: self.sha256.read().under("sha256")?,
        })
    }
}

fn nonempty(text: Text) -> Result<String, Fault> {
    if text.0.trim().is_empty() {
        Err(Fault::new("expected some text"))
    } else {
        Ok(text.0)
    }
}
