//! What the store knows of a verdict: that it was given here, in these words.
//!
//! A report is a file like any other, and a gate must not decide about one that was edited. So whoever judges a trial
//! leaves in the store, among the runs, an entry named by a digest over everything that the report says of it but its
//! times. A report is held against that: what it says was either found by the trial, or it is not there.

use anyhow::Result;
use crossproof_exec::store::seal::Wholeness;
use crossproof_exec::store::{Found, Kind};
use crossproof_exec::{Progress, Store};
use crossproof_model::Digest;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_record as record;
use std::collections::BTreeMap;
use std::fs;

/// Raised where the same words of a report come to mean something else: what was kept before counts no longer.
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

/// Entries that are made at once: each holds a lock, and an open file with it.
const AT_ONCE: usize = 64;

/// Keeps that these trials ended so, of those that have a verdict: nothing is decided about the others.
pub fn keep(store: &Store, trials: &[Trial], progress: &dyn Progress) -> Result<()> {
    let decided = trials
        .iter()
        .filter(|trial| matches!(trial.judgement, Judgement::Decided(_)));
    // In the order of their keys: whoever begins several must not wait for one who does it the other way round.
    let by_key: BTreeMap<String, &Trial> = decided
        .map(|trial| (key(trial).to_string(), trial))
        .collect();
    let by_key: Vec<_> = by_key.iter().collect();
    for some in by_key.chunks(AT_ONCE) {
        let mut drafts = Vec::new();
        for (key, trial) in some {
            if let Found::Draft(draft) = store.begin_whole(Kind::Runs, key, progress)? {
                fs::create_dir(draft.path())?;
                let name = format!("{}::{}\n", trial.case, trial.target);
                fs::write(draft.path().join("trial"), name)?;
                drafts.push(draft);
            }
        }
        if drafts.is_empty() {
            continue;
        }
        store.sync()?;
        for draft in drafts {
            draft.commit()?;
        }
    }
    Ok(())
}

/// Whether the trial ended so, by what the store kept.
pub fn knows(store: &Store, trial: &Trial) -> Result<bool> {
    let key = key(trial).to_string();
    let there = store.entry(Kind::Runs, &key).is_some();
    Ok(there && store.wholeness(Kind::Runs, &key)? == Wholeness::Whole)
}
