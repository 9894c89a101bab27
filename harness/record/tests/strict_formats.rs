//! What the other formats refuse, and where: emulators, locks, goldens.

use crossproof_model::golden::Accepted;
use crossproof_model::{Pair, Platform};
use crossproof_record::{emulator, golden, lock};

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

/// The line and column, from 1, where `at` stands in `text`.
#[track_caller]
fn place(text: &str, at: &str) -> (usize, usize) {
    let offset = text.find(at).expect("the place is in the text");
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, offset - line_start + 1)
}

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
            "e:2:9: target: cross legs for x86_64 cannot be built on x86_64: expected another platform",
        ),
        (
            "suite:",
            "build: arm64\nsuite:",
            "e:3:8: build: cross legs for aarch64 cannot be built on aarch64: expected another platform",
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
            "e:3:1: unknown field `sweet`, expected one of `version`, `target`, `tier`, `build`, `suite`, `models`, `build-model`, `roots`, `path-map`",
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
rules: [elf.build-id@3]
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
    let Accepted::Verdict(accepted) = read(GOLDEN).unwrap() else {
        panic!("a failure")
    };
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
        ("build-id@3", "build-id", (5, 9), "does not name a rule"),
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

const FAILURE: &str = "version: 1
failed:
  leg: C1
  phase: configure
  says: \"configure: error: cannot run test program\"
  reason: found by looking
";

#[test]
fn an_accepted_failure_reads_strictly() {
    let read = |text: &str| golden(text, "g", "hello".parse().unwrap(), Platform::Aarch64);
    assert!(matches!(read(FAILURE), Ok(Accepted::Failure(_))));
    for (old, new, place, words) in [
        ("leg: C1", "leg: C3", (3, 8), "unknown leg `C3`"),
        ("configure\n", "link\n", (4, 10), "unknown phase `link`"),
        (
            "\"configure: error: cannot run test program\"",
            "\"\"",
            (5, 9),
            "expected one line",
        ),
        (
            "test program",
            "test\\nprogram",
            (5, 9),
            "expected one line",
        ),
        ("found by looking", "\" \"", (6, 11), "expected a reason"),
        // Nothing of a verdict beside it: what holds is one or the other.
        (
            "failed:",
            "level: bits\nfailed:",
            (2, 1),
            "unknown field `level`",
        ),
    ] {
        assert!(FAILURE.contains(old), "{old}");
        let error = read(&FAILURE.replace(old, new)).unwrap_err();
        assert_eq!((error.line, error.column), place, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}
