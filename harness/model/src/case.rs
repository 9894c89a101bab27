//! What a case's author wrote: what to build, how, from what, and what to run.

use crate::check::Checks;
use crate::digest::Sha256;
use crate::{Platform, RelPath};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The name of a case: its folder's name. Lower-case letters, digits, `-`, `.` and `+`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CaseName(String);

/// Text that cannot name a case.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` cannot name a case: expected lower-case letters, digits, `-`, `.` or `+`, starting with a letter or digit, at most 200 of them"
)]
pub struct BadCaseName(pub String);

impl CaseName {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As long as the name of a folder may be on most file systems, with room for endings.
const LONGEST_NAME: usize = 200;

impl FromStr for CaseName {
    type Err = BadCaseName;
    fn from_str(text: &str) -> Result<Self, BadCaseName> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let sound = text.len() <= LONGEST_NAME
            && text.bytes().next().is_some_and(plain)
            && text
                .bytes()
                .all(|b| plain(b) || matches!(b, b'-' | b'.' | b'+'));
        if sound {
            Ok(CaseName(text.to_owned()))
        } else {
            Err(BadCaseName(text.chars().take(LONGEST_NAME).collect()))
        }
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How costly a case is; a run takes its tier and every cheaper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Native legs of at most a minute or so under emulation.
    Quick,
    /// Native legs above a minute.
    Full,
    /// Native legs above twenty minutes.
    Slow,
}

impl Tier {
    /// All of them, the cheapest first.
    pub const ALL: &[Tier] = &[Tier::Quick, Tier::Full, Tier::Slow];

    /// `quick`, `full` or `slow`.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Quick => "quick",
            Tier::Full => "full",
            Tier::Slow => "slow",
        }
    }
}

/// Whether each leg is built a second time even when the run does not ask for controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controls {
    /// Only when asked for.
    OnRequest,
    /// Always: the case is about its controls.
    Always,
}

/// A case as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The folder's name.
    pub name: CaseName,
    /// One line: what the case shows.
    pub summary: String,
    /// How costly it is.
    pub tier: Tier,
    /// Platforms it is built for, in report order.
    pub targets: Vec<Platform>,
    /// Whether controls are always built.
    pub controls: Controls,
    /// Where its sources come from.
    pub source: Source,
    /// Packages it needs beside the roots' own, by dependency category.
    pub depends: Vec<Dependency>,
    /// Packages unpacked without what they themselves depend on, by dependency category.
    pub depends_alone: Vec<Dependency>,
    /// What its product makes programs for, where it is a compiler or the like: the target of the three platforms.
    pub emits: Option<Platform>,
    /// Whether its roots have dpkg's database, as `dpkg-buildpackage` and `dpkg-query` want it.
    pub configured: bool,
    /// How it is built.
    pub build: Build,
    /// Bounds on each leg.
    pub limits: Limits,
    /// Which installed paths are the artifact: glob patterns, `**` by default.
    pub collect: Vec<String>,
    /// What is run, in order.
    pub runs: Vec<Run>,
    /// What the artifacts must satisfy beside being alike.
    pub checks: Checks,
}

/// Where a case's sources come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder beside `case.yaml`.
    Dir(RelPath),
    /// A folder of the project that the case is of.
    Project {
        /// The folder, from the project's top; `None` is the top.
        folder: Option<RelPath>,
        /// What of it, as glob patterns from the folder; without any, whatever its `.gitignore` files do not name.
        files: Vec<String>,
    },
    /// A Debian source package.
    Debian {
        /// Source package name.
        package: String,
        /// Full Debian version, epoch included.
        version: String,
        /// Suite whose index names the files' places on the mirror.
        suite: String,
        /// The files to take, each pinned: `.orig.tar.*` alone, or with `.debian.tar.*`, whose patch
        /// series is then applied.
        files: BTreeMap<String, Sha256>,
    },
    /// An archive beside `case.yaml`; its single top folder is stripped.
    Archive {
        /// Path of the archive, relative to the case's folder.
        file: RelPath,
        /// Its pinned digest.
        sha256: Sha256,
    },
    /// A crate from the registry with the dependencies its own lock file names, vendored.
    Crate {
        /// Crate name.
        name: String,
        /// Exact version.
        version: String,
        /// The registry's checksum of the `.crate` file.
        sha256: Sha256,
    },
}

/// A dependency category: the platform the dependency runs on × the platform it emits code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each name says both of its platforms")]
pub enum Category {
    BuildBuild,
    BuildHost,
    BuildTarget,
    HostHost,
    HostTarget,
    TargetTarget,
}

