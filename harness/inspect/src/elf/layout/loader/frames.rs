//! How each function is unwound, whichever table says it.

use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::space::Area;
use super::{Speak, address};
use std::collections::BTreeMap;

pub(super) fn frames(cut: &Atoms<'_, '_>, speak: &dyn Speak, area: &Area<'_>) -> Vec<String> {
    let here = cut
        .unwind
        .iter()
        .filter(|e| (area.start..area.end).contains(&e.at));
    let facts = here.map(|entry| {
        let place = |what: &str, to: Option<u64>| match to {
            Some(to) => format!("{what}{}", address(speak, to)),
            None => String::new(),
        };
        format!(
            "{}, {} bytes{}{}; {}",
            address(speak, entry.start),
            entry.length,
            place(", personality ", entry.personality),
            place(", LSDA ", entry.table),
            entry.says,
        )
    });
    facts.collect()
}

/// How each function is unwound: by the last entry at or before it.
pub(super) fn unwound(cut: &Atoms<'_, '_>, speak: &dyn Speak) -> Vec<String> {
    let indexed = || cut.unwind.iter().filter(|entry| entry.indexed);
    let entries: BTreeMap<u64, _> = indexed().map(|e| (e.start, e)).collect();
    let function = |atom: &Atom| {
        // Nothing is ever called from a stub or a thunk, so that nothing is unwound through one.
        if atom.role != Role::Function || atom.stub || atom.thunk {
            return None;
        }
        let entry = entries
            .range(..=atom.start)
            .next_back()
            .map(|(_, entry)| *entry);
        let (says, table) = entry.map_or(("", None), |e| (e.says.as_str(), e.table));
        let table = table.map_or_else(String::new, |to| address(speak, to));
        let name = address(speak, atom.start);
        Some(format!("{name} {says} {table}"))
    };
    let mut facts: Vec<String> = cut.atoms.iter().filter_map(function).collect();
    // An entry may also begin inside a function, and one stands for what follows the last. Where it begins in
    // what fills room between functions, the function behind that tells of it.
    let other = indexed().filter_map(|entry| {
        let table = entry
            .table
            .map_or_else(String::new, |to| address(speak, to));
        let says = |place: String| Some(format!("{place} {} {table}", entry.says));
        let after = cut.atoms.partition_point(|atom| atom.start <= entry.start);
        let here = after.checked_sub(1).and_then(|index| cut.atoms.get(index));
        let here = here.filter(|atom| entry.start < atom.end);
        match here.map(|atom| (atom.role, atom)) {
            Some((Role::Function, atom)) if atom.start == entry.start && !stubs(cut, atom) => None,
            Some((Role::Function, atom)) if atom.start < entry.start => {
                says(address(speak, entry.start))
            }
            Some((Role::Padding, atom)) if within_code(cut, atom) => None,
            _ => {
                let code = |atom: &&Atom| atom.role == Role::Function && atom.start < entry.start;
                let before = cut.atoms.iter().take(after).rev().find(code);
                let next = cut.atoms.iter().skip(after.saturating_sub(1));
                let next =
                    next.filter(|atom| atom.role == Role::Function && atom.start >= entry.start);
                let begins = next.map(|atom| atom.start).next() == Some(entry.start);
                match before.filter(|atom| begins || atom.end == entry.start) {
                    Some(atom) => says(format!("behind {}", address(speak, atom.start))),
                    None => says(address(speak, entry.start)),
                }
            }
        }
    });
    facts.extend(other);
    let sorted = indexed().map(|entry| entry.start).is_sorted();
    facts.push(format!("in order {sorted}"));
    facts
}

/// The search table of `.eh_frame_hdr` (Linux Standard Base, "Exception Frame Header"): whether it leads to each
/// entry of `.eh_frame`.
pub(super) fn searched(
    cut: &Atoms<'_, '_>,
    speak: &dyn Speak,
    area: &Area<'_>,
) -> Option<Vec<String>> {
    let f = cut.space.image.fields.over(area.bytes);
    let relative =
        |base: u64, at: usize| Some(base.wrapping_add_signed(i64::from(f.u32(at)? as i32)));
    let head = f.bytes.get(..4)?;
    if head != [1, 0x1b, 0x03, 0x3b] {
        return None;
    }
    let frames = relative(area.start + 4, 4)?;
    let count = f.u32(8)? as usize;
    let wide = f.wide(4, 8) == 8;
    let fit = |address: u64| if wide { address } else { address & 0xffff_ffff };
    let mut entries: BTreeMap<u64, u64> = BTreeMap::new();
    for entry in cut.unwind.iter().filter(|entry| !entry.indexed) {
        entries.insert(entry.start, entry.at);
    }
    let mut last = None;
    for index in 0..count {
        let at = 12 + index.checked_mul(8)?;
        let (start, frame) = (
            fit(relative(area.start, at)?),
            fit(relative(area.start, at + 4)?),
        );
        if entries.get(&start) != Some(&frame) || last.is_some_and(|last| last >= start) {
            return None;
        }
        last = Some(start);
    }
    let all = count == entries.len() && f.bytes.len() == 12 + count * 8;
    all.then(|| {
        vec![format!(
            "leads to each entry of {}",
            address(speak, fit(frames))
        )]
    })
}

/// Whether a gap has code of its section behind it.
fn within_code(cut: &Atoms<'_, '_>, gap: &Atom) -> bool {
    let after = cut.atoms.partition_point(|atom| atom.start < gap.end);
    let next = cut.atoms.get(after);
    next.is_some_and(|next| next.area == gap.area && next.role == Role::Function)
}

/// Whether the linker made it, to lead to functions of other files: nothing is unwound through it.
fn stubs(cut: &Atoms<'_, '_>, atom: &Atom) -> bool {
    cut.area(atom).is_some_and(Area::stubs)
}
