//! What the store knows of a verdict: that it was given here, in these words.
//!
//! A report is a file like any other, and a gate must not decide about one that was edited. So whoever judges a trial
//! leaves in the store, among the runs, an entry named by a digest over everything that the report says of it but its
//! times. A report is held against that: what it says was either found by the trial, or it is not there.

use anyhow::Result;
use crossproof_exec::store::{Found, Kind};
use crossproof_exec::{Progress, Store};
use crossproof_model::Digest;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_record as record;
use std::collections::BTreeMap;
use std::fs;

/// Raised whenever a report says something else of a trial: what was kept before counts no longer.
const VERSION: &str = "crossproof witness 1";

/// The trial's name in the store.
fn key(trial: &Trial) -> Digest {
    let timeless = Report {
        tool: String::new(),
        trials: vec![Trial {
            times: Times::default(),
            ..trial.clone()
        }],
    };
    Digest::of_fields([VERSION, &record::report_json(&timeless)])
}

/// Keeps that these trials ended so.
pub fn keep(store: &Store, trials: &[Trial], progress: &dyn Progress) -> Result<()> {
    // In the order of their keys: whoever begins several must not wait for one who does it the other way round.
    let by_key = trials.iter().map(|trial| (key(trial).to_string(), trial));
    let by_key: BTreeMap<String, &Trial> = by_key.collect();
    let mut drafts = Vec::new();
    for (key, trial) in by_key {
        if let Found::Draft(draft) = store.begin(Kind::Runs, &key, progress)? {
            fs::create_dir(draft.path())?;
            let name = format!("{}::{}\n", trial.case, trial.target);
            fs::write(draft.path().join("trial"), name)?;
            drafts.push(draft);
        }
    }
    if !drafts.is_empty() {
        store.sync()?;
    }
    for draft in drafts {
        draft.commit()?;
    }
    Ok(())
}

/// Whether the trial ended so, by what the store kept.
pub fn knows(store: &Store, trial: &Trial) -> bool {
    store.entry(Kind::Runs, &key(trial).to_string()).is_some()
}
