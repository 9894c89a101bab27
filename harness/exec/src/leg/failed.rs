//! Legs that failed: their logs, and the failure itself where it may be believed again.

use crate::error::Error;
use crate::progress::Silent;
use crate::store::scratch::Scratch;
use crate::store::seal::Wholeness;
use crate::store::{Kind, Store};
use crossproof_model::case::PhaseName;
use crossproof_model::observation::Exit;
use crossproof_model::request::BuildRequest;
use crossproof_model::verdict::Failure;
use crossproof_model::{Digest, Leg};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// Lines of a log that a failure shows.
const LOG_END: usize = 25;

/// The file of a failure that may be believed again, in an entry of its own.
const RECORD: &str = "failure.json";

/// The name of that entry, for the leg of this key.
fn record_key(leg: &str) -> String {
    Digest::of_fields(["crossproof failure 1", leg]).to_string()
}

/// What programs say when the kernel refuses them a process, memory or room (`strerror` of EAGAIN, ENOMEM, ENOSPC).
const LACKING: [&str; 3] = [
    "Resource temporarily unavailable",
    "Cannot allocate memory",
    "No space left on device",
];

/// Whether the log's end says that the machine had too little of something: it may have more next time.
fn machine_lacked(log: &[u8]) -> bool {
    let text = String::from_utf8_lossy(log);
    let end = text.lines().rev().take(LOG_END);
    end.into_iter()
        .any(|line| LACKING.iter().any(|lacking| line.contains(lacking)))
}

/// A phase that did not succeed.
pub(super) struct FailedPhase {
    pub(super) phase: PhaseName,
    pub(super) exit: Exit,
    pub(super) reason: String,
    pub(super) log: Vec<u8>,
}

/// A phase that ended by itself with a status, and the log it left.
#[derive(Serialize, Deserialize)]
struct Record {
    phase: String,
    code: i32,
    log: String,
}

impl FailedPhase {
    /// Keeps the logs, and what the failure was if it was the phase's own doing: one that was ended from
    /// outside may succeed on a machine with more time or room.
    pub(super) fn keep(
        &self,
        store: &Store,
        key: &str,
        scratch: &Scratch,
    ) -> Result<String, Error> {
        let own = match self.exit {
            Exit::Code(code)
                if self.reason == self.exit.to_string() && !machine_lacked(&self.log) =>
            {
                Some(code)
            }
            Exit::Code(_) | Exit::Signal(_) | Exit::Limit => None,
        };
        let entry = record_key(key);
        if store.entry(Kind::Runs, &entry).is_some() {
            store.discard(Kind::Runs, &entry)?;
        }
        if let Some(code) = own {
            let record = Record {
                phase: self.phase.name().to_owned(),
                code,
                log: String::from_utf8_lossy(&self.log).into_owned(),
            };
            let text =
                serde_json::to_vec(&record).map_err(|e| Error::fault("writing a failure", &e))?;
            let write = |folder: &Path| {
                let path = folder.join(RECORD);
                fs::write(&path, &text).map_err(|e| Error::io(&path, &e))
            };
            store.create(Kind::Runs, &entry, &Silent, write)?;
        }
        keep_logs(store, key, scratch)
    }

    pub(super) fn into_failure(self, leg: Leg, log: Option<String>) -> Failure {
        let text = String::from_utf8_lossy(&self.log);
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.iter().skip(lines.len().saturating_sub(LOG_END));
        // A line may itself be endless.
        let log_end = end.map(|line| line.chars().take(400).collect()).collect();
        Failure {
            leg,
            phase: Some(self.phase),
            reason: self.reason,
            log_end,
            log,
        }
    }
}

/// The failure that building this leg ended in before, if it was the build's own and its record is what was kept.
///
/// Only for a leg that is accepted as failing: any other failure is built again, so that what was mended
/// on the machine meanwhile counts.
pub(super) fn recall(store: &Store, request: &BuildRequest) -> Option<Failure> {
    let key = request.key().to_string();
    let entry = record_key(&key);
    let folder = store.entry(Kind::Runs, &entry)?;
    if store.wholeness(Kind::Runs, &entry).ok()? != Wholeness::Whole {
        return None;
    }
    let text = fs::read(folder.join(RECORD)).ok()?;
    let Record { phase, code, log } = serde_json::from_slice(&text).ok()?;
    let phase = PhaseName::ALL.into_iter().find(|p| p.name() == phase)?;
    let log = log.into_bytes();
    let exit = Exit::Code(code);
    let failed = FailedPhase {
        phase,
        exit,
        reason: exit.to_string(),
        log,
    };
    Some(failed.into_failure(request.leg, Some(place(&key))))
}

/// Where a phase's log is below a folder of logs.
pub(super) fn log_file(logs: &Path, phase: PhaseName) -> std::path::PathBuf {
    logs.join(format!("{phase}.log"))
}

/// Keeps the logs of a failed leg, in place of those of its last failure, and says where.
pub(super) fn keep_logs(store: &Store, key: &str, scratch: &Scratch) -> Result<String, Error> {
    let folder = store.folder(Kind::Logs).join(key);
    let old = scratch.path().join("old-logs");
    // There may be none yet.
    let _ = fs::rename(&folder, &old);
    fs::rename(scratch.path().join("logs"), &folder).map_err(|e| Error::io(&folder, &e))?;
    Ok(place(key))
}

/// A failed leg's logs, by their path in the store.
fn place(key: &str) -> String {
    format!("{}/{key}", Kind::Logs.folder())
}

#[cfg(test)]
mod tests {
    use super::machine_lacked;

    #[test]
    fn what_the_machine_lacked_is_not_the_builds_own_failure() {
        let fork =
            b"cc -c x.c\nmake: gcc: Resource temporarily unavailable\nmake: *** [x.o] Error 127\n";
        assert!(machine_lacked(fork));
        assert!(!machine_lacked(
            b"x.c:1: error: no such thing\nmake: *** [x.o] Error 1\n"
        ));
        let passed = format!(
            "sh: fork: Resource temporarily unavailable\n{}",
            "ok\n".repeat(25)
        );
        assert!(!machine_lacked(passed.as_bytes()), "it went on after that");
    }
}
