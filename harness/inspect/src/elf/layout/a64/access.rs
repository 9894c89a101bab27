//! Instructions that read and write memory.

use super::*;

/// A load or store with an address of a register and a number in the instruction.
pub(super) struct Access {
    pub(super) offset: i64,
    pub(super) size: u64,
    /// A signed, an unsigned load into a register that may hold an entry of a table.
    pub(super) loads: Option<bool>,
    pub(super) base: Base,
}

/// Whether a load or store of one register or a pair loads.
pub(super) fn loads(word: u32) -> bool {
    let pair = word & 0x3a00_0000 == 0x2800_0000;
    let vector = word & 0x0400_0000 != 0;
    word & 0x0040_0000 != 0 || !pair && !vector && word & 0x0080_0000 != 0
}

/// What becomes of the register that has the address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing; `paged` if the number may complete the address of a page.
    Kept { paged: bool },
    /// It is moved on, before or after.
    Moved { before: bool },
}

/// Loads and stores of one register and of pairs, with a number for the offset.
pub(super) fn access(word: u32) -> Option<Access> {
    let vector = word & 0x0400_0000 != 0;
    let opc = word >> 22 & 3;
    if word & 0x3a00_0000 == 0x2800_0000 {
        let scale = match (vector, word >> 30) {
            (true, opc) => 2 + opc,
            (false, opc) => 2 + (opc >> 1),
        };
        let offset = signed(word >> 15 & 0x7f, 7) << scale;
        let base = match word >> 23 & 3 {
            1 => Base::Moved { before: false },
            3 => Base::Moved { before: true },
            _ => Base::Kept { paged: false },
        };
        return Some(Access {
            offset,
            size: 2 << scale,
            loads: None,
            base,
        });
    }
    if word & 0x3a00_0000 != 0x3800_0000 {
        return None;
    }
    let scale = match (vector, opc & 2, word >> 30) {
        (true, 2, 0) => 4,
        (_, _, size) => size,
    };
    let loads = match (vector, opc) {
        (false, 1) => Some(false),
        (false, 2 | 3) if scale < 3 => Some(true),
        _ => None,
    };
    let (offset, base) = if word & 0x0100_0000 != 0 {
        let offset = i64::from(word >> 10 & 0xfff) << scale;
        (offset, Base::Kept { paged: true })
    } else if word & 0x0020_0000 == 0 {
        let base = match word >> 10 & 3 {
            1 => Base::Moved { before: false },
            3 => Base::Moved { before: true },
            _ => Base::Kept { paged: false },
        };
        (signed(word >> 12 & 0x1ff, 9), base)
    } else {
        return None;
    };
    Some(Access {
        offset,
        size: 1 << scale,
        loads,
        base,
    })
}
