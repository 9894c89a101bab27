//! Running a program of the machine and taking its output.
//!
//! None sees more of this process's environment than it needs: a passphrase may be there. None is started in a folder
//! that a case could have written to, and only what publishes to Nix is given files that a case made:
//! `nix-store --restore`.

use crate::error::Error;
use std::io;
use std::process::{Command, Output, Stdio};

/// What of the environment a program of the machine is given: where things are, and how the network is reached.
const GIVEN: [&str; 22] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "APT_CONFIG",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];

/// Beginnings of the names of further settings: of cargo's registries, and of Nix.
const GIVEN_FROM: [&str; 5] = [
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_SOURCE_",
    "NIX_",
];

/// A program of the machine, in a folder that holds no one's settings, with a cleared environment and English
/// messages.
pub(crate) fn host(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").current_dir("/");
    let given = std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        GIVEN.contains(&&*name) || GIVEN_FROM.iter().any(|from| name.starts_with(from))
    });
    command.envs(given);
    command
}

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
    fn of_the_environment_only_what_is_needed_is_given() {
        let output = capture(&mut host("env"), "").unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("PATH="), "{text}");
        // What cargo tells a test of itself.
        assert!(!text.contains("CARGO_PKG_NAME"), "{text}");
    }

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
