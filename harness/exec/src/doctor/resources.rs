//! Disk, memory and processors.

use super::{Finding, State};
use nix::sys::statvfs::statvfs;
use std::fs;
use std::path::Path;

const GIB: u64 = 1 << 30;

pub(super) fn findings(store: &Path) -> Vec<Finding> {
    let mut findings = match statvfs(store) {
        Ok(found) => vec![
            disk(found.blocks_available() * found.fragment_size()),
            inodes(found.files(), found.files_available()),
        ],
        Err(error) => vec![
            Finding::good("disk", format!("{}: {error}", store.display())).not(
                State::Missing,
                "set CROSSPROOF_STORE to a folder that can be used",
            ),
        ],
    };
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    findings.push(memory(available(&meminfo)));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    findings.push(Finding::good(
        "processors",
        format!("{count}; a leg uses one"),
    ));
    findings
}

fn disk(free: u64) -> Finding {
    let found = Finding::good("disk", format!("{} GiB free for the store", free / GIB));
    let advice = "roots of both targets take 3 GiB, and legs as much as cases install: free some space, \
                  run `crossproof store gc`, or set CROSSPROOF_STORE";
    match free {
        free if free >= 8 * GIB => found,
        free if free >= 4 * GIB => found.not(State::Degraded, advice),
        _ => found.not(State::Missing, advice),
    }
}

/// A file system that counts none (btrfs) has no end of them.
fn inodes(total: u64, free: u64) -> Finding {
    let found = match total {
        0 => Finding::good("inodes", "not counted by this file system"),
        _ => Finding::good("inodes", format!("{free} free")),
    };
    match total == 0 || free >= 200_000 {
        true => found,
        false => found.not(
            State::Degraded,
            "unpacked packages are some 100,000 files: set CROSSPROOF_STORE to another file system",
        ),
    }
}

fn memory(available: Option<u64>) -> Finding {
    let Some(bytes) = available else {
        return Finding::good("memory", "not known: /proc/meminfo cannot be read")
            .not(State::Degraded, "mount /proc");
    };
    let found = Finding::good("memory", format!("{} MiB available", bytes >> 20));
    match bytes >= 2 * GIB {
        true => found,
        false => found.not(State::Degraded, "run fewer legs at once with --jobs 1"),
    }
}

/// Bytes of `MemAvailable` (proc_meminfo(5)).
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let number: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_told() {
        assert_eq!(disk(100 * GIB).state, State::Good);
        assert_eq!(disk(GIB).state, State::Missing);
        assert_eq!(inodes(0, 0).state, State::Good);
        assert_eq!(inodes(1000, 10).state, State::Degraded);
        assert_eq!(
            memory(available("MemTotal: 9 kB\nMemAvailable:    1024 kB\n")).state,
            State::Degraded
        );
        assert_eq!(available("MemAvailable:    1024 kB\n"), Some(1 << 20));
    }
}
