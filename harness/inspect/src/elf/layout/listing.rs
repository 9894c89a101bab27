//! Two functions' instructions side by side, with each address written as what it points at.

use super::arm::{Arm, Around};
use super::atom::Atom;
use super::atoms::Atoms;
use super::flow::Decode;
use super::meaning::{Names, Side};
use super::space::Machine;
use crate::dwarf::Sources;
use crate::findings::MORE;
use capstone::arch::{BuildsCapstone, BuildsCapstoneEndian};
use capstone::{Capstone, Endian, Insn, arch};
use crossproof_model::{Difference, Pair};
use similar::{ChangeTag, DiffTag, TextDiff};

/// Most bytes of a function that are listed.
const LISTED: usize = 1 << 16;
/// Most lines that are aligned with each other.
const ALIGNED: usize = 600;

/// A function to be listed.
pub(super) struct Listed<'l, 'p, 's, 'a> {
    pub side: &'l Side<'p, 's, 'a>,
    pub names: &'l Names,
    pub atom: &'l Atom,
    pub sources: &'l Sources,
}

/// Lines that differ, `-` the left and `+` the right, with one line around them.
pub(super) fn hunks(functions: &Pair<Listed<'_, '_, '_, '_>>) -> Vec<String> {
    let (left, right) = rayon::join(|| lines(&functions.left), || lines(&functions.right));
    let lines = Pair::new(left, right);
    // Behind an instruction more or less every jump goes further: that is told only if nothing else differs.
    let still = lines
        .as_ref()
        .map(|lines| lines.iter().map(|l| l.still.as_str()).collect());
    let out = differ(functions, still, &lines);
    if !out.is_empty() {
        return out;
    }
    let full = lines
        .as_ref()
        .map(|lines| lines.iter().map(|l| l.full.as_str()).collect());
    differ(functions, full, &lines)
}

fn differ(
    functions: &Pair<Listed<'_, '_, '_, '_>>,
    compared: Pair<Vec<&str>>,
    lines: &Pair<Vec<Line>>,
) -> Vec<String> {
    // From where they part on, with what stands before.
    let same = compared.left.iter().zip(&compared.right);
    let from = same.take_while(|(a, b)| a == b).count().saturating_sub(1);
    let cut = compared.as_ref().map(|lines| {
        let end = lines.len().min(from + ALIGNED);
        lines.get(from..end).unwrap_or_default()
    });
    let diff = TextDiff::from_slices(cut.left, cut.right);
    let mut out = Vec::new();
    for group in diff.grouped_ops(1) {
        if let Some(first) = group.iter().find(|op| op.tag() != DiffTag::Equal) {
            let starts = Pair::new(first.old_range().start, first.new_range().start);
            let starts = starts.map(|start| start + from);
            out.extend(head(functions, lines, starts));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (side, index) = match change.old_index() {
                Some(index) => (&lines.left, Some(index)),
                None => (&lines.right, change.new_index()),
            };
            let line = index.and_then(|index| side.get(from + index));
            // What both have is told as far as both have it.
            let other = change.new_index();
            let other = other.and_then(|index| lines.right.get(from + index));
            let apart = change.tag() == ChangeTag::Equal
                && line
                    .zip(other)
                    .is_some_and(|(line, other)| line.full != other.full);
            let text = match line {
                Some(line) if apart => format!("{}…", line.still),
                Some(line) => line.full.clone(),
                None => String::new(),
            };
            out.push(format!(
                "{}{}",
                change.tag(),
                crate::findings::shorten(&text)
            ));
            if out.len() + 1 >= Difference::DETAIL_LINES {
                out.push(MORE.to_owned());
                return out;
            }
        }
    }
    if lines.left.len().max(lines.right.len()) > from + ALIGNED {
        out.push(MORE.to_owned());
    }
    out
}

