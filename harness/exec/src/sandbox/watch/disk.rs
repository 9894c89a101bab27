//! What a sandbox's folders take, and whether they can be read by path at all.

use super::Exceeded;
use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{Mode, SFlag, fstatat};
use std::ffi::CString;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Folders within folders: far more than any build makes, and few enough to be walked by recursion.
const DEEPEST: usize = 128;

/// Bytes of a path below the folder. The system's own limit is 4,096, of which the store's place takes some.
const LONGEST: usize = 3000;

/// What an entry costs at least, also one without content.
const ENTRY: u64 = 4096;

/// What is counted of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// The blocks it has on the disk.
    Blocks,
    /// Its length, by each of its names: what keeping it costs.
    Length,
}

/// Whether the folders together are over a bound, now, while they are written to.
pub(super) fn over(folders: &[PathBuf], most: u64) -> Option<Exceeded> {
    walk(folders, most, Count::Blocks)
}

/// Whether the folder, which nobody writes to any more, is too much to be kept.
pub fn shape(folder: &Path, most: u64) -> Option<Exceeded> {
    walk(&[folder.to_owned()], most, Count::Length)
}

/// A folder on the way, with what is left of it.
struct Level {
    folder: Dir,
    left: Vec<CString>,
    /// Bytes of its path.
    path: usize,
}

/// By file descriptors, from folder to folder: no path is too long, and no link is followed.
fn walk(folders: &[PathBuf], most: u64, count: Count) -> Option<Exceeded> {
    let mut used = 0;
    for folder in folders {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut levels: Vec<Level> = Vec::new();
        levels.extend(
            Dir::open(folder, flags, Mode::empty())
                .ok()
                .map(|dir| level(dir, 0)),
        );
        loop {
            let depth = levels.len();
            let Some(top) = levels.last_mut() else { break };
            let Some(name) = top.left.pop() else {
                levels.pop();
                continue;
            };
            let path = top.path + name.as_bytes().len() + 1;
            if path > LONGEST {
                return Some(Exceeded::Path(LONGEST));
            }
            let Ok(found) = fstatat(
                top.folder.as_fd(),
                name.as_c_str(),
                AtFlags::AT_SYMLINK_NOFOLLOW,
            ) else {
                // Gone meanwhile.
                continue;
            };
            let cost = match count {
                Count::Blocks => found.st_blocks.unsigned_abs() * 512,
                Count::Length => found.st_size.unsigned_abs(),
            };
            used += cost.max(ENTRY);
            if used > most {
                return Some(Exceeded::Disk(most));
            }
            if SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR {
                if depth >= DEEPEST {
                    return Some(Exceeded::Depth(DEEPEST));
                }
                let below = Dir::openat(top.folder.as_fd(), name.as_c_str(), flags, Mode::empty());
                match below {
                    Ok(below) => levels.push(level(below, path)),
                    // A folder that its owner closed: root sees it, and others when the build has ended.
                    Err(Errno::EACCES | Errno::ENOENT) => {}
                    Err(_) => return Some(Exceeded::Depth(DEEPEST)),
                }
            }
        }
    }
    None
}

fn level(mut folder: Dir, path: usize) -> Level {
    let mut left: Vec<CString> = Vec::new();
    for entry in folder.iter().flatten() {
        let name = entry.file_name();
        let itself = matches!(name.to_bytes(), b"." | b"..");
        if !(itself && entry.file_type().is_none_or(|kind| kind == Type::Directory)) {
            left.push(name.to_owned());
        }
    }
    Level { folder, left, path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_below_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let here = [folder.path().to_owned()];
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/file"), vec![1; 100_000]).unwrap();
        assert_eq!(over(&here, 100_000), Some(Exceeded::Disk(100_000)));
        assert_eq!(over(&here, 1 << 20), None);
    }

    #[test]
    fn a_file_costs_its_length_by_each_name_once_it_is_to_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::File::create(at("sparse"))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
        assert_eq!(over(&[folder.path().to_owned()], 1 << 20), None);
        assert_eq!(shape(folder.path(), 1 << 20), Some(Exceeded::Disk(1 << 20)));
        fs::remove_file(at("sparse")).unwrap();
        fs::write(at("a"), vec![0; 400_000]).unwrap();
        fs::hard_link(at("a"), at("b")).unwrap();
        fs::hard_link(at("a"), at("c")).unwrap();
        assert_eq!(shape(folder.path(), 1 << 20), Some(Exceeded::Disk(1 << 20)));
        fs::remove_file(at("c")).unwrap();
        assert_eq!(shape(folder.path(), 1 << 20), None);
    }

    #[test]
    fn empty_entries_cost_something() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..100 {
            fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        assert_eq!(shape(folder.path(), 300_000), Some(Exceeded::Disk(300_000)));
        assert_eq!(shape(folder.path(), 500_000), None);
    }

    #[test]
    fn deep_and_long_are_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let deep = ["d"; 200].join("/");
        fs::create_dir_all(folder.path().join(&deep)).unwrap();
        assert_eq!(
            shape(folder.path(), 1 << 30),
            Some(Exceeded::Depth(DEEPEST))
        );
        let folder = tempfile::tempdir().unwrap();
        let name = "n".repeat(250);
        let long = vec![name.as_str(); 13].join("/");
        fs::create_dir_all(folder.path().join(&long)).unwrap();
        assert_eq!(shape(folder.path(), 1 << 30), Some(Exceeded::Path(LONGEST)));
    }
}
