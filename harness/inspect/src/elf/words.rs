//! Numbers of ELF as the specifications spell them, as far as they have a name for them (System V ABI, chapters 4 and 5,
//! and the machines' supplements).

use object::elf::{DynamicTag, Machine, RelocationType, SectionFlags, SectionType, machine_names};

/// A kind of relocation (ELF for the Arm 64-bit Architecture, section 5.7; ELF for the Arm Architecture, section 5.6).
pub(super) fn relocation(machine: u16, kind: u32) -> String {
    let name = machine_names(Machine(machine)).r.name(RelocationType(kind));
    name.map_or_else(|| format!("type {kind}"), str::to_owned)
}

/// A tag of the dynamic table.
pub(super) fn tag(machine: u16, tag: u64) -> String {
    let name = machine_names(Machine(machine))
        .dt
        .name(DynamicTag(tag as i64));
    short(name, "DT_").unwrap_or_else(|| format!("tag {tag:#x}"))
}

/// A section's type.
pub(super) fn section(machine: u16, kind: u32) -> String {
    let name = machine_names(Machine(machine)).sht.name(SectionType(kind));
    short(name, "SHT_").unwrap_or_else(|| format!("{kind:#x}"))
}

/// A section's flags.
pub(super) fn flags(machine: u16, flags: u64) -> String {
    let mut words = Vec::new();
    let names = machine_names(Machine(machine)).shf;
    let rest = names.names(SectionFlags(flags), |_, name| {
        words.extend(short(Some(name), "SHF_"))
    });
    if rest != 0 || words.is_empty() {
        words.push(format!("{rest:#x}"));
    }
    words.join("+")
}

fn short(name: Option<&'static str>, prefix: &str) -> Option<String> {
    Some(name?.trim_start_matches(prefix).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{flags, relocation, section, tag};

    const AARCH64: u16 = 183;
    const ARM: u16 = 40;

    #[test]
    fn what_has_a_name_is_called_by_it() {
        assert_eq!(relocation(AARCH64, 1027), "R_AARCH64_RELATIVE");
        assert_eq!(relocation(ARM, 23), "R_ARM_RELATIVE");
        assert_eq!(tag(AARCH64, 1), "NEEDED");
        assert_eq!(tag(AARCH64, 0x7000_0001), "AARCH64_BTI_PLT");
        assert_eq!(section(ARM, 0x7000_0001), "ARM_EXIDX");
        assert_eq!(flags(ARM, 6), "ALLOC+EXECINSTR");
    }

    #[test]
    fn what_has_none_keeps_its_number() {
        assert_eq!(relocation(AARCH64, 9999), "type 9999");
        assert_eq!(tag(ARM, 0x1234_5678), "tag 0x12345678");
        assert_eq!(section(AARCH64, 77), "0x4d");
        assert_eq!(flags(AARCH64, 0), "0x0");
        assert_eq!(flags(AARCH64, 0x1_0000_0002), "ALLOC+0x100000000");
    }
}
