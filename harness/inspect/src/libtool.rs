//! libtool's `.la` files: shell variables by name.

use crate::keyed::{distinct, fact, short};
use crate::part::Item;

/// Whether the content says that libtool made it, and is nothing but variables.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let head = content.get(..content.len().min(200)).unwrap_or_default();
    let mark = b"a libtool library file";
    content.starts_with(b"# ")
        && head.windows(mark.len()).any(|window| window == mark)
        && short(content).is_some_and(|text| facts(text).is_some())
}

/// Each variable.
pub(crate) fn facts(text: &str) -> Option<Vec<Item>> {
    let mut facts = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.chars().all(plain) {
            return None;
        }
        facts.push(fact(&["libtool", "variable"], name, value));
    }
    distinct(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables() {
        let text = "# libx.la - a libtool library file\n\ndlname='libx.so.1'\nlibdir='/usr/lib'\n";
        assert!(recognize(text.as_bytes()));
        assert_eq!(facts(text).unwrap().len(), 2);
        assert!(!recognize(b"# a libtool library file\necho no\n"));
    }
}
