//! The kinds of change: each makes of a program one that differs in more than its layout, whatever the
//! comparison may think of it.

use crate::chance::Chance;
use crate::code;
use crate::frames;
use crate::truth::{Named, Truth};

/// A changed file, and what was changed.
pub struct Mutant {
    /// The file.
    pub content: Vec<u8>,
    /// Where, and how.
    pub edit: String,
}

/// Makes one change of a kind; `None` where chance fell on nothing that could be changed so.
pub type Kind = fn(&[u8], &Truth, &mut Chance) -> Option<Mutant>;

/// By name.
pub const KINDS: [(&str, Kind); 16] = [
    ("operand of an instruction", code::operand),
    ("word beside the code", code::literal),
    ("call of a different function", code::call),
    ("two calls exchanged", code::calls),
    ("two functions exchanged", functions),
    ("byte of a data object", object_byte),
    ("two strings exchanged", strings),
    ("byte of unnamed data", data_byte),
    ("two words of a table exchanged", table_words),
    ("two slots exchanged", slots),
    ("two constructors or destructors exchanged", constructors),
    ("addend of a relocation", addend),
    ("symbol of a relocation", symbol),
    ("two dynamic symbols exchanged", exports),
    ("byte of unwind or exception tables", unwind_byte),
    ("where the program starts", entry),
];

/// Two stretches of one length exchanged.
fn exchanged(content: &[u8], a: usize, b: usize, size: usize, what: &str) -> Option<Mutant> {
    let (one, other) = (content.get(a..a + size)?, content.get(b..b + size)?);
    if one == other || a.abs_diff(b) < size {
        return None;
    }
    let mut changed = content.to_vec();
    changed[a..a + size].copy_from_slice(other);
    changed[b..b + size].copy_from_slice(one);
    Some(Mutant {
        content: changed,
        edit: format!("{what}: {size} bytes at {a:#x} and {b:#x} in the file"),
    })
}

fn flipped(content: &[u8], at: usize, chance: &mut Chance, what: &str) -> Option<Mutant> {
    let mut changed = content.to_vec();
    let byte = changed.get_mut(at)?;
    let before = *byte;
    *byte = match chance.below(3) {
        0 => before ^ 1 << chance.below(8),
        1 => before.wrapping_add(1),
        _ => chance.next() as u8,
    };
    let after = *byte;
    (before != after).then(|| Mutant {
        content: changed,
        edit: format!("{what}: {before:02x} at {at:#x} in the file made {after:02x}"),
    })
}

fn pick<'t, T>(list: &'t [T], chance: &mut Chance) -> Option<&'t T> {
    list.get(chance.below(list.len()))
}

/// The content of two functions of one size exchanged, their places kept: whoever calls one gets the other. One of them
/// must be called, or nothing would have changed for anybody.
fn functions(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let one = pick(&truth.functions, chance)?;
    let same: Vec<&Named> = truth
        .functions
        .iter()
        .filter(|f| f.bytes.len() == one.bytes.len() && f.address != one.address)
        .collect();
    let other = pick(&same, chance)?;
    if !code::called(content, truth, one.address) && !code::called(content, truth, other.address) {
        return None;
    }
    let size = one.bytes.len();
    exchanged(
        content,
        one.bytes.start,
        other.bytes.start,
        size,
        "functions",
    )
}

fn object_byte(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let object = pick(&truth.objects, chance)?;
    let inside = chance.below(object.bytes.len());
    if truth.overwritten(object.address + inside as u64) {
        return None;
    }
    flipped(content, object.bytes.start + inside, chance, "data object")
}

/// Strings of read-only data: printable, between two zeros.
fn strings(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let (_, _, bytes) = truth.section(".rodata")?;
    let data = content.get(bytes.clone())?;
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for (index, byte) in data.iter().enumerate() {
        if *byte == 0 {
            let text = &data[from..index];
            let printable = |b: &u8| b.is_ascii_graphic() || *b == b' ';
            if text.len() >= 3 && text.iter().all(printable) {
                found.push((bytes.start + from, text.len()));
            }
            from = index + 1;
        }
    }
    let (at, size) = *pick(&found, chance)?;
    let same: Vec<_> = found
        .iter()
        .filter(|(b, s)| *s == size && *b != at)
        .collect();
    let (other, _) = **pick(&same, chance)?;
    exchanged(content, at, other, size, "strings")
}

fn data_byte(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let names = [".rodata", ".data", ".data.rel.ro"];
    let (_, start, bytes) = truth.section(names[chance.below(3)])?;
    let inside = chance.below(bytes.len());
    if truth.overwritten(start + inside as u64) {
        return None;
    }
    flipped(content, bytes.start + inside, chance, "data")
}

/// Two words beside each other in read-only data, as tables of jumps and of addresses have them.
fn table_words(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let (_, _, bytes) = truth.section(".rodata")?;
    let size = [1, 2, 4][chance.below(3)];
    let count = bytes.len().checked_sub(2 * size)? / size;
    let at = bytes.start + chance.below(count) * size;
    exchanged(content, at, at + size, size, "words of a table")
}

/// Two words that hold addresses, told by the loader's relocations, or in a program of fixed addresses by their
/// value.
fn slots(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let relative = if truth.wide { 1027 } else { 23 };
    let word = if truth.wide { 8 } else { 4 };
    let fixups: Vec<usize> = truth
        .fixups
        .iter()
        .filter(|fixup| fixup.kind == relative)
        .map(|fixup| {
            if truth.wide {
                fixup.record + 16
            } else {
                fixup.place
            }
        })
        .collect();
    let places = if fixups.len() >= 2 {
        fixups
    } else {
        fixed_slots(content, truth)
    };
    let (a, b) = (*pick(&places, chance)?, *pick(&places, chance)?);
    if leads_to_the_same(content, truth, a, b) {
        return None;
    }
    exchanged(content, a, b, word, "slots")
}

