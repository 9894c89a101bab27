//! A tree searched: texts in its files down to section and symbol, the machine of each ELF file, and the GNU
//! C library each needs.
//!
//! Containers are taken apart as they are for comparing. What cannot be searched is said: it is not free of
//! anything.

use crate::elf;
use crate::elf::locate::{Located, locate};
use crate::format::{self, Comparer};
use crate::limits::{self, Budget};
use crate::options::Options;
use crate::part::{Canon, Part, StandsFor, distinct};
use crossproof_model::check::{Needle, Raised, Scan, Search};
use crossproof_model::{Entry, Place, Tree};
use rayon::prelude::*;
use regex::bytes::Regex;

/// A needle's pattern that is not a regular expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern of `{name}` is no regular expression: {why}")]
pub struct BadPattern {
    /// The needle.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
}

/// Searches every file, link and name of a tree. The map of the options says which paths of debug information
/// a needle for the cross side alone is not about.
pub fn scan(tree: &Tree, needles: &[Needle], options: &Options) -> Result<Scan, BadPattern> {
    let compiled = needles.iter().map(Compiled::new);
    let search = Searcher {
        needles: compiled.collect::<Result<_, _>>()?,
        options,
    };
    let entries: Vec<_> = tree.entries.iter().collect();
    let scans = entries.into_par_iter().map(|(path, entry)| {
        let mut found = Scan::default();
        let place = Place::file(path.clone());
        search.name(path.as_str(), &place, &mut found);
        match entry {
            Entry::File { content, .. } => {
                let mut budget = Budget::of(content.len());
                search.content(content, &place, 0, &mut budget, &mut found);
            }
            Entry::Link { target } => search.text(target.as_bytes(), &place, &mut found),
            Entry::Dir { .. } | Entry::Special { .. } => {}
        }
        found
    });
    Ok(scans.reduce(Scan::default, joined))
}

fn joined(mut one: Scan, other: Scan) -> Scan {
    // Places of two entries never meet: their paths differ.
    one.references.extend(other.references);
    one.machines.extend(other.machines);
    one.glibc.extend(other.glibc);
    one.unsearched.extend(other.unsearched);
    one
}

struct Compiled<'n> {
    needle: &'n Needle,
    regex: Regex,
}

impl<'n> Compiled<'n> {
    fn new(needle: &'n Needle) -> Result<Self, BadPattern> {
        let pattern = match &needle.search {
            Search::Pattern(pattern) => pattern.clone(),
            Search::Texts(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
                texts.join("|")
            }
        };
        let regex = Regex::new(&pattern).map_err(|error| BadPattern {
            name: needle.name.clone(),
            why: error.to_string(),
        })?;
        Ok(Compiled { needle, regex })
    }
}

struct Searcher<'n> {
    needles: Vec<Compiled<'n>>,
    options: &'n Options,
}

