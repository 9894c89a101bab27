//! The files that a file stands among: where other files are that belong to it.

use crate::part::{Canon, Part};
use crossproof_model::{Entry, Tree};
use std::collections::BTreeMap;

/// Files that have paths.
pub(crate) trait Files: Sync {
    /// The content of the file at a path from the top.
    fn file(&self, path: &str) -> Option<&[u8]>;
}

impl Files for Tree {
    fn file(&self, path: &str) -> Option<&[u8]> {
        match self.entries.get(&path.parse().ok()?)? {
            Entry::File { content, .. } => Some(content),
            _ => None,
        }
    }
}

/// Members of an archive by name.
impl Files for BTreeMap<&str, &Part<'_>> {
    fn file(&self, path: &str) -> Option<&[u8]> {
        let part = match self.get(path) {
            Some(part) => part,
            // Archives of packages spell paths with a dot in front.
            None => self.get(format!("./{path}").as_str())?,
        };
        match part.canon {
            Canon::File(content) => Some(content),
            _ => None,
        }
    }
}

/// What stands beside a file in its tree or archive.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'b> {
    files: Option<&'b dyn Files>,
    path: &'b str,
    /// What would be installed beside it from other packages.
    packages: Option<&'b dyn Files>,
}

impl<'b> Beside<'b> {
    /// Of the file at `path`.
    pub(crate) fn new(path: &'b str, files: &'b dyn Files, packages: &'b dyn Files) -> Self {
        Beside {
            files: Some(files),
            path,
            packages: Some(packages),
        }
    }

    /// Of the member at `path` of the file that this is about.
    pub(crate) fn member(self, path: &'b str, members: &'b dyn Files) -> Self {
        Beside {
            files: Some(members),
            path,
            packages: self.packages,
        }
    }

    /// Of something without a path in the file that this is about.
    pub(crate) fn inside(self) -> Self {
        Beside {
            packages: self.packages,
            ..Beside::default()
        }
    }

    /// The file at an absolute path, or at one from the folder that the file is in.
    pub(crate) fn file(&self, path: &str) -> Option<&'b [u8]> {
        let folder = self.folder();
        let full = match path.strip_prefix('/') {
            Some(from_top) => from_top.to_owned(),
            None => format!("{folder}/{path}"),
        };
        let mut parts = Vec::new();
        for part in full.split('/') {
            match part {
                "" | "." => {}
                // Nothing above the top of the tree is ever asked for.
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        let full = parts.join("/");
        let own = self.files.and_then(|files| files.file(&full));
        // Where a package's files are installed is known, and nothing of the folders around it.
        own.or_else(|| self.packages.filter(|_| path.starts_with('/'))?.file(&full))
    }

    /// The folder that the file is in, without a slash at either end.
    pub(crate) fn folder(&self) -> &'b str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossproof_model::Level;

    #[test]
    fn a_path_never_leads_out_of_the_tree() {
        let part = Part::exact("usr/lib/debug/x", &["tar"], Vec::new(), Level::Interface);
        let part = part.through(Canon::File(b"x"), None);
        let files = BTreeMap::from([(part.name.as_str(), &part)]);
        let beside = Beside::default().member("usr/bin/y", &files);
        assert_eq!(beside.file("/usr/lib/debug/x"), Some(&b"x"[..]));
        assert_eq!(beside.file("../lib/./debug/x"), Some(&b"x"[..]));
        assert_eq!(beside.file("../../../usr/lib/debug/x"), None);
        assert_eq!(beside.file("x"), None);
        assert_eq!(Beside::default().file("/usr/lib/debug/x"), None);
    }
}
