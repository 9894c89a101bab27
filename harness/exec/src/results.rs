//! A measurement's results: one SQLite file, a package written whole or not at all, read back and exported.

mod export;
mod parquet;
mod read;
#[cfg(test)]
mod specimen;
mod table;

pub use export::Export;

use crate::error::Error;
use crossproof_model::comparison::Functions;
use crossproof_model::measure::{BinaryRow, DifferenceRow, FileRow, PackageRow};
use rusqlite::{Connection, OpenFlags, Transaction, params};
use std::collections::BTreeSet;
use std::path::Path;

/// Tables with their columns; docs/measurement-data.md says what each means.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS package (
  package TEXT NOT NULL, target TEXT NOT NULL, reference TEXT NOT NULL, language TEXT NOT NULL, version TEXT NOT NULL,
  ending TEXT NOT NULL, level TEXT, phase TEXT, why TEXT, cross_seconds REAL, native_seconds REAL,
  cross_root TEXT, native_root TEXT, recipe TEXT, tool TEXT NOT NULL, rules TEXT NOT NULL,
  system TEXT, PRIMARY KEY (package, target, reference));
CREATE TABLE IF NOT EXISTS binary (
  package TEXT NOT NULL, target TEXT NOT NULL, reference TEXT NOT NULL, binary TEXT NOT NULL,
  reference_version TEXT, level TEXT, content_level TEXT, native_bytes INTEGER NOT NULL, cross_bytes INTEGER NOT NULL,
  PRIMARY KEY (package, target, reference, binary));
CREATE TABLE IF NOT EXISTS file (
  package TEXT NOT NULL, target TEXT NOT NULL, reference TEXT NOT NULL, binary TEXT NOT NULL, path TEXT NOT NULL,
  format TEXT NOT NULL, level TEXT, functions_same INTEGER, functions_changed INTEGER,
  functions_native_only INTEGER, functions_cross_only INTEGER,
  PRIMARY KEY (package, target, reference, binary, path));
CREATE TABLE IF NOT EXISTS difference (
  package TEXT NOT NULL, target TEXT NOT NULL, reference TEXT NOT NULL, binary TEXT NOT NULL, path TEXT NOT NULL,
  key TEXT NOT NULL, inside TEXT NOT NULL, native TEXT, cross TEXT, allows TEXT NOT NULL, settled_by TEXT);
CREATE INDEX IF NOT EXISTS difference_of ON difference (package, target, reference, binary);
CREATE TABLE IF NOT EXISTS root (
  root TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,
  PRIMARY KEY (root, package));
";

/// The tables, in the order they are exported.
pub const TABLES: [&str; 5] = ["package", "binary", "file", "difference", "root"];

/// Those whose rows are of one package, target and reference; several may be made in one root.
const OF_PACKAGES: [&str; 4] = ["package", "binary", "file", "difference"];

/// An open file of results.
pub struct Results(Connection);

fn fault(error: &rusqlite::Error) -> Error {
    Error::fault("the measurement's results", error)
}

