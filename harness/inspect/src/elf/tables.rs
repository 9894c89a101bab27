//! The ELF header, the program headers and the section headers, as facts.

use super::image::{
    Image, PT_LOAD, PT_NOTE, SHF_INFO_LINK, SHT_GROUP, SHT_NOBITS, SHT_REL, SHT_RELA, SHT_SYMTAB,
    Section, Segment,
};
use super::symbols;
use super::words;
use crate::limits::Room;
use crate::numbering::number_repeats;
use crate::part::{Canon, Item, Part};
use crate::rules::{RuleSet, note_package, section_table};
use crossproof_model::Level;
use std::sync::Arc;

/// The ELF header, field by field; where the section table is follows from the rest under its rule.
pub(crate) fn header<'a>(image: &Arc<Image<'a>>, rules: &RuleSet) -> Part<'a> {
    let size = image.fields.wide(52, 64);
    let claims = vec![0..size.min(image.bytes().len())];
    let ruled = rules.has(&section_table::RULE);
    let image = image.clone();
    let items = move || {
        let h = &image.header;
        let ident: String = image
            .bytes()
            .iter()
            .take(16)
            .map(|b| format!("{b:02x}"))
            .collect();
        let mut items = vec![
            fact("ident", ident, Level::Divergent),
            fact("type", kind_name(h.kind), Level::Divergent),
            fact("machine", machine_name(h.machine), Level::Divergent),
            fact("version", h.version.to_string(), Level::Divergent),
            fact("flags", format!("{:#x}", h.flags), Level::Divergent),
            fact("entry", format!("{:#x}", h.entry), Level::Interface),
            fact("phoff", format!("{:#x}", h.phoff), Level::Interface),
            fact("phnum", h.phnum.to_string(), Level::Interface),
            fact("ehsize", h.ehsize.to_string(), Level::Interface),
            fact("phentsize", h.phentsize.to_string(), Level::Interface),
            fact("shentsize", h.shentsize.to_string(), Level::Interface),
        ];
        if !ruled {
            items.push(fact("shoff", format!("{:#x}", h.shoff), Level::Loaded));
            items.push(fact("shnum", h.shnum.to_string(), Level::Loaded));
            items.push(fact("shstrndx", h.shstrndx.to_string(), Level::Loaded));
        }
        items
    };
    Part::exact("ELF header", &["elf.header"], claims, Level::Interface).through(
        Canon::Items(Box::new(items)),
        ruled.then_some(&section_table::RULE),
    )
}

fn fact(field: &str, value: impl Into<String>, allows: Level) -> Item {
    Item::new(&["elf.header", field], field, value, allows)
}

/// What readelf calls a machine (System V ABI, chapter 4, `e_machine`), of those that are common.
fn machine_name(machine: u16) -> String {
    let name = match machine {
        3 => "Intel 80386",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "PowerPC64",
        22 => "S/390",
        40 => "ARM",
        62 => "x86-64",
        183 => "AArch64",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        other => return format!("machine {other}"),
    };
    name.to_owned()
}

fn kind_name(kind: u16) -> String {
    match kind {
        1 => "REL".to_owned(),
        2 => "EXEC".to_owned(),
        3 => "DYN".to_owned(),
        4 => "CORE".to_owned(),
        other => format!("{other:#x}"),
    }
}

/// The program header table, one fact for each segment.
pub(crate) fn segments<'a>(
    image: &Arc<Image<'a>>,
    rules: &RuleSet,
    dropped: &Arc<Vec<usize>>,
) -> Option<Part<'a>> {
    if image.segment_table.is_empty() {
        return None;
    }
    let ruled = rules.has(&note_package::RULE);
    let (reader, dropped) = (image.clone(), dropped.clone());
    let items = move || {
        let mut items: Vec<Item> = reader
            .segments
            .iter()
            .filter_map(|segment| {
                segment_fact(&reader, segment, if ruled { &dropped } else { &[] })
            })
            .collect();
        // A program finds its own headers in their order, and the loader wants some before others.
        let order = items.iter().map(|item| item.name.as_str());
        let order = order.collect::<Vec<_>>().join(" ");
        number_repeats(items.iter_mut().map(|item| &mut item.name));
        items.push(Item::new(
            &["elf.segment.order"],
            "order",
            order,
            Level::Interface,
        ));
        items
    };
    let claims = vec![image.segment_table.clone()];
    let mut part = Part::exact(
        "program headers",
        &["elf.segment"],
        claims,
        Level::Interface,
    )
    .through(
        Canon::Items(Box::new(items)),
        ruled.then_some(&note_package::RULE),
    );
    part.reads = vec![image.section_table.clone()];
    Some(part)
}

