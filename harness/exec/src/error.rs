//! What can go wrong with an effect, by who can do something about it.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

/// An effect that did not come about. The command line's exit code follows from the variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine lacks something, or has no network: exit 3.
    #[error("this machine lacks {what}; {advice}")]
    Lacks {
        /// What is missing.
        what: String,
        /// What to do about it.
        advice: String,
    },
    /// The file system is full: exit 3.
    #[error(
        "no space left while writing {}: {free} MiB free there; free some space, run `crossproof store gc`, or set CROSSPROOF_STORE to a folder on a larger disk",
        path.display()
    )]
    DiskFull {
        /// What was being written.
        path: PathBuf,
        /// Space left for this user, in MiB.
        free: u64,
    },
    /// Input that does not hold: a pinned digest, a lock, a source: exit 2.
    #[error("{what}; {advice}")]
    Input {
        /// What was expected and what was found, naming the key or file.
        what: String,
        /// What to do about it.
        advice: String,
    },
    /// Something in the store was not what had been made, and was removed: exit 4, unless it is made anew.
    #[error("{what}; it was removed, and the next run makes it anew")]
    Damaged {
        /// Which entry, and what is wrong with it.
        what: String,
    },
    /// A fault of our own or of the file system: exit 4.
    #[error("{what}: {cause}")]
    Fault {
        /// What was being done.
        what: String,
        /// What came of it.
        cause: String,
    },
}

impl Error {
    /// The machine lacks `what`; `advice` says what to do.
    pub fn lacks(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Lacks {
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// The input is bad: `what` says what was expected and found, `advice` what to do.
    pub fn input(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Error::Input {
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// A fault while doing `what`.
    pub fn fault(what: impl Into<String>, cause: &dyn StdError) -> Self {
        Error::Fault {
            what: what.into(),
            cause: cause.to_string(),
        }
    }

    /// An operation on `path` failed. A full disk is told apart, since the user can do something.
    pub fn io(path: &Path, cause: &io::Error) -> Self {
        if matches!(
            cause.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            return Error::DiskFull {
                path: path.to_owned(),
                free: free_mib(path),
            };
        }
        Error::Fault {
            what: path.display().to_string(),
            cause: cause.to_string(),
        }
    }
}

/// MiB free for this user on the file system that holds `path` or its nearest existing folder.
pub(crate) fn free_mib(path: &Path) -> u64 {
    path.ancestors()
        .find_map(|folder| nix::sys::statvfs::statvfs(folder).ok())
        .map_or(0, |found| {
            found.blocks_available() * found.fragment_size() / (1 << 20)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_and_names_the_path() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = Error::io(Path::new("/store/roots"), &full);
        assert!(matches!(error, Error::DiskFull { .. }), "{error}");
        assert!(error.to_string().contains("/store/roots"), "{error}");
        let other = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(
            Error::io(Path::new("/store"), &other),
            Error::Fault { .. }
        ));
    }
}
