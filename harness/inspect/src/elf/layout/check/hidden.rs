//! Numbers in data of files with fixed addresses, at places where compilers put no address unless they are told to.

use super::super::atom::{Atom, Role};
use super::super::atoms::{Atoms, in_text};
use super::super::flow::How;
use super::map::Map;
use crossproof_model::Pair;

/// Whether a function starts at an address, whichever instruction set it says.
pub(super) fn starts_function(side: &Atoms<'_, '_>, value: u64) -> bool {
    let to = side
        .find(value & !1)
        .and_then(|index| side.atoms.get(index));
    to.is_some_and(|to| to.role == Role::Function && to.start == value & !1)
}

/// Whether a number at a place where compilers put no address unless they are told to could be one all the same:
/// of a function's start, or of data; where it is a whole word of eight bytes, of a label, too.
pub(super) fn plausible(side: &Atoms<'_, '_>, value: u64, whole: bool) -> bool {
    let to = side.find(value).and_then(|index| side.atoms.get(index));
    to.is_some_and(|atom| match atom.role {
        // Labels are of code that jumps to what it is told.
        Role::Function if whole && atom.open => value.is_multiple_of(4),
        Role::Function => value & !1 == atom.start,
        Role::Table | Role::Padding => value == atom.start,
        _ => true,
    })
}

/// Whether a place stands in a row of small numbers of four bytes, as wide characters are.
fn row(bytes: &[u8], offset: usize) -> bool {
    const AROUND: usize = 16;
    const LARGEST: u32 = 0x0010_ffff;
    let first = (offset / 4).saturating_sub(AROUND);
    let words = bytes.chunks_exact(4).skip(first).take(2 * AROUND);
    let words = words.map(|word| word.iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b)));
    let words: Vec<u32> = words.collect();
    let told = words.iter().filter(|word| **word != 0).count();
    words.iter().all(|word| *word <= LARGEST) && told >= AROUND / 2
}

/// Where data of a file with fixed addresses hold, at any place whatever, the same number on both sides that as
/// an address would go to different things.
pub(super) fn perhaps_hidden(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>) -> Option<Pair<u64>> {
    let fixed = map.sides.left.space.fixed()?;
    let read = map
        .sides
        .left
        .area(atoms.left)
        .is_none_or(|area| area.handlers());
    if matches!(atoms.left.role, Role::Function | Role::Table) || read {
        return None;
    }
    let bytes = map.sides.left.bytes(atoms.left);
    let wide = map.sides.left.space.image.fields.wide(4, 8) == 8;
    let mut references = atoms.left.references.iter().peekable();
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u64, |n, b| n << 8 | u64::from(*b))
    };
    for (offset, window) in bytes.windows(4).enumerate() {
        let at = atoms.left.start + offset as u64;
        while references
            .peek()
            .is_some_and(|r| r.at + r.width as u64 <= at)
        {
            references.next();
        }
        if references.peek().is_some_and(|r| r.at < at + 4) {
            continue;
        }
        let long = bytes.get(offset..offset + 8).map(number);
        let long = long.filter(|value| wide && fixed.contains(value));
        let value = long.unwrap_or_else(|| number(window));
        if !fixed.contains(&value) {
            continue;
        }
        let before = offset.checked_sub(1).and_then(|i| bytes.get(i)).copied();
        let text = map
            .sides
            .left
            .area(atoms.left)
            .is_some_and(|area| !area.writable);
        if text && in_text(before, window) && !starts_function(map.sides.left, value) {
            continue;
        }
        let whole = !wide || long.is_some();
        let other = atoms.right.start + offset as u64;
        let how = How::Perhaps;
        // Numbers in a row, read across where two of them meet.
        if !offset.is_multiple_of(4) && value & 0xff == 0 && (long.is_none() || row(bytes, offset))
        {
            continue;
        }
        if (whole || offset.is_multiple_of(4))
            && plausible(map.sides.left, value, long.is_some())
            && !map.same_address((value, how), (value, how))
        {
            return Some(Pair::new(at, other));
        }
    }
    None
}
