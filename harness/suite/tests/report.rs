//! `crossproof report` as its users meet it: what it writes where, what it makes of a report, and what it leaves
//! alone.

#[path = "../src/survey/specimen.rs"]
mod specimen;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with the specimen's report in it, outside of any project.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Bench(TempDir::new().unwrap());
        fs::create_dir(bench.path("out")).unwrap();
        let text = crossproof_record::report_json(&specimen::report());
        fs::write(bench.path("out/report.json"), text).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn report(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_crossproof"));
        let program = program.current_dir(self.0.path()).arg("report");
        program.args(arguments).output().unwrap()
    }

    /// What it prints where all is well.
    #[track_caller]
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.report(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A project that has one of the report's cases.
    fn project(&self) -> &'static str {
        let case = self.path("project/cases/alpha");
        fs::create_dir_all(case.join("src")).unwrap();
        let text = "version: 1\nsummary: shows <em>something</em>\nsource: {dir: src}\nbuild: {system: meson}\n";
        fs::write(case.join("case.yaml"), text).unwrap();
        "project"
    }
}

#[test]
fn a_page_is_written_beside_the_report_and_its_texts_mean_themselves() {
    let bench = Bench::new();
    assert_eq!(bench.prints(&["out"]), "", "it goes into a file");
    let page = bench.read("out/report.html");
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("6 results: 1 at metadata or better (16.7 %), 5 not as accepted"));
    assert!(page.contains("usr/bin/&lt;script&gt;alert(1)"));
    assert_eq!(page.matches("<script").count(), 1, "its own");
    assert!(!page.contains("<b>") && !page.contains("<i>"));
    for outside in ["src=", "url(", "@import", "<link", "http://", "https://"] {
        assert!(!page.contains(outside), "{outside}: the page loads nothing");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let bench = Bench::new();
    bench.prints(&["out", "-o", "one.html"]);
    bench.prints(&["out/report.json", "-o", "two.html"]);
    assert_eq!(bench.read("one.html"), bench.read("two.html"));
    let markdown = || bench.prints(&["out", "--format", "markdown"]);
    assert_eq!(markdown(), markdown());
}

#[test]
fn build_systems_are_those_of_the_project_and_lacking_ones_are_said() {
    let bench = Bench::new();
    bench.prints(&["out"]);
    let page = bench.read("out/report.html");
    assert!(!page.contains("By build system"));
    assert!(page.contains("The build systems are not known"));
    let project = bench.project();
    bench.prints(&["out", "--project", project]);
    let page = bench.read("out/report.html");
    assert!(page.contains("By build system") && page.contains("meson"));
    assert!(page.contains("such as beta"), "which the project lacks");
    assert!(page.contains("shows &lt;em&gt;something&lt;/em&gt;"));
    let markdown = bench.prints(&["out", "--project", project, "--format", "markdown"]);
    assert!(markdown.contains("| meson | 2 |") && markdown.contains("| not known | 4 |"));
}

#[test]
fn the_other_formats_go_to_standard_output() {
    let bench = Bench::new();
    let markdown = bench.prints(&["out", "--format", "markdown"]);
    assert!(markdown.starts_with("## crossproof: 6 results"));
    let junit = bench.prints(&["out", "--format", "junit"]);
    assert_eq!(junit, crossproof_record::junit(&specimen::report()));
    assert!(junit.contains("tests=\"6\""));
    bench.prints(&["out", "--format", "junit", "-o", "junit.xml"]);
    assert_eq!(bench.read("junit.xml"), junit);
    assert!(!bench.path("out/report.html").exists());
}

#[test]
fn what_is_no_report_is_said() {
    let bench = Bench::new();
    let said = |arguments: &[&str], what: &str| {
        let output = bench.report(arguments);
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(what), "{errors}");
    };
    said(&["nowhere"], "cannot read nowhere");
    fs::write(bench.path("bad.json"), "{\"version\": 1,").unwrap();
    said(&["bad.json"], "bad.json:1:");
    said(&["out", "--project", "out"], "has no folder `cases`");
    said(
        &["out", "-o", "nowhere/page.html"],
        "cannot write nowhere/page.html",
    );
}

/// A measurement of the specimen's packages in `measured`.
fn measured() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.path("measured")).unwrap();
    let file = bench.path("measured/results.sqlite");
    let mut results = crossproof_exec::results::Results::open(&file).unwrap();
    for row in specimen::packages() {
        results.write(&row, "9.8.7", "r").unwrap();
    }
    bench
}

#[test]
fn a_measurement_is_reported_like_a_run() {
    let bench = measured();
    bench.prints(&["measured"]);
    let page = bench.read("measured/report.html");
    for text in [
        "4 results: 1 at metadata or better (25.0 %)",
        "By reference",
        "By language",
        "By build system",
        "usr/bin/&lt;b&gt;x",
        "alpha_2.0-1_arm64: interface by what it installs, against 2.0-1+b2",
        "unsatisfiable: Depends: doxygen:arm64",
        "crossproof 9.8.7",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<b>") && !page.contains("not as accepted"));
    bench.prints(&["measured/results.sqlite", "-o", "again.html"]);
    assert_eq!(bench.read("again.html"), page);
}

#[test]
fn a_measurement_in_the_other_formats() {
    let bench = measured();
    let markdown = bench.prints(&["measured", "--format", "markdown"]);
    assert!(markdown.contains("| held against | all |"), "{markdown}");
    assert!(markdown.contains("| published | 3 |"), "{markdown}");
    let junit = bench.prints(&["measured", "--format", "junit"]);
    for text in [
        "tests=\"4\"",
        "errors=\"1\"",
        "breaks::aarch64",
        "no &lt;i&gt;",
        "skipped message=\"unsatisfiable: Depends: doxygen:arm64\"",
    ] {
        assert!(junit.contains(text), "{text}\n{junit}");
    }
}

#[test]
fn an_empty_measurement_and_a_broken_one_are_bad_input() {
    let bench = Bench::new();
    fs::create_dir(bench.path("measured")).unwrap();
    fs::write(bench.path("measured/results.sqlite"), "").unwrap();
    let output = bench.report(&["measured"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("holds no package yet"), "{said}");
    assert_eq!(bench.read("measured/results.sqlite"), "", "only read");
    fs::write(
        bench.path("measured/results.sqlite"),
        "not a database, but long enough to be read as one".repeat(40),
    )
    .unwrap();
    let output = bench.report(&["measured"]);
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("results.sqlite") || said.contains("measurement"),
        "{said}"
    );
}
