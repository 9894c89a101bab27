//! The tables of a measurement in formats that other programs read.

use super::table::{Column, Table, spelled};
use super::{Results, fault, parquet};
use crate::error::Error;
use rusqlite::types::ValueRef;
use serde_json::Value;

/// How a table is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// Comma-separated values (RFC 4180), with a head.
    Csv,
    /// One JSON object to a line.
    JsonLines,
    /// Apache Parquet: typed columns, compressed.
    Parquet,
}

impl Export {
    /// How the names of its files end.
    pub fn ending(self) -> &'static str {
        match self {
            Export::Csv => "csv",
            Export::JsonLines => "jsonl",
            Export::Parquet => "parquet",
        }
    }
}

/// What a number is recomputed with, in the order that the schema has it: each row of the lower tables is written out
/// with its package's, so that each file stands by itself.
const MADE_OF: [&str; 6] = [
    "version",
    "cross_root",
    "native_root",
    "recipe",
    "tool",
    "rules",
];

impl Results {
    /// A table as the content of a file, in order of its columns from the left.
    pub fn export(&self, table: &str, export: Export) -> Result<Vec<u8>, Error> {
        let table = self.table(table).map_err(|e| fault(&e))?;
        Ok(match export {
            Export::Csv => text(&table, csv_head(&table), csv_line),
            Export::JsonLines => text(&table, String::new(), json_line),
            Export::Parquet => parquet::file(&table)
                .map_err(|error| Error::fault(format!("table {}", table.name), &error))?,
        })
    }

    fn table(&self, name: &str) -> rusqlite::Result<Table> {
        let mut columns = self.columns(name)?;
        let of_package = match name {
            "package" | "root" => String::new(),
            _ => {
                let made = self.columns("package")?.into_iter();
                columns.extend(made.filter(|one| MADE_OF.contains(&one.name.as_str())));
                let named = MADE_OF.map(|column| format!(", package.{column}"));
                named.concat()
            }
        };
        let joined = match of_package.is_empty() {
            true => "",
            false => "JOIN package USING (package, target, reference)",
        };
        let order: Vec<String> = (1..=columns.len().min(7))
            .map(|at| at.to_string())
            .collect();
        let mut statement = self.0.prepare(&format!(
            "SELECT own.*{of_package} FROM {name} AS own {joined} ORDER BY {}",
            order.join(", ")
        ))?;
        let rows = statement.query_map([], |row| {
            (0..columns.len())
                .map(|at| row.get_ref(at).map(value))
                .collect()
        })?;
        Ok(Table {
            name: name.to_owned(),
            rows: rows.collect::<rusqlite::Result<_>>()?,
            columns,
        })
    }

    fn columns(&self, table: &str) -> rusqlite::Result<Vec<Column>> {
        let mut statement = self
            .0
            .prepare("SELECT name, type, \"notnull\" FROM pragma_table_info(?1) ORDER BY cid")?;
        let columns = statement.query_map([table], |row| {
            Ok(Column {
                name: row.get(0)?,
                kind: row.get(1)?,
                required: row.get(2)?,
            })
        })?;
        columns.collect()
    }
}

fn text(table: &Table, head: String, line: fn(&Table, &[Value]) -> String) -> Vec<u8> {
    let mut out = head;
    table.rows.iter().for_each(|row| out += &line(table, row));
    out.into_bytes()
}

fn csv_head(table: &Table) -> String {
    csv(table.columns.iter().map(|column| column.name.clone()))
}

fn csv_line(_: &Table, row: &[Value]) -> String {
    csv(row.iter().map(cell))
}

fn csv(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it, which spreadsheets take for the sign
/// of a text.
fn cell(value: &Value) -> String {
    let text = spelled(value);
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    match value {
        Value::String(_) if formula => format!("'{text}"),
        _ => text,
    }
}

fn json_line(table: &Table, row: &[Value]) -> String {
    let names = table.columns.iter().map(|column| column.name.clone());
    let object: serde_json::Map<_, _> = names.zip(row.iter().cloned()).collect();
    format!("{}\n", Value::Object(object))
}

pub(super) fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::specimen::row;
    use super::super::{Results, TABLES};
    use super::*;
    use crossproof_model::Level;

    #[test]
    fn no_cell_is_a_formula() {
        let of = |text: &str| cell(&Value::String(text.to_owned()));
        assert_eq!(of("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        for begin in ["+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(of(begin), format!("'{begin}"));
        }
        assert_eq!(of("plain=1"), "plain=1");
        assert_eq!(cell(&Value::from(-1.5)), "-1.5", "a number is one");
    }

    fn written() -> (tempfile::TempDir, Results) {
        let folder = tempfile::tempdir().unwrap();
        let mut results = Results::open(&folder.path().join("r.sqlite")).unwrap();
        results.write(&row(Level::Bits), "1", "r").unwrap();
        (folder, results)
    }

    #[test]
    fn csv_quotes_what_would_be_torn() {
        let (_folder, results) = written();
        let text = String::from_utf8(results.export("package", Export::Csv).unwrap()).unwrap();
        let mut lines = text.split("\r\n");
        let head = lines.next().unwrap();
        assert!(head.starts_with("package,target,reference,language,version,ending"));
        let line = lines.next().unwrap();
        assert!(line.contains(r#","says ""a, b""","#), "{text}");
    }

    #[test]
    fn every_table_has_a_line_for_each_row() {
        let (_folder, results) = written();
        for table in TABLES {
            let lines = results.export(table, Export::JsonLines).unwrap();
            let lines = String::from_utf8(lines).unwrap();
            assert_eq!(lines.lines().count(), 1, "{table}");
            let line: Value = serde_json::from_str(&lines).unwrap();
            match table {
                "root" => assert_eq!(line["package"], "gcc:amd64"),
                _ => {
                    assert_eq!(line["version"], "1.0.8-6", "{table}");
                    assert_eq!((&line["tool"], &line["rules"]), (&"1".into(), &"r".into()));
                }
            }
        }
        let lines = results.export("package", Export::JsonLines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert!(lines.contains(r#""phase":null"#), "{lines}");
    }
}
