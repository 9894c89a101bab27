//! A project's own files as sources: what its `.gitignore` files do not name, or what patterns do.
//!
//! No program is run for it: a repository may bring settings that make git run others. And nothing of the machine
//! counts but the files themselves, so that everybody's copy of them gives the same leg.

use super::folder;
use crate::error::Error;
use crossproof_model::RelPath;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a project has for crossproof: a golden that changes must not make its legs anew.
const OURS: [&str; 3] = ["cases", "golden", "emulators"];

/// A project's folder, and what of it are sources.
pub(super) struct Own {
    /// The folder.
    pub folder: PathBuf,
    /// Paths below it, a folder before what is in it.
    pub paths: Vec<PathBuf>,
}

/// The files of the project that has the folder `case` among its cases.
pub(super) fn files(
    case: &Path,
    written: Option<&RelPath>,
    patterns: &[String],
) -> Result<Own, Error> {
    let key = "source.project";
    let top = case.join("../..");
    let top = fs::canonicalize(&top).map_err(|e| Error::io(&top, &e))?;
    let (at, name) = match written {
        Some(written) => (top.join(written.on_disk()), written.as_str()),
        None => (top.clone(), "."),
    };
    folder::expected(&at, key, name)?;
    let at = fs::canonicalize(&at).map_err(|e| Error::io(&at, &e))?;
    if !at.starts_with(&top) {
        return Err(Error::input(
            format!(
                "{key}: `{name}` leads out of the project, to {}",
                at.display()
            ),
            "name a folder of the project",
        ));
    }
    let wanted = globs(patterns)?;
    let mut paths = BTreeSet::new();
    let mut walk = WalkBuilder::new(&top);
    walk.standard_filters(false)
        .git_ignore(patterns.is_empty())
        .require_git(false);
    let (own, within) = (top.clone(), at.clone());
    walk.filter_entry(move |entry| {
        let (path, name) = (entry.path(), entry.file_name());
        let ours = path.parent() == Some(&own) && OURS.iter().any(|ours| name == *ours);
        let on_the_way = path.starts_with(&within) || within.starts_with(path);
        !ours && name != ".git" && on_the_way
    });
    for entry in walk.build() {
        let entry = entry.map_err(|e| Error::input(format!("{key}: {e}"), "see to the file"))?;
        let Ok(path) = entry.path().strip_prefix(&at) else {
            continue;
        };
        let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let spelled = RelPath::spell(path.as_os_str().as_bytes());
        if folder || !(patterns.is_empty() || wanted.is_match(&spelled)) {
            continue;
        }
        // As in a repository, folders are there for what is in them. In order each stands before that.
        let above = path.ancestors().skip(1).map(Path::to_owned);
        paths.extend(above.filter(|above| !above.as_os_str().is_empty()));
        paths.insert(path.to_owned());
    }
    if paths.is_empty() {
        return Err(Error::input(
            format!("{key}: `{name}` has no files that are sources"),
            "see its `.gitignore` files, or `source.files`",
        ));
    }
    Ok(Own {
        folder: at,
        paths: paths.into_iter().collect(),
    })
}

/// In these `*` does not go over a `/`, as where files are named elsewhere.
fn globs(patterns: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    let bad =
        |e: globset::Error| Error::input(format!("source.files: {e}"), "see globset's syntax");
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(bad)?);
    }
    set.build().map_err(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project with these files, and its case `one`.
    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let top = tempfile::tempdir().unwrap();
        let case = top.path().join("cases/one");
        fs::create_dir_all(&case).unwrap();
        for (path, text) in files {
            let path = top.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        (top, case)
    }

    fn named(case: &Path, folder: Option<&str>, patterns: &[&str]) -> Result<Vec<String>, String> {
        let folder = folder.map(|folder| folder.parse().unwrap());
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let own = files(case, folder.as_ref(), &patterns).map_err(|e| e.to_string())?;
        Ok((own.paths.iter())
            .map(|path| path.display().to_string())
            .collect())
    }

    const FILES: &[(&str, &str)] = &[
        (".gitignore", "/build/\n*.o\n"),
        (".git/config", "[core]\n"),
        (".hidden", ""),
        ("Makefile", ""),
        ("build/out", ""),
        ("cases/one/case.yaml", ""),
        ("golden/one/aarch64.yaml", ""),
        ("emulators/aarch64/emulator.yaml", ""),
        ("lib/.gitignore", "made.c\n"),
        ("lib/a.c", ""),
        ("lib/a.o", ""),
        ("lib/cases/b.c", ""),
        ("lib/made.c", ""),
    ];

    #[test]
    fn a_projects_sources_are_what_git_would_not_leave_out_without_what_is_ours() {
        let (_top, case) = project(FILES);
        let all = [
            ".gitignore",
            ".hidden",
            "Makefile",
            "lib",
            "lib/.gitignore",
            "lib/a.c",
            "lib/cases",
            "lib/cases/b.c",
        ];
        assert_eq!(named(&case, None, &[]).unwrap(), all);
        // What stands above counts for a folder below, too.
        let below = [".gitignore", "a.c", "cases", "cases/b.c"];
        assert_eq!(named(&case, Some("lib"), &[]).unwrap(), below);
    }

    #[test]
    fn patterns_name_files_whatever_is_ignored() {
        let (_top, case) = project(FILES);
        let found = named(&case, None, &["lib/*.c", "build/**"]).unwrap();
        assert_eq!(
            found,
            ["build", "build/out", "lib", "lib/a.c", "lib/made.c"]
        );
        let none = named(&case, None, &["nothing/**"]).unwrap_err();
        assert!(none.contains("has no files"), "{none}");
    }

    #[test]
    fn what_is_above_or_beside_the_project_does_not_count() {
        let above = tempfile::tempdir().unwrap();
        fs::write(above.path().join(".gitignore"), "*\n").unwrap();
        fs::create_dir_all(above.path().join("project/cases/one")).unwrap();
        fs::write(above.path().join("project/a.c"), "").unwrap();
        fs::write(above.path().join("project/.ignore"), "a.c\n").unwrap();
        let case = above.path().join("project/cases/one");
        assert_eq!(named(&case, None, &[]).unwrap(), [".ignore", "a.c"]);
        std::os::unix::fs::symlink("/etc", above.path().join("project/out")).unwrap();
        let out = named(&case, Some("out"), &[]).unwrap_err();
        assert!(out.contains("out of the project"), "{out}");
        let missing = named(&case, Some("none"), &[]).unwrap_err();
        assert!(missing.contains("is not a folder"), "{missing}");
    }
}
