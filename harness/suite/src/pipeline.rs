//! One case for one target, from its description to its verdict. [`trial`] is the whole picture.

use crate::inspection::Inspection;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_exec::error::Error as ExecError;
use crossproof_exec::executor::{BinfmtSupport, Built, Executor, Failures};
use crossproof_exec::roots::Root;
use crossproof_exec::sources::SourceTree;
use crossproof_model::case::Controls;
use crossproof_model::case::Run;
use crossproof_model::emulator::{Emulator, Lock};
use crossproof_model::golden::Accepted;
use crossproof_model::observation::Observed;
use crossproof_model::plan::{Emulation, Plan};
use crossproof_model::report::{Times, Trial};
use crossproof_model::request::{BuildRequest, RootPin, RunRequest, SourcePin};
use crossproof_model::verdict::{Failure, Judgement, Note, Provenance};
use crossproof_model::{Case, Comparison, Leg, Pair, Platform, Side};
use crossproof_policy as policy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether every leg is built twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Only where the case itself wants it.
    AsCasesSay,
    /// Always.
    Always,
}

/// What trials share.
pub struct Pipeline {
    pub session: Session,
    executor: Arc<dyn Executor>,
    repeats: Repeats,
    targets: BTreeMap<Platform, TargetFiles>,
}

/// What `emulators/<target>/` holds, read once for all trials of the target.
struct TargetFiles {
    emulator: Emulator,
    locks: Pair<Arc<Lock>>,
}

/// What a trial's legs are made in and from.
struct Materials {
    roots: Pair<Root>,
    pins: Pair<RootPin>,
    source: SourceTree,
}

/// The legs of a trial; the controls if they were built.
struct Legs {
    first: Pair<Arc<Built>>,
    second: Option<Pair<Arc<Built>>>,
}

impl Pipeline {
    /// A pipeline for trials of these targets, whose legs `executor` builds.
    pub fn new(
        session: Session,
        executor: Arc<dyn Executor>,
        targets: impl IntoIterator<Item = Platform>,
        repeats: Repeats,
    ) -> Result<Pipeline> {
        let targets: BTreeSet<Platform> = targets.into_iter().collect();
        let files = targets.into_iter().map(|target| {
            let lock = |side| {
                session
                    .project
                    .lock(&session.project.lock_file(target, side))
                    .map(Arc::new)
            };
            let locks = Pair::new(lock(Side::Native)?, lock(Side::Cross)?);
            Ok((
                target,
                TargetFiles {
                    emulator: session.project.emulator(target)?,
                    locks,
                },
            ))
        });
        let targets = files.collect::<Result<_>>()?;
        Ok(Pipeline {
            session,
            executor,
            repeats,
            targets,
        })
    }

    /// Builds, compares, runs and judges `case` for `target`, and holds the verdict against its golden.
    pub async fn trial(&self, case: &Case, target: Platform) -> Result<Trial> {
        let files = self
            .targets
            .get(&target)
            .with_context(|| format!("{target} is not one of this run's targets"))?;
        let emulator = &files.emulator;
        let golden = self.session.project.golden(&case.name, target)?;
        let plan = policy::plan(case, target, emulator)
            .map_err(|e| self.session.project.plan_problem(&case.name, &e))?;

        let mut times = Times::default();
        let judgement = match self.materials(case, &plan, &files.locks).await {
            Err(lack) if is_lack(&lack) => Judgement::Skipped(format!("{lack:#}")),
            Err(error) => return Err(error),
            Ok(materials) => match self.legs(case, &plan, &materials, golden.as_ref()).await? {
                Err(failure) => Judgement::Failed(failure),
                Ok(legs) => {
                    times.build = Side::BOTH
                        .map(|side| (side, legs.first.of(side).wall))
                        .into();
                    let inspection = Inspection::new(emulator);
                    let first = legs.first.as_ref().map(|built| &built.tree);
                    let comparison = inspection.compare(first).await?;
                    if case.checks.headers {
                        for root in [&materials.roots.left, &materials.roots.right] {
                            root.hold_whole(&self.session.store)?;
                        }
                    }
                    let checks = inspection
                        .check(case, &plan, &legs.first, &materials.roots)
                        .await?;
                    let controls = self.controls(&legs, &inspection).await?;
                    let observed = self
                        .observations(&plan, &materials, &legs, emulator)
                        .await?;
                    policy::judge(policy::Evidence {
                        comparison,
                        controls,
                        checks,
                        observed,
                        notes: self.notes(&plan),
                        provenance: self.provenance(&plan, &materials, &legs),
                        manifests: legs.first.map(|built| built.manifest.clone()),
                    })
                }
            },
        };
        let outcome = policy::outcome(&judgement, golden.as_ref());
        Ok(Trial {
            case: case.name.clone(),
            target,
            judgement,
            outcome,
            times,
        })
    }

