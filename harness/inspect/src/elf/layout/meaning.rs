//! What pieces come to once addresses are replaced by what they point at.

use super::super::words;
use super::atom::{Atom, Role};
use super::atoms::Atoms;
use super::flow::{How, Reference};
use super::space::Meaning;
use crossproof_model::{Digest, Pair};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What each piece of a file is called on both sides; `None` where that is not known (yet).
pub(super) type Names = Vec<Option<String>>;

/// A file in pieces, with what its constants hold worked out.
pub(super) struct Side<'p, 's, 'a> {
    pub cut: &'p Atoms<'s, 'a>,
    constants: Vec<Option<Digest>>,
    /// What both sides call a constant that differs but is the same one.
    shared: BTreeMap<usize, String>,
}

impl<'p, 's, 'a> Side<'p, 's, 'a> {
    pub(super) fn new(cut: &'p Atoms<'s, 'a>) -> Self {
        let mut side = Side {
            cut,
            constants: Vec::new(),
            shared: BTreeMap::new(),
        };
        let names = vec![None; cut.atoms.len()];
        let constant =
            |atom: &Atom| (atom.role == Role::Constant).then(|| side.digest(atom, &names));
        side.constants = cut.atoms.par_iter().map(constant).collect();
        side
    }

    /// What a place refers to, in words that mean the same on both sides.
    pub(super) fn spell(&self, to: &Meaning, names: &Names) -> String {
        match to {
            Meaning::Text(text) => text.clone(),
            Meaning::Page(page) => format!("page of {}", self.spell_address(*page, names, false)),
            Meaning::Address(address) => self.spell_address(*address, names, true),
        }
    }

    fn spell_address(&self, address: u64, names: &Names, through: bool) -> String {
        let Some((index, atom)) = self
            .cut
            .find(address)
            .and_then(|index| Some((index, self.cut.atoms.get(index)?)))
        else {
            return self.outside(address);
        };
        let offset = address - atom.start;
        let from = |name: &str| match offset {
            0 => name.to_owned(),
            _ => format!("{name} + {offset:#x}"),
        };
        let area = self.cut.area(atom);
        let label = area.map_or("", |area| &area.label);
        // Data without a name may have one for the time of pairing.
        if let (Role::Constant | Role::Slot | Role::Rest, Some(Some(name))) =
            (atom.role, names.get(index))
        {
            return from(name);
        }
        match atom.role {
            Role::Function | Role::Object => match names.get(index) {
                Some(Some(name)) => from(name),
                _ => from(&format!("unnamed in {label}")),
            },
            Role::Constant if self.shared.contains_key(&index) => {
                from(self.shared.get(&index).map_or("", String::as_str))
            }
            Role::Constant => match self.constants.get(index) {
                // Half of it is enough to tell a file's constants apart.
                Some(Some(digest)) => from(&format!("constant {digest:.32}")),
                _ => from("constant"),
            },
            Role::Slot if through && offset == 0 && !atom.references.is_empty() => {
                let machine = self.cut.space.image.header.machine;
                let by = |kind: u32| match kind {
                    0 => String::new(),
                    kind => format!("{} ", words::relocation(machine, kind)),
                };
                let to = atom.references.iter().map(|r| match &r.to {
                    Meaning::Address(address) => {
                        format!(
                            "{}{}",
                            by(r.kind),
                            self.spell_address(*address, names, false)
                        )
                    }
                    Meaning::Page(_) => String::new(),
                    Meaning::Text(text) => format!("{}{text}", by(r.kind)),
                });
                format!("word of {}", to.collect::<Vec<_>>().join(", "))
            }
            Role::Padding => from(&format!("padding in {label}")),
            Role::Slot | Role::Rest | Role::Table => {
                let start = area.map_or(0, |area| area.start);
                format!("{label} + {:#x}", address - start)
            }
        }
    }

    /// An address that no section has: one past a section's end, or the headers'.
    fn outside(&self, address: u64) -> String {
        let areas = &self.cut.space.areas;
        match areas.iter().rfind(|area| area.end == address) {
            Some(area) => format!("end of {}", area.label),
            None => format!("address {address:#x}"),
        }
    }

