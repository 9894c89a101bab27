//! The inner half of a sandbox: runs in a fresh process, makes the namespaces, becomes bubblewrap's guardian.
//!
//! A user namespace can only be entered by a process with one thread, so the harness starts itself
//! anew with [`ARGUMENT`] and a file that says what to do. Four processes come of it, each made by the one before:
//!
//! 1. the *entry*, which stays outside and ends the rest on SIGTERM ([`guard`]);
//! 2. the *init* of a process-id namespace: whatever is started below it ends with it, without exception;
//! 3. bubblewrap, which sees the stage ([`stage`]) and nothing of the machine, as a user without rights ([`identity`]);
//! 4. the command, in namespaces of bubblewrap's, behind its system call filter.

mod guard;
mod identity;
mod stage;
mod start;

pub(super) use identity::lend;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Pid, getppid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The first argument that makes the program act as [`enter`] instead.
pub const ARGUMENT: &str = "__enter-sandbox";

/// Exit status of a process that could not become the sandboxed program. A program can exit so, too: what tells
/// them apart is the file [`Entry::problem`].
pub const FAILED: i32 = 125;

/// Files a process may have open: each pipe and socket holds memory of the kernel's.
const DESCRIPTORS: u64 = 4096;

/// The root of the file system the command will see, on the stage.
pub(super) const ROOT: &str = "/root";

/// The tools, on the stage.
pub(super) const TOOLS: &str = "/tools";

/// What the inner half does; written as JSON by the outer half.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The process that must still be the parent.
    pub parent: i32,
    /// The processor to stay on.
    pub processor: usize,
    /// Largest file it may write, in bytes.
    pub file_size: u64,
    /// Processes and threads the user may have in the sandbox.
    pub tasks: u64,
    /// The user and group it runs as, where it does not run as the one who started it.
    pub lent: Option<u32>,
    /// Empty folder that the stage is mounted on.
    pub mounts: PathBuf,
    /// Where to write why the sandbox could not be made.
    pub problem: PathBuf,
    /// Lines for the private `binfmt_misc`; `None` leaves the machine's in force.
    pub registrations: Option<Vec<String>>,
    /// Folders to lay over each other as the root, the uppermost first.
    pub layers: Vec<PathBuf>,
    /// The folder that holds the writable ones, and `empty`, which is.
    pub hold: PathBuf,
    /// The writable folders' names in it; [`bind`] says where they are on the stage.
    pub binds: Vec<String>,
    /// The folder bubblewrap is started from.
    pub tools: PathBuf,
    /// How bubblewrap is started, from there.
    pub bubblewrap: Vec<Vec<u8>>,
    /// Its options.
    pub options: Vec<Vec<u8>>,
    /// The system call filter.
    pub filter: Vec<u8>,
    /// The program inside.
    pub argv: Vec<String>,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
}

/// Where the writable folder of that number is on the stage.
pub(super) fn bind(number: usize) -> String {
    format!("/bind{number}")
}

/// Where the work folder of an overlay is in the `hold`, for the writable folder of that name.
pub(super) fn work_folder(name: &str) -> String {
    format!("work-{name}")
}

/// The folder in the `hold` that stays empty.
pub(super) const EMPTY: &str = "empty";

/// The folder in the `hold` that has the folders to mount something on.
pub(super) const POINTS: &str = "points";

/// Acts on the entry file `path` and never returns: exits as the command does, or writes why it could not be
/// started and exits with [`FAILED`].
pub fn enter(path: &Path) -> ! {
    close_inherited();
    let read = || -> Result<(Entry, File), String> {
        let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let entry: Entry =
            serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let report = File::create(&entry.problem)
            .map_err(|e| format!("{}: {e}", entry.problem.display()))?;
        Ok((entry, report))
    };
    match read() {
        Ok((entry, report)) => fail(&report, &become_sandboxed(&entry, &report)),
        Err(problem) => {
            eprintln!("crossproof: cannot enter the sandbox: {problem}");
            std::process::exit(FAILED)
        }
    }
}

/// Closes what whoever started the harness left open, beside standard input, output and error: a folder's descriptor
/// leads out of every namespace.
fn close_inherited() {
    let listing = fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten();
    let open: Vec<i32> = listing
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // The listing's own is closed already.
        let _ = nix::unistd::close(descriptor);
    }
}

/// Writes what could not be done, for the harness: the command has no way to write there.
fn fail(mut report: &File, problem: &Result<Infallible, String>) -> ! {
    match problem {
        Ok(never) => match *never {},
        Err(problem) => {
            let _ = write!(report, "{problem}");
            std::process::exit(FAILED)
        }
    }
}

fn become_sandboxed(entry: &Entry, report: &File) -> Result<Infallible, String> {
    tie_to_parent(entry.parent)?;
    bound(entry)?;
    identity::enter_namespaces(entry.lent)?;
    bound_tasks(entry.tasks)?;
    guard::guard(
        || {
            stage::raise(entry)?;
            guard::init(report, || {
                identity::give_up(entry.lent)?;
                start::bubblewrap(entry)
            })
        },
        report,
    )
}

fn step<T>(what: &str, result: nix::Result<T>) -> Result<T, String> {
    result.map_err(|errno| format!("{what}: {}", errno.desc()))
}

/// The sandbox ends with the harness, however that ends.
fn tie_to_parent(parent: i32) -> Result<(), String> {
    step("parent-death signal", set_pdeathsig(Signal::SIGKILL))?;
    if getppid() == Pid::from_raw(parent) {
        Ok(())
    } else {
        Err("the harness is gone".to_owned())
    }
}

fn bound(entry: &Entry) -> Result<(), String> {
    umask(Mode::from_bits_truncate(0o022));
    let mut set = CpuSet::new();
    step("processor set", set.set(entry.processor))?;
    step(
        "processor affinity",
        sched_setaffinity(Pid::from_raw(0), &set),
    )?;
    for (resource, value) in [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_FSIZE, entry.file_size),
        (Resource::RLIMIT_NOFILE, DESCRIPTORS),
    ] {
        step("resource limit", setrlimit(resource, value, value))?;
    }
    Ok(())
}

/// In its own user namespace a process counts what is in that namespace; before, all that the user has on the machine.
fn bound_tasks(tasks: u64) -> Result<(), String> {
    let bounded = setrlimit(Resource::RLIMIT_NPROC, tasks, tasks);
    step("limit of processes", bounded)?;
    // What else the kernel counts for a user, it counts for whoever made the namespace as well: a leg has a small share.
    for (resource, value) in [
        (Resource::RLIMIT_SIGPENDING, SIGNALS),
        (Resource::RLIMIT_MSGQUEUE, 0),
    ] {
        step(
            "limit of signals and queues",
            setrlimit(resource, value, value),
        )?;
    }
    for (name, value) in SHARES {
        // Not every kernel counts each.
        let _ = fs::write(format!("/proc/sys/user/{name}"), value);
    }
    Ok(())
}

/// Signals and timers that wait, of all processes together.
const SIGNALS: u64 = 1024;

/// What the namespace may have of what its user may have altogether.
const SHARES: [(&str, &str); 4] = [
    ("max_inotify_instances", "16"),
    ("max_inotify_watches", "8192"),
    ("max_fanotify_groups", "0"),
    ("max_fanotify_marks", "0"),
];
