//! The command line, as typed. The contract is the design's; `commands` resolves and acts.

pub mod gate;
pub mod measure;
pub mod report;

use clap::{Args, Parser, Subcommand, ValueEnum};
use crossproof_model::{CaseName, DiffKey, Level, Platform};
use gate::{AttestArguments, GATE_EXAMPLES, GateArguments, KeyAction, VerifyArguments};
use measure::{MEASURE_EXAMPLES, MeasureArguments};
use report::{REPORT_EXAMPLES, ReportArguments};
use std::path::PathBuf;

/// Is the cross-built artifact the native one, and if not, what made it differ?
///
/// Builds each case natively (under qemu-user) and with a cross toolchain, compares the outputs part
/// by part, runs both, and gives a verdict.
#[derive(Debug, Parser)]
#[command(name = "crossproof", version, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 holds; 1 a verdict is below what is asked; 2 bad usage or bad input; \
3 the machine lacks something; 4 a fault of crossproof's own.\n\nFirst steps:\n  \
crossproof doctor            what this machine has, and lacks\n  \
crossproof run hello-c       build one case for every target, and judge it\n  \
crossproof show hello-c      what that case is, and how each leg is built\n  \
crossproof compare A B       hold any two files or trees against each other"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Colour in text for people [default: on a terminal, unless NO_COLOR is set]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: ColorArgument,
}

/// Where things are.
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// Folder with cases/, and golden/ and emulators/ if it has them [default: this one, or the nearest above that is one]
    #[arg(long, global = true, value_name = "DIR", env = "CROSSPROOF_PROJECT")]
    pub project: Option<PathBuf>,
    /// Where roots, sources and built legs are kept [default: the user's cache folder]
    #[arg(long, global = true, value_name = "DIR", env = "CROSSPROOF_STORE")]
    pub store: Option<PathBuf>,
    /// Debian mirror to use instead of the one in the machine's apt sources
    #[arg(long, global = true, value_name = "URL", env = "CROSSPROOF_MIRROR")]
    pub mirror: Option<String>,
    /// Say less while working: only warnings and results
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArgument {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into a file or a pipe
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build, compare and run cases, and hold the verdicts against their goldens
    Run(RunArguments),
    /// Compare two files or trees, of any origin
    #[command(after_long_help = COMPARE_EXAMPLES)]
    Compare(CompareArguments),
    /// Print the BLAKE3 digest of a file or tree
    Digest(DigestArguments),
    /// List the cases
    List,
    /// Show a case and how each of its legs is built
    Show {
        /// The case's name
        case: CaseName,
    },
    /// Write a case for a project, with what its files give away
    Init(InitArguments),
    /// Print the JSON Schema of a file format
    Schema {
        /// Which format
        format: SchemaFormat,
    },
    /// List the normalization rules, each with its justification
    Rules,
    /// Say what a difference key means and what to do about it
    Explain {
        /// The key, as reports name it [default: every family of keys]
        key: Option<DiffKey>,
    },
    /// Accept the present verdicts: write golden/ (refused when CI is set)
    Bless(BlessArguments),
    /// Decide which cross-built artifacts may stand in for the native ones, by a policy
    #[command(after_long_help = GATE_EXAMPLES)]
    Gate(GateArguments),
    /// Sign what a gate decided and everything that was found, for others to verify
    Attest(AttestArguments),
    /// Check files or trees against signed statements
    Verify(VerifyArguments),
    /// Make a page, a summary or JUnit from a report: shares, causes, sizes, times, and each case
    #[command(after_long_help = REPORT_EXAMPLES)]
    Report(ReportArguments),
    /// Build Debian source packages with a cross toolchain and hold them against natively built ones
    #[command(after_long_help = MEASURE_EXAMPLES)]
    Measure(MeasureArguments),
    /// Make keys to sign with
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Make, list and lock the Debian roots legs are built in
    Roots {
        #[command(subcommand)]
        action: RootsAction,
    },
    /// Look into the store, or trim it
    Store {
        #[command(subcommand)]
        action: StoreAction,
    },
    /// Say what this machine has and lacks, and what to do about it
    Doctor,
}

