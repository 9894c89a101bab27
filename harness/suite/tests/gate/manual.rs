//! The policy that the manual prints, run on this project's own programs: it lets through what it says, and each of
//! its parts is needed for that.

use crate::stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};

/// The policy in `docs/gate.md`.
fn printed() -> String {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gate.md");
    let manual = fs::read_to_string(manual).unwrap();
    let (_, rest) = manual.split_once("```yaml\n").unwrap();
    let (policy, _) = rest.split_once("```").unwrap();
    // What is printed is for a while; this test is for longer.
    let (_, until) = policy.split_once("until: ").unwrap();
    let day = until.lines().next().unwrap();
    policy.replace(day, "2999-12-31")
}

/// The policy without the lines that have one of these words.
fn without(policy: &str, words: &[&str]) -> String {
    let lines = policy
        .lines()
        .filter(|line| !words.iter().any(|word| line.contains(word)));
    lines.map(|line| format!("{line}\n")).collect()
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases")
}

fn case_file(case: &str) -> String {
    fs::read_to_string(cases().join(case).join("case.yaml")).unwrap()
}

/// Puts the sources of one of the project's cases into the stage.
fn copy(stage: &Stage, case: &str, yaml: &str) {
    let listing = fs::read_dir(cases().join(case).join("src")).unwrap();
    let sources = listing.map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&path).unwrap())
    });
    let sources: Vec<_> = sources.collect();
    let sources = sources.iter().map(|(name, text)| (&**name, &**text));
    stage.case(case, yaml, &sources.collect::<Vec<_>>());
}

const COMPILED: &str = r#"
version: 1
summary: C++, whose library has its symbols in another order on each side
source: {dir: src}
build:
  system: script
  steps:
    build: |
      $CXX -std=c++17 -O2 -o hello-cxx main.cpp numbers.cpp
      install -D hello-cxx $DESTDIR/usr/bin/hello-cxx
runs:
  - {name: sorts, argv: [/usr/bin/hello-cxx, "3", "1"]}
"#;

#[test]
fn the_policy_of_the_manual_lets_through_what_it_says() {
    let stage = Stage::new();
    for case in ["hello-c", "planted-build-path"] {
        copy(&stage, case, &case_file(case));
    }
    // As CMake would, which is not in the roots of this stage.
    copy(&stage, "hello-cxx", COMPILED);
    // It is enough that it is there: a row is for it.
    stage.case("clucene", &case_file("clucene"), &[]);
    let place = tempfile::tempdir().unwrap();
    let (report, policy) = (
        place.path().join("report"),
        place.path().join("policy.yaml"),
    );
    let (report, policy) = (report.to_str().unwrap(), policy.to_str().unwrap());
    let run = [
        "run",
        "--controls",
        "--target",
        "aarch64",
        "--report",
        report,
    ];
    let judged = stage.run(&[&run[..], &["hello-c", "planted-build-path"]].concat());
    judged.says("3 verdicts");
    let gate = |text: &str| {
        fs::write(policy, text).unwrap();
        stage.run(&["gate", "--full", "--policy", policy, "--report", report])
    };
    let printed = printed();
    let decided = gate(&printed);
    decided.status(0);
    decided.says("substitute  hello-c::aarch64");
    decided.says("substitute  hello-cxx::aarch64");
    decided.says("refuse      planted-build-path::aarch64");
    // Without what lets them through they are refused.
    gate(&without(&printed, &["required: false", "planted-*"])).status(1);
    let (untolerated, _) = printed.split_once("tolerate:").unwrap();
    let decided = gate(untolerated);
    decided.status(1);
    decided.says("refuse      hello-cxx::aarch64");
    // And with what it wants done otherwise.
    let stricter = [
        ("growth: 10", "growth: 0", "hello-c"),
        ("\"2.36\"", "\"2.17\"", "needs"),
        ("/nix/store/", "hello", "refers to"),
        ("cortex-a53, max", "cortex-a53, no-such", "no-such"),
        ("elf.build-id@3, ", "", "elf.build-id@3"),
    ];
    for (part, other, words) in stricter {
        assert!(printed.contains(part), "{part}");
        let decided = gate(&printed.replace(part, other));
        decided.status(1);
        decided.says(words);
    }
    let misspelled = gate(&printed.replace("hello-cxx", "helo-cxx"));
    misspelled.status(2);
    misspelled.says("did you mean `hello-cxx`?");
}
