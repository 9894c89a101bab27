//! Text that says things by name: each is compared by itself, so that a difference is one of a thing and
//! not of a line.

use crate::findings::Findings;
use crate::items::compare_items;
use crate::numbering::number_repeats;
use crate::part::Item;
use crate::path_map::PathMap;
use crate::{limits, text};
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};

/// What a text says; nothing if it is not of the kind it looked like.
pub(crate) type Facts = fn(&str) -> Option<Vec<Item>>;

/// Compares two texts that are known to differ. Where they say the same in another way, by lines.
pub(crate) fn compare(texts: Pair<&str>, facts: Facts, place: &Place, map: &PathMap) -> Findings {
    let said = texts.map(facts);
    let (Some(left), Some(right)) = (said.left, said.right) else {
        return text::compare(texts, place, map);
    };
    let bytes = texts.map(str::as_bytes);
    let mut findings = Findings::exact(bytes, bytes.map(Digest::of));
    compare_items(&mut findings, place, Pair::new(left, right));
    if findings.differences.is_empty() {
        return text::compare(texts, place, map);
    }
    for difference in &mut findings.differences {
        if let (Some(left), Some(right)) = (&difference.left, &difference.right)
            && !left.ends_with('…')
            && text::mapped(left, map) == text::mapped(right, map)
        {
            difference.key = DiffKey::of(["text", "path"]);
            difference.detail = vec![text::SAME_PLACE.to_owned()];
        }
    }
    let most = limits::DIFFERENCES_PER_FILE;
    findings.bound(0, most, place, "text");
    findings
}

/// A fact of a text. What programs link to is the same whatever it says: `interface`.
pub(crate) fn fact(key: &[&str], name: impl Into<String>, value: impl Into<String>) -> Item {
    Item::new(key, name, value, Level::Interface)
}

/// Facts with names of their own.
pub(crate) fn distinct(mut facts: Vec<Item>) -> Option<Vec<Item>> {
    number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
    Some(facts)
}

/// The content as text, if it is short enough to be looked at closely.
pub(crate) fn short(content: &[u8]) -> Option<&str> {
    let text = content.get(..content.len().min(limits::KEYED_BYTES + 1))?;
    std::str::from_utf8(text)
        .ok()
        .filter(|text| text.len() <= limits::KEYED_BYTES && !text.contains('\0'))
}

/// Names and values of facts, as tests write them.
#[cfg(test)]
pub(crate) fn said(facts: &[Item]) -> Vec<(&str, &str)> {
    let facts = facts.iter();
    facts.map(|f| (f.name.as_str(), f.value.as_str())).collect()
}
