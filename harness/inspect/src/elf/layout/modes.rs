//! Which instruction set 32-bit ARM code is in.
//!
//! Mapping symbols say so. Where they were stripped, whatever leads to a function does: the low bit of an
//! address, and whether a branch changes the set. What nothing leads to is taken for what it looks like, and
//! counts as guessed.

use super::arm::{Arm, Around};
use super::atom::{Atom, Role};
use super::flow::{Decode, How, Next, Reference};
use super::space::{Machine, Mark, Meaning, Space};
use super::specified::never_returns;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How many words of code are looked at to tell the instruction set.
const LOOKED_AT: usize = 4;

/// The instruction set at each address.
#[derive(Default)]
pub(super) struct Modes {
    marks: BTreeMap<u64, Mark>,
    /// Functions whose set nothing but their looks says.
    guessed: BTreeSet<u64>,
    /// Where functions begin that something leads to.
    pub starts: BTreeSet<u64>,
}

impl Modes {
    /// What symbols say.
    pub(super) fn of_marks(space: &Space<'_>) -> Self {
        Modes {
            marks: space.marks.clone(),
            guessed: BTreeSet::new(),
            starts: BTreeSet::new(),
        }
    }

    pub(super) fn marks(&self) -> &BTreeMap<u64, Mark> {
        &self.marks
    }

    /// Whether the code at an address is T32.
    pub(super) fn thumb(&self, address: u64) -> bool {
        let mark = self.marks.range(..=address).next_back();
        mark.is_some_and(|(_, mark)| *mark == Mark::T32)
    }

    /// Whether 32-bit code directly before an address never goes on there: it jumps away or goes back, or fills room.
    pub(super) fn ends_before(&self, space: &Space<'_>, address: u64) -> bool {
        if space.machine != Machine::Arm {
            return false;
        }
        let half = |back: u64| {
            let at = address.checked_sub(back);
            at.and_then(|at| space.number(at, 2)).unwrap_or_default() as u32
        };
        let word = half(2) << 16 | half(4);
        // The instruction sets are not told apart here: either may end.
        let t32 = matches!(half(2), 0x4770 | 0xbf00 | 0)
            || half(2) & 0xf800 == 0xe000
            || half(2) & 0xff00 == 0xbd00
            || half(2) & 0xff87 == 0x4700
            || half(4) & 0xf800 == 0xf000 && half(2) & 0xd000 == 0x9000
            || half(4) == 0xe8bd && half(2) & 0x8000 != 0
            || half(4) & 0xff7f == 0xf85d && half(2) >> 12 == 15;
        t32 || leaves_a32(word) || matches!(word, 0xe320_f000 | 0xe1a0_0000)
    }

    pub(super) fn guessed(&self, address: u64) -> bool {
        self.guessed.contains(&address)
    }
}

/// From where to where code was read, and whether as T32.
type Read = (u64, u64, bool);

/// An address that code leads to, whether T32 stands there, and how it leads.
type Lead = (u64, bool, How);

/// What was read of code, by where it stands and in which set: pieces that one more round leaves as they were are
/// not read again.
#[derive(Default)]
pub(super) struct Memory {
    leads: BTreeMap<Read, Vec<Lead>>,
    unreached: BTreeMap<Read, Vec<u64>>,
}

