//! Line tables: files by full path, rows by what they say.

use super::Unparsed;
use super::cost::Budget;
use super::leb128::number;
use super::sections::Reader;
use crate::path_map::PathMap;
use gimli::{Dwarf, LineRow, Reader as _, Unit};

/// How many bytes the names of a file's line tables may come to, which have `size` bytes: many entries may share one long
/// string. Entries of six bytes with paths of hundreds are common.
pub(super) fn budget(size: usize) -> Budget {
    let most = size.saturating_mul(NAMES).max(1 << 20);
    Budget::new(most, "the line tables name files without end")
}

/// Bytes of names for each byte of line tables.
const NAMES: usize = 16;

/// How many bytes all line programs may have that are run: units in different folders share one, and so do those of types.
pub(super) fn programs(size: usize) -> Budget {
    let most = size.saturating_mul(4).saturating_add(1 << 16);
    Budget::new(most, "the line programs overlap without end")
}

/// Takes the bytes of a unit's line program.
pub(super) fn spend(unit: &Unit<Reader<'_>>, programs: &Budget) -> Result<(), Unparsed> {
    let program = unit.line_program.as_ref();
    programs.spend(program.map_or(0, |program| program.header().unit_length()))
}

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
        budget: &Budget,
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
            let folder = join(&home, &folder.to_slice()?);
            budget.spend(folder.len())?;
            folders.push(folder);
        }
        for file in header.file_names() {
            let name = dwarf.attr_string(unit, file.path_name())?;
            let folder = usize::try_from(file.directory_index())
                .ok()
                .and_then(|i| folders.get(i));
            let folder = folder.map_or(&home, |folder| folder);
            let path = map.apply(&join(folder, &name.to_slice()?)).into_owned();
            budget.spend(path.len())?;
            files.paths.push(path);
            let source = match file.source() {
                Some(source) => {
                    let source = dwarf.attr_string(unit, source)?.to_slice()?.into_owned();
                    // Spelled out, a byte takes up to four.
                    budget.spend(source.len().saturating_mul(4))?;
                    source
                }
                None => Vec::new(),
            };
            let facts = (
                file.timestamp(),
                file.size(),
                header.file_has_md5().then(|| file.md5()),
                source,
            );
            // Mostly nothing is said.
            files.facts.push(match &facts {
                (0, 0, None, source) if source.is_empty() => String::new(),
                facts => format!("{facts:x?}"),
            });
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

/// A line table, resolved. Units that share one (type units do) are all compared by this.
pub(super) struct Table {
    pub files: Files,
    /// How many rows there are, and the digest of what they say.
    pub rows: (usize, blake3::Hash),
    /// The digest of files and rows.
    pub digest: blake3::Hash,
}

impl Table {
    pub(super) fn read(
        dwarf: &Dwarf<Reader<'_>>,
        unit: &Unit<Reader<'_>>,
        map: &PathMap,
        budget: &Budget,
    ) -> Result<Self, Unparsed> {
        let files = Files::read(dwarf, unit, map, budget)?;
        let mut chunk = Vec::with_capacity(2 * CHUNK);
        let mut hasher = blake3::Hasher::new();
        let mut count = 0;
        rows(unit, |row| {
            render(row, &mut chunk);
            count += 1;
            if chunk.len() >= CHUNK {
                hasher.update(&chunk);
                chunk.clear();
            }
            true
        })?;
        hasher.update(&chunk);
        let rows = hasher.finalize();
        chunk.clear();
        for (path, facts) in files.paths.iter().zip(&files.facts) {
            number(path.len() as u64, &mut chunk);
            chunk.extend(path);
            number(facts.len() as u64, &mut chunk);
            chunk.extend(facts.as_bytes());
        }
        chunk.extend(rows.as_bytes());
        Ok(Table {
            files,
            rows: (count, rows),
            digest: blake3::hash(&chunk),
        })
    }
}

/// Bytes rendered before they are hashed.
const CHUNK: usize = 1 << 14;

/// Calls `each` with every row until it returns false.
pub(super) fn rows(
    unit: &Unit<Reader<'_>>,
    mut each: impl FnMut(&LineRow) -> bool,
) -> Result<(), Unparsed> {
    let Some(program) = unit.line_program.clone() else {
        return Ok(());
    };
    let mut rows = program.rows();
    while let Some((_, row)) = rows.next_row()? {
        if !each(row) {
            break;
        }
    }
    Ok(())
}

/// A row: address, operation, line, column, file, instruction set, discriminator, flags.
pub(super) fn render(row: &LineRow, out: &mut Vec<u8>) {
    let column = match row.column() {
        gimli::ColumnType::LeftEdge => 0,
        gimli::ColumnType::Column(column) => column.get(),
    };
    let flags = [
        row.is_stmt(),
        row.basic_block(),
        row.end_sequence(),
        row.prologue_end(),
        row.epilogue_begin(),
    ];
    let flags = flags
        .iter()
        .fold(0, |bits, flag| bits << 1 | u64::from(*flag));
    let numbers = [
        row.address(),
        row.op_index(),
        row.line().map_or(0, std::num::NonZeroU64::get),
        column,
        row.file_index(),
        row.isa(),
        row.discriminator(),
        flags,
    ];
    numbers.into_iter().for_each(|n| number(n, out));
}

/// A row for people: address, file and line.
pub(super) fn place(row: &LineRow, files: &Files) -> String {
    let file = files.path(row.file_index());
    let file = file.map_or_else(
        || format!("file {}", row.file_index()),
        |path| String::from_utf8_lossy(path).into_owned(),
    );
    let line = row.line().map_or(0, std::num::NonZeroU64::get);
    let mut out = format!("{file}:{line}");
    if let gimli::ColumnType::Column(column) = row.column() {
        out.push_str(&format!(":{column}"));
    }
    let marks = [
        (row.end_sequence(), "end of the code"),
        (row.is_stmt(), "statement"),
        (row.basic_block(), "block"),
        (row.prologue_end(), "end of the prologue"),
        (row.epilogue_begin(), "epilogue"),
    ];
    for (_, mark) in marks.into_iter().filter(|(set, _)| *set) {
        out.push_str(&format!(", {mark}"));
    }
    for (what, number) in [("discriminator", row.discriminator()), ("isa", row.isa())] {
        if number != 0 {
            out.push_str(&format!(", {what} {number}"));
        }
    }
    // In an object file what stands above is which section it counts from.
    match row.address() >> 40 {
        0 => out.push_str(&format!(", at {:#x}", row.address())),
        _ => out.push_str(&format!(", at +{:#x}", row.address() & 0xff_ffff_ffff)),
    }
    out
}
