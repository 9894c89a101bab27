//! What was found, as differences.

mod lift;

use super::atom::{Atom, Role};
use super::constants;
use super::listing::{self, Listed};
use super::meaning::Side;
use super::nameless::{nameless, tell_nameless};
use super::outcome::{Outcome, Section};
use super::pair::Paired;
use super::sources;
use super::space::Machine;
use crate::dwarf::Sources;
use crate::findings::Findings;
use crate::limits;
use crate::numbering::counted;
use crate::window;
use crossproof_model::comparison::Functions;
use crossproof_model::{DiffKey, Difference, Level, Pair, Place};
pub(super) use lift::{lift, lift_all};

/// Most functions of one file whose instructions are shown.
const LISTINGS: usize = 100;

/// Names the functions, objects and constants that differ, and counts functions.
pub(super) fn name(
    sides: Pair<&Side<'_, '_, '_>>,
    paired: &Paired,
    outcome: &Outcome,
    place: &Place,
    findings: &mut Findings,
) {
    let mut functions = Functions::default();
    let mut listings = LISTINGS;
    let sources = sources::of(sides, outcome, LISTINGS);
    for (label, section) in &outcome.sections {
        // Of code that nobody reads here, what refers elsewhere is not known from what differs.
        if sides.left.cut.space.machine == Machine::Other && outcome.linked {
            continue;
        }
        count(sides, section, &mut functions);
        let told = section.changed.len()
            + section.only.left.len()
            + section.only.right.len()
            + section.unmatched.left.len()
            + section.unmatched.right.len()
            + section.facts.left.len()
            + section.facts.right.len();
        let at = place.within(label);
        if told > 0 {
            summarize(sides, section, &at, findings);
            let sources = sources.as_ref();
            name_section(
                sides,
                paired,
                section,
                sources,
                &at,
                &mut listings,
                findings,
            );
        }
    }
    if functions != Functions::default() {
        findings.functions.get_or_insert_default().add(&functions);
    }
}

/// Says why nothing is reported of functions.
pub(super) fn not_followed(place: &Place, findings: &mut Findings) {
    let open = |d: &&mut Difference| {
        d.settled_by.is_none() && d.key.as_str().ends_with(".bytes") && d.place != *place
    };
    if let Some(bytes) = findings.differences.iter_mut().find(open) {
        let why = "its code is not followed: that would take more than is spent on so many bytes";
        bytes.detail.insert(0, why.to_owned());
    }
}

fn count(sides: Pair<&Side<'_, '_, '_>>, section: &Section, functions: &mut Functions) {
    let size = |side: &Side<'_, '_, '_>, index: usize| {
        let atom = side.cut.atoms.get(index);
        atom.filter(|atom| atom.role == Role::Function)
            .map(|atom| atom.end - atom.start)
    };
    for (list, same) in [(&section.same, true), (&section.changed, false)] {
        for (left, right) in list {
            let (Some(a), Some(b)) = (size(sides.left, *left), size(sides.right, *right)) else {
                continue;
            };
            match same {
                true => functions.same += 1,
                false => functions.changed += 1,
            }
            functions.bytes.left += a;
            functions.bytes.right += b;
        }
    }
    for index in &section.only.left {
        if let Some(bytes) = size(sides.left, *index) {
            functions.only.left += 1;
            functions.bytes.left += bytes;
        }
    }
    for index in &section.only.right {
        if let Some(bytes) = size(sides.right, *index) {
            functions.only.right += 1;
            functions.bytes.right += bytes;
        }
    }
}

/// Says at the section's own difference how much of it is named below.
fn summarize(
    sides: Pair<&Side<'_, '_, '_>>,
    section: &Section,
    at: &Place,
    findings: &mut Findings,
) {
    let Some(bytes) = findings
        .differences
        .iter_mut()
        .find(|d| d.place == *at && d.key.as_str().ends_with(".bytes") && d.settled_by.is_none())
    else {
        return;
    };
    let is = |role: Role, side: &Side<'_, '_, '_>, index: usize| {
        side.cut
            .atoms
            .get(index)
            .is_some_and(|atom| atom.role == role)
    };
    let mut detail = Vec::new();
    for (role, word) in [
        (Role::Function, "functions"),
        (Role::Object, "data objects"),
    ] {
        let pairs = |list: &[(usize, usize)]| {
            list.iter()
                .filter(|(l, r)| {
                    let both =
                        is(Role::Function, sides.left, *l) && is(Role::Function, sides.right, *r);
                    let object =
                        is(Role::Object, sides.left, *l) || is(Role::Object, sides.right, *r);
                    (role == Role::Function && both) || (role == Role::Object && object)
                })
                .count()
        };
        let (same, changed) = (pairs(&section.same), pairs(&section.changed));
        let only = Pair::new(
            (sides.left, &section.only.left),
            (sides.right, &section.only.right),
        )
        .map(|(side, list)| list.iter().filter(|index| is(role, side, **index)).count());
        if same + changed + only.left + only.right > 0 {
            detail.push(format!(
                "{word}: {same} the same, {changed} changed, {} only left, {} only right",
                only.left, only.right
            ));
        }
    }
    let unmatched = constants::unnamed(sides, section).map(|list| list.len());
    if unmatched.left + unmatched.right > 0 {
        detail.push(format!(
            "constants: {} only left, {} only right",
            unmatched.left, unmatched.right
        ));
    }
    for (facts, mark) in [(&section.facts.left, '-'), (&section.facts.right, '+')] {
        let lines = facts.iter().take(Difference::DETAIL_LINES / 2 - 2);
        detail.extend(lines.map(|fact| format!("{mark}{}", crate::findings::shorten(fact))));
    }
    // Of data that nothing names, where the bytes differ says most.
    if !detail.is_empty() {
        bytes.detail = detail;
    }
}

