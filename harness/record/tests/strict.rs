//! Every strictness rule: a file that breaks it, with the exact place and message; and one that keeps it.

use crossproof_model::Platform;
use crossproof_model::case::{Category, Controls, EmulatedBuild, PhaseName, Source, System};
use crossproof_record::{case, locate};
use std::time::Duration;

const FULL: &str = r#"# yaml-language-server: $schema=../../harness/record/schema/case.json
version: 1
summary: one line
tier: full
targets: [arm64, armv7-unknown-linux-gnueabihf]
controls: always
source:
  debian:
    package: zlib
    version: "1:1.3"
    suite: trixie
    files: {z.tar.gz: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
depends:
  host_host: [zlib1g-dev]
  build_build: [make]
emulated-build: true
build:
  system: make
  directory: sub/dir
  arguments: {build: [-k]}
  steps:
    configure: |
      ./prepare
  environment: {CFLAGS: "-O2 -g", SOURCE_DATE_EPOCH: null}
  cross: {environment: {X: y}}
limits: {time: 10min, memory: 2GiB, log: 16MiB, processes: 256}
collect: ["usr/**"]
runs:
  - name: greets
    argv: [/usr/bin/hello, world]
    stdin: "text"
    files: {in.txt: "more"}
    environment: {A: b}
"#;

#[test]
fn a_full_case_reads_as_written() {
    let case = case(FULL, "case.yaml", "zlib".parse().unwrap()).unwrap();
    assert_eq!(case.targets, Platform::TARGETS);
    assert_eq!(case.controls, Controls::Always);
    assert!(matches!(&case.source, Source::Debian { version, .. } if version == "1:1.3"));
    let categories: Vec<Category> = case.depends.iter().map(|d| d.category).collect();
    assert_eq!(categories, [Category::BuildBuild, Category::HostHost]);
    assert_eq!(case.build.system, System::Make);
    assert_eq!(case.build.emulated, EmulatedBuild::Granted);
    assert_eq!(case.build.environment["SOURCE_DATE_EPOCH"], None);
    assert_eq!(case.build.cross_environment["X"], Some("y".to_owned()));
    assert_eq!(case.build.steps[&PhaseName::Configure], "./prepare\n");
    assert_eq!(case.limits.time, Duration::from_secs(600));
    assert_eq!(case.limits.memory, 2 << 30);
    assert_eq!(case.runs[0].stdin, b"text");
    assert_eq!(case.runs[0].time, Duration::from_secs(60));
}

#[test]
fn a_small_case_has_the_documented_defaults() {
    let text = "version: 1\nsummary: s\nsource: {dir: src}\nbuild: {system: make}\n";
    let case = case(text, "case.yaml", "c".parse().unwrap()).unwrap();
    assert_eq!(case.targets, Platform::TARGETS);
    assert_eq!(case.controls, Controls::OnRequest);
    assert_eq!(case.build.emulated, EmulatedBuild::Withheld);
    assert_eq!(case.collect, ["**"]);
    assert_eq!(case.limits, Default::default());
}

/// The line and column, from 1, where `at` stands in `text`.
#[track_caller]
fn place(text: &str, at: &str) -> (usize, usize) {
    let offset = text.find(at).expect("the place is in the text");
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, offset - line_start + 1)
}

/// Replaces `old` in the full case by `new`: the error stands where `at` does in what follows from
/// there, and holds the words.
#[track_caller]
fn refused(old: &str, new: &str, at: &str, words: &str) {
    assert_eq!(FULL.matches(old).count(), 1, "{old:?} is in the case once");
    let text = FULL.replace(old, &new.replace(at, "MARK"));
    let marked = place(&text, "MARK");
    let text = text.replace("MARK", at);
    let error = case(&text, "case.yaml", "zlib".parse().unwrap()).expect_err("the case is refused");
    assert_eq!((error.line, error.column), marked, "{error}");
    assert!(
        error.message.contains(words),
        "expected {words:?}, got: {error}"
    );
}

/// The same, for an error of the file as a whole or of a value that holds the change.
#[track_caller]
fn refused_around(old: &str, new: &str, at: (usize, usize), words: &str) {
    assert_eq!(FULL.matches(old).count(), 1, "{old:?} is in the case once");
    let text = FULL.replace(old, new);
    let error = case(&text, "case.yaml", "zlib".parse().unwrap()).expect_err("the case is refused");
    assert_eq!((error.line, error.column), at, "{error}");
    assert!(
        error.message.contains(words),
        "expected {words:?}, got: {error}"
    );
}