/// What to write a case for.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// What is to be built: a folder, which is taken as it is there if it is this project's own and else copied, or an
    /// archive with one folder at its top
    pub source: PathBuf,
    /// The case's name [default: the source's, without its version]
    #[arg(long)]
    pub name: Option<CaseName>,
    /// How it is built [default: by the files at its top]
    #[arg(long, value_name = "SYSTEM")]
    pub build_system: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaFormat {
    /// cases/<name>/case.yaml
    Case,
    /// emulators/<target>/emulator.yaml
    Emulator,
    /// golden/<case>/<target>.yaml
    Golden,
    /// report.json, and what `compare --format json` prints
    Report,
    /// What `gate --policy` reads
    Policy,
    /// What `attest` signs
    Statement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TierArgument {
    /// Native legs of a minute or so under emulation
    Quick,
    /// And those above a minute
    Full,
    /// And those above twenty minutes
    Slow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For a terminal
    Text,
    /// One versioned document
    Json,
}

/// Which cases.
#[derive(Clone, Debug, Args)]
pub struct Selection {
    /// Only cases whose name contains one of these
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// Only this target (aarch64, armv7, riscv64, a triple, a system double or a Debian architecture), also one of a
    /// costlier tier; repeatable
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<Platform>,
    /// Take cases and targets up to this cost: a target has a tier of its own in its emulator.yaml
    #[arg(long, value_enum, default_value = "quick")]
    pub tier: TierArgument,
}

#[derive(Clone, Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub selection: Selection,
    /// Build every leg twice, to tell plain nondeterminism from what cross-compiling causes
    #[arg(long)]
    pub controls: bool,
    /// Legs and runs at once [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Fail where something was skipped, too
    #[arg(long)]
    pub strict: bool,
    /// Write report.json and junit.xml there
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  Are two programs the same but for what no program notices?
      crossproof compare --at-least metadata native/hello cross/hello
  Two install trees whose paths differ by the cross prefix:
      crossproof compare A B --map /usr/aarch64-linux-gnu/lib=/usr/lib/aarch64-linux-gnu
  Builds in two folders, to see what differs beside the paths:
      crossproof compare A B --map /home/ci/build-2=/home/ci/build-1
  A report to click through, and one for programs:
      crossproof compare A B --format html -o report.html
      crossproof compare A B --format json | jq .level
  What does one rule do here? Everything it settles shows without it:
      crossproof compare A B --without elf.build-id
  A difference that is known and accepted, by its exact key:
      crossproof compare A B --ignore text.lines --at-least metadata

The levels, best first: bits, metadata, loaded, layout, interface, divergent; the README says when each
holds. Exit status: 0 the pair is at the level asked for, 1 it is below or undecided, 2 bad usage or input.";

#[derive(Clone, Debug, Args)]
pub struct CompareArguments {
    /// The reference: a file or a tree
    pub left: PathBuf,
    /// What is held against it
    pub right: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    pub format: CompareFormat,
    /// Exit 0 if the pair is at this level or better (bits, metadata, loaded, layout, interface)
    #[arg(long, value_name = "LEVEL", default_value = "bits")]
    pub at_least: Level,
    /// A path prefix of the right side and what it stands for on the left: in tree paths and debug information; repeatable
    #[arg(long, value_name = "OLD=NEW", value_parser = mapping)]
    pub map: Vec<(String, String)>,
    #[command(flatten)]
    pub rules: RuleArguments,
    /// Leave differences with this exact key out of the level, which is then metadata at best; repeatable
    ///
    /// The report keeps them, and says how often each key was there. One that was nowhere is said too:
    /// it may be misspelled, or no longer needed.
    #[arg(long, value_name = "KEY")]
    pub ignore: Vec<DiffKey>,
    /// Show every difference with its detail, up to 40 lines of each (text only)
    #[arg(long)]
    pub full: bool,
    /// Write there instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// For a terminal or a log: the result first, then the worst differences
    Text,
    /// One versioned document (`crossproof schema report`)
    Json,
    /// One page for a browser, without network
    Html,
}

/// Which rules may settle differences.
#[derive(Clone, Debug, Default, Args)]
pub struct RuleArguments {
    /// Use only these rules, by id (`crossproof rules` lists them); an empty list for none: every byte counts
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    pub only_rules: Option<Vec<String>>,
    /// Do not use this rule; repeatable
    #[arg(long, value_name = "RULE")]
    pub without: Vec<String>,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() => Ok((old.to_owned(), new.to_owned())),
        _ => Err("expected OLD=NEW, such as /usr/lib/gcc-cross=/usr/lib/gcc".to_owned()),
    }
}

#[derive(Clone, Debug, Args)]
pub struct DigestArguments {
    /// A file or a tree
    pub path: PathBuf,
    /// Digest of the content after the rules, not of the raw bytes
    #[arg(long)]
    pub normalized: bool,
    #[command(flatten)]
    pub rules: RuleArguments,
}

#[derive(Clone, Debug, Args)]
pub struct BlessArguments {
    /// The cases, by exact name
    #[arg(required = true)]
    pub cases: Vec<CaseName>,
    /// Only this target; repeatable
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<Platform>,
    /// Accept that a leg fails, with the line of its log that says why, instead of a verdict
    #[arg(long)]
    pub failure: bool,
    /// Build no leg twice: what the golden says of controls stays, and a new one says that they were not run
    ///
    /// For legs that take hours. Of differences in such a golden nobody knows that cross-compiling is their cause.
    #[arg(long)]
    pub without_controls: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum RootsAction {
    /// Resolve every root anew with apt and write the locks in emulators/
    Lock {
        /// Keep what is locked as it is, and add the roots that have no lock yet
        #[arg(long)]
        missing: bool,
    },
    /// Make every root that the cases need, now
    Build,
    /// List the roots that the cases need, and which of them are made
    List,
    /// Hold the headers, start files and C library of the cross root against those of the native one
    Parity {
        /// Only this target's
        #[arg(long)]
        target: Option<Platform>,
        /// How to say it; `json` wants one --target
        #[arg(long, value_enum, default_value = "text")]
        format: ParityFormat,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ParityFormat {
    /// Packages, counts, and a line for each path that differs
    Text,
    /// One versioned document, as of `compare` (`crossproof schema report`)
    Json,
}

#[derive(Clone, Debug, Subcommand)]
pub enum StoreAction {
    /// Where it is, and how much each kind of entry takes
    Info,
    /// Remove what was not used lately
    Gc {
        /// Keep what was used within this time (12h, 30d)
        #[arg(long, value_name = "AGE", default_value = "30d")]
        keep: String,
    },
    /// Read everything and say what is not what was made; exit 1 if anything is
    Verify {
        /// Remove what is not: it is made anew when it is wanted
        #[arg(long)]
        remove: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_mapping_has_two_sides() {
        assert_eq!(mapping("/a=/b"), Ok(("/a".to_owned(), "/b".to_owned())));
        assert!(mapping("/a").is_err());
        assert!(mapping("=b").is_err());
    }
}
