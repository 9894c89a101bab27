//! What a source may be called, and where it may be.

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
