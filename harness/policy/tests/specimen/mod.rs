//! One small case per build system, and its plan.

use crossproof_model::case::{
    Build, Case, Controls, EmulatedBuild, Limits, PhaseName, Source, System, Tier,
};
use crossproof_model::check::Checks;
use crossproof_model::emulator::Emulator;
use crossproof_model::plan::Plan;
use crossproof_model::{Pair, Platform};
use crossproof_policy::plan;
use std::collections::{BTreeMap, BTreeSet};

pub fn case(system: System) -> Case {
    let steps = match system {
        System::Script => BTreeMap::from([(PhaseName::Build, "$CC -o hello hello.c\n".to_owned())]),
        _ => BTreeMap::new(),
    };
    Case {
        name: "small".parse().unwrap(),
        summary: "small".to_owned(),
        tier: Tier::Quick,
        targets: Platform::TARGETS.to_vec(),
        controls: Controls::OnRequest,
        source: Source::Dir("src".parse().unwrap()),
        depends: Vec::new(),
        depends_alone: Vec::new(),
        emits: None,
        configured: false,
        build: Build {
            system,
            directory: None,
            arguments: BTreeMap::new(),
            steps,
            environment: BTreeMap::new(),
            native_environment: BTreeMap::new(),
            cross_environment: BTreeMap::new(),
            emulated: EmulatedBuild::Withheld,
        },
        limits: Limits::default(),
        collect: vec!["**".to_owned()],
        runs: Vec::new(),
        checks: Checks::default(),
    }
}

pub fn emulator(target: Platform) -> Emulator {
    let cross = format!("gcc-{}", target.gnu());
    Emulator {
        target,
        tier: crossproof_model::Tier::Quick,
        build: Platform::X86_64,
        suite: "trixie".to_owned(),
        models: vec!["max".to_owned()],
        build_model: Some("plain".to_owned()),
        packages: Pair::new(
            BTreeSet::from(["gcc".to_owned()]),
            BTreeSet::from(["gcc".to_owned(), cross]),
        ),
        path_map: Vec::new(),
    }
}

pub fn planned(case: &Case, target: Platform) -> Plan {
    plan(case, target, &emulator(target)).unwrap()
}
