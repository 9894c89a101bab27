//! Whether the comparison said of a mutant what it must.

use crate::chance::Chance;
use crate::classes::{self, Class};
use crate::edits;
use crate::ledger::Ledger;
use crossproof_inspect::{Options, compare, normalized, normalized_digest};
use crossproof_model::{Bytes, Comparison, Entry, Level, Tree};
use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection};

/// Two contents of one path.
pub struct Pair {
    /// The path.
    pub name: String,
    /// What it was made for: `aarch64`, `arm`, or no machine in particular.
    pub machine: String,
    /// The left side's content.
    pub left: Vec<u8>,
    /// The right side's, which is changed.
    pub right: Vec<u8>,
}

/// Bytes that a segment maps and a rule nevertheless sets aside, with the rule that may, each for the reason in
/// its justification.
const EXCUSED: [(&str, &str); 3] = [
    ("note GNU 0x3: description", "elf.build-id"),
    ("note FDO 0xcafe1a7e: ", "elf.note-package"),
    // Of the end of a member that is an ELF file: zero bytes more.
    ("tar header size", "elf.section-table"),
];

/// Compares two contents as trees of one file.
pub fn level(left: &[u8], right: &[u8], options: &Options) -> Comparison {
    let tree = |content: &[u8]| {
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
    };
    compare(&tree(left), &tree(right), options)
}

/// Makes `each` mutants of each class of the pair's right side, fewer of the smallest.
pub fn mutate(pair: &Pair, each: usize, mut chance: Chance, options: &Options) -> Ledger {
    let classes = classes::of(&pair.right);
    let mut ledger = Ledger::default();
    for class in &classes {
        for number in 0..each.min(class.size() * 4) {
            judge(
                pair,
                class,
                (number, each),
                &mut chance,
                options,
                &mut ledger,
            );
        }
    }
    ledger
}

/// Makes one mutant and holds what becomes of it against what must.
fn judge(
    pair: &Pair,
    class: &Class,
    number: (usize, usize),
    chance: &mut Chance,
    options: &Options,
    ledger: &mut Ledger,
) {
    let Some(mutant) = edits::mutant(&pair.right, class, number.0, number.1, chance) else {
        return;
    };
    if mutant.content == pair.left {
        return;
    }
    let told = level(&pair.left, &mutant.content, options);
    let found = told.level();
    *ledger.machines.entry(pair.machine.clone()).or_default() += 1;
    let row = ledger
        .rows
        .entry((class.name.clone(), class.loaded))
        .or_default();
    let word = found.map_or("undecided".to_owned(), |level| level.to_string());
    *row.levels.entry(word).or_default() += 1;
    let say = |what: &str| format!("{what}: {}, {}: {}", pair.name, class.name, mutant.edit);
    if found == Some(Level::Bits) {
        ledger.broken.push(say("bits"));
    }
    if found >= Some(Level::Metadata) {
        // Against the side it was made from, only what accepts the one change fires.
        let alone = level(&pair.right, &mutant.content, options);
        let rules: Vec<String> = alone.rules.keys().map(ToString::to_string).collect();
        let excused = |rule: &String| {
            let name = class.name.trim_start_matches("member: ");
            let fits = |(bytes, by): &(&str, &str)| name.starts_with(bytes) && rule.starts_with(by);
            EXCUSED.iter().any(fits)
        };
        // An object file's section may stand elsewhere if the same bytes stand there.
        let moved = class.name.ends_with("mapped: offset (object file)")
            && sections(&pair.right) == sections(&mutant.content);
        let allowed = moved || (rules.len() == 1 && rules.iter().all(excused));
        if class.loaded && !allowed {
            ledger
                .broken
                .push(say(&format!("accepted through {rules:?}")));
        }
        let entry = row.accepted.entry(rules.join(" + ")).or_default();
        entry.0 += 1;
        if entry.1.len() < 3 {
            entry.1.push(format!("{} ({})", mutant.edit, pair.name));
        }
    }
    if chance.below(8) == 0 {
        laws(pair, &mutant.content, &told, options, &say, ledger);
    }
}

/// Names and contents of all sections, in an archive of those of every member, as the `object` library reads them.
fn sections(content: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let members: Vec<&[u8]> = match ArchiveFile::parse(content) {
        Ok(archive) => {
            let members = archive.members().map(|member| member?.data(content));
            members.collect::<Result<_, _>>().ok()?
        }
        Err(_) => vec![content],
    };
    let mut all = Vec::new();
    for member in members.into_iter().filter(|m| m.starts_with(b"\x7fELF")) {
        for section in object::File::parse(member).ok()?.sections() {
            let name = section.name_bytes().ok()?;
            all.push((name.to_vec(), section.data().ok()?.to_vec()));
        }
    }
    Some(all).filter(|all| !all.is_empty())
}

/// What holds for any two contents: the same from either side, a content is itself, a normal form for each, the
/// same exactly for what is `metadata` or better.
fn laws(
    pair: &Pair,
    mutant: &[u8],
    told: &Comparison,
    options: &Options,
    say: &dyn Fn(&str) -> String,
    ledger: &mut Ledger,
) {
    let back = level(mutant, &pair.left, options);
    let mirrored = |comparison: &Comparison, left: &str, right: &str| {
        let turn = |key: &str| match key.strip_suffix(left) {
            Some(head) => format!("{head}{right}"),
            None => match key.strip_suffix(right) {
                Some(head) => format!("{head}{left}"),
                None => key.to_owned(),
            },
        };
        let mut all: Vec<_> = comparison
            .differences
            .iter()
            .map(|d| {
                (
                    turn(d.key.as_str()),
                    d.place.clone(),
                    d.allows,
                    d.settled_by.clone(),
                )
            })
            .collect();
        all.sort();
        all
    };
    let here = mirrored(told, "", "");
    if here != mirrored(&back, "only-left", "only-right")
        || told.level() != back.level()
        || told.coverage != back.coverage
    {
        ledger.broken.push(say("not symmetric"));
    }
    *ledger.laws.entry("symmetric").or_default() += 1;
    let same = level(mutant, mutant, options);
    if same.level() != Some(Level::Bits) {
        ledger.broken.push(say("not itself"));
    }
    *ledger.laws.entry("itself").or_default() += 1;
    let forms = [mutant, &pair.left].map(|content| normalized_digest(content, options).ok());
    if let [Some(one), Some(other)] = forms {
        *ledger
            .laws
            .entry("one normal form exactly where settled")
            .or_default() += 1;
        if (one == other) != (told.level() >= Some(Level::Metadata)) {
            ledger.broken.push(say(&format!(
                "{:?} but normal forms {}",
                told.level(),
                if one == other { "the same" } else { "differ" }
            )));
        }
    }
    if let Ok(once) = normalized(mutant, options) {
        *ledger.laws.entry("normalizing twice is once").or_default() += 1;
        if normalized(&once, options).ok().as_deref() != Some(&*once) {
            ledger.broken.push(say("normalizing twice is not once"));
        }
    }
}
