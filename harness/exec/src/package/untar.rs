//! Laying out a tar archive, trusting none of its paths.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Error, ErrorKind, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};
use tar::EntryType;

/// Whether a path is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    Yes,
    No,
}

/// How to lay out an archive.
pub(crate) struct Untar<'a> {
    /// The folder it goes to.
    pub into: &'a Path,
    /// How many leading components each path loses.
    pub strip: usize,
    /// Which paths, after stripping, are laid out.
    pub wanted: &'a dyn Fn(&Path) -> Take,
}

impl Untar<'_> {
    /// Lays out every wanted folder, file and link of `tar`.
    pub(crate) fn all(&self, tar: impl Read) -> io::Result<()> {
        let mut links = BTreeSet::new();
        for entry in tar::Archive::new(tar).entries()? {
            let mut entry = entry?;
            let Some(path) = self.place(&entry.path()?)? else {
                continue;
            };
            if path
                .ancestors()
                .skip(1)
                .any(|folder| links.contains(folder))
            {
                return Err(refused(&path, "goes through a symbolic link"));
            }
            let mode = entry.header().mode()?;
            let at = self.into.join(&path);
            match entry.header().entry_type() {
                EntryType::Directory => {
                    make_folder(&at)?;
                    // Its owner can always enter, change and remove it.
                    fs::set_permissions(&at, Permissions::from_mode(mode & 0o777 | 0o700))?;
                }
                EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                    clear(&at)?;
                    links.remove(&path);
                    let modified = entry.header().mtime()?;
                    write(&at, mode, modified, &mut entry)?;
                }
                EntryType::Symlink => {
                    clear(&at)?;
                    symlink(link_text(&entry, &path)?, &at)?;
                    links.insert(path);
                }
                EntryType::Link => {
                    let Some(old) = self.place(&link_text(&entry, &path)?)? else {
                        return Err(refused(&path, "is a hard link to a path left out"));
                    };
                    if old.ancestors().skip(1).any(|folder| links.contains(folder)) {
                        return Err(refused(&old, "goes through a symbolic link"));
                    }
                    clear(&at)?;
                    fs::hard_link(self.into.join(old), &at)?;
                }
                // Devices and pipes: nothing a build reads, and an ordinary user could not make them.
                _ => {}
            }
        }
        Ok(())
    }

    /// Where a path of the archive goes, if it goes anywhere.
    fn place(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let mut parts = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::Normal(name) => parts.push(name),
                _ => return Err(refused(path, "leaves its tree")),
            }
        }
        if parts.len() <= self.strip {
            return Ok(None);
        }
        let place: PathBuf = parts[self.strip..].iter().collect();
        Ok((!place.as_os_str().is_empty() && (self.wanted)(&place) == Take::Yes).then_some(place))
    }
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidData,
        format!("the archive's path `{}` {why}: refused", path.display()),
    )
}

fn link_text<R: Read>(entry: &tar::Entry<'_, R>, path: &Path) -> io::Result<PathBuf> {
    let text = entry.link_name()?;
    text.map(|text| text.into_owned())
        .ok_or_else(|| refused(path, "is a link to nothing"))
}

fn make_folder(at: &Path) -> io::Result<()> {
    match fs::create_dir(at) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && at.is_dir() => Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => fs::create_dir_all(at),
        other => other,
    }
}

/// A later member of the same path replaces the earlier one.
fn clear(at: &Path) -> io::Result<()> {
    match fs::remove_file(at) {
        Err(e) if e.kind() == ErrorKind::NotFound => match at.parent() {
            Some(parent) if !parent.exists() => fs::create_dir_all(parent),
            _ => Ok(()),
        },
        other => other,
    }
}

fn write(at: &Path, mode: u32, modified: u64, content: &mut impl Read) -> io::Result<()> {
    let mut options = File::options();
    let mut file = options.write(true).create_new(true).mode(0o600).open(at)?;
    io::copy(content, &mut file)?;
    // Set afterwards, and whole: the umask does not apply.
    file.set_permissions(Permissions::from_mode(mode & 0o777 | 0o400))?;
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(modified))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tar`'s builder refuses bad names, so the header is written by hand.
    fn archive(members: &[(EntryType, &str, &str)]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (kind, name, body) in members {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o4755);
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            let file = kind.is_file();
            if !file {
                header.as_old_mut().linkname[..body.len()].copy_from_slice(body.as_bytes());
            }
            let content = if file { body.as_bytes() } else { b"" };
            header.set_size(content.len() as u64);
            header.set_cksum();
            tar.append(&header, content).unwrap();
        }
        tar.into_inner().unwrap()
    }

    fn lay_out(
        members: &[(EntryType, &str, &str)],
        strip: usize,
    ) -> (tempfile::TempDir, io::Result<()>) {
        let folder = tempfile::tempdir().unwrap();
        let untar = Untar {
            into: folder.path(),
            strip,
            wanted: &|path| {
                if path.ends_with("no") {
                    Take::No
                } else {
                    Take::Yes
                }
            },
        };
        let done = untar.all(archive(members).as_slice());
        (folder, done)
    }

    #[test]
    fn a_tree_is_laid_out_without_special_bits() {
        let members = [
            (EntryType::Directory, "./", ""),
            (EntryType::Directory, "./d", ""),
            (EntryType::Regular, "./d/f", "text"),
            (EntryType::Symlink, "./l", "d/f"),
            (EntryType::Link, "./h", "./d/f"),
            (EntryType::Regular, "./no", "x"),
            (EntryType::Fifo, "./p", ""),
        ];
        let (folder, done) = lay_out(&members, 0);
        done.unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(fs::read(at("h")).unwrap(), b"text");
        assert_eq!(fs::read_link(at("l")).unwrap(), Path::new("d/f"));
        let mode = fs::metadata(at("d/f")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
        assert!(!at("no").exists() && !at("p").exists());
    }

    #[test]
    fn a_top_folder_is_stripped() {
        let (folder, done) = lay_out(&[(EntryType::Regular, "top/a/b", "x")], 1);
        done.unwrap();
        assert!(folder.path().join("a/b").exists());
    }

    #[test]
    fn paths_that_leave_the_tree_are_refused() {
        for bad in ["../x", "a/../../x", "/etc/x"] {
            let (_folder, done) = lay_out(&[(EntryType::Regular, bad, "x")], 0);
            assert!(
                done.unwrap_err().to_string().contains("leaves its tree"),
                "{bad}"
            );
        }
        let through = [
            (EntryType::Symlink, "l", "/tmp"),
            (EntryType::Regular, "l/x", "x"),
        ];
        let (_folder, done) = lay_out(&through, 0);
        assert!(done.unwrap_err().to_string().contains("symbolic link"));
    }
}
