//! The code of all functions read together: what a register holds at a function's start may be what a part of
//! the same function, split off by the compiler, left in it; and where code ends with a call, whether it ends
//! there hangs on whether what it calls comes back.

mod changes;
mod entrances;
mod noreturn;
mod words;

use super::a64::{self, A64};
use super::arm::{Arm, Around};
use super::atom::{Atom, Role};
use super::effort::{self, Effort};
use super::flow::{
    self, Code, Decode, End, Ends, Entrances, How, Jumps, Pads, Reference, State, Surroundings,
    Table,
};
use super::modes::Modes;
use super::space::{Machine, Meaning, Space};
use super::specified::never_returns;
use changes::changes;
use entrances::{addresses, bit};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Words that code loads from beside it: where each stands, its bytes, and how it uses the address that it may be.
type Beside = Vec<(u64, u64, How)>;

/// More rounds of carrying registers from function to function are not made.
const ROUNDS: usize = 12;

/// What is known of the code besides its references.
pub(super) struct Known {
    pub modes: Modes,
    pub tables: Vec<Table>,
}

/// What decoding hangs on besides the code.
pub(super) fn around(space: &Space<'_>, effort: &Effort) -> Around {
    Around {
        got: space.got(),
        fixed: space.fixed(),
        changes: BTreeMap::new(),
        gone: BTreeSet::new(),
        pads: BTreeMap::new(),
        effort: effort.clone(),
    }
}

/// Reads the functions among `atoms`, which are by address. `elsewhere` are the references that data make;
/// at `pads` handlers of exceptions begin.
pub(super) fn read(
    space: &Space<'_>,
    atoms: &mut Vec<Atom>,
    modes: Modes,
    around: Around,
    elsewhere: &[Reference],
    pads: &Pads,
) -> Known {
    // What an object file's instructions refer to, its relocations say.
    if space.image.relocatable() || space.machine == Machine::Other {
        for atom in atoms.iter_mut().filter(|a| a.role == Role::Function) {
            if space.machine == Machine::Other {
                atom.unknown.push(atom.start);
            }
            atom.falls = true;
        }
        return Known {
            modes,
            tables: Vec::new(),
        };
    }
    trim(space, atoms, &modes, &around);
    let functions = atoms.iter().filter(|a| a.role == Role::Function);
    if functions.map(|a| a.end - a.start).max() > Some(effort::FUNCTION) {
        around.effort.give_up();
    }
    let mut reader = Reader {
        space,
        atoms,
        modes: &modes,
        around,
        pads,
        gone: BTreeSet::new(),
        believed: BTreeSet::new(),
        doubted: BTreeSet::new(),
        labels: addresses(elsewhere).map(|at| at & !bit(space)).collect(),
        jumps: Jumps::new(),
    };
    let ends = reader.ends();
    reader.gone = reader.never_back(&ends, false);
    reader.believed = reader.never_back(&ends, true);
    let doubted = ends.iter().filter(|(_, ends)| {
        let mut called = ends.called.iter();
        // What ends with a call was compiled so because that call does not come back there.
        let ends_calling = matches!(ends.ends.last(), Some(End::Calls(_))) && !ends.returns;
        ends_calling || called.any(|to| reader.gone.contains(to))
    });
    reader.doubted = doubted.map(|(at, _)| *at).collect();
    // Parts that a function jumps to find its registers as it left them, which is followed; those that it calls do not.
    let called: BTreeSet<u64> = ends
        .iter()
        .flat_map(|(_, e)| e.called.iter().copied())
        .collect();
    let borrowing: BTreeSet<u64> = (ends.iter())
        .filter(|(at, e)| e.borrows && called.contains(at))
        .map(|(at, _)| *at)
        .collect();
    reader.around.changes = changes(&ends, &reader.around.effort);
    let first = reader.follow_tables(elsewhere);
    let codes = reader.all(first, elsewhere);
    let mut tables = Vec::new();
    let jumps = std::mem::take(&mut reader.jumps);
    for (atom, code) in atoms.iter_mut().zip(codes) {
        let Some(code) = code else { continue };
        let mut followed = jumps.range(atom.start..atom.end);
        let mistaken = followed.any(|(at, _)| !code.jumps.contains_key(at));
        tables.extend(code.tables);
        atom.references = code.references;
        atom.unknown = code.unknown;
        atom.falls = code.falls;
        atom.open = code.open;
        // What code adds up and goes to, nothing here has followed.
        if mistaken || code.computes || modes.guessed(atom.start) || borrowing.contains(&atom.start)
        {
            atom.unknown.push(atom.start);
        }
    }
    tables.sort_unstable();
    tables.dedup();
    Known { modes, tables }
}

