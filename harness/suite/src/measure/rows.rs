//! A pair of binary packages as rows: what they are, what they install, and every difference.

use crate::inspection::Inspection;
use anyhow::Result;
use crossproof_exec::archive::{self, Archive};
use crossproof_exec::collect;
use crossproof_model::emulator::Lock;
use crossproof_model::measure::{
    BinaryRow, DifferenceRow, Ending, FileRow, PackageRow, RootPackage,
};
use crossproof_model::{Bytes, Comparison, Difference, Entry, Level, Pair, RelPath, Tree};
use std::path::Path;

/// More differences of one package than this tell no more, and would fill the disk.
const MOST_DIFFERENCES: usize = 5000;

/// A cross-built package and what it is held against.
pub struct Pairing {
    /// File name without `.deb`.
    pub name: String,
    /// The reference's version and content, if there is one.
    pub native: Option<(String, Bytes)>,
    /// The cross-built package.
    pub cross: Bytes,
}

/// What a root of this lock is made of.
pub fn root_packages(lock: &Lock) -> Vec<RootPackage> {
    let packages = lock.packages.iter().map(|(package, locked)| RootPackage {
        name: package.to_string(),
        version: locked.version.clone(),
        sha256: locked.sha256.clone(),
    });
    packages.collect()
}

/// The packages of a leg, by file name without `.deb`.
pub fn packages(tree: &Tree) -> Vec<(String, Bytes)> {
    let files = tree.entries.iter().filter_map(|(path, entry)| match entry {
        Entry::File { content, .. } => {
            let name = path.as_str().strip_prefix("debs/")?.strip_suffix(".deb")?;
            Some((name.to_owned(), content.clone()))
        }
        Entry::Dir { .. } | Entry::Link { .. } | Entry::Special { .. } => None,
    });
    files.collect()
}

/// The version in a file name, without its epoch.
pub fn version(name: &str) -> String {
    name.split('_').nth(1).unwrap_or_default().to_owned()
}

/// With the published package of the name.
pub fn published(
    archive: &Archive,
    name: String,
    cross: Bytes,
    scratch: &Path,
) -> Result<Pairing, crossproof_exec::Error> {
    let mut parts = name.split('_');
    let (package, version, architecture) = (parts.next(), parts.next(), parts.next());
    let native = match (package, version, architecture) {
        (Some(package), Some(version), Some(architecture)) => {
            archive.published(package, version, architecture, scratch)?
        }
        _ => None,
    };
    let native = native.map(|found| Ok((found.version, collect::read_file(&found.file)?)));
    Ok(Pairing {
        native: native.transpose()?,
        name,
        cross,
    })
}

/// Compares a pair, as packages and by what they install.
pub async fn binary(inspection: &Inspection, pair: Pairing, scratch: &Path) -> Result<BinaryRow> {
    let Pairing {
        name,
        native,
        cross,
    } = pair;
    let mut row = BinaryRow {
        name: name.clone(),
        reference_version: native.as_ref().map(|(version, _)| version.clone()),
        level: None,
        content_level: None,
        bytes: Pair::new(
            native
                .as_ref()
                .map_or(0, |(_, content)| content.len() as u64),
            cross.len() as u64,
        ),
        files: Vec::new(),
        differences: Vec::new(),
    };
    let Some((_, native)) = native else {
        return Ok(row);
    };
    let contents = Pair::new(native, cross);
    // Under one name, whatever its version is.
    let path: RelPath = "package.deb".parse()?;
    let whole = contents.as_ref().map(|content| {
        let entry = Entry::File {
            mode: 0o644,
            content: content.clone(),
        };
        Tree::of([(path.clone(), entry)])
    });
    let whole = inspection.compare(whole.as_ref()).await?;
    let installed = Pair::new(
        install(&contents.left, &scratch.join(format!("{name}.native")))?,
        install(&contents.right, &scratch.join(format!("{name}.cross")))?,
    );
    let installed = inspection.compare(installed.as_ref()).await?;
    row.level = whole.level();
    row.content_level = installed.level();
    row.files = files(&installed);
    let control = whole.differences.iter().filter_map(of_control);
    row.differences = control
        .chain(installed.differences.iter().map(of_content))
        .collect();
    row.differences.truncate(MOST_DIFFERENCES);
    Ok(row)
}

