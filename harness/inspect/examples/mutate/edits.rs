//! One change at a time: where, and what.

use crate::chance::Chance;
use crate::classes::{Class, repair_tar};

/// A changed content, and what was changed.
pub struct Mutant {
    /// The content.
    pub content: Vec<u8>,
    /// Where, and how.
    pub edit: String,
}

/// The mutant number `number` of `of` in a class: places are spread evenly over the class. `None` where the
/// edit would have changed nothing.
pub fn mutant(
    content: &[u8],
    class: &Class,
    number: usize,
    of: usize,
    chance: &mut Chance,
) -> Option<Mutant> {
    let size = class.size();
    let from = number * size / of.max(1);
    let to = ((number + 1) * size / of.max(1)).max(from + 1);
    let at = class.place((from + chance.below(to - from)).min(size - 1))?;
    let mut changed = content.to_vec();
    let edit = match (class.entry, class.free, chance.below(8)) {
        (Some(each), _, 0 | 1) => exchange(&mut changed, class, each, at, chance)?,
        (_, true, 0) => {
            changed.remove(at);
            format!("byte at {at:#x} taken out")
        }
        (_, true, 1) => {
            changed.insert(at, b"x \n#"[chance.below(4)]);
            format!("byte put in at {at:#x}")
        }
        (_, _, kind) => {
            let byte = changed.get_mut(at)?;
            let before = *byte;
            *byte = match kind {
                2 => before.wrapping_add(1),
                3 => 0,
                4 => 0xff,
                5 => chance.next() as u8,
                _ => before ^ 1 << chance.below(8),
            };
            format!("{before:02x} at {at:#x} made {byte:02x}")
        }
    };
    // Without its checksum a tar header is only broken.
    if class.name.starts_with("tar ") && class.name.contains("header") && chance.below(4) > 0 {
        repair_tar(&mut changed, at);
    }
    (changed != content).then_some(Mutant {
        content: changed,
        edit,
    })
}

/// Lets two entries of a table change places.
fn exchange(
    content: &mut [u8],
    class: &Class,
    each: usize,
    at: usize,
    chance: &mut Chance,
) -> Option<String> {
    let range = class.ranges.iter().find(|range| range.contains(&at))?;
    let count = range.len() / each;
    let one = (at - range.start) / each;
    let other = match chance.below(2) {
        0 => one + 1,
        _ => chance.below(count),
    };
    if one >= count || other >= count || one == other {
        return None;
    }
    for byte in 0..each {
        content.swap(
            range.start + one * each + byte,
            range.start + other * each + byte,
        );
    }
    Some(format!(
        "entries {one} and {other} of {each} bytes exchanged"
    ))
}
