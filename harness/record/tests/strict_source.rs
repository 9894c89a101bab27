//! What a source may be called, and where it may be.

use crossproof_model::case::Source;
use crossproof_record::case;

#[test]
fn names_and_versions_are_words_of_packages() {
    let source = |source: &str| {
        let text =
            format!("version: 1\nsummary: s\nsource:\n  {source}\nbuild: {{system: make}}\n");
        case(&text, "case.yaml", "c".parse().unwrap())
    };
    let sha256 = "ab".repeat(32);
    let packed = |name: &str, version: &str| {
        source(&format!(
            "crate: {{name: '{name}', version: '{version}', sha256: {sha256}}}"
        ))
    };
    assert!(packed("serde_json", "1.0.0-rc.1+build").is_ok());
    for (name, version) in [
        ("a", ".."),
        ("..", "1.0"),
        ("a", "1\"]"),
        ("a b", "1"),
        ("", "1"),
    ] {
        let why = packed(name, version).unwrap_err().to_string();
        assert!(why.contains("expected letters and digits"), "{why}");
    }
    let archive = |file: &str| source(&format!("archive: {{file: '{file}', sha256: {sha256}}}"));
    assert!(archive("more/x.tar.gz").is_ok());
    for out in ["/etc/x.tar", "../x.tar"] {
        assert!(archive(out).is_err(), "{out}");
    }
}

#[test]
fn a_project_is_a_folder_of_it_with_patterns_or_without() {
    let source = |source: &str| {
        let text =
            format!("version: 1\nsummary: s\nsource: {{{source}}}\nbuild: {{system: make}}\n");
        case(&text, "case.yaml", "c".parse().unwrap()).map(|case| case.source)
    };
    let project = |folder: Option<&str>, files: &[&str]| Source::Project {
        folder: folder.map(|folder| folder.parse().unwrap()),
        files: files.iter().map(|glob| (*glob).to_owned()).collect(),
    };
    assert_eq!(source("project: .").unwrap(), project(None, &[]));
    assert_eq!(
        source("project: lib, files: ['*.c', 'x/**']").unwrap(),
        project(Some("lib"), &["*.c", "x/**"])
    );
    for (bad, why) in [
        ("project: ..", ""),
        ("project: /etc", ""),
        ("project: ., dir: src", "exactly one of"),
        ("files: ['*.c']", "expected `project` beside it"),
        ("dir: src, files: ['*.c']", "expected `project` beside it"),
        ("project: ., files: ['[']", "bad glob"),
    ] {
        let error = source(bad).unwrap_err().to_string();
        assert!(error.contains(why), "{bad}: {error}");
    }
}
