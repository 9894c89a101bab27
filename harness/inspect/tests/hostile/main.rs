//! Hostile files of up to 8 MB, each compared with its like by a process of its own: in what time and memory, and that the
//! two are never called the same.
//!
//! `cargo run --release -p crossproof-inspect --example hostile` writes the same files for a clock beside the program.

#[path = "kinds.rs"]
mod kinds;

use crossproof_inspect::{Options, compare, normalized};
use crossproof_model::{Bytes, Entry, Level, Tree};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Names the folder in which a process of this test finds what to compare.
const FOLDER: &str = "CROSSPROOF_HOSTILE";
/// The peak of such a process, in MiB.
const MOST: u64 = 256;
/// Processor time of such a process: far more than an unoptimized build takes, and far less than what is not bounded.
const BUSY: Duration = Duration::from_secs(40);
/// After which one that does not end is ended, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(240);
/// Where functions are found by what leads to them, real code asks for several seconds: these get as much.
const LONG: [&str; 2] = ["elf-code-32-noise", "elf-code-32-branches"];

fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let content = Bytes::from(content.to_vec());
    let file = Entry::File {
        mode: 0o644,
        content,
    };
    tree.entries.insert("file".parse().unwrap(), file);
    tree
}

/// What each comparison runs in: this very program, which then does nothing else.
#[test]
fn one_comparison() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let read = |name| std::fs::read(Path::new(&folder).join(name)).unwrap();
    let (left, right) = (read("left"), read("right"));
    let level = compare(&tree(&left), &tree(&right), &Options::default()).level();
    assert!(level < Some(Level::Metadata), "{level:?}");
    // What has no normal form is like nothing.
    let forms = [&left, &right].map(|c| normalized(c, &Options::default()).ok());
    assert!(
        forms[0].is_none() || forms[0] != forms[1],
        "one normal form"
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|line| line.split_whitespace().next())
        .unwrap();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks: u64 = after
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    println!("\npeak\t{peak}\t{ticks}");
}

