//! The project: where cases, goldens and emulators are, read and checked. What it has no `emulators/` for are the defaults.

use crate::defaults;
use crate::exit::BadInput;
use anyhow::{Context as _, Result};
use crossproof_model::case::Source;
use crossproof_model::emulator::{Emulator, Lock};
use crossproof_model::golden::Accepted;
use crossproof_model::{Case, CaseName, Platform, Side, Tier};
use crossproof_policy::PlanError;
use crossproof_record as record;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Whether a folder is a project's: some have folders called `cases` for other things.
fn is_project(folder: &Path) -> bool {
    let cases = fs::read_dir(folder.join("cases")).into_iter().flatten();
    let mut cases = cases.flatten();
    folder.join("emulators").is_dir() && folder.join("cases").is_dir()
        || cases.any(|case| case.path().join("case.yaml").is_file())
}

/// No file of a project that is read as text comes near.
const LARGEST: u64 = 16 << 20;

/// A folder with `cases/`, and `golden/` and `emulators/` where it has them.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The one at `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Project { root: root.into() }
    }

    /// The one named, or the nearest above the working folder.
    pub fn find(named: Option<&Path>) -> Result<Self> {
        if let Some(named) = named {
            return match named.join("cases").is_dir() {
                true => Ok(Project::at(named)),
                false => Err(BadInput(format!(
                    "{} has no folder `cases`: expected a project; `crossproof init` begins one",
                    named.display()
                ))
                .into()),
            };
        }
        let here = std::env::current_dir().context("the working folder")?;
        let found = here.ancestors().find(|folder| is_project(folder));
        found.map(Project::at).ok_or_else(|| {
            BadInput(format!(
                "no project in {} or above: expected a folder with cases/<name>/case.yaml; begin one with `crossproof init`, or name one with --project DIR",
                here.display()
            ))
            .into()
        })
    }

    /// The one that is found, or else one that begins in the folder named or the working folder.
    pub fn find_or_begin(named: Option<&Path>) -> Result<Self> {
        Project::find(named).or_else(|_| {
            let here = std::env::current_dir().context("the working folder")?;
            Ok(Project::at(named.map_or(here, Path::to_owned)))
        })
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `cases/`.
    pub fn cases_folder(&self) -> PathBuf {
        self.root.join("cases")
    }
    /// `cases/<case>`.
    pub fn case_folder(&self, case: &CaseName) -> PathBuf {
        self.cases_folder().join(case.as_str())
    }
    /// `golden/<case>/<target>.yaml`.
    pub fn golden_file(&self, case: &CaseName, target: Platform) -> PathBuf {
        self.root
            .join("golden")
            .join(case.as_str())
            .join(format!("{target}.yaml"))
    }
    /// `emulators/<target>/<side>.lock`.
    pub fn lock_file(&self, target: Platform, side: Side) -> PathBuf {
        self.root
            .join("emulators")
            .join(target.short())
            .join(format!("{side}.lock"))
    }
    /// `emulators/<target>/emulator.yaml`.
    pub fn emulator_file(&self, target: Platform) -> PathBuf {
        let folder = self.root.join("emulators").join(target.short());
        folder.join("emulator.yaml")
    }
    /// `emulators/tools.lock`.
    pub fn tools_lock_file(&self) -> PathBuf {
        self.root.join("emulators").join("tools.lock")
    }

    /// The folder of a target, begun with the default if the project has none: for a lock to be written there.
    pub fn begin_target(&self, target: Platform) -> Result<()> {
        let path = self.emulator_file(target);
        let folder = path.parent().unwrap_or(&path);
        if let Some(text) = defaults::file(&format!("{target}/emulator.yaml"))
            && !folder.exists()
        {
            fs::create_dir_all(folder)?;
            fs::write(&path, text)?;
            for side in Side::BOTH {
                let lock = defaults::file(&format!("{target}/{side}.lock")).unwrap_or_default();
                fs::write(self.lock_file(target, side), lock)?;
            }
        }
        Ok(())
    }

    /// How `path` is named in messages: relative to the project.
    fn named(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    fn read(&self, path: &Path) -> Result<String> {
        let bad = |what: String| BadInput(format!("{}: {what}", self.named(path)));
        // A device or a pipe would be read without end; the reader of each kind says how long a text may be.
        let found = fs::metadata(path).map_err(|e| bad(e.to_string()))?;
        if !found.is_file() || found.len() > LARGEST {
            return Err(bad(format!("expected a file of at most {LARGEST} bytes")).into());
        }
        fs::read_to_string(path).map_err(|e| bad(e.to_string()).into())
    }

    /// Every case, by name. A folder without `case.yaml` is an error: a case somebody forgot.
    pub fn cases(&self) -> Result<BTreeMap<CaseName, Case>> {
        let folder = self.cases_folder();
        let mut cases = BTreeMap::new();
        let listing =
            fs::read_dir(&folder).map_err(|e| BadInput(format!("{}: {e}", self.named(&folder))))?;
        for entry in listing {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !entry.path().is_dir() || name.starts_with('.') {
                continue;
            }
            let name: CaseName = name
                .parse()
                .map_err(|e| BadInput(format!("{}: {e}", self.named(&entry.path()))))?;
            let case = self.case(&name)?;
            cases.insert(name, case);
        }
        if cases.is_empty() {
            return Err(BadInput(format!("{} has no cases", self.named(&folder))).into());
        }
        Ok(cases)
    }

    /// One case, with its local sources checked for being there.
    pub fn case(&self, name: &CaseName) -> Result<Case> {
        let path = self.case_folder(name).join("case.yaml");
        let text = self.read(&path)?;
        let case = record::case(&text, &self.named(&path), name.clone())?;
        let missing = match &case.source {
            Source::Dir(dir) if !self.case_folder(name).join(dir.as_str()).is_dir() => Some((
                ["source", "dir"],
                format!("no folder `{dir}` beside this file"),
            )),
            Source::Archive { file, .. }
                if !self.case_folder(name).join(file.as_str()).is_file() =>
            {
                Some((
                    ["source", "archive"],
                    format!("no file `{file}` beside this file"),
                ))
            }
            _ => None,
        };
        match missing {
            Some((at, problem)) => Err(self.located(&path, &text, &at, &problem)),
            None => Ok(case),
        }
    }

    /// An error about the value at `at` of the YAML in `path`.
    fn located(&self, path: &Path, text: &str, at: &[&str], problem: &str) -> anyhow::Error {
        let (line, column) = record::locate(text, at).unwrap_or((1, 1));
        BadInput(format!("{}:{line}:{column}: {problem}", self.named(path))).into()
    }

    /// An error about a case's source, found only when it was fetched.
    pub fn source_problem(&self, name: &CaseName, problem: &str) -> anyhow::Error {
        let path = self.case_folder(name).join("case.yaml");
        let text = fs::read_to_string(&path).unwrap_or_default();
        self.located(&path, &text, &["source"], problem)
    }

    /// An error about what a case asks for that cannot be planned.
    pub fn plan_problem(&self, name: &CaseName, problem: &PlanError) -> anyhow::Error {
        let path = self.case_folder(name).join("case.yaml");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let key: Vec<&str> = problem.key.iter().map(String::as_str).collect();
        self.located(&path, &text, &key, &problem.message)
    }

    /// The targets of these cases, with their tiers.
    pub fn targets(&self, cases: &BTreeMap<CaseName, Case>) -> Result<BTreeMap<Platform, Tier>> {
        let targets: BTreeSet<Platform> =
            (cases.values().flat_map(|case| case.targets.iter().copied())).collect();
        let tier = |target| Ok((target, self.emulator(target)?.tier));
        targets.into_iter().map(tier).collect()
    }

    /// What `emulators/<target>/emulator.yaml` says.
    pub fn emulator(&self, target: Platform) -> Result<Emulator> {
        let path = self.emulator_file(target);
        let text = self.or_default(&path)?;
        let text = text.map_or_else(|| self.read(&path), Ok)?;
        Ok(record::emulator(&text, &self.named(&path))?)
    }

    /// A lock; empty if there is none yet.
    pub fn lock(&self, path: &Path) -> Result<Lock> {
        match self.or_default(path)? {
            Some(text) => Ok(record::lock(&text, &self.named(path))?),
            None => Ok(Lock::default()),
        }
    }

    /// What a file of `emulators/` says: the project's own, or where it has nothing of that target, the default.
    fn or_default(&self, path: &Path) -> Result<Option<String>> {
        if path.exists() {
            return self.read(path).map(Some);
        }
        let emulators = self.root.join("emulators");
        let own = path
            .parent()
            .is_some_and(|of| of.exists() && of != emulators.as_path());
        let place = path.strip_prefix(emulators).ok().and_then(Path::to_str);
        let default = place.and_then(defaults::file).filter(|_| !own);
        Ok(default.map(str::to_owned))
    }

    /// What is accepted for a case and target, if anything is.
    pub fn golden(&self, case: &CaseName, target: Platform) -> Result<Option<Accepted>> {
        let path = self.golden_file(case, target);
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(record::golden(
            &self.read(&path)?,
            &self.named(&path),
            case.clone(),
            target,
        )?))
    }
}
