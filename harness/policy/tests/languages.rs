//! Plans of languages that bring their own build system: what it is told of the host.

mod looking;
mod specimen;

use crossproof_model::case::{PhaseName, System};
use crossproof_model::{Platform, Side};
use looking::{has, packages, script};
use specimen::{case, emulator, planned};

#[test]
fn python_is_answered_for_the_host_and_meson_python_gets_the_machine_file() {
    let mut case = case(System::Python);
    let words = vec!["-Csetup-args=-Dx=a b".to_owned()];
    case.build.arguments.insert(PhaseName::Build, words);
    let plan = planned(&case, Platform::Armv7);
    let environment = &plan.cross.environment;
    assert_eq!(environment["_PYTHON_HOST_PLATFORM"], "linux-armv7l");
    assert_eq!(
        environment["_PYTHON_SYSCONFIGDATA_NAME"],
        "_sysconfigdata__arm-linux-gnueabihf"
    );
    let all = packages(&plan.cross).join(" ");
    has(&all, &["python3:amd64", "libpython3-dev:armhf"]);
    let build = script(&plan.cross, PhaseName::Build);
    has(
        build,
        &[
            "\nneeds_exe_wrapper = true\n",
            "set -- -Csetup-args=--cross-file=/build/home/machine.ini -Cbuild-dir=obj-arm-linux-gnueabihf ",
            "python3 -m build \"$@\" --wheel --no-isolation",
            " '-Csetup-args=-Dx=a b'\n",
        ],
    );
    // The machine file is the one of a Meson project.
    let file = |script: &str| {
        let file = script.split("end of machine file").nth(1);
        file.unwrap().to_owned()
    };
    case.build.system = System::Meson;
    case.build.arguments.clear();
    for side in [Side::Native, Side::Cross] {
        let meson = planned(&case, Platform::Armv7);
        let configure = script(meson.leg(side), PhaseName::Configure);
        assert_eq!(
            file(configure),
            file(script(plan.leg(side), PhaseName::Build))
        );
    }
    let native = script(&plan.native, PhaseName::Build);
    has(
        native,
        &["-Csetup-args=--native-file=/build/home/machine.ini"],
    );
    assert!(!native.contains("cross"));
    has(
        script(&plan.native, PhaseName::Install),
        &["--destdir /build/dest /build/home/wheels/*.whl\n"],
    );
}

#[test]
fn go_is_told_what_it_builds_for_and_takes_c_along() {
    let mut case = case(System::Go);
    let words = vec!["-ldflags=-X main.version=1".to_owned()];
    case.build.arguments.insert(PhaseName::Build, words);
    let plan = planned(&case, Platform::Armv7);
    let environment = &plan.native.environment;
    for (name, value) in [
        ("GOOS", "linux"),
        ("GOARCH", "arm"),
        ("GOARM", "7"),
        ("CGO_ENABLED", "1"),
        ("CC", "arm-linux-gnueabihf-gcc"),
        ("GOPROXY", "off"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    assert_eq!(
        script(&plan.cross, PhaseName::Build),
        "go build -o /build/home/bin/ '-ldflags=-X main.version=1' ./...\n"
    );
    assert!(packages(&plan.cross).contains(&"golang-go:amd64".to_owned()));
    assert!(packages(&plan.native).contains(&"golang-go:armhf".to_owned()));
    let plan = planned(&case, Platform::Aarch64);
    assert_eq!(plan.cross.environment["GOARCH"], "arm64");
    assert!(!plan.cross.environment.contains_key("GOARM"));
    case.build
        .arguments
        .insert(PhaseName::Install, vec!["-v".to_owned()]);
    let refused = crossproof_policy::plan(&case, Platform::Armv7, &emulator(Platform::Armv7));
    assert!(refused.unwrap_err().message.contains("no such phase"));
}
