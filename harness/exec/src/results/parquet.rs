//! A table as an Apache Parquet file: one row group, a column of the type that the schema declares for each.

use super::table::{Column, Table, spelled};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use std::sync::Arc;

/// The file's content.
pub(super) fn file(table: &Table) -> Result<Vec<u8>> {
    let columns: Vec<String> = table.columns.iter().map(declared).collect();
    let schema = format!("message {} {{ {} }}", table.name, columns.join(" "));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .build();
    let schema = Arc::new(parse_message_type(&schema)?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for (at, column) in table.columns.iter().enumerate() {
        let cells: Vec<&Value> = table.rows.iter().filter_map(|row| row.get(at)).collect();
        match column.kind.as_str() {
            "INTEGER" => write::<Int64Type>(&mut group, column, &cells, Value::as_i64)?,
            "REAL" => write::<DoubleType>(&mut group, column, &cells, Value::as_f64)?,
            _ => write::<ByteArrayType>(&mut group, column, &cells, |cell| {
                Some(ByteArray::from(spelled(cell).into_bytes()))
            })?,
        }
    }
    group.close()?;
    writer.into_inner()
}

/// A column in Parquet's language of schemas.
fn declared(column: &Column) -> String {
    let needed = if column.required {
        "REQUIRED"
    } else {
        "OPTIONAL"
    };
    let (kind, meant) = match column.kind.as_str() {
        "INTEGER" => ("INT64", ""),
        "REAL" => ("DOUBLE", ""),
        _ => ("BYTE_ARRAY", " (STRING)"),
    };
    format!("{needed} {kind} {}{meant};", column.name)
}

/// Writes the next column. What is `null` has no value, and a definition level of 0 in place of 1.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    column: &Column,
    cells: &[&Value],
    read: impl Fn(&Value) -> Option<T::T>,
) -> Result<()> {
    let other = || ParquetError::General(format!("column {} holds another type", column.name));
    let there: Vec<&&Value> = cells.iter().filter(|cell| !cell.is_null()).collect();
    let values: Option<Vec<T::T>> = there.iter().map(|cell| read(cell)).collect();
    let values = values.ok_or_else(other)?;
    let levels: Vec<i16> = cells
        .iter()
        .map(|cell| i16::from(!cell.is_null()))
        .collect();
    let mut writer = group.next_column()?.ok_or_else(other)?;
    writer
        .typed::<T>()
        .write_batch(&values, (!column.required).then_some(&levels), None)?;
    writer.close()
}

#[cfg(test)]
mod tests {
    use super::super::specimen::row;
    use super::super::{Export, Results, TABLES};
    use crossproof_model::Level;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    use serde_json::Value;
    use std::fs::File;
    use std::path::Path;

    fn read_back(results: &Results, table: &str, folder: &Path) -> SerializedFileReader<File> {
        let path = folder.join(table);
        std::fs::write(&path, results.export(table, Export::Parquet).unwrap()).unwrap();
        SerializedFileReader::new(File::open(path).unwrap()).unwrap()
    }

    #[test]
    fn every_table_is_read_back_with_its_types() {
        let folder = tempfile::tempdir().unwrap();
        let mut results = Results::open(&folder.path().join("r.sqlite")).unwrap();
        results.write(&row(Level::Bits), "1", "r").unwrap();
        for table in TABLES {
            let reader = read_back(&results, table, folder.path());
            let rows: Vec<_> = reader.get_row_iter(None).unwrap().collect();
            assert_eq!(rows.len(), 1, "{table}");
            let line = results.export(table, Export::JsonLines).unwrap();
            let wanted: Value = serde_json::from_slice(&line).unwrap();
            let row = rows[0].as_ref().unwrap();
            assert_eq!(row.len(), wanted.as_object().unwrap().len(), "{table}");
            for (name, field) in row.get_column_iter() {
                let same = match (field, &wanted[name]) {
                    (Field::Str(text), Value::String(wanted)) => text == wanted,
                    (Field::Long(number), Value::Number(wanted)) => {
                        wanted.as_i64() == Some(*number)
                    }
                    (Field::Double(number), Value::Number(wanted)) => {
                        wanted.as_f64() == Some(*number)
                    }
                    (Field::Null, Value::Null) => true,
                    _ => false,
                };
                assert!(same, "{table} {name}: {field}, {}", wanted[name]);
            }
        }
    }

    #[test]
    fn an_empty_table_is_a_file_too() {
        let folder = tempfile::tempdir().unwrap();
        let results = Results::open(&folder.path().join("r.sqlite")).unwrap();
        let reader = read_back(&results, "file", folder.path());
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }
}
