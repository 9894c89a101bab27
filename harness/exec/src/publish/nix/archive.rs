//! Nix archives, read and written (E. Dolstra, The Purely Functional Software Deployment Model, figure 5.2): a tree of
//! files, links and folders, in which a file has one bit, whether it can be run.
//!
//! Everything is strings: a length of 64 bits, little endian, the bytes, and zeros up to a multiple of eight.

use crate::below::{Below, DEEPEST};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Error, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8] = b"nix-archive-1";

/// Lays an archive out at `into`, which must not be there yet; trusts nothing in it.
pub(super) fn unpack(archive: &[u8], into: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (into.parent(), into.file_name()) else {
        return Err(bad("no place to unpack it to"));
    };
    let below = Below::open(parent)?;
    let mut strings = Strings(archive);
    strings.expect(MAGIC)?;
    node(&mut strings, &below, Path::new(name), 1)?;
    match strings.0.is_empty() {
        true => Ok(()),
        false => Err(bad("something follows its end")),
    }
}

fn node(strings: &mut Strings<'_>, below: &Below, at: &Path, depth: usize) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(bad("its folders are too deep"));
    }
    strings.expect(b"(")?;
    strings.expect(b"type")?;
    match strings.next()? {
        b"regular" => {
            let mut word = strings.next()?;
            let mut mode = 0o644;
            if word == b"executable" {
                strings.expect(b"")?;
                mode = 0o755;
                word = strings.next()?;
            }
            let mut file = below.file(at)?;
            // An empty file may have no content at all.
            if word == b"contents" {
                file.write_all(strings.next()?)?;
                strings.expect(b")")?;
            } else if word != b")" {
                return Err(bad("a file is neither content nor at its end"));
            }
            file.set_permissions(Permissions::from_mode(mode))
        }
        b"symlink" => {
            strings.expect(b"target")?;
            below.link(Path::new(OsStr::from_bytes(strings.next()?)), at)?;
            strings.expect(b")")
        }
        b"directory" => {
            below.folder_with(at, 0o755)?;
            let mut last: &[u8] = b"";
            loop {
                match strings.next()? {
                    b")" => return Ok(()),
                    b"entry" => {}
                    _ => return Err(bad("a folder holds something else than entries")),
                }
                strings.expect(b"(")?;
                strings.expect(b"name")?;
                let name = strings.next()?;
                let plain = !matches!(name, b"" | b"." | b"..")
                    && !name.iter().any(|byte| matches!(byte, b'/' | 0));
                // In their order, so that none is there twice.
                if !plain || name <= last {
                    return Err(bad("a folder's names are wrong, or not in order"));
                }
                last = name;
                strings.expect(b"node")?;
                node(strings, below, &at.join(OsStr::from_bytes(name)), depth + 1)?;
                strings.expect(b")")?;
            }
        }
        _ => Err(bad("something that is neither file, link nor folder")),
    }
}

/// The archive of what is at `path`.
pub(super) fn pack(path: &Path) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    string(&mut out, MAGIC);
    write(&mut out, path)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, path: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let kind = metadata.file_type();
    string(out, b"(");
    string(out, b"type");
    if kind.is_symlink() {
        string(out, b"symlink");
        string(out, b"target");
        string(out, fs::read_link(path)?.as_os_str().as_bytes());
    } else if kind.is_file() {
        string(out, b"regular");
        if metadata.permissions().mode() & 0o100 != 0 {
            string(out, b"executable");
            string(out, b"");
        }
        string(out, b"contents");
        string(out, &fs::read(path)?);
    } else if kind.is_dir() {
        string(out, b"directory");
        let names = fs::read_dir(path)?.map(|entry| Ok(PathBuf::from(entry?.file_name())));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort_by(|a, b| a.as_os_str().as_bytes().cmp(b.as_os_str().as_bytes()));
        for name in names {
            string(out, b"entry");
            string(out, b"(");
            string(out, b"name");
            string(out, name.as_os_str().as_bytes());
            string(out, b"node");
            write(out, &path.join(&name))?;
            string(out, b")");
        }
    } else {
        return Err(bad("a pipe, socket or device has no place in it"));
    }
    string(out, b")");
    Ok(())
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
    // The length before it is a multiple of eight itself.
    out.resize(out.len().next_multiple_of(8), 0);
}

