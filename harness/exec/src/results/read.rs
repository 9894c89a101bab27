//! A measurement's rows as they were written: for reports.

use super::{Results, fault};
use crate::error::Error;
use crossproof_model::comparison::Functions;
use crossproof_model::measure::{BinaryRow, DifferenceRow, Ending, FileRow, PackageRow, Reference};
use crossproof_model::{Level, Pair};
use rusqlite::types::Type;
use rusqlite::{Result, Row, params};
use std::collections::BTreeMap;
use std::str::FromStr;

impl Results {
    /// Every package with all its rows, by name, target and reference.
    pub fn packages(&self) -> std::result::Result<Vec<PackageRow>, Error> {
        self.read_packages().map_err(|e| fault(&e))
    }

    /// The versions of the tool that measured.
    pub fn tools(&self) -> std::result::Result<Vec<String>, Error> {
        let rows = self.query("SELECT DISTINCT tool FROM package ORDER BY tool")?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn read_packages(&self) -> Result<Vec<PackageRow>> {
        let query = "SELECT * FROM package ORDER BY package, target, reference";
        let mut statement = self.0.prepare(query)?;
        let rows = statement.query_map([], package)?;
        let mut packages: Vec<PackageRow> = rows.collect::<Result<_>>()?;
        for row in &mut packages {
            row.binaries = self.of_package("binary", row, binary)?;
            for (name, file) in self.of_package("file", row, file)? {
                if let Some(binary) = of_binary(row, &name) {
                    binary.files.push(file);
                }
            }
            for (name, difference) in self.of_package("difference", row, difference)? {
                if let Some(binary) = of_binary(row, &name) {
                    binary.differences.push(difference);
                }
            }
        }
        Ok(packages)
    }

    /// The rows of a table that are a package's, in the order they were written.
    fn of_package<T>(
        &self,
        table: &str,
        of: &PackageRow,
        read: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT * FROM {table} WHERE package = ?1 AND target = ?2 AND reference = ?3 ORDER BY rowid"
        ))?;
        let id = params![of.package, of.target.short(), of.reference.name()];
        statement.query_map(id, read)?.collect()
    }
}

fn of_binary<'a>(row: &'a mut PackageRow, name: &str) -> Option<&'a mut BinaryRow> {
    row.binaries.iter_mut().find(|binary| binary.name == name)
}

fn package(row: &Row<'_>) -> Result<PackageRow> {
    Ok(PackageRow {
        package: row.get("package")?,
        language: row.get("language")?,
        target: parsed(row, "target")?,
        reference: named(row, "reference", Reference::ALL, Reference::name)?,
        system: match row.as_ref().column_index("system") {
            Ok(_) => row.get("system")?,
            Err(_) => None,
        },
        version: row.get("version")?,
        ending: named(row, "ending", Ending::ALL, Ending::name)?,
        level: optional(row, "level")?,
        phase: row.get("phase")?,
        why: row.get("why")?,
        cross_seconds: seconds(row, "cross_seconds")?,
        native_seconds: seconds(row, "native_seconds")?,
        cross_root: optional(row, "cross_root")?,
        native_root: optional(row, "native_root")?,
        // No report asks for them.
        roots: BTreeMap::new(),
        recipe: optional(row, "recipe")?,
        binaries: Vec::new(),
    })
}

/// Seconds of a build, which come to years at most.
fn seconds(row: &Row<'_>, column: &str) -> Result<Option<f64>> {
    let seconds: Option<f64> = row.get(column)?;
    match seconds {
        Some(seconds) if !(0.0..=1e9).contains(&seconds) => Err(unreadable(
            row,
            column,
            format!("{seconds} is no time of a build in seconds").into(),
        )),
        seconds => Ok(seconds),
    }
}

fn binary(row: &Row<'_>) -> Result<BinaryRow> {
    Ok(BinaryRow {
        name: row.get("binary")?,
        reference_version: row.get("reference_version")?,
        level: optional(row, "level")?,
        content_level: optional(row, "content_level")?,
        bytes: Pair::new(count(row, "native_bytes")?, count(row, "cross_bytes")?),
        files: Vec::new(),
        differences: Vec::new(),
    })
}

