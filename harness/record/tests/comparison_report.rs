//! The report of a comparison is what the schema says, and the schema tells a broken one.

use crossproof_model::comparison::{FileReport, Undecided};
use crossproof_model::report::{Asked, ComparisonReport, Report};
use crossproof_model::{
    Comparison, Coverage, Difference, Digest, Level, LikelyCause, Pair, Place, RelPath,
};
use crossproof_record::{Schema, comparison_json, report_json, schema};
use serde_json::Value;
use std::collections::BTreeMap;

fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

fn place() -> Place {
    Place::file(path("usr/bin/hello")).within(".text")
}

fn difference(key: &str) -> Difference {
    Difference {
        key: key.parse().unwrap(),
        place: place(),
        left: Some("a".to_owned()),
        right: None,
        detail: vec!["-a".to_owned()],
        allows: Level::Interface,
        settled_by: None,
    }
}

fn report() -> ComparisonReport {
    let file = FileReport {
        raw: Pair::new(Some(Digest::of("a")), None),
        normalized: Pair::new(Some(Digest::of("b")), Some(Digest::of("c"))),
        level: Some(Level::Interface),
        format: "elf".to_owned(),
        functions: None,
    };
    let mut report = ComparisonReport {
        tool: "0.1.0".to_owned(),
        sides: Pair::new("old \u{1b}[31m", "new").map(str::to_owned),
        asked: Asked {
            map: vec![("/a".to_owned(), "/b".to_owned())],
            rules: vec!["elf.build-id@3".parse().unwrap()],
            at_least: Level::Loaded,
        },
        comparison: Comparison {
            files: BTreeMap::from([(path("usr/bin/hello"), file)]),
            differences: vec![difference("text.lines"), difference("elf.needed")],
            undecided: Vec::new(),
            rules: BTreeMap::from([("elf.build-id@3".parse().unwrap(), 3)]),
            coverage: Coverage::default(),
        },
        ignored: BTreeMap::new(),
        causes: vec![LikelyCause {
            name: "missing-dependency",
            sentence: "only the left needs a".to_owned(),
            remedy: "install it".to_owned(),
            findings: 1,
            evidence: vec![("elf.needed".parse().unwrap(), place())],
        }],
    };
    report.ignore(["text.lines", "bytes"].map(|key| key.parse().unwrap()));
    report
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&schema(Schema::Report)).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn both_reports_are_what_the_schema_says() {
    let validator = validator();
    let undecided = Undecided {
        place: Place::file(path("usr/bin/hello")),
        reason: "cut short".to_owned(),
    };
    let mut nothing_decided = report();
    nothing_decided.comparison.undecided.push(undecided);
    for report in [report(), nothing_decided] {
        let document = value(&comparison_json(&report));
        let complaints: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
    let run = Report {
        tool: "0.1.0".to_owned(),
        trials: Vec::new(),
    };
    assert!(validator.is_valid(&value(&report_json(&run))));
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let good = value(&comparison_json(&report()));
    type Spoil = fn(&mut Value);
    let spoilt: [(&str, Spoil); 5] = [
        ("no version", |v| {
            v.as_object_mut().unwrap().remove("version");
        }),
        ("a level that is a number", |v| v["level"] = 7.into()),
        ("a field nobody knows", |v| v["levels"] = "bits".into()),
        ("a mapping of one side", |v| {
            v["asked"]["map"][0].as_object_mut().unwrap().remove("new");
        }),
        ("a difference without a key", |v| {
            let first = &mut v["comparison"]["differences"][0];
            first.as_object_mut().unwrap().remove("key");
        }),
    ];
    for (what, spoil) in spoilt {
        let mut document = good.clone();
        spoil(&mut document);
        assert!(!validator.is_valid(&document), "{what}");
    }
}

#[test]
fn what_was_asked_and_what_is_ignored_stand_in_the_document() {
    let document = value(&comparison_json(&report()));
    assert_eq!(document["version"], 1);
    assert_eq!(document["tool"], "0.1.0");
    assert_eq!(document["left"], "old \u{1b}[31m");
    assert_eq!(document["level"], "interface");
    assert_eq!(document["holds"], false);
    assert_eq!(document["asked"]["at-least"], "loaded");
    assert_eq!(document["asked"]["map"][0]["old"], "/a");
    assert_eq!(document["asked"]["rules"][0], "elf.build-id@3");
    let ignored = document["ignored"].as_object().unwrap();
    assert_eq!(ignored["text.lines"].as_array().unwrap().len(), 1);
    assert_eq!(ignored["bytes"].as_array().unwrap().len(), 0);
    assert_eq!(document["causes"][0]["name"], "missing-dependency");
    let files = &document["comparison"]["files"];
    assert_eq!(
        files["usr/bin/hello"]["raw"]["left"],
        Digest::of("a").to_string()
    );
}
