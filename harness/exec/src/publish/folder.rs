//! A folder held open: everything in it is named from there, and no link in it is followed.
//!
//! What is published comes from builds, and a build may leave a link where a file is expected, or put one there while its
//! packages are being judged. What is opened here is what stands in the folder itself. Every name is one that a folder
//! listed or that is written here: none has a `/` in it.

use crate::error::Error;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat, renameat};
use nix::sys::stat::{Mode, SFlag, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A folder.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    /// What errors call it.
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`: the one path that is followed, since the user named it.
    pub fn open(path: &Path) -> Result<Folder, Error> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let handle = open(path, flags, Mode::empty()).map_err(|e| {
            Error::input(
                format!("cannot read {}: {}", path.display(), e.desc()),
                "name a folder",
            )
        })?;
        Ok(Folder {
            handle,
            path: path.to_owned(),
        })
    }

    /// The folder of that name in it, made if it is not there.
    pub(super) fn below(&self, name: &str) -> Result<Folder, Error> {
        match mkdirat(&self.handle, name, Mode::from_bits_truncate(0o777)) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(e) => return Err(self.io(name, e)),
        }
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let handle = openat(&self.handle, name, flags, Mode::empty());
        let handle = handle.map_err(|e| match e {
            Errno::ELOOP | Errno::ENOTDIR => self.strange(name, "folder"),
            e => self.io(name, e),
        })?;
        Ok(Folder {
            handle,
            path: self.path.join(name),
        })
    }

    /// The handle as a path that means this folder, wherever it was moved.
    pub(super) fn own_path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.handle.as_raw_fd()))
    }

    /// The names of the packages in it, in order. One that is not text is an error: nothing could name it.
    pub fn packages(&self) -> Result<Vec<String>, Error> {
        let unreadable = |e: std::io::Error| Error::io(&self.path, &e);
        let mut names = Vec::new();
        for entry in fs::read_dir(self.own_path()).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            if !name.as_bytes().ends_with(b".deb") {
                continue;
            }
            names.push(name.into_string().map_err(|name| {
                let name = name.to_string_lossy().into_owned();
                Error::input(
                    format!("{}: `{name}` is not UTF-8", self.path.display()),
                    "rename it",
                )
            })?);
        }
        names.sort();
        Ok(names)
    }

    /// Whether something stands there, a link to nothing as well.
    pub fn has(&self, name: &str) -> Result<bool, Error> {
        Ok(self.kind(name)?.is_some())
    }

    fn kind(&self, name: &str) -> Result<Option<SFlag>, Error> {
        match fstatat(&self.handle, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some(
                SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT,
            )),
            Err(Errno::ENOENT) => Ok(None),
            Err(e) => Err(self.io(name, e)),
        }
    }

    /// Opens a file to read. What is no file is refused before anything of it is read.
    pub(super) fn file(&self, name: &str) -> Result<File, Error> {
        // A pipe is opened without waiting for its writer, and refused.
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let opened = openat(&self.handle, name, flags, Mode::empty());
        let opened = opened.map_err(|e| match e {
            Errno::ELOOP => self.strange(name, "file"),
            e => self.io(name, e),
        })?;
        let file = File::from(opened);
        let metadata = file
            .metadata()
            .map_err(|e| Error::io(&self.path.join(name), &e))?;
        match metadata.is_file() {
            true => Ok(file),
            false => Err(self.strange(name, "file")),
        }
    }

    /// Takes a file out; whether it was there. A link is not taken for one.
    pub fn remove(&self, name: &str) -> Result<bool, Error> {
        self.only_a_file(name)?;
        match unlinkat(&self.handle, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) => Ok(true),
            Err(Errno::ENOENT) => Ok(false),
            Err(e) => Err(self.io(name, e)),
        }
    }

    /// Writes a file, whole or not at all, in the place of one that may be there.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        let draft = format!(".{name}.draft");
        self.only_a_file(name)?;
        // What the dead left.
        self.remove(&draft)?;
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let opened = openat(
            &self.handle,
            draft.as_str(),
            flags,
            Mode::from_bits_truncate(0o666),
        );
        let mut file = File::from(opened.map_err(|e| self.io(&draft, e))?);
        let path = self.path.join(&draft);
        file.write_all(content).map_err(|e| Error::io(&path, &e))?;
        file.sync_all().map_err(|e| Error::io(&path, &e))?;
        renameat(&self.handle, draft.as_str(), &self.handle, name).map_err(|e| self.io(name, e))
    }

    fn only_a_file(&self, name: &str) -> Result<(), Error> {
        match self.kind(name)? {
            None | Some(SFlag::S_IFREG) => Ok(()),
            Some(_) => Err(self.strange(name, "file")),
        }
    }

    fn strange(&self, name: &str, expected: &str) -> Error {
        let what = match self.kind(name) {
            Ok(Some(SFlag::S_IFLNK)) => {
                "a symbolic link, and links are not followed here".to_owned()
            }
            _ => format!("no {expected}"),
        };
        Error::input(
            format!("{} is {what}", self.path.join(name).display()),
            format!("put the {expected} itself there"),
        )
    }

    fn io(&self, name: &str, cause: Errno) -> Error {
        Error::io(&self.path.join(name), &cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_neither_read_nor_written_through_nor_removed() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir(at("in")).unwrap();
        fs::create_dir(at("out")).unwrap();
        fs::write(at("out/file"), "outside").unwrap();
        for (name, target) in [
            ("file.deb", "../out/file"),
            ("pool", "../out"),
            (".new.draft", "../out/file"),
        ] {
            symlink(target, at("in").join(name)).unwrap();
        }
        let folder = Folder::open(&at("in")).unwrap();
        let refused = |result: Result<(), Error>| {
            let said = result.unwrap_err().to_string();
            assert!(said.contains("links are not followed"), "{said}");
        };
        refused(folder.file("file.deb").map(drop));
        refused(folder.below("pool").map(drop));
        refused(folder.write("file.deb", b"x"));
        refused(folder.write("new", b"x"));
        refused(folder.remove("file.deb").map(drop));
        assert_eq!(fs::read_to_string(at("out/file")).unwrap(), "outside");
        assert_eq!(folder.packages().unwrap(), ["file.deb"]);
        // Of a folder that was moved and replaced by a link the handle still means the first.
        fs::rename(at("in"), at("moved")).unwrap();
        symlink("out", at("in")).unwrap();
        folder.write("one", b"1").unwrap();
        folder.write("one", b"2").unwrap();
        assert_eq!(fs::read_to_string(at("moved/one")).unwrap(), "2");
        assert!(!at("out/one").exists());
        assert!(folder.remove("one").unwrap());
        assert!(!folder.remove("one").unwrap());
        assert!(!folder.has("one").unwrap());
        nix::unistd::mkfifo(&at("moved/pipe"), Mode::from_bits_truncate(0o600)).unwrap();
        assert!(
            folder
                .file("pipe")
                .unwrap_err()
                .to_string()
                .contains("is no file")
        );
    }
}
