//! File locks (`flock(2)`): held by an open file, so the kernel frees them when the owner dies.

use crate::error::Error;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Together with others, or alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Shared,
    Exclusive,
}

/// A lock that is held until dropped.
#[derive(Debug)]
pub(crate) struct Held(Flock<File>);

impl Held {
    /// Waits until the lock is free.
    pub(crate) fn wait(path: &Path, hold: Hold) -> Result<Held, Error> {
        let mut file = open(path)?;
        let mode = match hold {
            Hold::Shared => FlockArg::LockShared,
            Hold::Exclusive => FlockArg::LockExclusive,
        };
        loop {
            match Flock::lock(file, mode) {
                Ok(lock) => return Ok(Held(lock)),
                Err((back, Errno::EINTR)) => file = back,
                Err((_, error)) => return Err(Error::io(path, &error.into())),
            }
        }
    }

    /// Takes the lock if it is free now.
    pub(crate) fn attempt(path: &Path, hold: Hold) -> Result<Option<Held>, Error> {
        let mode = match hold {
            Hold::Shared => FlockArg::LockSharedNonblock,
            Hold::Exclusive => FlockArg::LockExclusiveNonblock,
        };
        match Flock::lock(open(path)?, mode) {
            Ok(lock) => Ok(Some(Held(lock))),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, error)) => Err(Error::io(path, &error.into())),
        }
    }

    /// Writes into the file who holds it, for those who wait; they are told less where that fails.
    pub(crate) fn sign(&self) {
        let mut file: &File = &self.0;
        let _ = file.set_len(0);
        let _ = write!(file, "{}", std::process::id());
    }

    /// Turns a shared lock into an exclusive one if nobody else holds it, or back.
    pub(crate) fn turn(&self, hold: Hold) -> Result<bool, Error> {
        let mode = match hold {
            Hold::Shared => FlockArg::LockSharedNonblock,
            Hold::Exclusive => FlockArg::LockExclusiveNonblock,
        };
        match self.0.relock(mode) {
            Ok(()) => Ok(true),
            Err(Errno::EWOULDBLOCK) => Ok(false),
            Err(error) => Err(Error::fault("locking the store", &error)),
        }
    }
}

/// The process that wrote its number last.
pub(crate) fn signed(path: &Path) -> Option<u32> {
    crate::below::text(path, 64).ok()?.parse().ok()
}

/// A link is not followed, and what is no file is not waited for, nor written to.
fn open(path: &Path) -> Result<File, Error> {
    let opened = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o644)
        .custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK)
        .open(path);
    let odd = || {
        Error::input(
            format!("{} is no file: a store's locks are", path.display()),
            "remove it, and see who put it there",
        )
    };
    match opened {
        Ok(file) if file.metadata().is_ok_and(|found| found.is_file()) => Ok(file),
        Ok(_) => Err(odd()),
        // A link, a folder, or a pipe that nobody reads.
        Err(e)
            if matches!(
                e.raw_os_error(),
                Some(nix::libc::ELOOP | nix::libc::EISDIR | nix::libc::ENXIO)
            ) =>
        {
            Err(odd())
        }
        Err(e) => Err(Error::io(path, &e)),
    }
}
