//! The environment of a leg, complete: nothing is inherited, and nothing in it says which side this
//! is, so that a recipe cannot ask.

use crate::context::Context;
use crossproof_model::case::Environment;
use crossproof_model::plan::paths;
use std::collections::BTreeMap;

/// Tools whose output runs where the build does, by autoconf's convention for the names.
const FOR_BUILD: [(&str, &str); 3] = [
    ("CC_FOR_BUILD", "gcc"),
    ("CXX_FOR_BUILD", "g++"),
    ("CPP_FOR_BUILD", "gcc -E"),
];

/// What is the same for every leg. The clock variable is 2025-01-01T00:00:00Z: after every source
/// here, before every build.
const FIXED: [(&str, &str); 11] = [
    ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
    ("HOME", paths::HOME),
    ("USER", "builder"),
    ("LOGNAME", "builder"),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
    ("TZ", "UTC"),
    ("TERM", "dumb"),
    ("SOURCE_DATE_EPOCH", "1735689600"),
    ("DESTDIR", paths::DESTINATION),
    // One job on both sides: the order of parallel jobs must not be a difference.
    ("MAKEFLAGS", "-j1"),
];

/// The environment of a leg: what is fixed, the tools, then `layers` in order, each over the last.
pub(crate) fn environment(context: &Context, layers: &[&Environment]) -> BTreeMap<String, String> {
    let (build, host) = (context.build.gnu(), context.host.gnu());
    let pkg_config = format!("/usr/lib/{host}/pkgconfig:/usr/share/pkgconfig");
    let platforms = [
        ("CROSSPROOF_BUILD", build.to_owned()),
        ("CROSSPROOF_HOST", host.to_owned()),
        ("CROSS_COMPILE", format!("{host}-")),
        ("PKG_CONFIG_LIBDIR", pkg_config),
    ];
    let target = context
        .case
        .emits
        .map(|target| ("CROSSPROOF_TARGET", target.gnu().to_owned()));
    let plain = FIXED.iter().chain(&FOR_BUILD);
    let mut environment: BTreeMap<String, String> = plain
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .chain(
            platforms
                .into_iter()
                .chain(target)
                .chain(context.tools())
                .map(|(name, value)| (name.to_owned(), value)),
        )
        .collect();
    for (name, value) in layers.iter().copied().flatten() {
        match value {
            Some(value) => environment.insert(name.clone(), value.clone()),
            None => environment.remove(name),
        };
    }
    environment
}
