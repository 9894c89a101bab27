//! The sandbox a leg is built in and a product is run in.
//!
//! `harness → entry (this program again, one thread) → init → bubblewrap → the command`. The entry makes the
//! user namespace, the private `binfmt_misc` and the overlays; bubblewrap makes the walls: own process,
//! network, host-name and IPC namespaces, a read-only root, no capabilities, a system call filter, and nothing of the
//! host but the folders named in [`Sandbox::binds`]. Nothing inside outlives the init.

pub mod emulation;
pub mod entry;
mod owner;
mod seccomp;
mod stream;
pub mod watch;

use crate::error::Error;
use crossproof_model::Platform;
use crossproof_model::observation::Exit;
use entry::Entry;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use stream::{Stream, feed};
use tokio::task::JoinSet;
pub use watch::{Bounds, Exceeded};

/// The user, group and host name inside.
const USER: &str = "1000";
const HOST_NAME: &str = "crossproof";
/// `/dev/shm` is memory: keep it small.
const SHARED_MEMORY: &str = "67108864";

/// Which `binfmt_misc` programs of another platform are started through.
#[derive(Clone, Debug)]
pub enum Binfmt {
    /// A private one with these registrations: none for a cross leg.
    Private(Vec<String>),
    /// The machine's (Linux before 6.7).
    Machine,
}

/// A folder of [`Sandbox::scratch`] that is seen inside, writable.
#[derive(Clone, Debug)]
pub struct Bind {
    /// Its name there.
    pub name: String,
    /// Where it is inside.
    pub inside: String,
}

/// A place to run commands in.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The folder bubblewrap is started from.
    pub tools: PathBuf,
    /// How bubblewrap is started, from there.
    pub bubblewrap: Vec<OsString>,
    /// Read-only trees laid over each other as `/`, the uppermost first.
    pub layers: Vec<PathBuf>,
    /// Writable folders, which are there; their disk use is bounded.
    pub binds: Vec<Bind>,
    /// Emulation.
    pub binfmt: Binfmt,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
    /// Working folder inside.
    pub directory: String,
    /// The one processor it sees.
    pub processor: usize,
    /// An existing folder of the harness's for this sandbox's own use, on the host.
    pub scratch: PathBuf,
    /// What runs the programs inside.
    pub machine: Platform,
    /// The user it runs as, if root lent it one: [`Sandbox::user`].
    pub lent: Option<u32>,
}

/// Where a command's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// Both streams in one, in the order written: a build log.
    Merged,
    /// Each stream by itself.
    Apart,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit.
    pub exit: Exit,
    /// The limit it was ended for, when the exit is [`Exit::Limit`].
    pub exceeded: Option<Exceeded>,
    /// Standard output, or both streams if merged.
    pub stdout: Vec<u8>,
    /// Standard error, empty if merged.
    pub stderr: Vec<u8>,
    /// Wall time.
    pub wall: Duration,
}

impl Sandbox {
    /// The user that one more sandbox runs as, where it does not run as the one who starts it.
    pub fn user() -> Option<u32> {
        entry::lend()
    }

    /// Runs `argv` inside and waits for it, within `bounds`: a task of its own, so that its limits are watched whatever
    /// the caller does meanwhile.
    ///
    /// Dropping the future kills everything inside.
    pub async fn run(
        &self,
        argv: &[String],
        stdin: &[u8],
        capture: Capture,
        bounds: Bounds,
    ) -> Result<Ended, Error> {
        let (sandbox, argv, stdin) = (self.clone(), argv.to_vec(), stdin.to_vec());
        // Ended with this future.
        let mut task = JoinSet::new();
        task.spawn(async move { sandbox.watched(&argv, &stdin, capture, bounds).await });
        let ended = task.join_next().await.transpose();
        let fault = |e: &dyn std::error::Error| Error::fault("the task of a sandbox", e);
        ended
            .map_err(|e| fault(&e))?
            .unwrap_or_else(|| Err(fault(&std::io::Error::other("it is gone"))))
    }

