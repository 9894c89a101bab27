//! A table of a measurement, ready to be written out.

use serde_json::Value;

/// A table, whole.
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// In order of the columns from the left.
    pub rows: Vec<Vec<Value>>,
}

/// A column as the schema declares it.
pub(super) struct Column {
    pub name: String,
    /// `TEXT`, `INTEGER` or `REAL`.
    pub kind: String,
    pub required: bool,
}

/// A cell as text.
pub(super) fn spelled(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