fn name_section(
    sides: Pair<&Side<'_, '_, '_>>,
    paired: &Paired,
    section: &Section,
    sources: Pair<&Sources>,
    at: &Place,
    listings: &mut usize,
    findings: &mut Findings,
) {
    let mut room = limits::DIFFERENCES_PER_PART;
    let mut left_out = 0;
    let bytes = |atom: &Atom| Some(counted((atom.end - atom.start) as usize, "byte"));
    let mut tell =
        |findings: &mut Findings, difference: &mut dyn FnMut() -> Option<Difference>| match room
            .checked_sub(1)
        {
            Some(less) => {
                room = less;
                findings.differences.extend(difference());
            }
            None => left_out += 1,
        };
    let nameless = nameless(sides, section);
    let gathered = nameless.len() > limits::NAMELESS;
    if gathered {
        tell_nameless(sides, &nameless, at, findings);
    }
    let told = |left: Option<usize>, right: Option<usize>| {
        gathered && nameless.contains(&Pair::new(left, right))
    };
    for (left, right) in &section.changed {
        if told(Some(*left), Some(*right)) {
            continue;
        }
        tell(findings, &mut || {
            let atoms = Pair::new(
                sides.left.cut.atoms.get(*left)?,
                sides.right.cut.atoms.get(*right)?,
            );
            let name = paired.names.left.get(*left)?.clone()?;
            let kind = kind(&[atoms.left, atoms.right]);
            let detail = match kind {
                "function" if *listings == 0 => Vec::new(),
                "function" => {
                    let names = Pair::new(&paired.names.left, &paired.names.right);
                    let parts = sides.zip(names).zip(atoms).zip(sources);
                    listing::hunks(&parts.map(|(((side, names), atom), sources)| Listed {
                        side,
                        names,
                        atom,
                        sources,
                    }))
                }
                _ => window::lines(Pair::new(
                    sides.left.cut.bytes(atoms.left),
                    sides.right.cut.bytes(atoms.right),
                )),
            };
            *listings = listings.saturating_sub(1);
            Some(difference(
                kind,
                "changed",
                at.within(name),
                atoms.map(bytes),
                detail,
            ))
        });
    }
    for (side, names, only, word) in [
        (
            sides.left,
            &paired.names.left,
            &section.only.left,
            "only-left",
        ),
        (
            sides.right,
            &paired.names.right,
            &section.only.right,
            "only-right",
        ),
    ] {
        for index in only {
            let pair = match word {
                "only-left" => (Some(*index), None),
                _ => (None, Some(*index)),
            };
            if told(pair.0, pair.1) {
                continue;
            }
            tell(findings, &mut || {
                let atom = side.cut.atoms.get(*index)?;
                let name = names.get(*index)?.clone()?;
                let shown = match word {
                    "only-left" => Pair::new(bytes(atom), None),
                    _ => Pair::new(None, bytes(atom)),
                };
                Some(difference(
                    kind(&[atom]),
                    word,
                    at.within(name),
                    shown,
                    Vec::new(),
                ))
            });
        }
    }
    constants::tell(sides, section, at, findings);
    if left_out > 0 {
        let shown = Some(format!("and {left_out} more"));
        let shown = Pair::new(shown.clone(), shown);
        let key = DiffKey::of(["elf.more"]);
        findings.differ(key, at.clone(), shown, Vec::new(), Level::Interface);
    }
}

/// What a piece is: code only where each side takes it for code.
fn kind(atoms: &[&Atom]) -> &'static str {
    match atoms.iter().all(|atom| atom.role == Role::Function) {
        true => "function",
        false => "data",
    }
}

fn difference(
    kind: &str,
    word: &str,
    place: Place,
    shown: Pair<Option<String>>,
    mut detail: Vec<String>,
) -> Difference {
    detail.truncate(Difference::DETAIL_LINES);
    Difference {
        key: DiffKey::of(["elf", kind, word]),
        place,
        left: shown.left,
        right: shown.right,
        detail,
        allows: Level::Interface,
        settled_by: None,
    }
}
