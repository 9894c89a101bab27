//! Every strictness rule: a file that breaks it, with the exact place and message; and one that keeps it.

use crossproof_model::case::{Category, Controls, EmulatedBuild, PhaseName, Source, System};
use crossproof_model::{Pair, Platform};
use crossproof_record::{case, emulator, golden, locate, lock};
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
        "[riscv64,",
        "riscv64",
        "targets[0]: unknown platform `riscv64`",
    );
    refused("[arm64,", "[amd64,", "amd64", "where cross legs are built");
    refused(
        "controls: always",
        "controls: \"yes\"",
        "\"yes\"",
        "expected one of always, on-request",
    );
    refused(
        "system: make",
        "system: meson",
        "meson",
        "unknown build system `meson`",
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
fn a_source_is_of_exactly_one_kind() {
    refused(
        "source:\n",
        "source:\n  dir: src\n",
        "dir: src\n",
        "exactly one of dir, debian",
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

const EMULATOR: &str = "version: 1
target: aarch64
suite: trixie
models: [cortex-a53, max]
roots:
  native: [gcc, make]
  cross: [gcc-aarch64-linux-gnu]
path-map:
  - {native: /usr/lib/gcc, cross: /usr/lib/gcc-cross}
";

#[test]
fn an_emulator_reads_as_written_and_strictly() {
    let read = emulator(EMULATOR, "emulator.yaml").unwrap();
    assert_eq!(read.target, Platform::Aarch64);
    assert_eq!(read.models, ["cortex-a53", "max"]);
    assert!(read.packages.right.contains("gcc-aarch64-linux-gnu"));
    let pair = Pair::new("/usr/lib/gcc".to_owned(), "/usr/lib/gcc-cross".to_owned());
    assert_eq!(read.path_map, [pair]);
    for (old, new, expected) in [
        (
            "aarch64\n",
            "amd64\n",
            "e:2:9: target: `x86_64` is not a target: expected aarch64 or armv7",
        ),
        (
            "[cortex-a53, max]",
            "[max, max]",
            "e:4:15: models[1]: duplicate model `max`: expected each once",
        ),
        (
            "[cortex-a53, max]",
            "[]",
            "e:4:9: models: expected at least one model",
        ),
        (
            "native: /usr",
            "native: usr",
            "e:9:14: path-map[0].native: `usr/lib/gcc` is not an absolute path",
        ),
        (
            "suite",
            "sweet",
            "e:3:1: unknown field `sweet`, expected one of `version`, `target`, `suite`, `models`, `roots`, `path-map`",
        ),
    ] {
        let error = emulator(&EMULATOR.replace(old, new), "e").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_lock_names_each_package_of_a_closure() {
    let sha = "ab".repeat(32);
    let text = format!(
        "version: 1\npackages:\n  \"a:arm64\": {{version: \"1\", sha256: \"{sha}\", size: 1, path: p}}\nroots:\n  - {{suite: trixie, native: arm64, foreign: [], request: [\"a:arm64\"], closure: [\"a:arm64\"]}}\n"
    );
    assert_eq!(lock(&text, "l").unwrap().packages.len(), 1);
    for (old, new, at) in [
        (
            "closure: [\"a:arm64\"]",
            "closure: [\"b:arm64\"]",
            "\"b:arm64\"",
        ),
        ("size: 1", "size: -1", "-1"),
        ("native: arm64", "native: mips", "mips"),
        ("  \"a:arm64\": {", "  \"a\": {", "{version"),
        ("sha256: \"ab", "sha256: \"AB", "\"AB"),
    ] {
        let text = text.replace(old, new);
        let error = lock(&text, "l").unwrap_err();
        assert_eq!((error.line, error.column), place(&text, at), "{error}");
    }
}

const GOLDEN: &str = "version: 1
level: metadata
behaviour: same
controls: {native: same, cross: same}
rules: [elf.build-id@1]
differences:
  - key: elf.section.text.bytes
    at: [usr/bin/hello, .text]
    reason: found by looking
runs:
  greets: {exit: exit 0, stdout: \"hello\\n\", stderr: \"\"}
native:
  usr/bin/hello: {mode: \"0755\", unstable: true}
  usr/bin: {directory: \"0755\"}
";

#[test]
fn a_golden_reads_strictly() {
    let read = |text: &str| golden(text, "g", "hello".parse().unwrap(), Platform::Aarch64);
    let accepted = read(GOLDEN).unwrap();
    assert_eq!(
        accepted.differences[0].place.to_string(),
        "usr/bin/hello > .text"
    );
    for (old, new, place, words) in [
        (
            "level: metadata",
            "level: identical",
            (2, 8),
            "unknown level `identical`",
        ),
        (
            "behaviour: same",
            "behaviour: good",
            (3, 12),
            "unknown behaviour",
        ),
        ("cross: same", "cross: maybe", (4, 33), "unknown control"),
        ("build-id@1", "build-id", (5, 9), "does not name a rule"),
        ("text.bytes", "text.*", (7, 10), "not a difference key"),
        ("[usr/bin/hello, .text]", "[]", (8, 9), "expected a path"),
        (
            "reason: found by looking",
            "reason: \"\"",
            (9, 13),
            "expected a reason",
        ),
        ("exit: exit 0", "exit: zero", (11, 18), "not how a run ends"),
        (
            "\"hello\\n\"",
            "{sha256: a}",
            (11, 35),
            "unknown field `sha256`",
        ),
        ("\"hello\\n\"", "1", (11, 34), "invalid type: integer"),
        (
            "unstable: true",
            "unstable: false",
            (13, 18),
            "expected {mode, size, blake3}",
        ),
        (
            "directory: \"0755\"",
            "directory: \"755\"",
            (14, 24),
            "is not a mode",
        ),
        (
            "directory: \"0755\"",
            "directory: \"0789\"",
            (14, 24),
            "is not a mode",
        ),
    ] {
        let error = read(&GOLDEN.replace(old, new)).unwrap_err();
        assert_eq!((error.line, error.column), place, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    let twice = GOLDEN.replace(
        "runs:\n",
        "  - {key: elf.section.text.bytes, at: [usr/bin/hello, .text]}\nruns:\n",
    );
    assert!(
        read(&twice)
            .unwrap_err()
            .message
            .contains("duplicate exemption")
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
