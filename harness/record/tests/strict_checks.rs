//! The checks of a case: one that says all of them, and each mistake with its place.

use crossproof_model::Case;
use crossproof_model::check::{Checks, Search};
use crossproof_record::case;

const HEAD: &str = "version: 1
summary: one line
source: {dir: src}
build: {system: make}
";

fn read(checks: &str) -> Result<Case, String> {
    let text = format!("{HEAD}checks: {checks}\n");
    case(&text, "case.yaml", "small".parse().unwrap()).map_err(|error| error.to_string())
}

fn refused(checks: &str, words: &str) {
    let error = read(checks).err().unwrap_or_default();
    assert!(error.starts_with("case.yaml:5:"), "{checks}: {error}");
    assert!(error.contains(words), "{checks}: {error}");
}

#[test]
fn checks_read_as_written() {
    let case = read(
        r#"{forbid: {nix: {text: /nix/}, hash: {pattern: "[0-9]{4}-"}}, size: [{files: "usr/**", percent: 0}], glibc: "2.34"}"#,
    );
    let checks = case.unwrap().checks;
    assert_eq!(
        checks.forbid["nix"],
        Search::Texts(vec!["/nix/".to_owned()])
    );
    assert_eq!(
        checks.forbid["hash"],
        Search::Pattern("[0-9]{4}-".to_owned())
    );
    assert_eq!(checks.size[0].glob, "usr/**");
    assert_eq!(checks.size[0].percent, 0);
    assert_eq!(checks.glibc.unwrap().to_string(), "2.34");
    assert_eq!(read("{}").unwrap().checks, Checks::default());
}

#[test]
fn what_checks_cannot_mean_is_refused() {
    refused("{forbids: {}}", "unknown field");
    refused("{forbid: {Nix: {text: a}}}", "cannot name a check");
    refused("{forbid: {build-prefix: {text: a}}}", "always looked for");
    refused("{forbid: {nix: {}}}", "either `text` or `pattern`");
    refused(
        "{forbid: {nix: {text: a, pattern: b}}}",
        "either `text` or `pattern`",
    );
    refused("{forbid: {nix: {text: \"\"}}}", "nothing is in every file");
    refused("{forbid: {nix: {pattern: \"(\"}}}", "bad pattern");
    refused(
        "{forbid: {nix: {pattern: \"a*\"}}}",
        "does not match nothing",
    );
    refused("{size: [{files: \"{a\", percent: 1}]}", "bad glob");
    refused("{size: [{files: a, percent: -1}]}", "expected u32");
    refused("{glibc: 2.34}", "put quotes around it");
    refused("{glibc: \"2.x\"}", "is not a release");
}
