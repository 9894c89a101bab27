//! Which address of one side is which of the other, under a pairing of pieces.

use super::super::atom::{Atom, Role};
use super::super::atoms::Atoms;
use super::super::flow::How;
use super::super::headers;
use super::super::space::Meaning;
use super::gaps::{passes, traps};
use super::spot::InTable;
pub(super) use super::spot::{On, Spot};
use super::{Claim, wants_like};
use crate::rules::RuleSet;
use crossproof_model::Pair;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The pairing, with what follows from it for addresses.
pub(super) struct Map<'m, 's, 'a> {
    pub sides: Pair<&'m Atoms<'s, 'a>>,
    claim: &'m Claim,
    /// Sections of the right by label, as indices of the left's.
    sections: BTreeMap<usize, usize>,
    /// The same by the left's index; and, of each of the left's, whether its like has the same bytes: what a hundred
    /// thousand symbols mean may stand in one table.
    likes: BTreeMap<usize, usize>,
    same: BTreeMap<usize, OnceLock<bool>>,
    /// By how much everything is moved, if it all is by as much.
    pub still: bool,
}

/// Bytes of the page that instructions make.
const PAGE: u64 = 0x1000;

impl<'m, 's, 'a> Map<'m, 's, 'a> {
    pub(super) fn new(sides: Pair<&'m Atoms<'s, 'a>>, claim: &'m Claim) -> Self {
        let labels: BTreeMap<&str, usize> = (sides.left.space.areas.iter().enumerate())
            .map(|(index, area)| (area.label.as_str(), index))
            .collect();
        let sections: BTreeMap<usize, usize> = (sides.right.space.areas.iter().enumerate())
            .filter_map(|(index, area)| Some((index, *labels.get(area.label.as_str())?)))
            .collect();
        // The first of several, as in the order of the right's.
        let likes = sections.iter().rev().map(|(right, left)| (*left, *right));
        let likes: BTreeMap<usize, usize> = likes.collect();
        let same = sections
            .keys()
            .map(|right| (*right, OnceLock::new()))
            .collect();
        let mut map = Map {
            sides,
            claim,
            sections,
            likes,
            same,
            still: false,
        };
        map.still = map.all_still();
        map
    }

