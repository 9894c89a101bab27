//! Section and program headers without addresses: what kind of thing they describe, and which sections.

pub(super) use super::super::image::PT_LOAD;
use super::super::image::{Image, PT_NOTE, SHT_NOBITS};
use super::super::notes;
use super::space::Space;
use crate::rules::{RuleSet, note_package};

const PT_GNU_RELRO: u32 = 0x6474_e552;
const PT_GNU_STACK: u32 = 0x6474_e551;
pub(super) const PT_TLS: u32 = 7;

/// Whether the rule for package notes drops this section.
pub(super) fn dropped(image: &Image<'_>, section: usize, rules: &RuleSet) -> bool {
    let Some(section) = image.sections.get(section) else {
        return false;
    };
    section.kind == super::super::image::SHT_NOTE
        && rules.has(&note_package::RULE)
        && notes::read(image, section).is_some_and(|notes| notes::only_package_notes(&notes))
}

/// A section's header without address, offset and size.
pub(super) fn section(image: &Image<'_>, index: usize) -> Option<String> {
    let s = image.sections.get(index)?;
    let link = image.section_label(u64::from(s.link));
    let info = match s.kind {
        // Relocations of what, and how many symbols are local; both are told by name elsewhere.
        4 | 9 => image.section_label(u64::from(s.info)),
        11 => String::new(),
        _ => s.info.to_string(),
    };
    Some(format!(
        "{:#x} {:#x} {link} {info} {} {}",
        s.kind, s.flags, s.align, s.entsize
    ))
}

/// What the loader write-protects once it has relocated: whole pages, of the smallest size that machines have.
fn protected(space: &Space<'_>, start: u64, end: u64) -> String {
    const PAGE: u64 = 0x1000;
    let (from, to) = (start & !(PAGE - 1), end & !(PAGE - 1));
    let mut out = String::new();
    for area in space.areas.iter().filter(|area| area.writable) {
        let inside = (area.start.max(from), area.end.min(to));
        if inside.0 < inside.1 {
            let left = (inside.0 - area.start, area.end - inside.1);
            out.push_str(&format!("{} {} {}, ", area.label, left.0, left.1));
        }
    }
    out
}

/// The segments without addresses, offsets and sizes: each with the sections it holds, and whether they stand in
/// it as the file's addresses say.
pub(super) fn segments(space: &Space<'_>, rules: &RuleSet) -> Vec<String> {
    let image = space.image;
    let mut out = Vec::new();
    for s in &image.segments {
        let (Some(end), Some(file_end)) =
            (s.vaddr.checked_add(s.memsz), s.offset.checked_add(s.filesz))
        else {
            return vec!["a segment without an end".to_owned()];
        };
        let inside = |area: &&super::space::Area<'_>| area.start >= s.vaddr && area.end <= end;
        let held: Vec<_> = space.areas.iter().filter(inside).collect();
        // A section that is partly in it, and how much of it.
        let cut = space.areas.iter().filter(|area| {
            let overlaps = area.start < end && s.vaddr < area.end;
            overlaps && !inside(area) && s.memsz > 0
        });
        let cut: Vec<String> = cut
            .map(|area| {
                let from = s.vaddr.max(area.start) - area.start;
                format!("{} {from} {}", area.label, end.min(area.end) - area.start)
            })
            .collect();
        let kept: Vec<_> = held
            .iter()
            .filter(|a| !dropped(image, a.section, rules))
            .collect();
        if s.kind == PT_NOTE && kept.is_empty() && !held.is_empty() {
            continue;
        }
        let stands = held.iter().all(|area| {
            let section = image.sections.get(area.section);
            section.is_some_and(|section| {
                section.kind == SHT_NOBITS
                    || section.offset.wrapping_sub(s.offset) == area.start.wrapping_sub(s.vaddr)
                        && section.offset.saturating_add(section.size) <= file_end
            })
        });
        // What a segment has before its first section and behind its last.
        let head = held.first().map_or(0, |area| area.start - s.vaddr);
        let tail = held.last().map_or(0, |area| end - area.end);
        // Ends with a page, which some linkers count in its size.
        let zeros = match s.kind {
            PT_GNU_RELRO => 0,
            _ => s.memsz.wrapping_sub(s.filesz),
        };
        // A segment of no section stands where it says.
        let placed = if held.is_empty() { s.offset } else { 0 };
        let edges = match s.kind {
            // The first one begins with the headers.
            PT_LOAD if s.offset == 0 => format!("headers {tail}"),
            PT_LOAD | PT_NOTE => format!("{head} {tail}"),
            PT_GNU_RELRO => format!("{head} {}", protected(space, s.vaddr, end)),
            // Offsets of thread-local variables count from where the block would begin if it were aligned.
            PT_TLS => format!("{head} {} {}", s.memsz, s.vaddr % s.align.max(1)),
            PT_GNU_STACK => format!("{head} {}", s.memsz),
            _ => format!("{head} {tail}"),
        };
        let labels: Vec<&str> = kept.iter().map(|area| area.label.as_str()).collect();
        out.push(format!(
            "{:#x} {:#x} {:#x} {} {stands} {edges} {zeros:#x} {placed:#x} [{}] {cut:?}",
            s.kind,
            s.flags,
            s.align,
            s.paddr == s.vaddr,
            labels.join(" ")
        ));
    }
    out
}
