//! Platforms, in the spellings the field uses for them.

use std::fmt;
use std::str::FromStr;

/// A platform a compiler runs on, or that its output runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// `x86_64-unknown-linux-gnu`, where cross legs are built unless an `emulator.yaml` says otherwise.
    X86_64,
    /// `aarch64-unknown-linux-gnu`.
    Aarch64,
    /// `armv7-unknown-linux-gnueabihf`.
    Armv7,
    /// `riscv64gc-unknown-linux-gnu`.
    Riscv64,
}

/// One row per platform: every fact and spelling of it in one place. All are little-endian.
struct Row {
    platform: Platform,
    short: &'static str,
    llvm: &'static str,
    gnu: &'static str,
    debian: &'static str,
    system: &'static str,
    machine: &'static str,
    rust: &'static str,
    qemu: &'static str,
    meson: &'static str,
    go: (&'static str, Option<&'static str>),
    loader: &'static str,
    elf: u16,
    bits: u8,
}

const ROWS: &[Row] = &[
    Row {
        platform: Platform::X86_64,
        short: "x86_64",
        llvm: "x86_64-unknown-linux-gnu",
        gnu: "x86_64-linux-gnu",
        debian: "amd64",
        system: "x86_64-linux",
        machine: "x86_64",
        rust: "x86_64",
        qemu: "x86_64",
        meson: "x86_64",
        go: ("amd64", None),
        loader: "ld-linux-x86-64.so.2",
        elf: 62,
        bits: 64,
    },
    Row {
        platform: Platform::Aarch64,
        short: "aarch64",
        llvm: "aarch64-unknown-linux-gnu",
        gnu: "aarch64-linux-gnu",
        debian: "arm64",
        system: "aarch64-linux",
        machine: "aarch64",
        rust: "aarch64",
        qemu: "aarch64",
        meson: "aarch64",
        go: ("arm64", None),
        loader: "ld-linux-aarch64.so.1",
        elf: 183,
        bits: 64,
    },
    Row {
        platform: Platform::Armv7,
        short: "armv7",
        llvm: "armv7-unknown-linux-gnueabihf",
        gnu: "arm-linux-gnueabihf",
        debian: "armhf",
        system: "armv7l-linux",
        machine: "armv7l",
        rust: "arm",
        qemu: "arm",
        meson: "arm",
        go: ("arm", Some("7")),
        loader: "ld-linux-armhf.so.3",
        elf: 40,
        bits: 32,
    },
    Row {
        platform: Platform::Riscv64,
        short: "riscv64",
        llvm: "riscv64gc-unknown-linux-gnu",
        gnu: "riscv64-linux-gnu",
        debian: "riscv64",
        system: "riscv64-linux",
        machine: "riscv64",
        rust: "riscv64",
        qemu: "riscv64",
        meson: "riscv64",
        go: ("riscv64", None),
        loader: "ld-linux-riscv64-lp64d.so.1",
        elf: 243,
        bits: 64,
    },
];

impl Platform {
    /// The platforms a case is built for where it names none, in the order reports list them.
    pub const TARGETS: [Platform; 2] = [Platform::Aarch64, Platform::Armv7];

    /// All that are known.
    pub fn all() -> impl Iterator<Item = Platform> {
        ROWS.iter().map(|row| row.platform)
    }

    /// The one that a Rust program was compiled for, by its `std::env::consts::ARCH`.
    pub fn of_rust(architecture: &str) -> Option<Platform> {
        let row = ROWS.iter().find(|row| row.rust == architecture)?;
        Some(row.platform)
    }

