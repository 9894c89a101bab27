//! From what an author wrote to what each leg does: every tool, flag, variable and path resolved.

use crate::context::Context;
use crate::environment::environment;
use crate::roots::root;
use crate::systems::recipe;
use crossproof_model::case::{EmulatedBuild, PhaseName, System};
use crossproof_model::emulator::Emulator;
use crossproof_model::plan::{Emulation, LegPlan, Plan};
use crossproof_model::{Case, CaseName, Platform, Side};

/// What qemu-user takes its CPU model from, also for the programs that a program starts.
const QEMU_CPU: &str = "QEMU_CPU";

/// A case that cannot be planned: the key of its file that says something impossible, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("case {case}: {}: {message}", key.join("."))]
pub struct PlanError {
    /// The case.
    pub case: CaseName,
    /// Keys from the top of `case.yaml`.
    pub key: Vec<String>,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Plans `case` for `target`.
pub fn plan(case: &Case, target: Platform, emulator: &Emulator) -> Result<Plan, PlanError> {
    check(case, target, emulator)?;
    Ok(Plan {
        case: case.name.clone(),
        target,
        emits: case.emits,
        native: leg(case, Side::Native, target, emulator),
        cross: leg(case, Side::Cross, target, emulator),
        runs: case.runs.clone(),
    })
}

/// The only function that asks for the side: it chooses the build platform, the root's own packages,
/// the author's variables for the side, and whether emulation is there.
fn leg(case: &Case, side: Side, host: Platform, emulator: &Emulator) -> LegPlan {
    let (build, own, emulation) = match side {
        // Built on the target: nothing of a native leg runs but under its emulator.
        Side::Native => (host, &case.build.native_environment, Emulation::Registered),
        Side::Cross => {
            let emulation = match case.build.emulated {
                EmulatedBuild::Withheld => Emulation::Withheld,
                EmulatedBuild::Granted => Emulation::Registered,
            };
            (emulator.build, &case.build.cross_environment, emulation)
        }
    };
    let context = Context { case, build, host };
    let recipe = recipe(&context);
    let depends = recipe.packages.iter().chain(&case.depends);
    // On both sides, though only an emulator reads it: the environment says nothing of the side.
    let emulated = (emulator.build_model.iter())
        .map(|model| (QEMU_CPU.to_owned(), Some(model.clone())))
        .collect();
    LegPlan {
        root: root(
            &context,
            emulator,
            emulator.packages.of(side),
            depends,
            &case.depends_alone,
        ),
        emulation,
        environment: environment(
            &context,
            &[&emulated, &recipe.environment, &case.build.environment, own],
        ),
        phases: recipe.phases,
        limits: case.limits,
        collect: case.collect.clone(),
    }
}

fn check(case: &Case, target: Platform, emulator: &Emulator) -> Result<(), PlanError> {
    let refuse = |key: &[&str], message: String| {
        Err(PlanError {
            case: case.name.clone(),
            key: key.iter().map(|step| (*step).to_owned()).collect(),
            message,
        })
    };
    if !case.targets.contains(&target) {
        let targets: Vec<&str> = case.targets.iter().map(|target| target.short()).collect();
        return refuse(
            &["targets"],
            format!(
                "{target} is not among them: expected one of {}",
                targets.join(", ")
            ),
        );
    }
    if emulator.build == target || emulator.target != target {
        return refuse(
            &["targets"],
            format!(
                "no roots and emulator for {target}: expected emulators/{target}/emulator.yaml, got that of {}",
                emulator.target
            ),
        );
    }
    let build = &case.build;
    if build.system == System::Script && !build.steps.contains_key(&PhaseName::Build) {
        return refuse(
            &["build", "steps"],
            "a script build is its steps: expected a `build` step".to_owned(),
        );
    }
    for (phase, arguments) in &build.arguments {
        let why = if arguments.is_empty() {
            continue;
        } else if build.steps.contains_key(phase) {
            "the step that replaces this phase takes no arguments: write them there"
        } else if !takes_arguments(build.system, *phase) {
            "this build system has no such phase to give arguments to"
        } else {
            continue;
        };
        return refuse(&["build", "arguments", phase.name()], why.to_owned());
    }
    Ok(())
}

/// Whether a build system has a command for this phase that arguments could go to.
fn takes_arguments(system: System, phase: PhaseName) -> bool {
    match (system, phase) {
        (System::Script, _) | (_, PhaseName::Patch) => false,
        (System::Make, phase) => phase != PhaseName::Configure,
        (System::Autotools | System::Cmake | System::Meson | System::Perl, _) => true,
        (System::Python, phase) => phase != PhaseName::Configure,
        (System::Cargo | System::Go | System::Debian, phase) => phase == PhaseName::Build,
    }
}