/// Where a hunk begins: how far into the left function, and which lines of the source that is.
fn head(
    functions: &Pair<Listed<'_, '_, '_, '_>>,
    lines: &Pair<Vec<Line>>,
    starts: Pair<usize>,
) -> Option<String> {
    // Behind the last instruction there is none: then it is where the last one is.
    let offset = |lines: &[Line], start: usize| {
        let line = lines.get(start).or(lines.last());
        line.map(|line| line.offset)
    };
    let left = offset(&lines.left, starts.left)?;
    let offsets = Pair::new(Some(left), offset(&lines.right, starts.right));
    let sources = functions.as_ref().zip(offsets).map(|(function, offset)| {
        let start = function.atom.start;
        function.sources.at(start, start + offset?)
    });
    let source = match (&sources.left, &sources.right) {
        (None, None) => String::new(),
        (Some(one), other) | (other, Some(one)) if other.as_ref().is_none_or(|o| o == one) => {
            format!(", {one}")
        }
        (left, right) => format!(
            ", {} | {}",
            left.as_deref().unwrap_or_default(),
            right.as_deref().unwrap_or_default()
        ),
    };
    Some(format!("@@ at +{left:#x}{source} @@"))
}

/// An instruction.
struct Line {
    offset: u64,
    full: String,
    /// Without where jumps inside the function go.
    still: String,
}

fn lines(function: &Listed<'_, '_, '_, '_>) -> Vec<Line> {
    let Listed {
        side, names, atom, ..
    } = function;
    let bytes = side.cut.bytes(atom);
    let bytes = bytes.get(..bytes.len().min(LISTED)).unwrap_or_default();
    let engine = engine(side.cut, atom);
    let mut out = Vec::new();
    for (offset, run, is_data) in runs(side.cut, atom, bytes) {
        let instructions = engine.as_ref().filter(|_| !is_data);
        let instructions = instructions.and_then(|engine| engine.disasm_all(run, offset).ok());
        let mut reached = 0_usize;
        for instruction in instructions.iter().flat_map(|all| all.iter()) {
            let size = instruction.bytes().len();
            let to = references(side, names, atom, instruction.address(), size);
            out.push(line(instruction, &to));
            reached += size;
        }
        let words = run.get(reached..).unwrap_or_default().chunks(4).enumerate();
        for (index, word) in words {
            let offset = offset + (reached + index * 4) as u64;
            let to = references(side, names, atom, offset, word.len());
            let full = match to.texts.is_empty() {
                true => format!(
                    ".word {}",
                    word.iter()
                        .rev()
                        .map(|b| format!("{b:02x}"))
                        .collect::<String>()
                ),
                false => format!(".word <{}>", to.texts.join(", ")),
            };
            let still = full.clone();
            out.push(Line {
                offset,
                full,
                still,
            });
        }
    }
    out
}

/// Stretches of code and of data between it.
fn runs<'b>(cut: &Atoms<'_, '_>, atom: &Atom, bytes: &'b [u8]) -> Vec<(u64, &'b [u8], bool)> {
    if cut.space.machine != Machine::Arm {
        return vec![(0, bytes, false)];
    }
    let around = Around::default();
    let code = Arm::new(
        bytes,
        atom.start,
        cut.thumb(atom),
        cut.modes.marks(),
        &around,
    );
    let mut out: Vec<(usize, usize, bool)> = Vec::new();
    let mut at = 0_usize;
    while let Some(step) = code.step(atom.start + at as u64) {
        let is_data = code.is_data(atom.start + at as u64);
        let next = at + step.length.max(2) as usize;
        match out.last_mut() {
            Some((_, end, kind)) if *kind == is_data => *end = next,
            _ => out.push((at, next, is_data)),
        }
        at = next;
    }
    if at < bytes.len() {
        out.push((at, bytes.len(), true));
    }
    let slice = |(start, end, is_data)| {
        (
            start as u64,
            bytes.get(start..end).unwrap_or_default(),
            is_data,
        )
    };
    out.into_iter().map(slice).collect()
}

