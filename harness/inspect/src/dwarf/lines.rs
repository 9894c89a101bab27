//! Line tables: files by full path, rows by what they say.

use super::Unparsed;
use super::sections::Reader;
use super::values::Values;
use crate::path_map::PathMap;
use gimli::{Dwarf, LineRow, Reader as _, Unit};

/// The files of a unit's line table.
#[derive(Default)]
pub(super) struct Files {
    /// Index of the first: 1 before DWARF 5.
    first: u64,
    pub paths: Vec<Vec<u8>>,
    /// What else is said of each: times, sizes, checksums.
    pub facts: Vec<String>,
}

impl Files {
    /// Full paths under the map. The folder table is not compared beside them: it only spells them.
    pub(super) fn read(
        dwarf: &Dwarf<Reader<'_>>,
        unit: &Unit<Reader<'_>>,
        map: &PathMap,
    ) -> Result<Self, Unparsed> {
        let Some(program) = &unit.line_program else {
            return Ok(Files::default());
        };
        let header = program.header();
        let mut files = Files {
            first: u64::from(header.version() < 5),
            ..Files::default()
        };
        let home = match &unit.comp_dir {
            Some(home) => home.to_slice()?.into_owned(),
            None => Vec::new(),
        };
        // Folder 0 is the unit's own; relative folders stand below it.
        let mut folders = Vec::new();
        if header.version() < 5 {
            folders.push(home.clone());
        }
        for folder in header.include_directories() {
            let folder = dwarf.attr_string(unit, folder.clone())?;
            folders.push(join(&home, &folder.to_slice()?));
        }
        let mut budget = 1_usize << 28;
        for file in header.file_names() {
            let name = dwarf.attr_string(unit, file.path_name())?;
            let folder = usize::try_from(file.directory_index())
                .ok()
                .and_then(|i| folders.get(i));
            let folder = folder.map_or(&home, |folder| folder);
            let path = map.apply(&join(folder, &name.to_slice()?)).into_owned();
            // Many entries may share one long string.
            budget = budget
                .checked_sub(path.len())
                .ok_or_else(|| Unparsed("a line table names files without end".to_owned()))?;
            files.paths.push(path);
            let source = match file.source() {
                Some(source) => dwarf.attr_string(unit, source)?.to_slice()?.into_owned(),
                None => Vec::new(),
            };
            let facts = (
                file.timestamp(),
                file.size(),
                header.file_has_md5().then(|| file.md5()),
                source,
            );
            files.facts.push(format!("{facts:x?}"));
        }
        Ok(files)
    }

    /// The path of this index.
    pub(super) fn path(&self, index: u64) -> Option<&[u8]> {
        let index = usize::try_from(index.checked_sub(self.first)?).ok()?;
        self.paths.get(index).map(Vec::as_slice)
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    match name.first() {
        Some(b'/') => name.to_vec(),
        _ if folder.is_empty() => name.to_vec(),
        _ => [folder, b"/", name].concat(),
    }
}

/// Hashes the line table of a unit.
pub(super) fn hash(values: &Values<'_, '_>, hasher: &mut blake3::Hasher) -> Result<(), Unparsed> {
    for (path, facts) in values.files.paths.iter().zip(&values.files.facts) {
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path);
        hasher.update(facts.as_bytes());
    }
    let mut chunk = Vec::new();
    rows(values, |row| {
        chunk.extend(row);
        if chunk.len() > 1 << 16 {
            hasher.update(&chunk);
            chunk.clear();
        }
        true
    })?;
    hasher.update(&chunk);
    Ok(())
}

/// A row as numbers: address, operation, line, column, file, flags, instruction set, discriminator.
pub(super) type Row = [u8; ROW];
const ROW: usize = 8 * 7 + 1;

/// Calls `each` with every row until it returns false.
pub(super) fn rows(
    values: &Values<'_, '_>,
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), Unparsed> {
    let Some(program) = values.one.unit.line_program.clone() else {
        return Ok(());
    };
    let mut rows = program.rows();
    while let Some((_, row)) = rows.next_row()? {
        if !each(render(row)) {
            break;
        }
    }
    Ok(())
}

fn render(row: &LineRow) -> Row {
    let column = match row.column() {
        gimli::ColumnType::LeftEdge => 0,
        gimli::ColumnType::Column(column) => column.get(),
    };
    let numbers = [
        row.address(),
        row.op_index(),
        row.line().map_or(0, std::num::NonZeroU64::get),
        column,
        row.file_index(),
        row.isa(),
        row.discriminator(),
    ];
    let flags = [
        row.is_stmt(),
        row.basic_block(),
        row.end_sequence(),
        row.prologue_end(),
        row.epilogue_begin(),
    ];
    let mut out = [0; ROW];
    for (place, number) in out.chunks_exact_mut(8).zip(numbers) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    if let Some(last) = out.last_mut() {
        *last = flags
            .iter()
            .fold(0, |bits, flag| bits << 1 | u8::from(*flag));
    }
    out
}
