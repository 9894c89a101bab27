//! Paths inside a tree.

use std::fmt;
use std::str::FromStr;

/// A path inside a tree: relative, `/`-separated, no empty, `.` or `..` component.
///
/// File names that are not UTF-8 are written with each offending byte as `\xNN`, and a backslash as
/// `\\`, so that every name has exactly one spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// Text that is not a path inside a tree.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a path inside the tree: expected a relative path without empty, `.` or `..` components"
)]
pub struct BadPath(pub String);

impl RelPath {
    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// A file name as raw bytes, in the spelling described above.
    pub fn spell(name: &[u8]) -> String {
        let mut out = String::with_capacity(name.len());
        for chunk in name.utf8_chunks() {
            out.push_str(&chunk.valid().replace('\\', "\\\\"));
            for byte in chunk.invalid() {
                out.push_str(&format!("\\x{byte:02x}"));
            }
        }
        out
    }
    /// What [`RelPath::spell`] made this text of.
    pub fn unspell(text: &str) -> Vec<u8> {
        let bytes = text.as_bytes();
        let mut name = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let digits = bytes.get(at + 2..at + 4);
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let (byte, length) = match (byte, bytes.get(at + 1), escaped) {
                (b'\\', Some(b'\\'), _) => (b'\\', 2),
                (b'\\', Some(b'x'), Some(escaped)) => (escaped, 4),
                _ => (byte, 1),
            };
            name.push(byte);
            at += length;
        }
        name
    }
    /// The path as a file system has it.
    #[cfg(unix)]
    pub fn on_disk(&self) -> std::path::PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(RelPath::unspell(&self.0)).into()
    }
    /// This path with `name` below it. `name` comes from a directory listing or an archive, spelled.
    pub fn join(&self, name: &str) -> Result<RelPath, BadPath> {
        format!("{}/{name}", self.0).parse()
    }
    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
    /// The path without its last component, if it has more than one.
    pub fn parent(&self) -> Option<RelPath> {
        self.0
            .rsplit_once('/')
            .map(|(head, _)| RelPath(head.to_owned()))
    }
}

impl FromStr for RelPath {
    type Err = BadPath;
    fn from_str(text: &str) -> Result<Self, BadPath> {
        let sound =
            !text.contains('\0') && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if sound {
            Ok(RelPath(text.to_owned()))
        } else {
            Err(BadPath(text.to_owned()))
        }
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_its_tree() {
        for good in ["a", "usr/bin/hello", "a/..b", "..."] {
            assert_eq!(good.parse::<RelPath>().unwrap().as_str(), good);
        }
        for bad in ["", "/a", "a//b", "a/../b", ".", "a/", "a\0b"] {
            assert!(bad.parse::<RelPath>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_name_has_one_spelling() {
        assert_eq!(RelPath::spell(b"caf\xc3\xa9"), "café");
        assert_eq!(RelPath::spell(b"a\xffb"), "a\\xffb");
        assert_ne!(RelPath::spell(b"a\xffb"), RelPath::spell(b"a\\xffb"));
        for name in [
            &b"a\xffb"[..],
            b"a\\xffb",
            b"\\",
            b"\\x",
            b"\\\\x41\xfe",
            "caf\u{e9}".as_bytes(),
        ] {
            assert_eq!(RelPath::unspell(&RelPath::spell(name)), name);
        }
    }
}
