//! The command line of measuring.

use clap::{Args, ValueEnum};
use crossproof_model::Platform;
use crossproof_model::measure::Reference;
use crossproof_record as record;
use std::path::PathBuf;

pub const MEASURE_EXAMPLES: &str = "\
Examples:
  The packages of a list for arm64, held against what Debian publishes; go on where it stopped:
      crossproof measure --packages docs/measurement.list --target aarch64 -o measured
  For both targets, going on with what an earlier run left:
      crossproof measure --packages LIST --targets aarch64,armv7 --resume -o measured
  Every third package, as one of three machines would:
      crossproof measure --packages LIST --target aarch64 --shard 1/3 -o measured
  What was found, for a table calculation, and for a data frame:
      crossproof measure --packages LIST --target aarch64 -o measured --export csv --export parquet
  A page of it:
      crossproof report measured

A list has a package on each line, and its language behind it; # begins a comment. Results are in
DIR/results.sqlite; docs/measurement-data.md says what each column means. A package that is there for this
version of crossproof and its rules is not measured again.";

#[derive(Clone, Debug, Args)]
pub struct MeasureArguments {
    /// List of source packages, each with its language
    #[arg(long, value_name = "FILE")]
    pub packages: PathBuf,
    /// What they are built for; repeatable, or several with commas between them
    #[arg(
        long,
        visible_alias = "targets",
        value_name = "TARGET",
        required = true,
        value_delimiter = ','
    )]
    pub target: Vec<Platform>,
    /// What the cross-built packages are held against
    #[arg(long, value_enum, default_value = "published")]
    pub reference: ReferenceArgument,
    /// Only the packages of this shard, from 1: 2/5
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Only go on with results that are there, as a run does wherever there are some: DIR without any is an error
    #[arg(long, conflicts_with = "again")]
    pub resume: bool,
    /// Measure packages again that are there, and build legs again that failed
    #[arg(long)]
    pub again: bool,
    /// Packages at once [default: one more than processors, so that one downloads while the others build]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Remove what was not used lately from the store whenever it takes more than this (KiB, MiB, GiB)
    /// [default: what leaves a tenth of its disk free]
    #[arg(long, value_name = "SIZE", value_parser = record::typed_size)]
    pub disk: Option<u64>,
    /// Write the tables beside the results when done, also where nothing was left to measure
    #[arg(long, value_enum)]
    pub export: Vec<ExportArgument>,
    /// Folder of the results
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReferenceArgument {
    /// The packages of the same version that the archive has, built natively on hardware with the toolchain of their day
    Published,
    /// A native leg under qemu, in a root of the same suite
    Emulated,
}

impl ReferenceArgument {
    pub fn reference(self) -> Reference {
        match self {
            ReferenceArgument::Published => Reference::Published,
            ReferenceArgument::Emulated => Reference::Emulated,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportArgument {
    /// Comma-separated values
    Csv,
    /// One JSON object to a line
    Jsonl,
    /// Apache Parquet, for data frames
    Parquet,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    parts
        .filter(|(i, n)| (1..=*n).contains(i))
        .ok_or_else(|| "expected I/N with I from 1 to N, such as 2/5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::shard;

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(shard("2/5"), Ok((2, 5)));
        for bad in ["0/5", "6/5", "1", "a/b", "1/0"] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }
}