#[test]
fn what_is_not_in_the_format_is_refused() {
    refused("tier: full", "teir: full", "teir", "unknown field `teir`");
    refused(
        "suite: trixie",
        "sweet: trixie",
        "sweet",
        "unknown field `sweet`",
    );
    refused("log: 16MiB", "logs: 16MiB", "logs", "unknown field `logs`");
    refused("stdin:", "stdim:", "stdim", "unknown field `stdim`");
    refused("version: 1\n", "version: 2\n", "2", "unknown version 2");
    refused(
        "version: 1\n",
        "version: one\n",
        "one",
        "invalid type: string \"one\"",
    );
    // What is missing is said of the mapping that should hold it; the first line is a comment.
    refused_around("summary: one line\n", "", (2, 1), "missing field `summary`");
    refused_around("version: 1\n", "", (2, 1), "missing field `version`");
    refused_around("  system: make\n", "", (18, 3), "missing field `system`");
}

#[test]
fn duplicates_are_refused_where_the_second_stands() {
    refused(
        "tier: full\n",
        "tier: full\n\"tier\": full\n",
        "\"tier\"",
        "duplicate key `tier`",
    );
    refused("{A: b}", "{A: b, \"A\": c}", "\"A\"", "duplicate key `A`");
    refused(
        "{CFLAGS: \"-O2 -g\"",
        "{CFLAGS: a, \"CFLAGS\": b",
        "\"CFLAGS\"",
        "duplicate key `CFLAGS`",
    );
    refused(
        "[arm64, armv7-",
        "[arm64, aarch64, armv7-",
        "aarch64",
        "duplicate target aarch64",
    );
    refused(
        "[zlib1g-dev]",
        "[zlib1g-dev, \"zlib1g-dev\"]",
        "\"zlib1g-dev\"",
        "duplicate package",
    );
}

#[test]
fn wrong_types_are_refused() {
    refused(
        "summary: one line",
        "summary: 12",
        "12",
        "invalid type: integer `12`",
    );
    refused(
        "summary: one line",
        "summary: ~",
        "~",
        "invalid type: unit value",
    );
    refused(
        "\"1:1.3\"",
        "1.3",
        "1.3",
        "invalid type: floating point `1.3`",
    );
    refused(
        "[/usr/bin/hello, world]",
        "/usr/bin/hello",
        "/usr/bin/hello",
        "invalid type: string",
    );
    refused("world]", "1]", "1", "invalid type: integer");
    refused(
        "emulated-build: true",
        "emulated-build: maybe",
        "maybe",
        "expected a boolean",
    );
    refused("processes: 256", "processes: -1", "-1", "expected u32");
    refused("{A: b}", "{1: b}", "1", "expected a string as key");
}

#[test]
fn words_that_mean_nothing_are_refused() {
    refused(
        "tier: full",
        "tier: huge",
        "huge",
        "tier: unknown tier `huge`: expected one of quick, full, slow",
    );
    refused(
        "[arm64,",
        "[sparc64,",
        "sparc64",
        "targets[0]: unknown platform `sparc64`",
    );
    refused(
        "controls: always",
        "controls: \"yes\"",
        "\"yes\"",
        "expected one of always, on-request",
    );
    refused(
        "system: make",
        "system: scons",
        "scons",
        "unknown build system `scons`",
    );
    refused("sub/dir", "../dir", "../dir", "not a path inside the tree");
    refused(": aaaaaaaa", ": Aaaaaaaa", "Aaaaaaaa", "is not a digest");
    refused("[\"usr/**\"]", "[\"usr/{a\"]", "\"usr/{a\"", "bad glob");
    refused("10min", "10m", "10m", "`10m` is not a time");
    refused("2GiB", "2GB", "2GB", "`2GB` is not a size");
    refused(
        "name: greets",
        "name: Greets",
        "Greets",
        "`Greets` cannot name a run",
    );
    refused(
        "{in.txt: \"more\"",
        "{../in.txt: bad",
        "bad",
        "not a path inside the tree",
    );
    refused(
        "X: y",
        "X-Y: bad",
        "bad",
        "cannot name an environment variable",
    );
    refused(
        "[make]",
        "[\"make:arm64\"]",
        "\"make:arm64\"",
        "cannot name a package",
    );
    refused("[/usr/bin/hello, world]", "[]", "[]", "expected a program");
}

