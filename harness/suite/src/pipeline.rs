//! One case for one target, from its description to its verdict. [`trial`] is the whole picture.

use crate::inspection::Inspection;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_exec::error::Error as ExecError;
use crossproof_exec::leg::{self, Built, Failures};
use crossproof_exec::observe::{self, observe};
use crossproof_exec::roots::{Root, ensure_root};
use crossproof_exec::sources::{SourceTree, ensure_source};
use crossproof_exec::tools::Tools;
use crossproof_exec::workshop::{BinfmtSupport, Workshop};
use crossproof_model::case::Controls;
use crossproof_model::emulator::{Emulator, Lock};
use crossproof_model::golden::Accepted;
use crossproof_model::observation::Observed;
use crossproof_model::plan::Plan;
use crossproof_model::report::{Times, Trial};
use crossproof_model::verdict::{Failure, Judgement, Note, Provenance};
use crossproof_model::{Case, Comparison, Leg, Pair, Platform, Side};
use crossproof_policy as policy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

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
    shop: Workshop,
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
    source: SourceTree,
}

/// The legs of a trial; the controls if they were built.
struct Legs {
    first: Pair<Arc<Built>>,
    second: Option<Pair<Arc<Built>>>,
}

impl Pipeline {
    /// A pipeline for trials of these targets; fetches the tools if they are not in the store.
    pub fn new(
        session: Session,
        targets: impl IntoIterator<Item = Platform>,
        repeats: Repeats,
        jobs: Option<usize>,
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
        let shop = session.workshop(jobs)?;
        Ok(Pipeline {
            session,
            shop,
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
                    let evidence =
                        self.evidence(&plan, &materials, legs, comparison, controls, observed);
                    policy::judge(policy::Evidence { checks, ..evidence })
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
        let request = |side| (plan.leg(side).root.clone(), Arc::clone(locks.of(side)));
        let requests = Pair::new(request(Side::Native), request(Side::Cross));
        let folder = session.project.case_folder(&case.name);
        let (owned, source) = (session.clone(), case.source.clone());
        let work = tokio::task::spawn_blocking(
            move || -> Result<(Pair<Root>, Result<SourceTree, ExecError>)> {
                let provision = owned.provision();
                let roots = requests
                    .map(|(request, lock)| ensure_root(&provision, &request, &lock))
                    .transpose()?;
                Ok((roots, ensure_source(&provision, &source, &folder)))
            },
        );
        let (roots, source) = work.await??;
        let source = source.map_err(|error| match error {
            ExecError::Input { .. } => session
                .project
                .source_problem(&case.name, &error.to_string()),
            other => other.into(),
        })?;
        Ok(Materials { roots, source })
    }

    /// Every leg of the trial, at once; the first failure in leg order if any fails.
    async fn legs(
        &self,
        case: &Case,
        plan: &Plan,
        materials: &Materials,
        golden: Option<&Accepted>,
    ) -> Result<Result<Legs, Failure>> {
        let leg = |side, repeat| self.leg(plan, materials, Leg { side, repeat }, golden);
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
        plan: &Plan,
        materials: &Materials,
        leg: Leg,
        golden: Option<&Accepted>,
    ) -> Result<Result<Arc<Built>, Failure>> {
        let session = &self.session;
        let order = Arc::new(leg::Order {
            leg,
            target: plan.target,
            plan: Arc::new(plan.leg(leg.side).clone()),
            root: materials.roots.of(leg.side).clone(),
            source: materials.source.clone(),
            tools: self.shop.tools.clone(),
        });
        let name = format!("{}::{} {leg}", plan.case, plan.target);
        // Any other failure is built again, so that what was mended on the machine meanwhile counts.
        let failures = match golden {
            Some(Accepted::Failure(expected)) if expected.leg == leg => Failures::Recalled,
            _ => Failures::TriedAgain,
        };
        let mut step = None;
        let mut begin = || step = Some(session.board.begin(format!("{name}: build")));
        let built = leg::obtain(
            &self.shop,
            &session.store,
            &order,
            failures,
            &name,
            &session.progress(),
            &mut begin,
        )
        .await
        .with_context(|| format!("{name}: the leg could not be built"))?;
        if let Some(step) = step {
            step.ended(&built);
        }
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
        let step = OnceLock::new();
        let name = format!("{}::{}: runs", plan.case, plan.target);
        let begin = || {
            step.get_or_init(|| self.session.board.begin(name.as_str()));
        };
        let begin = &begin;
        let mut pending = Vec::new();
        for run in &plan.runs {
            for model in &emulator.models {
                pending.push(async move {
                    let seen = |side: Side| async move {
                        let order = Arc::new(observe::Order {
                            target: plan.target,
                            emits: plan.emits,
                            root: materials.roots.left.clone(),
                            built: Arc::clone(legs.first.of(side)),
                            run: Arc::new(run.clone()),
                            model: model.clone(),
                        });
                        observe(
                            &self.shop,
                            &self.session.store,
                            &order,
                            &self.session.progress(),
                            begin,
                        )
                        .await
                    };
                    let (left, right) = tokio::join!(seen(Side::Native), seen(Side::Cross));
                    let pair = Pair::new(left, right).transpose()?;
                    Ok(Observed {
                        run: run.name.clone(),
                        model: model.clone(),
                        pair,
                    })
                });
            }
        }
        let observed = futures_in_order(pending).await;
        if let Some(step) = step.into_inner() {
            step.ended(&observed);
        }
        observed
    }

    fn evidence(
        &self,
        plan: &Plan,
        materials: &Materials,
        legs: Legs,
        comparison: Comparison,
        controls: Pair<Option<Comparison>>,
        observed: Vec<Observed>,
    ) -> policy::Evidence {
        let mut notes = Vec::new();
        if plan.cross.emulation == crossproof_model::plan::Emulation::Registered {
            notes.push(Note::EmulatedBuild);
        }
        if plan.target == self.shop.tools.machine() {
            notes.push(Note::MachineRunsTarget);
        }
        if self.shop.binfmt == BinfmtSupport::MachineOnly {
            notes.push(Note::SharedBinfmt);
        }
        policy::Evidence {
            comparison,
            controls,
            observed,
            notes,
            checks: Vec::new(),
            provenance: Provenance {
                roots: materials.roots.as_ref().map(|root| root.digest),
                source: materials.source.digest,
                recipes: Pair::new(plan.native.recipe(), plan.cross.recipe()),
                legs: legs.first.as_ref().map(|built| built.key),
                emulator: emulator_name(&self.shop.tools),
            },
            manifests: legs.first.map(|built| built.manifest.clone()),
        }
    }
}

/// Waits for all, a few at a time in effect: each takes a processor before it does anything.
async fn futures_in_order<T>(
    pending: Vec<impl Future<Output = Result<T, ExecError>>>,
) -> Result<Vec<T>> {
    let done = futures_util::future::try_join_all(pending).await?;
    Ok(done)
}

/// The packages the emulator came from, with their versions.
fn emulator_name(tools: &Tools) -> String {
    let named = tools
        .versions()
        .iter()
        .filter(|(name, _)| name.starts_with("qemu"));
    named
        .map(|(name, version)| format!("{name} {version}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether the machine lacks something: the trial is skipped, the others go on.
fn is_lack(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| matches!(cause.downcast_ref(), Some(ExecError::Lacks { .. })))
}
