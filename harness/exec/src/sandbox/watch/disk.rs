//! What a sandbox's folders take, and whether they can be read by path at all.

use super::Exceeded;
use crate::below::{DEEPEST, LONGEST, NO_LINK, names};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};
use std::ffi::CString;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// What an entry costs at least, also one without content.
const ENTRY: u64 = 4096;

/// What is counted of an entry.
enum Count<'a> {
    /// The blocks it has on the disk; whether a folder could not be looked into.
    Blocks(&'a mut bool),
    /// Its length, by each of its names: what keeping it costs.
    Length,
}

/// What a look at folders shows that are written to meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// They are within the bound.
    Within,
    /// They are not.
    Over(Exceeded),
    /// A folder could not be looked into.
    NotAll,
}

/// Whether the folders together, and `used` bytes beside them, are over a bound now.
pub(super) fn over(folders: &[PathBuf], mut used: u64, most: u64) -> Seen {
    let mut seen = Seen::Within;
    for folder in folders {
        let mut hidden = false;
        match walk(folder, &mut used, most, Count::Blocks(&mut hidden)) {
            Ok(Some(exceeded)) => return Seen::Over(exceeded),
            Ok(None) if !hidden => {}
            Ok(None) | Err(_) => seen = Seen::NotAll,
        }
    }
    seen
}

/// Whether the folder, which nothing writes to any more, is too much to be kept.
pub fn shape(folder: &Path, most: u64) -> io::Result<Option<Exceeded>> {
    walk(folder, &mut 0, most, Count::Length)
}

/// A folder on the way, with what is left of it.
struct Level {
    folder: Dir,
    left: Vec<CString>,
    /// Bytes of its path.
    path: usize,
}

impl Level {
    fn new(mut folder: Dir, path: usize) -> nix::Result<Level> {
        let left = names(&mut folder)?;
        Ok(Level { folder, left, path })
    }
}

/// By file descriptors, from folder to folder: no path is too long, and no link is followed.
fn walk(
    folder: &Path,
    used: &mut u64,
    most: u64,
    mut count: Count<'_>,
) -> io::Result<Option<Exceeded>> {
    let top = Dir::open(folder, NO_LINK, Mode::empty())?;
    let mut levels = vec![Level::new(top, 0)?];
    loop {
        let depth = levels.len();
        let Some(top) = levels.last_mut() else {
            return Ok(None);
        };
        let Some(name) = top.left.pop() else {
            levels.pop();
            continue;
        };
        let path = top.path + name.as_bytes().len() + 1;
        if path > LONGEST {
            return Ok(Some(Exceeded::Path(LONGEST)));
        }
        let at = top.folder.as_fd();
        let found = match fstatat(at, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(found) => found,
            // Gone meanwhile.
            Err(Errno::ENOENT) => continue,
            Err(error) => return Err(error.into()),
        };
        *used += cost(&found, &count);
        if *used > most {
            return Ok(Some(Exceeded::Disk(most)));
        }
        if SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT != SFlag::S_IFDIR {
            continue;
        }
        if depth >= DEEPEST {
            return Ok(Some(Exceeded::Depth(DEEPEST)));
        }
        match (
            Dir::openat(at, name.as_c_str(), NO_LINK, Mode::empty()),
            &mut count,
        ) {
            (Ok(below), _) => levels.push(Level::new(below, path)?),
            // Gone, or replaced.
            (Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP), Count::Blocks(_)) => {}
            // Closed by its owner, who is not ended yet.
            (Err(Errno::EACCES), Count::Blocks(hidden)) => **hidden = true,
            (Err(error), _) => return Err(error.into()),
        }
    }
}

fn cost(found: &FileStat, count: &Count<'_>) -> u64 {
    let cost = match count {
        Count::Blocks(_) => found.st_blocks.unsigned_abs() * 512,
        Count::Length => found.st_size.unsigned_abs(),
    };
    cost.max(ENTRY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::watch::Held;
    use std::fs;

    #[test]
    fn what_is_below_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let here = [folder.path().to_owned()];
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/file"), vec![1; 100_000]).unwrap();
        assert_eq!(over(&here, 0, 100_000), Seen::Over(Exceeded::Disk(100_000)));
        assert_eq!(over(&here, 0, 1 << 20), Seen::Within);
        assert_eq!(
            over(&here, 1 << 20, 1 << 20),
            Seen::Over(Exceeded::Disk(1 << 20))
        );
    }

    #[test]
    fn a_file_costs_its_length_by_each_name_once_it_is_to_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::File::create(at("sparse"))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
        assert_eq!(over(&[folder.path().to_owned()], 0, 1 << 20), Seen::Within);
        assert_eq!(
            shape(folder.path(), 1 << 20).unwrap(),
            Some(Exceeded::Disk(1 << 20))
        );
        fs::remove_file(at("sparse")).unwrap();
        fs::write(at("a"), vec![0; 400_000]).unwrap();
        fs::hard_link(at("a"), at("b")).unwrap();
        fs::hard_link(at("a"), at("c")).unwrap();
        assert_eq!(
            shape(folder.path(), 1 << 20).unwrap(),
            Some(Exceeded::Disk(1 << 20))
        );
        fs::remove_file(at("c")).unwrap();
        assert_eq!(shape(folder.path(), 1 << 20).unwrap(), None);
    }

    #[test]
    fn files_without_a_name_are_counted_while_they_are_open() {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, &[1; 200_000]).unwrap();
        file.sync_all().unwrap();
        let here = [std::process::id()];
        assert!(Held::of(&here).nameless >= 200_000);
    }

    #[test]
    fn empty_entries_cost_something() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..100 {
            fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        assert_eq!(
            shape(folder.path(), 300_000).unwrap(),
            Some(Exceeded::Disk(300_000))
        );
        assert_eq!(shape(folder.path(), 500_000).unwrap(), None);
    }

    #[test]
    fn deep_and_long_are_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let deep = ["d"; 200].join("/");
        fs::create_dir_all(folder.path().join(&deep)).unwrap();
        assert_eq!(
            shape(folder.path(), 1 << 30).unwrap(),
            Some(Exceeded::Depth(DEEPEST))
        );
        let folder = tempfile::tempdir().unwrap();
        let name = "n".repeat(250);
        let long = vec![name.as_str(); 13].join("/");
        fs::create_dir_all(folder.path().join(&long)).unwrap();
        assert_eq!(
            shape(folder.path(), 1 << 30).unwrap(),
            Some(Exceeded::Path(LONGEST))
        );
    }
}
