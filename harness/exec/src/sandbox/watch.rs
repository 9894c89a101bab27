//! Watching a running sandbox: time, memory, processes and disk.
//!
//! Kernel limits alone do not hold everywhere: an ordinary user has no control group. So the harness looks, often
//! enough that a runaway is ended before it hurts, and rarely enough to cost nothing. What no process holds is bounded
//! otherwise: `/dev` cannot be written to, `/dev/shm` has a size, and memory files (memfd) are refused (`seccomp.rs`).

mod disk;
mod held;

pub use disk::shape;

use held::Held;

use nix::sys::statvfs::statvfs;
use std::fs;
use std::path::PathBuf;
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
    /// Processes at once; as many threads beside the first one of each.
    pub processes: u32,
}

impl Bounds {
    /// Processes and threads together, and the few of the sandbox's own. An emulated process has a thread of the
    /// emulator's beside its own.
    pub(super) fn tasks(&self) -> u64 {
        2 * u64::from(self.processes) + 4
    }
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
    /// Open files.
    Files(u64),
    /// Files that epoll(7) waits for.
    Waits(u64),
    /// Folders within folders.
    Depth(usize),
    /// Bytes of a path.
    Path(usize),
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
            Exceeded::Files(count) => write!(f, "ended at its limit of {count} open files"),
            Exceeded::Waits(count) => {
                write!(
                    f,
                    "ended at its limit of {count} files that it waits for (epoll)"
                )
            }
            Exceeded::Depth(most) => write!(f, "made folders more than {most} deep"),
            Exceeded::Path(most) => write!(f, "made a path of more than {most} bytes"),
        }
    }
}

/// Files that all processes together may have open: the machine has a number of them for all.
const OPEN_FILES: u64 = 1 << 16;
/// Files that they may wait for by epoll(7): each user has a number of them, which legs of one user share.
const WATCHES: u64 = 1 << 17;

const LOOK: Duration = Duration::from_millis(100);

/// Returns when the command whose outermost process is `pid` goes over a bound; otherwise never.
pub(super) async fn until_exceeded(pid: u32, bounds: Bounds, folders: Vec<PathBuf>) -> Exceeded {
    tokio::select! {
        exceeded = processes(pid, bounds) => exceeded,
        exceeded = holding(pid, bounds) => exceeded,
        exceeded = disk_full(pid, bounds, folders) => exceeded,
    }
}

async fn processes(pid: u32, bounds: Bounds) -> Exceeded {
    let start = Instant::now();
    loop {
        let left = bounds.time.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Exceeded::Time(bounds.time);
        }
        tokio::time::sleep(LOOK.min(left)).await;
        let usage = Usage::of(pid);
        if usage.tasks > bounds.tasks() {
            return Exceeded::Processes(bounds.processes);
        }
        if usage.memory > bounds.memory {
            return Exceeded::Memory(bounds.memory);
        }
    }
}

/// What processes hold beside their memory. Looking takes longer the more they hold: a twentieth of the time, and more
/// where the next look would come too late.
async fn holding(pid: u32, bounds: Bounds) -> Exceeded {
    loop {
        let began = Instant::now();
        // Not here: the look would keep the other bounds from being watched.
        let look = tokio::task::spawn_blocking(move || {
            let usage = Usage::of(pid);
            let held = Held::of(&usage.processes);
            if held.open > OPEN_FILES {
                return Some(Exceeded::Files(OPEN_FILES));
            }
            if held.watches > WATCHES {
                return Some(Exceeded::Waits(WATCHES));
            }
            let memory = usage.memory + held.memory;
            (memory > bounds.memory).then_some(Exceeded::Memory(bounds.memory))
        });
        if let Ok(Some(exceeded)) = look.await {
            return exceeded;
        }
        tokio::time::sleep((began.elapsed() * 20).clamp(LOOK * 3, LOOK * 20)).await;
    }
}

/// Walking a large build tree takes time: at most a hundredth of it is spent on that. But where the disk's free space
/// fell by a good part of the bound meanwhile, whoever took it, it is looked at once.
async fn disk_full(pid: u32, bounds: Bounds, folders: Vec<PathBuf>) -> Exceeded {
    let at_first = free(&folders);
    loop {
        let before = free(&folders);
        let began = Instant::now();
        let walked = folders.clone();
        // Not here: the walk would keep the other bounds from being watched.
        let look = tokio::task::spawn_blocking(move || {
            let held = Held::of(&Usage::of(pid).processes);
            disk::over(&walked, held.nameless, bounds.disk)
        });
        match look.await {
            Ok(disk::Seen::Over(exceeded)) => return exceeded,
            // What cannot be seen is told by what the disk lost.
            Ok(disk::Seen::NotAll) if at_first.saturating_sub(free(&folders)) > bounds.disk => {
                return Exceeded::Disk(bounds.disk);
            }
            _ => {}
        }
        let took = began.elapsed();
        let due = Instant::now() + (took * 100).max(LOOK * 3);
        while Instant::now() < due {
            tokio::time::sleep((took * 4).max(LOOK * 3)).await;
            if before.saturating_sub(free(&folders)) > bounds.disk / 4 {
                break;
            }
        }
    }
}

/// Bytes free where the folders are.
fn free(folders: &[PathBuf]) -> u64 {
    let found = folders.first().and_then(|folder| statvfs(folder).ok());
    found.map_or(0, |found| found.blocks_free() * found.fragment_size())
}

#[derive(Default)]
struct Usage {
    tasks: u64,
    memory: u64,
    /// Those that are there.
    processes: Vec<u32>,
}

impl Usage {
    /// Of every process below `pid`. Orphans are adopted by the sandbox's first process, so they are
    /// still below it.
    fn of(pid: u32) -> Usage {
        let mut usage = Usage::default();
        let mut pending = vec![pid];
        while let Some(pid) = pending.pop() {
            usage.processes.push(pid);
            let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
                continue;
            };
            let mut memory = 0;
            for task in tasks.flatten() {
                usage.tasks += 1;
                let read = |file: &str| fs::read_to_string(task.path().join(file));
                // All have the same memory, but for one that has ended, as the first may have.
                if memory == 0 {
                    memory = resident(&read("status").unwrap_or_default());
                }
                let children = read("children").unwrap_or_default();
                pending.extend(
                    children
                        .split_whitespace()
                        .filter_map(|n| n.parse::<u32>().ok()),
                );
            }
            usage.memory += memory;
        }
        usage
    }
}

/// Bytes that a task's memory takes, the tables that lead to it among them (proc(5), `status`).
fn resident(status: &str) -> u64 {
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
        number
            .and_then(|n| n.trim().parse::<u64>().ok())
            .unwrap_or(0)
    };
    (kib("VmRSS:") + kib("VmPTE:")) << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_counted() {
        let usage = Usage::of(std::process::id());
        assert!(usage.tasks >= 1 && usage.memory > 0);
        // Other tests have processes below this one meanwhile.
        assert_eq!(usage.processes.first(), Some(&std::process::id()));
        assert_eq!(resident("VmRSS:\t  12 kB\nVmPTE:\t 4 kB\n"), 16 << 10);
    }
}
