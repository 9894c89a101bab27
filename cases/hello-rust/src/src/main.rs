//! Counts the words of standard input: collections, formatting, an error path, and generic code of the
//! standard library compiled into the program.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

fn count(input: impl BufRead) -> io::Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for line in input.lines() {
        for word in line?.split_whitespace() {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

fn run() -> io::Result<()> {
    let counts = count(io::stdin().lock())?;
    let mut out = io::stdout().lock();
    for (word, times) in &counts {
        writeln!(out, "{times:>3} {word}")?;
    }
    writeln!(out, "{:>3} words", counts.values().sum::<usize>())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hello-rust: {error}");
            ExitCode::FAILURE
        }
    }
}
