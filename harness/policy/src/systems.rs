//! The build systems: one file and one row each. A build system turns a case and two platforms into
//! commands, the variables they want and the packages they come from.
//!
//! No system is told which side it plans: it sees the build and the host platform, and tools named by
//! the host's triplet, which Debian's native compilers answer to as well. So native and cross commands
//! differ only where `build` and `host` do.

mod autotools;
mod cargo;
mod cmake;
mod debian;
mod go;
mod make;
mod meson;
mod perl;
mod python;
mod script;

use crate::context::Context;
use crate::shell;
use crossproof_model::Platform;
use crossproof_model::case::{Category, Dependency, Environment, PhaseName, Source, System};
use crossproof_model::plan::{Phase, paths};

/// What a build system answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// Packages it needs beside the roots' own.
    pub(crate) packages: Vec<Dependency>,
    /// Variables it needs beside the common ones.
    pub(crate) environment: Environment,
    /// Its phases, before the author's steps replace any.
    pub(crate) phases: Vec<Phase>,
}

type Row = (System, fn(&Context) -> Recipe);

const SYSTEMS: [Row; 10] = [
    (System::Script, script::recipe),
    (System::Make, make::recipe),
    (System::Autotools, autotools::recipe),
    (System::Cmake, cmake::recipe),
    (System::Cargo, cargo::recipe),
    (System::Meson, meson::recipe),
    (System::Perl, perl::recipe),
    (System::Python, python::recipe),
    (System::Go, go::recipe),
    (System::Debian, debian::recipe),
];

/// The recipe of a case's build system, with the author's steps in place of its phases and, where the
/// sources are a Debian source package, the patches first.
pub(crate) fn recipe(context: &Context) -> Recipe {
    let build = &context.case.build;
    let row = SYSTEMS.iter().find(|(system, _)| *system == build.system);
    // The table has a row for every system: the test below.
    let mut recipe = row.map(|(_, recipe)| recipe(context)).unwrap_or_default();
    recipe
        .phases
        .retain(|phase| !build.steps.contains_key(&phase.name));
    for (name, script) in &build.steps {
        recipe.phases.push(phase(*name, script.clone()));
    }
    if let Some(directory) = &build.directory {
        let enter = format!("cd {}\n", shell::quote(directory.as_str()));
        for phase in &mut recipe.phases {
            phase.script.insert_str(0, &enter);
        }
    }
    // dpkg-buildpackage applies them itself.
    let patched = build.system == System::Debian;
    if !patched && matches!(context.case.source, Source::Debian { .. }) {
        recipe
            .phases
            .push(phase(PhaseName::Patch, PATCH.to_owned()));
        recipe.packages.push(on_build("patch"));
    }
    recipe.phases.sort_by_key(|phase| phase.name);
    recipe
}

/// Applies a Debian source package's patches (dpkg-source(1), format 3.0 (quilt)), if they are there.
const PATCH: &str = r#"if [ -f debian/patches/series ]; then
  while read -r name options; do
    case "$name" in ''|'#'*) continue ;; esac
    patch -p1 --force --no-backup-if-mismatch --input="debian/patches/$name"
  done < debian/patches/series
fi
"#;

fn phase(name: PhaseName, script: String) -> Phase {
    Phase { name, script }
}

/// A phase of one command.
fn run<'a>(name: PhaseName, words: impl IntoIterator<Item = &'a str>) -> Phase {
    phase(name, shell::command(words) + "\n")
}

/// A package that runs on the build platform.
fn on_build(package: &str) -> Dependency {
    Dependency {
        category: Category::BuildBuild,
        package: package.to_owned(),
    }
}

/// `DESTDIR=…`, as an argument.
fn destdir() -> String {
    format!("DESTDIR={}", paths::DESTINATION)
}

/// The folder of the host's libraries below `/usr`: Debian's multiarch one, because that is where its
/// linker, its loader and `PKG_CONFIG_LIBDIR` look, on both sides.
fn library_folder(host: Platform) -> String {
    format!("lib/{}", host.gnu())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_one_row() {
        for system in System::ALL {
            let rows = SYSTEMS.iter().filter(|(row, _)| *row == system).count();
            assert_eq!(rows, 1, "{}", system.name());
        }
    }
}
