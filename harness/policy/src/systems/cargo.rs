//! `cargo`: `--target` on both sides, although the native one could do without: with it, flags for
//! the product and for build scripts are kept apart and the product's folder is the same.

use super::{Context, Recipe, on_build, phase, run};
use crossproof_model::case::{Category, Dependency, Environment, PhaseName};
use crossproof_model::plan::paths;

pub(super) fn recipe(context: &Context) -> Recipe {
    let host = context.host.llvm();
    let arguments: Vec<&str> = context.arguments(PhaseName::Build).collect();
    // The author's arguments replace `--release` only if they choose a profile themselves.
    let chosen = profile(&arguments);
    let profile = chosen.unwrap_or("release");
    let release = chosen.is_none().then_some("--release");
    let build = ["cargo", "build", "--frozen", "--target", host].into_iter();
    let build = build.chain(release).chain(arguments);
    Recipe {
        packages: vec![
            on_build("cargo"),
            on_build("rustc"),
            Dependency {
                category: Category::HostHost,
                package: "libstd-rust-dev".to_owned(),
            },
        ],
        environment: environment(context),
        phases: vec![
            run(PhaseName::Build, build),
            phase(PhaseName::Install, install(host, profile)),
        ],
    }
}

/// The folder of the profile the arguments choose, if they do (cargo-build(1)): `dev` builds in
/// `debug`.
fn profile<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let mut chosen = None;
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        chosen = match word {
            "--release" | "-r" => Some("release"),
            "--profile" => words.next().or(chosen),
            _ => word.strip_prefix("--profile=").or(chosen),
        };
    }
    chosen.map(|name| match name {
        "dev" | "test" => "debug",
        "bench" => "release",
        name => name,
    })
}

/// Copies programs and dynamic libraries; `cargo install` would build anew and take programs only.
fn install(host: &str, profile: &str) -> String {
    let folder = crate::shell::quote(&format!("target/{host}/{profile}"));
    let destination = paths::DESTINATION;
    format!(
        "find {folder} -maxdepth 1 -type f -name '*.so' \\
  -exec install -D -m 644 -t {destination}/usr/lib {{}} +
find {folder} -maxdepth 1 -type f -perm -100 ! -name '*.so' \\
  -exec install -D -m 755 -t {destination}/usr/bin {{}} +
"
    )
}

fn environment(context: &Context) -> Environment {
    let variable = context.host.llvm_variable();
    let triple = context.host.llvm().replace('-', "_");
    let gnu = context.host.gnu();
    let cargo_home = format!("{}/.cargo", paths::HOME);
    let clang = format!("--target={gnu} -I/usr/include/{gnu}");
    let pairs = [
        ("CARGO_HOME".to_owned(), cargo_home),
        ("CARGO_BUILD_JOBS".to_owned(), "1".to_owned()),
        ("CARGO_TERM_COLOR".to_owned(), "never".to_owned()),
        (
            format!("CARGO_TARGET_{variable}_LINKER"),
            context.tool("gcc"),
        ),
        (format!("CC_{triple}"), context.tool("gcc")),
        (format!("CXX_{triple}"), context.tool("g++")),
        (format!("AR_{triple}"), context.tool("ar")),
        (format!("RANLIB_{triple}"), context.tool("ranlib")),
        (format!("BINDGEN_EXTRA_CLANG_ARGS_{triple}"), clang),
        // Without these, C that is part of a build script would be compiled with `CC`, for the host.
        ("HOST_CC".to_owned(), "gcc".to_owned()),
        ("HOST_CXX".to_owned(), "g++".to_owned()),
        ("HOST_AR".to_owned(), "ar".to_owned()),
        ("PKG_CONFIG_ALLOW_CROSS".to_owned(), "1".to_owned()),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name, Some(value)))
        .collect()
}
