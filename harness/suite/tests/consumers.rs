//! What passed a gate in the hands of those who take it: `nix` and `apt`, as their users run them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_crossproof");

const POLICY: &str = "version: 1\ndefault: {behaviour: any, controls: any}\n";

/// Whether these programs are there; says loudly if one is not.
fn there(programs: &[&str], install: &str) -> bool {
    let missing = programs.iter().find(|program| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        !found.is_ok_and(|found| found.status.success())
    });
    if let Some(program) = missing {
        // Not through `eprintln`, which a passing test keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no `{program}` here ({install}): publishing was not tried with its consumer"
        );
    }
    missing.is_none()
}

fn says(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    text.concat()
}

#[track_caller]
fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", says(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.at("policy.yaml"), POLICY).unwrap();
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }
}

/// Two derivations of one name: the outputs refer to themselves, and differ by `what` alone.
const DERIVATION: &str = r#"
{ side, what, dep }:
derivation {
  dep = if dep == "" then "" else builtins.storePath dep;
  name = "hello";
  system = "x86_64-linux";
  builder = "/bin/sh";
  args = [ "-c" ''
    PATH=/bin:/usr/bin
    mkdir -p $out/bin $out/share
    echo "echo hello from $out" > $out/bin/hello
    chmod +x $out/bin/hello
    ln -s $out/bin/hello $out/bin/hi
    : ${side}
    ${what}
  '' ];
}
"#;

/// A Nix of the test's own: a store folder that nobody else has, and no network.
struct Nix<'p> {
    place: &'p Place,
    state: &'static str,
}

impl Nix<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let state = |name: &str| self.place.at(self.state).join(name);
        command
            .env("NIX_STORE_DIR", self.place.at("nix"))
            .env("NIX_STATE_DIR", state("state"))
            .env("NIX_LOG_DIR", state("log"))
            .env("NIX_LOCALSTATE_DIR", state("local"))
            .env("HOME", self.place.at("home"))
            .env("NIX_CONFIG", "experimental-features = nix-command\nbuild-users-group =\nsandbox = false\nsubstituters =\n");
        command
    }

    fn build(&self, side: &str, what: &str) -> String {
        self.build_with(side, what, "")
    }

    /// With another store path as its input, `$dep`.
    fn build_with(&self, side: &str, what: &str, dep: &str) -> String {
        let file = self.place.at("hello.nix");
        fs::write(&file, DERIVATION).unwrap();
        let mut command = self.command("nix-build");
        command.arg(file).arg("--no-out-link");
        for (name, value) in [("side", side), ("what", what), ("dep", dep)] {
            command.args(["--argstr", name, value]);
        }
        ok(&mut command)
    }

    fn gate(&self, native: &str, cross: &str) -> Output {
        let mut command = self.command(PROGRAM);
        command
            .args([
                "gate",
                "nix",
                "--policy",
                &self.place.text("policy.yaml"),
                "--target",
                "aarch64",
            ])
            .args(["--native", native, "--cross", cross])
            .args([
                "--cache",
                &self.place.text("cache"),
                "--nix-key",
                &self.place.text("key"),
            ]);
        command.output().unwrap()
    }

    /// Has a client with an empty store substitute `path` from the cache.
    fn substitute(&self, path: &str, trusted: &str) -> Output {
        let cache = format!("file://{}", self.place.text("cache"));
        let client = self.place.text("client");
        let mut command = self.command("nix-store");
        command.args(["--store", &client, "--realise", path]).args([
            "--option",
            "substituters",
            &cache,
            "--option",
            "trusted-public-keys",
            trusted,
            "--option",
            "narinfo-cache-negative-ttl",
            "0",
            "--option",
            "narinfo-cache-positive-ttl",
            "0",
        ]);
        command.output().unwrap()
    }
}

