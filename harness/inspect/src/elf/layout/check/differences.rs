//! Numbers in data that count from one place of the file to another, as tables of functions without relocations do.
//!
//! Where code moved and the data did not, the same number counts to a different function. Which numbers are counted from
//! somewhere, and from where, data do not say. One that leads to the start of a function from where it stands itself, or
//! from where its piece of data begins, may be such a number.

use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::flow::How;
use super::super::space::{Area, Machine, Meaning};
use super::Objection;
use super::map::{Map, On, Spot};
use crossproof_model::Pair;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// No more places of a piece are taken for what its numbers may count from.
const MOST: usize = 16;

/// Numbers that may count to a function, and would count to a different one on the other side.
pub(super) fn check(map: &Map<'_, '_, '_>, pairs: &[(usize, usize)]) -> Vec<Objection> {
    if map.still {
        return Vec::new();
    }
    let references = map
        .sides
        .left
        .atoms
        .iter()
        .flat_map(|atom| &atom.references);
    let told: BTreeSet<u64> = references
        .filter_map(|reference| match reference.to {
            Meaning::Address(to) => Some(to),
            Meaning::Page(_) | Meaning::Text(_) => None,
        })
        .collect();
    let found = pairs.par_iter().filter_map(|(left, right)| {
        let atoms = map.pair(*left, *right)?;
        let at = differs(map, atoms, &told)?;
        let area = map.sides.left.area(atoms.left)?;
        let why = "a number may be a distance to code, and would lead to different code";
        Some(Objection::of(&area.label, at.map(Some), why))
    });
    found.collect()
}

fn differs(map: &Map<'_, '_, '_>, atoms: Pair<&Atom>, told: &BTreeSet<u64>) -> Option<Pair<u64>> {
    let (side, other) = (map.sides.left, map.sides.right);
    let (area, there) = (side.area(atoms.left)?, other.area(atoms.right)?);
    if matches!(
        atoms.left.role,
        Role::Function | Role::Table | Role::Padding
    ) || area.handlers()
    {
        return None;
    }
    let numbers = Numbers {
        map,
        area,
        there,
        // Where the data begin that code gets at: what numbers in them are counted from, if not from themselves.
        bases: (told.range(atoms.left.start + 1..atoms.left.end))
            .take(MOST)
            .chain([&atoms.left.start])
            .map(|at| at - area.start)
            .collect(),
        first: atoms.left.start.next_multiple_of(4),
        words: words(map, atoms.left),
    };
    let suspect = |index: &usize| numbers.differs(*index) && !numbers.by_chance(*index);
    let index = (0..numbers.words.len()).find(suspect)?;
    let at = numbers.at(index);
    Some(Pair::new(at, at - area.start + there.start))
}

/// The words of a piece of data that nothing says are addresses; nothing where something does.
fn words(map: &Map<'_, '_, '_>, atom: &Atom) -> Vec<Option<i32>> {
    let side = map.sides.left;
    let fixed = side.space.fixed();
    let first = atom.start.next_multiple_of(4) - atom.start;
    let mut references = atom.references.iter().peekable();
    let bytes = side.bytes(atom);
    let words = bytes.get(first as usize..).unwrap_or_default();
    let places = (atom.start + first..).step_by(4);
    let number = |(at, word): (u64, &[u8])| {
        while references
            .peek()
            .is_some_and(|r| r.at + r.width as u64 <= at)
        {
            references.next();
        }
        let number = word.iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b));
        let told = references
            .peek()
            .is_some_and(|r| r.at < at + 4 && r.how != How::Perhaps);
        // Addresses where these are fixed are looked at as such.
        let address = (fixed.as_ref()).is_some_and(|fixed| fixed.contains(&u64::from(number)));
        (!told && !address).then_some(number as i32)
    };
    places.zip(words.chunks_exact(4)).map(number).collect()
}

/// The numbers of a piece of data.
struct Numbers<'n, 'm, 's, 'a> {
    map: &'n Map<'m, 's, 'a>,
    /// Where they stand on the left and on the right.
    area: &'n Area<'a>,
    there: &'n Area<'a>,
    /// How far into that the piece begins, and places in it that something refers to.
    bases: Vec<u64>,
    first: u64,
    words: Vec<Option<i32>>,
}

impl Numbers<'_, '_, '_, '_> {
    fn at(&self, index: usize) -> u64 {
        self.first + 4 * index as u64
    }

    fn number(&self, index: usize) -> Option<i32> {
        self.words.get(index).copied().flatten().filter(|n| *n != 0)
    }

    /// Where a number leads on both sides, counted from the beginning of its data, and from itself.
    fn leads(&self, index: usize) -> impl Iterator<Item = Pair<u64>> {
        let own = self.at(index) - self.area.start;
        let (here, there) = (self.area.start, self.there.start);
        let number = self.number(index).into_iter();
        number.flat_map(move |number| {
            let to = move |start: u64, base: u64| {
                start.wrapping_add(base).wrapping_add_signed(number.into())
            };
            let bases = self.bases.iter().copied().chain([own]);
            bases.map(move |base| Pair::new(to(here, base), to(there, base)))
        })
    }

    /// Whether a function starts where it leads on either side.
    fn is_code(&self, to: &Pair<u64>) -> bool {
        let code = |side: &Atoms<'_, '_>, address: u64| {
            // The low bit says the instruction set where there are two: set, T32.
            let two = side.space.machine == Machine::Arm;
            let odd = two && address & 1 == 1 && side.modes.thumb(address & !1);
            let address = if odd { address & !1 } else { address };
            let atom = side.find(address).and_then(|i| side.atoms.get(i));
            atom.is_some_and(|atom| atom.role == Role::Function && atom.start == address)
        };
        code(self.map.sides.left, to.left) || code(self.map.sides.right, to.right)
    }

    /// Whether it would lead to different code.
    fn differs(&self, index: usize) -> bool {
        let spot = |on: On, address: u64| match self.map.spot(on, address, How::Touch(1)) {
            Spot::In { piece, offset, .. } => Some((piece, offset)),
            _ => None,
        };
        let apart = |to: &Pair<u64>| {
            let left = spot(On::Left, to.left);
            left.is_none() || left != spot(On::Right, to.right)
        };
        let mut leads = self.leads(index);
        leads.any(|to| self.is_code(&to) && apart(&to))
    }

    /// Whether it is one of many numbers, or of the letters of a text, and counts to a function only by chance: no
    /// number near it does. (Code that goes to what it adds up itself is not understood in any case.)
    fn by_chance(&self, index: usize) -> bool {
        let near = |by: isize| index.checked_add_signed(by);
        let counts =
            |by: isize| near(by).is_some_and(|index| self.leads(index).any(|to| self.is_code(&to)));
        if (1..=4).any(|by| counts(by) || counts(-by)) {
            return false;
        }
        let letters = |number: i32| {
            let printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x20..=0x7e | 0);
            number.to_le_bytes().iter().all(printable)
        };
        let text = self.number(index).is_some_and(letters);
        let numbers = (-8..=8).filter(|by| {
            let number = near(*by).and_then(|index| self.number(index));
            *by != 0 && number.is_some_and(|number| letters(number) == text)
        });
        numbers.count() >= 8
    }
}
