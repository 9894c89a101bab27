//! Deciding, signing and verifying as their users do, with the program itself and with another implementation.

mod edited;
mod manual;
mod stand;

#[path = "../stage/mod.rs"]
#[expect(dead_code, reason = "the survival tests use the rest")]
mod stage;

use stage::Stage;
use stand::{Gate, POLICY, SAME};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

#[test]
fn a_policy_decides_case_by_case_with_a_reason_each() {
    let gate = Gate::new();
    let all = gate.gate(&[]);
    all.status(1);
    all.says("substitute  same::aarch64   everything demanded holds");
    all.says("refuse      other::aarch64  usr/share/programs is interface, wanted metadata");
    all.says("1 substitute, 1 refuse; the gate does not hold");
    gate.gate(&["same"]).status(0);
    gate.gate(&["same", "absent"]).status(1);
    gate.gate(&["same", "--target", "armv7"])
        .says("was not judged");
    let json = gate.gate(&["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["holds"], false);
    assert_eq!(json["decisions"][1]["answer"], "substitute");
    let strict = gate.write("policy.yaml", "version: 1\n");
    gate.gate(&["same"])
        .says("nothing was run: its behaviour is not known");
    let relaxed = "version: 1\ndefault: {behaviour: any}\nrows:\n- for: {case: other}\n  demand: {required: false}\n";
    gate.write("policy.yaml", relaxed);
    gate.gate(&[]).status(0);
    let forbidding = "version: 1\ndefault: {behaviour: any, forbid: {digit: {text: '2'}}}\n";
    fs::write(&strict, forbidding).unwrap();
    gate.gate(&["same"])
        .says("usr/share/two refers to \"2\" (digit)");
    fs::remove_dir_all(gate.stage.store.join("legs")).unwrap();
    gate.gate(&["same"])
        .says("not looked at: the cross leg is not in the store");
    gate.write("policy.yaml", "version: 1\nregressions-only: true\n");
    gate.gate(&[]).status(2);
    // Both refused before for want of runs; one of them for its level, too, and neither has become worse.
    let report = gate.path("report");
    gate.gate(&["--accepted", &report]).status(0);
}

#[test]
fn without_a_report_the_cases_are_built_and_judged_for_it() {
    let stage = Stage::new();
    stage.case(
        "same",
        &SAME.replace("controls: always\n", ""),
        &[("one", "1\n"), ("two", "2\n")],
    );
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.yaml");
    fs::write(&policy, POLICY).unwrap();
    // The policy wants controls, so each leg is built twice although the case does not ask for it.
    let decided = stage.run(&["gate", "--policy", policy.to_str().unwrap(), "same"]);
    decided.status(0);
    decided.says("substitute  same::aarch64");
}

#[test]
fn what_was_attested_verifies_and_nothing_else_does() {
    let gate = Gate::new();
    let attested = gate.attest("a", "att", &[]);
    attested.status(1);
    let (good, bad) = (
        gate.path("att/same.aarch64.intoto.jsonl"),
        gate.path("att/other.aarch64.intoto.jsonl"),
    );
    let (good, bad) = (Path::new(&good), Path::new(&bad));
    assert!(fs::exists(gate.path("att/same.aarch64.vsa.intoto.jsonl")).unwrap());
    assert!(
        !fs::exists(gate.path("att/other.aarch64.vsa.intoto.jsonl")).unwrap(),
        "a refusal"
    );
    let tree = gate.artifact();
    gate.verify(&[&tree, good], &[]).status(0);
    gate.verify(&[&tree.join("usr/bin/one"), good], &[])
        .status(0);
    gate.verify(&[&tree, bad], &[]).status(1);
    let policy = gate.path("policy.yaml");
    gate.verify(&[&tree, good], &["--policy", &policy])
        .status(0);
    let other = gate.write("other.yaml", "version: 1\n");
    gate.verify(&[&tree, good], &["--policy", &other])
        .says("decided by another policy");

    // Two keys of two.
    gate.verify(&[&tree, good], &["--quorum", "2"])
        .says("1 of 2 keys vouch for it");
    gate.attest("b", "att-b", &["same"]).status(0);
    let (more, b) = (gate.path("att-b"), gate.path("b.pub"));
    let both = ["--attestations", &more, "--key", &b, "--quorum", "2"];
    gate.verify(&[&tree, good], &both).status(0);
    // What no one trusted signed may be a refusal that was altered: it is left out only where that is said.
    let alone = gate.verify(&[&tree, good], &both[..2]);
    alone.status(1);
    alone.says("none of the trusted keys");
    let strangers = [both[0], both[1], "--leave-out-strangers"];
    let alone = gate.verify(&[&tree, good], &strangers);
    alone.status(0);
    alone.says("left out");

    // A newer refusal by a trusted key.
    gate.write("policy.yaml", "version: 1\n");
    gate.attest("b", "att-no", &["same"]).status(1);
    let refusal = gate.path("att-no/same.aarch64.intoto.jsonl");
    gate.verify(&[&tree, good, Path::new(&refusal)], &["--key", &b])
        .says("refused by a trusted statement of");
    // What is let through for being no worse than last time is said with it.
    gate.write("policy.yaml", "version: 1\nregressions-only: true\n");
    let accepted = ["same", "--accepted", &gate.path("report")];
    gate.attest("a", "att-known", &accepted).status(0);
    let known = gate.known("att-known/same.aarch64.intoto.jsonl");
    assert_eq!(known[0], "nothing was run: its behaviour is not known");
    // One that has run out.
    gate.write("policy.yaml", POLICY);
    gate.attest("a", "att", &["same", "--valid", "0h"])
        .says("longer ago than a statement is valid");
    // What was said before does not stay in its place.
    assert!(!Path::new(&gate.path("att/same.aarch64.intoto.jsonl")).exists());
    gate.attest("a", "att", &["same"]).status(0);

    // Other artifacts.
    fs::rename(tree.join("usr/bin/one"), tree.join("usr/bin/three")).unwrap();
    gate.verify(&[&tree, good], &[])
        .says("its bytes were attested as usr/bin/one");
    gate.verify(&[&tree.join("usr/bin/three"), good], &[])
        .status(1);
    let tree = gate.artifact();
    fs::remove_file(tree.join("usr/bin/uno")).unwrap();
    gate.verify(&[&tree, good], &[])
        .says("it was attested in another tree");
    let tree = gate.artifact();
    fs::write(tree.join("usr/share/two"), "3\n").unwrap();
    gate.verify(&[&tree.join("usr/share/two"), good], &[])
        .says("not those that were attested");
    gate.verify(&[&tree], &[]).status(2);
}

#[test]
fn no_changed_byte_of_a_bundle_goes_through() {
    let gate = Gate::new();
    gate.attest("a", "att", &["same"]).status(0);
    let tree = gate.artifact();
    let bundle = gate.folder.path().join("att/same.aarch64.intoto.jsonl");
    let sound = fs::read(&bundle).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&bundle, bytes).unwrap();
        let ended = gate.verify(&[&tree, &bundle], &[]);
        assert!(matches!(ended.code, Some(1 | 2)), "{}", ended.output());
    };
    // The thousands of changes are made to the library; here it is one of every part, and every end.
    for at in (0..sound.len())
        .step_by(sound.len() / 40)
        .chain([sound.len() - 1])
    {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        refused(&bytes);
        bytes[at] = b' ';
        refused(&bytes);
        refused(&sound[..at]);
    }
    fs::write(&bundle, &sound).unwrap();
    gate.verify(&[&tree, &bundle], &[]).status(0);
}

