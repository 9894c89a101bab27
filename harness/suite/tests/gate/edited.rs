//! Reports that were edited: nothing they say is signed, and nothing is substituted for it.

use crate::stand::Gate;
use serde_json::Value;
use std::fs;

/// Makes the gate's report say something else, in one place.
fn edit(gate: &Gate, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&gate.read("report/report.json")).unwrap();
    change(&mut report);
    gate.write("report/report.json", &report.to_string());
}

fn trial<'r>(report: &'r mut Value, case: &str) -> &'r mut Value {
    let trials = report["trials"].as_array_mut().unwrap();
    trials
        .iter_mut()
        .find(|trial| trial["case"] == case)
        .unwrap()
}

fn verdict<'r>(report: &'r mut Value, case: &str) -> &'r mut Value {
    &mut trial(report, case)["judgement"]["decided"]
}

/// A case, what is edited of it, and the edit.
type Edit = (&'static str, &'static str, fn(&mut Value));

#[test]
fn an_edited_report_is_neither_signed_nor_substituted() {
    let gate = Gate::new();
    let sound = gate.read("report/report.json");
    let without_times = |report: &mut Value| {
        trial(report, "same")["times"] = serde_json::json!({"native": 1.5});
    };
    // Times may be anything; spaces and the order of trials, too.
    edit(&gate, without_times);
    gate.gate(&["same"]).status(0);
    // The one that is refused is made to look as one that is not; what is said of the one that passes is polished.
    let edits: [Edit; 8] = [
        ("other", "a level", |report| {
            let verdict = verdict(report, "other");
            verdict["level"] = "metadata".into();
            for one in verdict["comparison"]["differences"].as_array_mut().unwrap() {
                one["allows"] = "metadata".into();
            }
        }),
        ("other", "no differences", |report| {
            let verdict = verdict(report, "other");
            verdict["level"] = "bits".into();
            verdict["comparison"]["differences"] = serde_json::json!([]);
        }),
        ("other", "the verdict of the other", |report| {
            let good = verdict(report, "same").clone();
            *verdict(report, "other") = good;
        }),
        ("same", "behaviour", |report| {
            verdict(report, "same")["behaviour"] = "same".into()
        }),
        ("same", "what is unstable", |report| {
            verdict(report, "same")["unstable"] = serde_json::json!(["usr/bin/one"]);
        }),
        ("same", "a leg", |report| {
            let legs = &mut verdict(report, "same")["provenance"]["legs"];
            legs["native"] = legs["cross"].clone();
        }),
        ("same", "what it was made from", |report| {
            verdict(report, "same")["provenance"]["source"] = "0".repeat(64).into();
        }),
        ("same", "against its golden", |report| {
            trial(report, "same")["outcome"] = "holds".into()
        }),
    ];
    for (case, what, change) in edits {
        gate.write("report/report.json", &sound);
        edit(&gate, change);
        let decided = gate.gate(&[case]);
        decided.status(1);
        let attested = gate.attest("a", "att", &[case]);
        attested.status(1);
        for ended in [&decided, &attested] {
            assert!(
                !ended.output().contains("substitute "),
                "{what}: {}",
                ended.output()
            );
        }
        let signed = fs::read_dir(gate.path("att")).map_or(0, Iterator::count);
        assert_eq!(signed, 0, "{what}: {}", attested.output());
        decided.says("it was edited");
        attested.says("NOT ATTESTED");
    }
    // The report of a different machine is decided about where that is said, and is not signed even so.
    gate.write("report/report.json", &sound);
    fs::remove_dir_all(gate.stage.store.join("runs")).unwrap();
    gate.gate(&["same"]).says("run the case here");
    // Folders of the right names alone, as anything but a judgement would leave them, witness nothing.
    for seal in fs::read_dir(gate.stage.store.join("seals")).unwrap() {
        let name = seal.unwrap().file_name().into_string().unwrap();
        if let Some(key) = name.strip_prefix("runs-") {
            fs::create_dir_all(gate.stage.store.join("runs").join(key)).unwrap();
        }
    }
    gate.gate(&["same"]).says("run the case here");
    gate.gate(&["same", "--trust-report"]).status(0);
    gate.attest("a", "att", &["same"]).says("NOT ATTESTED");
    gate.attest("a", "att", &["same", "--trust-report"])
        .status(2);
    // Judged again it is the same report, and the store knows it.
    gate.run(&["run", "--report", &gate.path("again")])
        .says("2 verdicts");
    gate.gate(&["same"]).status(0);
}

#[test]
fn an_accepted_report_that_was_edited_excuses_nothing() {
    let gate = Gate::new();
    gate.write("policy.yaml", "version: 1\nregressions-only: true\n");
    let accepted = gate.path("accepted");
    fs::create_dir(&accepted).unwrap();
    let report = gate.read("report/report.json");
    gate.write("accepted/report.json", &report);
    let with = |more: &[&str]| gate.gate(&[&["other", "--accepted", &accepted], more].concat());
    with(&[]).status(0);
    let worse = report.replace("\"interface\"", "\"divergent\"");
    assert_ne!(worse, report);
    gate.write("accepted/report.json", &worse);
    let decided = with(&[]);
    decided.status(1);
    decided.says("it excuses nothing");
    with(&["--trust-report"]).status(0);
}

#[test]
fn a_report_that_names_a_trial_twice_is_refused() {
    let gate = Gate::new();
    edit(&gate, |report| {
        let again = trial(report, "same").clone();
        report["trials"].as_array_mut().unwrap().push(again);
    });
    let decided = gate.gate(&[]);
    decided.status(2);
    decided.says("same::aarch64 is there twice");
}

#[test]
fn a_report_from_which_the_refused_trial_was_cut_is_none_of_the_stores() {
    let gate = Gate::new();
    let cut = |report: &mut Value| {
        let trials = report["trials"].as_array_mut().unwrap();
        trials.retain(|trial| trial["case"] != "other");
    };
    edit(&gate, cut);
    gate.gate(&[]).says("none that the store kept");
    gate.attest("a", "att", &[]).says("NOT ATTESTED");
    assert!(!fs::exists(gate.path("att/same.aarch64.intoto.jsonl")).unwrap());
}