/// What such a process says: its peak in MiB and its processor time.
fn outcome(name: &str, make: kinds::Make, variant: u8) -> (u64, Duration) {
    let folder = format!("crossproof-hostile-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (side, variant) in [("left", 0), ("right", variant)] {
        let bytes = make(variant);
        std::fs::write(folder.join(side), bytes).unwrap();
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_comparison", "--nocapture"])
        .env(FOLDER, &folder)
        .env("RAYON_NUM_THREADS", "2")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{name} takes more than {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let out = child.wait_with_output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{name}: {text}");
    let line = text.lines().find_map(|line| line.strip_prefix("peak\t"));
    let (peak, ticks) = line.unwrap().split_once('\t').unwrap();
    let ticks: u64 = ticks.parse().unwrap();
    (
        peak.parse::<u64>().unwrap() / 1024,
        Duration::from_millis(10 * ticks),
    )
}

/// Compares every kind whose name begins so with its like, in one place and in all.
fn within_bounds(family: &str) {
    let mut seen = 0;
    for (name, make) in kinds::all() {
        if !name.starts_with(family) {
            continue;
        }
        seen += 1;
        let (peak, busy) = outcome(name, make, 1);
        let times = if LONG.contains(&name) { 4 } else { 1 };
        assert!(busy < times * BUSY, "{name}: {busy:?}");
        let times = if LONG.contains(&name) { 2 } else { 1 };
        assert!(peak < times * MOST, "{name}: {peak} MiB");
    }
    assert!(seen > 0, "nothing begins with {family}");
}

#[test]
fn tables_of_elf_files() {
    within_bounds("elf-");
}

#[test]
fn debug_information() {
    within_bounds("dwarf-");
}

#[test]
fn archives() {
    for family in ["ar-", "tar-", "cpio-", "zip-", "deb-"] {
        within_bounds(family);
    }
}

#[test]
fn streams() {
    for family in ["gzip-", "xz-", "zstd-", "bzip2-"] {
        within_bounds(family);
    }
}

#[test]
fn images_catalogues_and_bytecode() {
    for family in ["png-", "mo-", "pyc-"] {
        within_bounds(family);
    }
}

#[test]
fn texts() {
    for family in ["text-", "json-", "deb822-", "config-", "checksums", "pkg-"] {
        within_bounds(family);
    }
}

/// What is not looked into is reported byte for byte, and why; and of what cannot be read nothing is told.
#[test]
fn what_is_too_much_is_compared_as_bytes() {
    for (name, why) in [
        (
            "elf-8000-sections-over-one-range",
            "its sections are larger altogether than the file",
        ),
        (
            "elf-long-section-names",
            "its sections' names are longer than the table of names",
        ),
        ("elf-segments", "it has 140000 segments"),
        ("elf-groups", "it has 90005 sections"),
        ("ar-members", "it has more than"),
        ("cpio-duplicates", "it has more than"),
        ("zip-members", "it has more than"),
        ("png-chunks", "it has more than"),
        ("mo-strings", "it has more than"),
    ] {
        let make = kinds::all().into_iter().find(|(kind, _)| *kind == name);
        let make = make.unwrap_or_else(|| panic!("no {name}")).1;
        let found = compare(&tree(&make(0)), &tree(&make(1)), &Options::default());
        let [difference] = found.differences.as_slice() else {
            panic!("{name}: {:?}", found.differences);
        };
        let format = name.split('-').next().unwrap();
        assert_eq!(difference.key.as_str(), format!("{format}.bytes"));
        assert_eq!(found.level(), Some(Level::Divergent), "{name}");
        let said = &difference.detail[0];
        assert!(
            said.contains("not looked into") && said.contains(why),
            "{name}: {said}"
        );
        assert_eq!(found.coverage.uncovered, 0, "{name}");
        assert!(found.coverage.ruled.is_empty(), "{name}");
    }
    for (name, why) in [
        (
            "dwarf-abbreviations-overlapping",
            "the tables of abbreviations overlap",
        ),
        (
            "dwarf-attributes-of-nothing",
            "more attributes than are believed",
        ),
        ("dwarf-line-shared", "the line programs overlap"),
        (
            "dwarf-strings-of-small-units",
            "the units say more than is believed",
        ),
        ("dwarf-units", "there are 500000 units"),
        ("dwarf-expression-nested", "expressions nest without end"),
        ("dwarf-compressed", "more than is believed"),
    ] {
        let make = kinds::all().into_iter().find(|(kind, _)| *kind == name);
        let make = make.unwrap_or_else(|| panic!("no {name}")).1;
        let found = compare(&tree(&make(0)), &tree(&make(1)), &Options::default());
        let difference = found
            .differences
            .iter()
            .find(|d| d.key.as_str() == "dwarf.unparsed");
        let said = &difference
            .unwrap_or_else(|| panic!("{name}: {:?}", found.differences))
            .detail[0];
        assert!(said.contains(why), "{name}: {said}");
        assert_eq!(found.level(), Some(Level::Loaded), "{name}");
    }
}

/// Code that is not followed is told as bytes, and why; nothing is reported of its functions.
#[test]
fn code_that_is_not_followed() {
    for name in [
        "elf-code-noise",
        "elf-code-branches",
        "elf-code-functions-small",
    ] {
        let make = kinds::all().into_iter().find(|(kind, _)| *kind == name);
        let make = make.unwrap_or_else(|| panic!("no {name}")).1;
        let found = compare(&tree(&make(0)), &tree(&make(1)), &Options::default());
        assert_eq!(found.level(), Some(Level::Interface), "{name}");
        let told = found.files.values().any(|file| file.functions.is_some());
        assert!(!told, "{name}");
        let mut differences = found.differences.iter();
        let bytes = differences.find(|d| d.key.as_str() == "elf.section.text.bytes");
        let said = bytes.map(|d| d.detail[0].as_str()).unwrap_or_default();
        assert!(said.contains("its code is not followed"), "{name}: {said}");
    }
}

#[test]
fn none_is_larger_than_it_says() {
    let large: Vec<_> = kinds::all()
        .into_iter()
        .filter(|(_, make)| make(0).len() > kinds::MOST)
        .collect();
    assert!(
        large.is_empty(),
        "{:?}",
        large.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
}
