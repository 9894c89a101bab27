//! What a package says of itself (deb-control(5)): the files of its member `control.tar.*`, and the list of its
//! own files, as dpkg keeps both.

use super::member;
use super::untar::{Take, Untar};
use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The files of a package's control member that dpkg's programs read. Scripts are for installing, which
/// nothing here does.
const WANTED: [&str; 6] = [
    "control",
    "md5sums",
    "shlibs",
    "symbols",
    "conffiles",
    "triggers",
];

pub(super) fn unpack(deb: &Path, into: &Path) -> io::Result<()> {
    let untar = Untar {
        into,
        strip: 0,
        wanted: &|path| match WANTED.iter().any(|name| path == Path::new(name)) {
            true => Take::Yes,
            false => Take::No,
        },
    };
    untar.all(member(deb, "control.tar")?)?;
    fs::write(into.join("list"), list(member(deb, "data.tar")?)?)
}

/// One absolute path a line; the root is `/.`.
fn list(data: impl io::Read) -> io::Result<String> {
    let mut list = String::new();
    for entry in tar::Archive::new(data).entries()? {
        let entry = entry?;
        let path = entry.path()?;
        let path = String::from_utf8_lossy(path.as_os_str().as_bytes()).into_owned();
        let path = path.trim_start_matches("./").trim_matches('/');
        let path = if path.is_empty() { "." } else { path };
        let _ = writeln!(list, "/{path}");
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_listed_as_dpkg_lists_them() {
        let mut tar = tar::Builder::new(Vec::new());
        for (kind, path) in [
            (tar::EntryType::Directory, "./"),
            (tar::EntryType::Directory, "./usr/bin/"),
            (tar::EntryType::Regular, "./usr/bin/a"),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            tar.append_data(&mut header, path, io::empty()).unwrap();
        }
        let bytes = tar.into_inner().unwrap();
        assert_eq!(
            list(bytes.as_slice()).unwrap(),
            "/.\n/usr/bin\n/usr/bin/a\n"
        );
        assert!(list(&b"no archive, but long enough to be taken for a header"[..]).is_err());
    }
}
