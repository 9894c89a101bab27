//! Writes a `report.json` of as many results and files as are asked for, every file with differences, to measure
//! `crossproof report` with:
//!
//! ```text
//! cargo run --release -p crossproof-suite --example large_report -- RESULTS FILES > DIR/report.json
//! ```
//!
//! FILES is how many files each result has. The same numbers give the same bytes.

use crossproof_model::comparison::{Coverage, FileReport, Functions};
use crossproof_model::golden::Outcome;
use crossproof_model::level::Behaviour;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::verdict::{Control, Judgement, Provenance, Verdict};
use crossproof_model::{
    Comparison, Difference, Digest, Level, Pair, Place, Platform, RelPath, Side,
};
use std::io::Write as _;
use std::time::Duration;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse());
    let (Some(Ok(results)), Some(Ok(files))) = (numbers.next(), numbers.next()) else {
        eprintln!("usage: large_report RESULTS FILES");
        std::process::exit(2);
    };
    let report = Report {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        trials: (0..results).map(|number| trial(number, files)).collect(),
    };
    let text = crossproof_record::report_json(&report);
    // A reader that has had enough is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn trial(number: usize, files: usize) -> Trial {
    let comparison = comparison(number, files);
    let digest = |what: &str| Digest::of(format!("{what} {number}"));
    let milliseconds = 100 + (number as u64 * 7919) % 90_000;
    let verdict = Verdict {
        level: comparison.level().unwrap_or(Level::Divergent),
        behaviour: Behaviour::Same,
        controls: Pair::new(Control::Same, Control::Same),
        native: manifest(&comparison, 0),
        cross: manifest(&comparison, number as u64 % 97),
        comparison,
        behaviour_differences: Vec::new(),
        checks: Vec::new(),
        unstable: Vec::new(),
        observed: Vec::new(),
        notes: Vec::new(),
        provenance: Provenance {
            roots: Pair::new(digest("native root"), digest("cross root")),
            source: digest("source"),
            recipes: Pair::new(digest("native recipe"), digest("cross recipe")),
            legs: Pair::new(digest("native leg"), digest("cross leg")),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu-user-static 1:7.2".to_owned(),
        },
    };
    let outcome = match number % 3 {
        0 => Outcome::NoGolden,
        _ => Outcome::Holds,
    };
    let times = [
        (Side::Native, Duration::from_millis(milliseconds * 11)),
        (Side::Cross, Duration::from_millis(milliseconds)),
    ];
    Trial {
        case: format!("case-{number:05}").parse().expect("a name"),
        target: Platform::TARGETS[number % 2],
        judgement: Judgement::Decided(Box::new(verdict)),
        outcome,
        times: Times {
            build: times.into(),
        },
    }
}

/// Programs whose code, data and identity differ, each in its own words.
fn comparison(number: usize, files: usize) -> Comparison {
    let mut comparison = Comparison::default();
    for file in 0..files {
        let path: RelPath = format!("usr/lib/package-{number}/part-{}/program-{file}", file % 20)
            .parse()
            .expect("a path");
        let code = !(number + file).is_multiple_of(4);
        let found = differences(&path, code);
        comparison.files.insert(
            path,
            FileReport {
                raw: Pair::new(Some(Digest::of("a")), Some(Digest::of("b"))),
                normalized: Pair::new(Some(Digest::of("c")), Some(Digest::of("d"))),
                level: found.iter().map(|one| one.allows).min(),
                format: "elf".to_owned(),
                functions: code.then(|| Functions {
                    same: 40,
                    changed: 2,
                    only: Pair::new(0, 1),
                    bytes: Pair::new(9000, 9100),
                }),
            },
        );
        comparison.differences.extend(found);
    }
    comparison
        .differences
        .sort_by(|a, b| (&a.place, &a.key).cmp(&(&b.place, &b.key)));
    let rule = "elf.build-id@3".parse().expect("a rule");
    comparison.coverage = Coverage {
        exact: 90_000 * files as u64,
        ruled: [(rule, 40 * files as u64)].into(),
        uncovered: 0,
    };
    comparison
}

fn differences(path: &RelPath, code: bool) -> Vec<Difference> {
    let difference =
        |key: &str, inside: &[&str], allows, rule: Option<&str>, lines: usize| Difference {
            key: key.parse().expect("a key"),
            place: Place {
                path: path.clone(),
                inside: inside.iter().map(|step| (*step).to_owned()).collect(),
            },
            left: Some("320 bytes at 0x10a40".to_owned()),
            right: Some("328 bytes at 0x10a40".to_owned()),
            detail: (0..lines)
                .map(|line| {
                    format!(
                        "{}  0x{:05x}  ldr x{}, [sp, #{}]",
                        ["-", "+"][line % 2],
                        line * 4,
                        line % 30,
                        line * 8
                    )
                })
                .collect(),
            allows,
            settled_by: rule.map(|rule| rule.parse().expect("a rule")),
        };
    let mut found = vec![difference(
        "elf.section.note.gnu.build-id.bytes",
        &[".note.gnu.build-id"],
        Level::Metadata,
        Some("elf.build-id@3"),
        2,
    )];
    if code {
        let open =
            |key, inside: &[&str], lines| difference(key, inside, Level::Interface, None, lines);
        found.push(open("elf.section.text.bytes", &[".text", "main"], 24));
        found.push(open(
            "elf.section.text.bytes",
            &[".text", "<parse & print>"],
            24,
        ));
        found.push(open("elf.section.rodata.bytes", &[".rodata"], 8));
        found.push(open("elf.needed", &[".dynamic", "libm.so.6"], 0));
    }
    found
}

/// Every file with a size; each grown by so many bytes.
fn manifest(comparison: &Comparison, grown: u64) -> Manifest {
    let fact = |path: &RelPath| Fact::File {
        mode: 0o755,
        size: 90_000 + grown,
        digest: Digest::of(path.as_str()),
    };
    let facts = comparison
        .files
        .keys()
        .map(|path| (path.clone(), fact(path)));
    Manifest {
        facts: facts.collect(),
        ..Manifest::default()
    }
}
