//! Plans of languages that bring their own build system: what it is told of the host.

mod looking;
mod specimen;

use crossproof_model::case::{PhaseName, System};
use crossproof_model::{Platform, Side};
use looking::{has, packages, script};
use specimen::{case, planned};

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
