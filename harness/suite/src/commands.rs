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
        Command::Init(init) => init::init(&Session::begin(&place)?, &init),
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
