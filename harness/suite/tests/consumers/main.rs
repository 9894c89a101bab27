//! What passed a gate in the hands of those who take it: `nix` and `apt`, as their users run them.

mod apt;
mod nix;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_crossproof");

const POLICY: &str = "version: 1\ndefault: {behaviour: any, controls: any}\n";

/// Whether these programs are there; says loudly if one is not.
fn there(programs: &[&str], install: &str) -> bool {
    let missing = programs.iter().find(|program| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        !found.is_ok_and(|found| found.status.success())
    });
    if let Some(program) = missing {
        // Not through `eprintln`, which a passing test keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no `{program}` here ({install}): publishing was not tried with its consumer"
        );
    }
    missing.is_none()
}

fn says(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    text.concat()
}

#[track_caller]
fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", says(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.at("policy.yaml"), POLICY).unwrap();
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }
}
