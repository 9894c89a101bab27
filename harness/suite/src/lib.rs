//! The pipeline, the command line and the test adapter: everything put together.

// What was typed, and how the program ends.
mod args;

mod palette;

mod untrusted;

mod screen;

mod exit;

mod age;

// What an invocation works with.
mod progress;

mod defaults;

pub mod project;

mod session;

mod witness;

// From cases to a report.
mod sight;

mod sysroot;

mod inspection;
mod pipeline;

mod ledger;

mod selection;

mod keys;

mod policies;

mod weighing;

mod survey;

mod measure;

mod render;

// Who asks for it.
mod commands;

pub mod trials;

use clap::Parser;
use crossproof_exec::sandbox::entry;
use std::path::PathBuf;
use std::process::ExitCode;

/// The whole program.
pub fn main() -> ExitCode {
    become_sandbox_if_asked();
    keep_others_out();
    match commands::act(args::Arguments::parse()) {
        Ok(status) => status.into(),
        Err(error) => {
            exit::print(&error);
            exit::status_of(&error).into()
        }
    }
}

/// What is made is not for others to write to, whatever the caller's mask lets them (umask(2)).
pub(crate) fn keep_others_out() {
    use nix::sys::stat::{Mode, umask};
    let others = Mode::S_IWGRP | Mode::S_IWOTH;
    let asked = umask(others);
    umask(asked | others);
}

/// A sandbox is entered by starting this program anew. Must come first in any `main`, before threads.
pub fn become_sandbox_if_asked() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments
        .next()
        .is_some_and(|first| first == entry::ARGUMENT)
        && let Some(path) = arguments.next()
    {
        entry::enter(&PathBuf::from(path));
    }
}
