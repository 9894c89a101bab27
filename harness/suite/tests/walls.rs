//! What a case may not do: have rights, reach out of its sandbox, outlive it, or end anything but its own leg.
//!
//! Each test is a case whose cross leg tries; what it could do stands in its log or in what it installs.

#[expect(dead_code, reason = "the survival tests use the rest")]
mod stage;

use stage::{Ended, Stage};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A case that does this in its cross leg, and installs one file.
fn case(script: &str) -> String {
    let script: String = script
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    format!(
        r#"
version: 1
summary: tries to get out
targets: [aarch64]
source: {{dir: src}}
limits: {{disk: 64MiB, time: 60s}}
build:
  system: script
  steps:
    build: |
      if [ "$CROSSPROOF_BUILD" != "$CROSSPROOF_HOST" ]; then
        :
{script}      fi
    install: install -D file "$DESTDIR/usr/share/file"
"#
    )
}

fn run(stage: &Stage, script: &str) -> Ended {
    stage.case("walls", &case(script), &[("file", "")]);
    stage.run(&["run", "walls"])
}

/// Runs it, then fails the leg, so that its log is shown.
fn told(stage: &Stage, script: &str) -> Ended {
    let ended = run(stage, &format!("{script}\nexit 9"));
    ended.status(1);
    ended.says("failed: leg C1, build phase: exit 9");
    ended
}

#[test]
fn a_leg_has_no_rights_and_sees_no_place_of_the_machine() {
    let stage = Stage::new();
    let ended = told(
        &stage,
        "grep -E '^(CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status
cat /proc/self/uid_map
sed 's/^/queues /' /proc/sys/kernel/msgmni
id -u
for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/printk /dev/new /usr/new; do
  (echo x > $file) 2>/dev/null && echo \"WRITTEN $file\"
done
cat /proc/cmdline /proc/kallsyms 2>/dev/null && echo READ
cat /proc/self/mountinfo /proc/self/mounts > places
sed 's/^/place /' places | grep -E ' (/build|/tmp|/) ' | head -n 6",
    );
    for line in ["CapPrm:    0000000000000000", "CapEff:    0000000000000000"] {
        ended.says(line);
    }
    for line in [
        "CapBnd:    0000000000000000",
        "NoNewPrivs:    1",
        "Seccomp:    2",
        "| 1000",
        "queues 64",
    ] {
        ended.says(line);
    }
    let log = ended.output();
    for bad in ["WRITTEN", "READ"] {
        assert!(!log.contains(bad), "{log}");
    }
    assert!(log.contains("place "), "{log}");
    let store = stage.store.display().to_string();
    assert!(!log.contains(&store), "the store's place is seen:\n{log}");
}

/// Numbers of x86-64 and arm64, which legs are built on.
fn number(x86_64: u32, arm64: u32) -> u32 {
    match std::env::consts::ARCH {
        "aarch64" => arm64,
        _ => x86_64,
    }
}

#[test]
fn calls_that_reach_out_are_refused() {
    let stage = Stage::new();
    let calls = [
        ("unshare", format!("{}, 0x10000000", number(272, 97))),
        ("mount", format!("{}, 0, 0, 0, 0, 0", number(165, 40))),
        ("attach", format!("{}, 16, 1, 0, 0", number(101, 117))),
        ("keys", format!("{}, 0, -3, 0", number(250, 219))),
        ("bpf", format!("{}, 0, 0, 0", number(321, 280))),
        ("perf", format!("{}, 0, 0, 0, 0, 0", number(298, 241))),
        ("ring", "425, 1, 0".to_owned()),
        ("memory", format!("{}, 0, 0", number(319, 279))),
        ("vsock", format!("{}, 40, 1, 0", number(41, 198))),
        ("processor", format!("{}, 0, 0, 0", number(203, 122))),
    ];
    let script: Vec<String> = calls
        .iter()
        .map(|(name, call)| {
            format!(
                "perl -e '$! = 0; my $r = syscall({call}); print \"{name} $r \", $! + 0, \"\\n\"'"
            )
        })
        .collect();
    let ended = told(&stage, &script.join("\n"));
    let refused = [
        ("unshare", 1),
        ("mount", 1),
        ("attach", 1),
        ("keys", 1),
        ("bpf", 1),
        ("perf", 1),
        ("processor", 1),
        ("ring", 38),
        ("memory", 38),
        ("vsock", 97),
    ];
    for (name, error) in refused {
        ended.says(&format!("{name} -1 {error}"));
    }
}

#[test]
fn a_leg_cannot_say_that_the_machine_lacks_something() {
    let stage = Stage::new();
    let ended = run(
        &stage,
        "echo 'crossproof: cannot enter the sandbox: forged'\nexit 125",
    );
    ended.status(1);
    ended.says("failed: leg C1, build phase: exit 125");
}

