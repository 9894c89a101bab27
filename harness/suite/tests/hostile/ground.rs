//! Where the attacks take place, and what must be as it was afterwards.

use crate::stage::Stage;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile");
const SECRET: &str = "a-secret-of-the-harness";
const SETTINGS: [&str; 4] = [
    "kernel/core_pattern",
    "kernel/printk_ratelimit_burst",
    "kernel/hostname",
    "kernel/modprobe",
];

/// Who runs the attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// Whoever runs this test.
    Own,
    /// The user of that number; only root can.
    Other(u32),
}

pub struct Ground {
    user: User,
    folder: tempfile::TempDir,
    /// Stands for the machine's own files.
    canary: tempfile::TempDir,
    tcp: TcpListener,
    abstracted: UnixListener,
    settings: Vec<String>,
}

impl Ground {
    pub fn new(user: User) -> Ground {
        let stage = Stage::new();
        let own = stage.store.parent().expect("a project");
        let folder = tempfile::Builder::new()
            .prefix("ground")
            .tempdir_in(match user {
                User::Own => own.parent().expect("a parent").to_owned(),
                // Where that user comes to.
                User::Other(_) => std::env::temp_dir(),
            })
            .expect("a folder");
        let at = |name: &str| folder.path().join(name);
        shell(
            "cp -a --reflink=auto \"$0\"/store \"$1\"; cp -a \"$2\"/../../../../emulators \"$1\"; cp \"$3\" \"$1\"/crossproof",
            &[
                own,
                folder.path(),
                Path::new(HERE),
                Path::new(env!("CARGO_BIN_EXE_crossproof")),
            ],
        );
        fs::create_dir(at("cases")).expect("cases");
        let canary = tempfile::Builder::new()
            .prefix("canary")
            .tempdir_in("/tmp")
            .expect("a canary");
        let everybody = fs::Permissions::from_mode(0o777);
        fs::set_permissions(canary.path(), everybody).expect("open to all");
        fs::write(canary.path().join("canary"), "sings").expect("a canary");
        let name = canary.path().file_name().expect("a name");
        let address = SocketAddr::from_abstract_name(name.as_encoded_bytes()).expect("an address");
        let ground = Ground {
            user,
            folder,
            tcp: TcpListener::bind("127.0.0.1:0").expect("a port"),
            abstracted: UnixListener::bind_addr(&address).expect("a socket"),
            settings: settings(),
            canary,
        };
        ground.tcp.set_nonblocking(true).expect("a port");
        ground.abstracted.set_nonblocking(true).expect("a socket");
        ground
    }

    /// Runs all attacks in one run, and panics with everything that went wrong.
    pub fn attacked(&self) {
        let attacks = attacks();
        for attack in &attacks {
            self.case(&attack.name, &attack.yaml, &attack.files);
        }
        // Two that do no harm, before and after the others.
        for name in ["a-neighbour", "z-neighbour"] {
            self.case(
                name,
                &yaml(name, "cat neighbours-own-file"),
                &[("neighbours-own-file".into(), "x".into())],
            );
        }
        if let User::Other(user) = self.user {
            shell(
                "chown -R \"$1\" \"$0\"",
                &[self.folder.path(), Path::new(&user.to_string())],
            );
            chown(self.folder.path(), Some(user), Some(user)).expect("a folder of the user's");
        }
        let report = self.run();
        let mut wrong = self.changed();
        for name in ["a-neighbour", "z-neighbour"] {
            wrong.extend(differs(&report, name, "bits"));
        }
        for attack in &attacks {
            wrong.extend(differs(&report, &attack.name, &attack.expect));
        }
        for log in self.logs() {
            let text = fs::read(&log).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines = text.lines().filter(|line| line.contains("ESCAPED"));
            wrong.extend(lines.map(|line| format!("{}: {line}", log.display())));
        }
        assert!(wrong.is_empty(), "{:?}:\n{}", self.user, wrong.join("\n"));
    }