impl Results {
    /// Opens the file, and makes its tables where they are not there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path).map_err(|e| fault(&e))?;
        // A package is there or not, also where the machine stops in between.
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(|e| fault(&e))?;
        let make = || {
            connection.execute_batch(SCHEMA)?;
            // Results that were begun before anybody looked at build systems.
            if !connection.column_exists(None, "package", "system")? {
                connection.execute_batch("ALTER TABLE package ADD COLUMN system TEXT")?;
            }
            Ok(())
        };
        make().map_err(|e: rusqlite::Error| fault(&e))?;
        Ok(Results(connection))
    }

    /// Opens the file to read it, and changes nothing; `None` if it has no such tables.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, Error> {
        let read = || {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let there = connection.table_exists(None, "package")?;
            Ok(there.then_some(Results(connection)))
        };
        read().map_err(|e: rusqlite::Error| fault(&e))
    }

    /// The packages that are done for a target and reference by this version of the tool and its rules.
    pub fn done(
        &self,
        target: &str,
        reference: &str,
        tool: &str,
        rules: &str,
    ) -> Result<BTreeSet<String>, Error> {
        let query = "SELECT package FROM package WHERE target = ?1 AND reference = ?2 AND tool = ?3 AND rules = ?4";
        let read = || {
            let mut statement = self.0.prepare(query)?;
            let rows =
                statement.query_map(params![target, reference, tool, rules], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(|e: rusqlite::Error| fault(&e))
    }

    /// Writes a package with all its rows, in place of what was there of it.
    pub fn write(&mut self, row: &PackageRow, tool: &str, rules: &str) -> Result<(), Error> {
        let mut write = || {
            let transaction = self.0.transaction()?;
            let id = (
                row.package.as_str(),
                row.target.short(),
                row.reference.name(),
            );
            for table in OF_PACKAGES {
                let query = format!(
                    "DELETE FROM {table} WHERE package = ?1 AND target = ?2 AND reference = ?3"
                );
                transaction.execute(&query, params![id.0, id.1, id.2])?;
            }
            transaction.execute(
                "INSERT INTO package VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
                params![
                    id.0,
                    id.1,
                    id.2,
                    row.language,
                    row.version,
                    row.ending.name(),
                    row.level.map(|level| level.name()),
                    row.phase,
                    row.why,
                    row.cross_seconds,
                    row.native_seconds,
                    row.cross_root.map(|digest| digest.to_string()),
                    row.native_root.map(|digest| digest.to_string()),
                    row.recipe.map(|digest| digest.to_string()),
                    tool,
                    rules,
                    row.system,
                ],
            )?;
            for (root, packages) in &row.roots {
                let root = root.to_string();
                for one in packages {
                    transaction.execute(
                        "INSERT OR IGNORE INTO root VALUES (?1,?2,?3,?4)",
                        params![root, one.name, one.version, one.sha256.as_str()],
                    )?;
                }
            }
            for binary in &row.binaries {
                add(&transaction, id, binary)?;
            }
            transaction.commit()
        };
        write().map_err(|e: rusqlite::Error| fault(&e))
    }

    /// The rows of a query without parameters, spelled as text: for tables in pages.
    pub fn query(&self, query: &str) -> Result<Vec<Vec<String>>, Error> {
        let read = || {
            let mut statement = self.0.prepare(query)?;
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..columns)
                    .map(|at| {
                        row.get_ref(at)
                            .map(|cell| table::spelled(&export::value(cell)))
                    })
                    .collect()
            })?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(|e: rusqlite::Error| fault(&e))
    }
}

type Id<'a> = (&'a str, &'a str, &'a str);

fn add(transaction: &Transaction<'_>, id: Id<'_>, binary: &BinaryRow) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO binary VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
        params![
            id.0,
            id.1,
            id.2,
            binary.name,
            binary.reference_version,
            binary.level.map(|level| level.name()),
            binary.content_level.map(|level| level.name()),
            binary.bytes.left as i64,
            binary.bytes.right as i64,
        ],
    )?;
    for FileRow {
        path,
        format,
        level,
        functions,
    } in &binary.files
    {
        let count =
            |of: fn(&Functions) -> u64| functions.as_ref().map(|functions| of(functions) as i64);
        transaction.execute(
            "INSERT INTO file VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
            params![
                id.0,
                id.1,
                id.2,
                binary.name,
                path,
                format,
                level.map(|level| level.name()),
                count(|f| f.same),
                count(|f| f.changed),
                count(|f| f.only.left),
                count(|f| f.only.right),
            ],
        )?;
    }
    for DifferenceRow {
        path,
        key,
        inside,
        shown,
        allows,
        settled_by,
    } in &binary.differences
    {
        transaction.execute(
            "INSERT INTO difference VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
            params![
                id.0,
                id.1,
                id.2,
                binary.name,
                path,
                key.as_str(),
                inside,
                shown.left,
                shown.right,
                allows.name(),
                settled_by.as_ref().map(ToString::to_string),
            ],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::specimen::row;
    use super::*;
    use crossproof_model::Level;

    #[test]
    fn a_package_is_replaced_and_done_for_its_own_rules_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sqlite");
        let mut results = Results::open(&path).unwrap();
        results.write(&row(Level::Interface), "1", "r").unwrap();
        results.write(&row(Level::Loaded), "1", "r").unwrap();
        drop(results);
        let results = Results::open(&path).unwrap();
        let done = |rules: &str| results.done("aarch64", "published", "1", rules).unwrap();
        assert_eq!(done("r").len(), 1);
        assert!(done("other").is_empty());
        assert!(
            results
                .done("armv7", "published", "1", "r")
                .unwrap()
                .is_empty()
        );
        for table in TABLES {
            let query = format!("SELECT count(*) FROM {table}");
            assert_eq!(results.query(&query).unwrap(), [["1"]], "{table}");
        }
        let level = results.query("SELECT level FROM package").unwrap();
        assert_eq!(level, [["loaded"]]);
    }
}
