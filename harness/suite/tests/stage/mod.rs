//! A project and a store of a test's own, and ways to run the program in them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_crossproof");

/// A temporary project and store.
pub struct Stage {
    folder: tempfile::TempDir,
    /// The store.
    pub store: PathBuf,
}

/// How a run of the program ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Ended {
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
    #[track_caller]
    pub fn status(&self, wanted: i32) {
        assert_eq!(self.code, Some(wanted), "{}", self.output());
    }
    #[track_caller]
    pub fn says(&self, what: &str) {
        assert!(
            self.output().contains(what),
            "`{what}` is not in:\n{}",
            self.output()
        );
    }
    #[track_caller]
    pub fn says_one_of(&self, what: &[&str]) {
        assert!(
            what.iter().any(|what| self.output().contains(what)),
            "none of {what:?} is in:\n{}",
            self.output()
        );
    }
    /// The JSON report without its fields named as times.
    #[track_caller]
    pub fn without_times(&self) -> serde_json::Value {
        let mut report: serde_json::Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}:\n{}", self.output()));
        let trials = report["trials"].as_array_mut().expect("trials");
        assert!(!trials.is_empty());
        for trial in trials {
            assert!(
                trial
                    .as_object_mut()
                    .expect("a trial")
                    .remove("times")
                    .is_some()
            );
        }
        report
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the repository")
}

/// The user's own store with the roots that the stages need in it: made once, by the program itself.
fn seed() -> &'static Path {
    static SEED: OnceLock<PathBuf> = OnceLock::new();
    SEED.get_or_init(|| {
        let stage = Stage::empty();
        stage.case("seed", SEED_CASE, &[("empty", "")]);
        let mut command = Command::new(PROGRAM);
        command
            .args(["run", "seed", "--quiet", "--project"])
            .arg(stage.folder.path());
        let made = command.output().expect("crossproof starts");
        assert!(
            matches!(made.status.code(), Some(0 | 1)),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        crossproof_exec::Store::default_path().expect("a store")
    })
}

const SEED_CASE: &str = r#"
version: 1
summary: makes the roots and the tools
targets: [aarch64]
source: {dir: src}
build: {system: script, steps: {build: "install -D empty $DESTDIR/usr/share/empty"}}
"#;

fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

impl Stage {
    fn empty() -> Stage {
        // Beside the user's store: hard links do not cross file systems.
        let near = crossproof_exec::Store::default_path().expect("a store");
        fs::create_dir_all(&near).expect("the store");
        let folder =
            tempfile::tempdir_in(near.parent().expect("a parent")).expect("a temporary folder");
        fs::create_dir(folder.path().join("cases")).expect("cases");
        let emulators = repository().join("emulators");
        std::os::unix::fs::symlink(emulators, folder.path().join("emulators")).expect("emulators");
        let store = folder.path().join("store");
        fs::create_dir(&store).expect("a store");
        Stage { folder, store }
    }

    /// A project without cases and a store with the tools and the two roots they need.
    pub fn new() -> Stage {
        let seed = seed();
        let stage = Stage::empty();
        let listed = Stage::empty();
        listed.case("seed", SEED_CASE, &[("empty", "")]);
        let roots = Command::new(PROGRAM)
            .args(["roots", "build", "--quiet", "--project"])
            .arg(listed.folder.path())
            .output()
            .expect("crossproof starts");
        let roots = String::from_utf8(roots.stdout).expect("text");
        let digests: Vec<&str> = roots
            .lines()
            .filter_map(|line| line.split_whitespace().nth(2))
            .collect();
        assert_eq!(digests.len(), 2, "{roots}");
        fs::write(stage.store.join("crossproof-store"), "").expect("a store's mark");
        fs::create_dir(stage.store.join("seals")).expect("a folder");
        for (kind, wanted) in [("roots", Some(digests)), ("tools", None)] {
            fs::create_dir(stage.store.join(kind)).expect("a folder");
            for entry in list(&seed.join(kind)) {
                let name = entry
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                let is_wanted = wanted
                    .as_ref()
                    .is_none_or(|wanted| wanted.iter().any(|short| name.starts_with(short)));
                if is_wanted {
                    let linked = Command::new("cp")
                        .arg("-al")
                        .arg(&entry)
                        .arg(stage.store.join(kind))
                        .status();
                    assert!(linked.expect("cp starts").success());
                    let seal = format!("seals/{kind}-{name}");
                    fs::copy(seed.join(&seal), stage.store.join(&seal)).expect("a seal");
                }
            }
        }
        stage
    }

    /// Adds a case, or replaces it.
    pub fn case(&self, name: &str, yaml: &str, sources: &[(&str, &str)]) {
        let folder = self.folder.path().join("cases").join(name);
        fs::create_dir_all(folder.join("src")).expect("a case");
        fs::write(folder.join("case.yaml"), yaml).expect("case.yaml");
        for (file, text) in sources {
            fs::write(folder.join("src").join(file), text).expect("a source");
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        self.set(command.args(arguments));
        command
    }

    fn set(&self, command: &mut Command) {
        command
            .env("CROSSPROOF_STORE", &self.store)
            .env("CROSSPROOF_PROJECT", self.folder.path());
        command.stdin(Stdio::null());
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        finish(self.command(arguments))
    }

    /// Run by a shell that does this first.
    pub fn run_after(&self, setup: &str, arguments: &[&str]) -> Ended {
        let mut command = Command::new("sh");
        let script = format!("{setup}\nexec \"$0\" \"$@\"");
        command.args(["-c", &script, PROGRAM]).args(arguments);
        self.set(&mut command);
        finish(command)
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        finish(command)
    }

    pub fn has_golden(&self, case: &str) -> bool {
        self.folder.path().join("golden").join(case).exists()
    }

    /// Writes a golden, as a person would.
    pub fn accept(&self, case: &str, golden: &str) {
        let folder = self.folder.path().join("golden").join(case);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("aarch64.yaml"), golden).expect("a golden");
    }

