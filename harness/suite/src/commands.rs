//! One file for each command: it resolves what was typed, acts, and says how that ended.

mod attest;

mod bless;
mod cases;
mod compare;
mod digest;
mod explain;

mod gate;
mod init;

mod key;

mod measure;
mod parity;
mod report;
mod roots;
mod rules;
mod run;
mod store;

mod verify;

use crate::args::{Arguments, ColorArgument, Command};
use crate::exit::Status;
use crate::session::Session;
use anstream::ColorChoice;
use anyhow::Result;
use std::io::Write;

/// Acts on the command line.
pub fn act(arguments: Arguments) -> Result<Status> {
    arguments.color.everywhere();
    let place = arguments.place;
    match arguments.command {
        Command::Run(run) => run::run(&Session::open(&place)?, &run),
        Command::Bless(bless) => bless::bless(&place, &bless),
        Command::Compare(compare) => compare::compare(&compare, place.quiet),
        Command::Digest(digest) => digest::digest(&digest),
        Command::List => cases::list(&place),
        Command::Show { case } => cases::show(&place, &case),
        Command::Init(init) => init::init(&Session::open(&place)?, &init),
        Command::Schema { format } => cases::schema(format),
        Command::Rules => rules::rules(),
        Command::Explain { key } => explain::explain(key.as_ref()),
        Command::Gate(arguments) => gate::gate(&place, &arguments),
        Command::Attest(arguments) => attest::attest(&place, &arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Report(arguments) => report::report(&place, &arguments),
        Command::Key { action } => key::key(&action),
        Command::Measure(arguments) => measure::measure(&Session::open(&place)?, &arguments),
        Command::Roots { action } => roots::roots(&Session::open(&place)?, action),
        Command::Store { action } => store::store(&place, &action),
        Command::Doctor => store::doctor(&place),
    }
}

impl ColorArgument {
    /// Says it once for everything that prints in colour.
    fn everywhere(self) {
        let choice = match self {
            ColorArgument::Auto => ColorChoice::Auto,
            ColorArgument::Always => ColorChoice::Always,
            ColorArgument::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Prints a result on standard output, as it is.
fn print(text: &str) -> Result<()> {
    through(std::io::stdout().lock(), text)
}

/// Prints a text for people on standard output, without its colours where they are not wanted.
fn print_styled(text: &str) -> Result<()> {
    through(anstream::stdout().lock(), text)
}

/// A text for people as it goes into a file: without its colours, unless they are always wanted.
fn in_a_file(text: &str) -> String {
    match ColorChoice::global() {
        ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
        ColorChoice::Auto | ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
    }
}

/// A reader that has had enough (`| head`) is no error.
fn through(mut out: impl Write, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
