//! Cuts files short and flips their bits, and sees that the comparison answers, in what time and memory:
//! `cargo run --release -p crossproof-inspect --example damage -- FILE… [--count N] [--seed S]`.
//!
//! Folders are walked; files of more than a mebibyte are left out. One thread, so that the peak of the process's
//! memory is a bound for each. A panic ends it; an answer that takes over a second is named. Times are of the
//! processor, in Linux's ticks of 10 ms, so that a busy machine does not count.

use crossproof_inspect::{Options, compare, normalized};
use crossproof_model::{Bytes, Entry, Level, Tree};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

const LARGEST: usize = 1 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut count, mut seed) = (20_000_usize, 1_u64);
    let mut files = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().unwrap_or_default().parse::<u64>();
        match arg.as_str() {
            "--count" => count = number()? as usize,
            "--seed" => seed = number()?,
            path => walk(Path::new(path), &mut files)?,
        }
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()?;
    let mut outcomes = BTreeMap::<(String, String), u64>::new();
    let mut longest = (Duration::ZERO, String::new());
    let each = count.div_ceil(files.len().max(1));
    for (name, content) in &files {
        for number in 0..each {
            let (damaged, how) = damage(content, number, &mut seed);
            let start = (Instant::now(), processor_time()?);
            let comparison = compare(&tree(content), &tree(&damaged), &Options::default());
            let form = normalized(&damaged, &Options::default()).is_ok();
            let (wall, busy) = (start.0.elapsed(), processor_time()? - start.1);
            // The processor's time comes in ticks; what took less by the clock took less.
            if wall.min(busy) >= longest.0 {
                longest = (wall.min(busy), format!("{name}: {how}"));
            }
            if wall.min(busy) > Duration::from_secs(1) {
                println!("SLOW {name}: {how}: {busy:?}");
            }
            let level = comparison.level();
            if level == Some(Level::Bits) && damaged != *content {
                println!("BITS {name}: {how}");
            }
            let format = comparison
                .files
                .values()
                .next()
                .map_or(String::new(), |f| f.format.clone());
            let level = level.map_or("undecided".to_owned(), |level| level.to_string());
            let form = if form { "" } else { ", no normal form" };
            *outcomes.entry((format, level + form)).or_default() += 1;
        }
    }
    let total: u64 = outcomes.values().sum();
    println!("{total} damaged files of {}", files.len());
    for ((format, outcome), count) in outcomes {
        println!("{format}: {outcome}: {count}");
    }
    println!("longest: {:?} ({})", longest.0, longest.1);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("peak memory of the process: {}", peak.unwrap_or("unknown"));
    Ok(())
}

/// Processor time of this process so far: fields 14 and 15 of `/proc/self/stat`, in ticks of 10 ms.
fn processor_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// The content cut short, with some bits flipped, or with a stretch overwritten.
fn damage(content: &[u8], number: usize, state: &mut u64) -> (Vec<u8>, String) {
    let mut below = |bound: usize| {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % bound.max(1)
    };
    let mut out = content.to_vec();
    match number % 3 {
        0 => {
            let length = below(content.len());
            out.truncate(length);
            (out, format!("cut at {length}"))
        }
        1 => {
            let count = 1 + below(8);
            for _ in 0..count {
                // Half of them where headers are.
                let bound = if below(2) == 0 {
                    content.len().min(512)
                } else {
                    content.len()
                };
                if let Some(byte) = out.get_mut(below(bound)) {
                    *byte ^= 1 << below(8);
                }
            }
            (out, format!("{count} bits flipped, number {number}"))
        }
        _ => {
            let at = below(content.len());
            let value = [0, 0xff, 0x7f, 0x80][below(4)];
            let end = (at + 1 + below(16)).min(out.len());
            if let Some(stretch) = out.get_mut(at..end) {
                stretch.fill(value);
            }
            (out, format!("{at}..{end} made {value:#x}"))
        }
    }
}

fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let content = Bytes::from(content.to_vec());
    let name = "file".parse().expect("a plain name is a path");
    tree.entries.insert(
        name,
        Entry::File {
            mode: 0o644,
            content,
        },
    );
    tree
}

fn walk(path: &Path, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_dir() {
        let mut below: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        below.sort_by_key(std::fs::DirEntry::file_name);
        for entry in below {
            walk(&entry.path(), files)?;
        }
    } else if metadata.is_file() && (1..=LARGEST as u64).contains(&metadata.len()) {
        files.push((path.display().to_string(), std::fs::read(path)?));
    }
    Ok(())
}
