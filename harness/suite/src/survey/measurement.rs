//! The rows of a measurement: one for each source package, target and reference.

use super::{Ended, Found, Row, Survey};
use crossproof_model::case::PhaseName;
use crossproof_model::comparison::{FileReport, Undecided};
use crossproof_model::level::Behaviour;
use crossproof_model::measure::{BinaryRow, DifferenceRow, Ending, PackageRow};
use crossproof_model::verdict::{Cause, Control, Failure};
use crossproof_model::{Comparison, Difference, Leg, Level, Pair, Place, RelPath, RuleRef, Side};
use crossproof_policy as policy;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A package as measured, and what it came to.
pub struct Measured {
    row: PackageRow,
    kept: Kept,
}

enum Kept {
    Compared(Comparison),
    Undecided(Vec<Undecided>),
    Failed(Failure),
    Skipped(String),
}

/// What the rows of a survey are borrowed from.
pub fn measured(rows: Vec<PackageRow>) -> Vec<Measured> {
    let rows = rows.into_iter();
    rows.map(|row| Measured {
        kept: kept(&row),
        row,
    })
    .collect()
}

/// What was measured, by `tool`.
pub fn survey<'a>(measured: &'a [Measured], tool: &'a str) -> Survey<'a> {
    let references: BTreeSet<_> = measured.iter().map(|one| one.row.reference).collect();
    let several = references.len() > 1;
    Survey {
        tool,
        whole: "results.sqlite",
        rows: measured.iter().map(|one| row(one, several)).collect(),
        unsaid: unsaid(measured),
    }
}

fn unsaid(measured: &[Measured]) -> Vec<String> {
    let mut unsaid = vec![
        "Each result is a source package. Its level is the least of its binary packages as they are, control data with them; files, sections and functions are those that the packages install. Nothing was run, and no package was built twice."
            .to_owned(),
    ];
    let rebuilt = measured.iter().filter(|one| rebuilt(&one.row)).count();
    if rebuilt > 0 {
        unsaid.push(format!(
            "{rebuilt} of them are held against a later binary rebuild (+b1), whose version and changelog no build of the source can have; each result says what level the files come to that it installs."
        ));
    }
    unsaid.push(
        "The languages are those of the list of packages; the build systems are told by the files at the top of the sources, not by what a package's rules call."
            .to_owned(),
    );
    unsaid
}

fn rebuilt(row: &PackageRow) -> bool {
    let versions = row
        .binaries
        .iter()
        .filter_map(|one| one.reference_version.as_deref());
    let plain = row
        .version
        .split_once(':')
        .map_or(row.version.as_str(), |(_, rest)| rest);
    versions.into_iter().any(|version| {
        let version = version.split_once(':').map_or(version, |(_, rest)| rest);
        version
            .strip_prefix(plain)
            .is_some_and(|end| end.starts_with("+b"))
    })
}

fn row(measured: &Measured, several: bool) -> Row<'_> {
    let Measured { row, kept } = measured;
    let seconds = |time: Option<f64>| time.and_then(|s| Duration::try_from_secs_f64(s).ok());
    let known = |language: &String| !language.is_empty() && language != "unknown";
    Row {
        name: match several {
            true => Cow::Owned(format!("{}/{}", row.package, row.reference.name())),
            false => Cow::Borrowed(&row.package),
        },
        target: row.target,
        summary: summary(row),
        system: row.system.clone(),
        language: Some(row.language.clone()).filter(known),
        reference: Some(row.reference.name()),
        ended: match kept {
            Kept::Compared(comparison) => Ended::Decided(Box::new(found(row, comparison))),
            Kept::Undecided(places) => Ended::Undecided(places),
            Kept::Failed(failure) => Ended::Failed(failure),
            Kept::Skipped(why) => Ended::Skipped(why),
        },
        outcome: None,
        times: Pair::new(seconds(row.native_seconds), seconds(row.cross_seconds)),
    }
}

