//! Files that no one here wrote, each compared with itself and with a mutant, in what time and memory:
//! `cargo run --release -p crossproof-inspect --example corpus -- FILE… [--seed S] [--count N] [--most BYTES] [--each]`.
//!
//! Folders are walked; files of more than `--most` bytes are left out. Of each file there are `--count` mutants: one byte
//! changed, or the end cut off. A file is the same as itself, and no mutant is: one called `metadata` is listed with the
//! rules that settled it, for a person to say whether they explain the very byte, and so is one whose normal form is the
//! file's own; `--each` lists every mutant, so that two engines can be compared with each other. Each file is in a process of its own, this very program, so that a crash is one file's and memory too.

use crossproof_inspect::{Options, compare, normalized};
use crossproof_model::{Bytes, Entry, Level, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Processor time and memory above which a file is named.
const SLOW: u64 = 1000;
const LARGE: u64 = 256 << 10;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let (mut seed, mut count, mut most) = (1, 1, 8 << 20);
    let (mut files, mut one, mut each) = (Vec::new(), false, false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().unwrap_or_default().parse::<u64>();
        match arg.as_str() {
            "--seed" => seed = number()?,
            "--count" => count = number()?,
            "--most" => most = number()?,
            "--one" => one = true,
            "--each" => each = true,
            path => walk(Path::new(path), most, &mut files)?,
        }
    }
    match (one, files.as_slice()) {
        (true, [file]) => alone(file, seed, count),
        _ => all(&files, (seed, count), each),
    }
}

/// Runs every file in a process of its own, and says what they came to.
fn all(files: &[PathBuf], (seed, count): (u64, u64), each: bool) -> Outcome<()> {
    let mut levels = BTreeMap::<String, u64>::new();
    let (mut slowest, mut largest) = ((0, String::new()), (0, String::new()));
    let (mut crashed, mut mutants) = (0, 0);
    for file in files {
        let name = file.display().to_string();
        let out = Command::new(std::env::current_exe()?)
            .args([
                "--one",
                "--seed",
                &seed.to_string(),
                "--count",
                &count.to_string(),
            ])
            .arg(file)
            .output()?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        if !out.status.success() {
            crashed += 1;
            let why = String::from_utf8_lossy(&out.stderr).into_owned();
            println!(
                "CRASH {name}: {}: {}",
                out.status,
                why.lines().next().unwrap_or_default()
            );
        }
        for line in text.lines() {
            let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
            match word {
                "level" => {
                    let (level, how) = rest.split_once('\t').unwrap_or((rest, ""));
                    mutants += 1;
                    *levels.entry(level.to_owned()).or_default() += 1;
                    if each {
                        println!("{level} {name}: {how}");
                    }
                }
                "cost" => {
                    let (busy, peak) = rest.split_once('\t').unwrap_or_default();
                    let (busy, peak) = (busy.parse()?, peak.parse()?);
                    if busy > SLOW || peak > LARGE {
                        println!("COST {name}: {busy} ms, {} MB", peak >> 10);
                    }
                    slowest = slowest.max((busy, name.clone()));
                    largest = largest.max((peak, name.clone()));
                }
                _ => println!("{word} {name}: {rest}"),
            }
        }
    }
    println!(
        "{} files, {mutants} mutants, {crashed} crashed",
        files.len()
    );
    for (level, count) in levels {
        println!("{level}: {count}");
    }
    println!("slowest: {} ms ({})", slowest.0, slowest.1);
    println!("largest: {} MB ({})", largest.0 >> 10, largest.1);
    Ok(())
}

/// One file with itself and its mutants.
fn alone(file: &Path, seed: u64, count: u64) -> Outcome<()> {
    let content = std::fs::read(file)?;
    let options = Options::default();
    let own = compare(&tree(&content), &tree(&content), &options);
    if own.level() != Some(Level::Bits) {
        println!("SELF\t{:?}", own.level());
    }
    let form = normalized(&content, &options).ok();
    let mut state = seed
        ^ content
            .iter()
            .fold(0_u64, |sum, b| sum.wrapping_mul(31) ^ u64::from(*b));
    let mut longest = 0;
    for number in 0..count {
        let (mutant, how) = mutant(&content, number, &mut state);
        if mutant == content {
            continue;
        }
        let start = busy()?;
        let comparison = compare(&tree(&content), &tree(&mutant), &options);
        longest = longest.max(busy()? - start);
        let level = comparison.level();
        let shown = level.map_or("undecided".to_owned(), |level| level.to_string());
        println!("level\t{shown}\t{how}");
        if level == Some(Level::Bits) {
            println!("BITS\t{how}");
        }
        let rules: Vec<_> = comparison.rules.keys().map(ToString::to_string).collect();
        if level == Some(Level::Metadata) {
            println!("METADATA\t{how}, by {}", rules.join(", "));
        } else if form.is_some() && normalized(&mutant, &options).ok() == form {
            println!("FORM\t{how}");
        }
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next());
    println!("cost\t{longest}\t{}", peak.unwrap_or("0"));
    Ok(())
}

/// Processor time of this process so far in milliseconds: fields 14 and 15 of `/proc/self/stat`, in ticks of 10 ms.
fn busy() -> Outcome<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    Ok(10 * ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?)
}

/// The content with one byte changed, or every third time cut short.
fn mutant(content: &[u8], number: u64, state: &mut u64) -> (Vec<u8>, String) {
    let mut below = |bound: usize| {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % bound.max(1)
    };
    let mut out = content.to_vec();
    if (number + below(3) as u64).is_multiple_of(3) {
        out.truncate(below(content.len()));
        let how = format!("cut at {}", out.len());
        return (out, how);
    }
    // Half of them where headers are.
    let bound = match below(2) {
        0 => content.len().min(512),
        _ => content.len(),
    };
    let at = below(bound);
    let with = 1 + below(255) as u8;
    if let Some(byte) = out.get_mut(at) {
        *byte ^= with;
    }
    (out, format!("byte {at} ^ {with:#04x}"))
}

fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let content = Bytes::from(content.to_vec());
    let name = "file".parse().expect("a plain name is a path");
    let file = Entry::File {
        mode: 0o644,
        content,
    };
    tree.entries.insert(name, file);
    tree
}

fn walk(path: &Path, most: u64, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_dir() {
        let mut below: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        below.sort_by_key(std::fs::DirEntry::file_name);
        for entry in below {
            walk(&entry.path(), most, files)?;
        }
    } else if metadata.is_file() && (1..=most).contains(&metadata.len()) {
        files.push(path.to_owned());
    }
    Ok(())
}
