//! A project's own files as sources: what its `.gitignore` files do not name, or what patterns do.
//!
//! No program is run for it: a repository may bring settings that make git run others. And nothing of the machine
//! counts but the files themselves, so that everybody's copy of them gives the same leg.

use super::folder;
use crate::error::Error;
use crossproof_model::RelPath;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a project has for crossproof: a golden that changes must not make its legs anew.
const OURS: [&str; 3] = ["cases", "golden", "emulators"];

/// No `.gitignore` file comes near.
const LARGEST: u64 = 1 << 20;

/// A project's folder, and what of it are sources.
pub(super) struct Own {
    /// The folder.
    pub folder: PathBuf,
    /// Paths below it, a folder before what is in it.
    pub paths: Vec<PathBuf>,
}

impl Own {
    /// Whether a lock file of cargo's is among the sources: one that is not pins nothing.
    pub(super) fn has_lock(&self) -> bool {
        self.paths
            .iter()
            .any(|path| path == Path::new("Cargo.lock"))
    }
}

/// The files of the project that has the folder `case` among its cases.
pub(super) fn files(
    case: &Path,
    written: Option<&RelPath>,
    patterns: &[String],
) -> Result<Own, Error> {
    let key = "source.project";
    // By name: the case's folder may be a link to a different project's.
    let top = case.parent().and_then(Path::parent).unwrap_or(case);
    let top = fs::canonicalize(top).map_err(|e| Error::io(top, &e))?;
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
    for path in not_ignored(&top, &at, patterns.is_empty())? {
        let Ok(path) = path.strip_prefix(&at) else {
            continue;
        };
        let spelled = RelPath::spell(path.as_os_str().as_bytes());
        if !(patterns.is_empty() || wanted.is_match(&spelled)) {
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
            "see its `.gitignore` files, or `source.files`; `.git`, and the project's `cases`, `golden` and `emulators`, are never sources",
        ));
    }
    Ok(Own {
        folder: at,
        paths: paths.into_iter().collect(),
    })
}

/// What the `.gitignore` file of a folder says, and those above it (gitignore(5)).
struct Ignored {
    own: Gitignore,
    above: Option<Rc<Ignored>>,
}

impl Ignored {
    /// What holds in `folder`: as in git, its file counts only if it is one, and no link.
    fn of(folder: &Path, above: Option<Rc<Ignored>>) -> Result<Option<Rc<Ignored>>, Error> {
        let file = folder.join(".gitignore");
        if !fs::symlink_metadata(&file).is_ok_and(|found| found.is_file()) {
            return Ok(above);
        }
        let bad = |line: usize, why: &str| {
            let what = format!("source.project: {}:{line}: {why}", file.display());
            Error::input(
                what,
                "say it otherwise, or name the sources by `source.files`",
            )
        };
        if fs::metadata(&file).is_ok_and(|found| found.len() > LARGEST) {
            return Err(bad(1, "a file of this name has at most 1 MiB"));
        }
        let text = fs::read(&file).map_err(|e| Error::io(&file, &e))?;
        let mut own = GitignoreBuilder::new(folder);
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = String::from_utf8_lossy(line);
            if line.contains("[[:") {
                return Err(bad(number + 1, "classes like `[[:upper:]]` are not read"));
            }
            // To git a line that is no pattern names nothing.
            let _ = own.add_line(None, &plain_braces(line.trim_end_matches('\r')));
        }
        let own = own.build().map_err(|e| bad(1, &e.to_string()))?;
        Ok(Some(Rc::new(Ignored { own, above })))
    }

    /// The nearest file that says something of the path decides.
    fn names(of: Option<&Rc<Ignored>>, path: &Path, folder: bool) -> bool {
        let mut next = of;
        while let Some(ignored) = next {
            match ignored.own.matched(path, folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => next = ignored.above.as_ref(),
            }
        }
        false
    }
}

