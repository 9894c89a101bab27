//! Changes of instructions.

use crate::chance::Chance;
use crate::kinds::Mutant;
use crate::truth::Truth;
use capstone::prelude::*;
use std::cell::RefCell;

thread_local! {
    static DECODERS: RefCell<[Capstone; 3]> = RefCell::new([
        Capstone::new().arm64().mode(arch::arm64::ArchMode::Arm).build().expect("A64"),
        Capstone::new().arm().mode(arch::arm::ArchMode::Arm).build().expect("A32"),
        Capstone::new().arm().mode(arch::arm::ArchMode::Thumb).build().expect("T32"),
    ]);
}

/// An instruction as text, and how long it is.
fn shown(bytes: &[u8], set: usize) -> Option<(String, String, usize)> {
    DECODERS.with_borrow(|decoders| {
        let all = decoders.get(set)?.disasm_count(bytes, 0x1_0000, 1).ok()?;
        let first = all.iter().next()?;
        let (name, operands) = (first.mnemonic()?, first.op_str()?);
        Some((name.to_owned(), operands.to_owned(), first.len()))
    })
}

fn set(truth: &Truth, address: u64) -> usize {
    match truth.wide {
        true => 0,
        false if truth.thumb.iter().any(|range| range.contains(&address)) => 2,
        false => 1,
    }
}

fn in_pool(truth: &Truth, address: u64) -> bool {
    truth.pools.iter().any(|range| range.contains(&address))
}

/// The instructions of a function: where each stands, and in the file.
fn instructions(content: &[u8], truth: &Truth, index: usize) -> Option<Vec<(u64, usize, usize)>> {
    let function = truth.functions.get(index)?;
    let mut out = Vec::new();
    let (mut address, mut at) = (function.address, function.bytes.start);
    while at < function.bytes.end {
        let step = match (truth.wide, in_pool(truth, address)) {
            (true, _) => 4,
            (false, true) => 2,
            (false, false) if set(truth, address) == 1 => 4,
            (false, false) => {
                let half = u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?);
                if half >> 11 >= 0b11101 { 4 } else { 2 }
            }
        };
        if !in_pool(truth, address) {
            out.push((address, at, step));
        }
        address += step as u64;
        at += step;
    }
    Some(out)
}

/// A bit of an instruction turned so that it is the same instruction with a different operand.
pub fn operand(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let all = instructions(content, truth, chance.below(truth.functions.len()))?;
    let (address, at, size) = *all.get(chance.below(all.len()))?;
    let before = shown(content.get(at..at + size)?, set(truth, address))?;
    let mut changed = content.to_vec();
    for _ in 0..8 {
        let bit = chance.below(size * 8);
        changed[at + bit / 8] ^= 1 << (bit % 8);
        let after = shown(&changed[at..at + size], set(truth, address));
        if let Some(after) = after
            && after.0 == before.0
            && after.1 != before.1
            && after.2 == size
        {
            let edit = format!("{address:#x} {} {} made {}", before.0, before.1, after.1);
            return Some(Mutant {
                content: changed,
                edit,
            });
        }
        changed[at + bit / 8] ^= 1 << (bit % 8);
    }
    None
}

/// A word among the code of ARM.
pub fn literal(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    if truth.wide {
        return None;
    }
    let function = truth.functions.get(chance.below(truth.functions.len()))?;
    let words: Vec<usize> = (function.bytes.clone())
        .step_by(4)
        .filter(|at| in_pool(truth, function.address + (at - function.bytes.start) as u64))
        .collect();
    let at = *words.get(chance.below(words.len()))?;
    let mut changed = content.to_vec();
    let bit = chance.below(32);
    *changed.get_mut(at + bit / 8)? ^= 1 << (bit % 8);
    Some(Mutant {
        content: changed,
        edit: format!("bit {bit} of the word at {at:#x} in the file"),
    })
}

