//! Functions that differ in code without symbols.

use super::atom::Role;
use super::meaning::Side;
use super::outcome::Section;
use crate::findings::Findings;
use crossproof_model::{DiffKey, Difference, Level, Pair, Place};
use std::collections::BTreeSet;

/// Functions that differ and that no symbol names on either side.
pub(super) fn nameless(
    sides: Pair<&Side<'_, '_, '_>>,
    section: &Section,
) -> BTreeSet<Pair<Option<usize>>> {
    let changed = section
        .changed
        .iter()
        .map(|(l, r)| Pair::new(Some(*l), Some(*r)));
    let left = section.only.left.iter().map(|l| Pair::new(Some(*l), None));
    let right = section.only.right.iter().map(|r| Pair::new(None, Some(*r)));
    let unnamed = |side: &Side<'_, '_, '_>, index: Option<usize>| {
        let atom = index.and_then(|index| side.cut.atoms.get(index));
        atom.is_none_or(|atom| atom.role == Role::Function && atom.name.is_none())
    };
    let all = changed.chain(left).chain(right);
    all.filter(|pair| unnamed(sides.left, pair.left) && unnamed(sides.right, pair.right))
        .collect()
}

/// Many functions without a name in one difference: a list of addresses would tell nobody more.
pub(super) fn tell_nameless(
    sides: Pair<&Side<'_, '_, '_>>,
    nameless: &BTreeSet<Pair<Option<usize>>>,
    at: &Place,
    findings: &mut Findings,
) {
    let both = nameless
        .iter()
        .filter(|p| p.left.is_some() && p.right.is_some())
        .count();
    let one =
        |present: fn(&Pair<Option<usize>>) -> bool| nameless.iter().filter(|p| present(p)).count();
    let only = Pair::new(one(|p| p.right.is_none()), one(|p| p.left.is_none()));
    let shown = only.map(|only| {
        Some(format!(
            "{both} functions without a name, {only} more here alone"
        ))
    });
    let place = |side: &Side<'_, '_, '_>, index: Option<usize>| {
        let atom = index.and_then(|index| side.cut.atoms.get(index));
        atom.map_or("–".to_owned(), |a| {
            format!("{:#x}, {} bytes", a.start, a.end - a.start)
        })
    };
    let detail = nameless.iter().take(Difference::DETAIL_LINES).map(|pair| {
        let (left, right) = (place(sides.left, pair.left), place(sides.right, pair.right));
        format!("{left} | {right}")
    });
    let detail = detail.collect();
    let key = DiffKey::of(["elf.function.unnamed"]);
    findings.differ(key, at.clone(), shown, detail, Level::Interface);
}
