//! Changes one thing at a time in one side of pairs that are the same, and holds the comparison to what it
//! promises: `cargo run --release -p crossproof-inspect --example mutate -- LEFT RIGHT… [--mutants N] [--seed S]
//! [--map OLD=NEW]… [--markdown FILE]`.
//!
//! Each LEFT and RIGHT is a file or a folder; folders are paired by path under the map.
//! Pairs that are not at `metadata` or better are left out. What is loaded
//! is decided by the `object` library, not by the comparison's own reader. Exit status 1: something that a
//! program can see was called the same.

mod chance;
mod classes;
mod dwarf;
mod edits;
mod elf;
mod judge;
mod ledger;
mod pairs;

use chance::Chance;
use crossproof_inspect::{Options, PathMap};
use crossproof_model::Level;
use ledger::Ledger;
use rayon::prelude::*;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("mutate: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<usize, Box<dyn std::error::Error>> {
    let asked = pairs::Asked::parse(std::env::args().skip(1))?;
    let options = Options {
        map: PathMap::new(asked.map.iter().map(|(old, new)| (old, new))),
        ..Options::default()
    };
    let mut pairs = asked.pairs()?;
    let found = pairs.len();
    pairs.retain(|pair| {
        judge::level(&pair.left, &pair.right, &options).level() >= Some(Level::Metadata)
    });
    eprintln!(
        "{found} pairs of files, {} at metadata or better",
        pairs.len()
    );
    // As many mutants of one class in one file as of another.
    let classes = pairs
        .par_iter()
        .map(|pair| classes::of(&pair.right).len())
        .sum::<usize>();
    let each = asked.mutants.div_ceil(classes.max(1));
    let done = std::sync::atomic::AtomicUsize::new(0);
    let ledger = pairs
        .par_iter()
        .enumerate()
        .map(|(number, pair)| {
            let ledger = judge::mutate(
                pair,
                each,
                Chance(asked.seed ^ (number as u64) << 32),
                &options,
            );
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            eprintln!("{done} of {}: {}", pairs.len(), pair.name);
            ledger
        })
        .reduce(Ledger::default, Ledger::absorb);
    let report = ledger.markdown();
    println!("{report}");
    for broken in &ledger.broken {
        println!("BROKEN {broken}");
    }
    if let Some(path) = asked.markdown {
        std::fs::write(path, report)?;
    }
    Ok(ledger.broken.len())
}
