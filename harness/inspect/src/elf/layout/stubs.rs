//! Code that only linkers and assemblers write: linkage stubs, and what fills gaps.

use super::a64::A64;
use super::arm::Around;
use super::flow;
use super::space::{Area, Machine, Meaning, Space};
use std::collections::BTreeMap;

/// Whether code is what assemblers and linkers fill gaps with: no-operations, traps and zeros.
pub(super) fn filler(machine: Machine, bytes: &[u8]) -> bool {
    if bytes.iter().all(|byte| *byte == 0) {
        return true;
    }
    match machine {
        Machine::A64 => bytes
            .chunks(4)
            .all(|word| matches!(word, [0x1f, 0x20, 0x03, 0xd5] | [0, 0, 0, 0])),
        Machine::Arm => {
            let mut rest = bytes;
            while !rest.is_empty() {
                rest = match rest {
                    [0xaf, 0xf3, 0x00, 0x80, tail @ ..]
                    | [0x00, 0xf0, 0x20, 0xe3, tail @ ..]
                    | [0x00, 0x00, 0xa0, 0xe1, tail @ ..]
                    | [0x00, 0xbf, tail @ ..]
                    | [0xc0, 0x46, tail @ ..]
                    // What LLD traps with.
                    | [0xd4, 0xd4, tail @ ..]
                    | [0x00, 0x00, tail @ ..] => tail,
                    _ => return false,
                };
            }
            true
        }
        Machine::Other => bytes.iter().all(|byte| matches!(byte, 0x90 | 0xcc | 0)),
    }
}

/// The entries of a procedure linkage table by the symbol they lead to.
pub(super) fn stubs(space: &Space<'_>, area: &Area<'_>) -> BTreeMap<u64, String> {
    let mut out = BTreeMap::new();
    if !area.stubs() || space.image.relocatable() {
        return out;
    }
    for at in (area.start..area.end).step_by(4) {
        let slot = match space.machine {
            Machine::A64 => a64_stub(area, at),
            Machine::Arm => super::arm::stub(area.at(at, area.end), at),
            Machine::Other => None,
        };
        let Some(fixup) = slot.and_then(|slot| space.fixups.get(&slot)) else {
            continue;
        };
        let name = match &fixup.to {
            Meaning::Text(text) => text.strip_suffix(" + 0x0").unwrap_or(text).to_owned(),
            Meaning::Address(_) | Meaning::Page(_) => continue,
        };
        let name = format!("{name}@plt");
        // A landing for jumps, or a change of the instruction set, stands before the stub itself.
        let before = area.at(at.wrapping_sub(4).max(area.start), at);
        let starts = match before {
            [0x5f, 0x24, 0x03, 0xd5] | [0x78, 0x47, 0xc0, 0x46] | [0x78, 0x47, 0xfd, 0xe7] => {
                at - 4
            }
            _ => at,
        };
        out.insert(starts, name);
    }
    out
}

/// `adrp x16, …; ldr x17, [x16, …]`.
fn a64_stub(area: &Area<'_>, at: u64) -> Option<u64> {
    let bytes = area.at(at, at.saturating_add(8).min(area.end));
    let words: Vec<u32> = bytes
        .chunks_exact(4)
        .filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?)))
        .collect();
    let [page, load] = words[..] else { return None };
    if page & 0x9f00_001f != 0x9000_0010 || load & 0xffc0_03ff != 0xf940_0211 {
        return None;
    }
    let around = Around::default();
    let found = flow::references(&A64::new(bytes, at, &around), at, at + 8);
    match found.last()?.to {
        Meaning::Address(slot) => Some(slot),
        Meaning::Page(_) | Meaning::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_nothing_fills_gaps() {
        assert!(filler(Machine::A64, &[0x1f, 0x20, 0x03, 0xd5, 0, 0, 0, 0]));
        assert!(!filler(Machine::A64, &[0xc0, 0x03, 0x5f, 0xd6]), "ret");
        assert!(filler(Machine::Arm, &[0x00, 0xbf, 0xaf, 0xf3, 0x00, 0x80]));
        assert!(!filler(Machine::Arm, &[0x70, 0x47]), "bx lr");
        assert!(!filler(Machine::Other, &[0x90, 0xc3]));
    }
}