/// The binary packages, each with what its files come to.
fn summary(row: &PackageRow) -> Option<String> {
    let one = |binary: &BinaryRow| {
        let level = binary.content_level.map_or("undecided", Level::name);
        match &binary.reference_version {
            Some(version) => format!(
                "{}: {level} by what it installs, against {version}",
                binary.name
            ),
            None => format!("{}: no reference", binary.name),
        }
    };
    let said: Vec<String> = row.binaries.iter().map(one).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn kept(row: &PackageRow) -> Kept {
    let why = row.why.clone().unwrap_or_default();
    match row.ending {
        Ending::Compared => Kept::Compared(comparison(row)),
        Ending::Undecided => Kept::Undecided(undecided(row, &why)),
        Ending::CrossFailed => Kept::Failed(failure(row, Side::Cross, why)),
        Ending::NativeFailed => Kept::Failed(failure(row, Side::Native, why)),
        Ending::NoSource | Ending::Unsatisfiable | Ending::NoReference => {
            Kept::Skipped(format!("{}: {why}", row.ending.name()))
        }
    }
}

fn failure(row: &PackageRow, side: Side, reason: String) -> Failure {
    let named = |name: &str| {
        PhaseName::ALL
            .into_iter()
            .find(|phase| phase.name() == name)
    };
    Failure {
        leg: Leg { side, repeat: 1 },
        phase: row.phase.as_deref().and_then(named),
        reason,
        log_end: Vec::new(),
        log: None,
    }
}

/// What could not be compared is known by binary package.
fn undecided(row: &PackageRow, why: &str) -> Vec<Undecided> {
    let held = |one: &&BinaryRow| one.reference_version.is_some();
    let open = |one: &&BinaryRow| one.level.is_none() || one.content_level.is_none();
    let packages = row.binaries.iter().filter(held).filter(open);
    let undecided = |one: &BinaryRow| {
        Some(Undecided {
            place: Place::file(one.name.parse().ok()?),
            reason: why.to_owned(),
        })
    };
    packages.filter_map(undecided).collect()
}

/// The comparisons of all binary packages as one, each below a folder of its package's name.
fn comparison(row: &PackageRow) -> Comparison {
    let mut all = Comparison::default();
    for binary in &row.binaries {
        let below = |path: &str| format!("{}/{path}", binary.name).parse::<RelPath>().ok();
        for file in &binary.files {
            let report = FileReport {
                raw: Pair::new(None, None),
                normalized: Pair::new(None, None),
                level: file.level,
                format: file.format.clone(),
                functions: file.functions.clone(),
            };
            all.files
                .extend(below(&file.path).map(|path| (path, report)));
        }
        let differences = binary.differences.iter();
        all.differences
            .extend(differences.filter_map(|one| Some(difference(one, below(&one.path)?))));
    }
    let mut rules: BTreeMap<RuleRef, u64> = BTreeMap::new();
    for rule in all
        .differences
        .iter()
        .filter_map(|one| one.settled_by.clone())
    {
        *rules.entry(rule).or_default() += 1;
    }
    all.rules = rules;
    all
}

fn difference(row: &DifferenceRow, path: RelPath) -> Difference {
    let steps = row.inside.split(" > ").filter(|step| !step.is_empty());
    Difference {
        key: row.key.clone(),
        place: Place {
            path,
            inside: steps.map(str::to_owned).collect(),
        },
        left: row.shown.left.clone(),
        right: row.shown.right.clone(),
        detail: Vec::new(),
        allows: row.allows,
        settled_by: row.settled_by.clone(),
    }
}

fn found<'a>(row: &'a PackageRow, comparison: &'a Comparison) -> Found<'a> {
    let held = |one: &&BinaryRow| one.reference_version.is_some();
    let mut sizes = Pair::new(0, 0);
    for binary in row.binaries.iter().filter(held) {
        sizes.left += binary.bytes.left;
        sizes.right += binary.bytes.right;
    }
    let files = row.binaries.iter().flat_map(|binary| &binary.files);
    Found {
        // Not the comparison's: what decided may not be among the differences that were kept.
        level: row.level.unwrap_or(Level::Divergent),
        behaviour: Behaviour::NotRun,
        controls: Pair::new(Control::NotRun, Control::NotRun),
        blame: Cause::Unknown,
        comparison,
        files: files
            .map(|file| (file.format.as_str(), file.level))
            .collect(),
        causes: policy::causes(comparison, Pair::new(row.reference.name(), "cross")),
        behaviour_differences: &[],
        checks: &[],
        unstable: &[],
        notes: &[],
        runs: Vec::new(),
        sizes,
        provenance: provenance(row),
    }
}

fn provenance(row: &PackageRow) -> Vec<(&'static str, String)> {
    let digests = [
        ("native root", row.native_root),
        ("cross root", row.cross_root),
        ("cross recipe", row.recipe),
    ];
    let known = digests.into_iter();
    let known = known.filter_map(|(name, digest)| Some((name, digest?.to_string())));
    std::iter::once(("version", row.version.clone()))
        .chain(known)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Way, figures, sections, specimen};
    use super::*;

    #[test]
    fn a_row_says_what_its_package_came_to() {
        let measured = measured(specimen::packages());
        let survey = survey(&measured, "1");
        let ways: Vec<(&str, &str)> = survey
            .rows
            .iter()
            .map(|row| (row.name.as_ref(), row.way().name()))
            .collect();
        let wanted = [
            ("alpha/emulated", "bits"),
            ("alpha/published", "divergent"),
            ("breaks/published", "failed"),
            ("wants/published", "skipped"),
        ];
        assert_eq!(ways, wanted);
        let by = figures::share_by(&survey.rows, |row| row.reference.map(str::to_owned));
        let counts: Vec<usize> = by.iter().map(|(_, share)| share.all()).collect();
        assert_eq!(counts, [1, 3]);
        let summary = survey.rows[1].summary.as_deref().unwrap();
        assert!(summary.contains("interface by what it installs, against 2.0-1+b2"));
        assert!(survey.unsaid[1].starts_with("1 of them are held against a later"));
    }

    #[test]
    fn files_and_sections_are_those_of_the_packages() {
        let measured = measured(specimen::packages());
        let survey = survey(&measured, "1");
        let formats = figures::files_by_format(&survey.rows);
        assert_eq!((formats[0].0.as_str(), formats[0].1.all()), ("elf", 2));
        assert_eq!(formats[0].1.of(Way::Level(Level::Interface)), 1);
        let found = sections::sections(&survey.rows);
        assert_eq!((found.files, found.sections[0].name.as_str()), (1, ".text"));
    }

    #[test]
    fn only_a_later_build_of_the_same_source_is_a_rebuild() {
        let mut row = specimen::packages().remove(1);
        assert!(rebuilt(&row));
        for version in ["2.0-1", "2.0-10+b1", "1:2.0-1", "2.0-1+deb13u1"] {
            row.binaries[0].reference_version = Some(version.to_owned());
            assert!(!rebuilt(&row), "{version}");
        }
        row.binaries[0].reference_version = Some("1:2.0-1+b1".to_owned());
        assert!(rebuilt(&row));
    }

    #[test]
    fn one_reference_is_not_in_the_names() {
        let mut rows = specimen::packages();
        rows.remove(0);
        let measured = measured(rows);
        assert_eq!(survey(&measured, "1").rows[0].name, "alpha");
    }
}
