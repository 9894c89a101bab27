//! Code of stripped 32-bit ARM files: nothing says where its functions end, so what looks like a function of its own may
//! be a part of the one before it.

use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::flow::How;
use super::super::space::{Machine, Meaning};
use super::before::same_before;
use super::map::{Map, On};
use crossproof_model::Pair;
use std::collections::BTreeSet;

/// Where functions begin, as something says: a symbol, an unwinding table, a call, or an address that is held or made. A
/// jump need not lead to a function. Nothing where mapping symbols tell code from what stands in it.
pub(super) fn begun(side: &Atoms<'_, '_>) -> Option<BTreeSet<u64>> {
    let space = side.space;
    if space.machine != Machine::Arm || space.mapped {
        return None;
    }
    let mut begun: BTreeSet<u64> = side.unwind.iter().map(|entry| entry.start & !1).collect();
    begun.extend(space.names.iter().map(|name| name.address & !1));
    begun.extend(space.entries().map(|(_, value)| value & !1));
    begun.insert(space.image.header.entry & !1);
    for atom in &side.atoms {
        let leads = atom
            .references
            .iter()
            .filter_map(|reference| match reference.to {
                Meaning::Address(to) if !(atom.start..atom.end).contains(&to) => {
                    let says = matches!(reference.how, How::Call | How::Take | How::Word);
                    says.then_some(to & !1)
                }
                _ => None,
            });
        begun.extend(leads);
    }
    Some(begun)
}

/// Code of stripped 32-bit ARM files that nothing says is a function may be cut off one that goes on there in a way that
/// is not seen, as through a table: it stays behind what it stands behind.
pub(super) fn cut_off(
    map: &Map<'_, '_, '_>,
    (left, right): (usize, usize),
    begun: &Pair<Option<BTreeSet<u64>>>,
) -> Option<&'static str> {
    let atoms = map.pair(left, right)?;
    let says = |begun: &Option<BTreeSet<u64>>, atom: &Atom| {
        begun
            .as_ref()
            .is_none_or(|begun| begun.contains(&atom.start))
    };
    let function = atoms.left.role == Role::Function && !atoms.left.stub && !atoms.left.thunk;
    let said = says(&begun.left, atoms.left) && says(&begun.right, atoms.right);
    // Back to where a function begins for sure.
    let goes_on = |on: On, index: usize, begun: &Option<BTreeSet<u64>>| {
        let before = map
            .side(on)
            .atoms
            .get(..index)
            .unwrap_or_default()
            .iter()
            .rev();
        let mut ended = false;
        let mut own = before.take_while(|atom| {
            let first = !ended;
            ended |= says(begun, atom);
            first
        });
        own.any(|atom| atom.open)
    };
    let open = || goes_on(On::Left, left, &begun.left) || goes_on(On::Right, right, &begun.right);
    (function && !said && open() && !same_before(map, left, right))
        .then_some("may belong to the code before it, which differs")
}