/// What is left of an archive.
struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    fn next(&mut self) -> io::Result<&'a [u8]> {
        let cut = || bad("it ends too soon");
        let (length, rest) = self.0.split_first_chunk::<8>().ok_or_else(cut)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
        let padded = length.checked_next_multiple_of(8).ok_or_else(cut)?;
        let (string, rest) = rest.split_at_checked(padded).ok_or_else(cut)?;
        let (string, zeros) = string.split_at(length);
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(bad("its padding is not zeros"));
        }
        self.0 = rest;
        Ok(string)
    }

    fn expect(&mut self, wanted: &[u8]) -> io::Result<()> {
        match self.next()? == wanted {
            true => Ok(()),
            false => Err(bad(&format!(
                "expected `{}`",
                String::from_utf8_lossy(wanted)
            ))),
        }
    }
}

fn bad(what: &str) -> Error {
    let what = format!("the Nix archive is refused: {what}");
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(words: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        for word in words {
            string(&mut out, word.as_bytes());
        }
        out
    }

    #[test]
    fn a_tree_is_written_as_the_format_says_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("bin")).unwrap();
        fs::write(tree.join("bin/run"), "#!").unwrap();
        fs::set_permissions(tree.join("bin/run"), Permissions::from_mode(0o755)).unwrap();
        fs::write(tree.join("empty"), "").unwrap();
        std::os::unix::fs::symlink("bin/run", tree.join("link")).unwrap();
        let packed = pack(&tree).unwrap();
        let words = "nix-archive-1 ( type directory entry ( name bin node ( type directory entry ( name run node ( type regular executable  contents #! ) ) ) ) entry ( name empty node ( type regular contents  ) ) entry ( name link node ( type symlink target bin/run ) ) )";
        let words: Vec<&str> = words.split(' ').collect();
        assert_eq!(packed, archive(&words));
        let again = folder.path().join("again");
        unpack(&packed, &again).unwrap();
        assert_eq!(pack(&again).unwrap(), packed);
        let file = folder.path().join("file");
        unpack(&pack(&tree.join("bin/run")).unwrap(), &file).unwrap();
        assert_eq!(fs::read(file).unwrap(), b"#!");
    }

    #[test]
    fn what_would_lead_out_or_is_no_archive_is_refused() {
        let one = |name: &str, node: &str| {
            let head = "nix-archive-1 ( type directory entry ( name";
            format!("{head} {name} node {node} ) )")
        };
        let file = "( type regular contents x )";
        let link = "( type symlink target / )";
        let twice = format!(
            "nix-archive-1 ( type directory entry ( name l node {link} ) entry ( name l node ( type directory entry ( name x node {file} ) ) ) )"
        );
        for text in [
            one("..", file),
            one("a/b", file),
            one("", file),
            one(".", file),
            twice,
            format!("nix-archive-1 {file} more"),
            "nix-archive-2".to_owned(),
            "nix-archive-1 ( type device )".to_owned(),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let words: Vec<&str> = text.split(' ').collect();
            let refused = unpack(&archive(&words), &folder.path().join("into"));
            assert!(refused.is_err(), "{text}");
        }
        let whole = archive(&one("a", file).split(' ').collect::<Vec<_>>());
        for end in 0..whole.len() {
            let folder = tempfile::tempdir().unwrap();
            assert!(unpack(&whole[..end], &folder.path().join("into")).is_err());
        }
        let mut deep = archive(&["nix-archive-1"]);
        for _ in 0..100_000 {
            deep.extend(archive(&[
                "(",
                "type",
                "directory",
                "entry",
                "(",
                "name",
                "d",
                "node",
            ]));
        }
        let folder = tempfile::tempdir().unwrap();
        let why = unpack(&deep, &folder.path().join("into")).unwrap_err();
        assert!(why.to_string().contains("too deep"), "{why}");
    }
}
