//! What `.eh_frame` says, as the `gimli` library reads it.

use gimli::{BaseAddresses, CieOrFde, EhFrame, EndianSlice, LittleEndian, UnwindSection};

/// Every function's entry in words; `None` if it cannot be read.
pub fn facts(bytes: &[u8], start: u64, wide: bool) -> Option<Vec<String>> {
    let mut section = EhFrame::from(EndianSlice::new(bytes, LittleEndian));
    section.set_address_size(if wide { 8 } else { 4 });
    section.set_vendor(gimli::Vendor::AArch64);
    let bases = BaseAddresses::default().set_eh_frame(start);
    let mut out = Vec::new();
    let mut entries = section.entries(&bases);
    while let Some(entry) = entries.next().ok()? {
        let CieOrFde::Fde(partial) = entry else {
            continue;
        };
        let read = |_: &_, bases: &_, offset| section.cie_from_offset(bases, offset);
        let entry = partial.parse(read).ok()?;
        let cie = entry.cie();
        let mut words = format!(
            "{:x} {:x} {:?} {:?} {:?} {} {} {:?} {}",
            entry.initial_address(),
            entry.len(),
            entry.lsda(),
            cie.personality_with_encoding(),
            (cie.lsda_encoding(), cie.fde_address_encoding()),
            cie.code_alignment_factor(),
            cie.data_alignment_factor(),
            cie.return_address_register(),
            cie.is_signal_trampoline(),
        );
        let programs = [
            cie.instructions(&section, &bases),
            entry.instructions(&section, &bases),
        ];
        for mut program in programs {
            while let Some(instruction) = program.next().ok()? {
                if !matches!(instruction, gimli::CallFrameInstruction::Nop) {
                    words.push_str(&format!(" {instruction:?}"));
                }
            }
        }
        out.push(words);
    }
    Some(out)
}
