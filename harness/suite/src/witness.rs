//! What the store knows of a verdict: that it was given here, in these words, and when.
//!
//! A report is a file like any other, and a gate must not decide about one that was edited. So whoever judges trials
//! leaves in the store, among the runs, an entry for each, named by a digest over everything that the report says of it
//! but its times; and one for the report as a whole, from which none may be cut. A report is checked against these.
//!
//! Each has the time of the judgement. What is signed says that time: an old report is no new verdict.

use anyhow::Result;
use crossproof_exec::store::draft::Draft;
use crossproof_exec::store::seal::Wholeness;
use crossproof_exec::store::{Found, Kind};
use crossproof_exec::{Progress, Store};
use crossproof_model::Digest;
use crossproof_model::report::{Report, Times, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_record as record;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Raised where the same words of a report come to mean something else: what was kept before counts no longer.
const VERSION: &str = "crossproof witness 2";

/// The name in the store of what is said of these trials.
fn key(trials: &[Trial]) -> String {
    let timeless = |trial: &Trial| Trial {
        times: Times::default(),
        ..trial.clone()
    };
    let mut trials: Vec<Trial> = trials.iter().map(timeless).collect();
    trials.sort_by(|a, b| (&a.case, a.target).cmp(&(&b.case, b.target)));
    let timeless = Report {
        tool: String::new(),
        trials,
    };
    Digest::of_fields([VERSION, &record::report_json(&timeless)]).to_string()
}

/// The name of one trial alone, which is not that of a report of one trial.
fn key_of(trial: &Trial) -> String {
    let alone = key(std::slice::from_ref(trial));
    Digest::of_fields([VERSION, "alone", &alone]).to_string()
}

/// Entries that are made at once: each holds a lock, and an open file with it.
const AT_ONCE: usize = 64;

/// A verdict that is given again so soon keeps the time of the first.
const SOON: SignedDuration = SignedDuration::from_mins(10);

/// The file of an entry that has the time.
const JUDGED: &str = "judged";

/// Keeps that these trials ended so, each and all together. Of single ones only those that have a verdict: nothing is
/// decided about the others.
pub fn keep(store: &Store, report: &Report, progress: &dyn Progress) -> Result<()> {
    let decided = report
        .trials
        .iter()
        .filter(|trial| matches!(trial.judgement, Judgement::Decided(_)));
    let each = decided.map(|trial| (key_of(trial), format!("{}::{}", trial.case, trial.target)));
    let whole = (key(&report.trials), "the whole report".to_owned());
    // In the order of their keys: whoever begins several must not wait for one who does it the other way round.
    let by_key: BTreeMap<String, String> = each.chain([whole]).collect();
    let by_key: Vec<_> = by_key.iter().collect();
    let now = Timestamp::now();
    for some in by_key.chunks(AT_ONCE) {
        let mut drafts = Vec::new();
        for (key, what) in some {
            if let Some(draft) = begin(store, key, now, progress)? {
                fs::create_dir(draft.path())?;
                fs::write(draft.path().join("what"), format!("{what}\n"))?;
                fs::write(draft.path().join(JUDGED), now.as_second().to_string())?;
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

/// The right to make an entry; none where there is one of a moment ago.
fn begin(
    store: &Store,
    key: &str,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Option<Draft>> {
    loop {
        match store.begin_whole(Kind::Runs, key, progress)? {
            Found::Draft(draft) => return Ok(Some(draft)),
            Found::Entry(entry) => {
                let judged = judged(&entry);
                if judged.is_some_and(|judged| now.duration_since(judged) < SOON) {
                    return Ok(None);
                }
                store.discard(Kind::Runs, key)?;
            }
        }
    }
}

fn judged(entry: &Path) -> Option<Timestamp> {
    let seconds = fs::read_to_string(entry.join(JUDGED)).ok()?;
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

/// When the trial ended so, by what the store kept.
pub fn when(store: &Store, trial: &Trial) -> Result<Option<Timestamp>> {
    at(store, &key_of(trial))
}

/// Whether a run ended with this report, all of it.
pub fn knows(store: &Store, report: &Report) -> Result<bool> {
    Ok(at(store, &key(&report.trials))?.is_some())
}

fn at(store: &Store, key: &str) -> Result<Option<Timestamp>> {
    let Some(entry) = store.entry(Kind::Runs, key) else {
        return Ok(None);
    };
    let whole = store.wholeness(Kind::Runs, key)? == Wholeness::Whole;
    Ok(judged(&entry).filter(|_| whole))
}