/// Works out the set of each function among `atoms`.
pub(super) fn find(
    space: &Space<'_>,
    atoms: &[Atom],
    elsewhere: &[Reference],
    around: &Around,
    memory: &mut Memory,
) -> Modes {
    let mut modes = Modes::of_marks(space);
    if space.machine != Machine::Arm || space.mapped || space.image.relocatable() {
        return modes;
    }
    let functions: BTreeMap<u64, &Atom> = atoms
        .iter()
        .filter(|atom| atom.role == Role::Function)
        .map(|atom| (atom.start, atom))
        .collect();
    // Linkage stubs are A32, but for what T32 code enters them by.
    for atom in functions.values().filter(|atom| stubs(space, atom)) {
        let enters = space.word_at(atom.start) & 0xffff == 0x4778;
        let (start, rest) = match enters {
            true => (Mark::T32, Some(atom.start + 4)),
            false => (Mark::A32, None),
        };
        modes.marks.insert(atom.start, start);
        modes.marks.extend(rest.map(|at| (at, Mark::A32)));
    }
    let mut known: BTreeMap<u64, bool> = BTreeMap::new();
    let numbers: BTreeSet<u64> = elsewhere
        .iter()
        .filter(|reference| reference.how == How::Perhaps)
        .filter_map(|reference| match reference.to {
            Meaning::Address(to) => Some(to),
            Meaning::Page(_) | Meaning::Text(_) => None,
        })
        .collect();
    let mut led = BTreeSet::new();
    let mut starts = BTreeSet::new();
    let mut say = |known: &mut BTreeMap<u64, bool>, address: u64, thumb: bool| {
        match functions.get(&address) {
            Some(atom) if stubs(space, atom) => {}
            Some(_) => {
                known.entry(address).or_insert(thumb);
            }
            // A function that nothing else says begins there.
            None => {
                let plain = space
                    .area(address)
                    .is_some_and(|area| area.code && !area.stubs());
                led.extend(Some(address).filter(|_| plain && !named(space, address)));
            }
        }
    };
    for (at, mark) in &space.marks {
        say(&mut known, *at, *mark == Mark::T32);
    }
    let pointed = elsewhere.iter().filter_map(|reference| match reference.to {
        // Nothing begins where a number leads that may be no address, nor where an address leads that may be one of a
        // place in a function.
        Meaning::Address(to) if reference.how == How::Perhaps => {
            (to & 3 == 1 && functions.contains_key(&(to & !1))).then_some(to)
        }
        Meaning::Address(to) => (to & 1 == 1 || functions.contains_key(&to)).then_some(to),
        Meaning::Page(_) | Meaning::Text(_) => None,
    });
    let loader = space.entries().filter(|(tag, _)| matches!(tag, 12 | 13));
    let pointed = pointed.chain(loader.map(|(_, value)| value));
    for address in pointed.chain([space.image.header.entry]) {
        say(&mut known, address & !1, address & 1 == 1);
    }
    let mut work: BTreeSet<u64> = known.keys().copied().collect();
    let mut seen = BTreeSet::new();
    let mut left = functions.values();
    loop {
        while let Some(start) = work.pop_first() {
            if !seen.insert(start) {
                continue;
            }
            let (Some(atom), Some(thumb)) = (functions.get(&start), known.get(&start)) else {
                continue;
            };
            let key = (atom.start, atom.end, *thumb);
            if atom.loose && !atom.stub {
                let before = memory.unreached.entry(key);
                let found = before.or_insert_with(|| unreached(space, atom, *thumb, around));
                starts.extend(found.iter().copied());
            }
            let before = memory.leads.entry(key);
            let found = before.or_insert_with(|| leads(space, atom, *thumb, around));
            for (to, thumb, how) in found.iter().copied() {
                // A jump need not go to a function's start, and a number not to a function.
                let unsure = matches!(how, How::Jump | How::Perhaps);
                if unsure && !functions.contains_key(&to) {
                    continue;
                }
                if !known.contains_key(&to) {
                    say(&mut known, to, thumb);
                    work.extend(known.contains_key(&to).then_some(to));
                }
            }
        }
        // What nothing led to so far is taken for what it looks like, one at a time: it may lead to others.
        let untold = left.find(|a| !known.contains_key(&a.start) && !stubs(space, a));
        let Some(atom) = untold else { break };
        let area = space.areas.get(atom.area);
        let (looks, sure) = looks(area.map_or(&[], |area| area.at(atom.start, atom.end)));
        // Like what stands before it, if its looks do not say.
        let before = known
            .range(..atom.start)
            .next_back()
            .map(|(_, thumb)| *thumb);
        let thumb = if sure { looks } else { before.unwrap_or(looks) };
        known.insert(atom.start, thumb);
        // Nothing is known to lead there; but a number that may be its address is not understood.
        let perhaps = numbers.contains(&atom.start) || numbers.contains(&(atom.start + 1));
        modes
            .guessed
            .extend(Some(atom.start).filter(|_| !sure && perhaps));
        work.insert(atom.start);
    }
    for (start, thumb) in known {
        let mark = if thumb { Mark::T32 } else { Mark::A32 };
        modes.marks.insert(start, mark);
    }
    // What begins behind all that a function reaches is worked out again once it is known where others begin.
    modes.starts = if led.is_empty() { starts } else { led };
    modes
}

/// Functions that never come back, as far as those show it that are found so far.
pub(super) fn gone(
    space: &Space<'_>,
    atoms: &[Atom],
    modes: &Modes,
    around: &Around,
) -> BTreeSet<u64> {
    if space.machine != Machine::Arm || space.mapped || space.image.relocatable() {
        return BTreeSet::new();
    }
    let stub = |atom: &&Atom| atom.stub && atom.name.as_deref().is_some_and(never_returns);
    let mut gone: BTreeSet<u64> = atoms.iter().filter(stub).map(|atom| atom.start).collect();
    gone.extend(&around.gone);
    let functions = atoms
        .iter()
        .filter(|atom| atom.role == Role::Function && !atom.stub);
    let returns = |atom: &Atom| {
        let bytes = (space.areas.get(atom.area)).map_or(&[][..], |a| a.at(atom.start, atom.end));
        let (thumb, marks) = (modes.thumb(atom.start), BTreeMap::new());
        Arm::new(bytes, atom.start, thumb, &marks, around).returns(atom.start)
    };
    let functions: Vec<&Atom> = functions
        .filter(|atom| !gone.contains(&atom.start))
        .collect();
    gone.extend(
        functions
            .into_par_iter()
            .filter(|atom| !returns(atom))
            .map(|atom| atom.start)
            .collect::<Vec<_>>(),
    );
    gone
}