    fn row(self) -> &'static Row {
        // ROWS is declared in the order of the enum; the test below holds it to that.
        &ROWS[self as usize]
    }

    /// The short name used in folder names and on the command line: `aarch64`.
    pub fn short(self) -> &'static str {
        self.row().short
    }
    /// The LLVM (and Rust) target triple: `aarch64-unknown-linux-gnu`.
    pub fn llvm(self) -> &'static str {
        self.row().llvm
    }
    /// The GNU triplet autoconf and Debian's multiarch paths use: `aarch64-linux-gnu`.
    pub fn gnu(self) -> &'static str {
        self.row().gnu
    }
    /// Debian's architecture name: `arm64`.
    pub fn debian(self) -> &'static str {
        self.row().debian
    }
    /// The two-part `system` double: `aarch64-linux`.
    pub fn system(self) -> &'static str {
        self.row().system
    }
    /// What `uname -m` prints on it: `armv7l`. Also CMake's `CMAKE_SYSTEM_PROCESSOR`.
    pub fn machine(self) -> &'static str {
        self.row().machine
    }
    /// What qemu's emulator for its programs is called: `qemu-arm`.
    pub fn qemu(self) -> &'static str {
        self.row().qemu
    }
    /// Meson's name for the family of its processors (its manual, "Reference tables").
    pub fn meson_family(self) -> &'static str {
        self.row().meson
    }
    /// Go's name for it (`GOARCH`), and for the oldest processor of it that Debian's port is for (`GOARM`).
    pub fn go(self) -> (&'static str, Option<&'static str>) {
        self.row().go
    }
    /// The dynamic loader of the C library, by its file name.
    pub fn loader(self) -> &'static str {
        self.row().loader
    }
    /// What its ELF files name as their machine (`e_machine`).
    pub fn elf_machine(self) -> u16 {
        self.row().elf
    }
    /// The class of its ELF files (`EI_CLASS`; System V gABI, chapter 4).
    pub fn elf_class(self) -> u8 {
        if self.bits() == 64 { 2 } else { 1 }
    }
    /// Width of a pointer, in bits.
    pub fn bits(self) -> u8 {
        self.row().bits
    }
    /// The LLVM triple as it appears in environment variable names: `AARCH64_UNKNOWN_LINUX_GNU`.
    pub fn llvm_variable(self) -> String {
        self.llvm().to_ascii_uppercase().replace('-', "_")
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.short())
    }
}

/// A platform name nobody here knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "unknown platform `{0}`: expected {names}, a triple (aarch64-unknown-linux-gnu), a system double (aarch64-linux) or a Debian architecture (arm64)",
    names = ROWS.iter().map(|row| row.short).collect::<Vec<_>>().join(", ")
)]
pub struct UnknownPlatform(pub String);

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        for row in ROWS {
            if [row.short, row.llvm, row.gnu, row.debian, row.system].contains(&text) {
                return Ok(row.platform);
            }
        }
        // Any other spelling of the same triple: vendors and aliases are target-lexicon's business.
        let unknown = || UnknownPlatform(text.to_owned());
        let triple = target_lexicon::Triple::from_str(text).map_err(|_| unknown())?;
        use target_lexicon::{Architecture, ArmArchitecture, Environment, OperatingSystem};
        if triple.operating_system != OperatingSystem::Linux {
            return Err(unknown());
        }
        use target_lexicon::Riscv64Architecture::{Riscv64, Riscv64gc};
        match (triple.architecture, triple.environment) {
            (Architecture::Riscv64(Riscv64 | Riscv64gc), Environment::Gnu) => Ok(Platform::Riscv64),
            (Architecture::X86_64, Environment::Gnu) => Ok(Platform::X86_64),
            (Architecture::Aarch64(_), Environment::Gnu) => Ok(Platform::Aarch64),
            (
                Architecture::Arm(ArmArchitecture::Armv7 | ArmArchitecture::Armv7a),
                Environment::Gnueabihf,
            ) => Ok(Platform::Armv7),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_platform_is_read_back() {
        for row in ROWS {
            assert_eq!(ROWS[row.platform as usize].short, row.short);
            for name in [row.short, row.llvm, row.gnu, row.debian, row.system] {
                assert_eq!(name.parse(), Ok(row.platform), "{name}");
            }
        }
        assert_eq!(
            "armv7a-unknown-linux-gnueabihf".parse(),
            Ok(Platform::Armv7)
        );
    }

    #[test]
    fn other_platforms_are_refused_by_name() {
        for name in [
            "riscv32-unknown-linux-gnu",
            "aarch64-apple-darwin",
            "",
            "armv6",
            "aarch64-linux-musl",
        ] {
            assert_eq!(
                name.parse::<Platform>(),
                Err(UnknownPlatform(name.to_owned()))
            );
        }
    }
}
