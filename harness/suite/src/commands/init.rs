//! `crossproof init`: a case for a project, with what its files give away.

use crate::args::InitArguments;
use crate::exit::{BadInput, Status};
use crate::screen::print;
use crate::session::Session;
use crate::sight::look;
use anyhow::{Context as _, Result};
use crossproof_exec::sources;
use crossproof_model::case::{Source, System};
use crossproof_model::{CaseName, RelPath};
use crossproof_policy as policy;
use crossproof_policy::detect::{Detected, Seen, detect, unknown};
use crossproof_record as record;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Writes `cases/<name>/` for a folder or an archive, and says what it was told by and what is left to do.
pub fn init(session: &Session, arguments: &InitArguments) -> Result<Status> {
    // A link is followed here, and only here: what a case names stays in its project.
    let given = &arguments.source;
    let from = &fs::canonicalize(given).unwrap_or_else(|_| given.clone());
    let file = from
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let file = file.ok_or_else(|| {
        BadInput(format!(
            "{}: expected a folder or an archive",
            from.display()
        ))
    })?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => named(&file)?,
    };
    let folder = session.project.case_folder(&name);
    if folder.exists() {
        return Err(BadInput(format!(
            "{} is there already: give another --name",
            folder.display()
        ))
        .into());
    }
    let own = own(session.project.root(), from);
    let (source, seen) = if let Some(own) = &own {
        (format!("  project: {}\n", quoted(own)?), look(from)?)
    } else if from.is_dir() {
        ("  dir: src\n".to_owned(), look(from)?)
    } else {
        let sha256 = sources::pin(from)?;
        let written = quoted(&file)?;
        let text = format!("  archive: {{file: {written}, sha256: \"{sha256}\"}}\n");
        let archive = Source::Archive {
            file: file.parse().map_err(|e| BadInput(format!("{file}: {e}")))?,
            sha256,
        };
        let folder = from.parent().unwrap_or(Path::new("/"));
        let tree = sources::ensure_source(&session.provision(), &archive, folder)?;
        (text, look(&tree.path)?)
    };
    let found = detect(&seen);
    let chosen = chosen(&found, &seen, arguments.build_system.as_deref())?;
    let brings = match own {
        Some(_) => "this project has it".to_owned(),
        None => format!("{file} brings it"),
    };
    let summary = quoted(&format!("{name}, as {brings}"))?;
    let text = write(&name, &summary, &source, &chosen);
    // What is written is read back and planned first: a case that cannot be is no help.
    let case = record::case(&text, "case.yaml", name.clone()).context("the case written")?;
    for target in &case.targets {
        policy::plan(&case, *target, &session.project.emulator(*target)?)?;
    }
    fs::create_dir_all(&folder)?;
    // Whatever is there by that name is left.
    if let Ok(mut schema) = fs::File::create_new(session.project.cases_folder().join(SCHEMA)) {
        schema.write_all(record::schema(record::Schema::Case).as_bytes())?;
    }
    if own.is_some() {
        // It is read where it is, each time.
    } else if from.is_dir() {
        sources::copy_folder(from, &folder.join("src"))?;
    } else {
        fs::copy(from, folder.join(&file))?;
    }
    fs::write(folder.join("case.yaml"), text)?;
    let others: Vec<&str> = found.iter().map(|one| one.system.name()).collect();
    let mut said = format!(
        "{}: {} (by {}; it has files of: {})\n",
        folder.join("case.yaml").display(),
        chosen.system.name(),
        chosen.because,
        others.join(", ")
    );
    for (file, what) in unknown(&seen) {
        said += &format!("  {file}: nothing here builds for {what} yet\n");
    }
    said += &format!(
        "next: name what it depends on and what to run, then\n  crossproof roots lock --missing && crossproof run {name}\nif its verdict is as it should be, `crossproof bless {name}` accepts it\n"
    );
    print(&said)?;
    Ok(Status::Holds)
}

/// A name as YAML has it, whatever is in it; one with control characters is refused.
fn quoted(name: &str) -> Result<String> {
    if name.chars().any(char::is_control) {
        let what = format!(
            "{}: this name has control characters in it; rename the file or folder first",
            name.escape_debug()
        );
        return Err(BadInput(what).into());
    }
    Ok(format!("'{}'", name.replace('\'', "''")))
}

/// Editors check cases by it.
const SCHEMA: &str = ".schema.json";

/// The folder by its place in the project, if it is one of its own.
fn own(root: &Path, from: &Path) -> Option<String> {
    let root = fs::canonicalize(root).ok()?;
    let below = from.strip_prefix(root).ok().filter(|_| from.is_dir())?;
    match below.as_os_str().as_bytes() {
        b"" => Some(".".to_owned()),
        below => Some(RelPath::spell(below)),
    }
}