/// Cuts off what fills the room behind functions whose ends no symbol says.
fn trim(space: &Space<'_>, atoms: &mut Vec<Atom>, modes: &Modes, around: &Around) {
    if space.machine != Machine::Arm {
        return;
    }
    let mut gaps = Vec::new();
    for atom in atoms.iter_mut() {
        let Some(area) = space
            .areas
            .get(atom.area)
            .filter(|_| atom.role == Role::Function)
        else {
            continue;
        };
        let bytes = area.at(atom.start, atom.end);
        let thumb = modes.thumb(atom.start);
        let code = Arm::new(bytes, atom.start, thumb, modes.marks(), around);
        atom.thunk = code.is_thunk();
        if !atom.loose || atom.stub {
            continue;
        }
        let end = code.end();
        if end > atom.start && end < atom.end {
            gaps.push(atom.gap(end));
            atom.end = end;
        }
    }
    atoms.extend(gaps);
    atoms.sort_by_key(|atom| (atom.start, atom.end));
}

struct Reader<'r, 'a> {
    space: &'r Space<'a>,
    atoms: &'r [Atom],
    modes: &'r Modes,
    around: Around,
    pads: &'r Pads,
    /// Functions that never come back, by where they start.
    gone: BTreeSet<u64>,
    /// Those that were compiled so.
    believed: BTreeSet<u64>,
    /// Those that call one that never comes back, or that end with a call.
    doubted: BTreeSet<u64>,
    /// Places whose addresses data hold.
    labels: BTreeSet<u64>,
    jumps: Jumps,
}

impl Reader<'_, '_> {
    fn find(&self, address: u64) -> Option<usize> {
        let after = self.atoms.partition_point(|atom| atom.start <= address);
        let index = after.checked_sub(1)?;
        (address < self.atoms.get(index)?.end).then_some(index)
    }

    /// What `read` makes of a function, and the words that its instructions load from beside them.
    fn decoded<T>(
        &self,
        index: usize,
        read: impl Fn(&dyn Decode, u64, u64) -> T,
    ) -> Option<(T, Beside)> {
        let atom = self.atoms.get(index)?;
        let area = self.space.areas.get(atom.area)?;
        if atom.role != Role::Function {
            return None;
        }
        let bytes = area.at(atom.start, atom.end);
        let (start, end) = (atom.start, atom.end);
        match self.space.machine {
            Machine::A64 => {
                let decoder = A64::new(bytes, start, &self.around);
                let pool = decoder.pool().map(|(at, size)| (at, size, How::Perhaps));
                Some((read(&decoder, start, end), pool.collect()))
            }
            Machine::Arm => {
                let (thumb, marks) = (self.modes.thumb(start), self.modes.marks());
                let decoder = Arm::new(bytes, start, thumb, marks, &self.around);
                let pool = decoder.pool().map(|(at, how)| (at, 4, how)).collect();
                Some((read(&decoder, start, end), pool))
            }
            Machine::Other => None,
        }
    }

    fn pads_in(&self, start: u64, end: u64) -> Pads {
        let inside = self.pads.range(start..end);
        inside.map(|(pad, calls)| (*pad, calls.clone())).collect()
    }

    fn one(&self, index: usize, entrances: &Entrances, early: bool) -> Option<Code> {
        let code = self.read(index, entrances, early, None)?;
        if early || code.understood() {
            return Some(code);
        }
        // Where a register would hold different things behind a call, and holds one if the call does not come back.
        // Words that 32-bit code adds to the program counter are held in no register for long.
        if self.space.machine != Machine::A64 {
            return Some(code);
        }
        let other = self.read(index, entrances, early, Some(&self.doubted));
        Some(other.filter(Code::understood).unwrap_or(code))
    }

