//! Where functions begin and end by the tables for unwinding the stack, and what those tables say of each.
//!
//! `.eh_frame` is read with `gimli` (Linux Standard Base, "Exception Frames"), `.ARM.exidx` here (Exception
//! Handling ABI for the Arm Architecture, section 5), language-specific data as GCC lays it out.

use super::flow::Reference;
use super::space::Space;
use gimli::{BaseAddresses, CieOrFde, EhFrame, EndianSlice, Pointer, RunTimeEndian, UnwindSection};
use std::collections::BTreeSet;

/// How many steps through tables of handlers are made at most.
const STEPS: usize = 1 << 22;

/// What is said of one function.
pub(super) struct Entry {
    /// Where it stands.
    pub at: u64,
    pub start: u64,
    pub length: u64,
    /// Instructions for unwinding and what they are relative to; no address is in it.
    pub says: String,
    /// Addresses in it: what handles exceptions, and its table for this function.
    pub personality: Option<u64>,
    pub table: Option<u64>,
}

/// Entries of `.eh_frame` and `.ARM.exidx`; `None` if a section is there and cannot be read.
pub(super) fn entries(space: &Space<'_>) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    for area in &space.areas {
        match area.label.as_str() {
            ".eh_frame" if !space.image.relocatable() => {
                frames(space, area.start, area.bytes, &mut entries)?;
            }
            ".ARM.exidx" if !space.image.relocatable() => {
                index(space, area.start, area.bytes, &mut entries)?;
            }
            _ => {}
        }
    }
    Some(entries)
}

fn endian(space: &Space<'_>) -> RunTimeEndian {
    match space.image.fields.order {
        super::super::fields::Order::Little => RunTimeEndian::Little,
        super::super::fields::Order::Big => RunTimeEndian::Big,
    }
}

fn frames(space: &Space<'_>, start: u64, bytes: &[u8], out: &mut Vec<Entry>) -> Option<()> {
    let mut section = EhFrame::from(EndianSlice::new(bytes, endian(space)));
    section.set_address_size(space.image.fields.wide(4, 8) as u8);
    if space.machine == super::space::Machine::A64 {
        // Pointer authentication has an instruction of its own there.
        section.set_vendor(gimli::Vendor::AArch64);
    }
    let bases = BaseAddresses::default().set_eh_frame(start);
    // Many entries may share one long description.
    let mut room = bytes.len().saturating_mul(64);
    let mut all = section.entries(&bases);
    while let Some(entry) = all.next().ok()? {
        let CieOrFde::Fde(partial) = entry else {
            continue;
        };
        let fde = partial
            .parse(|_, bases, offset| section.cie_from_offset(bases, offset))
            .ok()?;
        let cie = fde.cie();
        let mut says = format!(
            "{} {} {} {}",
            cie.code_alignment_factor(),
            cie.data_alignment_factor(),
            cie.return_address_register().0,
            cie.is_signal_trampoline(),
        );
        let programs = [
            cie.instructions(&section, &bases),
            fde.instructions(&section, &bases),
        ];
        for mut program in programs {
            says.push_str(" /");
            // No-operations fill an entry up to its alignment.
            let mut nops = 0;
            while let Some(instruction) = program.next().ok()? {
                if matches!(instruction, gimli::CallFrameInstruction::Nop) {
                    nops += 1;
                    continue;
                }
                says.push_str(&" nop".repeat(std::mem::take(&mut nops)));
                says.push_str(&format!(" {instruction:?}"));
            }
        }
        room = room.checked_sub(says.len())?;
        let direct = |pointer: Pointer| match pointer {
            Pointer::Direct(address) | Pointer::Indirect(address) => address,
        };
        out.push(Entry {
            at: start + fde.offset() as u64,
            start: fde.initial_address(),
            length: fde.len(),
            says,
            personality: cie.personality().map(direct),
            table: fde.lsda().map(direct),
        });
    }
    Some(())
}

/// A 31-bit offset from the word it stands in.
fn prel31(at: u64, word: u32) -> u64 {
    at.wrapping_add_signed(i64::from((word << 1) as i32 >> 1)) & 0xffff_ffff
}

