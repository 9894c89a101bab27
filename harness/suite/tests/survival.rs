//! What must be survived: kills, a second run beside the first, a full disk, hostile cases, damage.
//!
//! Each test drives the real program. The roots come from the user's store, made there if they are not
//! yet; what a test may damage is in a store of its own, with the roots hard-linked into it.

#[expect(dead_code, reason = "the tests of walls use the rest")]
mod stage;

use stage::{Ended, Stage};
use std::fs;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// A case whose legs take a moment, so that a kill hits them.
const PLAIN: &str = r#"
version: 1
summary: a program that takes a moment to build
targets: [aarch64]
source: {dir: src}
build:
  system: script
  steps:
    build: |
      $CC -O2 -o hello hello.c
      sleep 0.5
    install: install -D hello "$DESTDIR/usr/bin/hello"
runs:
  - {name: greets, argv: [/usr/bin/hello]}
"#;
const HELLO: &str = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";

/// A case that only the cross leg is hostile in: what is tested is the sandbox, not qemu.
fn hostile(script: &str, limits: &str) -> String {
    let script: String = script
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    format!(
        r#"
version: 1
summary: hostile
targets: [aarch64]
source: {{dir: src}}
limits: {{{limits}}}
build:
  system: script
  steps:
    build: |
      if [ "$CROSSPROOF_BUILD" != "$CROSSPROOF_HOST" ]; then
{script}      fi
    install: install -D hello.c "$DESTDIR/usr/share/hello.c"
"#
    )
}

/// What takes every process of the machine's would end the others at limits that are not theirs.
static MACHINE: RwLock<()> = RwLock::new(());

fn failed(stage: &Stage, script: &str, limits: &str) -> Ended {
    let _shared = MACHINE.read().unwrap_or_else(PoisonError::into_inner);
    fails(stage, script, limits)
}

fn fails(stage: &Stage, script: &str, limits: &str) -> Ended {
    stage.case("hostile", &hostile(script, limits), &[("hello.c", HELLO)]);
    let ended = stage.run(&["run", "hostile"]);
    ended.status(1);
    ended.says("failed: leg C1, build phase");
    assert_eq!(stage.sandboxed_processes(), 0, "something is left running");
    ended
}

#[test]
fn a_case_that_forks_endlessly_is_ended() {
    let stage = Stage::new();
    let bomb = "bomb() { bomb | bomb & bomb; }\nbomb";
    let _alone = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
    fails(&stage, bomb, "time: 60s, processes: 60")
        .says_one_of(&["limit of 60 processes", "Cannot fork"]);
}

#[test]
fn a_case_that_prints_without_end_is_ended() {
    let stage = Stage::new();
    failed(&stage, "yes", "log: 1MiB").says("output limit of 1 MiB");
}

#[test]
fn a_case_that_fills_its_disk_is_ended() {
    let stage = Stage::new();
    let fill = "i=0\nwhile :; do head -c 5000000 /dev/zero > fill.$i; i=$((i+1)); done";
    failed(&stage, fill, "disk: 40MiB").says("disk limit of 40 MiB");
}

#[test]
fn a_case_that_takes_all_memory_is_ended() {
    let stage = Stage::new();
    let eat = "head -c 1000000000 /dev/zero | tail -c 1000000000 > /dev/null\nsleep 60";
    failed(&stage, eat, "memory: 200MiB, time: 60s").says("memory limit of 200 MiB");
}

#[test]
fn a_case_that_ignores_sigterm_is_ended_in_time() {
    let stage = Stage::new();
    let ended = failed(
        &stage,
        "trap '' TERM INT HUP\nwhile :; do sleep 1; done",
        "time: 8s",
    );
    ended.says("time limit of 8 s");
    assert!(ended.took < Duration::from_secs(60), "{:?}", ended.took);
}

#[test]
fn a_case_finds_no_network() {
    let stage = Stage::new();
    // An address set aside for documentation (RFC 5737); nothing would answer there.
    failed(&stage, "bash -c 'exec 3<>/dev/tcp/192.0.2.1/80'", "").says("unreachable");
}