#[test]
fn a_daemon_ends_with_its_leg() {
    let stage = Stage::new();
    let daemon = "mkdir -p \"$DESTDIR/usr/share\"
setsid sh -c 'trap \"\" HUP TERM; exec >/dev/null 2>&1 </dev/null; while :; do date +%N > /build/dest/usr/share/beat; done' &
sleep 0.3";
    run(&stage, daemon).says("walls");
    assert_eq!(stage.sandboxed_processes(), 0, "something is left running");
}

#[test]
fn a_link_in_the_place_of_what_was_installed_is_not_followed() {
    let stage = Stage::new();
    let yaml = case("").replace(
        "install: install -D file \"$DESTDIR/usr/share/file\"",
        "install: rm -rf /build/dest && ln -s /etc /build/dest",
    );
    stage.case("walls", &yaml, &[("file", "")]);
    let ended = stage.run(&["run", "walls"]);
    ended.status(1);
    ended.says("/build/dest is no folder any more");
}

#[test]
fn deep_folders_are_the_legs_own_failure_also_where_they_are_closed() {
    let stage = Stage::new();
    for (last, depth) in [("", 200), ("chmod 0 ../../..", 400)] {
        let script = format!(
            "mkdir -p \"$DESTDIR/a/b\"\ncd \"$DESTDIR/a/b\"\nperl -e 'for (1..{depth}) {{ mkdir \"d\"; chdir \"d\" }}'\n{}",
            last.replace("../../..", "\"$DESTDIR/a\"")
        );
        let ended = run(&stage, &format!("{script}\ncd /build/source"));
        ended.status(1);
        ended.says("made folders more than 128 deep");
    }
    assert_eq!(stage.leftovers(), Vec::<String>::new());
}

#[test]
fn odd_files_are_recorded_and_come_back_from_the_store_as_they_were() {
    let stage = Stage::new();
    let script = r#"mkdir -p "$DESTDIR/usr/share"
cd "$DESTDIR/usr/share"
echo x > elevated; chmod 6711 elevated
mkfifo pipe; echo x > closed; chmod 0 closed
perl -e 'for my $n ("bad\xff\xfe", "back\\slash", "\\xff", "nl\nname") { open(my $f, ">", $n); print $f $n; symlink($n, "to-$n") }'
cd /build/source"#;
    let first = run(&stage, script);
    assert!(!first.output().contains("damaged"), "{}", first.output());
    let kept = stage.find_in_store("legs", "elevated");
    let mode = fs::metadata(&kept).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode & 0o7000, 0, "{mode:o}");
    let manifest = fs::read_to_string(stage.find_in_store("legs", "manifest.jsonl")).unwrap()
        + &fs::read_to_string(kept.ancestors().nth(4).unwrap().join("manifest.jsonl")).unwrap();
    assert!(
        manifest.contains("6711") || manifest.contains("3529"),
        "{manifest}"
    );
    let again = stage.run(&["run", "walls"]);
    let said = again.output();
    assert!(
        !said.contains("damaged") && !said.contains(": build"),
        "{said}"
    );
}