    /// A digest of a piece: its bytes without those that an address decides, what it refers to, and the
    /// names others know it by.
    pub(super) fn digest(&self, atom: &Atom, names: &Names) -> Digest {
        let bytes = masked(self.cut.bytes(atom), atom);
        let mut kept = bytes.as_slice();
        let mut size = atom.end - atom.start;
        if atom.role == Role::Constant {
            // Where the next one begins is a matter of its alignment.
            let zeros = kept.iter().rev().take_while(|byte| **byte == 0).count();
            kept = kept.get(..kept.len() - zeros).unwrap_or_default();
            size = 0;
        }
        let what = format!("{:?} {size}", atom.role);
        let facts = (atom.references.iter()).map(|reference| self.fact(atom, reference, names));
        let facts = facts.map(|fact| Cow::Owned(fact.into_bytes()));
        let exported = atom
            .exported
            .iter()
            .map(|name| Cow::Borrowed(name.as_bytes()));
        let fields = [what.as_bytes(), kept].into_iter().map(Cow::Borrowed);
        Digest::of_fields(fields.chain(facts).chain(exported))
    }

    /// A digest of what a piece is if numbers in it that may be addresses are none, whatever others know it by.
    pub(super) fn plain_digest(&self, atom: &Atom, names: &Names) -> Digest {
        let told = atom.references.iter().filter(|r| r.how != How::Perhaps);
        let plain = Atom {
            references: told.cloned().collect(),
            ..Atom::new(atom.start, atom.end, atom.area, atom.role)
        };
        self.digest(&plain, names)
    }

    fn fact(&self, atom: &Atom, reference: &Reference, names: &Names) -> String {
        let to = self.spell(&reference.to, names);
        let at = reference.at.wrapping_sub(atom.start);
        format!("{at:x} {:x} {} {to}", reference.mask, reference.kind)
    }
}

/// A piece's bytes with those bits cleared that an address decides.
pub(super) fn masked(bytes: &[u8], atom: &Atom) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for reference in &atom.references {
        let Ok(from) = usize::try_from(reference.at.wrapping_sub(atom.start)) else {
            continue;
        };
        let mask = reference.mask.to_le_bytes();
        let field = out.get_mut(from..).unwrap_or_default();
        for (byte, mask) in field.iter_mut().zip(mask).take(reference.width) {
            *byte &= !mask;
        }
    }
    out
}

/// Gives one name to the constants that paired functions refer to at the same place, so that a constant that
/// changed is told once, and not again at each function that reads it.
pub(super) fn match_constants(
    sides: &mut Pair<Side<'_, '_, '_>>,
    like: &Pair<Vec<Option<usize>>>,
    names: &Names,
) {
    let held = sides.as_ref().map(|side| {
        let mut held = BTreeMap::<Digest, i64>::new();
        side.constants
            .iter()
            .flatten()
            .for_each(|digest| *held.entry(*digest).or_default() += 1);
        held
    });
    let mut matched = Vec::new();
    for (index, other) in like.left.iter().enumerate() {
        let atoms = other.and_then(|other| {
            Some((
                sides.left.cut.atoms.get(index)?,
                sides.right.cut.atoms.get(other)?,
            ))
        });
        let Some((left, right)) = atoms else { continue };
        if left.references.len() != right.references.len() {
            continue;
        }
        for (a, b) in left.references.iter().zip(&right.references) {
            let constants = Pair::new((&sides.left, a, left), (&sides.right, b, right)).map(
                |(side, reference, atom)| {
                    let Meaning::Address(target) = reference.to else {
                        return None;
                    };
                    let constant = side.cut.find(target)?;
                    let digest = side.constants.get(constant).copied().flatten()?;
                    Some((constant, digest, reference.at - atom.start))
                },
            );
            let (Some(l), Some(r)) = (constants.left, constants.right) else {
                continue;
            };
            let lacks = |held: &BTreeMap<Digest, i64>, digest: &Digest| {
                held.get(digest).copied().unwrap_or_default() == 0
            };
            if l.2 == r.2 && l.1 != r.1 && lacks(&held.right, &l.1) && lacks(&held.left, &r.1) {
                let name = names.get(index).cloned().flatten().unwrap_or_default();
                matched.push((l.0, r.0, format!("constant of {name} + {:#x}", l.2)));
            }
        }
    }
    for (left, right, name) in matched {
        let free =
            !sides.left.shared.contains_key(&left) && !sides.right.shared.contains_key(&right);
        if free {
            sides.left.shared.insert(left, name.clone());
            sides.right.shared.insert(right, name);
        }
    }
}