/// A segment as a fact. A `PT_NOTE` that spans exactly a row of note sections is told by their names, those
/// that `dropped` lists left out; one that spans nothing else is no fact at all.
fn segment_fact(image: &Image<'_>, s: &Segment, dropped: &[usize]) -> Option<Item> {
    let name = segment_name(s.kind);
    let mut value = format!(
        "offset {:#x} vaddr {:#x} paddr {:#x} filesz {:#x} memsz {:#x} flags {} align {:#x}",
        s.offset,
        s.vaddr,
        s.paddr,
        s.filesz,
        s.memsz,
        flags(s.flags),
        s.align
    );
    if s.kind == PT_NOTE
        && let Some(spanned) = spanned_notes(image, s)
        && spanned.iter().any(|index| dropped.contains(index))
        && (plain(image, s) || !spanned.iter().all(|index| dropped.contains(index)))
    {
        let kept: Vec<usize> = spanned
            .into_iter()
            .filter(|i| !dropped.contains(i))
            .collect();
        let first = image.sections.get(*kept.first()?)?;
        let last = image.sections.get(*kept.last()?)?;
        // Spelled as the segment that would span only the notes that are kept.
        let size = last
            .offset
            .checked_add(last.size)?
            .checked_sub(first.offset)?;
        value = format!(
            "offset {:#x} vaddr {:#x} paddr {:#x} filesz {size:#x} memsz {size:#x} flags {} align {:#x}",
            first.offset,
            first.addr,
            s.paddr.wrapping_sub(s.vaddr).wrapping_add(first.addr),
            flags(s.flags),
            s.align
        );
    }
    if s.kind == PT_LOAD
        && let Some(size) = without_last_note(image, s, dropped)
    {
        value = format!(
            "offset {:#x} vaddr {:#x} paddr {:#x} filesz {size:#x} memsz {size:#x} flags {} align {:#x}",
            s.offset,
            s.vaddr,
            s.paddr,
            flags(s.flags),
            s.align
        );
    }
    Some(Item::new(
        &["elf.segment", &name],
        name.clone(),
        value,
        Level::Interface,
    ))
}

/// Whether a segment of notes is as linkers write it: readable, in words, and one of a row of such segments by
/// address. Then its header says no more than where the notes are.
fn plain(image: &Image<'_>, s: &Segment) -> bool {
    const READABLE: u32 = 4;
    let numbered = image.segments.iter().enumerate();
    let notes: Vec<(usize, u64)> = numbered
        .filter(|(_, segment)| segment.kind == PT_NOTE)
        .map(|(index, segment)| (index, segment.vaddr))
        .collect();
    let in_a_row = (notes.iter().zip(notes.iter().skip(1)))
        .all(|((i, here), (j, next))| i + 1 == *j && here < next);
    s.flags == READABLE && s.align == 4 && s.paddr == s.vaddr && in_a_row
}

/// The sections a segment spans, if its ends are the first one's start and the last one's end.
fn spanned_notes(image: &Image<'_>, s: &Segment) -> Option<Vec<usize>> {
    let end = s.offset.checked_add(s.filesz)?;
    let inside = |section: &Section<'_>| {
        section.kind != SHT_NOBITS
            && section.allocated()
            && section.size > 0
            && section.offset >= s.offset
            && section.offset.saturating_add(section.size) <= end
    };
    let mut spanned: Vec<usize> = (1..image.sections.len())
        .filter(|i| image.sections.get(*i).is_some_and(inside))
        .collect();
    spanned.sort_by_key(|i| image.sections.get(*i).map(|s| s.offset));
    let first = image.sections.get(*spanned.first()?)?;
    let last = image.sections.get(*spanned.last()?)?;
    let whole = first.offset == s.offset
        && first.addr == s.vaddr
        && last.offset.saturating_add(last.size) == end
        && s.memsz == s.filesz;
    whole.then_some(spanned)
}

/// The size of a segment that ends with a dropped note, up to the last section that is kept.
fn without_last_note(image: &Image<'_>, s: &Segment, dropped: &[usize]) -> Option<u64> {
    let end = s.offset.checked_add(s.filesz)?;
    let ends_here = |i: &usize| {
        image
            .sections
            .get(*i)
            .is_some_and(|n| n.offset.checked_add(n.size) == Some(end))
    };
    if s.memsz != s.filesz || !dropped.iter().any(ends_here) {
        return None;
    }
    let kept = image.sections.iter().enumerate().skip(1);
    let kept = kept.filter(|(i, n)| n.allocated() && n.kind != SHT_NOBITS && !dropped.contains(i));
    let ends = kept.filter_map(|(_, n)| n.offset.checked_add(n.size));
    ends.filter(|at| *at > s.offset && *at <= end)
        .max()?
        .checked_sub(s.offset)
}

