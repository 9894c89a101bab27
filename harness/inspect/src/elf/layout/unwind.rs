//! Where functions begin and end by the tables for unwinding the stack, and what those tables say of each.
//!
//! `.eh_frame` is read with `gimli` (Linux Standard Base, "Exception Frames"), `.ARM.exidx` here (Exception
//! Handling ABI for the Arm Architecture, section 5), language-specific data as GCC lays it out.

use super::super::numbers::{signed, unsigned};
use super::cfi;
use super::flow::{How, Pads, Reference};
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
    /// Whether it stands in `.ARM.exidx`.
    pub indexed: bool,
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
        let mut says: Vec<String> = Vec::new();
        let factors = cfi::Factors {
            code: cie.code_alignment_factor(),
            data: cie.data_alignment_factor(),
        };
        let programs = [
            ("FDE", fde.instructions(&section, &bases)),
            ("CIE", cie.instructions(&section, &bases)),
        ];
        for (whose, mut program) in programs {
            let mut words = vec![whose.to_owned()];
            // No-operations fill an entry up to its alignment.
            let mut nops = 0;
            while let Some(instruction) = program.next().ok()? {
                if matches!(instruction, gimli::CallFrameInstruction::Nop) {
                    nops += 1;
                    continue;
                }
                words.extend((0..std::mem::take(&mut nops)).map(|_| "DW_CFA_nop".to_owned()));
                words.push(cfi::spell(&instruction, &section, &factors)?);
            }
            says.push(words.join(" "));
        }
        says.push(common(cie));
        let says = says.join("; ");
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
            indexed: false,
        });
    }
    Some(())
}

/// What the entries of several functions have in common, but for its instructions.
fn common<R: gimli::Reader>(cie: &gimli::CommonInformationEntry<R>) -> String {
    let mut says = format!(
        "factors {} {}, return address in r{}",
        cie.code_alignment_factor(),
        cie.data_alignment_factor(),
        cie.return_address_register().0,
    );
    if cie.is_signal_trampoline() {
        says.push_str(", signal frame");
    }
    // How the unwinder reads the addresses: an indirect one is of a word that holds it.
    let personality = (cie.personality_with_encoding()).map(|(encoding, _)| encoding);
    for (what, encoding) in [
        ("personality", personality),
        ("LSDA", cie.lsda_encoding()),
        ("addresses", cie.fde_address_encoding()),
    ] {
        if let Some(encoding) = encoding {
            says.push_str(&format!(", {what} encoded as {:#x}", encoding.0));
        }
    }
    says
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
            // The highest bit of the function's offset must be clear (EHABI32, section 6).
            says: match (inline, function >> 31) {
                (true, high) => format!(
                    "{data:#x}{}",
                    if high == 0 { "" } else { ", reserved bit set" }
                ),
                (false, 0) => "table".to_owned(),
                (false, _) => "table, reserved bit set".to_owned(),
            },
            personality: None,
            table: (!inline).then(|| prel31(place + 4, data)),
            indexed: true,
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

/// What the tables of handlers say.
#[derive(Default)]
pub(super) struct Handlers {
    /// The types they catch, and what reads the table.
    pub references: Vec<Reference>,
    /// Where handlers begin, and the stretches of code whose calls lead there.
    pub pads: Pads,
    /// Tables that cannot be read.
    pub unread: Vec<u64>,
}

/// Reads the tables of handlers.
pub(super) fn handlers(space: &Space<'_>, entries: &[Entry]) -> Handlers {
    // A table may serve several functions, from each of which it counts anew.
    let tables: BTreeSet<(u64, u64)> = entries
        .iter()
        .filter_map(|entry| Some((entry.table?, entry.start)))
        .collect();
    // Tables may be made to overlap; a sound file has far fewer steps than bytes.
    let mut steps = STEPS;
    let mut out = Handlers::default();
    for (table, function) in tables {
        let Some(area) = space.area(table) else {
            out.unread.push(table);
            continue;
        };
        let read = match area.label.as_str() {
            ".ARM.extab" => arm_table(space, table, function, &mut steps, &mut out),
            _ => language_data(space, table, function, Types::Encoded, &mut steps, &mut out),
        };
        if read.is_none() {
            out.unread.push(table);
        }
    }
    out.references.sort_by_key(|r| (r.at, r.mask));
    out.references.dedup();
    out.unread.dedup();
    out
}

/// An entry of `.ARM.extab` (Exception Handling ABI for the Arm Architecture, sections 6.2 and 6.3): a compact
/// one holds no address, unless descriptors follow its unwinding instructions; a generic one begins with its
/// routine's, and has the language's data behind them.
fn arm_table(
    space: &Space<'_>,
    table: u64,
    function: u64,
    steps: &mut usize,
    out: &mut Handlers,
) -> Option<()> {
    let word = space.word(table)? as u32;
    if word >> 31 == 1 {
        let more = match word >> 24 & 15 {
            0 => 0,
            _ => u64::from(word >> 16 & 0xff),
        };
        return (space.word(table + 4 + more * 4)? == 0).then_some(());
    }
    let routine = prel31(table, word);
    let reference = Reference::field(table, 0x7fff_ffff, How::Word, routine);
    out.references.push(reference);
    let more = space.word(table + 4)? >> 24;
    // The run-time library reads types as R_ARM_TARGET2 makes them on Linux, whatever the table says: as distances to
    // words that hold their addresses.
    let table = table + 8 + more * 4;
    language_data(space, table, function, Types::Apart, steps, out)
}

/// How a table of handlers tells the types that they catch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Types {
    /// As its encoding says.
    Encoded,
    /// As distances from where they stand.
    Apart,
}