/// A direct call: where it leads.
fn call_at(content: &[u8], truth: &Truth, address: u64, at: usize, size: usize) -> Option<u64> {
    let word = u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?);
    match set(truth, address) {
        0 if word >> 26 == 0b10_0101 => {
            let offset = i64::from((word << 6) as i32 >> 6) * 4;
            Some(address.wrapping_add_signed(offset))
        }
        1 if word >> 24 == 0xeb => {
            let offset = i64::from((word << 8) as i32 >> 8) * 4;
            Some(address.wrapping_add_signed(offset + 8))
        }
        2 if size == 4 && word & 0xd000_f800 == 0xd000_f000 => {
            let (high, low) = (word & 0xffff, word >> 16);
            let sign = high >> 10 & 1;
            let one = !((low >> 13 & 1) ^ sign) & 1;
            let two = !((low >> 11 & 1) ^ sign) & 1;
            let raw =
                sign << 24 | one << 23 | two << 22 | (high & 0x3ff) << 12 | (low & 0x7ff) << 1;
            let offset = i64::from((raw << 7) as i32 >> 7);
            Some(address.wrapping_add_signed(offset + 4))
        }
        _ => None,
    }
}

fn make_call(content: &mut [u8], truth: &Truth, address: u64, at: usize, to: u64) -> Option<()> {
    let offset = to.wrapping_sub(address) as i64;
    let word = match set(truth, address) {
        0 => 0x9400_0000 | ((offset >> 2) as u32 & 0x03ff_ffff),
        1 => 0xeb00_0000 | (((offset - 8) >> 2) as u32 & 0x00ff_ffff),
        _ => {
            let raw = (offset - 4) as u32;
            let sign = raw >> 24 & 1;
            let one = !((raw >> 23 & 1) ^ sign) & 1;
            let two = !((raw >> 22 & 1) ^ sign) & 1;
            let high = 0xf000 | sign << 10 | (raw >> 12 & 0x3ff);
            let low = 0xd000 | one << 13 | two << 11 | (raw >> 1 & 0x7ff);
            high | low << 16
        }
    };
    content
        .get_mut(at..at + 4)?
        .copy_from_slice(&word.to_le_bytes());
    Some(())
}

/// Every direct call that a function makes.
fn calls_of(content: &[u8], truth: &Truth, index: usize) -> Option<Vec<(u64, usize, u64)>> {
    let all = instructions(content, truth, index)?;
    let calls = all.into_iter().filter_map(|(address, at, size)| {
        Some((address, at, call_at(content, truth, address, at, size)?))
    });
    Some(calls.collect())
}

/// Whether anything calls a function.
pub fn called(content: &[u8], truth: &Truth, address: u64) -> bool {
    (0..truth.functions.len()).any(|index| {
        let calls = calls_of(content, truth, index).unwrap_or_default();
        calls.iter().any(|(_, _, to)| *to == address)
    })
}

fn same_code(content: &[u8], truth: &Truth, a: u64, b: u64) -> bool {
    let bytes = |address: u64| {
        let function = truth.functions.iter().find(|f| f.address == address)?;
        content.get(function.bytes.clone())
    };
    bytes(a) == bytes(b)
}

/// A call led to a different function of the same set.
pub fn call(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let calls = calls_of(content, truth, chance.below(truth.functions.len()))?;
    let (address, at, to) = *calls.get(chance.below(calls.len()))?;
    let other = truth
        .functions
        .get(chance.below(truth.functions.len()))?
        .address;
    if other == to
        || set(truth, other) != set(truth, address)
        || same_code(content, truth, to, other)
    {
        return None;
    }
    let mut changed = content.to_vec();
    make_call(&mut changed, truth, address, at, other)?;
    Some(Mutant {
        content: changed,
        edit: format!("call at {address:#x} leads to {other:#x} instead of {to:#x}"),
    })
}

/// Two calls of one function exchanged.
pub fn calls(content: &[u8], truth: &Truth, chance: &mut Chance) -> Option<Mutant> {
    let calls = calls_of(content, truth, chance.below(truth.functions.len()))?;
    let (one, other) = (
        calls.get(chance.below(calls.len()))?,
        calls.get(chance.below(calls.len()))?,
    );
    let known = truth.functions.iter().any(|f| f.address == one.2);
    if one.2 == other.2 || known && same_code(content, truth, one.2, other.2) {
        return None;
    }
    let mut changed = content.to_vec();
    make_call(&mut changed, truth, one.0, one.1, other.2)?;
    make_call(&mut changed, truth, other.0, other.1, one.2)?;
    Some(Mutant {
        content: changed,
        edit: format!("calls at {:#x} and {:#x} exchanged", one.0, other.0),
    })
}
