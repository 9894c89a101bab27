//! Lists of checksums (md5sums of a package, SHA256SUMS): a digest and a path on each line. They are text like
//! any other: a digest that is recorded is never taken for the content.

use crate::keyed::{distinct, fact, short};
use crate::part::Item;

/// Whether every line is a digest and a path.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let first = content.first().is_some_and(u8::is_ascii_hexdigit);
    first && short(content).is_some_and(|text| facts(text).is_some())
}

/// The digest of each path.
pub(crate) fn facts(text: &str) -> Option<Vec<Item>> {
    let fact = |(digest, path)| fact(&KEY, path, digest);
    let facts = text.lines().map(|one| line(one).map(fact));
    distinct(facts.collect::<Option<_>>()?)
}

/// The key of a difference in a line.
pub(crate) const KEY: [&str; 2] = ["checksums", "line"];

/// The digest that a line starts with, and the path that it ends in.
pub(crate) fn line(line: &str) -> Option<(&str, &str)> {
    let (digest, path) = line.split_once("  ").or(line.split_once(" *"))?;
    let sound = matches!(digest.len(), 32 | 40 | 56 | 64 | 96 | 128)
        && digest.bytes().all(|b| b.is_ascii_hexdigit());
    let path = path.strip_prefix("./").unwrap_or(path);
    (sound && !path.is_empty()).then_some((digest, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_of_digests() {
        let sum = "d41d8cd98f00b204e9800998ecf8427e";
        assert!(recognize(
            format!("{sum}  usr/a\n{sum} *./usr/b\n").as_bytes()
        ));
        assert!(!recognize(format!("{sum}  usr/a\nother\n").as_bytes()));
        assert!(!recognize(b""));
    }
}
