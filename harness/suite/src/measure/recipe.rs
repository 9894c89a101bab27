//! How a source package is built: with `dpkg-buildpackage`, as the case `debian` has it.

use anyhow::Result;
use crossproof_exec::archive::SourcePackage;
use crossproof_model::case::{Build, Controls, EmulatedBuild, Limits, Source, System, Tier};
use crossproof_model::check::Checks;
use crossproof_model::{Case, Platform};
use std::collections::BTreeMap;
use std::time::Duration;

/// The source package as a case.
pub fn case(package: &str, source: &SourcePackage, suite: &str, target: Platform) -> Result<Case> {
    // Names of packages may have dots and pluses in them, those of cases may not.
    let name: String = package
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    Ok(Case {
        name: name.trim_matches('-').parse()?,
        summary: String::new(),
        tier: Tier::Slow,
        targets: vec![target],
        controls: Controls::OnRequest,
        source: Source::Debian {
            package: package.to_owned(),
            version: source.version.clone(),
            suite: suite.to_owned(),
            files: source.files.clone(),
        },
        depends: Vec::new(),
        depends_alone: Vec::new(),
        emits: None,
        configured: true,
        build: Build {
            system: System::Debian,
            directory: None,
            arguments: BTreeMap::new(),
            steps: BTreeMap::new(),
            environment: BTreeMap::new(),
            native_environment: BTreeMap::new(),
            cross_environment: BTreeMap::new(),
            emulated: EmulatedBuild::Withheld,
        },
        limits: Limits {
            time: Duration::from_secs(3600),
            ..Limits::default()
        },
        collect: vec!["**".to_owned()],
        runs: Vec::new(),
        checks: Checks::default(),
    })
}