#[test]
fn nix_substitutes_what_passed_the_gate_and_nothing_else() {
    if !there(&["nix", "nix-store", "nix-build"], "apt install nix-bin") {
        return;
    }
    let place = Place::new();
    let nix = Nix {
        place: &place,
        state: "builder",
    };
    let secret = ok(nix
        .command("nix")
        .args(["key", "generate-secret", "--key-name", "gate-1"]));
    fs::write(place.at("key"), &secret).unwrap();
    let mut public = nix.command("sh");
    public.arg("-c").arg(format!(
        "nix key convert-secret-to-public < {}",
        place.text("key")
    ));
    let public = ok(&mut public);

    // The times in gzip's header differ, which a rule settles.
    let packed = |time| {
        format!("touch -d @{time} t; echo data > t; touch -d @{time} t; gzip t; cp t.gz $out/share")
    };
    let native = nix.build("native", &packed(1_000_000));
    let cross = nix.build("cross", &packed(2_000_000));
    let passed = nix.gate(&native, &cross);
    assert_eq!(passed.status.code(), Some(0), "{}", says(&passed));
    assert!(
        says(&passed).contains("substitute  hello::aarch64"),
        "{}",
        says(&passed)
    );

    let substituted = nix.substitute(&native, &public);
    assert!(substituted.status.success(), "{}", says(&substituted));
    // A store below another root keeps its paths in nix/store there, whatever they are called.
    let own = place.text("nix");
    let here = |path: &str| format!("{}/nix/store{}", place.text("client"), &path[own.len()..]);
    let got = fs::read(here(&format!("{native}/share/t.gz"))).unwrap();
    let wanted = fs::read(format!("{cross}/share/t.gz")).unwrap();
    assert_eq!(got, wanted, "the cross-built bytes");
    assert_ne!(got, fs::read(format!("{native}/share/t.gz")).unwrap());
    let program = fs::read_to_string(here(&format!("{native}/bin/hello"))).unwrap();
    assert_eq!(
        program,
        format!("echo hello from {native}\n"),
        "under the native name"
    );
    let link = fs::read_link(here(&format!("{native}/bin/hi"))).unwrap();
    assert_eq!(link, Path::new(&format!("{native}/bin/hello")));
    ok(nix
        .command("nix-store")
        .args(["--store", &place.text("client"), "--verify-path", &native]));

    // A client that trusts another key takes nothing.
    let fresh = |place: &Place| {
        let _ = ok(Command::new("chmod")
            .args(["-R", "u+w"])
            .arg(place.at("client")));
        fs::remove_dir_all(place.at("client")).unwrap();
    };
    fresh(&place);
    let strange = "gate-1:CalpZBqNX6mz6Wrcim3RNqPTE5cM0v0jucp3W7L7qRQ=";
    let refused = nix.substitute(&native, strange);
    assert!(!refused.status.success(), "{}", says(&refused));

    // One whose program differs is refused, and what stood for it is withdrawn.
    let worse = nix.build(
        "worse",
        &format!("{}; echo more >> $out/bin/hello", packed(2_000_000)),
    );
    let refused = nix.gate(&native, &worse);
    assert_eq!(refused.status.code(), Some(1), "{}", says(&refused));
    assert!(
        says(&refused).contains("bin/hello is"),
        "{}",
        says(&refused)
    );
    assert!(says(&refused).contains("withdrawn"), "{}", says(&refused));
    let nothing = nix.substitute(&native, &public);
    assert!(!nothing.status.success(), "{}", says(&nothing));

    // One that has its hash by itself, where writing its path over does not reach it.
    let hashed = format!(
        "{}; basename $out | cut -c 1-32 > $out/share/hash",
        packed(1)
    );
    let hashed = nix.build("hashed", &hashed);
    let refused = nix.gate(&native, &hashed);
    assert_eq!(refused.status.code(), Some(2), "{}", says(&refused));
    assert!(
        says(&refused).contains("outside that path"),
        "{}",
        says(&refused)
    );

    // One that refers to what the native one does not know.
    let linked = format!("{}; ln -s $dep $out/share/other", packed(1));
    let other = nix.build_with("other", &linked, &native);
    let refused = nix.gate(&cross, &other);
    assert_eq!(refused.status.code(), Some(2), "{}", says(&refused));
    assert!(says(&refused).contains("--map"), "{}", says(&refused));
}

/// A package for arm64 with one program, packed at a time of its own.
fn package(folder: &Path, name: &str, program: &str, time: &str) {
    let tree = folder.join(format!("{name}-tree"));
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("usr/bin")).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 1.0-1\nArchitecture: arm64\nMaintainer: Nobody <nobody@example.org>\nDescription: a test\n"
    );
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    fs::write(tree.join("usr/bin").join(name), program).unwrap();
    let file = folder.join(format!("{name}_1.0-1_arm64.deb"));
    ok(Command::new("dpkg-deb")
        .args(["--root-owner-group", "-Zxz", "-b"])
        .args([&tree, &file])
        .env("SOURCE_DATE_EPOCH", time));
    fs::remove_dir_all(tree).unwrap();
}

