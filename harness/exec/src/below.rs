//! Making files, folders and links below a folder, by paths that somebody else chose.
//!
//! Every step is taken from an open folder with `openat2(2)`, which neither leaves that folder nor goes through a
//! link: what stands at a path, and what somebody puts there meanwhile, cannot lead anywhere else.

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{Mode, SFlag, fchmod, fstatat, mkdirat};
use nix::unistd::{LinkatFlags, UnlinkatFlags, linkat, symlinkat, unlinkat};
use std::cell::Cell;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Error, ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

const FOLDER: OFlag = OFlag::O_RDONLY
    .union(OFlag::O_DIRECTORY)
    .union(OFlag::O_CLOEXEC);

/// Folders within folders, at most: far more than any source or build has, and few enough to be walked by recursion.
pub(crate) const DEEPEST: usize = 128;

/// Bytes of a path below a folder of the store, at most. The system's own limit is 4,096, of which the store's place
/// takes some.
pub(crate) const LONGEST: usize = 3000;

/// How a folder is opened that may have been replaced by a link.
pub(crate) const NO_LINK: OFlag = FOLDER.union(OFlag::O_NOFOLLOW);

/// The text of a file that somebody else made: at most so many bytes, and of no link, device or pipe, which might have
/// no end or stand outside.
pub(crate) fn text(path: &Path, most: u64) -> io::Result<String> {
    let bad = |what: &str| Error::new(ErrorKind::InvalidData, what);
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = match nix::fcntl::open(path, flags, Mode::empty()) {
        Err(Errno::ELOOP) => return Err(bad("it is a symbolic link")),
        file => File::from(file?),
    };
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(bad("it is no file"));
    }
    if found.len() > most {
        return Err(bad(&format!("it has more than {most} bytes")));
    }
    let mut text = String::new();
    file.take(most).read_to_string(&mut text)?;
    Ok(text)
}

/// The names in an open folder.
pub(crate) fn names(folder: &mut Dir) -> nix::Result<Vec<CString>> {
    let entries = folder.iter().map(|entry| Ok(entry?.file_name().to_owned()));
    let entries: nix::Result<Vec<CString>> = entries.collect();
    let itself = |name: &CString| matches!(name.as_bytes(), b"." | b"..");
    Ok(entries?.into_iter().filter(|name| !itself(name)).collect())
}

/// Folders that are made on the way, at most: a path of an archive can ask for many.
const FOLDERS: u64 = 1 << 18;

/// An open folder, and how many were made in it.
pub(crate) struct Below(OwnedFd, Cell<u64>);

impl Below {
    /// The folder at `path`, which is the harness's own.
    pub(crate) fn open(path: &Path) -> io::Result<Below> {
        nix::fcntl::open(path, FOLDER, Mode::empty())
            .map(|folder| Below(folder, Cell::new(0)))
            .map_err(Error::from)
    }

    /// Makes a folder at `path`, and those above it, where they are not there.
    pub(crate) fn folder(&self, path: &Path) -> io::Result<OwnedFd> {
        if path.components().count() > DEEPEST {
            let what = format!("`{}` is more than {DEEPEST} folders deep", path.display());
            return Err(Error::new(ErrorKind::InvalidData, what));
        }
        if path.as_os_str().is_empty() {
            return self.0.try_clone();
        }
        match self.at(path, FOLDER, Mode::empty()) {
            Ok(folder) => Ok(folder),
            Err(Errno::ENOENT) => {
                let (parent, name) = self.parent(path)?;
                self.1.set(self.1.get() + 1);
                if self.1.get() > FOLDERS {
                    let what = format!("it has more than {FOLDERS} folders");
                    return Err(Error::new(ErrorKind::InvalidData, what));
                }
                match mkdirat(&parent, name, Mode::from_bits_truncate(0o755)) {
                    Ok(()) | Err(Errno::EEXIST) => {}
                    Err(error) => return Err(error.into()),
                }
                self.at(path, FOLDER, Mode::empty()).map_err(Error::from)
            }
            Err(error) => Err(told(error, path)),
        }
    }

    /// Makes a folder at `path` with this mode.
    pub(crate) fn folder_with(&self, path: &Path, mode: u32) -> io::Result<()> {
        let folder = self.folder(path)?;
        fchmod(&folder, Mode::from_bits_truncate(mode)).map_err(Error::from)
    }

    /// A new file at `path`, in place of a file or link that is there.
    pub(crate) fn file(&self, path: &Path) -> io::Result<File> {
        self.clear(path)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let file = self.at(path, flags, Mode::from_bits_truncate(0o600));
        file.map(File::from).map_err(|error| told(error, path))
    }