/// What a package installs, laid out below `folder`.
fn install(package: &[u8], folder: &Path) -> Result<Tree> {
    let deb = folder.with_extension("deb");
    std::fs::write(&deb, package)?;
    let tree = archive::contents(&deb, folder)?;
    std::fs::remove_file(&deb)?;
    Ok(tree)
}

fn files(comparison: &Comparison) -> Vec<FileRow> {
    let files = comparison.files.iter();
    files
        .filter(|(_, file)| file.raw.left.is_some() || file.raw.right.is_some())
        .map(|(path, file)| FileRow {
            path: path.to_string(),
            format: file.format.clone(),
            level: file.level,
            functions: file.functions.clone(),
        })
        .collect()
}

/// A difference in what is installed.
fn of_content(difference: &Difference) -> DifferenceRow {
    row(
        difference,
        difference.place.path.to_string(),
        &difference.place.inside,
    )
}

/// A difference of a member of the control archive.
fn of_control(difference: &Difference) -> Option<DifferenceRow> {
    let (archive, inside) = difference.place.inside.split_first()?;
    let (member, inside) = inside.split_first()?;
    archive
        .starts_with("control.tar")
        .then(|| row(difference, format!("DEBIAN/{member}"), inside))
}

fn row(difference: &Difference, path: String, inside: &[String]) -> DifferenceRow {
    DifferenceRow {
        path,
        key: difference.key.clone(),
        inside: inside.join(" > "),
        shown: Pair::new(difference.left.clone(), difference.right.clone()),
        allows: difference.allows,
        settled_by: difference.settled_by.clone(),
    }
}

/// What a package comes to by its binaries.
pub fn conclude(row: &mut PackageRow) -> Result<(), super::Stop> {
    let stop = |ending, why| Err(super::Stop::before_a_phase(ending, why));
    let held: Vec<&BinaryRow> = row
        .binaries
        .iter()
        .filter(|one| one.reference_version.is_some())
        .collect();
    if held.is_empty() {
        return stop(
            Ending::NoReference,
            format!(
                "none of its {} packages is published in this version",
                row.binaries.len()
            ),
        );
    }
    if let Some(one) = held
        .iter()
        .find(|one| one.level.is_none() || one.content_level.is_none())
    {
        return stop(
            Ending::Undecided,
            format!("{} could not be compared", one.name),
        );
    }
    row.level = held
        .iter()
        .filter_map(|one| one.level)
        .min()
        .or(Some(Level::Bits));
    Ok(())
}

/// What apt says is unmet: the first dependency it names, else its last line.
pub fn unmet(said: &str) -> String {
    let mut lines = said.lines().map(str::trim);
    let named = lines
        .clone()
        .find(|line| line.contains("Depends: ") || line.contains("Conflicts: "));
    let line = named.or_else(|| lines.next_back()).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line of a log that tells most of why a build failed.
pub fn telling(log: &[String], reason: &str) -> String {
    const WORDS: [&str; 6] = [
        "error:",
        "Error ",
        "cannot ",
        "not found",
        "No such file",
        "Exec format",
    ];
    // What make says of the failure of what it called comes last, and says nothing.
    let says = |line: &&String| {
        WORDS.iter().any(|word| line.contains(word))
            && !line.contains("make[")
            && !line.starts_with("make:")
    };
    let line = log.iter().find(says).or_else(|| log.last());
    line.map_or_else(
        || reason.to_owned(),
        |line| format!("{reason}: {}", line.trim()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_why_is_found() {
        let log = [
            "gcc -c x.c",
            "x.c:1: error: no",
            "make[1]: *** [x.o] Error 1",
            "make: *** Error 2",
        ];
        let log = log.map(str::to_owned);
        assert_eq!(telling(&log, "exit 2"), "exit 2: x.c:1: error: no");
        assert_eq!(telling(&[], "time limit"), "time limit");
        assert_eq!(telling(&log[..1], "exit 2"), "exit 2: gcc -c x.c");
    }

    #[test]
    fn the_dependency_that_is_unmet_is_named() {
        let said = "The following packages have unmet dependencies:\n builddeps:x : Depends: doxygen:arm64\nE: Unable to correct problems, you have held broken packages.";
        assert_eq!(unmet(said), "builddeps:x : Depends: doxygen:arm64");
        assert_eq!(unmet("E: Unable"), "E: Unable");
    }

    #[test]
    fn a_file_name_has_the_version_without_its_epoch() {
        assert_eq!(version("libbz2-1.0_1.0.8-6_arm64"), "1.0.8-6");
    }
}
