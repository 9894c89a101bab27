//! The command line of reports for people: report.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub const REPORT_EXAMPLES: &str = "\
Examples:
  A page of the last run, beside its report.json:
      crossproof run --controls --report out; crossproof report out
      xdg-open out/report.html
  A summary for a CI job, and JUnit for whatever shows tests:
      crossproof report out --format markdown >> \"$GITHUB_STEP_SUMMARY\"
      crossproof report out --format junit -o junit.xml
  A page of a measurement, and its shares and causes in Markdown:
      crossproof report measured
      crossproof report measured --format markdown
  A report that came from elsewhere, with the build systems that its project's cases name:
      crossproof report downloads/report.json --project ~/src/project -o page.html

The page loads nothing and holds everything it shows; what it has no room for it counts, and report.json (or results.sqlite) has.
Exit status: 0 it was written, whatever the verdicts (`crossproof gate` decides); 2 bad usage or input.";

#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// The folder `run --report` or `measure -o` wrote, or its report.json or results.sqlite
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What to make
    #[arg(long, value_enum, default_value = "html")]
    pub format: ReportFormat,
    /// Write there [default: html into DIR/report.html, the others to standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One page for a browser, without network: every figure, and a part for each case and target
    Html,
    /// A summary for a CI job
    Markdown,
    /// A test case for each case and target
    Junit,
}