fn segment_name(kind: u32) -> String {
    match kind {
        PT_LOAD => "LOAD",
        2 => "DYNAMIC",
        3 => "INTERP",
        PT_NOTE => "NOTE",
        6 => "PHDR",
        7 => "TLS",
        0x6474_e550 => "GNU_EH_FRAME",
        0x6474_e551 => "GNU_STACK",
        0x6474_e552 => "GNU_RELRO",
        0x6474_e553 => "GNU_PROPERTY",
        0x7000_0001 => "ARM_EXIDX",
        other => return format!("{other:#x}"),
    }
    .to_owned()
}

fn flags(bits: u32) -> String {
    let letter = |bit, letter| if bits & bit == 0 { '-' } else { letter };
    let known: String = [letter(4, 'R'), letter(2, 'W'), letter(1, 'E')]
        .iter()
        .collect();
    match bits & !7 {
        0 => known,
        rest => format!("{known}+{rest:#x}"),
    }
}

/// The section header table: the headers themselves are facts of their sections, so that here only order
/// is left, and that only matters where a linker lays sections out in it.
pub(crate) fn sections<'a>(image: &Arc<Image<'a>>, rules: &RuleSet) -> Option<Part<'a>> {
    if image.section_table.is_empty() {
        return None;
    }
    let claims = vec![image.section_table.clone()];
    let part = Part::exact(
        "section headers",
        &["elf.section-table"],
        claims,
        Level::Loaded,
    );
    if !rules.has(&section_table::RULE) {
        return Some(part);
    }
    let image = image.clone();
    let items = move || {
        let order = image
            .sections
            .iter()
            .filter(|s| s.allocated())
            .map(|s| s.label.as_str());
        let order = order.collect::<Vec<_>>().join(" ");
        match image.relocatable() {
            true => vec![Item::new(
                &["elf.section-table.order"],
                "order",
                order,
                Level::Interface,
            )],
            false => Vec::new(),
        }
    };
    Some(part.through(Canon::Items(Box::new(items)), Some(&section_table::RULE)))
}

/// A section's header as a fact of its section. Offsets of what is not mapped, and sizes of what is compared
/// by content, are left out: they follow.
pub(crate) fn section_fact(image: &Image<'_>, s: &Section<'_>, allows: Level) -> Item {
    let link = image.section_label(u64::from(s.link));
    let info = match s.kind {
        // How many symbols are local, which the symbols themselves say unless it is wrong.
        SHT_SYMTAB if symbols::local(image, s) == Some(u64::from(s.info)) => String::new(),
        SHT_GROUP => signature(image, s),
        SHT_REL | SHT_RELA => image.section_label(u64::from(s.info)),
        _ if s.flags & SHF_INFO_LINK != 0 => image.section_label(u64::from(s.info)),
        // Of a section whose content was left out, as in a detached debug file, no field has a meaning but what it
        // had before (objcopy keeps the index, and not the flag that says it is one).
        SHT_NOBITS if s.info != 0 => image.section_label(u64::from(s.info)),
        _ => s.info.to_string(),
    };
    let mut value = format!(
        "type {} flags {} addr {:#x} link {link} info {info} align {} entsize {}",
        words::section(image.header.machine, s.kind),
        words::flags(image.header.machine, s.flags),
        s.addr,
        s.align,
        s.entsize
    );
    if s.kind == SHT_NOBITS || s.allocated() {
        value.push_str(&format!(" size {:#x}", s.size));
    }
    if s.allocated() && !image.relocatable() {
        value.push_str(&format!(" offset {:#x}", s.offset));
    }
    Item::new(
        &["elf.section", &s.word(), "header"],
        "header",
        value,
        allows,
    )
}

/// The symbol a section group is known by.
fn signature(image: &Image<'_>, group: &Section<'_>) -> String {
    let table = image.sections.get(group.link as usize);
    let symbol = table.and_then(|table| symbols::one(image, table, group.info));
    match symbol {
        Some(symbol) => symbols::spell(image, &symbol),
        None => group.info.to_string(),
    }
}

/// A section group: its flags and its members by name.
pub(crate) fn group(image: &Image<'_>, section: &Section<'_>) -> Option<Vec<Item>> {
    let f = image.fields.over(image.content(section));
    let words = (0..f.bytes.len()).step_by(4).map(|at| f.u32(at));
    // Many members may be one section with a long name.
    let mut room = Room::of(image.bytes().len());
    let items = words.enumerate().map(|(index, word)| {
        let value = match (index, word) {
            (0, Some(flags)) => format!("flags {flags:#x}"),
            (_, Some(member)) => image.section_label(u64::from(member)),
            (_, None) => format!("{:02x?}", f.bytes),
        };
        room.take(value.len())?;
        let index = index.to_string();
        Some(Item::new(&["elf.group"], index, value, Level::Interface))
    });
    items.collect()
}
