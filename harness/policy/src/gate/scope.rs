//! Whether everything that a policy names is there. A row for a case that no one has demands nothing, and no one would
//! notice: a misspelled name must not weaken a gate in silence.

use super::demands::matcher;
use crate::explain::explanation;
use crate::nearest::nearest;
use crossproof_model::Platform;
use crossproof_model::gate::GatePolicy;
use std::collections::{BTreeMap, BTreeSet};

/// What there is to decide about.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Every case, or whatever else rows call by that word, with each of its targets.
    pub cases: BTreeSet<(String, Platform)>,
    /// The paths of those that were judged; none of one that has no artifact.
    pub paths: BTreeMap<(String, Platform), BTreeSet<String>>,
}

/// Something that a policy names and that is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nowhere {
    /// Where the policy says so: keys and indices from the top.
    pub at: Vec<String>,
    /// What is not there.
    pub what: String,
}

/// What one row, or one toleration, is for.
struct For<'p> {
    at: Vec<String>,
    case: Option<&'p str>,
    /// Whether the case is a glob.
    glob: bool,
    target: Option<Platform>,
    path: Option<&'p str>,
}

/// Refuses a policy that names a case, a target, a path or a kind of difference that is nowhere in `scope`.
pub fn everything_is_there(policy: &GatePolicy, scope: &Scope) -> Result<(), Nowhere> {
    let steps = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect();
    // The first row is the one for all, and is written elsewhere.
    for (index, row) in policy.rows.iter().skip(1).enumerate() {
        scope.has(&For {
            at: steps(&["rows", &index.to_string(), "for"]),
            case: row.case.as_deref(),
            glob: true,
            target: row.target,
            path: row.path.as_deref(),
        })?;
    }
    for (index, one) in policy.tolerated.iter().enumerate() {
        let at: Vec<String> = steps(&["tolerate", &index.to_string()]);
        if explanation(&one.key).is_none() {
            let what = format!(
                "no difference has the key `{}` (crossproof explain)",
                one.key
            );
            return Err(Nowhere::at(&at, "key", what));
        }
        scope.has(&For {
            at,
            case: one.case.as_deref(),
            glob: false,
            target: one.target,
            path: one.path.as_deref(),
        })?;
    }
    Ok(())
}

impl Nowhere {
    fn at(at: &[String], key: &str, what: String) -> Nowhere {
        Nowhere {
            at: at.iter().cloned().chain([key.to_owned()]).collect(),
            what,
        }
    }
}

impl Scope {
    fn has(&self, row: &For<'_>) -> Result<(), Nowhere> {
        let glob = row.case.filter(|_| row.glob).and_then(matcher);
        let called = |name: &str| match (row.case, &glob) {
            (None, _) => true,
            (Some(_), Some(glob)) => glob.is_match(name),
            (Some(case), None) => case == name,
        };
        let cases: Vec<_> = self.cases.iter().filter(|(name, _)| called(name)).collect();
        if let (Some(case), true) = (row.case, cases.is_empty()) {
            let names = self.cases.iter().map(|(name, _)| name.as_str());
            return Err(Nowhere::at(
                &row.at,
                "case",
                missing("case is called", case, names),
            ));
        }
        let fitting = cases.into_iter();
        let fitting =
            fitting.filter(|(_, target)| row.target.is_none_or(|wanted| wanted == *target));
        let fitting: Vec<_> = fitting.collect();
        if let (Some(target), true) = (row.target, fitting.is_empty()) {
            let of = row
                .case
                .map_or_else(String::new, |case| format!(" that is called `{case}`"));
            return Err(Nowhere::at(
                &row.at,
                "target",
                format!("no case{of} is for {target}"),
            ));
        }
        match row.path {
            Some(path) => self.has_path(row, path, &fitting),
            None => Ok(()),
        }
    }

    /// Only where everything that a row is for was judged can it be said that a path is nowhere.
    fn has_path(
        &self,
        row: &For<'_>,
        path: &str,
        fitting: &[&(String, Platform)],
    ) -> Result<(), Nowhere> {
        let judged: Option<Vec<_>> = fitting.iter().map(|case| self.paths.get(*case)).collect();
        let paths = || {
            judged
                .iter()
                .flatten()
                .copied()
                .flatten()
                .map(String::as_str)
        };
        if paths().next().is_none() {
            return Ok(());
        }
        match matcher(path) {
            Some(glob) if !paths().any(|path| glob.is_match(path)) => {
                let what = missing("path of what it is for is", path, paths());
                Err(Nowhere::at(&row.at, "path", what))
            }
            _ => Ok(()),
        }
    }
}

/// That nothing is called so, and what may have been meant.
fn missing<'a>(what: &str, word: &str, all: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(word, all);
    let near = near.map(|near| format!(": did you mean `{near}`?"));
    format!("no {what} `{word}`{}", near.unwrap_or_default())
}
