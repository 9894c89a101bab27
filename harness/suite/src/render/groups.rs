//! A comparison's differences as people want them: by file, the worst first.

use crossproof_model::comparison::Undecided;
use crossproof_model::{Comparison, Difference, Level, RelPath, RuleRef};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be said of one path.
pub struct FileGroup<'a> {
    pub path: &'a RelPath,
    pub level: Option<Level>,
    pub format: &'a str,
    /// What no rule settles, the worst and most telling first.
    pub open: Vec<&'a Difference>,
    /// What rules settle.
    pub settled: Vec<&'a Difference>,
    pub undecided: Vec<&'a Undecided>,
}

impl FileGroup<'_> {
    /// Whether rules settle all there is to say.
    pub fn is_settled(&self) -> bool {
        self.open.is_empty() && self.undecided.is_empty()
    }
    /// Whether all there is to say is that one side does not have the path.
    pub fn is_alone(&self) -> bool {
        let alone = |d: &&Difference| d.key.as_str().starts_with("tree.only-");
        self.undecided.is_empty() && self.settled.is_empty() && self.open.iter().all(alone)
    }
}

/// Every path there is something to say of, the worst first.
pub fn by_file(comparison: &Comparison) -> Vec<FileGroup<'_>> {
    let mut groups: BTreeMap<&RelPath, FileGroup<'_>> = BTreeMap::new();
    let new = |path| {
        let file = comparison.files.get(path);
        FileGroup {
            path,
            level: file.and_then(|file| file.level),
            format: file.map_or("", |file| file.format.as_str()),
            open: Vec::new(),
            settled: Vec::new(),
            undecided: Vec::new(),
        }
    };
    for difference in &comparison.differences {
        let path = &difference.place.path;
        let group = groups.entry(path).or_insert_with(|| new(path));
        match difference.settled_by {
            None => group.open.push(difference),
            Some(_) => group.settled.push(difference),
        }
    }
    for undecided in &comparison.undecided {
        let path = &undecided.place.path;
        let group = groups.entry(path).or_insert_with(|| new(path));
        group.undecided.push(undecided);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        group.open.sort_by_key(|difference| rank(difference));
    }
    // What is undecided has no level, and none is less than any.
    groups.sort_by_key(|group| {
        let told = group.open.first().map(|first| telling(first.key.as_str()));
        (
            group.level,
            group.is_alone(),
            told.unwrap_or(u8::MAX),
            group.path,
        )
    });
    groups
}

/// What comes first among the differences of a file: the worst, then the most telling, then by place.
pub fn rank(difference: &Difference) -> (bool, Level, u8) {
    let settled = difference.settled_by.is_some();
    (settled, difference.allows, telling(difference.key.as_str()))
}

/// How much a kind of difference says by itself, the least number the most: causes before what follows
/// from them.
fn telling(key: &str) -> u8 {
    let starts = |heads: &[&str]| heads.iter().any(|head| key.starts_with(head));
    let ends = |tails: &[&str]| tails.iter().any(|tail| key.ends_with(tail));
    let section = key.strip_prefix("elf.section.");
    let own = |section: &str| OWN_SECTIONS.iter().any(|name| section.starts_with(name));
    match key {
        _ if ends(&[".more"]) => 7,
        _ if starts(&[
            "elf.moved.",
            "elf.segment.",
            "elf.section.dynsym.",
            "elf.symbol",
        ]) =>
        {
            6
        }
        _ if ends(&[".header"]) => 5,
        _ if starts(&FIRST) || key.contains(".member.only-") => 0,
        _ if starts(&SECOND) => 1,
        _ if section.is_some_and(|section| section.starts_with("text")) => 2,
        _ if section.is_some_and(|section| !own(section)) => 4,
        _ if section.is_some() => 3,
        _ => 2,
    }
}

/// What a file cannot do without.
const FIRST: [&str; 5] = [
    "tree.",
    "elf.needed",
    "elf.soname",
    "elf.interpreter",
    "elf.code.summary",
];
/// What it offers, and what its code and its making are.
const SECOND: [&str; 5] = [
    "elf.export",
    "elf.version",
    "elf.function.changed",
    "dwarf.producer",
    "elf.note-package",
];
/// Sections that hold what the source says; the others follow from them.
const OWN_SECTIONS: [&str; 4] = ["text", "rodata", "data", "tdata"];

/// The key and what is known of its differences.
pub struct KeyGroup<'a> {
    pub key: &'a str,
    pub found: Vec<&'a Difference>,
}

/// The differences by key, in the order in which the keys first come.
pub fn by_key<'a>(differences: &[&'a Difference]) -> Vec<KeyGroup<'a>> {
    let mut groups: Vec<KeyGroup<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for difference in differences {
        let key = difference.key.as_str();
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(KeyGroup {
                key,
                found: Vec::new(),
            });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.found.push(difference);
        }
    }
    groups
}

/// What a rule settled.
#[derive(Default)]
pub struct Settled<'a> {
    pub count: usize,
    pub files: BTreeSet<&'a RelPath>,
    pub keys: BTreeSet<&'a str>,
}

/// What each rule settled, in order of rules.
pub fn by_rule(comparison: &Comparison) -> BTreeMap<&RuleRef, Settled<'_>> {
    let mut rules: BTreeMap<&RuleRef, Settled<'_>> = BTreeMap::new();
    for difference in &comparison.differences {
        if let Some(rule) = &difference.settled_by {
            let settled = rules.entry(rule).or_default();
            settled.count += 1;
            settled.files.insert(&difference.place.path);
            settled.keys.insert(difference.key.as_str());
        }
    }
    rules
}
