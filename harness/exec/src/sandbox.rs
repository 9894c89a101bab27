//! The sandbox a leg is built in and a product is run in.
//!
//! `harness → entry (this program again, one thread) → bubblewrap → the command`. The entry makes the
//! user namespace, the private `binfmt_misc` and the overlay; bubblewrap makes the walls: own process,
//! network, host-name and IPC namespaces, a read-only root, and nothing of the host but the folders
//! named in [`Sandbox::binds`]. Ending the outermost process ends everything inside.

pub mod emulation;
pub mod entry;
pub mod orphans;
pub mod watch;

use crate::error::Error;
use crossproof_model::observation::Exit;
use entry::Entry;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::Notify;
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

/// A host folder seen inside, writable.
#[derive(Clone, Debug)]
pub struct Bind {
    /// On the host.
    pub host: PathBuf,
    /// Inside.
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
    /// Writable folders; their disk use is bounded.
    pub binds: Vec<Bind>,
    /// Emulation.
    pub binfmt: Binfmt,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
    /// Working folder inside.
    pub directory: String,
    /// The one processor it sees.
    pub processor: usize,
    /// An existing empty folder of the harness's for this sandbox's own use, on the host.
    pub scratch: PathBuf,
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
    /// Runs `argv` inside and waits for it, within `bounds`.
    ///
    /// Dropping the future kills everything inside.
    pub async fn run(
        &self,
        argv: &[String],
        stdin: &[u8],
        capture: Capture,
        bounds: Bounds,
    ) -> Result<Ended, Error> {
        let started = Instant::now();
        let entry_file = self.write_entry(argv, bounds)?;
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
        let watched = self.binds.iter().map(|bind| bind.host.clone()).collect();
        let pid = child.id().unwrap_or_default();

        let stopped = tokio::select! {
            status = child.wait() => Ok(status.map_err(|e| Error::fault("waiting for the sandbox", &e))?),
            exceeded = watch::until_exceeded(pid, bounds, watched) => Err(exceeded),
            () = Stream::flooded(&out, err.as_ref()) => Err(Exceeded::Output(bounds.output)),
        };
        if stopped.is_err() {
            child
                .kill()
                .await
                .map_err(|e| Error::fault("ending the sandbox", &e))?;
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
        if exit == Exit::Code(entry::FAILED) {
            refuse_if_not_entered(if capture == Capture::Merged {
                &stdout
            } else {
                &stderr
            })?;
        }
        Ok(Ended {
            exit,
            exceeded,
            stdout,
            stderr,
            wall,
        })
    }

    fn write_entry(&self, argv: &[String], bounds: Bounds) -> Result<PathBuf, Error> {
        let mounts = self.scratch.join("mounts");
        std::fs::create_dir_all(&mounts).map_err(|e| Error::io(&mounts, &e))?;
        let (root, layers) = match self.layers.as_slice() {
            [only] => (only.clone(), Vec::new()),
            layers => (entry::merged(&mounts), layers.to_vec()),
        };
        let entry = Entry {
            parent: std::process::id().cast_signed(),
            processor: self.processor,
            file_size: bounds.disk,
            processes: bounds.processes.into(),
            mounts,
            registrations: match &self.binfmt {
                Binfmt::Private(lines) => Some(lines.clone()),
                Binfmt::Machine => None,
            },
            layers,
            tools: self.tools.clone(),
            bubblewrap: self
                .bubblewrap
                .iter()
                .map(|word| word.clone().into_vec())
                .collect(),
            options: self.options(&root),
            argv: argv.to_vec(),
            environment: self.environment.clone(),
        };
        let path = self.scratch.join("entry.json");
        let text = serde_json::to_vec(&entry)
            .map_err(|e| Error::fault("writing the sandbox's description", &e))?;
        std::fs::write(&path, text).map_err(|e| Error::io(&path, &e))?;
        Ok(path)
    }

    fn options(&self, root: &Path) -> Vec<Vec<u8>> {
        let mut options: Vec<OsString> = Vec::new();
        let mut add = |words: &[&std::ffi::OsStr]| {
            options.extend(words.iter().map(|word| (*word).to_owned()))
        };
        for word in [
            "--unshare-user",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--die-with-parent",
            "--new-session",
        ] {
            add(&[word.as_ref()]);
        }
        add(&[
            "--uid".as_ref(),
            USER.as_ref(),
            "--gid".as_ref(),
            USER.as_ref(),
        ]);
        add(&["--hostname".as_ref(), HOST_NAME.as_ref()]);
        add(&["--ro-bind".as_ref(), root.as_os_str(), "/".as_ref()]);
        add(&[
            "--proc".as_ref(),
            "/proc".as_ref(),
            "--dev".as_ref(),
            "/dev".as_ref(),
        ]);
        add(&[
            "--size".as_ref(),
            SHARED_MEMORY.as_ref(),
            "--tmpfs".as_ref(),
            "/dev/shm".as_ref(),
        ]);
        for bind in &self.binds {
            add(&[
                "--bind".as_ref(),
                bind.host.as_os_str(),
                bind.inside.as_ref(),
            ]);
        }
        add(&["--chdir".as_ref(), self.directory.as_ref()]);
        options.into_iter().map(OsString::into_vec).collect()
    }
}

/// Right even when the file was replaced by a newer build meanwhile.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The entry could not make the sandbox: the machine lacks something, the command is not to blame.
fn refuse_if_not_entered(said: &[u8]) -> Result<(), Error> {
    let said = String::from_utf8_lossy(said);
    match said
        .lines()
        .find_map(|line| line.strip_prefix("crossproof: cannot enter the sandbox: "))
    {
        Some(problem) => Err(Error::lacks(
            format!("a sandbox: {problem}"),
            "run `crossproof doctor`",
        )),
        None => Ok(()),
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

/// One captured stream, read as it comes.
struct Stream {
    reading: tokio::task::JoinHandle<std::io::Result<(Vec<u8>, bool)>>,
    flood: Arc<Notify>,
}

impl Stream {
    /// The stream and the end to write to. At most `bound` bytes are kept.
    fn open(bound: u64) -> Result<(Stream, std::io::PipeWriter), Error> {
        let fault = |e| Error::fault("pipe for the output", &e);
        let (reader, writer) = std::io::pipe().map_err(fault)?;
        let reader = Receiver::from_owned_fd(reader.into()).map_err(fault)?;
        let flood = Arc::new(Notify::new());
        let reading = tokio::spawn(drain(reader, bound, Arc::clone(&flood)));
        Ok((Stream { reading, flood }, writer))
    }

    /// Returns once either stream has gone over its bound.
    async fn flooded(one: &Stream, other: Option<&Stream>) {
        let other = async {
            match other {
                Some(stream) => stream.flood.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = one.flood.notified() => {}
            () = other => {}
        }
    }

    /// What was written, and whether it was more than allowed.
    async fn finish(self) -> Result<(Vec<u8>, bool), Error> {
        let read = self
            .reading
            .await
            .map_err(|e| Error::fault("reading the output", &std::io::Error::other(e)))?;
        read.map_err(|e| Error::fault("reading the output", &e))
    }
}

async fn drain(
    mut reader: Receiver,
    bound: u64,
    flood: Arc<Notify>,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let read = reader.read(&mut chunk).await?;
        if read == 0 {
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk[..read]);
        if bytes.len() as u64 > bound {
            bytes.truncate(usize::try_from(bound).unwrap_or(usize::MAX));
            flood.notify_one();
            return Ok((bytes, true));
        }
    }
}

/// Writes what the program reads. A program may end without reading it all.
async fn feed(stdin: Option<tokio::process::ChildStdin>, bytes: Vec<u8>) {
    if let Some(mut stdin) = stdin {
        // A broken pipe is the program's choice, not an error of ours.
        let _ = stdin.write_all(&bytes).await;
    }
}
