//! One Debian source package from its name to its rows: cross leg, reference, comparison.

mod bound;
pub mod list;
mod recipe;
mod rows;

use crate::inspection::Inspection;
use crate::session::Session;
use crate::sight::look;
use anyhow::{Context as _, Result, anyhow};
use bound::Bound;
use crossproof_exec::archive::Archive;
use crossproof_exec::error::Error as ExecError;
use crossproof_exec::executor::{Built, Executor, Failures};
use crossproof_exec::sources::SourceTree;
use crossproof_model::emulator::Emulator;
use crossproof_model::measure::{Ending, PackageRow, Reference};
use crossproof_model::plan::{LegPlan, Plan};
use crossproof_model::request::{BuildRequest, RootPin, SourcePin};
use crossproof_model::verdict::Failure;
use crossproof_model::{Case, Leg, Platform, Side};
use crossproof_policy as policy;
use list::Entry;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What all packages of a measurement share.
pub struct Measurer {
    session: Session,
    executor: Arc<dyn Executor>,
    /// For cross legs, and where the reference is emulated for native ones. apt's state is one caller's at a time.
    cross: Arc<Mutex<Archive>>,
    native: Option<Arc<Mutex<Archive>>>,
    emulator: Emulator,
    inspection: Inspection,
    target: Platform,
    reference: Reference,
    failures: Failures,
    bound: Mutex<Bound>,
}

/// Why a package has no rows below its own.
struct Stop {
    ending: Ending,
    phase: Option<String>,
    why: String,
}

impl Stop {
    fn before_a_phase(ending: Ending, why: String) -> Stop {
        Stop {
            ending,
            phase: None,
            why,
        }
    }
}

impl Measurer {
    /// Fetches the tools and the indexes.
    pub fn new(
        session: Session,
        target: Platform,
        reference: Reference,
        failures: Failures,
        disk: Option<u64>,
    ) -> Result<Measurer> {
        session.board.say("looking how much the store takes");
        let bound = Mutex::new(Bound::new(&session.store, disk)?);
        let emulator = session.project.emulator(target)?;
        let executor = session.local_executor(None)?;
        let open = |build| {
            Archive::open(&session.provision(), &emulator.suite, build, target)
                .map(|archive| Arc::new(Mutex::new(archive)))
        };
        let cross = open(emulator.build)?;
        let native = match reference {
            Reference::Emulated => Some(open(target)?),
            Reference::Published => None,
        };
        Ok(Measurer {
            inspection: Inspection::new(&emulator),
            session,
            executor,
            cross,
            native,
            emulator,
            target,
            reference,
            failures,
            bound,
        })
    }

    /// Whether the store takes more than it may, so that [`Measurer::trim`] is wanted once no leg is in work.
    pub fn outgrown(&self) -> Result<bool> {
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.outgrown(&self.session.store)
    }

    /// Removes from the store what was not used lately. Not while a package is being measured.
    pub fn trim(&self) -> Result<()> {
        // Minutes, where it comes to hundreds of thousands of files.
        self.session
            .board
            .say("the store is full: removing what was not used lately");
        // The tools are used by all legs; that is noted where they are asked for.
        self.session.tools()?;
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        match bound.trim(&self.session.store) {
            Ok(dropped) if dropped.entries > 0 => self.session.board.say(&format!(
                "removed {} entries, {} MiB",
                dropped.entries,
                dropped.bytes >> 20
            )),
            Ok(_) => {}
            Err(error) => self.session.board.warn(&format!(
                "the store is full and cannot be trimmed now: {error}"
            )),
        }
        Ok(())
    }

    /// Measures one package. An error is of the machine or the program; whatever the package itself comes to is a row.
    pub async fn package(&self, entry: &Entry) -> Result<PackageRow> {
        let mut row = PackageRow {
            package: entry.package.clone(),
            language: entry.language.clone(),
            target: self.target,
            reference: self.reference,
            system: None,
            version: String::new(),
            ending: Ending::Compared,
            level: None,
            phase: None,
            why: None,
            cross_seconds: None,
            native_seconds: None,
            cross_root: None,
            native_root: None,
            roots: BTreeMap::new(),
            recipe: None,
            binaries: Vec::new(),
        };
        if let Err(stop) = self.fill(&mut row).await? {
            row.ending = stop.ending;
            row.phase = stop.phase;
            row.why = Some(stop.why);
        }
        Ok(row)
    }

    async fn fill(&self, row: &mut PackageRow) -> Result<Result<(), Stop>> {
        let name = row.package.clone();
        let Some(source) = asking(&self.cross, move |archive| archive.source(&name)).await? else {
            let why = format!("suite {} has no such source package", self.emulator.suite);
            return Ok(Err(Stop::before_a_phase(Ending::NoSource, why)));
        };
        row.version = source.version.clone();
        let case = recipe::case(&row.package, &source, &self.emulator.suite, self.target)?;
        let plan = policy::plan(&case, self.target, &self.emulator)?;
        row.recipe = Some(plan.cross.recipe());
        let tree = match self.source(&case).await {
            Ok(tree) => tree,
            Err(error) => return unusable(error, Ending::NoSource).map(Err),
        };
        let source = SourcePin {
            digest: tree.digest,
            source: case.source.clone(),
        };
        let found = policy::detect::detect(&look(&tree.path)?);
        row.system = found.first().map(|one| one.system.name().to_owned());
        let cross = match self.leg(&plan, Side::Cross, row, &source).await? {
            Ok(cross) => cross,
            Err(stop) => return Ok(Err(stop)),
        };
        row.cross_seconds = Some(cross.wall.as_secs_f64());
        let native = match self.reference {
            Reference::Published => None,
            Reference::Emulated => match self.leg(&plan, Side::Native, row, &source).await? {
                Ok(native) => Some(native),
                Err(stop) => return Ok(Err(stop)),
            },
        };
        row.native_seconds = native.as_ref().map(|native| native.wall.as_secs_f64());
        let scratch = self.session.store.scratch()?;
        let pairs = self.pairs(&cross, native.as_ref(), scratch.clone()).await?;
        for pair in pairs {
            row.binaries
                .push(rows::binary(&self.inspection, pair, &scratch).await?);
        }
        std::fs::remove_dir_all(&scratch).with_context(|| scratch.display().to_string())?;
        Ok(rows::conclude(row))
    }

