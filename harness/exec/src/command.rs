//! Running a program of the machine and taking its output.

use crate::error::Error;
use std::io;
use std::process::{Command, Output, Stdio};

/// Runs `command` to its end. A program that is not there is something the machine lacks: `advice`
/// says how to get it.
pub(crate) fn capture(command: &mut Command, advice: &str) -> Result<Output, Error> {
    command.stdin(Stdio::null());
    let program = command.get_program().to_string_lossy().into_owned();
    command.output().map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::lacks(format!("the program `{program}`"), advice),
        _ => Error::fault(format!("starting `{program}`"), &e),
    })
}

/// The end of what a program said, for an error: its last lines, standard error before output.
pub(crate) fn last_words(output: &Output) -> String {
    let text = [&output.stderr, &output.stdout]
        .iter()
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| "it said nothing".to_owned());
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_lacked_and_advised() {
        let error = capture(
            &mut Command::new("crossproof-no-such-program"),
            "install it",
        );
        let text = error.map(|_| ()).unwrap_err().to_string();
        assert!(text.contains("crossproof-no-such-program") && text.contains("install it"));
    }
}
