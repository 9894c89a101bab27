//! The code of all functions read together: what a register holds at a function's start may be what a part of
//! the same function, split off by the compiler, left in it; and where code ends with a call, whether it ends
//! there hangs on whether what it calls comes back.

use super::a64::{self, A64};
use super::arm::{Arm, Around};
use super::atom::{Atom, Role};
use super::flow::{
    self, Code, Decode, End, Ends, Entrances, How, Jumps, Pads, Reference, State, Surroundings,
    Table,
};
use super::modes::Modes;
use super::space::{Machine, Meaning, Space};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// More rounds of carrying registers from function to function are not made.
const ROUNDS: usize = 12;

/// What is known of the code besides its references.
pub(super) struct Known {
    pub modes: Modes,
    pub tables: Vec<Table>,
}

/// What decoding hangs on besides the code.
pub(super) fn around(space: &Space<'_>) -> Around {
    Around {
        got: space.got(),
        fixed: space.fixed(),
        changes: BTreeMap::new(),
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
        called.any(|to| reader.gone.contains(to))
    });
    reader.doubted = doubted.map(|(at, _)| *at).collect();
    reader.around.changes = changes(&ends);
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
        if mistaken || modes.guessed(atom.start) {
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
    /// Those that call one that never comes back.
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
    ) -> Option<(T, Vec<(u64, u64)>)> {
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
                Some((read(&decoder, start, end), decoder.pool().collect()))
            }
            Machine::Arm => {
                let (thumb, marks) = (self.modes.thumb(start), self.modes.marks());
                let decoder = Arm::new(bytes, start, thumb, marks, &self.around);
                let pool = decoder.pool().map(|at| (at, 4)).collect();
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
        if early || code.unknown.is_empty() && !code.references.iter().any(|r| r.is_page()) {
            return Some(code);
        }
        // Where a register would hold different things behind a call, and holds one if the call does not come back.
        let other = self.read(index, entrances, early, Some(&self.doubted));
        let understood = |code: &Code| {
            code.unknown.is_empty() && !code.references.iter().any(Reference::is_page)
        };
        Some(other.filter(understood).unwrap_or(code))
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
            let words = pool.iter().filter_map(|(at, size)| {
                let bits = if *size >= 8 { u64::MAX } else { 0xffff_ffff };
                let value = self.space.number(*at, *size)?;
                let taken = code.references.iter().any(|r| r.at == *at && r.mask != 0);
                (fixed.contains(&value) && !taken).then_some(Reference {
                    width: (*size).min(8) as usize,
                    ..Reference::field(*at, bits, How::Perhaps, value)
                })
            });
            let words: Vec<Reference> = words.collect();
            code.references.extend(words);
            code.references
                .sort_by_key(|r| (r.at, r.width, r.mask, r.via, r.how));
        }
        Some(code)
    }

    /// How each function ends, by where it starts.
    fn ends(&self) -> Vec<(u64, Ends)> {
        let read = |index| {
            let ends = |code: &dyn Decode, start, end| {
                flow::ends(code, start, end, &self.pads_in(start, end))
            };
            let (ends, _) = self.decoded(index, ends)?;
            Some((self.atoms.get(index)?.start, ends))
        };
        let all = (0..self.atoms.len()).into_par_iter();
        all.filter_map(read).collect()
    }

    /// Functions that never come back: some of libraries say so, and those of this file do not in which nothing
    /// goes back, nor goes on with anything that might. What ends by calling itself, or each other, never comes
    /// back either: whichever came back first would need an instruction to do so. If `believing`, so is what ends
    /// with any call: a compiler puts nothing behind it only if it knows that.
    fn never_back(&self, read: &[(u64, Ends)], believing: bool) -> BTreeSet<u64> {
        let stubs = self.atoms.iter().filter(|atom| atom.stub);
        let stubs = stubs.filter(|atom| atom.name.as_deref().is_some_and(never_returns));
        let libraries: BTreeSet<u64> = stubs.map(|atom| atom.start).collect();
        let mut left: Vec<&(u64, Ends)> = read.iter().filter(|(_, e)| !e.returns).collect();
        let mut gone = libraries.clone();
        gone.extend(left.iter().map(|(start, _)| *start));
        loop {
            let ended = |end: &End| match end {
                End::Stops => true,
                End::Falls => false,
                End::Calls(to) => believing || gone.contains(to),
            };
            let before = left.len();
            left.retain(|(_, e)| {
                e.ends.iter().all(ended) && e.out.iter().all(|to| gone.contains(to))
            });
            gone = libraries.clone();
            gone.extend(left.iter().map(|(start, _)| *start));
            if left.len() == before {
                return gone;
            }
        }
    }

    /// Where the page of an address is used in a way that is not understood, something in that page is meant.
    fn pages(&self, code: &mut Code) {
        if self.space.machine != Machine::A64 {
            return;
        }
        let page = |from: &u64| {
            let word = self.space.number(*from, 4)? as u32;
            a64::page(*from, word)
        };
        let places = code.unknown.extract_if(.., |from| page(from).is_some());
        let places: Vec<u64> = places.collect();
        code.references.extend(places.iter().filter_map(|from| {
            Some(Reference {
                to: Meaning::Page(page(from)?),
                ..Reference::field(*from, a64::HIGH, How::Take, 0)
            })
        }));
        code.references
            .sort_by_key(|r| (r.at, r.width, r.mask, r.via, r.how));
    }

    /// All functions, each with what others leave in the registers where they jump into it.
    fn all(&mut self, first: Vec<Option<Code>>, elsewhere: &[Reference]) -> Vec<Option<Code>> {
        let none = Entrances::new();
        // Once it is known where tables lead, the functions that have some are read anew.
        let again = |(index, code): (usize, Option<Code>)| match &code {
            Some(known) if known.jumps_blindly => self.one(index, &none, false),
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
        let all = (0..self.atoms.len()).into_par_iter();
        let mut codes: Vec<Option<Code>> = all.map(|index| self.one(index, &none, true)).collect();
        for _ in 0..ROUNDS {
            let mut found = self.jumps.clone();
            found.extend(self.through_tables(&codes, elsewhere));
            if found == self.jumps {
                break;
            }
            self.jumps = found;
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

    /// Where jumps through tables go: a table ends where the next thing begins that anything refers to, or with
    /// the first entry that leads out of the function.
    fn through_tables(&self, codes: &[Option<Code>], elsewhere: &[Reference]) -> Jumps {
        let read = codes.iter().flatten();
        let told = read
            .clone()
            .flat_map(|code| &code.references)
            .chain(elsewhere);
        let mut starts: BTreeSet<u64> = addresses(told).collect();
        starts.extend(read.flat_map(|code| &code.tables).map(|table| table.at));
        let names = self.space.names.iter();
        starts
            .extend(names.flat_map(|name| [name.address, name.address.saturating_add(name.size)]));
        let mut out = Jumps::new();
        for (atom, code) in self.atoms.iter().zip(codes) {
            for (jump, table) in code.iter().flat_map(|code| &code.jumps) {
                let next = starts.range(table.at + 1..).next().copied();
                let end = self.space.area(table.at).map_or(table.at, |area| area.end);
                let end = next.unwrap_or(end).min(end);
                let entries = table.entries(self.space, end).map(|(_, to)| to);
                let inside = |to: &u64| (atom.start..atom.end).contains(to);
                out.insert(*jump, entries.take_while(inside).collect());
            }
        }
        out
    }

    /// Where code may be entered by other means than a jump.
    fn callable(&self, codes: &[Option<Code>], elsewhere: &[Reference]) -> BTreeSet<u64> {
        let space = self.space;
        let bit = bit(space);
        let references = codes.iter().flatten().flat_map(|code| &code.references);
        let told = addresses(references.chain(elsewhere).filter(|r| r.how != How::Jump));
        let exported = space.names.iter().filter(|n| n.exported).map(|n| n.address);
        let loader = space.entries().filter(|(tag, _)| matches!(tag, 12 | 13));
        told.chain(exported)
            .chain(loader.map(|(_, value)| value))
            .chain([space.image.header.entry])
            .map(|address| address & !bit)
            .collect()
    }

    fn entrances(
        &self,
        codes: &[Option<Code>],
        callable: &BTreeSet<u64>,
    ) -> BTreeMap<usize, Entrances> {
        let mut out: BTreeMap<usize, Entrances> = BTreeMap::new();
        for (target, state) in codes.iter().flatten().flat_map(|code| &code.out) {
            let Some(index) = self.find(*target) else {
                continue;
            };
            let start = self.atoms.get(index).map(|atom| atom.start);
            let called = callable.contains(target);
            // A call hands over no more than whole addresses.
            if called && start == Some(*target) && !state.any_begun() {
                continue;
            }
            let entrances = out.entry(index).or_default();
            let known = entrances.entry(*target).or_insert_with(|| match called {
                true => State::start(true),
                false => state.clone(),
            });
            let state = match called && start == Some(*target) {
                true => &state.called(),
                false => state,
            };
            if known.join(state).is_none() {
                *known = State::unknown();
            }
        }
        // Calls into the middle.
        for reference in codes.iter().flatten().flat_map(|code| &code.references) {
            let (How::Call, Meaning::Address(to)) = (reference.how, &reference.to) else {
                continue;
            };
            if let Some(index) = self.find(*to)
                && self.atoms.get(index).is_some_and(|atom| atom.start != *to)
            {
                let entrances = out.entry(index).or_default();
                entrances.insert(*to, State::unknown());
            }
        }
        // A function that can be called is also entered at its start.
        for (index, entrances) in &mut out {
            let start = self.atoms.get(*index).map_or(0, |atom| atom.start);
            if callable.contains(&start) || !entrances.contains_key(&start) {
                let fresh = State::start(true);
                let state = entrances.entry(start).or_insert_with(|| fresh.clone());
                if state.join(&fresh).is_none() {
                    *state = State::unknown();
                }
            }
        }
        out
    }
}

/// The addresses that references mean.
fn addresses<'r>(references: impl IntoIterator<Item = &'r Reference>) -> impl Iterator<Item = u64> {
    let address = |reference: &Reference| match reference.to {
        Meaning::Address(to) => Some(to),
        Meaning::Page(_) | Meaning::Text(_) => None,
    };
    references.into_iter().filter_map(address)
}

/// The bit of an address of code that says its instruction set.
fn bit(space: &Space<'_>) -> u64 {
    match space.machine {
        Machine::Arm => 1,
        Machine::A64 | Machine::Other => 0,
    }
}

/// Which registers each function may change, itself or through what it calls.
fn changes(ends: &[(u64, Ends)]) -> BTreeMap<u64, u32> {
    let mut changes: BTreeMap<u64, u32> = (ends.iter()).map(|(at, e)| (*at, e.writes)).collect();
    loop {
        let mut grown = false;
        for (at, ends) in ends {
            let known = changes.get(at).copied().unwrap_or(u32::MAX);
            let inner = ends.called.iter().chain(&ends.out);
            let falls = ends.ends.last() == Some(&End::Falls);
            let all = inner.fold(known, |all, to| {
                all | changes.get(to).copied().unwrap_or(u32::MAX)
            });
            let all = if falls { u32::MAX } else { all };
            if all != known {
                changes.insert(*at, all);
                grown = true;
            }
        }
        if !grown {
            return changes;
        }
    }
}

/// Functions of the C, C++ and other run-time libraries that are specified never to return.
fn never_returns(stub: &str) -> bool {
    const NAMES: [&str; 38] = [
        "_Exit",
        "_Unwind_Resume",
        "_ZSt9terminatev",
        "__assert",
        "__assert_fail",
        "__assert_perror_fail",
        "__chk_fail",
        "__cxa_bad_cast",
        "__cxa_bad_typeid",
        "__cxa_call_terminate",
        "__cxa_call_unexpected",
        "__cxa_deleted_virtual",
        "__cxa_end_cleanup",
        "__cxa_pure_virtual",
        "__cxa_rethrow",
        "__cxa_throw",
        "__cxa_throw_bad_array_length",
        "__cxa_throw_bad_array_new_length",
        "__fortify_fail",
        "__longjmp_chk",
        "__stack_chk_fail",
        "_exit",
        "_gfortran_error_stop_numeric",
        "_gfortran_error_stop_string",
        "_gfortran_os_error_at",
        "_gfortran_runtime_error",
        "_gfortran_runtime_error_at",
        "_gfortran_stop_numeric",
        "_gfortran_stop_string",
        "_longjmp",
        "abort",
        "err",
        "errx",
        "exit",
        "longjmp",
        "pthread_exit",
        "quick_exit",
        "siglongjmp",
    ];
    let name = stub.split('@').next().unwrap_or_default();
    NAMES.binary_search(&name).is_ok() || name.starts_with("_ZSt") && name.contains("__throw_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_specified_so_never_returns() {
        assert!(never_returns("abort@plt"));
        assert!(never_returns("_ZSt20__throw_length_errorPKc@plt"));
        assert!(!never_returns("puts@plt"));
        assert!(!never_returns("execve@plt"));
    }
}