    async fn source(&self, case: &Case) -> Result<SourceTree> {
        let nowhere = PathBuf::from("/");
        Ok(self.executor.source(case.source.clone(), nowhere).await?)
    }

    /// A leg of a side: its root resolved, made and noted in the row, and the leg found or built.
    async fn leg(
        &self,
        plan: &Plan,
        side: Side,
        row: &mut PackageRow,
        source: &SourcePin,
    ) -> Result<Result<Built, Stop>> {
        let (archive, profiles) = match (side, &self.native) {
            (Side::Native, Some(native)) => (native, "nocheck"),
            (Side::Native, None) => {
                return Err(anyhow!("no native leg is built for this reference"));
            }
            (Side::Cross, _) => (&self.cross, "cross,nocheck"),
        };
        let (name, base) = (row.package.clone(), plan.leg(side).root.clone());
        let resolved = asking(archive, move |archive| archive.root(&name, profiles, &base)).await?;
        let (request, lock) = match resolved {
            Ok(resolved) => resolved,
            Err(why) => {
                let why = rows::unmet(&why);
                return Ok(Err(Stop::before_a_phase(Ending::Unsatisfiable, why)));
            }
        };
        let packages = rows::root_packages(&lock);
        let lock = Arc::new(lock);
        let root = self.executor.root(request.clone(), Arc::clone(&lock));
        let root = match root.await {
            Ok(root) => root,
            Err(error) => return unusable(error.into(), Ending::Unsatisfiable).map(Err),
        };
        row.roots.insert(root.digest, packages);
        match side {
            Side::Native => row.native_root = Some(root.digest),
            Side::Cross => row.cross_root = Some(root.digest),
        }
        let leg = Leg { side, repeat: 1 };
        let name = format!("{} {leg}", row.package);
        let build = BuildRequest {
            name: name.clone(),
            leg,
            target: self.target,
            plan: LegPlan {
                root: request.clone(),
                ..plan.leg(side).clone()
            },
            root: RootPin {
                digest: root.digest,
                request,
                lock,
            },
            source: source.clone(),
            engine: self.executor.capabilities().engine,
        };
        let step = self.session.board.expected(format!("{name}: build"));
        let begun = || step.begin();
        let built = self.executor.build(build, self.failures, &begun).await;
        let built = built.with_context(|| format!("{name}: the leg could not be built"))?;
        step.ended(&built);
        Ok(built.map_err(|failure| stop(side, &failure)))
    }

    /// Each cross-built package with what it is held against.
    async fn pairs(
        &self,
        cross: &Built,
        native: Option<&Built>,
        scratch: PathBuf,
    ) -> Result<Vec<rows::Pairing>> {
        let debs = rows::packages(&cross.tree);
        if let Some(native) = native {
            let theirs: BTreeMap<_, _> = rows::packages(&native.tree).into_iter().collect();
            let pair = |(name, cross): (String, _)| rows::Pairing {
                native: theirs
                    .get(&name)
                    .map(|content| (rows::version(&name), content.clone())),
                name,
                cross,
            };
            return Ok(debs.into_iter().map(pair).collect());
        }
        asking(&self.cross, move |archive| {
            debs.into_iter()
                .map(|(name, cross)| rows::published(archive, name, cross, &scratch))
                .collect()
        })
        .await
    }
}

/// What the mirror does not have is the package's misfortune; anything else ends the measurement.
fn unusable(error: anyhow::Error, ending: Ending) -> Result<Stop> {
    match error.downcast_ref() {
        Some(ExecError::Input { what, .. }) => Ok(Stop::before_a_phase(ending, what.clone())),
        _ => Err(error),
    }
}

/// Asks an archive, away from the tasks that wait for legs.
async fn asking<T: Send + 'static>(
    archive: &Arc<Mutex<Archive>>,
    ask: impl FnOnce(&Archive) -> Result<T, crossproof_exec::Error> + Send + 'static,
) -> Result<T> {
    let archive = Arc::clone(archive);
    let work = move || ask(&archive.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(tokio::task::spawn_blocking(work).await??)
}

fn stop(side: Side, failure: &Failure) -> Stop {
    let ending = match side {
        Side::Native => Ending::NativeFailed,
        Side::Cross => Ending::CrossFailed,
    };
    let phase = failure.phase.map(|phase| phase.name().to_owned());
    Stop {
        ending,
        phase,
        why: rows::telling(&failure.log_end, &failure.reason),
    }
}
