//! What stands in the gaps between functions, where control may get there.

use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::space::Machine;

/// Whether a gap begins with an instruction that is undefined for good: A64's UDF.
pub(super) fn traps(side: &Atoms<'_, '_>, gap: &Atom) -> bool {
    side.space.machine == Machine::A64
        && gap.start.is_multiple_of(4)
        && side.bytes(gap).starts_with(&[0; 4])
}

/// Whether the rest of a gap is instructions that do nothing, with code behind them.
pub(super) fn passes(side: &Atoms<'_, '_>, gap: &Atom, offset: u64) -> bool {
    let bytes = side.bytes(gap).get(offset as usize..).unwrap_or_default();
    let idle = match side.space.machine {
        Machine::A64 => bytes.chunks(4).all(|word| word == [0x1f, 0x20, 0x03, 0xd5]),
        Machine::Arm => bytes.chunks(2).all(|half| half == [0x00, 0xbf]),
        Machine::Other => false,
    };
    let next = side.find(gap.end).and_then(|index| side.atoms.get(index));
    let code = next.is_some_and(|next| next.role == Role::Function && next.start == gap.end);
    // The instruction is T32's, and so must be what follows.
    let set = next.is_some_and(|next| side.space.machine == Machine::A64 || side.thumb(next));
    idle && code && set
}
