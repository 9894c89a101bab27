//! Notes by owner and type.

use super::image::{Image, SHN_ABS, SHT_DYNSYM, SHT_SYMTAB, Section};
use super::relocations;
use super::symbols::{self, Symbol};
use crate::numbering::{counted, number_repeats};
use crate::part::Item;
use crate::rules::{Rule, RuleSet, build_id, go_build_id, note_package};
use crossproof_model::{Level, RelPath};

/// One note of a `SHT_NOTE` section.
pub(crate) struct Note<'a> {
    pub owner: &'a [u8],
    pub kind: u32,
    pub description: &'a [u8],
    /// Whether it is where tools put it, and nothing in the file refers to it.
    pub apart: bool,
}

/// The notes of a section; `None` if they do not fill it exactly with zero padding, in which case it is
/// to be compared byte for byte, as it is where the program headers know of no notes.
pub(crate) fn read<'a>(image: &Image<'a>, section: &Section<'_>) -> Option<Vec<Note<'a>>> {
    if !image.holds_notes(&section.range) {
        return None;
    }
    let f = image.fields.over(image.content(section));
    // Owner and description are padded to 4 bytes, or to 8 where the section is so aligned (GNU properties).
    let unit = if section.align == 8 { 8 } else { 4 };
    let apart = stands_apart(image, section);
    let mut notes = Vec::new();
    let mut at = 0_usize;
    while at < f.bytes.len() {
        let owner_size = f.u32(at)? as usize;
        let size = f.u32(at.checked_add(4)?)? as usize;
        let kind = f.u32(at.checked_add(8)?)?;
        let owner_at = at.checked_add(12)?;
        let owner_end = owner_at.checked_add(owner_size)?;
        let start = owner_end.checked_next_multiple_of(unit)?;
        let end = start.checked_add(size)?;
        let next = end.checked_next_multiple_of(unit)?.min(f.bytes.len());
        let zero =
            |range: std::ops::Range<usize>| Some(f.bytes.get(range)?.iter().all(|b| *b == 0));
        if !zero(owner_end..start)? || !zero(end..next)? {
            return None;
        }
        // The terminator is part of the name (System V ABI, chapter 5): `GNU` without it is another.
        let owner = f.bytes.get(owner_at..owner_end)?.strip_suffix(b"\0")?;
        notes.push(Note {
            owner,
            kind,
            description: f.bytes.get(start..end)?,
            apart,
        });
        at = next;
    }
    Some(notes)
}

/// Whether a section is one in which tools put notes that rules know, and no symbol or relocation leads into it.
fn stands_apart(image: &Image<'_>, section: &Section<'_>) -> bool {
    let known: [&[u8]; 3] = [b".note.gnu.build-id", b".note.go.buildid", b".note.package"];
    if !known.contains(&section.name) {
        return false;
    }
    let within = |symbol: &Symbol<'_>| {
        let of_it = image.sections.get(usize::from(symbol.section));
        let of_it = of_it.is_some_and(|of_it| of_it.range == section.range);
        let address = section.addr..=section.addr + section.size;
        // A linker script may give one no section.
        let absolute = symbol.section == SHN_ABS && section.allocated();
        of_it || absolute && address.contains(&symbol.value)
    };
    let mut tables = (image.sections.iter().enumerate())
        .filter(|(_, s)| matches!(s.kind, SHT_SYMTAB | SHT_DYNSYM));
    tables.all(|(index, table)| {
        let Some(symbols) = symbols::read(image, table) else {
            return false;
        };
        let inside: Vec<usize> = (symbols.iter().enumerate())
            .filter(|(_, symbol)| within(symbol))
            .map(|(index, _)| index + 1)
            .collect();
        let named = |index: &usize| {
            let symbol = symbols.get(index - 1);
            symbol.is_some_and(|symbol| !symbols::marks_its_section(symbol))
        };
        let referred = || relocations::names_any(image, index, &inside);
        !inside.iter().any(named) && (inside.is_empty() || !referred())
    })
}

/// Whether a rule drops the section: it holds package notes and nothing else.
pub(crate) fn only_package_notes(notes: &[Note<'_>]) -> bool {
    !notes.is_empty()
        && notes
            .iter()
            .all(|n| n.apart && note_package::covers(n.owner, n.kind))
}

/// The rule that sets aside the description of a note, if one does.
pub(crate) fn set_aside(note: &Note<'_>, rules: &RuleSet) -> Option<&'static Rule> {
    let rule = if build_id::covers(note.owner, note.kind) {
        &build_id::RULE
    } else if go_build_id::covers(note.owner, note.kind, note.description) {
        &go_build_id::RULE
    } else {
        return None;
    };
    (note.apart && rules.has(rule)).then_some(rule)
}

/// The notes as facts, with what rules set aside left out.
pub(crate) fn items(notes: &[Note<'_>], rules: &RuleSet, allows: Level) -> Vec<Item> {
    let item = |note: &Note<'_>| {
        let owner = RelPath::spell(note.owner);
        let name = match (note.owner, note.kind) {
            (b"GNU", 1) => "GNU ABI tag".to_owned(),
            (b"GNU", 3) => "GNU build-id".to_owned(),
            (b"GNU", 5) => "GNU properties".to_owned(),
            (b"Go\0", 4) => "Go build-id".to_owned(),
            (_, kind) => format!("{owner} {kind:#x}"),
        };
        let value = match set_aside(note, rules) {
            Some(rule) if *rule == go_build_id::RULE => {
                format!(
                    "hashes of {:?} digits",
                    go_build_id::shape(note.description)
                )
            }
            Some(_) => counted(note.description.len(), "byte"),
            None => hex(note.description),
        };
        Item::new(&["elf.note", &name], name.clone(), value, allows)
    };
    let mut items: Vec<Item> = notes.iter().map(item).collect();
    let order = items.iter().map(|item| item.name.as_str());
    let order = order.collect::<Vec<_>>().join(", ");
    number_repeats(items.iter_mut().map(|item| &mut item.name));
    if items.len() > 1 {
        items.push(Item::new(&["elf.note.order"], "order", order, allows));
    }
    items
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