fn index(space: &Space<'_>, start: u64, bytes: &[u8], out: &mut Vec<Entry>) -> Option<()> {
    let fields = space.image.fields.over(bytes);
    let mut found: Vec<Entry> = Vec::new();
    for at in (0..bytes.len()).step_by(8) {
        let (function, data) = (fields.u32(at)?, fields.u32(at + 4)?);
        let place = start + at as u64;
        let inline = data == 1 || data >> 31 == 1;
        found.push(Entry {
            at: place,
            start: prel31(place, function),
            length: 0,
            says: match inline {
                true => format!("{data:#x}"),
                false => "table".to_owned(),
            },
            personality: None,
            table: (!inline).then(|| prel31(place + 4, data)),
        });
    }
    // An entry holds up to the next one.
    let starts: Vec<u64> = found.iter().map(|entry| entry.start).collect();
    for (entry, next) in found.iter_mut().zip(starts.into_iter().skip(1)) {
        entry.length = next.saturating_sub(entry.start);
    }
    out.extend(found);
    Some(())
}

/// References in the tables of handlers: the types they catch, and what reads the table.
pub(super) fn handlers(space: &Space<'_>, entries: &[Entry]) -> Vec<Reference> {
    let tables: BTreeSet<u64> = entries.iter().filter_map(|entry| entry.table).collect();
    // Tables may be made to overlap; a sound file has far fewer steps than bytes.
    let mut steps = STEPS;
    let mut out = Vec::new();
    for table in tables {
        let Some(area) = space.area(table) else {
            continue;
        };
        let found = match area.label.as_str() {
            ".ARM.extab" => arm_table(space, table, &mut steps),
            _ => language_data(space, table, &mut steps),
        };
        out.extend(found.unwrap_or_default());
    }
    out
}

/// An entry of `.ARM.extab`: a compact one holds no address; a generic one begins with its routine's, and has
/// the language's data behind its unwinding instructions.
fn arm_table(space: &Space<'_>, table: u64, steps: &mut usize) -> Option<Vec<Reference>> {
    let word = space.word(table)? as u32;
    if word >> 31 == 1 {
        return Some(Vec::new());
    }
    let mut out = vec![Reference::field(table, 0x7fff_ffff, prel31(table, word))];
    let more = space.word(table + 4)? >> 24;
    let data = table + 8 + more * 4;
    out.extend(language_data(space, data, steps).unwrap_or_default());
    Some(out)
}

fn language_data(space: &Space<'_>, table: u64, steps: &mut usize) -> Option<Vec<Reference>> {
    let area = space.area(table)?;
    let bytes = area.at(table, area.end);
    if *bytes.first()? != 0xff {
        return None;
    }
    let encoding = *bytes.get(1)?;
    if encoding == 0xff {
        return Some(Vec::new());
    }
    let mut at = 2_usize;
    let offset = unsigned(bytes, &mut at)?;
    let base = at.checked_add(usize::try_from(offset).ok()?)?;
    let sites_encoding = *bytes.get(at)?;
    at += 1;
    let length = usize::try_from(unsigned(bytes, &mut at)?).ok()?;
    let actions = at.checked_add(length)?;
    // Only what GCC writes: offsets of four bytes from where they stand, sites in LEB128.
    let narrow = encoding & 0x7f == 0x10 && space.image.fields.wide(4, 8) == 4;
    if sites_encoding != 1 || !(encoding & 0x7f == 0x1b || narrow) {
        return None;
    }
    let mut most = 0_i64;
    while at < actions {
        for _ in 0..3 {
            unsigned(bytes, &mut at)?;
        }
        let mut action = unsigned(bytes, &mut at)?;
        while action > 0 {
            *steps = steps.checked_sub(1)?;
            let mut record = actions
                .checked_add(usize::try_from(action).ok()?)?
                .checked_sub(1)?;
            most = most.max(signed(bytes, &mut record)?);
            let from = (record.checked_sub(actions)? as u64).checked_add(1)?;
            action = match signed(bytes, &mut record)? {
                0 => 0,
                step => from.checked_add_signed(step)?,
            };
        }
        *steps = steps.checked_sub(1)?;
    }
    let fields = space.image.fields.over(bytes);
    let mut out = Vec::new();
    for number in 1..=usize::try_from(most).ok()?.min(bytes.len()) {
        *steps = steps.checked_sub(1)?;
        let place = base.checked_sub(number.checked_mul(4)?)?;
        let value = fields.u32(place)?;
        if value != 0 {
            let at = table + place as u64;
            let target = at.wrapping_add_signed(i64::from(value as i32));
            out.push(Reference::field(at, 0xffff_ffff, target));
        }
    }
    Some(out)
}

fn unsigned(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let (mut value, mut shift) = (0_u64, 0);
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

fn signed(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let start = *at;
    let value = unsigned(bytes, at)?;
    let bits = (*at - start) as u32 * 7;
    let negative = bits < 64 && value >> (bits - 1) & 1 == 1;
    Some(match negative {
        true => (value as i64).wrapping_sub(1_i64.wrapping_shl(bits)),
        false => value as i64,
    })
}
