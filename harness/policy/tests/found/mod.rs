//! What was found of a small case: verdicts to decide about.

use crossproof_model::comparison::FileReport;
use crossproof_model::observation::{Exit, Observation, Observed};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::verdict::{Judgement, Provenance, Verdict};
use crossproof_model::{Comparison, Difference, Digest, Level, Pair, Place, RelPath, RuleRef};
use crossproof_policy::{Evidence, judge};
use std::collections::BTreeMap;

pub fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

pub fn rule() -> RuleRef {
    "elf.build-id@3".parse().unwrap()
}

pub fn difference(number: usize, allows: Level) -> Difference {
    Difference {
        key: "elf.section.text.bytes".parse().unwrap(),
        place: Place::file(path(&format!("usr/bin/f{number}"))).within(".text"),
        left: None,
        right: None,
        detail: Vec::new(),
        allows,
        settled_by: None,
    }
}

pub fn compared(levels: &[Level]) -> Comparison {
    let levels = levels.iter().enumerate();
    let file = FileReport {
        raw: Pair::new(Some(Digest::of("1")), Some(Digest::of("2"))),
        normalized: Pair::default(),
        level: None,
        format: "bytes".to_owned(),
        functions: None,
    };
    Comparison {
        files: (levels.clone())
            .map(|(n, _)| (path(&format!("usr/bin/f{n}")), file.clone()))
            .collect(),
        differences: levels.map(|(n, level)| difference(n, *level)).collect(),
        ..Comparison::default()
    }
}

pub fn observation(stdout: &str) -> Observation {
    Observation {
        exit: Exit::Code(0),
        stdout: stdout.as_bytes().to_vec(),
        stderr: Vec::new(),
        files: BTreeMap::from([(path("out.txt"), stdout.as_bytes().to_vec())]),
    }
}

pub fn observed(model: &str, native: &str, cross: &str) -> Observed {
    Observed {
        run: "greets".to_owned(),
        model: model.to_owned(),
        pair: Pair::new(observation(native), observation(cross)),
    }
}

pub fn manifest() -> Manifest {
    let facts = (0..4).map(|n| {
        let fact = Fact::File {
            mode: 0o755,
            size: n,
            digest: Digest::of(n.to_string()),
        };
        (path(&format!("usr/bin/f{n}")), fact)
    });
    let mut manifest = Manifest {
        facts: facts.collect(),
        ..Manifest::default()
    };
    manifest
        .facts
        .insert(path("usr"), Fact::Dir { mode: 0o755 });
    manifest
}

pub fn evidence(comparison: Comparison, observed: Vec<Observed>) -> Evidence {
    Evidence {
        comparison,
        controls: Pair::new(None, None),
        observed,
        notes: Vec::new(),
        checks: Vec::new(),
        provenance: Provenance {
            roots: Pair::new(Digest::of("1"), Digest::of("2")),
            source: Digest::of("3"),
            recipes: Pair::new(Digest::of("4"), Digest::of("5")),
            legs: Pair::new(Digest::of("6"), Digest::of("7")),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu".to_owned(),
        },
        manifests: Pair::new(manifest(), manifest()),
    }
}

pub fn decided(evidence: Evidence) -> Verdict {
    match judge(evidence) {
        Judgement::Decided(verdict) => *verdict,
        other => panic!("{other:?}"),
    }
}