#[test]
fn what_a_run_leaves_ends_nothing_but_that_run() {
    let stage = Stage::new();
    let yaml = case("") + "runs:\n  - {name: digs, argv: [/bin/sh, /usr/share/file]}\n";
    let dig = "i=0; while [ $i -lt 300 ]; do mkdir d; cd -P d; i=$((i+1)); done 2>/dev/null\n";
    stage.case("walls", &yaml, &[("file", dig)]);
    let ended = stage.run(&["run", "walls"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.output());
    let runs = fs::read_dir(stage.store.join("runs")).unwrap().flatten();
    let kept = runs.filter(|run| run.path().join("observation.json").exists());
    assert_eq!(kept.count(), 0, "it is kept as if it had ended well");
}

#[test]
fn what_the_caller_has_open_is_closed_to_the_leg() {
    let stage = Stage::new();
    let look = "[ -e /proc/self/fd/9 ] && echo LEAKED\nls /proc/self/fd/9/etc || :\nexit 9";
    stage.case("walls", &case(look), &[("file", "")]);
    let ended = stage.run_after("exec 9</", &["run", "walls"]);
    ended.says("failed: leg C1, build phase: exit 9");
    let log = ended.output();
    assert!(!log.contains("LEAKED") && !log.contains("passwd"), "{log}");
}

#[test]
fn a_link_of_an_artifact_is_not_mounted_on() {
    let stage = Stage::new();
    let yaml = case("").replace(
        "\"$DESTDIR/usr/share/file\"",
        "\"$DESTDIR/usr/share/file\" && ln -s /oldroot/layer1 \"$DESTDIR/run\" && ln -s / \"$DESTDIR/proc\"",
    ) + "collect: [\"**\"]\nruns:\n  - {name: well, argv: [/bin/sh, -c, \"pwd -P; ls /proc/self/status\"]}\n";
    stage.case("walls", &yaml, &[("file", "")]);
    let ended = stage.run(&["run", "walls", "--format", "json"]);
    ended.says("/run/case\\n/proc/self/status");
    for root in fs::read_dir(stage.store.join("roots")).unwrap() {
        assert!(!root.unwrap().path().join("case").exists());
    }
}

#[test]
fn sources_are_held_against_the_limit_before_they_are_copied() {
    let stage = Stage::new();
    let large = "x".repeat(65 << 20);
    stage.case("walls", &case(""), &[("file", ""), ("large", &large)]);
    let ended = stage.run(&["run", "walls"]);
    ended.status(1);
    ended.says("not begun, for its sources: ended at its disk limit of 64 MiB");
}

#[test]
fn a_root_that_was_changed_builds_nothing() {
    let stage = Stage::new();
    stage.case("walls", &case(""), &[("file", "")]);
    for root in fs::read_dir(stage.store.join("roots")).unwrap() {
        // In place of the file, which is the user's own store's as well.
        let file = root.unwrap().path().join("usr/bin/env");
        let mut bytes = fs::read(&file).unwrap();
        bytes[100] ^= 1;
        fs::remove_file(&file).unwrap();
        fs::write(&file, bytes).unwrap();
    }
    let ended = stage.run(&["store", "verify"]);
    ended.status(1);
    ended.says("2 are not");
    // Without a mirror it cannot be made anew.
    let ended = stage.run_without_network(&["run", "walls"]);
    assert_ne!(ended.code, Some(0));
    ended.says("in the store is not what was made");
    assert_eq!(fs::read_dir(stage.store.join("legs")).unwrap().count(), 0);
    let ended = stage.run(&["run", "walls"]);
    ended.status(1);
    ended.says("walls  aarch64  bits");
}

#[test]
fn an_artifact_that_was_changed_between_its_build_and_its_runs_is_not_believed() {
    let stage = Stage::new();
    let runs = "runs:\n  - {name: slow, argv: [/bin/sh, -c, \"sleep 3; cat /usr/share/file\"]}\n";
    stage.case("walls", &(case("") + runs), &[("file", "honest\n")]);
    let legs = stage.store.join("legs");
    let ended = std::thread::scope(|scope| {
        let run = scope.spawn(|| stage.run(&["run", "walls", "--format", "json"]));
        while !run.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let entries: Vec<_> = fs::read_dir(&legs)
                .into_iter()
                .flatten()
                .flatten()
                .collect();
            if entries.len() == 2 {
                std::thread::sleep(std::time::Duration::from_secs(1));
                for leg in entries {
                    let file = leg.path().join("tree/usr/share/file");
                    fs::remove_file(&file).unwrap();
                    fs::write(&file, "changed\n").unwrap();
                }
                break;
            }
        }
        run.join().unwrap()
    });
    // Of two runs of one artifact the first finds it, and the second that it is gone.
    ended.says_one_of(&["in the store is not what was made", "in the store is gone"]);
    assert!(!ended.stdout.contains("changed"), "{}", ended.stdout);
    let again = stage.run(&["run", "walls", "--format", "json"]);
    assert!(!again.stdout.contains("changed"), "{}", again.stdout);
}

#[test]
fn files_without_a_name_count_as_disk() {
    let stage = Stage::new();
    let script = "perl -e 'for my $n (1..4) { open($f[$n], \">\", \"u\"); unlink \"u\"; $f[$n]->autoflush; print {$f[$n]} \"x\" x (40 << 20) } sleep 40'";
    let ended = run(&stage, script);
    ended.status(1);
    ended.says("disk limit of 64 MiB");
}

#[test]
fn what_is_wrong_with_one_case_is_no_others_end() {
    let stage = Stage::new();
    let yaml = case("") + "runs:\n  - {name: bad, argv: [\"/bin/true\\0x\"]}\n";
    stage.case("walls", &yaml, &[("file", "")]);
    stage.case("good", &case(""), &[("file", "")]);
    let step = format!("\n      : {}", "x".repeat(200_000));
    let long = case("").replace("\n        :\n", &format!("\n        :{step}\n"));
    stage.case("long", &long, &[("file", "")]);
    let ended = stage.run(&["run"]);
    ended.status(1);
    ended.says("has a NUL byte");
    ended.says("are too long");
    ended.says("good   aarch64  bits");
}