/// Whether an address is in the middle of something that a symbol names.
fn named(space: &Space<'_>, address: u64) -> bool {
    let after = space.names.partition_point(|name| name.address <= address);
    let before = space.names.get(..after).unwrap_or_default();
    let mut near = before.iter().rev().take(8);
    near.any(|name| address - name.address < name.size)
}

fn stubs(space: &Space<'_>, atom: &Atom) -> bool {
    space.areas.get(atom.area).is_some_and(|area| area.stubs())
}

/// Where a function's branches and the addresses it makes lead, and in which set.
fn leads(space: &Space<'_>, atom: &Atom, thumb: bool, around: &Around) -> Vec<Lead> {
    let bytes = space
        .areas
        .get(atom.area)
        .map(|a| a.at(atom.start, atom.end));
    let marks = BTreeMap::new();
    let code = Arm::new(bytes.unwrap_or_default(), atom.start, thumb, &marks, around);
    let mut out = Vec::new();
    // What stands behind all that is reached is a different function, and may be of the other set.
    let behind = code
        .unreached(atom.start)
        .filter(|_| atom.loose && !atom.stub);
    let end = behind.unwrap_or(atom.end);
    // As long as it is not known where functions end, their code is no whole that could be followed.
    let mut at = atom.start;
    while let Some(step) = code.step(at).filter(|_| at < end) {
        match step.next {
            Next::Call(Some(to)) | Next::MayCall(to) => out.push((to, code.enters(at), How::Call)),
            Next::To(to) | Next::Maybe(to) if !(atom.start..end).contains(&to) => {
                out.push((to, code.enters(at), How::Jump));
            }
            _ => {}
        }
        at += step.length.max(2);
    }
    let found = super::flow::references(&code, atom.start, end);
    for reference in found {
        let Meaning::Address(to) = reference.to else {
            continue;
        };
        if matches!(reference.how, How::Take | How::Perhaps) && to & 1 == 1 {
            out.push((to & !1, true, reference.how));
        }
    }
    out
}

/// Where code begins that nothing in this function goes to, and behind that what nothing there goes to, and so on.
fn unreached(space: &Space<'_>, atom: &Atom, thumb: bool, around: &Around) -> Vec<u64> {
    let Some(area) = space.areas.get(atom.area) else {
        return Vec::new();
    };
    let marks = BTreeMap::new();
    let read = |start: u64, thumb: bool| {
        let bytes = area.at(start, atom.end);
        (thumb, Arm::new(bytes, start, thumb, &marks, around))
    };
    let (mut out, mut start, mut thumb) = (Vec::new(), atom.start, thumb);
    let mut code = read(start, thumb);
    let mut at = start;
    loop {
        match code
            .1
            .unreached(start)
            .filter(|next| *next > start && *next < atom.end)
        {
            Some(next) => start = next,
            None => return out,
        }
        out.push(start);
        if let (looks, true) = looks(area.at(start, atom.end)) {
            thumb = looks;
        }
        // One reading does as long as its instructions begin where the function does.
        while let Some(step) = code.1.step(at).filter(|_| at < start) {
            at += step.length.max(2);
        }
        if code.0 != thumb || at != start {
            (code, at) = (read(start, thumb), start);
        }
    }
}

/// Whether a function looks like T32, and whether that is beyond doubt: of its first instructions nearly every one of
/// A32 is executed always, which its highest four bits say, or under a condition that one before it has set.
fn looks(code: &[u8]) -> (bool, bool) {
    let words = code.chunks_exact(4).take(LOOKED_AT);
    let words = words.map(|word| word.iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b)));
    let mut words: Vec<u32> = words.collect();
    let leaves = words.iter().position(|word| leaves_a32(*word));
    words.truncate(leaves.map_or(LOOKED_AT, |last| last + 1));
    let Some(first) = words.first() else {
        return (true, false);
    };
    // T32's PUSH; of A32 hardly any function begins with what has these bits.
    if !always(*first) || first & 0xfe00 == 0xb400 {
        return (true, true);
    }
    let mut conditional = false;
    let likely = words.iter().filter(|word| {
        let likely = always(**word) || conditional && **word >> 28 < 14;
        // Data processing that sets the flags.
        conditional |= **word >> 28 == 14 && **word >> 26 & 3 == 0 && **word >> 20 & 1 == 1;
        likely
    });
    match (likely.count(), words.len()) {
        (_, 1) => (false, *first == 0xe12f_ff1e),
        (likely, all) if likely == all || all > 3 && likely * 4 >= all * 3 => (false, true),
        (likely, all) if likely * 2 <= all => (true, all > 2),
        _ => (false, false),
    }
}

/// Whether an instruction of A32 is executed always.
fn always(word: u32) -> bool {
    word >> 28 == 14
}

/// Whether nothing goes on behind an instruction of A32: B, BX, LDM and LDR with the program counter.
fn leaves_a32(word: u32) -> bool {
    word >> 24 == 0xea
        || word & 0xffff_fff0 == 0xe12f_ff10
        || word & 0xfe10_8000 == 0xe810_8000
        || word & 0xfc10_f000 == 0xe410_f000
}