/// What an instruction or a word refers to, and whether any of its bits say so.
struct To {
    texts: Vec<String>,
    decided: bool,
}

fn references(side: &Side<'_, '_, '_>, names: &Names, atom: &Atom, offset: u64, size: usize) -> To {
    let (place, end) = (atom.start + offset, atom.start + offset + size as u64);
    let first = atom.references.partition_point(|r| r.at < place);
    let here = atom
        .references
        .iter()
        .skip(first)
        .take_while(|r| r.at < end);
    let mut texts: Vec<String> = here.clone().map(|r| side.spell(&r.to, names)).collect();
    texts.dedup();
    To {
        texts,
        decided: here.clone().any(|r| r.mask != 0),
    }
}

fn line(instruction: &Insn<'_>, to: &To) -> Line {
    let mnemonic = instruction.mnemonic().unwrap_or_default();
    let operands = instruction.op_str().unwrap_or_default();
    let full = match (to.texts.is_empty(), to.decided) {
        (true, _) => format!("{mnemonic} {operands}"),
        // The immediate operand is what the address decided.
        (false, true) => {
            let before = before_immediate(operands);
            let close = match before.contains('[') && !before.contains(']') {
                true => "]",
                false => "",
            };
            let space = if before == operands { " " } else { "" };
            format!("{mnemonic} {before}{space}<{}>{close}", to.texts.join(", "))
        }
        (false, false) => format!("{mnemonic} {operands} <{}>", to.texts.join(", ")),
    };
    let jumps = to.texts.is_empty() && jumps(mnemonic) && operands.contains('#');
    let still = match jumps {
        true => format!("{mnemonic} {}", before_immediate(operands)),
        false => full.clone(),
    };
    Line {
        offset: instruction.address(),
        full,
        still,
    }
}

/// Whether an instruction goes to a place that its last immediate operand says, rather than making something of that.
fn jumps(mnemonic: &str) -> bool {
    const CONDITIONS: [&str; 17] = [
        "eq", "ne", "cs", "hs", "cc", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt",
        "le", "al",
    ];
    let plain = mnemonic.trim_end_matches(".w").trim_end_matches(".n");
    match plain {
        "b" | "bl" | "blx" | "cbz" | "cbnz" | "tbz" | "tbnz" => true,
        _ => plain
            .strip_prefix('b')
            .is_some_and(|rest| CONDITIONS.contains(&rest.trim_start_matches('.'))),
    }
}

fn before_immediate(operands: &str) -> &str {
    let at = operands.rfind("#").unwrap_or(operands.len());
    operands.get(..at).unwrap_or(operands)
}

fn engine(cut: &Atoms<'_, '_>, atom: &Atom) -> Option<Capstone> {
    let mut engine = match cut.space.machine {
        Machine::A64 => Capstone::new()
            .arm64()
            .mode(arch::arm64::ArchMode::Arm)
            .build(),
        Machine::Arm => {
            let mode = match cut.thumb(atom) {
                true => arch::arm::ArchMode::Thumb,
                false => arch::arm::ArchMode::Arm,
            };
            Capstone::new()
                .arm()
                .mode(mode)
                .endian(Endian::Little)
                .build()
        }
        Machine::Other => return None,
    }
    .ok()?;
    // Data between instructions are listed as such, and what follows them still as code.
    engine.set_skipdata(true).ok()?;
    Some(engine)
}

#[cfg(test)]
mod tests {
    use super::jumps;

    #[test]
    fn what_only_begins_like_a_jump_is_none() {
        for mnemonic in ["b", "b.ne", "bne", "beq.w", "b.n", "cbz", "tbnz", "blx"] {
            assert!(jumps(mnemonic), "{mnemonic}");
        }
        for mnemonic in [
            "bic", "bics", "bfi", "bfc", "brk", "bkpt", "cmp", "cmn", "ccmp", "csel", "tst", "teq",
            "bti",
        ] {
            assert!(!jumps(mnemonic), "{mnemonic}");
        }
    }
}