/// Language-specific data as GCC lays it out: call sites, actions, types.
fn language_data(
    space: &Space<'_>,
    table: u64,
    function: u64,
    types: Types,
    steps: &mut usize,
    out: &mut Handlers,
) -> Option<()> {
    let area = space.area(table)?;
    let bytes = area.at(table, area.end);
    // Where handlers are counted from, if not from the function's start.
    if *bytes.first()? != 0xff {
        return None;
    }
    let encoding = *bytes.get(1)?;
    let mut at = 2_usize;
    let base = match encoding {
        0xff => None,
        _ => {
            let offset = unsigned(bytes, &mut at)?;
            Some(at.checked_add(usize::try_from(offset).ok()?)?)
        }
    };
    let sites_encoding = *bytes.get(at)?;
    at += 1;
    let length = usize::try_from(unsigned(bytes, &mut at)?).ok()?;
    let actions = at.checked_add(length)?;
    // Only what GCC and Clang write: offsets of four or eight bytes from where they stand, sites in LEB128.
    let width = match (encoding & 0x7f, space.image.fields.wide(4, 8)) {
        (0x1b, _) | (0x10, 4) => 4_usize,
        (0x1c, _) | (0x10 | 0x00, 8) => 8,
        (0x00 | 0x03, _) => 4,
        _ if base.is_none() => 4,
        _ => return None,
    };
    if sites_encoding != 1 {
        return None;
    }
    let mut most = 0_i64;
    while at < actions {
        let from = unsigned(bytes, &mut at)?;
        let length = unsigned(bytes, &mut at)?;
        let pad = unsigned(bytes, &mut at)?;
        if pad != 0 {
            let start = (function & !1).checked_add(from)?;
            let calls = start..start.checked_add(length)?;
            let pad = (function & !1).checked_add(pad)?;
            out.pads.entry(pad).or_default().push(calls);
        }
        let mut action = unsigned(bytes, &mut at)?;
        while action > 0 {
            *steps = steps.checked_sub(1)?;
            let mut record = actions
                .checked_add(usize::try_from(action).ok()?)?
                .checked_sub(1)?;
            let filter = signed(bytes, &mut record)?;
            most = most.max(filter);
            if filter < 0 {
                // What a function may throw: a list of types behind the base.
                let mut list = base?.checked_add(usize::try_from(-(filter + 1)).ok()?)?;
                loop {
                    *steps = steps.checked_sub(1)?;
                    match unsigned(bytes, &mut list)? {
                        0 => break,
                        number => most = most.max(i64::try_from(number).ok()?),
                    }
                }
            }
            let from = (record.checked_sub(actions)? as u64).checked_add(1)?;
            action = match signed(bytes, &mut record)? {
                0 => 0,
                step => from.checked_add_signed(step)?,
            };
        }
        *steps = steps.checked_sub(1)?;
    }
    let fields = space.image.fields.over(bytes);
    for number in 1..=usize::try_from(most).ok()?.min(bytes.len()) {
        *steps = steps.checked_sub(1)?;
        let place = base?.checked_sub(number.checked_mul(width)?)?;
        let value = match width {
            4 => i64::from(fields.u32(place)? as i32),
            _ => fields.word(place)? as i64,
        };
        if value != 0 {
            let at = table + place as u64;
            let target = match encoding & 0x70 {
                _ if types == Types::Apart => at.wrapping_add_signed(value),
                0x10 => at.wrapping_add_signed(value),
                _ => value as u64,
            };
            let target = match space.image.fields.wide(4, 8) {
                4 => target & 0xffff_ffff,
                _ => target,
            };
            let mask = u64::MAX >> (64 - 8 * width);
            out.references.push(Reference {
                width,
                ..Reference::field(at, mask, How::Word, target)
            });
        }
    }
    Some(())
}
