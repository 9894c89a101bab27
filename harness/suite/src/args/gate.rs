//! The command line of deciding and of being believed: gate, attest, verify, key.

use super::{OutputFormat, TierArgument};
use clap::{Args, Subcommand};
use crossproof_model::{CaseName, Platform};
use std::path::PathBuf;

pub const GATE_EXAMPLES: &str = "\
Examples:
  May the cases of the last run be substituted?
      crossproof run --controls --report out && crossproof gate --policy policy.yaml --report out
  Only zlib, built now if it is not in the store:
      crossproof gate --policy policy.yaml zlib
  Cross-built packages into a repository, and a Nix path into a binary cache, if they pass:
      crossproof gate deb --policy policy.yaml --native DIR --cross DIR --repository DIR
      crossproof gate nix --policy policy.yaml --target aarch64 --native /nix/store/… --cross /nix/store/… \\
          --cache DIR --nix-key FILE
  A policy to begin with is in docs/gate.md; its schema: crossproof schema policy

Exit status: 0 something may be substituted and nothing that is required is refused; 1 otherwise.";

/// What is decided about.
#[derive(Clone, Debug, Args)]
pub struct Judged {
    /// What is demanded (docs/gate.md; `crossproof schema policy`)
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// Decide about the verdicts of this report.json, or of the folder it is in [default: run the cases]
    #[arg(long, value_name = "REPORT")]
    pub report: Option<PathBuf>,
    /// The report accepted last, for a policy that refuses regressions only
    #[arg(long, value_name = "REPORT")]
    pub accepted: Option<PathBuf>,
    /// Only these cases, by exact name; each has to be there
    #[arg(value_name = "CASE")]
    pub cases: Vec<CaseName>,
    /// Only this target; repeatable
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<Platform>,
    /// Without --report and CASE: take cases up to this cost
    #[arg(long, value_enum, default_value = "quick")]
    pub tier: TierArgument,
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct GateArguments {
    #[command(subcommand)]
    pub consumer: Option<Consumer>,
    #[command(flatten)]
    pub judged: Option<Judged>,
    /// Take reports at their word: without it, a verdict that the store did not keep when it was judged is refused
    #[arg(long)]
    pub trust_report: bool,
    /// Every objection, not the first alone
    #[arg(long)]
    pub full: bool,
    /// What to print on standard output
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// Those who take binaries.
#[derive(Clone, Debug, Subcommand)]
pub enum Consumer {
    /// Publish a cross-built Nix path in a binary cache, under the native path's name, if the policy allows it
    Nix(NixArguments),
    /// Fill an apt repository with the cross-built packages that the policy allows
    Deb(DebArguments),
}

#[derive(Clone, Debug, Args)]
pub struct NixArguments {
    /// What is demanded; runs and controls are not known of store paths: say `behaviour: any`, `controls: any`
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// What the paths are called in the policy's rows [default: the native path's name without its hash]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What the paths are built for
    #[arg(long, value_name = "TARGET")]
    pub target: Platform,
    /// The natively built path, as the native derivation names it
    #[arg(long, value_name = "STORE-PATH")]
    pub native: String,
    /// The cross-built path
    #[arg(long, value_name = "STORE-PATH")]
    pub cross: String,
    /// A path that the cross-built one refers to, and the native one it stands for, of the same length; repeatable
    #[arg(long, value_name = "CROSS=NATIVE", value_parser = super::mapping)]
    pub map: Vec<(String, String)>,
    /// The store both are in, as `nix --store` takes it [default: the machine's]
    #[arg(long = "nix-store", value_name = "URI")]
    pub nix_store: Option<String>,
    /// The binary cache: a folder, which clients name as file://DIR
    #[arg(long, value_name = "DIR")]
    pub cache: PathBuf,
    /// The secret key to sign with (`nix key generate-secret`)
    #[arg(long, value_name = "FILE")]
    pub nix_key: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub struct DebArguments {
    /// What is demanded; runs and controls are not known of packages: say `behaviour: any`, `controls: any`
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// Folder of natively built packages
    #[arg(long, value_name = "DIR")]
    pub native: PathBuf,
    /// Folder of cross-built packages; each is held against the native one of its file name
    #[arg(long, value_name = "DIR")]
    pub cross: PathBuf,
    /// The repository to fill: a folder, for apt a flat one (`deb [trusted=yes] file:DIR ./`)
    #[arg(long, value_name = "DIR")]
    pub repository: PathBuf,
    /// Suite that its Release file names
    #[arg(long, value_name = "SUITE", default_value = "crossproof")]
    pub suite: String,
}

/// Where the secret key is and what opens it.
#[derive(Clone, Debug, Args)]
pub struct SigningArguments {
    /// The secret key (`crossproof key new`)
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub passphrase: PassphraseArguments,
}

#[derive(Clone, Debug, Args)]
pub struct PassphraseArguments {
    /// File whose first line is the passphrase [default: CROSSPROOF_PASSPHRASE, else asked for on the terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub struct AttestArguments {
    #[command(flatten)]
    pub judged: Judged,
    #[command(flatten)]
    pub signing: SigningArguments,
    /// How long the statements may be relied on (12h, 90d)
    #[arg(long, value_name = "AGE", default_value = "90d")]
    pub valid: String,
    /// Folder for the statements: <case>.<target>.intoto.jsonl, and where the gate was passed
    /// <case>.<target>.vsa.intoto.jsonl, a SLSA Verification Summary
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub struct VerifyArguments {
    /// Trusted public key, or a folder of them (*.pub); repeatable
    #[arg(long, required = true, value_name = "FILE|DIR")]
    pub key: Vec<PathBuf>,
    /// How many distinct keys have to vouch for each file
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    pub quorum: u16,
    /// The gate must have decided by this very policy
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Folder of bundles (*.intoto.jsonl, *.intoto.json); repeatable
    #[arg(long, value_name = "DIR")]
    pub attestations: Vec<PathBuf>,
    /// Leave out what no trusted key signed, instead of refusing everything for it: it may have been a refusal
    #[arg(long)]
    pub leave_out_strangers: bool,
    /// Files or trees to verify, and the bundles about them, told apart by their names
    #[arg(required = true, value_name = "ARTIFACT|ATTESTATION")]
    pub paths: Vec<PathBuf>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum KeyAction {
    /// Make a pair: NAME.key, encrypted and for its owner alone, and NAME.pub, to be given to others
    New {
        /// Where: a path without ending
        #[arg(value_name = "NAME")]
        name: PathBuf,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Print what signatures call a key
    Id {
        /// A public key
        file: PathBuf,
    },
}
