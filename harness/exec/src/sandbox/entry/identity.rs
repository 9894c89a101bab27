//! Whom a sandbox runs as: a user without rights over the machine.
//!
//! An ordinary user's sandbox runs as that user, in a user namespace, where it has the rights of an ordinary user at
//! most. Root's runs as a user that no account has, a different one for each sandbox: files under `/proc/sys` belong
//! to the machine's root, and root in a namespace of its own would still be their owner.

use super::step;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Uid, fork, setgroups, setresgid, setresuid};
use std::fs;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU32, Ordering};

/// The user and group inside.
const INSIDE: u32 = 1000;

/// Ids from here on are no account's: above those that systemd gives to containers, below 2^31.
const FIRST: u32 = 0x7000_0000;

/// The number of the user that root lends to one sandbox; `None` where the sandbox runs as its own user: an ordinary
/// one, or one that is called root in a namespace that has no other.
pub(in crate::sandbox) fn lend() -> Option<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    if !Uid::effective().is_root() {
        return None;
    }
    let turn = NEXT.fetch_add(1, Ordering::Relaxed);
    // Process ids have at most 22 bits; so many sandboxes as the other six bits count are not alive at once.
    let wanted = ((std::process::id() << 6) | (turn % 64)) & 0x0fff_ffff;
    let (users, groups) = (ids("/proc/self/uid_map"), ids("/proc/self/gid_map"));
    let last = users.min(groups);
    match last {
        0 | 1 => None,
        last if last > u64::from(FIRST + wanted) => Some(FIRST + wanted),
        // A container that has fewer: from the upper half of what it has.
        last => u32::try_from(last - 1 - u64::from(wanted) % (last / 2)).ok(),
    }
}

/// How many ids, from zero without a gap, are mapped here.
fn ids(map: &str) -> u64 {
    let text = fs::read_to_string(map).unwrap_or_default();
    let mut ranges: Vec<(u64, u64)> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(|word| word.parse().ok());
            Some((words.next()??, words.nth(1)??))
        })
        .collect();
    ranges.sort_unstable();
    let step = |end: u64, (first, count): (u64, u64)| match first <= end {
        true => end.max(first + count),
        false => end,
    };
    ranges.into_iter().fold(0, step)
}

/// Enters a user namespace as its root, and a mount and an IPC namespace of that.
pub(super) fn enter_namespaces(lent: Option<u32>) -> Result<(), String> {
    let mapper = lent.map(Mapper::start).transpose()?;
    let (user, group) = (Uid::current(), Gid::current());
    step(
        "user namespace (is kernel.unprivileged_userns_clone 0, or a security module in the way?)",
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC),
    )?;
    match mapper {
        Some(mapper) => mapper.map()?,
        None => {
            for (file, text) in [
                ("/proc/self/setgroups", "deny".to_owned()),
                ("/proc/self/uid_map", format!("0 {user} 1")),
                ("/proc/self/gid_map", format!("0 {group} 1")),
            ] {
                fs::write(file, text).map_err(|e| format!("{file}: {e}"))?;
            }
        }
    }
    step(
        "private mounts",
        mount::<str, _, str, str>(None, "/", None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None),
    )
}

/// A process that stays outside and maps two users into the namespace: root, who makes the mounts, and the lent one.
/// Only somebody outside can map more than one.
struct Mapper {
    child: nix::unistd::Pid,
    go: std::io::PipeWriter,
}

impl Mapper {
    fn start(lent: u32) -> Result<Mapper, String> {
        let (mut waiting, go) = std::io::pipe().map_err(|e| format!("pipe: {e}"))?;
        let process = std::process::id();
        #[expect(unsafe_code, reason = "this process has one thread")]
        let forked = unsafe { fork() };
        match step("process that maps users", forked)? {
            ForkResult::Parent { child } => Ok(Mapper { child, go }),
            ForkResult::Child => {
                drop(go);
                // Ends without the byte where the parent failed.
                let mut byte = [0];
                let told = waiting.read_exact(&mut byte).is_ok();
                let map = |file: &str| {
                    let text = format!("0 0 1\n{INSIDE} {lent} 1\n");
                    fs::write(format!("/proc/{process}/{file}"), text)
                };
                let mapped = told && map("uid_map").and_then(|()| map("gid_map")).is_ok();
                std::process::exit(i32::from(!mapped))
            }
        }
    }

    fn map(mut self) -> Result<(), String> {
        self.go
            .write_all(&[1])
            .map_err(|e| format!("process that maps users: {e}"))?;
        match step("process that maps users", waitpid(self.child, None))? {
            WaitStatus::Exited(_, 0) => Ok(()),
            _ => Err("users cannot be mapped: root lacks CAP_SETUID, CAP_SETGID or CAP_SETFCAP; run as an ordinary user instead".to_owned()),
        }
    }
}

/// Becomes the lent user, for good.
pub(super) fn give_up(lent: Option<u32>) -> Result<(), String> {
    if lent.is_none() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(INSIDE), Gid::from_raw(INSIDE));
    step("no groups", setgroups(&[]))?;
    step("group", setresgid(group, group, group))?;
    step("user", setresuid(user, user, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_counted_up_to_the_first_gap() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| {
            let path = folder.path().join("map");
            fs::write(&path, text).unwrap();
            ids(path.to_str().unwrap())
        };
        assert_eq!(of("         0          0 4294967295\n"), 4_294_967_295);
        assert_eq!(of("0 1000 1\n1 100000 65536\n"), 65_537);
        assert_eq!(of("0 1000 1\n5 100000 65536\n"), 1);
        assert_eq!(of(""), 0);
    }

    #[test]
    fn two_sandboxes_have_different_users() {
        let (one, two) = (lend(), lend());
        assert!(one.is_none() || one != two);
    }
}
