//! `crossproof measure` as its users meet it: a package of Debian's against the published one, killed in between,
//! gone on with, and exported.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// One package that the suite does not have, and one of the smallest that it has.
const LIST: &str = "no-such-package  c\nsysvbanner       c\n";

fn measure(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossproof"));
    command
        .args(["measure", "--packages", "list", "-o", "measured"])
        .args(["--target", "aarch64", "--jobs", "1", "--color", "never"])
        .args(["--project", PROJECT])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::null());
    if !more.contains(&"--disk") {
        // Who runs the tests keeps the store's content, however full the disk is.
        command.args(["--disk", "1000GiB"]);
    }
    command
}

/// Standard output and standard error of a run that ends well.
#[track_caller]
fn ends(mut command: Command) -> (String, String) {
    let output = command.output().unwrap();
    let (out, err) = (output.stdout, output.stderr);
    let said = String::from_utf8_lossy(&err).into_owned();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(out).unwrap(), said)
}

#[test]
fn a_measurement_that_is_killed_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("list"), LIST).unwrap();

    let mut killed = measure(folder, &[]).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(killed.stderr.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    let first = lines.find(|line| line.contains("[1/2] no-such-package"));
    assert!(first.expect("a first row").contains("no-source"));
    killed.kill().unwrap();
    killed.wait().unwrap();

    let (summary, said) = ends(measure(folder, &[]));
    assert!(
        said.contains("1 of 2 packages are there for aarch64"),
        "{said}"
    );
    assert!(said.contains("[1/1] sysvbanner"), "{said}");
    assert!(
        summary.contains("no-source") && summary.contains("compared"),
        "{summary}"
    );

    let (_, said) = ends(measure(
        folder,
        &["--resume", "--export", "csv", "--export", "parquet"],
    ));
    assert!(said.contains("2 of 2 packages are there"), "{said}");
    let table = fs::read_to_string(folder.join("measured/package.csv")).unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
    let row = table
        .lines()
        .find(|line| line.starts_with("sysvbanner"))
        .unwrap();
    assert!(row.starts_with("sysvbanner,aarch64,published,c,"), "{row}");
    assert!(row.ends_with(",make"), "the build system: {row}");
    let files = fs::read_to_string(folder.join("measured/file.csv")).unwrap();
    assert!(files.lines().next().unwrap().ends_with("recipe,tool,rules"));
    assert!(files.contains("usr/bin/banner"), "{files}");
    let parquet = fs::read(folder.join("measured/difference.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}

#[test]
fn what_cannot_be_meant_is_said_before_anything_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("list"), LIST).unwrap();
    let output = measure(folder, &["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("results.sqlite is not there"), "{said}");
    assert!(!folder.join("measured").exists());
    fs::write(folder.join("list"), "two words too many\n").unwrap();
    let output = measure(folder, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = measure(folder, &["--disk", "20"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("such as `2GiB`"), "{said}");
}
