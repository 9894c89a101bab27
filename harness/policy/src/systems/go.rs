//! `go`: the Go of the build platform, told by the same variables on both sides what it builds for. It is a cross
//! compiler wherever it runs, so the sides differ in the platform it runs on alone; for cgo it takes `CC`.

use super::{Context, Recipe, on_build, phase, run};
use crossproof_model::case::{Environment, PhaseName};
use crossproof_model::plan::paths;

pub(super) fn recipe(context: &Context) -> Recipe {
    let programs = format!("{}/bin/", paths::HOME);
    let build = ["go", "build", "-o", &programs].into_iter();
    let install = format!(
        "install -D -m 755 -t {}/usr/bin {programs}*\n",
        paths::DESTINATION
    );
    Recipe {
        packages: vec![on_build("golang-go")],
        environment: environment(context),
        phases: vec![
            run(
                PhaseName::Build,
                build
                    .chain(context.arguments(PhaseName::Build))
                    .chain(["./..."]),
            ),
            phase(PhaseName::Install, install),
        ],
    }
}

fn environment(context: &Context) -> Environment {
    let (architecture, arm) = context.host.go();
    let folder = |name| format!("{}/{name}", paths::HOME);
    let pairs = [
        ("GOOS", "linux".to_owned()),
        ("GOARCH", architecture.to_owned()),
        // Without it a compiler for another platform than its own leaves C out.
        ("CGO_ENABLED", "1".to_owned()),
        // What the source brings, and nothing of where and from which commit it is built.
        (
            "GOFLAGS",
            "-mod=vendor -trimpath -buildvcs=false".to_owned(),
        ),
        ("GOPROXY", "off".to_owned()),
        ("GOTOOLCHAIN", "local".to_owned()),
        ("GOCACHE", folder("go-build")),
        ("GOPATH", folder("go")),
    ];
    let pairs = pairs.into_iter();
    pairs
        .chain(arm.map(|arm| ("GOARM", arm.to_owned())))
        .map(|(name, value)| (name.to_owned(), Some(value)))
        .collect()
}