    /// The roots and the sources, made or fetched where they are not in the store.
    async fn materials(
        &self,
        case: &Case,
        plan: &Plan,
        locks: &Pair<Arc<Lock>>,
    ) -> Result<Materials> {
        let session = &self.session;
        let pin = async |side: Side| {
            let (request, lock) = (&plan.leg(side).root, locks.of(side));
            let root = self
                .executor
                .root(request.clone(), Arc::clone(lock))
                .await?;
            let pin = RootPin {
                digest: root.digest,
                request: request.clone(),
                lock: Arc::clone(lock),
            };
            anyhow::Ok((root, pin))
        };
        let (native, native_pin) = pin(Side::Native).await?;
        let (cross, cross_pin) = pin(Side::Cross).await?;
        let folder = session.project.case_folder(&case.name);
        let source = self.executor.source(case.source.clone(), folder).await;
        let source = source.map_err(|error| match error {
            ExecError::Input { .. } => session
                .project
                .source_problem(&case.name, &error.to_string()),
            other => other.into(),
        })?;
        Ok(Materials {
            roots: Pair::new(native, cross),
            pins: Pair::new(native_pin, cross_pin),
            source,
        })
    }

    /// Every leg of the trial, at once; the first failure in leg order if any fails.
    async fn legs(
        &self,
        case: &Case,
        plan: &Plan,
        materials: &Materials,
        golden: Option<&Accepted>,
    ) -> Result<Result<Legs, Failure>> {
        let leg = |side, repeat| self.leg(case, plan, materials, Leg { side, repeat }, golden);
        let (native, cross) = (Side::Native, Side::Cross);
        let twice = self.repeats == Repeats::Always || case.controls == Controls::Always;
        let first = async { tokio::join!(leg(native, 1), leg(cross, 1)) };
        let second = async {
            if twice {
                Some(tokio::join!(leg(native, 2), leg(cross, 2)))
            } else {
                None
            }
        };
        let (first, second) = tokio::join!(first, second);
        let pair = |(left, right): (Result<_>, Result<_>)| -> Result<Result<Pair<_>, Failure>> {
            Ok(Pair::new(left?, right?).transpose())
        };
        let first = pair(first)?;
        let second = second.map(pair).transpose()?.transpose();
        Ok(first.and_then(|first| {
            Ok(Legs {
                first,
                second: second?,
            })
        }))
    }

    /// One leg: from the store if it is there and whole, else built.
    async fn leg(
        &self,
        case: &Case,
        plan: &Plan,
        materials: &Materials,
        leg: Leg,
        golden: Option<&Accepted>,
    ) -> Result<Result<Arc<Built>, Failure>> {
        let name = format!("{}::{} {leg}", plan.case, plan.target);
        let request = BuildRequest {
            name: name.clone(),
            leg,
            target: plan.target,
            plan: plan.leg(leg.side).clone(),
            root: materials.pins.of(leg.side).clone(),
            source: SourcePin {
                digest: materials.source.digest,
                source: case.source.clone(),
            },
            engine: self.executor.capabilities().engine,
        };
        // Any other failure is built again, so that what was mended on the machine meanwhile counts.
        let failures = match golden {
            Some(Accepted::Failure(expected)) if expected.leg == leg => Failures::Recalled,
            _ => Failures::TriedAgain,
        };
        let step = self.session.board.expected(format!("{name}: build"));
        let begun = || step.begin();
        let built = self.executor.build(request, failures, &begun).await;
        let built = built.with_context(|| format!("{name}: the leg could not be built"))?;
        step.ended(&built);
        Ok(built.map(Arc::new))
    }