fn number(content: &[u8], at: usize, wide: bool) -> Option<u64> {
    let size = if wide { 8 } else { 4 };
    let mut word = [0; 8];
    word[..size].copy_from_slice(content.get(at..at + size)?);
    Some(u64::from_le_bytes(word))
}

/// Words whose value is the address of a function or of data.
fn fixed_slots(content: &[u8], truth: &Truth) -> Vec<usize> {
    let size = if truth.wide { 8 } else { 4 };
    let names = [
        ".data",
        ".data.rel.ro",
        ".init_array",
        ".fini_array",
        ".got",
    ];
    let sections = truth
        .sections
        .iter()
        .filter(|(name, _, _)| names.contains(&name.as_str()));
    let mut found = Vec::new();
    for (_, _, bytes) in sections {
        for at in bytes.clone().step_by(size) {
            let value = number(content, at, truth.wide).unwrap_or_default();
            let named = truth.functions.iter().chain(&truth.objects);
            if value != 0 && named.clone().any(|named| named.address == value & !1) {
                found.push(at);
            }
        }
    }
    found
}

/// Whether two words lead to the same content, as two copies of one string do.
fn leads_to_the_same(content: &[u8], truth: &Truth, a: usize, b: usize) -> bool {
    let target = |at: usize| {
        let to = number(content, at, truth.wide)?;
        let from = truth.offset(to & !1)?;
        content.get(from..(from + 64).min(content.len()))
    };
    match (target(a), target(b)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn constructors(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let (_, start, bytes) = truth.section([".init_array", ".fini_array"][chance.below(2)])?;
    let size = if truth.wide { 8 } else { 4 };
    let count = bytes.len() / size;
    let (a, b) = (chance.below(count), chance.below(count));
    let place = |index: usize| {
        let address = start + (index * size) as u64;
        let fixup = truth.fixups.iter().find(|fixup| fixup.address == address);
        match fixup {
            Some(fixup) if truth.wide => fixup.record + 16,
            _ => bytes.start + index * size,
        }
    };
    exchanged(content, place(a), place(b), size, "constructors")
}

fn addend(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let fixup = pick(&truth.fixups, chance)?;
    let relative = if truth.wide { 1027 } else { 23 };
    let at = match (truth.wide, fixup.kind == relative) {
        (true, _) => fixup.record + 16,
        (false, true) => fixup.place,
        (false, false) => return None,
    };
    let by = [1_i64, -1, 4, -4, 8, 16, -16][chance.below(7)];
    let value = number(content, at, truth.wide)?.wrapping_add_signed(by);
    let mut changed = content.to_vec();
    let size = if truth.wide { 8 } else { 4 };
    changed[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
    Some(Mutant {
        content: changed,
        edit: format!("addend at {at:#x} in the file changed by {by}"),
    })
}

fn symbol(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let named: Vec<_> = truth.fixups.iter().filter(|f| f.symbol.is_some()).collect();
    let (one, other) = (pick(&named, chance)?, pick(&named, chance)?);
    // The info field: the symbol and the kind.
    let (at, size) = if truth.wide { (8, 8) } else { (4, 4) };
    if one.kind != other.kind {
        return None;
    }
    exchanged(
        content,
        one.record + at,
        other.record + at,
        size,
        "symbols of relocations",
    )
}

fn exports(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let (_, _, bytes) = truth.section(".dynsym")?;
    let (each, value, size) = if truth.wide { (24, 8, 8) } else { (16, 4, 4) };
    let count = bytes.len() / each;
    let place = |index: usize| bytes.start + index * each + value;
    let (a, b) = (place(chance.below(count)), place(chance.below(count)));
    exchanged(content, a, b, size, "values of dynamic symbols")
}

/// Of the tables for unwinding; what says the same in different bytes, as numbers in more bytes than they need do, is no
/// change. Where the index's last entry begins is none either, as long as it is behind all code.
fn unwind_byte(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let names = [
        ".eh_frame",
        ".gcc_except_table",
        ".ARM.exidx",
        ".ARM.extab",
        ".eh_frame_hdr",
    ];
    let (name, start, bytes) = truth.section(names[chance.below(names.len())])?;
    let last = if name == ".ARM.exidx" { 8 } else { 0 };
    let at = bytes.start + chance.below(bytes.len().checked_sub(last)?);
    let mutant = flipped(content, at, chance, "tables for unwinding")?;
    if name == ".eh_frame" {
        let wide = truth.wide;
        let before = frames::facts(content.get(bytes.clone())?, *start, wide);
        let after = frames::facts(mutant.content.get(bytes.clone())?, *start, wide);
        if before.is_some() && before == after {
            return None;
        }
    }
    Some(mutant)
}

fn entry(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let size = if truth.wide { 8 } else { 4 };
    let function = pick(&truth.functions, chance)?;
    let now = number(content, 24, truth.wide)?;
    if now & !1 == function.address {
        return None;
    }
    let mut changed = content.to_vec();
    let to = function.address | now & 1;
    changed[24..24 + size].copy_from_slice(&to.to_le_bytes()[..size]);
    Some(Mutant {
        content: changed,
        edit: format!("starts at {to:#x} instead of {now:#x}"),
    })
}
