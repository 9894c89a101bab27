//! The names that symbol tables give to places.

use super::super::super::image::{Image, SHT_DYNSYM, SHT_GNU_VERSYM, SHT_SYMTAB};
use super::super::super::symbols::{self, STB_LOCAL, STT_OBJECT, STT_SECTION, STT_TLS, Symbol};
use super::{Machine, Mark, Name, Space, spelled};

const STT_FUNC: u8 = 2;
const STT_IFUNC: u8 = 10;

impl Space<'_> {
    /// From the symbol tables of the file itself or its debug file.
    pub(super) fn read_names(&mut self, image: &Image<'_>) -> Option<()> {
        let versions = image.sections.iter().find(|s| s.kind == SHT_GNU_VERSYM);
        let versions = versions.map(|s| image.fields.over(image.content(s)));
        for table in &image.sections {
            let exported = match table.kind {
                SHT_DYNSYM => true,
                SHT_SYMTAB => false,
                _ => continue,
            };
            for (index, symbol) in symbols::read(image, table)?.iter().enumerate() {
                let Some(address) = self.address_in(image, symbol) else {
                    continue;
                };
                if let (Machine::Arm | Machine::A64, Some(mark)) = (self.machine, mark(symbol)) {
                    self.marks.insert(address, mark);
                    self.mapped = true;
                    continue;
                }
                if symbol.name.is_empty() || symbol.kind() == STT_SECTION {
                    continue;
                }
                let code = matches!(symbol.kind(), STT_FUNC | STT_IFUNC);
                let in_code = self.area(address & !1).is_some_and(|area| area.code);
                // A label without a type names code; over data it only marks a boundary.
                let label = symbol.kind() == 0 && in_code;
                // So does an object without a size: the linker's own, at the end of something.
                let object = matches!(symbol.kind(), STT_OBJECT | STT_TLS) && symbol.size > 0;
                if !code && !label && !object {
                    continue;
                }
                let mut text = spelled(symbol.name);
                if exported && let Some(versions) = versions {
                    // A hidden version stands beside the default one of the same name.
                    let version = versions.u16((index + 1) * 2).unwrap_or_default();
                    if version & 0x8000 != 0 {
                        text = format!("{text}@{}", version & 0x7fff);
                    }
                }
                let mut address = address;
                if self.machine == Machine::Arm && code {
                    let mark = if address & 1 == 1 {
                        Mark::T32
                    } else {
                        Mark::A32
                    };
                    address &= !1;
                    self.marks.entry(address).or_insert(mark);
                }
                let exported = exported || (image.relocatable() && symbol.binding() != STB_LOCAL);
                self.names.push(Name {
                    address,
                    size: symbol.size,
                    text,
                    exported,
                    code: code || label,
                });
            }
        }
        Some(())
    }
}

fn mark(symbol: &Symbol<'_>) -> Option<Mark> {
    if symbol.binding() != STB_LOCAL || symbol.kind() != 0 {
        return None;
    }
    let (head, tail) = symbol.name.split_at_checked(2)?;
    if !(tail.is_empty() || tail.starts_with(b".")) {
        return None;
    }
    match head {
        b"$d" => Some(Mark::Data),
        b"$a" | b"$x" => Some(Mark::A32),
        b"$t" => Some(Mark::T32),
        _ => None,
    }
}