#[test]
fn a_case_finds_nothing_of_the_host_or_of_another_case() {
    let stage = Stage::new();
    stage.case("secret", PLAIN, &[("hello.c", HELLO)]);
    stage.run(&["run", "secret"]);
    let look = "cat /etc/passwd\ncat /proc/1/cmdline /proc/1/environ | tr '\\0' '\\n'\nls /proc /home /root /build /tmp || :\nfind / -xdev -name '*secret*' 2>/dev/null || :\ncat /etc/shadow";
    let ended = failed(&stage, look, "");
    ended.says("/etc/shadow: No such file");
    let log = ended.output();
    let host = fs::read_to_string("/etc/passwd").unwrap();
    let store = stage.store.display().to_string();
    assert!(!log.contains(&store), "the store's place is seen:\n{log}");
    let known = ["root", "builder", "nobody"];
    for user in host
        .lines()
        .filter_map(|line| line.split(':').next())
        .filter(|user| !known.contains(user))
    {
        assert!(
            !log.contains(&format!("{user}:x:")),
            "the host's user {user} is seen:\n{log}"
        );
    }
    assert!(!log.contains("secret"), "another case is seen:\n{log}");
}

#[test]
fn a_cross_build_cannot_run_target_code_unless_the_case_says_so() {
    let stage = Stage::new();
    let script = "$CC -static -o hello hello.c\n./hello";
    failed(&stage, script, "").says("Exec format error");
    let granted = hostile(script, "").replace("limits:", "emulated-build: true\nlimits:");
    stage.case("hostile", &granted, &[("hello.c", HELLO)]);
    let ended = stage.run(&["run", "hostile"]);
    ended.says("hostile::aarch64");
    ended.says("the cross build was allowed to run target code");
}

#[test]
fn a_failed_leg_keeps_its_log_and_says_where() {
    let stage = Stage::new();
    let ended = failed(&stage, "echo a line to be found later\nexit 9", "");
    ended.says("exit 9");
    ended.says("| a line to be found later");
    let place = ended
        .output()
        .lines()
        .find_map(|line| line.split("the whole log: ").nth(1))
        .unwrap()
        .to_owned();
    let log = stage
        .store
        .join(place.trim_end_matches(" in the store"))
        .join("build.log");
    assert_eq!(
        fs::read_to_string(log).unwrap(),
        "a line to be found later\n"
    );
}

#[test]
fn what_is_locked_is_kept_where_only_missing_roots_are_asked_for() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let ended = stage.run_without_network(&["roots", "lock", "--missing"]);
    ended.status(0);
    ended.says("every root is locked");
}

#[test]
fn killed_at_any_moment_the_next_run_goes_on() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    // Moments spread over a run, from its first work to past its end, by a fixed sequence.
    for moment in [20, 60, 110, 180, 300, 450, 700, 1000, 1600, 2500] {
        stage.kill_after(&["run", "plain"], Duration::from_millis(moment));
    }
    let ended = stage.run(&["run", "plain"]);
    ended.status(1);
    ended.says("no-golden");
    assert_eq!(
        stage.sandboxed_processes(),
        0,
        "a sandbox outlived its harness"
    );
    assert_eq!(
        stage.leftovers(),
        Vec::<String>::new(),
        "the store holds leftovers"
    );
    let again = stage.run(&["run", "plain", "--format", "json"]);
    assert!(
        !again.stderr.contains(": build"),
        "an unchanged run builds:\n{}",
        again.stderr
    );
    assert!(
        !again.stderr.contains(": runs"),
        "an unchanged run emulates:\n{}",
        again.stderr
    );
}

#[test]
fn ctrl_c_ends_every_process_and_says_so() {
    let stage = Stage::new();
    let slow = PLAIN.replace("sleep 0.5", "trap '' INT TERM; sleep 60");
    stage.case("slow", &slow, &[("hello.c", HELLO)]);
    let ended = stage.interrupt_at(&["run", "slow"], "interrupted");
    ended.status(130);
    assert!(ended.took < Duration::from_secs(50), "{:?}", ended.took);
    assert_eq!(
        stage.sandboxed_processes(),
        0,
        "a sandbox outlived the interruption"
    );
}

#[test]
fn two_runs_at_once_share_the_work() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let (one, two) = stage.run_twice(&["run", "plain", "--format", "json"]);
    assert_eq!(one.without_times(), two.without_times());
    let built = [&one, &two]
        .iter()
        .map(|run| run.stderr.matches("N1: build done").count())
        .sum::<usize>();
    assert_eq!(built, 1, "{}\n{}", one.stderr, two.stderr);
}

