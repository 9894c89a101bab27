//! Which lines of the source the functions to be listed come from, where debug information says it.

use super::super::debug;
use super::super::fields::Class;
use super::super::symbols::Symbol;
use super::atom::Role;
use super::meaning::Side;
use super::outcome::Outcome;
use super::space::{APART, Area, Space};
use crate::dwarf::Sources;
use crossproof_model::Pair;
use std::ops::Range;

/// Bits of an offset into a section of a 32-bit object file, as its line tables are read.
const NEAR: u32 = 20;

/// For the first `most` functions that changed.
pub(super) fn of(sides: Pair<&Side<'_, '_, '_>>, outcome: &Outcome, most: usize) -> Pair<Sources> {
    let changed = outcome.sections.values().flat_map(|s| &s.changed);
    let changed: Vec<(usize, usize)> = changed.copied().collect();
    let read = |side: &Side<'_, '_, '_>, indices: &mut dyn Iterator<Item = usize>| {
        let atoms = indices.filter_map(|index| side.cut.atoms.get(index));
        let functions = atoms.filter(|atom| atom.role == Role::Function);
        let listed = functions.take(most).map(|atom| atom.start..atom.end);
        let mut wanted: Vec<Range<u64>> = listed.collect();
        wanted.sort_by_key(|range| range.start);
        match wanted.is_empty() {
            true => Sources::default(),
            false => within(side.cut.space, &wanted).unwrap_or_default(),
        }
    };
    let (left, right) = rayon::join(
        || read(sides.left, &mut changed.iter().map(|pair| pair.0)),
        || read(sides.right, &mut changed.iter().map(|pair| pair.1)),
    );
    Pair::new(left, right)
}

fn within(space: &Space<'_>, wanted: &[Range<u64>]) -> Option<Sources> {
    let narrow = space.image.relocatable() && space.image.fields.class == Class::Elf32;
    if !narrow {
        let own = debug::located(space.image, |symbol| space.address(symbol));
        let info = own.or_else(|| debug::located(space.debug?, |_| None))?;
        return Some(Sources::read(&info, wanted));
    }
    // Sections of an object file stand far apart, and addresses in line tables have 32 bits here.
    let fits = |area: &Area<'_>| area.end - area.start <= 1 << NEAR && area.section < 1 << 12;
    if !space.areas.iter().all(fits) {
        return None;
    }
    let low = |address: u64| address & ((1 << NEAR) - 1);
    let near = |address: u64| (address >> APART) << NEAR | low(address);
    let far = |address: u64| (address >> NEAR) << APART | low(address);
    let place = |symbol: &Symbol<'_>| space.address(symbol).map(near);
    let info = debug::located(space.image, place)?;
    let wanted: Vec<Range<u64>> = wanted
        .iter()
        .map(|range| near(range.start)..near(range.start) + (range.end - range.start))
        .collect();
    Some(Sources::read(&info, &wanted).moved(far))
}