/// A case's name from a file's: `hello_2.10.orig.tar.gz` is `hello`, `zlib-1.3.tar.xz` is `zlib`.
fn named(file: &str) -> Result<CaseName> {
    let lower = file.to_ascii_lowercase();
    let stem = lower.split(".tar").next().unwrap_or(&lower);
    let stem = stem.split('_').next().unwrap_or(stem);
    let version = stem.rmatch_indices('-').find(|(at, _)| {
        let rest = stem.get(at + 1..).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_digit())
    });
    let stem = version.map_or(stem, |(at, _)| stem.get(..at).unwrap_or(stem));
    stem.parse::<CaseName>()
        .map_err(|error| BadInput(format!("{error}; give it a --name")).into())
}

fn chosen(found: &[Detected], seen: &Seen, wanted: Option<&str>) -> Result<Detected> {
    let Some(wanted) = wanted else {
        return found.first().cloned().ok_or_else(|| {
            let names: Vec<&str> = seen.names.iter().map(String::as_str).collect();
            let message = format!(
                "no build system known here has a file at the source's top ({}): give one with --build-system",
                names.join(", ")
            );
            BadInput(message).into()
        });
    };
    let system = System::ALL
        .into_iter()
        .find(|system| system.name() == wanted);
    let system = system.ok_or_else(|| {
        let names = System::ALL.map(System::name);
        BadInput(format!(
            "unknown build system `{wanted}`: expected one of {}",
            names.join(", ")
        ))
    })?;
    let known = found.iter().find(|one| one.system == system).cloned();
    Ok(known.unwrap_or(Detected {
        system,
        because: "--build-system",
        needs: &[],
    }))
}

fn write(name: &CaseName, summary: &str, source: &str, chosen: &Detected) -> String {
    let needs = match chosen.needs {
        [] => String::new(),
        needs => format!("depends:\n  build_build: [{}]\n", needs.join(", ")),
    };
    let steps = match chosen.system {
        System::Script => "  steps:\n    build: |\n      echo 'write what builds it' && exit 1\n",
        _ => "",
    };
    format!(
        "# yaml-language-server: $schema=../{SCHEMA}
version: 1
summary: {summary}
source:
{source}{needs}build:
  system: {system}
{steps}  environment: {{CFLAGS: -O2 -g, CXXFLAGS: -O2 -g}}
# What is run with each leg installed, under each CPU model:
# runs:
#   - name: greets
#     argv: [/usr/bin/{name}, --version]
",
        system = chosen.system.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_after_the_file_without_its_version() {
        for (file, name) in [
            ("hello_2.10.orig.tar.gz", "hello"),
            ("zlib-1.3.1.tar.xz", "zlib"),
            ("libx-y", "libx-y"),
            ("Foo-2", "foo"),
        ] {
            assert_eq!(named(file).unwrap().as_str(), name, "{file}");
        }
        assert!(named("~x").is_err());
    }

    #[test]
    fn what_is_written_reads_back_for_every_system() {
        for system in System::ALL {
            let detected = Detected {
                system,
                because: "a test",
                needs: &["autoconf"],
            };
            let text = write(
                &"a".parse().unwrap(),
                "'a, as a-1.tar.gz brings it'",
                "  dir: src\n",
                &detected,
            );
            let case = record::case(&text, "case.yaml", "a".parse().unwrap()).unwrap();
            assert_eq!(case.build.system, system);
            assert_eq!(case.depends.len(), 1);
        }
    }

    #[test]
    fn a_folder_is_named_as_it_is() {
        for name in [
            "a #b",
            "q: r",
            "null",
            "123",
            " lead",
            "it's",
            "back\\\\x41",
            "[x]",
            "~",
        ] {
            let source = format!("  project: {}\n", quoted(name).unwrap());
            let detected = Detected {
                system: System::Make,
                because: "a test",
                needs: &[],
            };
            let text = write(&"a".parse().unwrap(), "'s'", &source, &detected);
            let case = record::case(&text, "case.yaml", "a".parse().unwrap()).unwrap();
            let Source::Project { folder, .. } = case.source else {
                panic!("{text}");
            };
            assert_eq!(folder.unwrap().as_str(), name);
        }
        assert!(quoted("a\ntier: slow").is_err());
    }

    #[test]
    fn the_wanted_system_is_taken_and_an_unknown_one_refused() {
        let seen = Seen {
            names: ["CMakeLists.txt".to_owned(), "Makefile".to_owned()].into(),
            ..Seen::default()
        };
        let found = detect(&seen);
        let system = |wanted| chosen(&found, &seen, wanted).map(|one| one.system);
        assert_eq!(system(None).unwrap(), System::Cmake);
        assert_eq!(system(Some("make")).unwrap(), System::Make);
        assert_eq!(system(Some("script")).unwrap(), System::Script);
        assert!(system(Some("scons")).is_err());
        assert!(chosen(&[], &Seen::default(), None).is_err());
    }
}