/// The files and links of a project at or below `within`; if `asking`, those alone that no `.gitignore` file names.
fn not_ignored(top: &Path, within: &Path, asking: bool) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut pending = vec![(top.to_owned(), None)];
    while let Some((folder, above)) = pending.pop() {
        let failed = |e: io::Error| Error::io(&folder, &e);
        let ignored = match asking {
            true => Ignored::of(&folder, above)?,
            false => None,
        };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, name) = (entry.path(), entry.file_name());
            let ours = folder == top && OURS.iter().any(|ours| name == *ours);
            if ours || name == ".git" {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            if Ignored::names(ignored.as_ref(), &path, kind.is_dir()) {
                continue;
            }
            if kind.is_dir() && (path.starts_with(within) || within.starts_with(&path)) {
                pending.push((path, ignored.clone()));
            } else if kind.is_file() || kind.is_symlink() {
                // Pipes and sockets are no sources.
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// A pattern of git's, to which braces are letters like any other.
fn plain_braces(line: &str) -> String {
    let (mut out, mut escaped, mut class) = (String::new(), false, false);
    for letter in line.chars() {
        if matches!(letter, '{' | '}') && !escaped && !class {
            out.push('\\');
        }
        class = match letter {
            '[' if !escaped => true,
            ']' => false,
            _ => class,
        };
        escaped = letter == '\\' && !escaped;
        out.push(letter);
    }
    out
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
    use std::os::unix::fs::symlink;

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
    fn the_nearest_file_decides_and_only_a_file_does() {
        let (top, case) = project(&[
            (".gitignore", "*.log\n/out\nbroken[\n{b,a}.log\n"),
            ("keep/.gitignore", "!*.log\n"),
            ("keep/a.log", ""),
            ("b.log", ""),
            ("out/c", ""),
            ("keep/out/d", ""),
            ("linked/e.log", ""),
        ]);
        fs::write(
            top.path().join("keep/out/.gitignore"),
            b"# caf\xe9\n*.o\n{d,x}\n",
        )
        .unwrap();
        fs::write(top.path().join("keep/out/d.o"), "").unwrap();
        symlink("/dev/zero", top.path().join("linked/.gitignore")).unwrap();
        let pipe = top.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRUSR).unwrap();
        fs::create_dir(top.path().join("elsewhere")).unwrap();
        nix::unistd::mkfifo(
            &top.path().join("elsewhere/.gitignore"),
            nix::sys::stat::Mode::S_IRUSR,
        )
        .unwrap();
        let all = [
            ".gitignore",
            "keep",
            "keep/.gitignore",
            "keep/a.log",
            "keep/out",
            "keep/out/.gitignore",
            "keep/out/d",
            "linked",
            "linked/.gitignore",
        ];
        assert_eq!(named(&case, None, &[]).unwrap(), all);
        fs::write(top.path().join("keep/.gitignore"), "\n[[:upper:]]\n").unwrap();
        let refused = named(&case, None, &[]).unwrap_err();
        assert!(
            refused.contains("keep/.gitignore:2: classes like"),
            "{refused}"
        );
    }

    #[test]
    fn braces_are_letters() {
        for (git, glob) in [
            ("{a,b}", r"\{a,b\}"),
            (r"\{a", r"\{a"),
            (r"\\{a", r"\\\{a"),
            ("[{]a}", r"[{]a\}"),
        ] {
            assert_eq!(plain_braces(git), glob);
        }
        let (_top, case) = project(&[
            (".gitignore", "\u{feff}*.o\n\\{x\n"),
            ("a.o", ""),
            ("{x", ""),
            ("b.c", ""),
        ]);
        assert_eq!(named(&case, None, &[]).unwrap(), [".gitignore", "b.c"]);
    }

    #[test]
    fn a_case_that_is_a_link_is_of_the_project_it_is_named_in() {
        let (top, _) = project(&[("a.c", "")]);
        let (other, _) = project(&[("secret", "")]);
        fs::remove_dir(top.path().join("cases/one")).unwrap();
        symlink(other.path().join("cases/one"), top.path().join("cases/one")).unwrap();
        let found = named(&top.path().join("cases/one"), None, &[]).unwrap();
        assert_eq!(found, ["a.c"]);
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
        symlink("/etc", above.path().join("project/out")).unwrap();
        let out = named(&case, Some("out"), &[]).unwrap_err();
        assert!(out.contains("out of the project"), "{out}");
        let missing = named(&case, Some("none"), &[]).unwrap_err();
        assert!(missing.contains("is not a folder"), "{missing}");
    }
}
