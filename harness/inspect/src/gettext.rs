//! Translations as gettext reads them (GNU gettext manual, "The Format of GNU MO Files"): strings by what they
//! translate, and the fields of the catalogue's header by name.

use crate::limits;
use crate::numbering::number_repeats;
use crate::part::{Canon, Item, Part, Refusal, with_gaps_of};
use crate::rules::{RuleSet, gettext_dates};
use crossproof_model::{Digest, Level, RelPath};
use std::ops::Range;

const HEADER: usize = 28;
const DATES: [&str; 2] = ["POT-Creation-Date", "PO-Revision-Date"];

/// Whether the content starts as a catalogue does, of either byte order.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let magic = content.first_chunk::<4>();
    matches!(
        magic,
        Some([0xde, 0x12, 0x04, 0x95] | [0x95, 0x04, 0x12, 0xde])
    )
}

/// A catalogue, taken apart.
struct Catalogue<'a> {
    header: &'a [u8],
    pairs: Vec<(&'a [u8], &'a [u8])>,
    /// Header, tables and strings.
    claims: Vec<Range<usize>>,
    /// A hash table over the strings, which gettext searches first.
    hashes: Range<usize>,
}

fn read(content: &[u8]) -> Option<Catalogue<'_>> {
    let big = content.first()? == &0x95;
    let word = |at: usize| {
        let bytes = content.get(at..)?.first_chunk::<4>()?;
        let value = if big {
            u32::from_be_bytes(*bytes)
        } else {
            u32::from_le_bytes(*bytes)
        };
        usize::try_from(value).ok()
    };
    let (count, originals, translations) = (word(8)?, word(12)?, word(16)?);
    let size = count.checked_mul(8)?;
    let mut claims = vec![0..HEADER];
    for table in [originals, translations] {
        claims.push(
            table
                ..table
                    .checked_add(size)
                    .filter(|end| *end <= content.len())?,
        );
    }
    let mut string = |table: usize, index: usize| {
        let (length, at) = (word(table + index * 8)?, word(table + index * 8 + 4)?);
        // Each string has a zero behind it that is not counted.
        let end = at.checked_add(length)?.checked_add(1)?;
        let bytes = content.get(at..end)?.strip_suffix(b"\0")?;
        claims.push(at..end);
        Some(bytes)
    };
    let mut pairs = Vec::new();
    let mut room = content.len();
    for index in 0..count {
        let pair = (string(originals, index)?, string(translations, index)?);
        room = room.checked_sub(pair.0.len() + pair.1.len())?;
        pairs.push(pair);
    }
    let (size, hashes) = (word(20)?.checked_mul(4)?, word(24)?);
    let hashes = match size {
        0 => 0..0,
        size => {
            hashes
                ..hashes
                    .checked_add(size)
                    .filter(|end| *end <= content.len())?
        }
    };
    Some(Catalogue {
        header: content.get(..HEADER)?,
        pairs,
        claims,
        hashes,
    })
}

/// Takes a catalogue apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, Refusal> {
    let malformed = || {
        let why = "malformed catalogue: a string or a table stands outside the file";
        Refusal::from(why.to_owned())
    };
    let catalogue = read(content).ok_or_else(malformed)?;
    if catalogue.pairs.len() > limits::STRINGS {
        let why = format!("it has more than {} strings", limits::STRINGS);
        return Err(Refusal::TooMuch(why));
    }
    let rule = rules
        .has(&gettext_dates::RULE)
        .then_some(&gettext_dates::RULE);
    let hashes = catalogue.hashes.clone();
    let claims = catalogue.claims.clone();
    let facts = move || {
        let item = |key: &str, name: String, value: String| {
            Item::new(&["mo", key], name, value, Level::Interface)
        };
        let mut facts = Vec::new();
        let first = catalogue.header.get(..8).unwrap_or_default();
        facts.push(item(
            "version",
            "version".to_owned(),
            crate::items::told(first),
        ));
        // Strings are searched by halving where there is no hash table: their order matters.
        let order = Digest::of_fields(catalogue.pairs.iter().map(|(original, _)| original));
        facts.push(item("order", "order".to_owned(), order.to_string()));
        if catalogue.pairs.is_empty() {
            // Where tables of nothing would be follows from nothing.
            let tables = crate::items::told(catalogue.header.get(12..).unwrap_or_default());
            facts.push(item("tables", "tables".to_owned(), tables));
        }
        for (original, translation) in &catalogue.pairs {
            let name = RelPath::spell(original);
            if !original.is_empty() {
                facts.push(item("string", name, RelPath::spell(translation)));
                continue;
            }
            // What translates nothing is the catalogue's header.
            for line in translation.split(|b| *b == b'\n') {
                let line = RelPath::spell(line);
                let (field, value) = line.split_once(": ").unwrap_or((&line, ""));
                // A library looks for the character set and the plural forms anywhere in the header.
                let date = DATES.contains(&field) && value.len() <= 40 && !value.contains('=');
                let rule = rule.filter(|_| date);
                let fact = item("header", format!("header {field}"), value.to_owned());
                facts.push(fact.under(rule));
            }
        }
        number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
        facts
    };
    let told = Canon::Told(Box::new(facts));
    let strings = Part::exact("strings", &["mo.strings"], claims, Level::Interface);
    let mut parts = vec![strings.through(told, None)];
    if !hashes.is_empty() {
        let claims = vec![hashes];
        parts.push(Part::exact(
            "hash table",
            &["mo.hashes"],
            claims,
            Level::Interface,
        ));
    }
    Ok(with_gaps_of("mo", content, parts, None, |_| true))
}