    async fn controls(
        &self,
        legs: &Legs,
        inspection: &Inspection,
    ) -> Result<Pair<Option<Comparison>>> {
        let Some(second) = &legs.second else {
            return Ok(Pair::default());
        };
        let compare = |side: Side| {
            let pair = Pair::new(legs.first.of(side), second.of(side));
            inspection.compare(pair.map(|built| &built.tree))
        };
        Ok(Pair::new(
            Some(compare(Side::Native).await?),
            Some(compare(Side::Cross).await?),
        ))
    }

    /// Each run on both legs under each CPU model, as many at once as there are processors.
    async fn observations(
        &self,
        plan: &Plan,
        materials: &Materials,
        legs: &Legs,
        emulator: &Emulator,
    ) -> Result<Vec<Observed>> {
        // Shown from the first program that is really started; a warm start runs none.
        let name = format!("{}::{}: runs", plan.case, plan.target);
        let step = self.session.board.expected(name);
        let begun = &|| step.begin();
        let seen = |run: &Run, model: &str, side: Side| {
            let built = legs.first.of(side);
            let request = RunRequest {
                target: plan.target,
                emits: plan.emits,
                root: materials.pins.left.clone(),
                leg: built.key,
                artifact: built.manifest.digest(),
                run: run.clone(),
                model: model.to_owned(),
                engine: self.executor.capabilities().engine,
            };
            self.executor.run(request, begun)
        };
        let runs = plan.runs.iter();
        let pending = runs.flat_map(|run| emulator.models.iter().map(move |model| (run, model)));
        let pending = pending.map(async |(run, model)| {
            let native = seen(run, model, Side::Native);
            let (left, right) = tokio::join!(native, seen(run, model, Side::Cross));
            let pair = Pair::new(left, right).transpose()?;
            Ok(Observed {
                run: run.name.clone(),
                model: model.clone(),
                pair,
            })
        });
        // A few at a time in effect: each takes a processor before it does anything.
        let observed = futures_util::future::try_join_all(pending).await;
        step.ended(&observed);
        observed
    }

    fn notes(&self, plan: &Plan) -> Vec<Note> {
        let capabilities = self.executor.capabilities();
        let emulated = plan.cross.emulation == Emulation::Registered;
        let by_itself = plan.target == capabilities.engine.machine;
        let shared = capabilities.binfmt == BinfmtSupport::MachineOnly;
        [
            (emulated, Note::EmulatedBuild),
            (by_itself, Note::MachineRunsTarget),
            (shared, Note::SharedBinfmt),
        ]
        .into_iter()
        .filter_map(|(holds, note)| holds.then_some(note))
        .collect()
    }

    fn provenance(&self, plan: &Plan, materials: &Materials, legs: &Legs) -> Provenance {
        Provenance {
            roots: materials.roots.as_ref().map(|root| root.digest),
            source: materials.source.digest,
            recipes: Pair::new(plan.native.recipe(), plan.cross.recipe()),
            legs: legs.first.as_ref().map(|built| built.key),
            executors: legs.first.as_ref().map(|built| built.executor.clone()),
            emulator: self.executor.capabilities().emulator.clone(),
        }
    }
}

/// Whether the machine lacks something: the trial is skipped, the others go on.
fn is_lack(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| matches!(cause.downcast_ref(), Some(ExecError::Lacks { .. })))
}

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
