//! What the symbols of a linked file say of it, read by the `object` library: the comparison has no part in it.

use object::elf;
use object::read::elf::{ElfFile, FileHeader};
use object::{
    Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionKind, SymbolKind,
};
use std::ops::Range;

/// A named stretch of a file.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its address.
    pub address: u64,
    /// Where its bytes stand in the file.
    pub bytes: Range<usize>,
}

/// A place that the loader fills.
#[derive(Clone, Debug)]
pub struct Fixup {
    /// The place's address.
    pub address: u64,
    /// Where the place's bytes stand in the file.
    pub place: usize,
    /// Where the record stands in the file, if it says where it leads.
    pub record: usize,
    /// Its kind.
    pub kind: u32,
    /// The symbol it names.
    pub symbol: Option<usize>,
}

/// A file with its symbols.
pub struct Truth {
    /// `aarch64` or `arm`.
    pub wide: bool,
    /// Functions with a size.
    pub functions: Vec<Named>,
    /// Data objects with a size and content.
    pub objects: Vec<Named>,
    /// Stretches of the code that are data (`$d`), by address.
    pub pools: Vec<Range<u64>>,
    /// Stretches that are T32 (`$t`).
    pub thumb: Vec<Range<u64>>,
    /// Relocations of the loader.
    pub fixups: Vec<Fixup>,
    /// Sections that are loaded: name, address, bytes in the file.
    pub sections: Vec<(String, u64, Range<usize>)>,
}

impl Truth {
    /// `None` if it is not a file of the two architectures.
    pub fn read(bytes: &[u8]) -> Option<Truth> {
        match object::FileKind::parse(bytes).ok()? {
            object::FileKind::Elf64 => read::<elf::FileHeader64<object::Endianness>>(bytes, true),
            object::FileKind::Elf32 => read::<elf::FileHeader32<object::Endianness>>(bytes, false),
            _ => None,
        }
    }

    /// Where the bytes of an address stand in the file.
    pub fn offset(&self, address: u64) -> Option<usize> {
        self.sections.iter().find_map(|(_, start, bytes)| {
            let inside = address.checked_sub(*start)? as usize;
            (inside < bytes.len()).then(|| bytes.start + inside)
        })
    }

    /// A section by name.
    pub fn section(&self, name: &str) -> Option<&(String, u64, Range<usize>)> {
        self.sections.iter().find(|(label, _, _)| label == name)
    }

    /// Whether the loader writes a byte itself, whatever stands there.
    pub fn overwritten(&self, address: u64) -> bool {
        let width = 8;
        self.wide
            && self
                .fixups
                .iter()
                .any(|fixup| (fixup.address..fixup.address + width).contains(&address))
    }
}

fn read<H: FileHeader<Endian = object::Endianness>>(bytes: &[u8], wide: bool) -> Option<Truth> {
    let file = ElfFile::<H>::parse(bytes).ok()?;
    let mut sections = Vec::new();
    for section in file.sections() {
        let Some((from, size)) = section.file_range() else {
            continue;
        };
        let loaded = !matches!(
            section.kind(),
            SectionKind::Metadata | SectionKind::Other | SectionKind::Debug
        );
        if section.address() != 0 && (loaded || size > 0) {
            let range = from as usize..(from + size) as usize;
            sections.push((section.name().ok()?.to_owned(), section.address(), range));
        }
    }
    let mut truth = Truth {
        wide,
        functions: Vec::new(),
        objects: Vec::new(),
        pools: Vec::new(),
        thumb: Vec::new(),
        fixups: Vec::new(),
        sections,
    };
    let mut marks: Vec<(u64, char)> = Vec::new();
    for symbol in file.symbols() {
        let name = symbol.name().unwrap_or_default();
        if let Some(mark) = name.strip_prefix('$').and_then(|rest| rest.chars().next()) {
            marks.push((symbol.address(), mark));
            continue;
        }
        let address = match (symbol.kind(), wide) {
            (SymbolKind::Text, false) => symbol.address() & !1,
            _ => symbol.address(),
        };
        let Some(from) = truth.offset(address).filter(|_| symbol.size() > 0) else {
            continue;
        };
        let named = Named {
            address,
            bytes: from..from + symbol.size() as usize,
        };
        match symbol.kind() {
            SymbolKind::Text => truth.functions.push(named),
            SymbolKind::Data => truth.objects.push(named),
            _ => {}
        }
    }
    truth.functions.sort_by_key(|f| f.address);
    truth.functions.dedup_by_key(|f| f.address);
    truth.objects.sort_by_key(|f| f.address);
    truth.objects.dedup_by_key(|f| f.address);
    marks.sort_unstable();
    for (index, (at, mark)) in marks.iter().enumerate() {
        let next = marks[index + 1..].iter().find(|(next, _)| next > at);
        let end = next.map_or(u64::MAX, |(next, _)| *next);
        match mark {
            'd' => truth.pools.push(*at..end),
            't' => truth.thumb.push(*at..end),
            _ => {}
        }
    }
    fixups(&file, &mut truth);
    Some(truth)
}

fn fixups<H: FileHeader<Endian = object::Endianness>>(file: &ElfFile<'_, H>, truth: &mut Truth) {
    let Some(relocations) = file.dynamic_relocations() else {
        return;
    };
    let tables: Vec<_> = [".rela.dyn", ".rela.plt", ".rel.dyn", ".rel.plt"]
        .iter()
        .filter_map(|name| truth.section(name).cloned())
        .collect();
    let each = if truth.wide { 24 } else { 8 };
    let records: Vec<usize> = tables
        .iter()
        .flat_map(|(_, _, bytes)| bytes.clone().step_by(each))
        .collect();
    for (index, (address, relocation)) in relocations.enumerate() {
        let (Some(record), Some(place)) = (records.get(index), truth.offset(address)) else {
            continue;
        };
        let RelocationFlags::Elf { r_type } = relocation.flags() else {
            continue;
        };
        let symbol = match relocation.target() {
            RelocationTarget::Symbol(symbol) => Some(symbol.0),
            _ => None,
        };
        truth.fixups.push(Fixup {
            address,
            place,
            record: *record,
            kind: r_type.0,
            symbol,
        });
    }
}
