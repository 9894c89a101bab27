//! Which packages, of which architecture, a leg's root is asked to have.

mod specimen;

use crossproof_model::Platform;
use crossproof_model::case::{Category, Dependency, System};
use crossproof_model::plan::LegPlan;
use crossproof_policy::plan;
use specimen::{case, planned};
use std::collections::BTreeSet;

fn packages(leg: &LegPlan) -> Vec<String> {
    leg.root.packages.iter().map(ToString::to_string).collect()
}

#[test]
fn categories_become_packages_of_an_architecture() {
    let mut case = case(System::Script);
    case.depends = Category::ALL
        .into_iter()
        .map(|category| Dependency {
            category,
            package: "g++".to_owned(),
        })
        .collect();
    let plan = planned(&case, Platform::Armv7);
    let native = ["g++:armhf", "gcc:armhf"];
    assert_eq!(packages(&plan.native), native);
    assert_eq!(plan.native.root.native, Platform::Armv7);
    assert!(plan.native.root.foreign.is_empty());
    let cross = [
        "g++:amd64",
        "g++:armhf",
        "g++-arm-linux-gnueabihf:amd64",
        "gcc:amd64",
        "gcc-arm-linux-gnueabihf:amd64",
    ];
    assert_eq!(packages(&plan.cross), cross);
    assert_eq!(plan.cross.root.foreign, BTreeSet::from([Platform::Armv7]));
}

#[test]
fn what_is_wanted_alone_is_asked_for_apart() {
    let mut case = case(System::Script);
    let wanted = |category, package: &str| Dependency {
        category,
        package: package.to_owned(),
    };
    case.depends_alone = vec![
        wanted(Category::HostHost, "server-dev"),
        wanted(Category::BuildHost, "g++"),
    ];
    let plan = planned(&case, Platform::Aarch64);
    let alone =
        |leg: &LegPlan| -> Vec<String> { leg.root.alone.iter().map(ToString::to_string).collect() };
    assert_eq!(alone(&plan.native), ["g++:arm64", "server-dev:arm64"]);
    let cross = ["g++-aarch64-linux-gnu:amd64", "server-dev:arm64"];
    assert_eq!(alone(&plan.cross), cross);
    // The root's own architectures follow from it as from any other package.
    assert_eq!(plan.cross.root.foreign, BTreeSet::from([Platform::Aarch64]));
    assert!(!packages(&plan.cross).contains(&"server-dev:arm64".to_owned()));
    // A root that takes the same package with what it depends on is another root.
    let mut whole = plan.cross.root.clone();
    let alone = std::mem::take(&mut whole.alone);
    whole.packages.extend(alone);
    assert_ne!(whole.digest(), plan.cross.root.digest());
}

#[test]
fn nothing_foreign_unless_something_is_wanted() {
    let plan = planned(&case(System::Make), Platform::Aarch64);
    assert!(plan.cross.root.foreign.is_empty());
    assert!(packages(&plan.cross).contains(&"make:amd64".to_owned()));
    let plan = planned(&case(System::Cargo), Platform::Aarch64);
    assert_eq!(plan.cross.root.foreign, BTreeSet::from([Platform::Aarch64]));
}

#[test]
fn cross_legs_are_built_where_the_emulator_says() {
    let mut case = case(System::Autotools);
    case.targets = vec![Platform::X86_64];
    let mut emulator = specimen::emulator(Platform::X86_64);
    let refused = plan(&case, Platform::X86_64, &emulator).unwrap_err();
    assert_eq!(refused.key, ["targets"]);
    emulator.build = Platform::Aarch64;
    let plan = plan(&case, Platform::X86_64, &emulator).unwrap();
    let builds = |leg: &LegPlan| leg.environment["CROSSPROOF_BUILD"].clone();
    assert_eq!(builds(&plan.cross), "aarch64-linux-gnu");
    assert_eq!(builds(&plan.native), "x86_64-linux-gnu");
    assert_eq!(plan.cross.environment["CC"], "x86_64-linux-gnu-gcc");
    assert_eq!(plan.cross.root.native, Platform::Aarch64);
    assert_eq!(plan.native.root.native, Platform::X86_64);
}

#[test]
fn other_roots_have_no_database_unless_the_case_asks_for_it() {
    let mut case = case(System::Make);
    let plain = planned(&case, Platform::Aarch64).native.root;
    case.configured = true;
    let configured = planned(&case, Platform::Aarch64).native.root;
    assert!(!plain.configured && configured.configured);
    assert_ne!(plain.digest(), configured.digest());
}

#[test]
fn what_a_product_emits_for_is_the_third_platform() {
    let mut case = case(System::Autotools);
    let configure = |leg: &LegPlan| leg.phases[0].script.clone();
    let plain = planned(&case, Platform::Aarch64);
    assert!(!plain.cross.environment.contains_key("CROSSPROOF_TARGET"));
    assert!(!configure(&plain.cross).contains("--target"));
    case.emits = Some(Platform::Armv7);
    let wanted = [
        (Category::BuildTarget, "gcc"),
        (Category::HostTarget, "binutils"),
        (Category::TargetTarget, "libc6"),
    ];
    case.depends = wanted
        .map(|(category, name)| Dependency {
            category,
            package: name.to_owned(),
        })
        .into();
    let plan = planned(&case, Platform::Aarch64);
    assert_eq!(plan.emits, Some(Platform::Armv7));
    for (leg, compiler) in [
        (&plan.native, "gcc-arm-linux-gnueabihf:arm64"),
        (&plan.cross, "gcc-arm-linux-gnueabihf:amd64"),
    ] {
        assert_eq!(leg.environment["CROSSPROOF_TARGET"], "arm-linux-gnueabihf");
        let named = "--host=aarch64-linux-gnu --target=arm-linux-gnueabihf";
        assert!(configure(leg).contains(named), "{}", configure(leg));
        let found = packages(leg);
        for package in [
            compiler,
            "binutils-arm-linux-gnueabihf:arm64",
            "libc6:armhf",
        ] {
            assert!(found.iter().any(|one| one == package), "{package}");
        }
    }
}
