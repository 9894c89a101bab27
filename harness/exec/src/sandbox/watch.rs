//! Watching a running sandbox: time, memory, processes and disk.
//!
//! Kernel limits alone do not hold everywhere: an ordinary user has no control group, and the kernel
//! exempts root from its process limit. So the harness looks, often enough that a runaway is
//! ended before it hurts, and rarely enough to cost nothing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What one sandboxed command may use.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Wall time.
    pub time: Duration,
    /// Resident memory of all processes together, in bytes.
    pub memory: u64,
    /// Bytes below the watched folders.
    pub disk: u64,
    /// Bytes printed.
    pub output: u64,
    /// Processes at once.
    pub processes: u32,
}

/// The limit a command was ended for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    /// Wall time.
    Time(Duration),
    /// Resident memory, in bytes.
    Memory(u64),
    /// Disk space, in bytes.
    Disk(u64),
    /// Output, in bytes.
    Output(u64),
    /// Number of processes.
    Processes(u32),
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mib = |bytes: &u64| bytes / (1 << 20);
        match self {
            Exceeded::Time(time) => {
                write!(f, "ended at its time limit of {} s", time.as_secs_f32())
            }
            Exceeded::Memory(bytes) => write!(f, "ended at its memory limit of {} MiB", mib(bytes)),
            Exceeded::Disk(bytes) => write!(f, "ended at its disk limit of {} MiB", mib(bytes)),
            Exceeded::Output(bytes) => write!(f, "ended at its output limit of {} MiB", mib(bytes)),
            Exceeded::Processes(count) => write!(f, "ended at its limit of {count} processes"),
        }
    }
}

const LOOK: Duration = Duration::from_millis(100);

/// Returns when the command whose outermost process is `pid` goes over a bound; otherwise never.
pub(super) async fn until_exceeded(pid: u32, bounds: Bounds, folders: Vec<PathBuf>) -> Exceeded {
    let start = Instant::now();
    let mut disk_due = Instant::now() + LOOK;
    loop {
        let left = bounds.time.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Exceeded::Time(bounds.time);
        }
        tokio::time::sleep(LOOK.min(left)).await;
        let usage = Usage::of(pid);
        if usage.processes > bounds.processes {
            return Exceeded::Processes(bounds.processes);
        }
        if usage.memory > bounds.memory {
            return Exceeded::Memory(bounds.memory);
        }
        if Instant::now() >= disk_due {
            let began = Instant::now();
            let used: u64 = folders
                .iter()
                .map(|folder| disk_usage(folder, bounds.disk))
                .sum();
            if used > bounds.disk {
                return Exceeded::Disk(bounds.disk);
            }
            // Walking a large build tree takes time: spend at most a hundredth of it on that.
            disk_due = Instant::now() + (began.elapsed() * 100).max(LOOK * 3);
        }
    }
}

#[derive(Default)]
struct Usage {
    processes: u32,
    memory: u64,
}

impl Usage {
    /// Of every process below `pid`. Orphans are adopted by the sandbox's first process, so they are
    /// still below it.
    fn of(pid: u32) -> Usage {
        let page = 4096;
        let mut usage = Usage::default();
        let mut pending = vec![pid];
        while let Some(pid) = pending.pop() {
            let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
            let resident: u64 = statm
                .split(' ')
                .nth(1)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            usage.processes += 1;
            usage.memory += resident * page;
            let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
                continue;
            };
            for task in tasks.flatten() {
                let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                pending.extend(
                    children
                        .split_whitespace()
                        .filter_map(|n| n.parse::<u32>().ok()),
                );
            }
        }
        usage
    }
}

/// Bytes allocated below `folder`; stops counting once above `enough`.
fn disk_usage(folder: &Path, enough: u64) -> u64 {
    let mut used = 0;
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            used += metadata.blocks() * 512;
            if metadata.is_dir() {
                pending.push(entry.path());
            }
        }
        if used > enough {
            break;
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_usage_counts_what_is_below() {
        let folder = tempfile::tempdir().unwrap();
        let before = disk_usage(folder.path(), u64::MAX);
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/file"), vec![1; 100_000]).unwrap();
        assert!(disk_usage(folder.path(), u64::MAX) >= before + 100_000);
    }

    #[test]
    fn this_process_is_counted() {
        let usage = Usage::of(std::process::id());
        assert!(usage.processes >= 1 && usage.memory > 0);
    }
}