fn file(row: &Row<'_>) -> Result<(String, FileRow)> {
    let functions = match row.get::<_, Option<i64>>("functions_same")? {
        None => None,
        Some(_) => Some(Functions {
            same: count(row, "functions_same")?,
            changed: count(row, "functions_changed")?,
            only: Pair::new(
                count(row, "functions_native_only")?,
                count(row, "functions_cross_only")?,
            ),
            ..Functions::default()
        }),
    };
    let file = FileRow {
        path: row.get("path")?,
        format: row.get("format")?,
        level: optional(row, "level")?,
        functions,
    };
    Ok((row.get("binary")?, file))
}

fn difference(row: &Row<'_>) -> Result<(String, DifferenceRow)> {
    let difference = DifferenceRow {
        path: row.get("path")?,
        key: parsed(row, "key")?,
        inside: row.get("inside")?,
        shown: Pair::new(row.get("native")?, row.get("cross")?),
        allows: parsed::<Level>(row, "allows")?,
        settled_by: optional(row, "settled_by")?,
    };
    Ok((row.get("binary")?, difference))
}

fn count(row: &Row<'_>, column: &str) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|error| unreadable(row, column, error.into()))
}

fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> Result<T> {
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|error: T::Err| unreadable(row, column, error.into()))
}

fn optional<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(None),
        Some(_) => parsed(row, column).map(Some),
    }
}

fn named<T: Copy, const N: usize>(
    row: &Row<'_>,
    column: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
) -> Result<T> {
    let text: String = row.get(column)?;
    let found = all.into_iter().find(|one| name(*one) == text);
    found.ok_or_else(|| unreadable(row, column, format!("unknown {column} `{text}`").into()))
}

fn unreadable(
    row: &Row<'_>,
    column: &str,
    cause: Box<dyn std::error::Error + Send + Sync>,
) -> rusqlite::Error {
    let at = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, cause)
}

#[cfg(test)]
mod tests {
    use super::super::Results;
    use super::super::specimen::row;
    use crossproof_model::Level;
    use crossproof_model::measure::PackageRow;
    use std::collections::BTreeMap;

    /// Without what its roots are made of, which is not read.
    fn as_read(row: PackageRow) -> PackageRow {
        PackageRow {
            roots: BTreeMap::new(),
            ..row
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sqlite");
        let mut results = Results::open(&path).unwrap();
        let written = row(Level::Interface);
        results.write(&written, "1", "r").unwrap();
        assert_eq!(results.packages().unwrap(), [as_read(written)]);
        assert_eq!(results.tools().unwrap(), ["1"]);
    }

    #[test]
    fn results_of_before_build_systems_were_looked_at_are_read_and_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sqlite");
        let mut results = Results::open(&path).unwrap();
        results.write(&row(Level::Interface), "1", "r").unwrap();
        let change = "ALTER TABLE package DROP COLUMN system";
        results.0.execute(change, []).unwrap();
        drop(results);
        let old = Results::open_existing(&path).unwrap().unwrap();
        assert_eq!(old.packages().unwrap()[0].system, None);
        drop(old);
        let mut results = Results::open(&path).unwrap();
        results.write(&row(Level::Loaded), "1", "r").unwrap();
        assert_eq!(results.packages().unwrap(), [as_read(row(Level::Loaded))]);
    }

    #[test]
    fn a_word_nobody_knows_is_refused_by_its_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sqlite");
        let mut results = Results::open(&path).unwrap();
        results.write(&row(Level::Interface), "1", "r").unwrap();
        let change = "UPDATE package SET ending = 'exploded'";
        results.0.execute(change, []).unwrap();
        let error = results.packages().unwrap_err().to_string();
        assert!(error.contains("unknown ending `exploded`"), "{error}");
    }
}