#[test]
fn two_runs_over_the_same_inputs_print_the_same_report() {
    let (first, second) = (Stage::new(), Stage::new());
    let report = |stage: &Stage| {
        stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
        stage
            .run(&["run", "plain", "--format", "json"])
            .without_times()
    };
    assert_eq!(report(&first), report(&second));
}

#[test]
fn a_damaged_leg_is_found_removed_and_built_again() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let before = stage
        .run(&["run", "plain", "--format", "json"])
        .without_times();
    let product = stage.find_in_store("legs", "hello");
    let mut bytes = fs::read(&product).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&product, bytes).unwrap();
    let again = stage.run(&["run", "plain", "--format", "json"]);
    assert!(
        again.stderr.contains("damaged (it is not what was made)"),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains("1: build done"), "{}", again.stderr);
    assert_eq!(again.without_times(), before);
}

#[test]
fn a_damaged_observation_is_found_removed_and_made_again() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let run = || stage.run(&["run", "plain", "--format", "json"]);
    let before = run().without_times();
    let seen = stage.find_in_store("runs", "observation.json");
    let text = fs::read_to_string(&seen).unwrap();
    // What was printed begins with an h (104).
    fs::write(&seen, text.replacen("[104,", "[105,", 1)).unwrap();
    let again = run();
    assert!(again.stderr.contains("damaged"), "{}", again.stderr);
    assert_eq!(again.without_times(), before);
    let third = run();
    assert!(!third.stderr.contains("damaged"), "{}", third.stderr);
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing_half_written() {
    let stage = Stage::new();
    let large = "x".repeat(6 << 20);
    stage.case("plain", PLAIN, &[("hello.c", HELLO), ("large.txt", &large)]);
    let ended = stage.run_on_small_disk(&["run", "plain"], "4m");
    ended.status(3);
    ended.says("no space left");
    ended.says("crossproof store gc");
    // What the small disk held at the end, listed by the same shell.
    let entries: Vec<&str> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("entry "))
        .collect();
    assert_eq!(entries, Vec::<&str>::new(), "half-written entries");
}

#[test]
fn without_network_and_without_a_root_it_says_what_is_missing() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let cached = stage.run_without_network(&["run", "plain"]);
    cached.says("metadata");
    fs::remove_dir_all(stage.store.join("roots")).unwrap();
    fs::create_dir(stage.store.join("roots")).unwrap();
    let ended = stage.run_without_network(&["run", "plain", "--mirror", "http://192.0.2.1/debian"]);
    ended.status(3);
    ended.says_one_of(&["packages", "network"]);
}

#[test]
fn bless_is_refused_in_ci() {
    let stage = Stage::new();
    stage.case("plain", PLAIN, &[("hello.c", HELLO)]);
    let ended = stage.run_with(&["bless", "plain"], &[("CI", "true")]);
    ended.status(2);
    ended.says("refused where CI is set");
    assert!(!stage.has_golden("plain"));
}

#[test]
fn an_accepted_failure_holds_until_the_leg_is_built() {
    let stage = Stage::new();
    let script = "echo 'cannot be built here'\nexit 9";
    failed(&stage, script, "");
    // Nobody accepts a failure by accident, or without a reason.
    let bless = |arguments: &[&str]| stage.run_with(arguments, &[("CI", "")]);
    bless(&["bless", "hostile"]).status(1);
    assert!(!stage.has_golden("hostile"));
    bless(&["bless", "hostile", "--failure"]).status(1);
    assert!(stage.has_golden("hostile"));
    let golden = |says: &str| {
        let failed = format!("leg: C1, phase: build, says: {says}, reason: looked");
        stage.accept("hostile", &format!("version: 1\nfailed: {{{failed}}}\n"));
    };
    let run = || stage.run(&["run", "hostile"]);
    let open = run();
    open.status(1);
    open.says("no reason given for the failure \"cannot be built here\"");

    golden("cannot be built here");
    let held = run();
    held.status(0);
    held.says("as accepted");
    assert!(!held.output().contains("build FAILED"), "built again");
    golden("cannot be built");
    let other = run();
    other.status(1);
    other.says("does not say \"cannot be built\"");

    golden("cannot be built here");
    stage.case("hostile", &hostile("true", ""), &[("hello.c", HELLO)]);
    let built = run();
    built.status(1);
    built.says("leg C1 was built, accepted as failing");
}