    async fn watched(
        &self,
        argv: &[String],
        stdin: &[u8],
        capture: Capture,
        bounds: Bounds,
    ) -> Result<Ended, Error> {
        let started = Instant::now();
        self.sayable(argv)?;
        let problem = self.scratch.join("problem");
        let entry_file = self.write_entry(argv, &problem, bounds)?;
        let mut command = tokio::process::Command::new(OWN_PROGRAM);
        command
            .arg(entry::ARGUMENT)
            .arg(&entry_file)
            .env_clear()
            .process_group(0)
            .kill_on_drop(true);
        command.stdin(if stdin.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        let (out, writer) = Stream::open(bounds.output)?;
        let err = match capture {
            Capture::Merged => {
                command.stderr(
                    writer
                        .try_clone()
                        .map_err(|e| Error::fault("pipe for the output", &e))?,
                );
                None
            }
            Capture::Apart => {
                let (err, writer) = Stream::open(bounds.output)?;
                command.stderr(writer);
                Some(err)
            }
        };
        command.stdout(writer);
        let mut child = command
            .spawn()
            .map_err(|e| Error::fault("starting the sandbox", &e))?;
        // The command holds the writing ends; the pipes must close when the sandbox does.
        drop(command);
        let feeding = tokio::spawn(feed(child.stdin.take(), stdin.to_vec()));
        let folders = self.binds.iter().map(|bind| self.scratch.join(&bind.name));
        let pid = child.id().unwrap_or_default();

        let stopped = tokio::select! {
            status = child.wait() => Ok(status.map_err(|e| Error::fault("waiting for the sandbox", &e))?),
            exceeded = watch::until_exceeded(pid, bounds, folders.collect()) => Err(exceeded),
            () = Stream::flooded(&out, err.as_ref()) => Err(Exceeded::Output(bounds.output)),
        };
        if stopped.is_err() {
            end(&mut child).await?;
        }
        feeding.abort();
        let (stdout, flooded) = out.finish().await?;
        let (stderr, flooded_too) = match err {
            Some(err) => err.finish().await?,
            None => (Vec::new(), false),
        };
        let wall = started.elapsed();
        let (exit, exceeded) = match stopped {
            Err(exceeded) => (Exit::Limit, Some(exceeded)),
            Ok(_) if flooded || flooded_too => (Exit::Limit, Some(Exceeded::Output(bounds.output))),
            Ok(status) => (exit_of(status), None),
        };
        if exceeded.is_none() {
            refuse_if_not_entered(&problem)?;
        }
        Ok(Ended {
            exit,
            exceeded,
            stdout,
            stderr,
            wall,
        })
    }

    /// An error where the system cannot give a program these words (execve(2)): that is not the machine's fault.
    fn sayable(&self, argv: &[String]) -> Result<(), Error> {
        const WORD: usize = 100_000;
        const ALL: usize = 1_000_000;
        let variables = self.environment.iter();
        let variables = variables.map(|(name, value)| name.len() + value.len());
        let lengths = argv.iter().map(String::len).chain(variables);
        let too_long = lengths.clone().any(|length| length > WORD) || lengths.sum::<usize>() > ALL;
        let words = argv.iter().chain(self.environment.values());
        match (words.into_iter().any(|word| word.contains('\0')), too_long) {
            (true, _) => Err(Error::input(
                "a word of a command, or of its environment, has a NUL byte",
                "take it out",
            )),
            (false, true) => Err(Error::input(
                format!(
                    "a command and its environment are too long: a word may have {WORD} bytes, all {ALL}"
                ),
                "put the text into a file of the sources",
            )),
            (false, false) => Ok(()),
        }
    }

    fn write_entry(
        &self,
        argv: &[String],
        problem: &Path,
        bounds: Bounds,
    ) -> Result<PathBuf, Error> {
        let make = |name: &str| {
            let folder = self.scratch.join(name);
            std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
            Ok::<_, Error>(folder)
        };
        make(entry::EMPTY)?;
        let mounted = self.binds.iter().map(|bind| bind.inside.as_str());
        for inside in mounted.chain(["/proc", "/dev"]) {
            make(&format!("{}{inside}", entry::POINTS))?;
        }
        for bind in &self.binds {
            make(&entry::work_folder(&bind.name))?;
            if let Some(owner) = self.lent {
                owner::give(&self.scratch.join(&bind.name), owner)?;
            }
        }
        let entry = Entry {
            parent: std::process::id().cast_signed(),
            processor: self.processor,
            file_size: bounds.disk,
            tasks: bounds.tasks(),
            lent: self.lent,
            mounts: make("mounts")?,
            problem: problem.to_owned(),
            registrations: match &self.binfmt {
                Binfmt::Private(lines) => Some(lines.clone()),
                Binfmt::Machine => None,
            },
            layers: self.layers.clone(),
            hold: self.scratch.clone(),
            binds: self.binds.iter().map(|bind| bind.name.clone()).collect(),
            tools: self.tools.clone(),
            bubblewrap: self
                .bubblewrap
                .iter()
                .map(|word| word.clone().into_vec())
                .collect(),
            options: self.options(),
            filter: seccomp::filter(self.machine),
            argv: argv.to_vec(),
            environment: self.environment.clone(),
        };
        // What the entry does not write anew is not the last one's.
        let _ = std::fs::remove_file(problem);
        let path = self.scratch.join("entry.json");
        let text = serde_json::to_vec(&entry)
            .map_err(|e| Error::fault("writing the sandbox's description", &e))?;
        std::fs::write(&path, text).map_err(|e| Error::io(&path, &e))?;
        Ok(path)
    }

    fn options(&self) -> Vec<Vec<u8>> {
        let mut options: Vec<String> = Vec::new();
        let mut add = |words: &[&str]| options.extend(words.iter().map(|word| (*word).to_owned()));
        add(&["--unshare-user", "--disable-userns", "--unshare-pid"]);
        add(&["--unshare-net", "--unshare-uts"]);
        add(&["--unshare-cgroup-try", "--die-with-parent", "--new-session"]);
        add(&["--uid", USER, "--gid", USER, "--cap-drop", "ALL"]);
        add(&["--hostname", HOST_NAME]);
        add(&["--ro-bind", entry::ROOT, "/"]);
        add(&["--proc", "/proc"]);
        // Which of them there are depends on the kernel.
        for hidden in HIDDEN.iter().filter(|file| Path::new(file).exists()) {
            add(&["--ro-bind", "/dev/null", hidden]);
        }
        add(&["--remount-ro", "/proc"]);
        add(&["--dev", "/dev"]);
        add(&["--size", SHARED_MEMORY, "--tmpfs", "/dev/shm"]);
        // It is memory, without a bound of its own.
        add(&["--remount-ro", "/dev"]);
        for (number, bind) in self.binds.iter().enumerate() {
            add(&["--bind", &entry::bind(number), &bind.inside]);
        }
        add(&["--chdir", &self.directory]);
        options.into_iter().map(String::into_bytes).collect()
    }
}

/// Files of `/proc` that tell of the machine, or of its kernel's memory.
const HIDDEN: [&str; 19] = [
    "/proc/cmdline",
    "/proc/config.gz",
    "/proc/diskstats",
    "/proc/interrupts",
    "/proc/iomem",
    "/proc/ioports",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/key-users",
    "/proc/keys",
    "/proc/kmsg",
    "/proc/latency_stats",
    "/proc/modules",
    "/proc/partitions",
    "/proc/sched_debug",
    "/proc/schedstat",
    "/proc/sysrq-trigger",
    "/proc/timer_list",
    "/proc/vmallocinfo",
];

/// How long the entry may take to end what is below it.
const ENDING: Duration = Duration::from_secs(10);

/// Ends the sandbox, and returns when nothing of it is left: the entry waits for the last of its processes.
async fn end(child: &mut tokio::process::Child) -> Result<(), Error> {
    let fault = |e| Error::fault("ending the sandbox", &e);
    if let Some(pid) = child.id() {
        let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
        // It may have ended by itself meanwhile.
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    }
    match tokio::time::timeout(ENDING, child.wait()).await {
        Ok(ended) => ended.map(drop).map_err(fault),
        Err(_) => child.kill().await.map_err(fault),
    }
}

/// Right even when the file was replaced by a newer build meanwhile.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The entry could not make the sandbox: the machine lacks something, the command is not to blame. The command cannot
/// write to the file that says so.
fn refuse_if_not_entered(problem: &Path) -> Result<(), Error> {
    let said = std::fs::read_to_string(problem).map_err(|e| Error::io(problem, &e))?;
    match said.as_str() {
        "" => Ok(()),
        said => Err(Error::lacks(
            format!("a sandbox: {said}"),
            "run `crossproof doctor`",
        )),
    }
}

/// Bubblewrap passes on the command's status, a signal as 128 + its number, as a shell does.
fn exit_of(status: std::process::ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) if (129..=128 + 64).contains(&code) => Exit::Signal(code - 128),
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Limit,
    }
}
