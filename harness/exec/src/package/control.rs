//! What a package says of itself: the files of its member `control.tar.*` (deb-control(5)) and the list of its own
//! files, as dpkg keeps both, and its copyright file (Debian policy, 12.5).

use super::member;
use super::untar::{Take, Untar, members};
use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The folder, beside the control files, of the tree that the copyright file stands in.
pub(crate) const TREE: &str = "tree";

/// Where packages keep documents, each in a folder of its name.
const DOCUMENTS: &str = "usr/share/doc";

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
    fs::write(into.join("list"), list(member(deb, "data.tar")?)?)?;
    let tree = into.join(TREE);
    fs::create_dir(&tree)?;
    let untar = Untar {
        into: &tree,
        strip: 0,
        wanted: &copyright,
    };
    untar.all(member(deb, "data.tar")?)
}

/// The one document that builds read: dh-cargo asks for the licences that a program's crates are under. A package's
/// whole folder of documents may be a link to another's.
fn copyright(path: &Path) -> Take {
    let above = Path::new(DOCUMENTS).starts_with(path);
    let inside = path.strip_prefix(DOCUMENTS);
    let wanted = inside.is_ok_and(|path| match path.components().count() {
        1 => true,
        2 => path.ends_with("copyright"),
        _ => false,
    });
    match above || wanted {
        true => Take::Yes,
        false => Take::No,
    }
}

/// One absolute path a line; the root is `/.`.
fn list(data: impl io::Read) -> io::Result<String> {
    let mut list = String::new();
    members(data, |member, _| {
        let path = String::from_utf8_lossy(member.path.as_os_str().as_bytes()).into_owned();
        if path.contains('\n') {
            let what = "a path of the package has a line break, and its list has one path a line";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let path = path.trim_start_matches("./").trim_matches('/');
        let path = if path.is_empty() { "." } else { path };
        let _ = writeln!(list, "/{path}");
        Ok(())
    })?;
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
            header.set_mode(0o755);
            header.set_mtime(0);
            tar.append_data(&mut header, path, io::empty()).unwrap();
        }
        let bytes = tar.into_inner().unwrap();
        assert_eq!(
            list(bytes.as_slice()).unwrap(),
            "/.\n/usr/bin\n/usr/bin/a\n"
        );
        assert!(list(&b"no archive, but long enough to be taken for a header"[..]).is_err());
    }

    #[test]
    fn of_documents_the_copyright_alone_is_taken() {
        for path in [
            "usr",
            "usr/share/doc",
            "usr/share/doc/a",
            "usr/share/doc/a/copyright",
        ] {
            assert_eq!(copyright(Path::new(path)), Take::Yes, "{path}");
        }
        for path in [
            "usr/bin/a",
            "usr/share/doc/a/README",
            "usr/share/doc/a/b/copyright",
            "copyright",
        ] {
            assert_eq!(copyright(Path::new(path)), Take::No, "{path}");
        }
    }
}
