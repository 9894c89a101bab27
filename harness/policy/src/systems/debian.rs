//! `debian`: `dpkg-buildpackage` for the host architecture, in roots that have dpkg's database, so that build
//! dependencies are checked and library dependencies are found as Debian's own builders do. The artifact is the
//! binary packages, in `/debs`.

use super::{Context, Recipe, on_build, phase};
use crate::shell;
use crossproof_model::case::{Category, Dependency, Environment, PhaseName};
use crossproof_model::plan::paths;

/// Where the packages are, below the destination.
const PACKAGES: &str = "debs";

pub(super) fn recipe(context: &Context) -> Recipe {
    let architecture = context.host.debian();
    let cross = context.build != context.host;
    let mut packages = ["build-essential", "debhelper", "dpkg-dev", "fakeroot"]
        .map(on_build)
        .to_vec();
    // What dpkg-shlibdeps finds the names of the C library's packages by; Debian's own builders have it, too.
    packages.push(Dependency {
        category: Category::HostHost,
        package: "libc6-dev".to_owned(),
    });
    if cross {
        packages.push(on_build(&format!("crossbuild-essential-{architecture}")));
    }
    // Tests would run target code; a cross build says itself what it is (dpkg-buildpackage(1), --host-arch).
    let profiles = if cross { "cross,nocheck" } else { "nocheck" };
    let profiles = format!("--build-profiles={profiles}");
    let build = [
        "dpkg-buildpackage",
        "--build=any",
        "--unsigned-source",
        "--unsigned-changes",
        "--host-arch",
        architecture,
        &profiles,
    ];
    let build = build.into_iter().chain(context.arguments(PhaseName::Build));
    let destination = format!("{}/{PACKAGES}", paths::DESTINATION);
    Recipe {
        packages,
        environment: environment(context),
        phases: vec![
            phase(PhaseName::Build, shell::command(build) + "\n"),
            phase(
                PhaseName::Install,
                format!("mkdir {destination}\ncp ../*.deb {destination}/\n"),
            ),
        ],
    }
}

/// None of the variables that other builds are told by: a package's rules find all of it out from dpkg, and would
/// take these for its user's wishes. The clock is that of the changelog. Packages of debug information are
/// left out: a leg takes longer with them, and the archive that packages are held against has none. A case that wants
/// them says `DEB_BUILD_OPTIONS` itself.
fn environment(context: &Context) -> Environment {
    let told = [
        "CC_FOR_BUILD",
        "CPP_FOR_BUILD",
        "CROSS_COMPILE",
        "CXX_FOR_BUILD",
        "DESTDIR",
        "MAKEFLAGS",
        "PKG_CONFIG_LIBDIR",
        "SOURCE_DATE_EPOCH",
    ];
    let tools = context.tools().map(|(variable, _)| variable);
    let unset = told
        .iter()
        .chain(&tools)
        .map(|name| ((*name).to_owned(), None));
    let options = (
        "DEB_BUILD_OPTIONS".to_owned(),
        Some("nocheck noautodbgsym parallel=1".to_owned()),
    );
    unset.chain([options]).collect()
}
