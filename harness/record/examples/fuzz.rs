//! Texts made from others by chance, through every reader: `cargo run --release -p crossproof-record --example fuzz --
//! FILE… [--count N] [--seed S]`.
//!
//! Folders are walked for texts of up to 40 kB. A reader may refuse whatever it is given, with a place that is in it; a
//! panic ends the run, and what took longest is named. The same seed makes the same texts.

use crossproof_model::Platform;
use crossproof_record as record;
use std::path::Path;
use std::time::{Duration, Instant};

const LARGEST: u64 = 40 << 10;

/// What is put in: what YAML and JSON are made of, and what has no end.
const PIECES: [&str; 24] = [
    "[", "]", "{", "}", ": ", "- ", "? ", ",", "\"", "'", "|\n", ">\n", "&a ", "*a", "!!str ",
    "\n", "  ", "#", "---\n", "~", "1e999", "\u{0}", "\u{feff}", "\\u0000",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut count, mut seed, mut texts) = (100_000, 1, Vec::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().unwrap_or_default().parse::<u64>();
        match arg.as_str() {
            "--count" => count = number()?,
            "--seed" => seed = number()?,
            path => walk(Path::new(path), &mut texts)?,
        }
    }
    let mut chance = Chance(seed);
    let (mut longest, mut read) = ((Duration::ZERO, String::new()), 0);
    let start = Instant::now();
    for _ in 0..count {
        let text = mutant(&texts, &mut chance);
        let begun = Instant::now();
        read += u64::from(every_reader(&text));
        let took = begun.elapsed();
        if took > longest.0 {
            longest = (took, text);
        }
    }
    println!(
        "{count} texts made from {}, {read} read by a reader, in {:?}",
        texts.len(),
        start.elapsed()
    );
    let shown: String = longest.1.chars().take(60).collect();
    println!(
        "longest: {:?}, {} bytes: {shown:?}",
        longest.0,
        longest.1.len()
    );
    Ok(())
}

/// Whether any reader takes the text.
fn every_reader(text: &str) -> bool {
    let (name, target) = ("a".parse().expect("a plain name"), Platform::Aarch64);
    let said = [
        record::golden(text, "x", "a".parse().expect("a plain name"), target).map(drop),
        record::case(text, "x", name).map(drop),
        record::gate_policy(text, "x").map(drop),
        record::lock(text, "x").map(drop),
        record::emulator(text, "x").map(drop),
        record::read_report(text, "x").map(drop),
        record::read_statement(text, "x").map(drop),
    ];
    // YAML knows more ends of a line than most.
    let lines = text
        .matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .count()
        + 2;
    for error in said.iter().filter_map(|said| said.as_ref().err()) {
        assert!(error.line <= lines, "{error} in a text of {lines} lines");
    }
    said.iter().any(Result::is_ok)
}

/// Numbers that follow from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// One of the texts with up to eight things changed.
fn mutant(texts: &[Vec<u8>], chance: &mut Chance) -> String {
    let empty = Vec::new();
    let mut out = texts
        .get(chance.below(texts.len()))
        .unwrap_or(&empty)
        .clone();
    for _ in 0..=chance.below(8) {
        let at = chance.below(out.len() + 1);
        let end = (at + chance.below(40)).min(out.len());
        match chance.below(8) {
            0 => out.truncate(at),
            1 => {
                out.drain(at..end);
            }
            2 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            3 => {
                // What stands there once more, elsewhere.
                let piece = out.get(at..end).unwrap_or_default().to_vec();
                let to = chance.below(out.len() + 1);
                out.splice(to..to, piece);
            }
            4 => {
                let other = texts.get(chance.below(texts.len())).unwrap_or(&empty);
                let from = chance.below(other.len());
                let piece: Vec<u8> = other
                    .iter()
                    .skip(from)
                    .take(chance.below(200))
                    .copied()
                    .collect();
                out.splice(at..end, piece);
            }
            _ => {
                let times = [1, 1, 1, 2, 40, 2000][chance.below(6)];
                let piece = PIECES[chance.below(PIECES.len())].repeat(times);
                out.splice(at..at, piece.bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn walk(path: &Path, texts: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_dir() {
        let mut below: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        below.sort_by_key(std::fs::DirEntry::file_name);
        for entry in below {
            walk(&entry.path(), texts)?;
        }
    } else if metadata.is_file() && (1..=LARGEST).contains(&metadata.len()) {
        let ends = |end| path.extension().is_some_and(|e| e == end);
        if ends("yaml") || ends("json") || ends("lock") {
            texts.push(std::fs::read(path)?);
        }
    }
    Ok(())
}
