//! Plans of one small case per build system: the lines that matter, and what the two sides share.

mod looking;
mod specimen;

use crossproof_model::case::{Case, EmulatedBuild, PhaseName, Source, System};
use crossproof_model::plan::{Emulation, Plan};
use crossproof_model::{Platform, Side};
use crossproof_policy::plan;
use looking::{has, packages, script};
use specimen::{case, emulator, planned};
use std::collections::{BTreeMap, BTreeSet};

/// The words that differ between the two sides' scripts.
fn differing_words(plan: &Plan) -> BTreeSet<String> {
    let words = |side| -> BTreeSet<String> {
        let phases = plan.leg(side).phases.iter();
        let scripts: String = phases.map(|p| p.script.as_str()).collect();
        scripts.split_whitespace().map(str::to_owned).collect()
    };
    let (native, cross) = (words(Side::Native), words(Side::Cross));
    native.symmetric_difference(&cross).cloned().collect()
}

#[test]
fn the_sides_share_scripts_but_for_naming_the_build_platform() {
    for target in Platform::TARGETS {
        for system in [
            System::Script,
            System::Make,
            System::Cargo,
            System::Perl,
            System::Go,
        ] {
            let plan = planned(&case(system), target);
            assert_eq!(plan.native.phases, plan.cross.phases, "{}", system.name());
        }
        let autotools = planned(&case(System::Autotools), target);
        let expected = [
            format!("--build={}", target.gnu()),
            "--build=x86_64-linux-gnu".to_owned(),
        ];
        assert_eq!(differing_words(&autotools), expected.into());
        let cmake = planned(&case(System::Cmake), target);
        let native = script(&cmake.native, PhaseName::Configure).trim_end();
        let cross = script(&cmake.cross, PhaseName::Configure).trim_end();
        has(cross, &[native, "set(CMAKE_SYSTEM_NAME Linux)"]);
        assert!(cross.ends_with(" -DCMAKE_TOOLCHAIN_FILE=/build/home/toolchain.cmake"));
        assert!(!native.contains("TOOLCHAIN"));
    }
}

#[test]
fn the_environment_differs_in_the_build_platform_only() {
    for target in Platform::TARGETS {
        for system in System::ALL {
            let mut plan = planned(&case(system), target);
            let native = plan
                .native
                .environment
                .insert("CROSSPROOF_BUILD".into(), "-".into());
            let cross = plan
                .cross
                .environment
                .insert("CROSSPROOF_BUILD".into(), "-".into());
            assert_eq!(native.as_deref(), Some(target.gnu()));
            assert_eq!(cross.as_deref(), Some("x86_64-linux-gnu"));
            assert_eq!(plan.native.environment, plan.cross.environment);
        }
    }
}

#[test]
fn the_environment_is_complete_and_does_not_name_the_side() {
    let plan = planned(&case(System::Script), Platform::Armv7);
    let environment = &plan.cross.environment;
    for (name, value) in [
        ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
        ("CC", "arm-linux-gnueabihf-gcc"),
        ("CC_FOR_BUILD", "gcc"),
        ("CROSS_COMPILE", "arm-linux-gnueabihf-"),
        ("SOURCE_DATE_EPOCH", "1735689600"),
        ("DESTDIR", "/build/dest"),
        (
            "PKG_CONFIG_LIBDIR",
            "/usr/lib/arm-linux-gnueabihf/pkgconfig:/usr/share/pkgconfig",
        ),
        ("TZ", "UTC"),
        ("MAKEFLAGS", "-j1"),
        ("QEMU_CPU", "plain"),
    ] {
        assert_eq!(
            environment.get(name).map(String::as_str),
            Some(value),
            "{name}"
        );
    }
    assert!(!environment.keys().any(|name| name.contains("SIDE")));
}

#[test]
fn authors_variables_come_last_and_null_unsets() {
    let mut case = case(System::Make);
    let set = |value: &str| Some(value.to_owned());
    case.build
        .environment
        .insert("SOURCE_DATE_EPOCH".into(), None);
    case.build.environment.insert("CFLAGS".into(), set("-O2"));
    case.build
        .cross_environment
        .insert("CFLAGS".into(), set("-O0"));
    case.build.native_environment.insert("LANG".into(), None);
    let plan = planned(&case, Platform::Aarch64);
    assert_eq!(plan.native.environment["CFLAGS"], "-O2");
    assert_eq!(plan.cross.environment["CFLAGS"], "-O0");
    assert!(!plan.native.environment.contains_key("LANG"));
    assert!(plan.cross.environment.contains_key("LANG"));
    assert!(!plan.cross.environment.contains_key("SOURCE_DATE_EPOCH"));
}

