//! `make`: the tools on the command line, because a plain makefile sets `CC = gcc` itself and only the
//! command line overrides that (GNU make manual, 9.5).

use super::{Context, Recipe, destdir, on_build, run};
use crossproof_model::case::PhaseName;

pub(super) fn recipe(context: &Context) -> Recipe {
    let tools = context.tools();
    let tools = tools.map(|(variable, tool)| format!("{variable}={tool}"));
    let tools = tools.iter().map(String::as_str);
    let build = ["make"].into_iter().chain(tools.clone());
    let build = build.chain(context.arguments(PhaseName::Build));
    let destdir = destdir();
    // Both spellings of the prefix are in use; the tools again, lest installing builds anything anew.
    let install = ["make", "install", &destdir, "PREFIX=/usr", "prefix=/usr"];
    let install = install.into_iter().chain(tools);
    let install = install.chain(context.arguments(PhaseName::Install));
    Recipe {
        packages: vec![on_build("make")],
        phases: vec![
            run(PhaseName::Build, build),
            run(PhaseName::Install, install),
        ],
        ..Recipe::default()
    }
}