#[test]
fn the_platform_order_is_explained() {
    let why = "breaks the platform order: what runs on the host platform";
    refused("host_host: [", "host_build: [", "[", why);
    refused(
        "host_host: [",
        "target_host: [",
        "[",
        "breaks the platform order",
    );
    refused(
        "host_host: [",
        "host_hots: [",
        "[",
        "expected one of build_build",
    );
}

#[test]
fn packages_wanted_alone_are_read_as_strictly() {
    let key = "emulated-build: true\n";
    let alone = "depends-alone:\n  host_host: [server-dev]\n";
    let text = FULL.replace(key, alone);
    let case = case(&text, "c", "c".parse().unwrap()).unwrap();
    let names: Vec<&str> = (case.depends_alone.iter().map(|d| d.package.as_str())).collect();
    assert_eq!(names, ["server-dev"]);
    assert!(case.depends.iter().all(|d| d.package != "server-dev"));
    let bad = "depends-alone:\n  host_build: [server-dev]\n";
    refused(key, bad, "[server-dev]", "breaks the platform order");
    let twice = "depends-alone:\n  host_host: [a1, b1, a1]\n";
    refused_around(key, twice, (17, 23), "duplicate package `a1`");
}

#[test]
fn the_third_platform_is_read_in_any_spelling_and_by_name_only() {
    let key = "emulated-build: true\n";
    for spelling in ["armv7", "arm-linux-gnueabihf"] {
        let text = FULL.replace(key, &format!("emits: {spelling}\n"));
        let case = case(&text, "c", "c".parse().unwrap()).unwrap();
        assert_eq!(case.emits, Some(Platform::Armv7));
    }
    let plain = case(FULL, "c", "c".parse().unwrap()).unwrap();
    assert_eq!(plain.emits, None);
    refused(key, "emits: sparrow\n", "sparrow", "sparrow");
}

#[test]
fn a_source_is_of_exactly_one_kind() {
    refused(
        "source:\n",
        "source:\n  dir: src\n",
        "dir: src\n",
        "exactly one of dir, project, debian",
    );
    let text = "version: 1\nsummary: s\nsource: {}\nbuild: {system: make}\n";
    let error = case(text, "c", "c".parse().unwrap()).unwrap_err();
    assert_eq!((error.line, error.column), place(text, "{}"));
}

#[test]
fn a_run_has_a_name_of_its_own() {
    let run = "  - {name: \"greets\", argv: [a]}\n";
    let text = format!("{FULL}{run}");
    let error = case(&text, "c", "c".parse().unwrap()).unwrap_err();
    assert_eq!((error.line, error.column), place(&text, "\"greets\""));
    assert!(error.message.contains("duplicate run `greets`"), "{error}");
}

#[test]
fn a_script_has_a_build_step() {
    let steps = place(FULL, "configure: |");
    refused_around(
        "system: make",
        "system: script",
        steps,
        "expected a `build` step",
    );
}

#[test]
fn text_that_is_not_yaml_is_refused_with_its_place() {
    refused_around("tier: full", "tier: [full", (5, 8), "did not find expected");
    refused_around(
        "version: 1\n",
        "version: 1\n---\nversion: 1\n",
        (1, 1),
        "more than one document",
    );
    refused(
        "tier: full",
        "tier: !huge full",
        "!huge",
        "a value without a tag",
    );
}

#[test]
fn a_place_is_found_again_by_its_path() {
    assert_eq!(
        locate(FULL, &["source", "debian", "files", "z.tar.gz"]),
        Some(place(FULL, "aaaa"))
    );
    assert_eq!(
        locate(FULL, &["runs", "0", "argv", "1"]),
        Some(place(FULL, "world"))
    );
    // A path that leads nowhere: the value around it.
    assert_eq!(
        locate(FULL, &["build", "steps", "build"]),
        Some(place(FULL, "configure: |"))
    );
    // Text that is not YAML: where it stops being.
    assert_eq!(locate("a: [", &["a"]), Some((1, 4)));
}