impl Category {
    /// All six, in platform order.
    pub const ALL: [Category; 6] = [
        Category::BuildBuild,
        Category::BuildHost,
        Category::BuildTarget,
        Category::HostHost,
        Category::HostTarget,
        Category::TargetTarget,
    ];

    /// `build_build` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Category::BuildBuild => "build_build",
            Category::BuildHost => "build_host",
            Category::BuildTarget => "build_target",
            Category::HostHost => "host_host",
            Category::HostTarget => "host_target",
            Category::TargetTarget => "target_target",
        }
    }
}

/// A Debian package wanted in a category.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// Runs on × emits for.
    pub category: Category,
    /// Binary package name, without architecture. A compiler (`gcc`, `g++`, `binutils`, `gfortran`) in a
    /// category that emits for another platform than it runs on means its prefixed package.
    pub package: String,
}

/// The build systems known here; `policy` has one file for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named after the program")]
pub enum System {
    Script,
    Make,
    Autotools,
    Cmake,
    Cargo,
    Meson,
    Perl,
    Python,
    Go,
    Debian,
}

impl System {
    /// All of them.
    pub const ALL: [System; 10] = [
        System::Script,
        System::Make,
        System::Autotools,
        System::Cmake,
        System::Cargo,
        System::Meson,
        System::Perl,
        System::Python,
        System::Go,
        System::Debian,
    ];

    /// As written in a case.
    pub fn name(self) -> &'static str {
        match self {
            System::Script => "script",
            System::Make => "make",
            System::Autotools => "autotools",
            System::Cmake => "cmake",
            System::Cargo => "cargo",
            System::Meson => "meson",
            System::Perl => "perl",
            System::Python => "python",
            System::Go => "go",
            System::Debian => "debian",
        }
    }
}

/// The phases of a leg, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the field's own words")]
pub enum PhaseName {
    Patch,
    Configure,
    Build,
    Install,
}

impl PhaseName {
    /// All of them, in order.
    pub const ALL: [PhaseName; 4] = [
        PhaseName::Patch,
        PhaseName::Configure,
        PhaseName::Build,
        PhaseName::Install,
    ];

    /// As written in a case and printed in a report.
    pub fn name(self) -> &'static str {
        match self {
            PhaseName::Patch => "patch",
            PhaseName::Configure => "configure",
            PhaseName::Build => "build",
            PhaseName::Install => "install",
        }
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether the leg may run code of the host platform while it builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmulatedBuild {
    /// A cross leg finds no emulator.
    Withheld,
    /// A cross leg finds the emulator, and the verdict says so.
    Granted,
}

/// Environment variables; `None` unsets one the harness sets.
pub type Environment = BTreeMap<String, Option<String>>;

/// How a case is built. One description gives both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Which build system.
    pub system: System,
    /// Folder in the source where the build starts; `None` is its top.
    pub directory: Option<RelPath>,
    /// Extra arguments by phase.
    pub arguments: BTreeMap<PhaseName, Vec<String>>,
    /// Shell commands that replace a phase of the build system (for `script`: that are the phase).
    pub steps: BTreeMap<PhaseName, String>,
    /// Set on both sides.
    pub environment: Environment,
    /// Set on the native side only.
    pub native_environment: Environment,
    /// Set on the cross side only.
    pub cross_environment: Environment,
    /// Whether the cross leg may emulate.
    pub emulated: EmulatedBuild,
}

/// Bounds on a leg. Each phase has the time; the whole leg has the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall time of each phase.
    pub time: Duration,
    /// Resident memory of all processes together, in bytes.
    pub memory: u64,
    /// Bytes written below the build and destination folders.
    pub disk: u64,
    /// Bytes printed by each phase.
    pub log: u64,
    /// Processes at once. Twice as many processes and threads together are allowed.
    pub processes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            time: Duration::from_secs(20 * 60),
            memory: 4 << 30,
            disk: 4 << 30,
            log: 16 << 20,
            processes: 512,
        }
    }
}

/// One program run with the artifact installed over the native root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Unique in the case.
    pub name: String,
    /// Program and arguments; the program by absolute path or found on `PATH`.
    pub argv: Vec<String>,
    /// What it reads.
    pub stdin: Vec<u8>,
    /// Files laid in its working folder before.
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// Set beside the fixed environment.
    pub environment: BTreeMap<String, String>,
    /// Wall time under each CPU model.
    pub time: Duration,
}
