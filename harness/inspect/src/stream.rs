//! What compressed streams have in common: they are expanded whole within a bound, or not at all.

use crate::items::told;
use crate::limits;
use crate::part::{Canon, Expand, Expanded, Item, Packed, Part, StandsFor};
use crate::rules::{RuleSet, compressed_stream};
use crossproof_model::Level;
use std::io::Read;
use std::ops::Range;

/// Expands the one stream at the beginning of the input onto the end of what is there, to at most so many
/// bytes; what is left of the input, or why not.
pub(crate) type One = for<'a> fn(&'a [u8], u64, &mut Vec<u8>) -> Result<&'a [u8], String>;

/// Reads all there is, if it is not more than `most` bytes together with what `into` has.
pub(crate) fn read(reader: impl Read, most: u64, into: &mut Vec<u8>) -> Result<(), String> {
    let left = most.saturating_sub(into.len() as u64);
    let mut reader = reader.take(left.saturating_add(1));
    let read = reader
        .read_to_end(into)
        .map_err(|e| format!("the compressed stream cannot be expanded: {e}"))?;
    match read as u64 > left {
        true => Err(too_much(most)),
        false => Ok(()),
    }
}

/// Why a stream is not expanded.
pub(crate) fn too_much(most: u64) -> String {
    format!("it expands to more than the {most} bytes allowed for one of its size")
}

/// What a stream asks of its reader besides room for the content.
pub(crate) type Demands = fn(&[u8]) -> Option<String>;

/// Expands streams that follow each other, for as long as another `begins`; what each asks of its reader is a fact,
/// and so is what is left. A reader may stop behind the first.
pub(crate) fn each(
    family: &str,
    input: &[u8],
    most: u64,
    begins: impl Fn(&[u8]) -> bool,
    (one, demands): (One, Demands),
) -> Result<Expanded, String> {
    let (mut content, mut facts) = (Vec::new(), Vec::new());
    let mut rest = input;
    loop {
        let after = one(rest, most, &mut content)?;
        bound_count(facts.len(), input.len())?;
        let stream = rest.get(..rest.len() - after.len()).unwrap_or_default();
        facts.push(asks(family, facts.len(), demands(stream)));
        rest = after;
        if !begins(rest) {
            break;
        }
    }
    facts.extend(trailing(family, rest));
    Ok(Expanded { content, facts })
}

/// Refuses more streams in a row than are believed of so many bytes: each says something, and may hold nothing.
pub(crate) fn bound_count(count: usize, bytes: usize) -> Result<(), String> {
    let most = limits::STREAMS + bytes / 512;
    match count > most {
        true => Err(format!("it has more than {most} streams in a row")),
        false => Ok(()),
    }
}

/// What the stream of this number asks of its reader.
pub(crate) fn asks(family: &str, number: usize, demands: Option<String>) -> Item {
    Item::new(
        &[family, "demands"],
        format!("stream {}", number + 1),
        demands.unwrap_or_else(|| "cannot be told".to_owned()),
        Level::Interface,
    )
}

/// Bytes after the end of a stream, as a fact if there are any.
pub(crate) fn trailing(family: &str, rest: &[u8]) -> Vec<Item> {
    let item = |bytes| {
        Item::new(
            &[family, "trailing"],
            "bytes after the end",
            told(bytes),
            Level::Interface,
        )
    };
    Some(rest)
        .filter(|rest| !rest.is_empty())
        .map(item)
        .into_iter()
        .collect()
}

/// The part that is a compressed stream; without the rule it is compared byte for byte.
pub(crate) fn part<'a>(
    name: &str,
    family: &str,
    claims: Vec<Range<usize>>,
    rules: &RuleSet,
    stands_for: StandsFor,
    expand: Expand<'a>,
) -> Part<'a> {
    let part = Part::exact(name, &[family], claims, Level::Interface);
    match rules.has(&compressed_stream::RULE) {
        false => part,
        true => part.through(
            Canon::Packed(Packed { expand, stands_for }),
            Some(&compressed_stream::RULE),
        ),
    }
}
