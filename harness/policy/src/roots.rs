//! Which root a leg needs: packages named by dependency category, resolved to architectures.

use crate::context::Context;
use crossproof_model::Platform;
use crossproof_model::case::{Category, Dependency, System};
use crossproof_model::emulator::{Emulator, Package, RootRequest};
use std::collections::BTreeSet;

/// Packages that exist once per platform they emit for, and are named after it where that is not the
/// platform they run on.
const COMPILERS: [&str; 5] = ["gcc", "g++", "gfortran", "binutils", "cpp"];

/// The root of a leg: `always` (the side's own packages, on the build platform), what is depended
/// on, and what is wanted alone. Architecture-independent packages are asked for as the platform's: apt knows which those are.
pub(crate) fn root<'d>(
    context: &Context,
    emulator: &Emulator,
    always: &BTreeSet<String>,
    depends: impl IntoIterator<Item = &'d Dependency>,
    alone: &[Dependency],
) -> RootRequest {
    let own = always.iter().map(|name| (context.build, name.clone()));
    let wanted = depends
        .into_iter()
        .map(|dependency| resolve(context, dependency));
    let mut foreign = BTreeSet::new();
    let mut package = |(platform, name): (Platform, String)| {
        if platform != context.build {
            foreign.insert(platform);
        }
        Package {
            name,
            architecture: platform.debian().to_owned(),
        }
    };
    let packages = own.chain(wanted).map(&mut package).collect();
    let alone = alone.iter().map(|dependency| resolve(context, dependency));
    let alone = alone.map(&mut package).collect();
    RootRequest {
        suite: emulator.suite.clone(),
        native: context.build,
        foreign,
        packages,
        alone,
        configured: context.case.configured || context.case.build.system == System::Debian,
    }
}

/// The platform a dependency runs on, and its package's name there.
fn resolve(context: &Context, dependency: &Dependency) -> (Platform, String) {
    let target = context.target();
    let (runs, emits) = match dependency.category {
        Category::BuildBuild => (context.build, context.build),
        Category::BuildHost => (context.build, context.host),
        Category::BuildTarget => (context.build, target),
        Category::HostHost => (context.host, context.host),
        Category::HostTarget => (context.host, target),
        Category::TargetTarget => (target, target),
    };
    let name = &dependency.package;
    if runs != emits && COMPILERS.contains(&name.as_str()) {
        // A Debian package name has no underscore: gcc-x86-64-linux-gnu.
        (runs, format!("{name}-{}", emits.gnu().replace('_', "-")))
    } else {
        (runs, name.clone())
    }
}
