//! Archives laid out, and those that are refused.

use super::*;
use std::fs;

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
}

/// Beside the folder that is laid out stands one that nothing may come to.
#[test]
fn no_way_through_links_leads_out() {
    use EntryType::{Directory, Link, Regular, Symlink};
    let outside = tempfile::tempdir().unwrap();
    let canary = outside.path().join("canary");
    fs::write(&canary, "sings").unwrap();
    fs::set_permissions(outside.path(), Permissions::from_mode(0o755)).unwrap();
    let out = outside.path().to_str().unwrap();
    let file = canary.to_str().unwrap();
    let ways: [&[(EntryType, &str, &str)]; 8] = [
        // A file below a link; below a hard link to it; below a link to a link.
        &[(Symlink, "l", out), (Regular, "l/canary", "x")],
        &[
            (Symlink, "l", out),
            (Link, "h", "l"),
            (Regular, "h/canary", "x"),
        ],
        &[
            (Symlink, "l", out),
            (Symlink, "m", "l"),
            (Regular, "m/canary", "x"),
        ],
        // A folder in a link's place, which would get the folder's mode.
        &[(Symlink, "l", out), (Directory, "l", "")],
        &[(Symlink, "l", out), (Directory, "l/new", "")],
        // A link within one.
        &[(Symlink, "l", out), (Symlink, "l/canary", "/etc/passwd")],
        // One more name for what is outside.
        &[(Symlink, "l", out), (Link, "h", "l/canary")],
        &[(Symlink, "l", file), (Link, "h", "l")],
    ];
    for way in ways {
        let (_folder, done) = lay_out(way, 0);
        assert!(done.is_err(), "{way:?}");
    }
    // In its place a file is laid out, and what the link led to stays.
    let replaced = [(Symlink, "l", file), (Regular, "l", "new")];
    let (folder, done) = lay_out(&replaced, 0);
    done.unwrap();
    assert_eq!(fs::read(folder.path().join("l")).unwrap(), b"new");
    assert_eq!(fs::read(&canary).unwrap(), b"sings");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    let mode = fs::metadata(outside.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
}

/// One header that claims so many bytes, and bytes without end: what was laid out, and why no more.
fn endless(kind: EntryType, size: u64) -> (usize, String) {
    let mut header = tar::Header::new_gnu();
    header.set_path("large").unwrap();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    let folder = tempfile::tempdir().unwrap();
    let untar = Untar {
        into: folder.path(),
        strip: 0,
        wanted: &|_| Take::Yes,
    };
    let done = untar.all(header.as_bytes().chain(io::repeat(b'a')));
    let laid_out = fs::read_dir(folder.path()).unwrap().count();
    (laid_out, done.unwrap_err().to_string())
}

#[test]
fn what_claims_too_much_is_refused_before_it_is_read_or_written() {
    let (laid_out, why) = endless(EntryType::GNULongName, 1 << 40);
    assert!(laid_out == 0 && why.contains("a record of more"), "{why}");
    let (laid_out, why) = endless(EntryType::Regular, BYTES + 1);
    assert!(
        laid_out == 0 && why.contains("unpacks to more than"),
        "{why}"
    );
    let (_folder, done) = lay_out(&[(EntryType::GNUSparse, "s", "")], 0);
    assert!(done.unwrap_err().to_string().contains("sparse"));
}

#[test]
fn each_name_of_a_file_costs_its_content() {
    let header = |kind, name: &str, size| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_path(name).unwrap();
        header.set_mode(0o644);
        header.set_size(size);
        header.set_mtime(0);
        header
    };
    let length = 1_u64 << 20;
    let mut tar = tar::Builder::new(Vec::new());
    let mut file = header(EntryType::Regular, "file", length);
    file.set_cksum();
    tar.append(&file, io::repeat(0).take(length)).unwrap();
    for number in 0..BYTES / length {
        let mut link = header(EntryType::Link, &format!("link{number}"), 0);
        link.set_link_name("file").unwrap();
        link.set_cksum();
        tar.append(&link, io::empty()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let untar = Untar {
        into: folder.path(),
        strip: 0,
        wanted: &|_| Take::Yes,
    };
    let why = untar.all(tar.into_inner().unwrap().as_slice());
    let why = why.unwrap_err().to_string();
    assert!(why.contains("unpacks to more than"), "{why}");
}

#[test]
fn records_are_counted_together() {
    let mut records = Records(RECORDS - 3);
    assert!(records.read(&mut b"abc".as_slice()).is_ok());
    assert!(records.read(&mut b"a".as_slice()).is_err());
}
