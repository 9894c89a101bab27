//! What processes hold that neither their memory nor their folders show: open files, mappings, sockets, watches.

use nix::sys::statvfs::statvfs;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What processes hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    /// Bytes of files that have no name any more.
    pub nameless: u64,
    /// Open files, each as often as it is open.
    pub open: u64,
    /// Files that are waited for by epoll(7): the machine has a number of them for each user.
    pub watches: u64,
    /// Bytes of memory that no process shows as its own, at most about.
    pub memory: u64,
}

/// What a mapping, an open file, a file that is waited for and an entry of a folder in memory cost the kernel.
const MAPPING: u64 = 256;
const OPEN: u64 = 512;
const WATCH: u64 = 200;
const ENTRY: u64 = 1024;

/// So many sockets are taken to hold nothing to speak of.
const SOCKETS: u64 = 64;

/// As much of a list of watches is read: a bound's worth.
const LIST: u64 = 16 << 20;

/// Files without a name and memory that is shared, by number, with their bytes.
#[derive(Default)]
struct Seen {
    files: BTreeMap<u64, u64>,
    shared: BTreeMap<u64, u64>,
    sockets: BTreeSet<u64>,
    mappings: u64,
    open: u64,
    watches: u64,
}

impl Held {
    pub(super) fn of(processes: &[u32]) -> Held {
        let mut seen = Seen::default();
        for process in processes {
            // All threads have the same; one that has ended, as the first may have, has nothing any more.
            let tasks = fs::read_dir(format!("/proc/{process}/task"));
            for task in tasks.into_iter().flatten().flatten() {
                let task = task.path();
                let open = seen.add_open(&task);
                if seen.add_mappings(&task) || open {
                    break;
                }
            }
        }
        let many = (seen.sockets.len() as u64).saturating_sub(SOCKETS);
        let sums = [
            seen.shared.values().sum(),
            seen.mappings * MAPPING,
            seen.open * OPEN,
            seen.watches * WATCH,
            many * 2 * queued(),
            shared_folder(processes),
        ];
        Held {
            nameless: seen.files.values().sum(),
            open: seen.open,
            watches: seen.watches,
            memory: sums.iter().sum(),
        }
    }
}

impl Seen {
    /// Adds the files that a thread has open; whether it has any.
    fn add_open(&mut self, task: &Path) -> bool {
        let before = self.open;
        let open = fs::read_dir(task.join("fd"));
        for descriptor in open.into_iter().flatten().flatten() {
            self.open += 1;
            let path = descriptor.path();
            let Ok(found) = fs::metadata(&path) else {
                continue;
            };
            let kind = found.file_type();
            if found.is_file() && found.nlink() == 0 {
                self.files.insert(found.ino(), found.blocks() * 512);
            } else if kind.is_socket() {
                self.sockets.insert(found.ino());
            } else if found.mode() >> 12 == 0 && is_epoll(&path) {
                let name = descriptor.file_name();
                self.watches += watches(&task.join("fdinfo").join(name));
            }
        }
        self.open > before
    }

    /// Adds what a thread has mapped (proc(5), `maps`); whether it has anything.
    fn add_mappings(&mut self, task: &Path) -> bool {
        let maps = fs::read(task.join("maps")).unwrap_or_default();
        let maps = String::from_utf8_lossy(&maps);
        let before = self.mappings;
        for line in maps.lines() {
            self.mappings += 1;
            // Without a name, it is there for as long as it is mapped: as much as is mapped of it, at most.
            if line.ends_with(" (deleted)")
                && let Some((number, bytes, memory)) = mapped(line)
            {
                let all = if memory {
                    &mut self.shared
                } else {
                    &mut self.files
                };
                let known = all.entry(number).or_default();
                *known = bytes.max(*known);
            }
        }
        self.mappings > before
    }
}

/// A line of `maps`: the file's number, the bytes up to its end there, and whether it is memory.
fn mapped(line: &str) -> Option<(u64, u64, bool)> {
    let mut words = line.split_ascii_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    let (rights, offset) = (words.next()?, words.next()?);
    let number = words.nth(1)?.parse().ok()?;
    let name = words.next()?;
    let hex = |text| u64::from_str_radix(text, 16).ok();
    let length = hex(to)?.saturating_sub(hex(from)?);
    let memory = ["/dev/zero", "/SYSV", "/dev/shm/", "/memfd:"];
    let memory = memory.iter().any(|begin| name.starts_with(begin));
    // A private mapping of a file takes no more of it.
    (rights.ends_with('s') || !memory).then_some((number, hex(offset)? + length, memory))
}

fn is_epoll(descriptor: &Path) -> bool {
    let target = fs::read_link(descriptor).unwrap_or_default();
    target.as_os_str() == "anon_inode:[eventpoll]"
}

/// The files that one epoll waits for (proc(5), `fdinfo`).
fn watches(info: &Path) -> u64 {
    let mut text = Vec::new();
    if let Ok(file) = fs::File::open(info) {
        // What can be read of it is counted.
        let _ = file.take(LIST).read_to_end(&mut text);
    }
    let lines = text.split(|byte| *byte == b'\n');
    lines.filter(|line| line.starts_with(b"tfd:")).count() as u64
}

/// What the sandbox's `/dev/shm` takes: its bytes are bounded where it is mounted, the number of its files is not.
fn shared_folder(processes: &[u32]) -> u64 {
    let machine = fs::metadata("/dev/shm").map(|found| found.dev()).ok();
    let inside = |process: &u32| {
        let path = PathBuf::from(format!("/proc/{process}/root/dev/shm"));
        let found = fs::metadata(&path).ok()?;
        (Some(found.dev()) != machine).then(|| statvfs(&path).ok())?
    };
    // The outermost processes are not in it.
    let found = processes.iter().rev().find_map(inside);
    found.map_or(0, |found| {
        let files = found.files().saturating_sub(found.files_free());
        let blocks = found.blocks().saturating_sub(found.blocks_free());
        files * ENTRY + blocks * found.fragment_size()
    })
}

/// What a socket may hold for its reader, if no one says otherwise (socket(7)).
fn queued() -> u64 {
    let read = |name: &str| fs::read_to_string(format!("/proc/sys/net/core/{name}")).ok();
    let bytes = read("wmem_default").and_then(|text| text.trim().parse().ok());
    bytes.unwrap_or(212_992)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mapped_without_a_name_is_told_from_what_has_one() {
        let line = |rights: &str, name: &str| {
            mapped(&format!(
                "7f0000000000-7f0000100000 {rights} 00001000 00:01 77  {name} (deleted)"
            ))
        };
        let shared = Some((77, (1 << 20) + 4096, true));
        assert_eq!(line("rw-s", "/dev/zero"), shared);
        assert_eq!(line("rw-s", "/SYSV00000000"), shared);
        assert_eq!(line("rw-p", "/dev/zero"), None, "it is the process's own");
        let (_, _, memory) = line("r--p", "/build/x").unwrap();
        assert!(!memory, "a file of the disk, whoever maps it");
        assert_eq!(mapped("odd"), None);
    }

    #[test]
    fn what_this_process_holds_is_counted() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        std::io::Write::write_all(&mut &file, &[7; 1 << 16]).unwrap();
        let held = Held::of(&[std::process::id()]);
        assert!(held.open > 3 && held.memory > 0);
        assert!(held.nameless >= 1 << 16);
    }
}
