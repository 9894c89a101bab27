//! What is known by its content alone: constants, and words of tables of addresses.

use super::atom::Role;
use super::meaning::Side;
use super::outcome::Section;
use crate::findings::Findings;
use crate::numbering::counted;
use crossproof_model::{DiffKey, Difference, Level, Pair, Place};

/// Constants and words of address tables that the other side lacks, in one difference for each section.
pub(super) fn tell(
    sides: Pair<&Side<'_, '_, '_>>,
    section: &Section,
    at: &Place,
    findings: &mut Findings,
) {
    let unmatched = unnamed(sides, section);
    if unmatched.left.is_empty() && unmatched.right.is_empty() {
        return;
    }
    let shown = unmatched
        .as_ref()
        .map(|list| Some(counted(list.len(), "constant")));
    let mut detail = Vec::new();
    for (side, list, mark) in [
        (sides.left, &unmatched.left, '-'),
        (sides.right, &unmatched.right, '+'),
    ] {
        for index in list.iter().take(Difference::DETAIL_LINES / 2) {
            if let Some(atom) = side.cut.atoms.get(*index) {
                detail.push(format!("{mark}{}", spell(side.cut.bytes(atom))));
            }
        }
    }
    let key = DiffKey::of(["elf.data.constants"]);
    findings.differ(key, at.clone(), shown, detail, Level::Interface);
}

/// What is known by content alone and has no like.
pub(super) fn unnamed(sides: Pair<&Side<'_, '_, '_>>, section: &Section) -> Pair<Vec<usize>> {
    let of = |(side, list): (&Side<'_, '_, '_>, &Vec<usize>)| {
        let known = |index: &&usize| {
            let atom = side.cut.atoms.get(**index);
            atom.is_some_and(|atom| atom.role != Role::Rest)
        };
        list.iter().filter(known).copied().collect()
    };
    Pair::new(
        (sides.left, &section.unmatched.left),
        (sides.right, &section.unmatched.right),
    )
    .map(of)
}

/// Data in a line: as text if they are text.
fn spell(bytes: &[u8]) -> String {
    let text = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let is_text = !text.is_empty()
        && text
            .iter()
            .all(|b| (0x20..0x7f).contains(b) || matches!(b, b'\n' | b'\t' | 0));
    match is_text {
        true => crate::findings::shorten(&format!("\"{}\"", text.escape_ascii())),
        false => {
            let hex: String = bytes
                .iter()
                .take(32)
                .map(|byte| format!("{byte:02x} "))
                .collect();
            let more = if bytes.len() > 32 {
                format!("… {} bytes", bytes.len())
            } else {
                String::new()
            };
            format!("{hex}{more}")
        }
    }
}
