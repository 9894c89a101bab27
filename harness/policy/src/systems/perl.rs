//! `perl`: a distribution with `Build.PL` (Module::Build) or `Makefile.PL` (MakeMaker). Both ask the `Config.pm`
//! of the perl they run in how to compile and where modules go; Debian's `libperl-dev` brings the host's, for a
//! perl of another platform, and it comes first on both sides.

use super::{Context, Recipe, on_build, phase};
use crate::shell;
use crossproof_model::case::{Category, Dependency, PhaseName};
use crossproof_model::plan::paths;

pub(super) fn recipe(context: &Context) -> Recipe {
    let words = |name| shell::command(context.arguments(name));
    // No list of packed files and no log of installations: they name the build's folders and the time.
    let configure = either(
        "Build.PL",
        "perl Build.PL --installdirs vendor --create_packlist 0",
        "perl Makefile.PL INSTALLDIRS=vendor NO_PACKLIST=1 NO_PERLLOCAL=1",
        &words(PhaseName::Configure),
    );
    let build = either("Build.PL", "perl Build", "make", &words(PhaseName::Build));
    let install = either(
        "Build.PL",
        &format!(
            "perl Build install --destdir {} --create_packlist 0",
            paths::DESTINATION
        ),
        &format!("make install DESTDIR={}", paths::DESTINATION),
        &words(PhaseName::Install),
    );
    let config = format!("/usr/lib/{}/perl/cross-config", context.host.gnu());
    Recipe {
        packages: vec![
            on_build("perl"),
            on_build("libmodule-build-perl"),
            on_build("make"),
            Dependency {
                category: Category::HostHost,
                package: "libperl-dev".to_owned(),
            },
        ],
        environment: [("PERL5LIB".to_owned(), Some(config))].into(),
        phases: vec![
            phase(PhaseName::Configure, configure),
            phase(PhaseName::Build, build),
            phase(PhaseName::Install, install),
        ],
    }
}

/// One command where the source has this file, else the other; the author's arguments after either.
fn either(file: &str, with: &str, without: &str, arguments: &str) -> String {
    let gap = if arguments.is_empty() { "" } else { " " };
    format!(
        "if [ -e {file} ]; then\n  {with}{gap}{arguments}\nelse\n  {without}{gap}{arguments}\nfi\n"
    )
}
