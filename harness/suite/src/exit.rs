//! Exit statuses, and the one place where an error is printed.

use crate::screen;
use crate::untrusted::lines;
use crossproof_exec::error::Error as ExecError;
use std::process::ExitCode;

/// How the program ends: the contract of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything asked for holds.
    Holds,
    /// A verdict is below what is asked.
    Below,
    /// Bad usage or bad input.
    BadInput,
    /// The machine lacks something.
    Lacks,
    /// A fault of crossproof's own.
    Fault,
    /// Ended by Ctrl-C.
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Holds => 0,
            Status::Below => 1,
            Status::BadInput => 2,
            Status::Lacks => 3,
            Status::Fault => 4,
            // What a shell reports of a program ended by SIGINT.
            Status::Interrupted => 130,
        })
    }
}

/// An error of the user's: bad usage or a bad file. The message says where and what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

/// Which status an error means: the first cause of a known type decides.
pub fn status_of(error: &anyhow::Error) -> Status {
    for cause in error.chain() {
        if cause.is::<BadInput>() || cause.is::<crossproof_record::Error>() {
            return Status::BadInput;
        }
        if let Some(error) = cause.downcast_ref::<ExecError>() {
            return match error {
                ExecError::Lacks { .. } | ExecError::DiskFull { .. } => Status::Lacks,
                ExecError::Input { .. } => Status::BadInput,
                ExecError::Fault { .. } | ExecError::Damaged { .. } => Status::Fault,
            };
        }
    }
    Status::Fault
}

/// Prints an error with its causes on standard error. Errors quote files that came from anywhere.
pub fn print(error: &anyhow::Error) {
    screen::say(&lines(&format!("{error:#}")));
}