#[test]
fn a_secret_key_is_encrypted_private_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let gate = Gate::new();
    let key = gate.folder.path().join("a.key");
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(
        gate.read("a.key")
            .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );
    gate.run(&["key", "new", &gate.path("a")])
        .says("not overwritten");
    let open = gate.folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    gate.run(&["key", "new", &gate.path("open/x")])
        .says("others can write");
    assert_eq!(fs::read_dir(&open).unwrap().count(), 0);
    let id = gate.run(&["key", "id", &gate.path("a.pub")]);
    let attested = gate.attest("a", "att", &["same"]);
    attested.says(id.stdout.split_whitespace().next().unwrap());
    let wrong = [("CROSSPROOF_PASSPHRASE", "wrong")];
    let (policy, report) = (gate.path("policy.yaml"), gate.path("report"));
    let attest = |key: &str, environment: &[(&str, &str)]| {
        let out = gate.path("never");
        let first = [
            "attest", "--policy", &policy, "--report", &report, "--key", key, "-o", &out,
        ];
        gate.stage.run_with(&first, environment)
    };
    let path = gate.path("a.key");
    attest(&path, &wrong).says("the passphrase is wrong");
    attest(&path, &[]).says("set CROSSPROOF_PASSPHRASE");
    attest(&gate.path("a.pub"), &wrong).status(2);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    attest(&path, &wrong).says("can be read by others");
}

/// Verifies with securesystemslib what was signed here, and signs there what is verified here.
const OTHER_IMPLEMENTATION: &str = r#"
import json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

folder = sys.argv[1]
key = SSlibKey.from_crypto(load_pem_public_key(open(folder + "/a.pub", "rb").read()))
for name in ["same.aarch64.intoto.jsonl", "same.aarch64.vsa.intoto.jsonl"]:
    envelope = Envelope.from_dict(json.load(open(folder + "/att/" + name)))
    assert list(envelope.verify([key], 1)) == [key.keyid]
    statement = json.loads(envelope.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
load_pem_private_key(open(folder + "/a.key", "rb").read(), b"correct horse")

signer = CryptoSigner.generate_ed25519()
first = open(folder + "/att/same.aarch64.intoto.jsonl").readline()
envelope = Envelope.from_dict(json.loads(first))
envelope.signatures.clear()
envelope.sign(signer)
json.dump(envelope.to_dict(), open(folder + "/there.intoto.json", "w"), indent=2)
public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"]))
open(folder + "/there.pub", "wb").write(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
print(key.keyid)
"#;

#[test]
fn another_implementation_reads_what_is_signed_here_and_is_read_here() {
    let python = std::env::var("CROSSPROOF_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python)
        .args(["-c", "import securesystemslib, cryptography"])
        .output();
    if !there.is_ok_and(|ended| ended.status.success()) {
        // Not through `eprintln`, which a passing test keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {python} has no securesystemslib (pip install 'securesystemslib[crypto]'): envelopes were not verified by another implementation"
        );
        return;
    }
    let gate = Gate::new();
    gate.attest("a", "att", &["same"]).status(0);
    let script = gate.write("there.py", OTHER_IMPLEMENTATION);
    let ended = Command::new(&python)
        .arg(script)
        .arg(gate.folder.path())
        .output()
        .unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let id = gate.run(&["key", "id", &gate.path("a.pub")]);
    assert!(
        id.stdout
            .starts_with(String::from_utf8_lossy(&ended.stdout).trim())
    );
    let (key, envelope) = (gate.path("there.pub"), gate.path("there.intoto.json"));
    let tree = gate.artifact();
    let tree = tree.to_str().unwrap();
    gate.run(&["verify", "--key", &key, tree, &envelope])
        .status(0);
    gate.run(&["verify", "--key", &gate.path("a.pub"), tree, &envelope])
        .status(1);
}