impl Searcher<'_> {
    /// A content and all that is in it.
    fn content(
        &self,
        content: &[u8],
        place: &Place,
        depth: usize,
        budget: &mut Budget,
        found: &mut Scan,
    ) {
        if elf::recognize(content) {
            match locate(content) {
                Ok(located) => return self.elf(content, &located, place, found),
                Err(why) => {
                    found.unsearched.insert(place.clone(), why);
                }
            }
        }
        let format = format::of(content);
        let parts = match format.comparer {
            Comparer::Members(explode) if depth <= limits::NESTING => {
                explode(content, self.options).map_err(|why| why.to_string())
            }
            _ => return self.text(content, place, found),
        };
        match parts {
            Ok(parts) => {
                for part in distinct(parts) {
                    self.part(&part, content, place, depth, budget, found);
                }
            }
            Err(why) => {
                found.unsearched.insert(place.clone(), why);
                self.text(content, place, found);
            }
        }
    }

    /// A part of a container: its name, where it leads, and what it holds.
    fn part(
        &self,
        part: &Part<'_>,
        content: &[u8],
        place: &Place,
        depth: usize,
        budget: &mut Budget,
        found: &mut Scan,
    ) {
        let inside = place.within(&part.name);
        self.name(&part.name, &inside, found);
        if let Some(link) = &part.link {
            self.text(link.as_bytes(), &inside, found);
        }
        match &part.canon {
            Canon::File(inner) => self.content(inner, &inside, depth + 1, budget, found),
            Canon::Packed(packed) => {
                let place = match packed.stands_for {
                    StandsFor::File => place,
                    StandsFor::Part | StandsFor::Data => &inside,
                };
                match (packed.expand)(budget.each(part.size())) {
                    Ok(held) => {
                        budget.spend(held.content.len());
                        self.content(&held.content, place, depth + 1, budget, found);
                    }
                    Err(why) => {
                        found.unsearched.insert(place.clone(), why);
                    }
                }
            }
            _ => {
                for slice in part.slices(content) {
                    self.text(slice, &inside, found);
                }
            }
        }
    }

    fn elf(&self, content: &[u8], located: &Located<'_>, place: &Place, found: &mut Scan) {
        found.machines.insert(place.clone(), located.machine());
        if let Some(release) = located.glibc() {
            found.glibc.insert(place.clone(), release);
        }
        for (section, held) in located.compressed() {
            let place = place.within(section);
            match held {
                Ok(held) => self.expanded(&held, section, &place, found),
                Err(why) => {
                    found.unsearched.insert(place, why);
                }
            }
        }
        for compiled in &self.needles {
            for hit in compiled.regex.find_iter(content) {
                let run = run(content, hit.range());
                let (section, symbol) = located.at(hit.start());
                let debug = section.is_some_and(|name| name.starts_with(".debug"));
                if debug && self.excused(compiled, run) {
                    continue;
                }
                let names = section.into_iter().map(str::to_owned).chain(symbol);
                let place = names.fold(place.clone(), |place, name| place.within(name));
                note(compiled, place, run, found);
            }
        }
    }

    /// What a compressed section holds. The symbols know nothing of it.
    fn expanded(&self, held: &[u8], section: &str, place: &Place, found: &mut Scan) {
        for compiled in &self.needles {
            for hit in compiled.regex.find_iter(held) {
                let run = run(held, hit.range());
                if !(section.starts_with(".debug") && self.excused(compiled, run)) {
                    note(compiled, place.clone(), run, found);
                }
            }
        }
    }

    /// A path: what stands in its last component. What is in a folder's name is that folder's, not each file's.
    fn name(&self, path: &str, place: &Place, found: &mut Scan) {
        let folder = path.trim_end_matches('/').rfind('/').unwrap_or(0);
        for compiled in &self.needles {
            let hits = compiled.regex.find_iter(path.as_bytes());
            if hits.into_iter().any(|hit| hit.end() > folder) {
                note(compiled, place.clone(), path.as_bytes(), found);
            }
        }
    }

    fn text(&self, content: &[u8], place: &Place, found: &mut Scan) {
        for compiled in &self.needles {
            for hit in compiled.regex.find_iter(content) {
                let run = run(content, hit.range());
                note(compiled, place.clone(), run, found);
            }
        }
    }

    /// Whether a path of debug information holds the needle only in what the path map says is another's.
    fn excused(&self, compiled: &Compiled<'_>, path: &[u8]) -> bool {
        let mapped = self.options.map.apply(path);
        let tail = mapped
            .strip_prefix(b"{")
            .and_then(|rest| rest.splitn(2, |b| *b == b'}').nth(1));
        compiled.needle.raised == Raised::CrossOnly
            && tail.is_some_and(|tail| !compiled.regex.is_match(tail))
    }
}

fn note(compiled: &Compiled<'_>, place: Place, run: &[u8], found: &mut Scan) {
    let key = (compiled.needle.name.clone(), place);
    let text = String::from_utf8_lossy(run).into_owned();
    found.references.entry(key).or_default().insert(text);
}

/// What stands around a hit in one piece: to the next byte that is no printable character on either side,
/// within reason.
fn run(content: &[u8], hit: std::ops::Range<usize>) -> &[u8] {
    const AROUND: usize = 512;
    let printable = |b: &&u8| **b == b'\t' || (**b >= b' ' && **b != 0x7f);
    let before = content.get(..hit.start).unwrap_or_default();
    let reach = before
        .iter()
        .rev()
        .take(AROUND)
        .take_while(printable)
        .count();
    let before = before.get(before.len() - reach..).unwrap_or_default();
    let after = content.get(hit.end..).unwrap_or_default();
    let reach = after.iter().take(AROUND).take_while(printable).count();
    let after = after.get(..reach).unwrap_or_default();
    // Bytes above ASCII are characters only where they are UTF-8.
    let tail = before
        .utf8_chunks()
        .last()
        .map_or(0, |chunk| match chunk.invalid() {
            [] => chunk.valid().len(),
            _ => 0,
        });
    let head = after.utf8_chunks().next();
    let head = head.map_or(0, |chunk| chunk.valid().len());
    let range = hit.start - tail..hit.end + head;
    content.get(range).unwrap_or_default()
}
