//! JSON (RFC 8259): values by path.

use crate::keyed::{distinct, fact, short};
use crate::limits;
use crate::part::Item;
use serde_json::Value;

/// Whether the content is one object or array.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let trimmed = content.trim_ascii();
    let ends = (trimmed.first(), trimmed.last());
    let closed = matches!(ends, (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
    closed && short(content).is_some_and(|text| is_sparse(text) && text.parse::<Value>().is_ok())
}

/// Whether there are not too many values to tell them one by one. Every value but the first has one of these before it.
fn is_sparse(text: &str) -> bool {
    let marks = text.bytes().filter(|b| b",[{:".contains(b));
    marks.take(limits::VALUES + 1).count() <= limits::VALUES
}

/// Each value that holds no other, by its path; of an empty one, that it is empty.
pub(crate) fn facts(text: &str) -> Option<Vec<Item>> {
    let value: Value = text.parse().ok()?;
    let mut facts = Vec::new();
    // Long names above many values would make paths many times longer than the text.
    let mut room = text.len().saturating_mul(limits::PATHS_PER_TEXT);
    walk(&value, "", &mut facts, &mut room)?;
    distinct(facts)
}

fn walk(value: &Value, path: &str, facts: &mut Vec<Item>, room: &mut usize) -> Option<()> {
    *room = room.checked_sub(path.len())?;
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                walk(value, &format!("{path}.{name}"), facts, room)?;
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for (index, value) in values.iter().enumerate() {
                walk(value, &format!("{path}[{index}]"), facts, room)?;
            }
        }
        leaf => {
            let name = match path {
                "" => "the value",
                path => path.strip_prefix('.').unwrap_or(path),
            };
            facts.push(fact(&["json", "value"], name, leaf.to_string()));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::said;

    #[test]
    fn values_have_paths() {
        let facts = facts(r#"{"a": [1, {"b": "x"}], "c": {}}"#).unwrap();
        assert_eq!(
            said(&facts),
            [("a[0]", "1"), ("a[1].b", "\"x\""), ("c", "{}")]
        );
        assert!(recognize(b" [1]\n"));
        assert!(!recognize(b"{ not json }"));
    }
}
