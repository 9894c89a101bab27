//! Two cases that were judged, a policy and keys; and the program run on them.

use crate::stage::{Ended, Stage};
use crossproof_attest::{Envelope, PublicKey};
use crossproof_record::PAYLOAD_TYPE;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Both sides install the same three files; one of them is a link's target.
pub const SAME: &str = r#"
version: 1
summary: the same on both sides
targets: [aarch64]
controls: always
source: {dir: src}
build:
  system: script
  steps:
    build: |
      install -D -m 0755 one $DESTDIR/usr/bin/one
      install -D -m 0644 two $DESTDIR/usr/share/two
      ln -s one $DESTDIR/usr/bin/uno
"#;

/// The sides are built where there are other programs, and tell of it.
pub const OTHER: &str = r#"
version: 1
summary: not the same on both sides
targets: [aarch64]
controls: always
source: {dir: src}
build:
  system: script
  steps:
    build: |
      install -d $DESTDIR/usr/share
      ls /usr/bin > $DESTDIR/usr/share/programs
"#;

pub const POLICY: &str = "version: 1\ndefault: {behaviour: any}\n";

/// A stage with both cases judged, a policy, and keys.
pub struct Gate {
    pub stage: Stage,
    pub folder: tempfile::TempDir,
}

impl Gate {
    pub fn new() -> Gate {
        let stage = Stage::new();
        stage.case("same", SAME, &[("one", "1\n"), ("two", "2\n")]);
        stage.case("other", OTHER, &[("empty", "")]);
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate { stage, folder };
        let report = gate.path("report");
        gate.run(&["run", "--report", &report]).says("2 verdicts");
        gate.write("policy.yaml", POLICY);
        for key in ["a", "b"] {
            gate.run(&["key", "new", &gate.path(key)]).status(0);
        }
        gate
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.path().join(name), text).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.stage
            .run_with(arguments, &[("CROSSPROOF_PASSPHRASE", "correct horse")])
    }

    /// Decides by the policy about what was judged.
    pub fn gate(&self, more: &[&str]) -> Ended {
        let (policy, report) = (self.path("policy.yaml"), self.path("report"));
        let first = ["gate", "--policy", &policy, "--report", &report];
        self.run(&[&first, more].concat())
    }

    /// Has a key sign what the gate decides, into a folder of that name.
    pub fn attest(&self, key: &str, folder: &str, more: &[&str]) -> Ended {
        let (policy, report) = (self.path("policy.yaml"), self.path("report"));
        let (key, folder) = (self.path(&format!("{key}.key")), self.path(folder));
        let first = [
            "attest", "--policy", &policy, "--report", &report, "--key", &key, "-o", &folder,
        ];
        self.run(&[&first, more].concat())
    }

    /// The cross artifact of `same`, copied out of the store.
    pub fn artifact(&self) -> PathBuf {
        let report: serde_json::Value =
            serde_json::from_str(&self.read("report/report.json")).unwrap();
        let trials = report["trials"].as_array().unwrap();
        let same = trials.iter().find(|trial| trial["case"] == "same").unwrap();
        let leg = &same["judgement"]["decided"]["provenance"]["legs"]["cross"];
        let leg = self.stage.store.join("legs").join(leg.as_str().unwrap());
        let copy = self.folder.path().join("artifact");
        let _ = fs::remove_dir_all(&copy);
        let copied = Command::new("cp")
            .arg("-a")
            .arg(leg.join("tree"))
            .arg(&copy)
            .status();
        assert!(copied.unwrap().success());
        copy
    }

    /// What the first key signed in a bundle as let through for being known.
    pub fn known(&self, bundle: &str) -> serde_json::Value {
        let key = PublicKey::read(&self.read("a.pub")).unwrap();
        let envelope = Envelope::read(&self.read(bundle)).unwrap();
        let signed = envelope.open(PAYLOAD_TYPE, &[(key.id(), key)].into());
        let said: serde_json::Value = serde_json::from_slice(&signed.unwrap().payload).unwrap();
        said["predicate"]["decision"]["known"].clone()
    }

    pub fn verify(&self, paths: &[&Path], more: &[&str]) -> Ended {
        let key = self.path("a.pub");
        let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
        self.run(&[&["verify", "--key", &key], &paths[..], more].concat())
    }
}
