//! Changes one thing at a time in linked files that differ from others in nothing but their layout, and holds
//! the comparison to what it promises: that none of these is `layout`.
//!
//!     cargo run --release -p crossproof-inspect --example mutate_layout -- [--mutants N] [--seed S]
//!         [--keep FOLDER] LEFT RIGHT SYMBOLS…
//!
//! RIGHT is LEFT with its functions in a different order; SYMBOLS is RIGHT before it was stripped, or RIGHT
//! itself, and says where functions and data are. What a mutant is follows from how it was made. With
//! `--keep`, some mutants are written there, each beside the file it was made from, to be run. Exit status 1: one was called `layout` or better.

#[path = "../mutate/chance.rs"]
mod chance;
mod code;
mod frames;
mod kinds;
mod truth;

use chance::Chance;
use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Level, Tree};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use truth::Truth;

struct Triple {
    name: String,
    left: Vec<u8>,
    right: Vec<u8>,
    truth: Truth,
}

fn level(left: &[u8], right: &[u8]) -> Option<Level> {
    let tree = |content: &[u8]| {
        let content = Bytes::from(content.to_vec());
        let name = "file".parse().expect("a plain name is a path");
        let mut tree = Tree::default();
        tree.entries.insert(
            name,
            Entry::File {
                mode: 0o755,
                content,
            },
        );
        tree
    };
    compare(&tree(left), &tree(right), &Options::default()).level()
}

#[derive(Default)]
struct Count {
    made: usize,
    accepted: Vec<String>,
}

fn run() -> Result<bool, Box<dyn std::error::Error>> {
    let (mut mutants, mut seed, mut keep, mut paths) = (10_000, 1, None::<PathBuf>, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--mutants" => mutants = value()?.parse::<usize>()?,
            "--seed" => seed = value()?.parse::<u64>()?,
            "--keep" => keep = Some(value()?.into()),
            _ => paths.push(argument),
        }
    }
    let triples: Vec<Triple> = paths
        .par_chunks_exact(3)
        .filter_map(|paths| {
            let [left, right, symbols] = paths else {
                return None;
            };
            let read = |path: &String| std::fs::read(path).ok();
            let (left, content) = (read(left)?, read(right)?);
            let truth = Truth::read(&read(symbols)?)?;
            let sound = level(&left, &content) == Some(Level::Layout);
            sound.then(|| Triple {
                name: right.clone(),
                left,
                right: content,
                truth,
            })
        })
        .collect();
    eprintln!(
        "{} files, {} of them `layout`",
        paths.len() / 3,
        triples.len()
    );
    let each = mutants.div_ceil(triples.len().max(1) * kinds::KINDS.len());
    let work: Vec<(usize, usize)> = (0..triples.len())
        .flat_map(|file| (0..kinds::KINDS.len()).map(move |kind| (file, kind)))
        .collect();
    if let Some(keep) = &keep {
        std::fs::create_dir_all(keep)?;
    }
    let counts: Vec<((&str, bool), Count)> = work
        .par_iter()
        .map(|(file, kind)| {
            let (triple, (name, kind)) = (&triples[*file], kinds::KINDS[*kind]);
            let mut chance = Chance(seed ^ (*file as u64) << 32 ^ (name.len() as u64) << 20);
            let mut count = Count::default();
            for try_number in 0..each * 8 {
                if count.made >= each {
                    break;
                }
                let Some(mutant) = kind(&triple.right, &triple.truth, &mut chance) else {
                    continue;
                };
                count.made += 1;
                let found = level(&triple.left, &mutant.content);
                let accepted = found.is_some_and(|level| level >= Level::Layout);
                if accepted {
                    count
                        .accepted
                        .push(format!("{}: {}", triple.name, mutant.edit));
                }
                if let Some(keep) = &keep
                    && (accepted || count.made <= 2)
                {
                    let short = name.replace(' ', "-");
                    let file = format!(
                        "{file}.{short}.{try_number}.{}",
                        if accepted { "layout" } else { "not" }
                    );
                    let _ = std::fs::write(keep.join(&file), &mutant.content);
                    let _ = std::fs::write(keep.join(format!("{file}.from")), &triple.name);
                }
            }
            ((name, triple.truth.wide), count)
        })
        .collect();
    let mut table: BTreeMap<&str, [Count; 2]> = BTreeMap::new();
    for ((name, wide), count) in counts {
        let both = table.entry(name).or_default();
        let slot = &mut both[usize::from(!wide)];
        slot.made += count.made;
        slot.accepted.extend(count.accepted);
    }
    println!("| change | aarch64 | armv7 | `layout` |\n| --- | --- | --- | --- |");
    let (mut all, mut wrong) = (0, Vec::new());
    for (name, [wide, narrow]) in &table {
        let accepted = wide.accepted.len() + narrow.accepted.len();
        println!("| {name} | {} | {} | {accepted} |", wide.made, narrow.made);
        all += wide.made + narrow.made;
        wrong.extend(
            wide.accepted
                .iter()
                .chain(&narrow.accepted)
                .map(|edit| format!("{name}: {edit}")),
        );
    }
    println!("\n{all} mutants of {} files", triples.len());
    for edit in &wrong {
        println!("ACCEPTED {edit}");
    }
    Ok(wrong.is_empty())
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("mutate_layout: {error}");
            ExitCode::from(2)
        }
    }
}