#[test]
fn make_takes_its_tools_on_the_command_line() {
    let mut case = case(System::Make);
    let words = vec!["V=1".to_owned(), "a b".to_owned()];
    case.build.arguments.insert(PhaseName::Build, words);
    let plan = planned(&case, Platform::Aarch64);
    let build = script(&plan.native, PhaseName::Build);
    has(
        build,
        &[
            "make CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ AR=",
            " V=1 'a b'\n",
        ],
    );
    let install = script(&plan.cross, PhaseName::Install);
    has(
        install,
        &["make install DESTDIR=/build/dest PREFIX=/usr prefix=/usr"],
    );
}

#[test]
fn autotools_names_both_platforms() {
    let plan = planned(&case(System::Autotools), Platform::Armv7);
    let configure = script(&plan.cross, PhaseName::Configure);
    has(
        configure,
        &[
            "[ -e configure ] || autoreconf -fi\n",
            "./configure --build=x86_64-linux-gnu --host=arm-linux-gnueabihf --prefix=/usr",
            "--libdir=/usr/lib/arm-linux-gnueabihf",
        ],
    );
}

#[test]
fn meson_names_the_host_where_it_is_another_and_a_wrapper_where_it_may_run() {
    let mut case = case(System::Meson);
    let configure = |case: &Case, side| {
        let plan = planned(case, Platform::Armv7);
        script(plan.leg(side), PhaseName::Configure).to_owned()
    };
    let (native, cross) = (
        configure(&case, Side::Native),
        configure(&case, Side::Cross),
    );
    has(
        &native,
        &["c = 'arm-linux-gnueabihf-gcc'\n", "--native-file"],
    );
    has(
        &cross,
        &[
            "c = 'arm-linux-gnueabihf-gcc'\n",
            "--cross-file",
            "cpu_family = 'arm'\n",
        ],
    );
    assert!(!native.contains("host_machine") && !cross.contains("\nexe_wrapper ="));
    case.build.emulated = EmulatedBuild::Granted;
    has(&configure(&case, Side::Cross), &["exe_wrapper = "]);
    assert!(!configure(&case, Side::Native).contains("exe_wrapper"));
}

#[test]
fn perl_asks_the_hosts_configuration() {
    let plan = planned(&case(System::Perl), Platform::Aarch64);
    let folder = "/usr/lib/aarch64-linux-gnu/perl/cross-config";
    assert_eq!(plan.cross.environment["PERL5LIB"], folder);
    has(
        &packages(&plan.cross).join(" "),
        &["perl:amd64", "libperl-dev:arm64"],
    );
    let configure = script(&plan.cross, PhaseName::Configure);
    has(
        configure,
        &[
            "perl Build.PL --installdirs vendor",
            "perl Makefile.PL INSTALLDIRS=vendor",
        ],
    );
}

#[test]
fn debian_packages_are_built_in_roots_that_have_dpkgs_database() {
    let mut case = case(System::Debian);
    case.source = debian_source();
    let plan = planned(&case, Platform::Armv7);
    let command = |profiles: &str| {
        format!(
            "dpkg-buildpackage --build=any --unsigned-source --unsigned-changes --host-arch armhf --build-profiles={profiles}\n"
        )
    };
    assert_eq!(script(&plan.native, PhaseName::Build), command("nocheck"));
    assert_eq!(
        script(&plan.cross, PhaseName::Build),
        command("cross,nocheck")
    );
    let cross = packages(&plan.cross).join(" ");
    has(
        &cross,
        &[
            "build-essential:amd64",
            "crossbuild-essential-armhf:amd64",
            "libc6-dev:armhf",
        ],
    );
    assert!(!packages(&plan.native).join(" ").contains("crossbuild"));
    // What its rules would take for the user's wishes is not there, and its patches are its own affair.
    for variable in ["CC", "DESTDIR", "MAKEFLAGS", "SOURCE_DATE_EPOCH"] {
        assert!(
            !plan.native.environment.contains_key(variable),
            "{variable}"
        );
    }
    assert!(
        plan.native
            .phases
            .iter()
            .all(|phase| phase.name != PhaseName::Patch)
    );
    for side in Side::BOTH {
        assert!(plan.leg(side).root.configured);
    }
}