    fn read(
        &self,
        index: usize,
        entrances: &Entrances,
        early: bool,
        doubted: Option<&BTreeSet<u64>>,
    ) -> Option<Code> {
        let read = |code: &dyn Decode, start, end| {
            let pads = self.pads_in(start, end);
            let labels = self.labels.range(start + 1..end).copied().collect();
            let surroundings = Surroundings {
                labels: &labels,
                entrances,
                pads: &pads,
                gone: &self.gone,
                believed: &self.believed,
                doubted,
                jumps: &self.jumps,
                early,
            };
            flow::read(code, start, end, surroundings)
        };
        let (mut code, pool) = self.decoded(index, read)?;
        self.pages(&mut code);
        if let Some(fixed) = &self.around.fixed {
            code.references.extend(self.words_in_code(index, fixed));
            let told = code.references.iter().filter(|r| r.mask != 0);
            let told = told.filter(|r| r.how != How::Perhaps).map(|r| r.at);
            let told: BTreeSet<u64> = told.collect();
            let words = pool.iter().filter_map(|(at, size, how)| {
                let bits = if *size >= 8 { u64::MAX } else { 0xffff_ffff };
                let value = self.space.number(*at, *size)?;
                // What may count from somewhere else may be an address all the same.
                (fixed.contains(&value) && !told.contains(at)).then_some(Reference {
                    width: (*size).min(8) as usize,
                    ..Reference::field(*at, bits, *how, value)
                })
            });
            let words: Vec<Reference> = words.collect();
            code.references.extend(words);
            code.references
                .sort_by_key(|r| (r.at, r.width, r.mask, r.via, r.how));
        }
        Some(code)
    }

    /// All functions, each with what others leave in the registers where they jump into it.
    fn all(&mut self, first: Vec<Option<Code>>, elsewhere: &[Reference]) -> Vec<Option<Code>> {
        let none = Entrances::new();
        self.around.effort.begin();
        // Once it is known where tables lead, the functions that have some are read anew, and those that were not
        // understood.
        let again = |(index, code): (usize, Option<Code>)| match &code {
            Some(known) if known.jumps_blindly || !known.understood() => {
                self.one(index, &none, false)
            }
            _ => code,
        };
        let all = first.into_par_iter().enumerate();
        let mut codes: Vec<Option<Code>> = all.map(again).collect();
        // What turns out not to be one table for sure is followed no more.
        let atoms = self.atoms;
        let mistaken = atoms
            .iter()
            .zip(&codes)
            .enumerate()
            .filter(|(_, (atom, code))| {
                code.as_ref().is_some_and(|code| self.mistaken(atom, code))
            });
        let mistaken: Vec<usize> = mistaken.map(|(index, _)| index).collect();
        for index in mistaken {
            if let Some(atom) = atoms.get(index) {
                self.jumps
                    .retain(|at, _| !(atom.start..atom.end).contains(at));
            }
            if let Some(slot) = codes.get_mut(index) {
                *slot = self.one(index, &none, false);
            }
        }
        let callable = self.callable(&codes, elsewhere);
        let mut entered: BTreeMap<usize, Entrances> = BTreeMap::new();
        for round in 0.. {
            let found = self.entrances(&codes, &callable);
            let news: Vec<usize> = found
                .iter()
                .filter(|(index, entrances)| entered.get(index) != Some(entrances))
                .map(|(index, _)| *index)
                .collect();
            self.around.effort.begin();
            if news.is_empty() {
                break;
            }
            let read = news.par_iter().map(|index| {
                let code = self.one(*index, found.get(index).unwrap_or(&none), false);
                (*index, code)
            });
            for (index, mut code) in read.collect::<Vec<_>>() {
                if round >= ROUNDS
                    && let (Some(code), Some(atom)) = (&mut code, self.atoms.get(index))
                {
                    code.unknown.push(atom.start);
                }
                if let Some(slot) = codes.get_mut(index) {
                    *slot = code;
                }
            }
            entered = found;
            if round >= ROUNDS {
                break;
            }
        }
        codes
    }

    /// Reads all functions as far as they can be without knowing where jumps through tables go, works that out for
    /// those that were met, and goes on from there, until no more are met.
    fn follow_tables(&mut self, elsewhere: &[Reference]) -> Vec<Option<Code>> {
        let none = Entrances::new();
        self.around.effort.begin();
        let all = (0..self.atoms.len()).into_par_iter();
        let mut codes: Vec<Option<Code>> = all.map(|index| self.one(index, &none, true)).collect();
        for _ in 0..ROUNDS {
            let mut found = self.jumps.clone();
            found.extend(self.through_tables(&codes, elsewhere));
            if found == self.jumps {
                break;
            }
            self.jumps = found;
            self.around.effort.begin();
            let again = |(index, code): (usize, Option<Code>)| match &code {
                Some(known) if known.jumps_blindly => self.one(index, &none, true),
                _ => code,
            };
            codes = codes.into_par_iter().enumerate().map(again).collect();
        }
        codes
    }

    /// Whether a function has a jump that was followed through a table, and may go through a different one.
    fn mistaken(&self, atom: &Atom, code: &Code) -> bool {
        let mut followed = self.jumps.range(atom.start..atom.end);
        followed.any(|(at, _)| !code.jumps.contains_key(at))
    }
}
