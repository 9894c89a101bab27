//! What is written reads back as itself, and is written the same again.

mod specimen;

use crossproof_model::case::PhaseName;
use crossproof_model::comparison::{FileReport, Undecided};
use crossproof_model::emulator::{Lock, LockedPackage, LockedRoot, Package, RootRequest};
use crossproof_model::golden::{Breach, ExpectedControl, Outcome};
use crossproof_model::level::Behaviour;
use crossproof_model::observation::{Exit, Observation, Observed};
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::tree::Manifest;
use crossproof_model::verdict::{Control, Failure, Judgement, Note, Provenance, Verdict};
use crossproof_model::{
    Comparison, Coverage, Difference, Digest, Leg, Level, Pair, Platform, Side,
};
use crossproof_record::{Schema, junit, lock, read_report, report_json, schema, write_lock};
use specimen::{manifest, path, place};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn difference() -> Difference {
    Difference {
        key: "elf.section.text.bytes".parse().unwrap(),
        place: place(),
        left: Some("a".to_owned()),
        right: None,
        detail: vec!["- a".to_owned()],
        allows: Level::Interface,
        settled_by: Some("elf.build-id@3".parse().unwrap()),
    }
}

fn comparison() -> Comparison {
    let rules = BTreeMap::from([("elf.build-id@3".parse().unwrap(), 3)]);
    let file = FileReport {
        raw: Pair::new(Some(Digest::of("a")), None),
        normalized: Pair::new(Some(Digest::of("b")), Some(Digest::of("c"))),
        level: None,
        format: "elf".to_owned(),
        functions: None,
    };
    Comparison {
        files: BTreeMap::from([(path("usr/bin/hello"), file)]),
        differences: vec![difference()],
        undecided: vec![Undecided {
            place: place(),
            reason: "cut short".to_owned(),
        }],
        coverage: Coverage {
            exact: 7,
            ruled: rules.clone(),
            uncovered: 1,
        },
        rules,
    }
}

fn verdict() -> Verdict {
    let observation = |stdout: &[u8]| Observation {
        exit: Exit::Signal(6),
        stdout: stdout.to_vec(),
        stderr: b"\xff\0".to_vec(),
        files: BTreeMap::from([(path("out.txt"), vec![b'x'; 5000])]),
    };
    Verdict {
        level: Level::Interface,
        behaviour: Behaviour::Different,
        controls: Pair::new(Control::Differs(Level::Layout), Control::Undecided),
        comparison: comparison(),
        behaviour_differences: vec![difference()],
        checks: vec![difference()],
        unstable: vec![path("usr/a")],
        observed: vec![Observed {
            run: "greets".to_owned(),
            model: "max".to_owned(),
            pair: Pair::new(observation(b"hello\n"), observation(b"")),
        }],
        native: manifest(),
        cross: Manifest::default(),
        notes: Note::ALL.to_vec(),
        provenance: Provenance {
            roots: Pair::new(Digest::of("1"), Digest::of("2")),
            source: Digest::of("3"),
            recipes: Pair::new(Digest::of("4"), Digest::of("5")),
            legs: Pair::new(Digest::of("6"), Digest::of("7")),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu 10".to_owned(),
        },
    }
}

fn breaches() -> Vec<Breach> {
    let key = difference().key;
    let rule: crossproof_model::RuleRef = "elf.build-id@3".parse().unwrap();
    vec![
        Breach::Level(Pair::new(Level::Bits, Level::Interface)),
        Breach::Behaviour(Pair::new(Behaviour::Same, Behaviour::Different)),
        Breach::Control(Side::Native, ExpectedControl::Same),
        Breach::Control(Side::Cross, ExpectedControl::Differs),
        Breach::Control(Side::Cross, ExpectedControl::NotRun),
        Breach::ControlNotRun(Side::Cross),
        Breach::New(key.clone(), place()),
        Breach::Unreasoned(key.clone(), place()),
        Breach::Stale(key, place()),
        Breach::NewRule(rule.clone()),
        Breach::StaleRule(rule),
        Breach::Run("greets".to_owned(), "exit 1".to_owned()),
        Breach::Native(path("usr/a"), "gone".to_owned()),
        Breach::Built("C1".parse().unwrap()),
        Breach::Failed(Pair::new("C1".to_owned(), "N1".to_owned())),
        Breach::Unsaid("error: no".to_owned()),
        Breach::UnreasonedFailure("error: no".to_owned()),
    ]
}