#[test]
fn cargo_builds_for_a_named_target_on_both_sides() {
    let mut case = case(System::Cargo);
    let plan = planned(&case, Platform::Armv7);
    let build = script(&plan.native, PhaseName::Build);
    let target = "armv7-unknown-linux-gnueabihf";
    assert_eq!(
        build,
        format!("cargo build --frozen --target {target} --release\n")
    );
    let environment = &plan.native.environment;
    let linker = &environment["CARGO_TARGET_ARMV7_UNKNOWN_LINUX_GNUEABIHF_LINKER"];
    assert_eq!(linker, "arm-linux-gnueabihf-gcc");
    assert!(environment.contains_key("CC_armv7_unknown_linux_gnueabihf"));
    assert_eq!(environment["HOST_CC"], "gcc");
    has(
        &packages(&plan.cross).join(" "),
        &["cargo:amd64", "libstd-rust-dev:armhf"],
    );
    for (words, folder) in [
        (vec!["--profile", "dev"], "debug"),
        (vec!["--profile=small"], "small"),
        (vec!["--features", "x"], "release"),
    ] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let chooses = words[0].starts_with("--profile");
        case.build.arguments.insert(PhaseName::Build, words);
        let plan = planned(&case, Platform::Armv7);
        has(
            script(&plan.cross, PhaseName::Install),
            &[&format!("find target/{target}/{folder} ")],
        );
        let release = script(&plan.cross, PhaseName::Build).contains("--release");
        assert_eq!(release, !chooses);
    }
}

#[test]
fn emulation_is_withheld_from_cross_legs_unless_granted() {
    let mut case = case(System::Make);
    let plan = planned(&case, Platform::Aarch64);
    assert_eq!(plan.native.emulation, Emulation::Registered);
    assert_eq!(plan.cross.emulation, Emulation::Withheld);
    case.build.emulated = EmulatedBuild::Granted;
    assert_eq!(
        planned(&case, Platform::Aarch64).cross.emulation,
        Emulation::Registered
    );
}

#[test]
fn steps_replace_phases_and_start_in_the_directory() {
    let mut case = case(System::Autotools);
    let step = "./prepare\n".to_owned();
    case.build.steps.insert(PhaseName::Configure, step);
    case.build.directory = Some("sub dir".parse().unwrap());
    let plan = planned(&case, Platform::Aarch64);
    let configure = script(&plan.cross, PhaseName::Configure);
    assert_eq!(configure, "cd 'sub dir'\n./prepare\n");
    assert!(script(&plan.cross, PhaseName::Build).starts_with("cd 'sub dir'\nmake"));
    let names: Vec<PhaseName> = plan.cross.phases.iter().map(|p| p.name).collect();
    assert_eq!(
        names,
        [PhaseName::Configure, PhaseName::Build, PhaseName::Install]
    );
}

fn debian_source() -> Source {
    Source::Debian {
        package: "zlib".to_owned(),
        version: "1".to_owned(),
        suite: "trixie".to_owned(),
        files: BTreeMap::new(),
    }
}

#[test]
fn debian_sources_are_patched_first_at_their_top() {
    let mut case = case(System::Make);
    case.build.directory = Some("sub".parse().unwrap());
    case.source = debian_source();
    let plan = planned(&case, Platform::Aarch64);
    assert_eq!(plan.cross.phases[0].name, PhaseName::Patch);
    assert!(
        plan.cross.phases[0]
            .script
            .starts_with("if [ -f debian/patches/series ]")
    );
    assert!(packages(&plan.cross).contains(&"patch:amd64".to_owned()));
}

#[test]
fn what_cannot_be_planned_names_the_case_and_the_key() {
    let refused = |case: &Case, target| plan(case, target, &emulator(Platform::Armv7)).unwrap_err();
    let mut one = case(System::Make);
    let error = refused(&one, Platform::Aarch64);
    assert_eq!(error.key, ["targets"]);
    one.targets = vec![Platform::Aarch64];
    let error = refused(&one, Platform::Armv7).to_string();
    assert_eq!(
        error,
        "case small: targets: armv7 is not among them: expected one of aarch64"
    );
    let mut script = case(System::Script);
    script.build.steps.clear();
    assert_eq!(refused(&script, Platform::Armv7).key, ["build", "steps"]);
    let mut make = case(System::Make);
    make.build
        .arguments
        .insert(PhaseName::Configure, vec!["--x".to_owned()]);
    let error = refused(&make, Platform::Armv7);
    assert_eq!(error.key, ["build", "arguments", "configure"]);
    make.build
        .steps
        .insert(PhaseName::Configure, "./x".to_owned());
    assert!(
        refused(&make, Platform::Armv7)
            .message
            .contains("write them there")
    );
}
