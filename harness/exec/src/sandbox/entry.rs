//! The inner half of a sandbox: runs in a fresh process, makes the namespaces, becomes bubblewrap.
//!
//! A user namespace can only be entered by a process with one thread, so the harness starts itself
//! anew with [`ARGUMENT`] and a file that says what to do. What bubblewrap cannot do is done here:
//! the private `binfmt_misc` and the overlay that installs an artifact over a root.

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, CpuSet, sched_setaffinity, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Pid, Uid, execve, getppid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs;
use std::io::{Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The first argument that makes the program act as [`enter`] instead.
pub const ARGUMENT: &str = "__enter-sandbox";

/// Exit status of a process that could not become the sandboxed program.
pub const FAILED: i32 = 125;

/// What the inner half does; written as JSON by the outer half.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The process that must still be the parent.
    pub parent: i32,
    /// The processor to stay on.
    pub processor: usize,
    /// Largest file it may write, in bytes.
    pub file_size: u64,
    /// Processes the user may have in the sandbox (the kernel exempts root).
    pub processes: u64,
    /// Empty folder for mount points.
    pub mounts: PathBuf,
    /// Lines for the private `binfmt_misc`; `None` leaves the machine's in force.
    pub registrations: Option<Vec<String>>,
    /// Folders to lay over each other at `mounts/merged`, the uppermost first; none if empty.
    pub layers: Vec<PathBuf>,
    /// The folder bubblewrap is started from.
    pub tools: PathBuf,
    /// How bubblewrap is started, from there.
    pub bubblewrap: Vec<Vec<u8>>,
    /// Its options.
    pub options: Vec<Vec<u8>>,
    /// The program inside.
    pub argv: Vec<String>,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
}

/// Where the layers of an [`Entry`] with mount folder `mounts` come together.
pub(super) fn merged(mounts: &Path) -> PathBuf {
    mounts.join("merged")
}

/// Acts on the entry file `path` and never returns: becomes bubblewrap, or says on standard error why
/// it could not and exits with [`FAILED`].
pub fn enter(path: &Path) -> ! {
    let problem = match become_sandboxed(path) {
        Ok(never) => match never {},
        Err(problem) => problem,
    };
    eprintln!("crossproof: cannot enter the sandbox: {problem}");
    std::process::exit(FAILED)
}

fn become_sandboxed(path: &Path) -> Result<std::convert::Infallible, String> {
    let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let entry: Entry =
        serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    tie_to_parent(entry.parent)?;
    bound(&entry)?;
    make_namespaces()?;
    prepare_mounts(&entry)?;
    start_bubblewrap(&entry)
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
        (Resource::RLIMIT_NPROC, entry.processes),
    ] {
        step("resource limit", setrlimit(resource, value, value))?;
    }
    Ok(())
}

fn make_namespaces() -> Result<(), String> {
    let (user, group) = (Uid::current(), Gid::current());
    step(
        "user namespace (is kernel.unprivileged_userns_clone 0, or a security module in the way?)",
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS),
    )?;
    for (file, text) in [
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("0 {user} 1")),
        ("/proc/self/gid_map", format!("0 {group} 1")),
    ] {
        fs::write(file, text).map_err(|e| format!("{file}: {e}"))?;
    }
    step(
        "private mounts",
        mount::<str, _, str, str>(None, "/", None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None),
    )
}

fn prepare_mounts(entry: &Entry) -> Result<(), String> {
    let at = &entry.mounts;
    step(
        "mount folder",
        mount(
            Some("tmpfs"),
            at,
            Some("tmpfs"),
            MsFlags::empty(),
            Some("size=1m"),
        ),
    )?;
    let make = |name: &str| {
        let path = at.join(name);
        fs::create_dir(&path)
            .map_err(|e| format!("{}: {e}", path.display()))
            .map(|()| path)
    };
    if let Some(lines) = &entry.registrations {
        let binfmt = make("binfmt")?;
        step(
            "private binfmt_misc",
            mount(
                Some("binfmt_misc"),
                &binfmt,
                Some("binfmt_misc"),
                MsFlags::empty(),
                None::<&str>,
            ),
        )?;
        for line in lines {
            fs::write(binfmt.join("register"), line)
                .map_err(|e| format!("binfmt_misc refused `{line}`: {e}"))?;
        }
    }
    if entry.layers.is_empty() {
        return Ok(());
    }
    // Bound to short names first: overlay options split paths at colons and commas.
    let mut names = Vec::new();
    for (number, layer) in entry.layers.iter().enumerate() {
        let name = format!("layer{number}");
        let path = make(&name)?;
        step(
            "layer",
            mount(
                Some(layer),
                &path,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            ),
        )?;
        names.push(name);
    }
    std::env::set_current_dir(at).map_err(|e| format!("{}: {e}", at.display()))?;
    make("merged")?;
    let options = format!("lowerdir={}", names.join(":"));
    step(
        "overlay",
        mount(
            Some("overlay"),
            "merged",
            Some("overlay"),
            MsFlags::MS_RDONLY,
            Some(options.as_str()),
        ),
    )
}

fn start_bubblewrap(entry: &Entry) -> Result<std::convert::Infallible, String> {
    // The options go through a file descriptor: on a command line the sandboxed program could read
    // the host's paths in /proc/1/cmdline.
    let mut options = tempfile::tempfile().map_err(|e| format!("temporary file: {e}"))?;
    let written = entry.options.iter().try_for_each(|option| {
        options.write_all(option)?;
        options.write_all(&[0])
    });
    written
        .and_then(|()| options.rewind())
        .map_err(|e| format!("temporary file: {e}"))?;
    let inherited = step("descriptor", nix::unistd::dup(&options))?;

    let text =
        |bytes: &[u8]| CString::new(bytes).map_err(|_| "a NUL byte in an argument".to_owned());
    let mut argv = Vec::new();
    for word in &entry.bubblewrap {
        argv.push(text(word)?);
    }
    for word in ["--args", &inherited.as_raw_fd().to_string(), "--"] {
        argv.push(text(word.as_bytes())?);
    }
    for word in &entry.argv {
        argv.push(text(word.as_bytes())?);
    }
    let mut environment = Vec::new();
    for (name, value) in &entry.environment {
        environment.push(text(format!("{name}={value}").as_bytes())?);
    }
    std::env::set_current_dir(&entry.tools)
        .map_err(|e| format!("{}: {e}", entry.tools.display()))?;
    let program = argv.first().cloned().ok_or("no program")?;
    step(
        &format!(
            "{}",
            Path::new(std::ffi::OsStr::from_bytes(program.as_bytes())).display()
        ),
        execve(&program, &argv, &environment),
    )
}
