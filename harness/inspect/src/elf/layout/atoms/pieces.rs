//! Sections cut where symbols, unwind entries and code say that something begins.

use super::super::space::Name;
use super::*;

pub(super) fn pieces(
    space: &Space<'_>,
    index: usize,
    functions: &BTreeMap<u64, u64>,
    targets: &BTreeSet<u64>,
) -> Vec<Atom> {
    let Some(area) = space.areas.get(index) else {
        return Vec::new();
    };
    let atom = |start, end, role| Atom::new(start, end, index, role);
    if is_table(space, area) {
        return vec![atom(area.start, area.end, Role::Table)];
    }
    let first = space
        .names
        .partition_point(|name| name.address < area.start);
    let last = space.names.partition_point(|name| name.address < area.end);
    let names = space.names.get(first..last).unwrap_or_default();
    let stubs = stubs(space, area);
    let mut points = BTreeSet::from([area.start, area.end]);
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for name in names {
        let end = name.address.saturating_add(name.size).min(area.end);
        points.extend([name.address, end]);
        spans.push((name.address, end));
    }
    for (start, length) in functions.range(area.start..area.end) {
        let end = start.saturating_add(*length).min(area.end);
        points.extend([*start, end]);
    }
    points.extend(stubs.keys().copied());
    if area.code && space.machine != Machine::Arm {
        let sized = sized(names);
        let ends = |at: &u64| sized.contains(at) || functions.contains_key(at);
        points.extend(unfilled(space, area, &points, ends));
    }
    if area.code && space.machine == Machine::Arm {
        let named: BTreeSet<u64> = names.iter().map(|name| name.address).collect();
        let begins = |at: &u64| named.contains(at) || functions.contains_key(at);
        points.extend(filled(space, area, &points, begins));
    }
    let width = space.image.fields.wide(4, 8);
    if area.slots() {
        points.extend((area.start..area.end).step_by(width));
    } else if !area.code && !area.writable {
        // Only between named objects: those stay whole.
        let covered = |at: u64| {
            let before = spans.partition_point(|(start, _)| *start <= at);
            spans
                .iter()
                .take(before)
                .rev()
                .take(8)
                .any(|(start, end)| *start < at && at < *end)
        };
        points.extend(
            targets
                .range(area.start..area.end)
                .copied()
                .filter(|at| !covered(*at)),
        );
    }
    let sized = sized(names);
    let mut out = Vec::new();
    let mut enclosing: Option<(u64, u64, String)> = None;
    for (start, end) in points.iter().zip(points.iter().skip(1)) {
        let here = names.partition_point(|name| name.address < *start);
        let here: Vec<_> = names
            .iter()
            .skip(here)
            .take_while(|name| name.address == *start)
            .collect();
        let mut piece = atom(*start, *end, Role::Rest);
        piece.loose = !sized.contains(start);
        if let Some((name, best)) = stubs
            .get(start)
            .map(|name| (name.clone(), None))
            .or_else(|| best(&here).map(|name| (name.text.clone(), Some(name))))
        {
            piece.stub = stubs.contains_key(start);
            piece.role = if area.code {
                Role::Function
            } else {
                Role::Object
            };
            let longest = here.iter().map(|name| name.size).max().unwrap_or_default();
            enclosing = best.map(|_| (*start, start.saturating_add(longest), name.clone()));
            piece.name = Some(name);
            let exported = here.iter().filter(|name| name.exported);
            piece.exported = exported.map(|name| name.text.clone()).collect();
            piece.exported.dedup();
        } else if let Some((from, to, name)) = &enclosing
            && start < to
        {
            piece.role = if area.code {
                Role::Function
            } else {
                Role::Object
            };
            piece.name = Some(format!("{name}+{:#x}", start - from));
        } else if area.code {
            let begins = functions.contains_key(start);
            let fills = !begins && filler(space.machine, area.at(*start, *end));
            piece.role = if fills { Role::Padding } else { Role::Function };
        } else if area.slots() {
            piece.role = Role::Slot;
        } else if !area.writable {
            piece.role = Role::Constant;
        } else if !names.is_empty()
            && end - start < ALIGNMENT
            && area.at(*start, *end).iter().all(|byte| *byte == 0)
            && targets.range(start..end).next().is_none()
            && space.fixups.range(start..end).next().is_none()
        {
            piece.role = Role::Padding;
        }
        out.push(piece);
    }
    if space.mapped && area.code {
        out = with_pools(space, out);
    }
    out
}

/// Functions with the data that stand behind them, which their symbols' sizes leave out: code written by hand.
pub(super) fn with_pools(space: &Space<'_>, pieces: Vec<Atom>) -> Vec<Atom> {
    let mut out: Vec<Atom> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let data = space.marks.get(&piece.start) == Some(&Mark::Data);
        let nameless = piece.name.is_none() && piece.role == Role::Function;
        match out.last_mut() {
            Some(before) if data && nameless && before.role == Role::Function => {
                before.end = piece.end;
                before.loose = true;
            }
            _ => out.push(piece),
        }
    }
    out
}

/// Where things begin whose size a symbol says.
pub(super) fn sized(names: &[Name]) -> BTreeSet<u64> {
    let sized = names.iter().filter(|name| name.size > 0);
    sized.map(|name| name.address).collect()
}

/// Where code that no symbol names begins behind what fills the room up to it: before a function's name, as where it
/// was written by hand.
fn filled(
    space: &Space<'_>,
    area: &Area<'_>,
    points: &BTreeSet<u64>,
    begins: impl Fn(&u64) -> bool,
) -> Vec<u64> {
    let first = |(start, end): (&u64, &u64)| {
        let mut at = *start;
        while at < *end && filler(space.machine, area.at(at, at + 2)) {
            at += 2;
        }
        let at = at & !3;
        (!begins(start) && at > *start && at < *end).then_some(at)
    };
    let pairs = points.iter().zip(points.iter().skip(1));
    pairs.filter_map(first).collect()
}

/// Where code ends and what fills the room up to the next piece begins.
pub(super) fn unfilled(
    space: &Space<'_>,
    area: &Area<'_>,
    points: &BTreeSet<u64>,
    ends: impl Fn(&u64) -> bool,
) -> Vec<u64> {
    let step = match space.machine {
        Machine::A64 => 4,
        Machine::Arm | Machine::Other => 2,
    };
    let end = |(start, end): (&u64, &u64)| {
        // Its end is known.
        if ends(start) {
            return None;
        }
        let mut reached = *end;
        while reached > *start && filler(space.machine, area.at(reached - step, reached)) {
            reached = reached.checked_sub(step).filter(|r| r >= start)?;
        }
        (reached > *start && reached < *end).then_some(reached)
    };
    points
        .iter()
        .zip(points.iter().skip(1))
        .filter_map(end)
        .collect()
}

/// The name a piece goes by: an exported one before others, then the first in order.
pub(super) fn best<'n>(names: &[&'n Name]) -> Option<&'n Name> {
    names
        .iter()
        .copied()
        .min_by_key(|name| (!name.exported, &name.text))
}
