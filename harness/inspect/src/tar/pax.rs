//! Records of a pax extended header: `length key=value` and a newline, over and over.

use crate::items::told;
use crate::part::Item;
use crate::rules::Rule;
use crossproof_model::{Level, RelPath};

const TIMES: [&str; 4] = ["mtime", "atime", "ctime", "LIBARCHIVE.creationtime"];

/// Records in their order.
#[derive(Default)]
pub(super) struct Records<'a>(Vec<(String, &'a [u8])>);

impl<'a> Records<'a> {
    /// All records; `None` if any byte does not belong to one.
    pub(super) fn read(mut data: &'a [u8]) -> Option<Self> {
        let mut records = Vec::new();
        while !data.is_empty() {
            let space = data.iter().position(|b| *b == b' ')?;
            let length = number(data.get(..space)?)?;
            let (record, rest) = data.split_at_checked(length)?;
            let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
            let equals = record.iter().position(|b| *b == b'=')?;
            let key = RelPath::spell(record.get(..equals)?);
            records.push((key, record.get(equals + 1..)?));
            data = rest;
        }
        Some(Records(records))
    }

    /// Takes in further records; whether each key still stands only once.
    pub(super) fn extend(&mut self, other: Records<'a>) -> bool {
        self.0.extend(other.0);
        let mut keys: Vec<&str> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        keys.is_sorted_by(|a, b| a < b)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a [u8]> {
        let mut records = self.0.iter();
        records.find(|(k, _)| k == key).map(|(_, value)| *value)
    }

    /// Whether they say that the content is stored without its holes.
    pub(super) fn sparse(&self) -> bool {
        self.0.iter().any(|(key, _)| key.starts_with("GNU.sparse."))
    }

    pub(super) fn only_times(&self) -> bool {
        self.0.iter().all(|(key, value)| is_time(key, value))
    }

    pub(super) fn any_but_comments(&self) -> bool {
        self.0.iter().any(|(key, _)| key != "comment")
    }

    /// Each record, and their order; times under `rule`. A path is told by the member's name, and a size by
    /// its content.
    pub(super) fn facts(&self, rule: Option<&'static Rule>) -> Vec<Item> {
        let mut facts = Vec::new();
        let mut order = Vec::new();
        for (key, value) in &self.0 {
            let ruled = rule.filter(|_| is_time(key, value));
            if ruled.is_none() {
                order.push(key.as_str());
            }
            if matches!(key.as_str(), "path" | "linkpath" | "size") {
                continue;
            }
            let value = match std::str::from_utf8(value) {
                Ok(text) => RelPath::spell(text.as_bytes()),
                Err(_) => told(value),
            };
            let words = match TIMES.contains(&key.as_str()) {
                true => vec!["tar", "mtime"],
                false => vec!["tar", "pax", key],
            };
            let item = Item::new(&words, format!("pax {key}"), value, Level::Interface);
            facts.push(item.under(ruled));
        }
        if !order.is_empty() {
            let order = order.join(" ");
            let key = ["tar", "pax", "keys"];
            facts.push(Item::new(&key, "pax keys", order, Level::Interface));
        }
        facts
    }

    /// All records that no rule settles, in one line.
    pub(super) fn spelled(&self, rule: Option<&'static Rule>) -> String {
        let facts = self.facts(rule);
        let told = facts.iter().filter(|fact| fact.settled_by.is_none());
        let records = told.map(|f| format!("{}={}", f.name, f.value));
        records.collect::<Vec<_>>().join(", ")
    }
}

/// Whether the record tells a time: seconds since 1970, with decimals. Readers reject what is no number.
fn is_time(key: &str, value: &[u8]) -> bool {
    let mut parts = value
        .strip_prefix(b"-")
        .unwrap_or(value)
        .split(|b| *b == b'.');
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let number = parts.next().is_some_and(digits) && parts.next().is_none_or(digits);
    // Readers stop at one that is no time of theirs.
    const MOST: i64 = 1 << 40;
    let whole = value
        .split(|b| *b == b'.')
        .next()
        .and_then(|text| std::str::from_utf8(text).ok());
    let near = whole
        .and_then(|text| text.parse::<i64>().ok())
        .is_some_and(|n| n.abs() < MOST);
    TIMES.contains(&key) && number && near && parts.next().is_none()
}

/// A decimal number without signs, spaces or leading zeros.
pub(super) fn number(digits: &[u8]) -> Option<usize> {
    let plain = digits.iter().all(u8::is_ascii_digit) && digits.first() != Some(&b'0');
    let zero = digits == b"0";
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok().filter(|_| plain || zero)
}
