//! Which paths of debug information mean the same place on both sides.
//!
//! A cross compiler names its headers by another prefix than the native one. The map says which
//! prefixes stand for each other, as classes: every path below a prefix of a class is rewritten to that
//! class's name. Rewriting both sides to a name of neither keeps comparing symmetric, lets several
//! prefixes of one side stand for one of the other, and makes rewriting twice the same as once.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Prefixes that stand for each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathMap {
    /// Prefix to the name of its class: the least prefix in it, in braces.
    classes: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl PathMap {
    /// A map from pairs of prefixes: what the right (cross) side writes, and what the left (native) side
    /// writes for the same place. A prefix may occur in several pairs.
    pub fn new<A: AsRef<str>, B: AsRef<str>>(pairs: impl IntoIterator<Item = (A, B)>) -> Self {
        let mut groups: Vec<Vec<Vec<u8>>> = Vec::new();
        for (right, left) in pairs {
            let two = [right.as_ref(), left.as_ref()]
                .map(|p| tidy(p.as_bytes()).into_owned())
                .map(|mut p| {
                    while p.last() == Some(&b'/') {
                        p.pop();
                    }
                    p
                });
            if two.iter().any(Vec::is_empty) {
                continue;
            }
            // Whatever either prefix already belongs to becomes one class.
            let (touched, mut rest): (Vec<_>, Vec<_>) = groups
                .into_iter()
                .partition(|g| g.iter().any(|p| two.contains(p)));
            let mut joined: Vec<Vec<u8>> = touched.into_iter().flatten().chain(two).collect();
            joined.sort();
            joined.dedup();
            rest.push(joined);
            groups = rest;
        }
        let mut classes = BTreeMap::new();
        for group in groups {
            let Some(least) = group.first() else { continue };
            let name = [b"{", least.as_slice(), b"}"].concat();
            for prefix in group {
                classes.insert(prefix, name.clone());
            }
        }
        PathMap { classes }
    }

    /// Whether it maps nothing.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// `path` with `.` and `..` resolved by its text, and the longest known prefix replaced by its class.
    /// Relative paths are left alone.
    pub fn apply<'a>(&self, path: &'a [u8]) -> Cow<'a, [u8]> {
        if path.first() != Some(&b'/') {
            return Cow::Borrowed(path);
        }
        let tidied = tidy(path);
        // Longest first: from the whole path back to its first component.
        let ends = std::iter::once(tidied.len()).chain(
            (1..tidied.len())
                .rev()
                .filter(|i| tidied.get(*i) == Some(&b'/')),
        );
        for end in ends {
            let (head, tail) = tidied.split_at(end);
            if let Some(name) = self.classes.get(head) {
                return Cow::Owned([name.as_slice(), tail].concat());
            }
        }
        tidied
    }

    /// The place that a symbolic link at the absolute path `link` means by `target`.
    pub(crate) fn target(&self, link: &[u8], target: &[u8]) -> Vec<u8> {
        let folder = link.iter().rposition(|b| *b == b'/').unwrap_or_default();
        let from = match target.first() {
            Some(b'/') => b"",
            _ => link.get(..=folder).unwrap_or_default(),
        };
        self.apply(&[from, target].concat()).into_owned()
    }

    /// Whether an absolute path is a folder above a mapped prefix.
    pub(crate) fn is_above(&self, path: &[u8]) -> bool {
        let below = |prefix: &Vec<u8>| {
            let rest = prefix.strip_prefix(path);
            rest.is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        self.classes.keys().any(below)
    }
}

/// An absolute path without empty, `.` and `..` components.
fn tidy(path: &[u8]) -> Cow<'_, [u8]> {
    let clean = |part: &&[u8]| !part.is_empty() && **part != *b"." && **part != *b"..";
    if path.split(|b| *b == b'/').skip(1).all(|p| clean(&p)) {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                kept.pop();
            }
            part => kept.push(part),
        }
    }
    let mut out = vec![b'/'];
    out.extend_from_slice(&kept.join(&b'/'));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> PathMap {
        PathMap::new([
            ("/usr/lib/gcc-cross/t/14/", "/usr/lib/gcc/t/14"),
            ("/usr/t/include", "/usr/include/t"),
            ("/usr/t/include", "/usr/include"),
        ])
    }

    #[test]
    fn both_spellings_become_one() {
        let map = map();
        for (right, left) in [
            (
                "/usr/lib/gcc-cross/t/14/include/stddef.h",
                "/usr/lib/gcc/t/14/include/stddef.h",
            ),
            ("/usr/t/include/stdio.h", "/usr/include/stdio.h"),
            ("/usr/t/include/bits/x.h", "/usr/include/t/bits/x.h"),
            (
                "/usr/lib/gcc-cross/t/14/../../../../t/include/c++/14",
                "/usr/include/c++/14",
            ),
        ] {
            assert_eq!(map.apply(right.as_bytes()), map.apply(left.as_bytes()));
        }
    }

    #[test]
    fn other_paths_are_left_alone() {
        let map = map();
        for path in [
            "/usr/lib/gcc-cross/t/140/x",
            "src/a.c",
            "/usr/includes/x",
            "/",
        ] {
            assert_eq!(&*map.apply(path.as_bytes()), path.as_bytes());
        }
        assert_ne!(
            map.apply(b"/usr/include/a.h"),
            map.apply(b"/usr/include/b.h")
        );
    }

    #[test]
    fn mapping_twice_is_mapping_once() {
        let map = map();
        for path in ["/usr/t/include/x.h", "/a/../b", "/usr/include/t/bits"] {
            let once = map.apply(path.as_bytes()).into_owned();
            assert_eq!(&*map.apply(&once), once.as_slice());
        }
    }
}