/// An arm64 root that has nothing installed, and apt's configuration to install into it.
fn apt(place: &Place) -> Command {
    let root = place.at("root");
    for folder in [
        "var/lib/dpkg/updates",
        "var/lib/dpkg/info",
        "var/lib/apt/lists/partial",
        "var/cache/apt/archives/partial",
        "etc/apt/apt.conf.d",
        "etc/apt/preferences.d",
        "var/log/apt",
    ] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/arch"), "arm64\n").unwrap();
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join("var/lib/dpkg/status"))
        .unwrap();
    let source = format!("deb [trusted=yes] file:{} ./\n", place.text("repository"));
    fs::write(root.join("etc/apt/sources.list"), source).unwrap();
    // dpkg gives files to root: an ordinary user is that in a namespace.
    let uid = ok(Command::new("id").arg("-u"));
    let mut command = match uid.as_str() {
        "0" => Command::new("apt-get"),
        _ => {
            let mut command = Command::new("unshare");
            command.args(["-r", "apt-get"]);
            command
        }
    };
    let option = |key: &str, value: &str| ["-o".to_owned(), format!("{key}={value}")];
    let root = root.to_str().unwrap();
    let options = [
        option("Dir", root),
        option("Dir::State::status", &format!("{root}/var/lib/dpkg/status")),
        option("APT::Architecture", "arm64"),
        option("APT::Architectures", "arm64"),
        option("APT::Sandbox::User", ""),
        option("DPkg::Options::", &format!("--root={root}")),
        option("DPkg::Options::", "--force-architecture"),
        option("DPkg::Options::", &format!("--log={root}/dpkg.log")),
        option("Dir::Log", "var/log/apt"),
    ];
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(options.concat());
    command
}

#[test]
fn apt_installs_what_passed_the_gate_and_finds_nothing_else() {
    let needed = ["apt-ftparchive", "apt-get", "dpkg-deb", "dpkg"];
    if !there(&needed, "apt install apt-utils") {
        return;
    }
    let place = Place::new();
    for side in ["native", "cross"] {
        fs::create_dir(place.at(side)).unwrap();
    }
    package(&place.at("native"), "good", "echo good\n", "1000000");
    package(&place.at("cross"), "good", "echo good\n", "2000000");
    package(&place.at("native"), "bad", "echo bad\n", "1000000");
    package(&place.at("cross"), "bad", "echo worse\n", "1000000");
    package(&place.at("cross"), "lonely", "echo lonely\n", "1000000");
    let gate = || {
        Command::new(PROGRAM)
            .args(["gate", "deb", "--policy", &place.text("policy.yaml")])
            .args([
                "--native",
                &place.text("native"),
                "--cross",
                &place.text("cross"),
            ])
            .args(["--repository", &place.text("repository")])
            .output()
            .unwrap()
    };
    let decided = gate();
    assert_eq!(decided.status.code(), Some(1), "{}", says(&decided));
    for line in [
        "substitute  good::aarch64",
        "refuse      bad::aarch64",
        "refuse      lonely::aarch64",
    ] {
        assert!(says(&decided).contains(line), "{}", says(&decided));
    }
    ok(apt(&place).arg("update"));
    ok(apt(&place).args(["install", "-y", "good"]));
    let installed = fs::read_to_string(place.at("root/usr/bin/good")).unwrap();
    assert_eq!(installed, "echo good\n");
    let status = fs::read_to_string(place.at("root/var/lib/dpkg/status")).unwrap();
    assert!(
        status.contains("Package: good\nStatus: install ok installed"),
        "{status}"
    );
    assert!(status.contains("Architecture: arm64"), "{status}");
    let pool = |name: &str| {
        place
            .at("repository/pool")
            .join(format!("{name}_1.0-1_arm64.deb"))
    };
    let bytes = |side: &str| fs::read(place.at(side).join("good_1.0-1_arm64.deb")).unwrap();
    assert_eq!(fs::read(pool("good")).unwrap(), bytes("cross"));
    assert_ne!(bytes("native"), bytes("cross"), "a rule was needed");
    let refused = apt(&place).args(["install", "-y", "bad"]).output().unwrap();
    assert!(!refused.status.success(), "{}", says(&refused));

    // What passed once and does not any more is taken out.
    package(&place.at("cross"), "good", "echo evil\n", "2000000");
    gate();
    assert!(!pool("good").exists());
    ok(apt(&place).arg("update"));
    let gone = apt(&place)
        .args(["install", "-y", "--reinstall", "good"])
        .output()
        .unwrap();
    assert!(!says(&gone).contains("Unpacking good"), "{}", says(&gone));
}
