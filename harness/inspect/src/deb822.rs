//! Control data in the manner of Debian packages (deb822(5)): paragraphs of fields.

use crate::keyed::{distinct, fact, short};
use crate::part::Item;

/// A paragraph that starts with one of these is a package's or a source's.
const FIRST: [&str; 4] = ["Package:", "Source:", "Format:", "Origin:"];

/// Whether the content starts as a package's control data do.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let starts = FIRST
        .iter()
        .any(|name| content.starts_with(name.as_bytes()));
    starts && short(content).is_some_and(|text| facts(text).is_some())
}

/// Each field of each paragraph.
pub(crate) fn facts(text: &str) -> Option<Vec<Item>> {
    let mut facts: Vec<Item> = Vec::new();
    let mut paragraph = 0;
    for line in text.lines() {
        if line.trim().is_empty() {
            paragraph += 1;
        } else if line.starts_with([' ', '\t']) {
            let last = facts.last_mut()?;
            last.value.push('\n');
            last.value.push_str(line);
        } else if !line.starts_with('#') {
            let (name, value) = line.split_once(':')?;
            let plain = |c: char| c.is_ascii_graphic();
            if name.is_empty() || !name.chars().all(plain) {
                return None;
            }
            let shown = match paragraph {
                0 => name.to_owned(),
                number => format!("{name} of paragraph {}", number + 1),
            };
            facts.push(fact(&["deb822", name], shown, value.trim()));
        }
    }
    distinct(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::said;

    #[test]
    fn fields_are_named() {
        let text = "Package: x\nDescription: short\n long\n .\n\nPackage: y\n";
        let facts = facts(text).unwrap();
        assert_eq!(
            said(&facts),
            [
                ("Package", "x"),
                ("Description", "short\n long\n ."),
                ("Package of paragraph 2", "y")
            ]
        );
        assert!(recognize(text.as_bytes()));
        assert!(!recognize(b"Package: x\nno field\n"));
        assert!(!recognize(b"Packages: x\n"));
    }
}
