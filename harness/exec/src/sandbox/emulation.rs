//! Registering qemu with `binfmt_misc` (the kernel's `Documentation/admin-guide/binfmt-misc.rst`).
//!
//! Since Linux 6.7 an instance of `binfmt_misc` belongs to the user namespace it is mounted in. Every
//! sandbox mounts its own: with qemu registered for native legs and runs, and empty for cross legs,
//! which hides whatever the machine has registered.

use crossproof_model::Platform;
use std::path::Path;

/// The ELF header fields by which the kernel recognizes a program of `platform`: class, data encoding,
/// version, then type (executable or shared object) and machine (System V gABI, chapter 4).
fn header(platform: Platform) -> ([u8; 20], [u8; 20]) {
    let class = platform.elf_class();
    let [low, high] = platform.elf_machine().to_le_bytes();
    let mut magic = [0; 20];
    magic[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, 1, 1]);
    magic[16] = 2;
    (magic[18], magic[19]) = (low, high);
    let mut mask = [0xff; 20];
    // The OS ABI byte is left open, and the lowest bit of the type: 2 (ET_EXEC) and 3 (ET_DYN).
    mask[7] = 0;
    mask[16] = 0xfe;
    (magic, mask)
}

/// The line to write to `register`, for a platform whose programs the kernel does not run by itself. `qemu` is the emulator's
/// place below the tools, which are on the stage then.
///
/// Flag `P` hands the program its own argv[0]; `F` opens qemu now, so that it need not exist inside
/// the root.
pub fn registration(platform: Platform, qemu: &Path) -> String {
    let (magic, mask) = header(platform);
    let escape = |bytes: [u8; 20]| {
        bytes
            .iter()
            .map(|b| format!("\\x{b:02x}"))
            .collect::<String>()
    };
    format!(
        ":crossproof-{platform}:M::{}:{}:{}:PF",
        escape(magic),
        escape(mask),
        Path::new(super::entry::TOOLS).join(qemu).display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_names_class_and_machine() {
        let line = registration(Platform::Armv7, Path::new("q/qemu-arm"));
        assert!(
            line.starts_with(r":crossproof-armv7:M::\x7f\x45\x4c\x46\x01\x01\x01\x00"),
            "{line}"
        );
        assert!(line.contains(r"\x02\x00\x28\x00:"), "{line}");
        assert!(line.ends_with(":/tools/q/qemu-arm:PF"), "{line}");
        assert!(line.len() < 1920, "the kernel takes at most 1920 bytes");
        let line = registration(Platform::X86_64, Path::new("q"));
        assert!(line.contains(r"\x02\x00\x3e\x00:"), "{line}");
    }
}