    /// Two at once.
    pub fn run_twice(&self, arguments: &[&str]) -> (Ended, Ended) {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.run(arguments));
            let one = self.run(arguments);
            (one, other.join().expect("the other run"))
        })
    }

    /// Starts the program and kills it, and it alone, after a while.
    pub fn kill_after(&self, arguments: &[&str], moment: Duration) {
        let mut command = self.command(arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("crossproof starts");
        std::thread::sleep(moment);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }

    /// Starts the program, sends it what Ctrl-C sends once a sandbox is up, and waits for its end, at which
    /// it must have said `word`.
    pub fn interrupt_at(&self, arguments: &[&str], word: &str) -> Ended {
        let started = Instant::now();
        let log = self.folder.path().join("interrupted.log");
        let mut command = self.command(arguments);
        command
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).expect("a log"));
        let mut child = command.spawn().expect("crossproof starts");
        let said = || fs::read_to_string(&log).unwrap_or_default();
        while self.sandboxed_processes() == 0 && started.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let killed = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(killed.expect("kill starts").success());
        let code = child.wait().expect("it ends").code();
        let stderr = said();
        assert!(stderr.contains(word), "{stderr}");
        Ended {
            code,
            stdout: String::new(),
            stderr,
            took: started.elapsed(),
        }
    }

    /// In a shell of its own user and mount namespace, after `setup`; then lists the store's entries.
    fn in_namespace(&self, flags: &str, setup: &str, arguments: &[&str]) -> Ended {
        let mut command = Command::new("unshare");
        let script = format!(
            "{setup}\n\"$@\"; status=$?\nfor kind in packages sources legs runs; do for entry in \"$CROSSPROOF_STORE/$kind\"/*; do [ -e \"$entry\" ] && echo \"entry $entry\"; done; done\nexit $status"
        );
        command
            .args([flags, "sh", "-c", &script, "sh", PROGRAM])
            .args(arguments);
        self.set(&mut command);
        command.arg0("unshare");
        finish(command)
    }

    /// With the store on a small disk; the roots and tools are still the large one's.
    pub fn run_on_small_disk(&self, arguments: &[&str], size: &str) -> Ended {
        let large = self.folder.path().join("large");
        fs::rename(&self.store, &large).expect("moved");
        fs::create_dir(&self.store).expect("a store");
        let setup = format!(
            "set -e\nmount -t tmpfs -o size={size} none \"$CROSSPROOF_STORE\"\nfor kind in roots tools; do mkdir \"$CROSSPROOF_STORE/$kind\"; mount --bind '{}'/$kind \"$CROSSPROOF_STORE/$kind\"; done\ntouch \"$CROSSPROOF_STORE/crossproof-store\"; mkdir \"$CROSSPROOF_STORE/seals\"; cp '{}'/seals/* \"$CROSSPROOF_STORE/seals\"\nset +e",
            large.display(),
            large.display()
        );
        self.in_namespace("-Urm", &setup, arguments)
    }

    pub fn run_without_network(&self, arguments: &[&str]) -> Ended {
        self.in_namespace("-Urn", "", arguments)
    }

    /// Processes on this machine that work below the stage's store: sandboxes left behind.
    pub fn sandboxed_processes(&self) -> usize {
        // The kernel ends a process-id namespace shortly after its first process.
        std::thread::sleep(Duration::from_millis(300));
        let inside = |path: PathBuf| {
            fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.store))
        };
        let named = |path: PathBuf| {
            let words = fs::read(path.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&words).contains(&self.store.display().to_string())
        };
        // A sandbox's first process, which the others end with, has a folder of the store among its mounts.
        let mounted = |path: PathBuf| {
            let mounts = fs::read_to_string(path.join("mountinfo")).unwrap_or_default();
            mounts.contains(&self.store.join("tmp").display().to_string())
        };
        list(Path::new("/proc"))
            .into_iter()
            .filter(|path| inside(path.clone()) || named(path.clone()) || mounted(path.clone()))
            .count()
    }

    /// What is below the store's tmp/ that no living process owns, once the store was opened again.
    pub fn leftovers(&self) -> Vec<String> {
        self.run(&["store", "info"]).status(0);
        let names = list(&self.store.join("tmp"))
            .into_iter()
            .filter(|path| path.is_dir());
        names.map(|path| path.display().to_string()).collect()
    }

    /// The first file of that name among the entries of a kind.
    pub fn find_in_store(&self, kind: &str, name: &str) -> PathBuf {
        let mut pending = vec![self.store.join(kind)];
        while let Some(folder) = pending.pop() {
            for path in list(&folder) {
                if path.is_dir() {
                    pending.push(path);
                } else if path.file_name().is_some_and(|file| file == name) {
                    return path;
                }
            }
        }
        panic!("no file {name} among the {kind}")
    }
}

fn finish(mut command: Command) -> Ended {
    let started = Instant::now();
    let output = command.output().expect("the program starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: started.elapsed(),
    }
}
