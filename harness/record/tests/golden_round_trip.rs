//! A golden is written to be read: by people, and back.

mod specimen;

use crossproof_model::case::PhaseName;
use crossproof_model::golden::{
    Accepted, Exemption, ExpectedControl, ExpectedFact, ExpectedFailure, ExpectedOutput,
    ExpectedRun, Golden,
};
use crossproof_model::level::Behaviour;
use crossproof_model::{DiffKey, Digest, Level, Pair, Platform, RelPath};
use crossproof_record::{golden, write_failure, write_golden};
use proptest::prelude::*;
use specimen::{manifest, path, place};
use std::collections::{BTreeMap, BTreeSet};

fn key() -> DiffKey {
    "elf.section.text.bytes".parse().unwrap()
}

fn accepted(reason: Option<String>, output: String, name: String) -> Golden {
    let facts = manifest().facts.into_iter();
    let facts = facts.map(|(path, fact)| (path, ExpectedFact::Fact(fact)));
    let mut native: BTreeMap<RelPath, ExpectedFact> = facts.collect();
    native.insert(path("usr/z"), ExpectedFact::Unstable { mode: 0o644 });
    let mut other = place();
    other.inside.push(name.clone());
    let run = ExpectedRun {
        exit: "exit 0".to_owned(),
        stdout: ExpectedOutput::Text(output.clone()),
        stderr: ExpectedOutput::Digest(Digest::of("x")),
        files: BTreeMap::from([(path("f o: #"), ExpectedOutput::Text(output))]),
    };
    Golden {
        case: "hello".parse().unwrap(),
        target: Platform::Armv7,
        level: Level::Metadata,
        behaviour: Behaviour::Same,
        controls: Pair::new(ExpectedControl::NotRun, ExpectedControl::Differs),
        differences: [(place(), None), (other, reason)]
            .map(|(place, reason)| Exemption {
                key: key(),
                place,
                reason,
            })
            .into(),
        rules: BTreeSet::from(["elf.build-id@3".parse().unwrap()]),
        runs: BTreeMap::from([(name, run)]),
        native,
    }
}

fn reads_back(expected: Golden) {
    let text = write_golden(&expected);
    let read = golden(&text, "g", expected.case.clone(), expected.target)
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(read, Accepted::Verdict(Box::new(expected)), "{text}");
}

#[test]
fn awkward_text_reads_back() {
    for text in [
        "hello\n",
        "",
        "\n",
        "a\nb\n",
        "a\nb",
        "a\n\nb\n\n",
        " a\nb\n",
        "a \nb \n",
        "\ta\n",
        "yes",
        "~",
        "1e3",
        "a: b\n- c\n",
        "# a\nb\n",
        "---\n...\n",
        "a\r\nb\r\n",
        "\u{0}\u{7f}\u{85}\u{2028}\u{feff}",
        "é\n漢\n🙂\n",
        "%a\nb\n",
        "|\n>\n",
        "a\n\tb\n",
    ] {
        let reason = Some(text)
            .filter(|t| !t.trim().is_empty())
            .map(str::to_owned);
        reads_back(accepted(reason, text.to_owned(), text.to_owned()));
    }
}

#[test]
fn a_golden_is_written_to_be_read() {
    let reason = "The cross compiler\nknows less.\n".to_owned();
    let text = write_golden(&accepted(
        Some(reason),
        "a\nb\n".to_owned(),
        "run".to_owned(),
    ));
    assert!(text.starts_with(
        "# yaml-language-server: $schema=../../harness/record/schema/golden.json\nversion: 1\n"
    ));
    assert!(
        text.contains("    reason: |\n      The cross compiler\n      knows less.\n"),
        "{text}"
    );
    assert!(text.contains("\n  usr: {directory: \"0755\"}\n"), "{text}");
    assert!(
        text.contains("\n    stdout: |\n      a\n      b\n"),
        "{text}"
    );
}

fn failure_reads_back(says: &str, reason: Option<String>) {
    let expected = ExpectedFailure {
        leg: "C1".parse().unwrap(),
        phase: PhaseName::Configure,
        says: says.to_owned(),
        reason,
    };
    let text = write_failure(&expected);
    let read = golden(&text, "g", "hello".parse().unwrap(), Platform::Armv7)
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(read, Accepted::Failure(expected), "{text}");
}

#[test]
fn a_failure_reads_back() {
    let says = "configure: error: cannot run test program while cross compiling";
    failure_reads_back(says, None);
    failure_reads_back(
        says,
        Some("It has no answer.\nNobody gave one.\n".to_owned()),
    );
    failure_reads_back("\u{1b}[31merror: `x' # \"y\"", Some("looked".to_owned()));
}

proptest! {
    #[test]
    fn any_text_reads_back(reason in "\\PC*[a-z]", output in any::<String>(), name in any::<String>()) {
        reads_back(accepted(Some(reason), output, name));
    }
}
