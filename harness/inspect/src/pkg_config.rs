//! pkg-config's `.pc` files (pc(5)): variables and fields by name.

use crate::keyed::{distinct, fact, short};
use crate::part::Item;

/// Whether every line is a variable, a field or a comment, and the required fields are there.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let Some(text) = short(content) else {
        return false;
    };
    let has = |name: &str| text.lines().any(|line| line.starts_with(name));
    has("Name:") && has("Version:") && has("Description:") && facts(text).is_some()
}

/// Each variable and field.
pub(crate) fn facts(text: &str) -> Option<Vec<Item>> {
    let text = text.replace("\\\n", " ");
    let mut facts = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !"_.".contains(c))?;
        let (name, rest) = line.split_at(end);
        let rest = rest.trim_start();
        let (kind, value) = match rest.strip_prefix('=') {
            Some(value) => ("variable", value),
            None => ("field", rest.strip_prefix(':')?),
        };
        facts.push(fact(&["pkg-config", kind], name, value.trim()));
    }
    distinct(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_fields() {
        let text =
            "prefix=/usr\n\nName: x\nDescription: y\nVersion: 1\nLibs: -L${libdir} \\\n -lx\n";
        let facts = facts(text).unwrap();
        let names: Vec<_> = facts.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["prefix", "Name", "Description", "Version", "Libs"]);
        assert!(recognize(text.as_bytes()));
        assert!(!recognize(
            b"Name: x\nDescription: y\nVersion: 1\nfree text\n"
        ));
    }
}
