//! A small report with every way to end, for tests.

use crossproof_model::comparison::{FileReport, Functions, Undecided};
use crossproof_model::golden::{Breach, Outcome};
use crossproof_model::level::Behaviour;
use crossproof_model::measure::{BinaryRow, DifferenceRow, Ending, FileRow, PackageRow, Reference};
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::verdict::{Control, Failure, Judgement, Note, Provenance, Verdict};
use crossproof_model::{
    Comparison, Difference, Digest, Leg, Level, Pair, Place, Platform, RuleRef, Side,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// A difference in a file, at these steps inside it; a rule may settle it.
pub fn difference(key: &str, path: &str, inside: &[&str], rule: Option<&str>) -> Difference {
    Difference {
        key: key.parse().unwrap(),
        place: Place {
            path: path.parse().unwrap(),
            inside: inside.iter().map(|step| (*step).to_owned()).collect(),
        },
        left: Some("4 bytes <b>".to_owned()),
        right: Some("8 bytes".to_owned()),
        detail: vec!["@@ 0x10 @@".to_owned(), "-mov x0, x1".to_owned()],
        allows: match rule {
            Some(_) => Level::Metadata,
            None => Level::Interface,
        },
        settled_by: rule.map(|rule| rule.parse().unwrap()),
    }
}

fn file(format: &str, level: Level, functions: Option<Functions>) -> FileReport {
    FileReport {
        raw: Pair::new(Some(Digest::of("a")), Some(Digest::of("b"))),
        normalized: Pair::new(None, None),
        level: Some(level),
        format: format.to_owned(),
        functions,
    }
}

/// A program whose code differs.
fn code(path: &str) -> Comparison {
    let functions = Functions {
        same: 4,
        changed: 1,
        ..Functions::default()
    };
    let folder = FileReport {
        raw: Pair::new(None, None),
        ..file("dir", Level::Bits, None)
    };
    Comparison {
        files: [
            ("usr".parse().unwrap(), folder),
            (
                path.parse().unwrap(),
                file("elf", Level::Interface, Some(functions)),
            ),
        ]
        .into(),
        differences: vec![
            difference("elf.section.text.bytes", path, &[".text", "main"], None),
            difference("elf.section.text.bytes", path, &[".text", "other"], None),
        ],
        ..Comparison::default()
    }
}

/// A program and an archive of two whose build-ids differ.
fn identity() -> Comparison {
    let rule = "elf.build-id@3";
    let key = "elf.section.note.gnu.build-id.bytes";
    let section = ".note.gnu.build-id";
    let functions = Functions {
        same: 1,
        changed: 1,
        ..Functions::default()
    };
    Comparison {
        files: [
            (
                "usr/bin/x".parse().unwrap(),
                file("elf", Level::Metadata, None),
            ),
            (
                "usr/lib/x.a".parse().unwrap(),
                file("ar", Level::Metadata, Some(functions)),
            ),
        ]
        .into(),
        differences: vec![
            difference(key, "usr/bin/x", &[section], Some(rule)),
            difference(
                "elf.padding.bytes",
                "usr/bin/x",
                &["padding after .text"],
                Some(rule),
            ),
            difference(key, "usr/lib/x.a", &["a.o", section], Some(rule)),
            difference(key, "usr/lib/x.a", &["b.o", section], Some(rule)),
        ],
        rules: [(rule.parse::<RuleRef>().unwrap(), 4)].into(),
        ..Comparison::default()
    }
}

fn manifest(size: u64) -> Manifest {
    let fact = Fact::File {
        mode: 0o755,
        size,
        digest: Digest::of("a"),
    };
    Manifest {
        facts: [("usr/bin/x".parse().unwrap(), fact)].into(),
        ..Manifest::default()
    }
}

/// A verdict on a comparison.
fn decided(comparison: Comparison) -> Judgement {
    Judgement::Decided(Box::new(Verdict {
        level: comparison.level().unwrap(),
        behaviour: Behaviour::Same,
        controls: Pair::new(Control::Same, Control::Same),
        comparison,
        behaviour_differences: Vec::new(),
        checks: vec![difference("check.size", "usr/bin/x", &[], None)],
        unstable: Vec::new(),
        observed: Vec::new(),
        native: manifest(1000),
        cross: manifest(1100),
        notes: vec![Note::EmulatedBuild],
        provenance: Provenance {
            roots: Pair::new(Digest::of("r"), Digest::of("s")),
            source: Digest::of("src"),
            recipes: Pair::new(Digest::of("n"), Digest::of("c")),
            legs: Pair::new(Digest::of("n1"), Digest::of("c1")),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu 7.2".to_owned(),
        },
    }))
}

fn trial(case: &str, target: Platform, judgement: Judgement, outcome: Outcome) -> Trial {
    let times = match judgement {
        Judgement::Decided(_) => [
            (Side::Native, Duration::from_secs(20)),
            (Side::Cross, Duration::from_secs(2)),
        ]
        .into(),
        _ => [(Side::Native, Duration::from_secs(9))].into(),
    };
    Trial {
        case: case.parse().unwrap(),
        target,
        judgement,
        outcome,
        times: Times { build: times },
    }
}

/// Six trials: two programs with other code, one with another identity, and one of each that has no verdict.
pub fn report() -> Report {
    use Platform::{Aarch64, Armv7};
    let failure = Failure {
        leg: Leg {
            side: Side::Cross,
            repeat: 1,
        },
        phase: None,
        reason: "exit 2 | <i>".to_owned(),
        log_end: vec!["make: *** [all] Error 2".to_owned()],
        log: Some("logs/1".to_owned()),
    };
    let undecided = Undecided {
        place: Place::file("usr/bin/cut".parse().unwrap()),
        reason: "cut short".to_owned(),
    };
    let breach = Breach::New(
        "elf.section.text.bytes".parse().unwrap(),
        Place::file("usr/bin/<script>alert(1)".parse().unwrap()),
    );
    Report {
        tool: "0.0.0".to_owned(),
        trials: vec![
            trial(
                "alpha",
                Aarch64,
                decided(code("usr/bin/<script>alert(1)")),
                Outcome::Broken(vec![breach]),
            ),
            trial("alpha", Armv7, decided(identity()), Outcome::Holds),
            trial(
                "beta",
                Aarch64,
                decided(code("usr/bin/b")),
                Outcome::NoGolden,
            ),
            trial(
                "cut",
                Aarch64,
                Judgement::Undecided(vec![undecided]),
                Outcome::NoVerdict,
            ),
            trial(
                "fails",
                Aarch64,
                Judgement::Failed(failure),
                Outcome::NoVerdict,
            ),
            trial(
                "skips",
                Armv7,
                Judgement::Skipped("no such root".to_owned()),
                Outcome::NoVerdict,
            ),
        ],
    }
}

/// A source package that came to this, without binary packages.
pub fn package(name: &str, reference: Reference, ending: Ending) -> PackageRow {
    PackageRow {
        package: name.to_owned(),
        language: "c".to_owned(),
        target: Platform::Aarch64,
        reference,
        system: Some("meson".to_owned()),
        version: "1:2.0-1".to_owned(),
        ending,
        level: None,
        phase: None,
        why: None,
        cross_seconds: Some(2.0),
        native_seconds: None,
        cross_root: None,
        native_root: None,
        roots: BTreeMap::new(),
        recipe: None,
        binaries: Vec::new(),
    }
}

/// One of each kind: compared against a rebuilt package and against a native leg, failed, without dependencies.
pub fn packages() -> Vec<PackageRow> {
    let code = DifferenceRow {
        path: "usr/bin/<b>x".to_owned(),
        key: "elf.section.text.bytes".parse().unwrap(),
        inside: ".text > main".to_owned(),
        shown: Pair::new(Some("4 bytes".to_owned()), Some("8 bytes".to_owned())),
        allows: Level::Interface,
        settled_by: None,
    };
    let compared = |reference, level, version: &str, differences| PackageRow {
        level: Some(level),
        binaries: vec![BinaryRow {
            name: "alpha_2.0-1_arm64".to_owned(),
            reference_version: Some(version.to_owned()),
            level: Some(level),
            content_level: Some(level.max(Level::Interface)),
            bytes: Pair::new(1000, 1100),
            files: vec![FileRow {
                path: "usr/bin/<b>x".to_owned(),
                format: "elf".to_owned(),
                level: Some(level.max(Level::Interface)),
                functions: None,
            }],
            differences,
        }],
        ..package("alpha", reference, Ending::Compared)
    };
    vec![
        compared(Reference::Emulated, Level::Bits, "2.0-1", Vec::new()),
        compared(
            Reference::Published,
            Level::Divergent,
            "2.0-1+b2",
            vec![code],
        ),
        PackageRow {
            phase: Some("build".to_owned()),
            why: Some("exit 2: x.c:1: error: no <i>".to_owned()),
            ..package("breaks", Reference::Published, Ending::CrossFailed)
        },
        PackageRow {
            why: Some("Depends: doxygen:arm64".to_owned()),
            ..package("wants", Reference::Published, Ending::Unsatisfiable)
        },
    ]
}