    /// A symbolic link at `path`, in place of a file or link that is there. Its text may say anything: nothing here
    /// follows it.
    pub(crate) fn link(&self, text: &Path, path: &Path) -> io::Result<()> {
        self.clear(path)?;
        let (parent, name) = self.parent(path)?;
        symlinkat(text, &parent, name).map_err(|error| told(error, path))
    }

    /// One more name for the file at `old`, in place of a file or link that is at `path`. How many bytes it has.
    pub(crate) fn hard_link(&self, old: &Path, path: &Path) -> io::Result<u64> {
        let from = self.existing_parent(old)?;
        let old_name = name(old)?;
        let found = fstatat(&from, old_name, AtFlags::AT_SYMLINK_NOFOLLOW);
        let found = found.map_err(|error| told(error, old))?;
        // Links are made by `link` alone.
        if SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG {
            let what = format!("`{}` is no file: it has no hard links", old.display());
            return Err(Error::new(ErrorKind::InvalidData, what));
        }
        let length = found.st_size.unsigned_abs();
        if old == path {
            return Ok(length);
        }
        self.clear(path)?;
        let (parent, new) = self.parent(path)?;
        // Without the flag to follow links.
        linkat(&from, old_name, &parent, new, LinkatFlags::empty())
            .map_err(|error| told(error, path))?;
        Ok(length)
    }

    /// Takes away the file or link at `path`, if there is one; a folder is an error.
    fn clear(&self, path: &Path) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        match unlinkat(&parent, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(told(error, path)),
        }
    }

    /// The folder that `path` is in, made where it is not there, and the name in it.
    fn parent<'p>(&self, path: &'p Path) -> io::Result<(OwnedFd, &'p OsStr)> {
        let folder = self.folder(path.parent().unwrap_or(Path::new("")))?;
        Ok((folder, name(path)?))
    }

    fn existing_parent(&self, path: &Path) -> io::Result<OwnedFd> {
        let parent = path.parent().unwrap_or(Path::new(""));
        match parent.as_os_str().is_empty() {
            true => self.0.try_clone(),
            false => self
                .at(parent, FOLDER, Mode::empty())
                .map_err(|error| told(error, path)),
        }
    }

    fn at(&self, path: &Path, flags: OFlag, mode: Mode) -> nix::Result<OwnedFd> {
        let how = OpenHow::new().flags(flags).mode(mode).resolve(
            ResolveFlag::RESOLVE_BENEATH
                | ResolveFlag::RESOLVE_NO_SYMLINKS
                | ResolveFlag::RESOLVE_NO_MAGICLINKS
                | ResolveFlag::RESOLVE_NO_XDEV,
        );
        loop {
            // The kernel asks to try again where a folder was renamed under way.
            match openat2(self.0.as_fd(), path, how) {
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                other => return other,
            }
        }
    }
}

fn name(path: &Path) -> io::Result<&OsStr> {
    path.file_name().ok_or_else(|| {
        let what = format!("`{}` has no name", path.display());
        Error::new(ErrorKind::InvalidData, what)
    })
}

fn told(error: Errno, path: &Path) -> Error {
    let why = match error {
        Errno::ELOOP => "goes through a symbolic link: refused",
        Errno::ENOTDIR => "goes through something that is no folder: refused",
        Errno::EISDIR => "is a folder, which a file would replace: refused",
        Errno::EXDEV => "leaves its tree: refused",
        Errno::ENAMETOOLONG => "is longer than the system takes",
        other => return Error::from(other),
    };
    Error::new(
        ErrorKind::InvalidData,
        format!("`{}` {why}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_on_the_way_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let below = Below::open(folder.path()).unwrap();
        below.1.set(FOLDERS - 2);
        assert!(below.folder(Path::new("a/b")).is_ok());
        assert!(below.folder(Path::new("a/b")).is_ok(), "it is there");
        let why = below.folder(Path::new("a/c")).unwrap_err().to_string();
        assert!(why.contains("folders"), "{why}");
    }

    #[test]
    fn a_text_is_of_a_file_that_is_short_enough() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("text");
        std::fs::write(&at, "abc").unwrap();
        assert_eq!(text(&at, 3).unwrap(), "abc");
        assert!(text(&at, 2).is_err());
        assert!(text(Path::new("/dev/zero"), 9).is_err());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&at, &link).unwrap();
        assert!(text(&link, 9).is_err());
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert!(text(&pipe, 9).is_err(), "without waiting");
    }
}