fn report() -> Report {
    let failure = Failure {
        leg: Leg {
            side: Side::Cross,
            repeat: 2,
        },
        phase: Some(PhaseName::Install),
        reason: "exit 2".to_owned(),
        log_end: vec!["make: <stop> & \u{1b}[31m".to_owned()],
        log: Some("legs/x/log".to_owned()),
    };
    let endings = [
        (
            Judgement::Decided(Box::new(verdict())),
            Outcome::Broken(breaches()),
        ),
        (Judgement::Decided(Box::new(verdict())), Outcome::Holds),
        (Judgement::Decided(Box::new(verdict())), Outcome::NoGolden),
        (
            Judgement::Undecided(comparison().undecided),
            Outcome::NoVerdict,
        ),
        (Judgement::Failed(failure.clone()), Outcome::NoVerdict),
        (Judgement::Failed(failure), Outcome::Holds),
        (
            Judgement::Skipped("no qemu: install it".to_owned()),
            Outcome::NoVerdict,
        ),
    ];
    let trials = endings
        .into_iter()
        .enumerate()
        .map(|(n, (judgement, outcome))| Trial {
            case: format!("case{n}").parse().unwrap(),
            target: Platform::TARGETS[n % 2],
            judgement,
            outcome,
            times: Times {
                build: BTreeMap::from([(Side::Cross, Duration::new(1, 234_567_891))]),
            },
        });
    Report {
        tool: "0.1.0".to_owned(),
        trials: trials.collect(),
    }
}

#[test]
fn a_report_reads_back() {
    let report = report();
    let text = report_json(&report);
    assert_eq!(read_report(&text, "report.json").unwrap(), report);
    // Five thousand bytes of output, four times: written once.
    assert_eq!(text.matches(&"x".repeat(5000)).count(), 1);
}

#[test]
fn a_report_is_read_strictly() {
    let text = report_json(&report());
    for (old, new, words) in [
        ("\"tool\"", "\"tools\"", "unknown field"),
        ("\"version\": 1", "\"version\": 2", "unknown version 2"),
        ("\"interface\"", "\"fine\"", "unknown level"),
        ("\"hello\\n\"", "7", "expected a string"),
        ("\"size\": 3", "\"size\": 4", ""),
        ("\"mode\": \"4755\"", "\"mode\": \"755\"", "is not a mode"),
        ("\"usr/p\": {", "\"usr/q\": {", "another digest"),
    ] {
        assert!(text.contains(old), "{old}");
        let result = read_report(&text.replace(old, new), "r");
        // The size is a fact beside the digest, not in it.
        if words.is_empty() {
            assert!(result.is_ok());
        } else {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }
}

#[test]
fn times_are_the_only_field_a_clock_touches() {
    let mut later = report();
    for trial in &mut later.trials {
        trial
            .times
            .build
            .insert(Side::Cross, Duration::from_secs(99));
    }
    let (now, later) = (report_json(&report()), report_json(&later));
    let changed: Vec<_> = now
        .lines()
        .zip(later.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(changed.len(), report().trials.len());
    assert!(
        changed
            .iter()
            .all(|(line, _)| line.trim().starts_with("\"cross\": 1.2"))
    );
}

#[test]
fn junit_tells_failures_errors_and_skips_apart() {
    let text = junit(&report());
    assert!(
        text.contains("tests=\"7\" disabled=\"1\" errors=\"2\" failures=\"2\"")
            || text.contains("tests=\"7\" skipped=\"1\" errors=\"2\" failures=\"2\""),
        "{text}"
    );
    assert!(text.contains("name=\"case0::aarch64\""));
    assert!(text.contains("<skipped message=\"no qemu: install it\"/>"));
    assert!(text.contains("make: &lt;stop&gt; &amp;"));
    assert!(text.contains("stale: elf.section.text.bytes in usr/bin/hello"));
}

#[test]
fn a_lock_reads_back_one_line_per_package() {
    let package = |name: &str| Package {
        name: name.to_owned(),
        architecture: "arm64".to_owned(),
    };
    let names: BTreeSet<Package> = ["libc6", "gcc", "g++"].map(package).into();
    let locked = LockedPackage {
        version: "1:2.41-12".to_owned(),
        sha256: "0123456789".repeat(7)[..64].parse().unwrap(),
        size: 5,
        path: "pool/main/g/glibc/libc6_2.41-12_arm64.deb".to_owned(),
    };
    let mut written = Lock {
        packages: names
            .iter()
            .map(|name| (name.clone(), locked.clone()))
            .collect(),
        roots: BTreeMap::new(),
    };
    for (foreign, configured) in [
        (BTreeSet::new(), false),
        (BTreeSet::new(), true),
        (BTreeSet::from([Platform::Armv7]), true),
    ] {
        let foreign_alone = foreign.iter().map(|_| package("g++")).collect();
        let request = RootRequest {
            suite: "trixie".to_owned(),
            native: Platform::Aarch64,
            foreign,
            packages: BTreeSet::from([package("gcc")]),
            alone: foreign_alone,
            configured,
        };
        let closure = names.clone();
        written
            .roots
            .insert(request.digest(), LockedRoot { request, closure });
    }
    for expected in [written, Lock::default()] {
        let text = write_lock(&expected);
        let read = lock(&text, "l").unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, expected);
        let lines = text.lines().filter(|line| line.contains("sha256"));
        assert_eq!(lines.count(), expected.packages.len());
    }
}

#[test]
fn the_committed_schemas_are_current() {
    for kind in Schema::ALL {
        let file = format!("{}/schema/{}.json", env!("CARGO_MANIFEST_DIR"), kind.name());
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == schema(kind),
            "harness/record/schema/{0}.json is not what the formats say: run `cargo run -p crossproof-record --example schemas`",
            kind.name()
        );
    }
}
