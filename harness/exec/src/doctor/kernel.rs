//! What sandboxes ask of the kernel, tried in a process of its own (by util-linux's `unshare`).

use super::{Finding, State};
use crate::error::Error;
use crate::store::Store;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(super) fn findings(store: &Store) -> Vec<Finding> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    let mut findings = vec![kernel(release)];
    let spaces = user_namespaces();
    let can_enter = spaces.state == State::Good;
    findings.push(spaces);
    if can_enter {
        findings.push(binfmt(release));
        findings.push(overlay(store));
    } else {
        let untried = |what| {
            Finding::good(what, "not tried: it wants user namespaces")
                .not(State::Missing, "see `user namespaces`")
        };
        findings.extend([untried("private binfmt_misc"), untried("overlayfs")]);
    }
    findings
}

fn kernel(release: &str) -> Finding {
    let found = Finding::good("kernel", release);
    match version(release) {
        Some(version) if version >= (6, 7) => found,
        Some(version) if version >= (5, 11) => found.not(
            State::Degraded,
            "Linux 6.7 and later have a binfmt_misc for each user namespace; before, the machine's registrations are used",
        ),
        _ => found.not(State::Missing, "run on Linux 5.11 or later, better 6.7"),
    }
}

fn user_namespaces() -> Finding {
    let what = "user namespaces";
    match tried("true", &[]) {
        Ok(()) => Finding::good(what, "can be made"),
        Err(said) => Finding::good(what, format!("cannot be made: {said}")).not(
            State::Missing,
            "allow them: set the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and \
             kernel.apparmor_restrict_unprivileged_userns to permit it, or run in a container that does",
        ),
    }
}

fn binfmt(release: &str) -> Finding {
    let what = "private binfmt_misc";
    let words = ["-t", "binfmt_misc", "none", "/proc/sys/fs/binfmt_misc"];
    match tried("mount", &words) {
        Ok(()) if version(release).is_some_and(|version| version >= (6, 7)) => {
            Finding::good(what, "can be mounted in a user namespace")
        }
        Ok(()) => Finding::good(what, "can be mounted, but the kernel does not keep it apart")
            .not(State::Degraded, "a cross leg may see the machine's emulators; use Linux 6.7 or later"),
        Err(said) => Finding::good(what, format!("cannot be mounted: {said}")).not(
            State::Degraded,
            "load the kernel module binfmt_misc (`modprobe binfmt_misc`), and use Linux 6.7 or later; \
             until then native legs want qemu registered on the machine",
        ),
    }
}

fn overlay(store: &Store) -> Finding {
    let what = "overlayfs";
    match overlay_tried(store) {
        Ok(Ok(())) => Finding::good(what, "can be mounted in a user namespace over the store"),
        Ok(Err(said)) => Finding::good(what, format!("cannot be mounted: {said}")).not(
            State::Missing,
            "load the kernel module overlay (`modprobe overlay`), use Linux 5.11 or later, and keep the \
             store on a local file system: runs lay an artifact over a root by it",
        ),
        Err(error) => {
            Finding::good(what, error.to_string()).not(State::Missing, "make the store writable")
        }
    }
}

fn overlay_tried(store: &Store) -> Result<Result<(), String>, Error> {
    let scratch = store.scratch()?;
    let folder = |name: &str| {
        let path = scratch.join(name);
        fs::create_dir(&path).map_err(|e| Error::io(&path, &e))?;
        Ok(path.display().to_string())
    };
    let (upper, lower, at) = (folder("upper")?, folder("lower")?, folder("at")?);
    let layers = format!("lowerdir={upper}:{lower}");
    let tried = tried("mount", &["-t", "overlay", "-o", &layers, "none", &at]);
    remove(&scratch);
    Ok(tried)
}

fn remove(folder: &Path) {
    // What is left is swept by the next start.
    let _ = fs::remove_dir_all(folder);
}

/// Runs a program in a user and mount namespace of its own; says what it complained of.
fn tried(program: &str, words: &[&str]) -> Result<(), String> {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--", program]);
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(complaint(&output)),
        Err(error) => Err(format!("starting `unshare` of util-linux: {error}")),
    }
}

fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.map_or_else(
        || format!("it ended with {}", output.status),
        |line| line.trim().to_owned(),
    )
}

/// Major and minor number of a kernel release: `6.12.41+deb13-amd64`.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernels_age_decides() {
        assert_eq!(version("6.12.41+deb13-amd64"), Some((6, 12)));
        assert_eq!(kernel("6.7.0").state, State::Good);
        assert_eq!(kernel("6.1.0-38-amd64").state, State::Degraded);
        assert_eq!(kernel("5.10.0").state, State::Missing);
        assert_eq!(kernel("").state, State::Missing);
    }

    #[test]
    fn a_failing_program_is_heard() {
        assert!(tried("false", &[]).is_err());
    }
}
