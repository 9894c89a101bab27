//! Becoming bubblewrap.

use super::{Entry, TOOLS, step};
use nix::unistd::execve;
use std::convert::Infallible;
use std::ffi::CString;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Becomes bubblewrap, which makes the innermost namespaces and starts the command.
pub(super) fn bubblewrap(entry: &Entry) -> Result<Infallible, String> {
    // The options go through a file descriptor: on a command line the sandboxed program could read them.
    let options = entry.options.iter().flat_map(|option| [option, &[0][..]]);
    let options = inherited(&options.collect::<Vec<_>>().concat())?;
    let filter = inherited(&entry.filter)?;

    let text =
        |bytes: &[u8]| CString::new(bytes).map_err(|_| "a NUL byte in an argument".to_owned());
    let mut argv = Vec::new();
    for word in &entry.bubblewrap {
        argv.push(text(word)?);
    }
    for word in [
        "--seccomp",
        &filter.as_raw_fd().to_string(),
        "--args",
        &options.as_raw_fd().to_string(),
        "--",
    ] {
        argv.push(text(word.as_bytes())?);
    }
    for word in &entry.argv {
        argv.push(text(word.as_bytes())?);
    }
    let mut environment = Vec::new();
    for (name, value) in &entry.environment {
        environment.push(text(format!("{name}={value}").as_bytes())?);
    }
    std::env::set_current_dir(TOOLS).map_err(|e| format!("{TOOLS}: {e}"))?;
    let program = argv.first().cloned().ok_or("no program")?;
    step(
        &format!(
            "{}",
            Path::new(std::ffi::OsStr::from_bytes(program.as_bytes())).display()
        ),
        execve(&program, &argv, &environment),
    )
}

/// A descriptor that outlives becoming a different program, with these bytes to read. The file has no name.
fn inherited(bytes: &[u8]) -> Result<OwnedFd, String> {
    let failed = |e: std::io::Error| format!("memory file: {e}");
    let memory = nix::sys::memfd::memfd_create(c"options", nix::sys::memfd::MFdFlags::empty());
    let mut file = File::from(step("memory file", memory)?);
    file.write_all(bytes).map_err(failed)?;
    file.rewind().map_err(failed)?;
    Ok(file.into())
}
