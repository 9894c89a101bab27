//! Laying out a tar archive, trusting nothing in it: not its paths, links, counts or sizes.

use crate::below::Below;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::Permissions;
use std::io::{self, Error, ErrorKind, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};
use tar::EntryType;

/// Entries of an archive, at most: the largest source archives have a fifth of that.
const ENTRIES: u64 = 1 << 20;

/// Bytes that an archive unpacks to, at most.
const BYTES: u64 = 8 << 30;

/// Bytes of a record that says more of the next entry, at most.
const RECORD: u64 = 1 << 20;

/// Bytes of all such records, at most.
const RECORDS: u64 = 64 << 20;

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
        let below = Below::open(self.into)?;
        let mut bytes = 0;
        let mut count = |more: u64| {
            bytes += more;
            match bytes > BYTES {
                true => Err(bad(format!("it unpacks to more than {} GiB", BYTES >> 30))),
                false => Ok(()),
            }
        };
        members(tar, |member, content| {
            count(member.size)?;
            // A copy of what is laid out has the content once for each name.
            count(self.lay(&below, &member, content)?)
        })
    }

    /// How many bytes the file has that got one more name.
    fn lay(&self, below: &Below, member: &Member, content: &mut dyn Read) -> io::Result<u64> {
        let Some(at) = self.place(&member.path)? else {
            return Ok(0);
        };
        let laid = match member.kind {
            // Its owner can always enter, change and remove it.
            EntryType::Directory => below.folder_with(&at, member.mode & 0o777 | 0o700),
            EntryType::Regular | EntryType::Continuous => {
                let mut file = below.file(&at)?;
                io::copy(content, &mut file)?;
                // Set afterwards, and whole: the umask does not apply.
                file.set_permissions(Permissions::from_mode(member.mode & 0o777 | 0o400))?;
                let modified = Duration::from_secs(member.modified);
                file.set_modified(
                    SystemTime::UNIX_EPOCH
                        .checked_add(modified)
                        .ok_or_else(|| refused(&member.path, "has a time that no clock shows"))?,
                )
            }
            EntryType::Symlink => below.link(member.target()?, &at),
            EntryType::Link => match self.place(member.target()?)? {
                Some(old) => return below.hard_link(&old, &at),
                None => Err(refused(&member.path, "is a hard link to a path left out")),
            },
            EntryType::GNUSparse => Err(refused(&member.path, "is a sparse file")),
            // Devices and pipes: nothing a build reads, and an ordinary user could not make them.
            _ => Ok(()),
        };
        laid.map(|()| 0)
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

/// What a tar archive says of one entry.
pub(crate) struct Member {
    pub kind: EntryType,
    pub path: PathBuf,
    link: Option<PathBuf>,
    pub mode: u32,
    modified: u64,
    pub size: u64,
}

impl Member {
    fn target(&self) -> io::Result<&Path> {
        let link = self.link.as_deref();
        link.ok_or_else(|| refused(&self.path, "is a link to nothing"))
    }
}

/// Each entry of an archive with its content. Records that say more of the next one (GNU's long names, POSIX's) are
/// read here, since their size is the archive's word, too.
pub(crate) fn members(
    tar: impl Read,
    mut each: impl FnMut(Member, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let mut entries = 0;
    let mut records = Records(0);
    let (mut path, mut link) = (None, None);
    for entry in tar::Archive::new(tar).entries()?.raw(true) {
        let mut entry = entry?;
        entries += 1;
        if entries > ENTRIES {
            return Err(bad(format!("it has more than {ENTRIES} entries")));
        }
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => path = Some(name(records.read(&mut entry)?)),
            EntryType::GNULongLink => link = Some(name(records.read(&mut entry)?)),
            EntryType::XHeader => {
                for said in tar::PaxExtensions::new(&records.read(&mut entry)?) {
                    let said = said?;
                    match said.key_bytes() {
                        b"path" => path = Some(name(said.value_bytes().to_vec())),
                        b"linkpath" => link = Some(name(said.value_bytes().to_vec())),
                        b"size" => {
                            return Err(bad("an entry's size stands in a record".to_owned()));
                        }
                        key if key.starts_with(b"GNU.sparse.") => {
                            return Err(bad("it has a sparse file".to_owned()));
                        }
                        _ => {}
                    }
                }
            }
            EntryType::XGlobalHeader => drop(records.read(&mut entry)?),
            kind => {
                let header = entry.header();
                let path = match path.take() {
                    Some(path) => path,
                    None => name(header.path_bytes().into_owned()),
                };
                // As archives from before POSIX say it.
                let folder = kind == EntryType::Regular
                    && path.as_os_str().as_encoded_bytes().ends_with(b"/");
                let own = |text: Option<Cow<'_, [u8]>>| text.map(|text| name(text.into_owned()));
                let member = Member {
                    kind: if folder { EntryType::Directory } else { kind },
                    path,
                    link: link.take().or_else(|| own(header.link_name_bytes())),
                    mode: header.mode()?,
                    modified: header.mtime()?,
                    size: header.entry_size()?,
                };
                each(member, &mut entry)?;
            }
        }
    }
    Ok(())
}

/// How many bytes of records were read.
struct Records(u64);

impl Records {
    fn read(&mut self, entry: &mut impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        entry.take(RECORD + 1).read_to_end(&mut bytes)?;
        let length = bytes.len() as u64;
        self.0 += length;
        match (length > RECORD, self.0 > RECORDS) {
            (true, _) => Err(bad(format!("a record of more than {} MiB", RECORD >> 20))),
            (_, true) => Err(bad(format!(
                "its records have more than {} MiB together",
                RECORDS >> 20
            ))),
            _ => Ok(bytes),
        }
    }
}

/// A name ends at the first NUL.
fn name(mut bytes: Vec<u8>) -> PathBuf {
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    OsString::from_vec(bytes).into()
}

fn bad(what: String) -> Error {
    Error::new(
        ErrorKind::InvalidData,
        format!("the archive is refused: {what}"),
    )
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidData,
        format!("the archive's path `{}` {why}: refused", path.display()),
    )
}

#[cfg(test)]
mod generated;
#[cfg(test)]
mod tests;
