//! One file for each command: it resolves what was typed, acts, and says how that ended.

mod bless;
mod cases;
mod compare;
mod roots;
mod run;
mod store;

use crate::args::{Arguments, Command};
use crate::exit::Status;
use crate::session::Session;
use anyhow::Result;
use std::io::Write;

/// Acts on the command line.
pub fn act(arguments: Arguments) -> Result<Status> {
    let place = arguments.place;
    match arguments.command {
        Command::Run(run) => run::run(&Session::open(&place)?, &run),
        Command::Bless(bless) => bless::bless(&place, &bless),
        Command::Compare(compare) => compare::compare(&compare),
        Command::Digest(digest) => compare::digest(&digest),
        Command::List => cases::list(&place),
        Command::Show { case } => cases::show(&place, &case),
        Command::Schema { format } => cases::schema(format),
        Command::Rules => compare::rules(),
        Command::Roots { action } => roots::roots(&Session::open(&place)?, action),
        Command::Store { action } => store::store(&place, &action),
        Command::Doctor => store::doctor(&place),
    }
}

/// Prints a result on standard output. A reader that has had enough (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
