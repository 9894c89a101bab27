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
