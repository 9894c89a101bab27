//! `cases/<name>/case.yaml`: what a case's author writes.

mod build;
mod checks;
mod depends;
pub(crate) mod source;

use crate::error::{Error, Fault, Under};
use crate::text::Text;
use crate::{quantity, yaml};
use crossproof_model::case::{Case, CaseName, Controls, Environment, Limits, Run, Tier};
use crossproof_model::{Platform, RelPath};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Reads the case `name` from the text of its `case.yaml`; `file` is what errors call it.
pub fn case(text: &str, file: &str, name: CaseName) -> Result<Case, Error> {
    yaml::read(text, file, |wire: CaseFile| wire.case(name))
}

/// A case: what to build natively and cross, how, and what to run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    /// Version of this format: 1.
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    /// One line: what the case shows.
    summary: Text,
    /// How costly it is: a run takes its tier and every cheaper one. `quick` by default.
    #[schemars(extend("enum" = ["quick", "full", "slow"]))]
    tier: Option<Text>,
    /// Platforms it is built for, in any spelling; aarch64 and armv7 by default.
    targets: Option<Vec<Text>>,
    /// Whether each leg is built twice even when nobody asks: `on-request` by default.
    #[schemars(extend("enum" = ["always", "on-request"]))]
    controls: Option<Text>,
    /// Where the sources come from: exactly one kind.
    source: source::SourceWire,
    /// Debian packages needed beside the roots' own, by dependency category.
    #[serde(default)]
    #[schemars(with = "depends::DependsSchema")]
    depends: BTreeMap<Text, Vec<Text>>,
    /// Debian packages unpacked without what they depend on, by dependency category: for those that cannot be
    /// installed for another platform, since they depend on tools there that only one platform can provide.
    #[serde(default, rename = "depends-alone")]
    #[schemars(with = "depends::DependsSchema")]
    depends_alone: BTreeMap<Text, Vec<Text>>,
    /// What the product itself makes programs for, where it is a compiler, an assembler or a linker: the third
    /// platform of a Canadian cross (autoconf's `--target`). Its own host by default.
    emits: Option<Text>,
    /// Whether the roots have dpkg's database, in which every package of theirs is installed: for programs that
    /// ask it. Always so with the build system `debian`.
    #[serde(default)]
    configured: bool,
    /// Whether a cross leg may run target code under the emulator.
    #[serde(default, rename = "emulated-build")]
    emulated_build: bool,
    /// How it is built. One description gives both sides.
    build: build::BuildWire,
    /// Bounds on each leg.
    #[serde(default)]
    limits: LimitsWire,
    /// Which installed paths are the artifact: glob patterns, everything by default.
    collect: Option<Vec<Text>>,
    /// Programs run with each leg's artifact installed, in order.
    #[serde(default)]
    runs: Vec<RunWire>,
    /// What the artifacts must satisfy beside being alike. What they do not is raised like a difference, and
    /// can be accepted in a golden like one; it says nothing of the level.
    #[serde(default)]
    checks: checks::ChecksWire,
}

/// Bounds on a leg.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitsWire {
    /// Wall time of each phase: `30s`, `10min`, `1h`.
    time: Option<Text>,
    /// Resident memory of all processes together: `512MiB`, `2GiB`.
    memory: Option<Text>,
    /// Bytes written below the build and destination folders.
    disk: Option<Text>,
    /// Bytes printed by each phase.
    log: Option<Text>,
    /// Processes at once. Twice as many processes and threads together are allowed.
    processes: Option<u32>,
}

/// One run of an installed program.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunWire {
    /// Unique in the case: lower-case letters, digits and `-`.
    name: Text,
    /// Program and arguments.
    argv: Vec<Text>,
    /// What it reads.
    stdin: Option<Text>,
    /// Files laid in its working folder before.
    #[serde(default)]
    files: BTreeMap<Text, Text>,
    /// Set beside the fixed environment.
    #[serde(default)]
    environment: BTreeMap<Text, Text>,
    /// Wall time under each CPU model; `60s` by default.
    time: Option<Text>,
}

impl CaseFile {
    fn case(self, name: CaseName) -> Result<Case, Fault> {
        let summary = self.summary.0;
        if summary.trim().is_empty() || summary.contains('\n') {
            return Err(
                Fault::new("expected one line that says what the case shows").under("summary"),
            );
        }
        let tier = match &self.tier {
            None => Tier::Quick,
            Some(tier) => tier.one_of("tier", Tier::ALL, Tier::name).under("tier")?,
        };
        let controls = match &self.controls {
            None => Controls::OnRequest,
            Some(controls) => controls
                .one_of(
                    "choice",
                    &[Controls::Always, Controls::OnRequest],
                    |controls| match controls {
                        Controls::Always => "always",
                        Controls::OnRequest => "on-request",
                    },
                )
                .under("controls")?,
        };
        Ok(Case {
            name,
            summary,
            tier,
            targets: targets(self.targets.as_deref()).under("targets")?,
            controls,
            source: self.source.source().under("source")?,
            depends: depends::depends(&self.depends).under("depends")?,
            depends_alone: depends::depends(&self.depends_alone).under("depends-alone")?,
            emits: self
                .emits
                .map(|platform| platform.read())
                .transpose()
                .under("emits")?,
            configured: self.configured,
            build: self.build.build(self.emulated_build).under("build")?,
            limits: self.limits.limits().under("limits")?,
            collect: globs(self.collect).under("collect")?,
            runs: runs(self.runs).under("runs")?,
            checks: self.checks.checks().under("checks")?,
        })
    }
}

