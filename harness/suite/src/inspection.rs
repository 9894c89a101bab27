//! The artifacts of a trial looked at: compared with each other, and searched for what its checks want.
//! Both keep every processor busy, so they must not hold up the tasks that wait for legs.

use crate::sysroot;
use anyhow::Result;
use crossproof_exec::leg::Built;
use crossproof_exec::roots::Root;
use crossproof_inspect as inspect;
use crossproof_model::emulator::Emulator;
use crossproof_model::plan::Plan;
use crossproof_model::{Case, Comparison, Difference, Pair, Tree};
use crossproof_policy as policy;
use std::sync::Arc;

/// How the artifacts for one target are looked at.
pub struct Inspection {
    options: Arc<inspect::Options>,
    emulator: Arc<Emulator>,
}

impl Inspection {
    /// With the target's path map.
    pub fn new(emulator: &Emulator) -> Inspection {
        let prefixes = emulator.path_map.iter();
        let prefixes = prefixes.map(|prefix| (&prefix.right, &prefix.left));
        let options = inspect::Options {
            map: inspect::PathMap::new(prefixes),
            ..Default::default()
        };
        Inspection {
            options: Arc::new(options),
            emulator: Arc::new(emulator.clone()),
        }
    }

    /// Holds one tree against the other.
    pub async fn compare(&self, trees: Pair<&Tree>) -> Result<Comparison> {
        let (trees, options) = (trees.map(Tree::clone), Arc::clone(&self.options));
        let work = move || inspect::compare(&trees.left, &trees.right, &options);
        Ok(tokio::task::spawn_blocking(work).await?)
    }

    /// What the checks of a case raise.
    pub async fn check(
        &self,
        case: &Case,
        plan: &Plan,
        legs: &Pair<Arc<Built>>,
        roots: &Pair<Root>,
    ) -> Result<Vec<Difference>> {
        let needles = policy::checks::needles(case, plan);
        let trees = legs.as_ref().map(|built| built.tree.clone());
        let options = Arc::clone(&self.options);
        let search = move || {
            let scan = |tree: &Tree| inspect::scan(tree, &needles, &options);
            Pair::new(scan(&trees.left), scan(&trees.right)).transpose()
        };
        let scans = tokio::task::spawn_blocking(search).await??;
        let sysroots = match case.checks.headers {
            true => Some(self.sysroots(roots.clone()).await?),
            false => None,
        };
        let manifests = legs.as_ref().map(|built| &built.manifest);
        let sysroots = sysroots.as_ref();
        Ok(policy::checks::checks(
            case, plan, &scans, manifests, sysroots,
        ))
    }

    /// Holds what a compiler reads of one root against the other's.
    async fn sysroots(&self, roots: Pair<Root>) -> Result<Comparison> {
        let emulator = Arc::clone(&self.emulator);
        let work = move || {
            let trees = sysroot::trees(&roots, &emulator)?;
            Ok(sysroot::compare(&trees, &emulator))
        };
        tokio::task::spawn_blocking(work).await?
    }
}
