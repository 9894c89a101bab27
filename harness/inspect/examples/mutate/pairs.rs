//! What the program was asked, and the pairs of files that follow from it.

use crate::judge::Pair;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The command line.
#[derive(Default)]
pub struct Asked {
    paths: Vec<PathBuf>,
    /// How many mutants to make in all.
    pub mutants: usize,
    /// What chance depends on.
    pub seed: u64,
    /// Prefixes of the right side's paths and what the left side has for them.
    pub map: Vec<(String, String)>,
    /// Where to write the tables.
    pub markdown: Option<PathBuf>,
    /// Larger files are left out, in bytes.
    largest: usize,
}

impl Asked {
    /// Reads the arguments; the error says which is wrong.
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut asked = Asked {
            mutants: 10_000,
            largest: 4 << 20,
            ..Asked::default()
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} wants a value"));
            let number = |text: String| {
                text.parse::<u64>()
                    .map_err(|_| format!("`{text}` is no number"))
            };
            match arg.as_str() {
                "--mutants" => asked.mutants = number(value()?)? as usize,
                "--seed" => asked.seed = number(value()?)?,
                "--largest" => asked.largest = number(value()?)? as usize,
                "--markdown" => asked.markdown = Some(value()?.into()),
                "--map" => {
                    let text = value()?;
                    let pair = text
                        .split_once('=')
                        .ok_or(format!("`{text}` is not OLD=NEW"))?;
                    asked.map.push((pair.0.to_owned(), pair.1.to_owned()));
                }
                _ => asked.paths.push(arg.into()),
            }
        }
        match asked.paths.len() {
            0 => Err("expected LEFT RIGHT…".to_owned()),
            count if count % 2 == 1 => Err("a LEFT without its RIGHT".to_owned()),
            _ => Ok(asked),
        }
    }

    /// The pairs of files, in order of the arguments and of path.
    pub fn pairs(&self) -> std::io::Result<Vec<Pair>> {
        let mut pairs = Vec::new();
        for sides in self.paths.chunks_exact(2) {
            let [left, right] = sides else { continue };
            let (mut lefts, mut rights) = (BTreeMap::new(), BTreeMap::new());
            walk(left, "", &mut lefts)?;
            walk(right, "", &mut rights)?;
            for (name, path) in rights {
                let mapped = self.map.iter().find_map(|(old, new)| {
                    let (old, new) = (old.trim_start_matches('/'), new.trim_start_matches('/'));
                    name.strip_prefix(old).map(|rest| format!("{new}{rest}"))
                });
                let Some(other) = lefts.get(mapped.as_ref().unwrap_or(&name)) else {
                    continue;
                };
                let (left, right) = (std::fs::read(other)?, std::fs::read(&path)?);
                if right.is_empty() || left.len().max(right.len()) > self.largest {
                    continue;
                }
                let machine = machine(&right).to_owned();
                pairs.push(Pair {
                    name,
                    machine,
                    left,
                    right,
                });
            }
        }
        Ok(pairs)
    }
}

/// Files below `path` by their path from there; a file itself as `file`.
fn walk(path: &Path, name: &str, out: &mut BTreeMap<String, PathBuf>) -> std::io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_file() {
        let name = if name.is_empty() { "file" } else { name };
        out.insert(name.to_owned(), path.to_owned());
    } else if metadata.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let below = entry.file_name().to_string_lossy().into_owned();
            let below = if name.is_empty() {
                below
            } else {
                format!("{name}/{below}")
            };
            walk(&entry.path(), &below, out)?;
        }
    }
    Ok(())
}

/// The machine of an ELF file or of the first member of an archive.
fn machine(content: &[u8]) -> &'static str {
    let elf = match content.starts_with(b"!<arch>\n") {
        true => content
            .windows(4)
            .position(|w| w == b"\x7fELF")
            .and_then(|at| content.get(at..)),
        false => content.starts_with(b"\x7fELF").then_some(content),
    };
    match elf.and_then(|elf| elf.get(18..20)) {
        Some([183, 0]) => "aarch64",
        Some([40, 0]) => "arm",
        Some(_) => "another machine",
        None => "no machine",
    }
}