fn targets(written: Option<&[Text]>) -> Result<Vec<Platform>, Fault> {
    let Some(written) = written else {
        return Ok(Platform::TARGETS.to_vec());
    };
    if written.is_empty() {
        return Err(Fault::new(
            "no target: expected at least one, or leave `targets` out for all",
        ));
    }
    let mut targets = Vec::new();
    for (index, text) in written.iter().enumerate() {
        let target: Platform = text.read().under(index)?;
        if targets.contains(&target) {
            return Err(
                Fault::new(format!("duplicate target {target}: expected each once")).under(index),
            );
        }
        targets.push(target);
    }
    Ok(targets)
}

impl LimitsWire {
    fn limits(&self) -> Result<Limits, Fault> {
        let usual = Limits::default();
        let size = |written: &Option<Text>, key: &str, usual: u64| {
            written
                .as_ref()
                .map_or(Ok(usual), quantity::size)
                .under(key)
        };
        if self.processes == Some(0) {
            return Err(Fault::new("expected at least 1 process").under("processes"));
        }
        Ok(Limits {
            time: (self.time.as_ref())
                .map_or(Ok(usual.time), quantity::time)
                .under("time")?,
            memory: size(&self.memory, "memory", usual.memory)?,
            disk: size(&self.disk, "disk", usual.disk)?,
            log: size(&self.log, "log", usual.log)?,
            processes: self.processes.unwrap_or(usual.processes),
        })
    }
}

fn globs(written: Option<Vec<Text>>) -> Result<Vec<String>, Fault> {
    let Some(written) = written else {
        return Ok(vec!["**".to_owned()]);
    };
    if written.is_empty() {
        return Err(Fault::new(
            "nothing would be collected: expected at least one glob, or leave `collect` out for everything",
        ));
    }
    patterns(written)
}

/// Glob patterns, each of which can be read.
fn patterns(written: Vec<Text>) -> Result<Vec<String>, Fault> {
    let mut globs = Vec::new();
    for (index, glob) in written.into_iter().enumerate() {
        globset::GlobBuilder::new(glob.as_str())
            .literal_separator(true)
            .build()
            .map_err(|error| Fault::new(format!("bad glob: {error}")))
            .under(index)?;
        globs.push(glob.0);
    }
    Ok(globs)
}

fn runs(written: Vec<RunWire>) -> Result<Vec<Run>, Fault> {
    let mut names = BTreeSet::new();
    let mut runs = Vec::new();
    for (index, wire) in written.into_iter().enumerate() {
        let run = wire.run().under(index)?;
        if !names.insert(run.name.clone()) {
            let fault = Fault::new(format!(
                "duplicate run `{}`: expected each name once",
                run.name
            ));
            return Err(fault.under("name").under(index));
        }
        runs.push(run);
    }
    Ok(runs)
}

impl RunWire {
    fn run(self) -> Result<Run, Fault> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        // A run's name is a place in reports and goldens, written like a file's.
        if self.name.as_str().is_empty() || !self.name.as_str().bytes().all(plain) {
            let fault = Fault::new(format!(
                "`{}` cannot name a run: expected lower-case letters, digits and `-`",
                self.name
            ));
            return Err(fault.under("name"));
        }
        if self.argv.first().is_none_or(|program| program.0.is_empty()) {
            return Err(Fault::new("expected a program and its arguments").under("argv"));
        }
        let mut files = BTreeMap::new();
        for (path, content) in self.files {
            let path: RelPath = path.read().under(&path).under("files")?;
            files.insert(path, content.0.into_bytes());
        }
        let mut environment = BTreeMap::new();
        for (variable, value) in self.environment {
            check_variable(&variable).under("environment")?;
            environment.insert(variable.0, value.0);
        }
        Ok(Run {
            name: self.name.0,
            argv: self.argv.into_iter().map(|word| word.0).collect(),
            stdin: self
                .stdin
                .map(|text| text.0.into_bytes())
                .unwrap_or_default(),
            files,
            environment,
            time: (self.time.as_ref())
                .map_or(Ok(Duration::from_secs(60)), quantity::time)
                .under("time")?,
        })
    }
}

/// An environment as written: `null` unsets.
fn environment(written: BTreeMap<Text, Option<Text>>) -> Result<Environment, Fault> {
    let mut environment = Environment::new();
    for (variable, value) in written {
        check_variable(&variable)?;
        environment.insert(variable.0, value.map(|text| text.0));
    }
    Ok(environment)
}

fn check_variable(name: &Text) -> Result<(), Fault> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let sound =
        !name.0.is_empty() && name.0.bytes().all(plain) && !name.0.as_bytes()[0].is_ascii_digit();
    if sound {
        return Ok(());
    }
    let fault = Fault::new(format!(
        "`{name}` cannot name an environment variable: expected letters, digits and `_`, not starting with a digit"
    ));
    Err(fault.under(name))
}