    /// The pairs that both sides agree on.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let all = self.claim.left.iter().enumerate();
        let agreed = |(left, like): (usize, &Option<usize>)| {
            let right = (*like)?;
            (self.claim.right.get(right) == Some(&Some(left))).then_some((left, right))
        };
        all.filter_map(agreed).collect()
    }

    pub(super) fn pair(&self, left: usize, right: usize) -> Option<Pair<&'m Atom>> {
        Some(Pair::new(
            self.sides.left.atoms.get(left)?,
            self.sides.right.atoms.get(right)?,
        ))
    }

    pub(super) fn side(&self, on: On) -> &'m Atoms<'s, 'a> {
        match on {
            On::Left => self.sides.left,
            On::Right => self.sides.right,
        }
    }

    /// What a piece goes by on both sides: the left one's index.
    pub(super) fn piece(&self, on: On, index: usize) -> Option<usize> {
        match on {
            On::Left => {
                let like = self.claim.left.get(index).copied().flatten()?;
                (self.claim.right.get(like) == Some(&Some(index))).then_some(index)
            }
            On::Right => {
                let like = self.claim.right.get(index).copied().flatten()?;
                (self.claim.left.get(like) == Some(&Some(index))).then_some(like)
            }
        }
    }

    /// What a section goes by on both sides: the left one's index.
    pub(super) fn section(&self, on: On, index: usize) -> Option<usize> {
        match on {
            On::Left => Some(index),
            On::Right => self.sections.get(&index).copied(),
        }
    }

    /// Whether every piece and section stands at a place from which the same instructions and numbers reach the
    /// same things: all moved by the same whole number of pages.
    fn all_still(&self) -> bool {
        let mut moved = None;
        let mut alike = |left: u64, right: u64| {
            let by = right.wrapping_sub(left);
            *moved.get_or_insert(by) == by && by.is_multiple_of(PAGE)
        };
        let pieces = self.pairs().into_iter().all(|(left, right)| {
            let atoms = self.pair(left, right);
            atoms.is_some_and(|atoms| alike(atoms.left.start, atoms.right.start))
        });
        let (left, right) = (self.sides.left.space, self.sides.right.space);
        let mut sections = self.sections.iter();
        let sections = sections.all(|(index, like)| {
            let areas = right.areas.get(*index).zip(left.areas.get(*like));
            areas
                .is_some_and(|(r, l)| alike(l.start, r.start) && l.end - l.start == r.end - r.start)
        });
        pieces && sections && left.areas.len() == right.areas.len()
    }

    /// What an address means where it is used so.
    pub(super) fn spot(&self, on: On, address: u64, how: How) -> Spot {
        let side = self.side(on);
        if how == How::Behind {
            return self.behind(on, address);
        }
        let Some(index) = side.find(address) else {
            return self.outside(on, address);
        };
        let Some(atom) = side.atoms.get(index) else {
            return Spot::Unclear;
        };
        let offset = address - atom.start;
        if matches!(how, How::Jump | How::Call) && atom.role != Role::Function {
            // Instructions among data are not looked at. A gap that does nothing leads to what stands behind it; one
            // that traps is the end of what stands before it.
            return match atom.role == Role::Padding {
                true if passes(side, atom, offset) => self.spot(on, atom.end, how),
                true if offset == 0 && traps(side, atom) => self.behind(on, address),
                _ => Spot::Unclear,
            };
        }
        match atom.role {
            Role::Table => self.in_table(on, atom, offset),
            // What is read there is compared by nobody.
            Role::Padding if matches!(how, How::Touch(2..)) => Spot::Unclear,
            // The end of what stands before; anything in the middle of a gap is unclear.
            Role::Padding if offset == 0 => self.end(on, index, address),
            Role::Padding => Spot::Unclear,
            _ => {
                let Some(piece) = self.piece(on, index) else {
                    return Spot::Unclear;
                };
                let code = atom.role == Role::Function;
                let reads = matches!(how, How::Jump | How::Call | How::Touch(_));
                let behind = match offset == 0 && !reads {
                    true => self.ends_at(on, index, code),
                    false => Some(None),
                };
                match behind {
                    Some(behind) => Spot::In {
                        piece,
                        offset,
                        behind,
                    },
                    None => Spot::Unclear,
                }
            }
        }
    }

    /// The end of the function that ends at `address`.
    fn behind(&self, on: On, address: u64) -> Spot {
        let side = self.side(on);
        let before = address.checked_sub(1).and_then(|last| side.find(last));
        let ends = |index: &usize| {
            let atom = side.atoms.get(*index);
            atom.is_some_and(|atom| atom.role == Role::Function && atom.end == address)
        };
        match before.filter(ends).and_then(|index| self.piece(on, index)) {
            Some(piece) => Spot::End {
                piece,
                section: false,
            },
            None => Spot::Unclear,
        }
    }

    /// The piece that ends where piece `index` begins, if an address there may mean its end: nothing takes the
    /// end of a function for the address of what follows it. `None` if what ends there has no like.
    fn ends_at(&self, on: On, index: usize, code: bool) -> Option<Option<usize>> {
        let side = self.side(on);
        let here = side.atoms.get(index);
        let before = index.checked_sub(1).and_then(|i| side.atoms.get(i));
        let (Some(here), Some(before)) = (here, before) else {
            return Some(None);
        };
        if before.end != here.start || (code && before.role == Role::Function) {
            return Some(None);
        }
        match before.role {
            Role::Padding => Some(None),
            // A section compared as a whole is as good as a piece; its own numbers begin behind theirs.
            Role::Table => {
                let section = self.section(on, before.area)?;
                Some(Some(self.sides.left.atoms.len() + section))
            }
            _ => Some(Some(self.piece(on, index - 1)?)),
        }
    }

    /// The end of the piece before piece `index` (or before `address`, where nothing stands).
    fn end(&self, on: On, index: usize, address: u64) -> Spot {
        let side = self.side(on);
        let before = index
            .checked_sub(1)
            .and_then(|i| Some((i, side.atoms.get(i)?)));
        let Some((before, atom)) = before.filter(|(_, atom)| atom.end == address) else {
            return Spot::Unclear;
        };
        let section = side.area(atom).is_some_and(|area| area.end == address);
        match (atom.role, self.piece(on, before)) {
            (Role::Table, _) => self.in_table(on, atom, address - atom.start),
            // A gap at the end of a section belongs to what stands before it.
            (Role::Padding, _) if section => match self.last_piece(on, before) {
                Some(piece) => Spot::End { piece, section },
                None => Spot::Unclear,
            },
            (Role::Padding, _) | (_, None) => Spot::Unclear,
            (_, Some(piece)) => Spot::End { piece, section },
        }
    }

    fn last_piece(&self, on: On, index: usize) -> Option<usize> {
        let before = index.checked_sub(1)?;
        let side = self.side(on);
        let same = side.atoms.get(index)?.area == side.atoms.get(before)?.area;
        self.piece(on, before).filter(|_| same)
    }

    fn in_table(&self, on: On, atom: &Atom, offset: u64) -> Spot {
        let Some(section) = self.section(on, atom.area) else {
            return Spot::Unclear;
        };
        let size = atom.end - atom.start;
        let place = match offset {
            0 => InTable::Start,
            _ if offset == size => InTable::End,
            // The word that ends `.eh_frame`.
            _ if offset + 4 == size => InTable::Last,
            _ => InTable::At(offset),
        };
        match place {
            // So far into a table means the same only if both have the same bytes.
            InTable::At(_) if !self.table_is_same(atom.area, on) => Spot::Unclear,
            place => Spot::Table { section, place },
        }
    }

    fn table_is_same(&self, area: usize, on: On) -> bool {
        let pair = match on {
            On::Left => self.likes.get(&area).map(|right| (area, *right)),
            On::Right => self.sections.get(&area).map(|left| (*left, area)),
        };
        let Some((left, right)) = pair else {
            return false;
        };
        let compare = || {
            let left = self.sides.left.space.areas.get(left);
            let right = self.sides.right.space.areas.get(right);
            left.zip(right).is_some_and(|(l, r)| l.bytes == r.bytes)
        };
        self.same
            .get(&right)
            .is_some_and(|same| *same.get_or_init(compare))
    }

    /// An address that no piece has.
    fn outside(&self, on: On, address: u64) -> Spot {
        let side = self.side(on);
        let after = side.atoms.partition_point(|atom| atom.start <= address);
        if after > 0 && side.atoms.get(after - 1).is_some_and(|a| a.end == address) {
            return self.end(on, after, address);
        }
        let image = side.space.image;
        let loads = image
            .segments
            .iter()
            .filter(|s| s.kind == super::super::headers::PT_LOAD);
        let inside = loads.clone().find(|s| {
            let size = s.memsz.max(1);
            address.checked_sub(s.vaddr).is_some_and(|into| into < size)
        });
        match inside {
            Some(s) if s.offset == 0 && side.atoms.first().is_some_and(|a| address < a.start) => {
                Spot::Header(address - s.vaddr)
            }
            Some(_) => Spot::Unclear,
            None => Spot::Outside(address),
        }
    }

    /// Whether two references go to the same thing.
    pub(super) fn same(&self, left: (&Meaning, How), right: (&Meaning, How)) -> bool {
        match (left.0, right.0) {
            (Meaning::Text(a), Meaning::Text(b)) => a == b,
            (Meaning::Page(a), Meaning::Page(b)) => self.same_page(*a, *b),
            (Meaning::Address(a), Meaning::Address(b)) => {
                // An address that leads nowhere may be one with something added to it.
                // (Of a weak symbol that nothing defines it is zero.)
                let told = left.1 == How::Word || left.1 == How::Take && *a != 0;
                let spot = self.spot(On::Left, *a, left.1);
                let nowhere = told && matches!(spot, Spot::Outside(_) | Spot::Header(1..));
                (self.still || !nowhere) && self.same_address((*a, left.1), (*b, right.1))
            }
            _ => false,
        }
    }

    /// Whether all that stands in a page, or reaches into it, stands at the same place of the other page.
    fn same_page(&self, left: u64, right: u64) -> bool {
        let inside = |on: On, page: u64| {
            let side = self.side(on);
            let end = page.saturating_add(PAGE);
            let first = side.atoms.partition_point(|atom| atom.end <= page);
            let here = side.atoms.iter().enumerate().skip(first);
            let here = here.take_while(move |(_, atom)| atom.start < end);
            let kept = here.filter(|(_, atom)| atom.role != Role::Padding);
            let placed = kept.map(|(index, atom)| {
                let what = match atom.role {
                    Role::Table => self.section(on, atom.area).map(|s| (true, s)),
                    _ => self.piece(on, index).map(|piece| (false, piece)),
                };
                what.map(|what| (what, atom.start.wrapping_sub(page)))
            });
            placed.collect::<Option<Vec<_>>>()
        };
        let pieces = inside(On::Left, left);
        pieces.is_some_and(|pieces| !pieces.is_empty())
            && inside(On::Left, left) == inside(On::Right, right)
    }

    pub(super) fn same_address(&self, left: (u64, How), right: (u64, How)) -> bool {
        let one = self.spot(On::Left, left.0, left.1);
        let other = self.spot(On::Right, right.0, right.1);
        if one == Spot::Unclear || one != other {
            return false;
        }
        // What is read or written must be all of one piece, or of pieces that stay side by side.
        match (left.1, one) {
            (How::Touch(size @ 2..), Spot::In { piece, offset, .. }) => {
                let atom = self.sides.left.atoms.get(piece);
                let last = u64::from(size) - 1;
                let within = atom.is_some_and(|a| offset + last < a.end - a.start);
                within
                    || self.same_address(
                        (left.0 + last, How::Touch(1)),
                        (right.0 + last, How::Touch(1)),
                    )
            }
            _ => true,
        }
    }

    /// Whether a rule drops the section, so that the other side need not have it.
    pub(super) fn dropped(&self, on: On, area: usize, rules: &RuleSet) -> bool {
        let space = self.side(on).space;
        let section = space.areas.get(area).map(|area| area.section);
        section.is_some_and(|section| headers::dropped(space.image, section, rules))
    }

    /// Whether a piece is of those that must have a like.
    pub(super) fn counts(&self, on: On, index: usize) -> bool {
        self.side(on).atoms.get(index).is_some_and(wants_like)
    }
}
