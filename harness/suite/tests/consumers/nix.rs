//! A Nix binary cache, and `nix` that substitutes from it.

use super::{PROGRAM, Place, ok, says, there};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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
