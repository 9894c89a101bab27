//! What runs showed, against what they must show.

use crossproof_model::golden::{Breach, ExpectedOutput, ExpectedRun};
use crossproof_model::observation::Observation;
use crossproof_model::verdict::Verdict;
use crossproof_model::{RelPath, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Every observation, of both legs under every model, against what its run must show. Where a leg or a
/// model is already known to differ there, the difference speaks (and needs its acceptance) instead:
/// one expected value cannot be that of both. The first native observation is always checked.
pub(super) fn check(verdict: &Verdict, expected: &BTreeMap<String, ExpectedRun>) -> Vec<Breach> {
    // Several models often show the same: each reason is given once.
    let mut reasons: BTreeSet<(String, String)> = BTreeSet::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for observed in &verdict.observed {
        let first = seen.insert(&observed.run);
        let Some(run) = expected.get(&observed.run) else {
            let reason = "not accepted yet".to_owned();
            reasons.insert((observed.run.clone(), reason));
            continue;
        };
        for side in Side::BOTH {
            let reference = first && side == Side::Native;
            for (word, what) in mismatches(run, observed.pair.of(side)) {
                if reference || !known(verdict, &observed.run, word) {
                    let reason = format!("{side} under {}: {what}", observed.model);
                    reasons.insert((observed.run.clone(), reason));
                }
            }
        }
    }
    let gone = expected
        .keys()
        .filter(|name| !seen.contains(name.as_str()))
        .map(|name| (name.clone(), "accepted, and no longer run".to_owned()));
    reasons
        .into_iter()
        .chain(gone)
        .map(|(name, what)| Breach::Run(name, what))
        .collect()
}

/// Whether a difference of this kind was found in the run.
fn known(verdict: &Verdict, run: &str, word: &str) -> bool {
    verdict.behaviour_differences.iter().any(|difference| {
        difference.place.path.as_str() == run
            && difference.key.as_str().rsplit('.').next() == Some(word)
    })
}

/// What an observation shows otherwise than expected: the kind, and a sentence.
fn mismatches(expected: &ExpectedRun, found: &Observation) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let exit = found.exit.to_string();
    if exit != expected.exit {
        out.push(("exit", format!("accepted {}, found {exit}", expected.exit)));
    }
    let streams = [
        ("stdout", &expected.stdout, &found.stdout),
        ("stderr", &expected.stderr, &found.stderr),
    ];
    for (word, expected, found) in streams {
        if !expected.accepts(found) {
            out.push((word, format!("{word} is {}", against(expected, found))));
        }
    }
    let paths: BTreeSet<&RelPath> = expected.files.keys().chain(found.files.keys()).collect();
    for path in paths {
        let what = match (expected.files.get(path), found.files.get(path)) {
            (Some(expected), Some(found)) if !expected.accepts(found) => against(expected, found),
            (Some(_), None) => "accepted, and was not written".to_owned(),
            (None, Some(_)) => "written, and not accepted".to_owned(),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        out.push(("file", format!("file {path} is {what}")));
    }
    out
}

fn against(expected: &ExpectedOutput, found: &[u8]) -> String {
    match (expected, ExpectedOutput::of(found)) {
        (ExpectedOutput::Text(expected), ExpectedOutput::Text(found)) => {
            let lines = expected.lines().zip(found.lines());
            let at = lines
                .take_while(|(expected, found)| expected == found)
                .count();
            let line = |text: &str| match text.lines().nth(at) {
                Some(line) => format!("{line:?}"),
                None => "nothing".to_owned(),
            };
            format!(
                "not as accepted: line {} was {}, is {}",
                at + 1,
                line(expected),
                line(&found)
            )
        }
        _ => format!("not as accepted: {} bytes", found.len()),
    }
}