    fn case(&self, name: &str, yaml: &str, files: &[(PathBuf, Vec<u8>)]) {
        let folder = self.folder.path().join("cases").join(name);
        let filled = |text: &[u8]| {
            let text = String::from_utf8_lossy(text);
            let canary = self.canary.path();
            text.replace("@CANARY@", &canary.display().to_string())
                .replace(
                    "@SOCKET@",
                    &canary.file_name().expect("a name").to_string_lossy(),
                )
                .replace(
                    "@PORT@",
                    &self.tcp.local_addr().expect("a port").port().to_string(),
                )
                .replace("@PROCESS@", &std::process::id().to_string())
                .replace("@SECRET@", SECRET)
        };
        for (path, content) in files {
            let path = folder.join("src").join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, filled(content)).expect("a file");
        }
        fs::write(folder.join("case.yaml"), filled(yaml.as_bytes())).expect("a case");
    }

    fn crossproof(&self) -> Command {
        let program = self.folder.path().join("crossproof");
        match self.user {
            User::Own => Command::new(program),
            User::Other(user) => {
                let mut command = Command::new("setpriv");
                command.args([format!("--reuid={user}"), format!("--regid={user}")]);
                command.arg("--clear-groups").arg(program);
                command
            }
        }
    }

    /// The report of a run of all cases.
    fn run(&self) -> Value {
        let ended = self
            .crossproof()
            .args(["run", "--tier", "full", "--format", "json", "--project"])
            .arg(self.folder.path())
            .env("CROSSPROOF_STORE", self.folder.path().join("store"))
            .env("HOME", self.folder.path())
            .env("HOSTILE_SECRET", SECRET)
            .stdin(Stdio::null())
            .output()
            .expect("crossproof starts");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        serde_json::from_slice(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {said}"))
    }

    /// What is not as it was.
    fn changed(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        // What ended last has a moment to be gone.
        std::thread::sleep(std::time::Duration::from_millis(500));
        if settings() != self.settings {
            wrong.push(format!(
                "settings: {:?}, were {:?}",
                settings(),
                self.settings
            ));
        }
        let canary = self.canary.path();
        let sings = fs::read(canary.join("canary")).is_ok_and(|text| text == b"sings");
        if !sings || fs::read_dir(canary).is_ok_and(|entries| entries.count() != 1) {
            wrong.push("the canary's folder was changed".to_owned());
        }
        if self.tcp.accept().is_ok() || self.abstracted.accept().is_ok() {
            wrong.push("something connected".to_owned());
        }
        let here = self.folder.path().display().to_string();
        for process in fs::read_dir("/proc").expect("processes").flatten() {
            let words = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let mounts = fs::read_to_string(process.path().join("mountinfo")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            if words.contains(&here) || mounts.contains(&here) {
                wrong.push(format!("still there: {words}"));
            }
        }
        let verified = self
            .crossproof()
            .args(["store", "verify", "--store"])
            .arg(self.folder.path().join("store"))
            .output()
            .expect("crossproof starts");
        if !verified.status.success() {
            wrong.push(String::from_utf8_lossy(&verified.stdout).into_owned());
        }
        wrong
    }

    fn logs(&self) -> Vec<PathBuf> {
        let mut pending = vec![
            self.folder.path().join("store/legs"),
            self.folder.path().join("store/logs"),
        ];
        let mut logs = Vec::new();
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type().expect("a kind") {
                    kind if kind.is_dir() && entry.file_name() != "tree" => {
                        pending.push(entry.path());
                    }
                    kind if kind.is_file() => logs.push(entry.path()),
                    _ => {}
                }
            }
        }
        assert!(logs.len() > 50, "{} logs", logs.len());
        logs
    }
}

/// One attack.
struct Attack {
    name: String,
    yaml: String,
    expect: String,
    files: Vec<(PathBuf, Vec<u8>)>,
}

fn attacks() -> Vec<Attack> {
    let probe = fs::read(Path::new(HERE).join("probe.pl")).expect("the probe");
    let mut attacks = Vec::new();
    for folder in fs::read_dir(Path::new(HERE).join("cases")).expect("attacks") {
        let folder = folder.expect("an attack").path();
        let name = folder.file_name().expect("a name");
        let name = name.to_string_lossy().into_owned();
        let mut files = vec![(PathBuf::from("probe.pl"), probe.clone())];
        let own = fs::read_to_string(folder.join("case.yaml"));
        let (yaml, said) = match own {
            Ok(yaml) => (yaml.clone(), yaml),
            Err(_) => {
                let script = fs::read_to_string(folder.join("attack.sh")).expect("an attack");
                files.push(("attack.sh".into(), script.clone().into_bytes()));
                (yaml(&name, "sh -e attack.sh"), script)
            }
        };
        let expect = said
            .lines()
            .find_map(|line| line.strip_prefix("# expect: "));
        gather(&folder.join("src"), Path::new(""), &mut files);
        attacks.push(Attack {
            expect: expect.expect("what to expect").to_owned(),
            name,
            yaml,
            files,
        });
    }
    assert!(attacks.len() >= 46, "{} attacks", attacks.len());
    attacks
}

fn gather(folder: &Path, inside: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = inside.join(entry.file_name());
        match entry.path().is_dir() {
            true => gather(&entry.path(), &path, files),
            false => files.push((path, fs::read(entry.path()).expect("a file"))),
        }
    }
}

fn yaml(name: &str, step: &str) -> String {
    format!(
        r#"
version: 1
summary: {name}
targets: [aarch64]
source: {{dir: src}}
limits: {{time: 15s, memory: 256MiB, disk: 64MiB, log: 1MiB, processes: 64}}
build:
  system: script
  steps:
    build: {step}
    install: (mkdir -p "$DESTDIR/usr/share" && echo done > "$DESTDIR/usr/share/done") || true
"#
    )
}

/// How the trial of a case ended, where that is not as expected.
fn differs(report: &Value, name: &str, expect: &str) -> Option<String> {
    let trials = report["trials"].as_array().expect("trials");
    let Some(trial) = trials.iter().find(|trial| trial["case"] == name) else {
        return Some(format!("{name} is not in the report"));
    };
    let ended = trial["judgement"].to_string();
    let is = |expect: &str| match expect.split_once(": ") {
        Some(("failed", words)) => ended.starts_with("{\"failed\"") && ended.contains(words.trim()),
        Some(("error", words)) => ended.starts_with("{\"errored\"") && ended.contains(words.trim()),
        _ => ended.contains(&format!("\"level\":\"{expect}\"")),
    };
    (!expect.split(" or ").any(is))
        .then(|| format!("{name}: expected {expect}, ended {ended:.600}"))
}

fn settings() -> Vec<String> {
    let read = |name| fs::read_to_string(format!("/proc/sys/{name}")).unwrap_or_default();
    SETTINGS.map(read).to_vec()
}

fn shell(script: &str, words: &[&Path]) {
    let mut command = Command::new("sh");
    let done = command.args(["-e", "-c", script]).args(words).status();
    assert!(done.expect("sh starts").success(), "{script}");
}
