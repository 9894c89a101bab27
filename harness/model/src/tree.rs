//! The artifact: a tree of files, directories and links, held in memory or mapped.

use crate::{Digest, RelPath};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::sync::Arc;

/// The content of a file: shared, immutable, in memory or memory-mapped by whoever made it.
#[derive(Clone)]
pub struct Bytes(Arc<dyn AsRef<[u8]> + Send + Sync>);

impl Bytes {
    /// Wraps anything that can be seen as bytes.
    pub fn new(content: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Bytes(Arc::new(content))
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(content: Vec<u8>) -> Self {
        Bytes::new(content)
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// What stands at one path of a tree. Modes are the twelve permission bits (`chmod(2)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Permission bits.
        mode: u32,
        /// Its content.
        content: Bytes,
    },
    /// A directory.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link and what it says, not what it leads to.
    Link {
        /// The link's text, in the spelling of [`RelPath::spell`].
        target: String,
    },
    /// A device, socket or pipe: compared by its kind, a device by its numbers, too.
    Special {
        /// `fifo`, `socket`, or `block` or `char` with the numbers of the device, and the permission bits, as
        /// in `char 1:3 mode 0666`.
        kind: String,
    },
}

/// A user and a group by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The user.
    pub user: u32,
    /// The group.
    pub group: u32,
}

/// What a file system keeps of an entry beside its kind, mode and content.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attributes {
    /// Who owns it. Not of what a leg installed: in its sandbox everything has one owner.
    pub owner: Option<Owner>,
    /// Extended attributes by name (`xattr(7)`): file capabilities, access control lists, what users set. Labels that
    /// the system's policy gives (`security.selinux` and its like) are not among them.
    pub extended: BTreeMap<String, Vec<u8>>,
    /// The first path of the tree, in order, that is the same file (`link(2)`), if that is a different one.
    pub same_as: Option<RelPath>,
}

impl Attributes {
    /// The attributes in a line, in the words of a manifest; empty if there are none.
    pub fn line(&self) -> String {
        let mut out = String::new();
        if let Some(Owner { user, group }) = self.owner {
            let _ = write!(out, " owner {user}:{group}");
        }
        for (name, value) in &self.extended {
            let _ = write!(out, " {name}=");
            value.iter().for_each(|byte| {
                let _ = write!(out, "{byte:02x}");
            });
        }
        if let Some(path) = &self.same_as {
            let _ = write!(out, " same as {path}");
        }
        out
    }

    /// The attributes of what is at `path`, in words that no other attributes have: names may hold anything.
    fn fields(&self, path: &RelPath) -> Vec<Vec<u8>> {
        let owner = self
            .owner
            .map(|owner| format!("{}:{}", owner.user, owner.group));
        let same_as = self.same_as.as_ref().map(ToString::to_string);
        let mut fields: Vec<Vec<u8>> = vec![
            path.as_str().into(),
            owner.unwrap_or_default().into(),
            same_as.unwrap_or_default().into(),
            self.extended.len().to_string().into(),
        ];
        for (name, value) in &self.extended {
            fields.extend([name.clone().into_bytes(), value.clone()]);
        }
        fields
    }
}

/// A tree by path. The root directory itself is not an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Every entry, directories included.
    pub entries: BTreeMap<RelPath, Entry>,
    /// What else is known of them; nothing of most, where no file system is asked.
    pub attributes: BTreeMap<RelPath, Attributes>,
}

impl Tree {
    /// A tree of which nothing but the entries is known.
    pub fn of(entries: impl IntoIterator<Item = (RelPath, Entry)>) -> Self {
        Tree {
            entries: entries.into_iter().collect(),
            attributes: BTreeMap::new(),
        }
    }

    /// Leaves out paths that are not wanted. Of names of one file that stay, the first is the one that the others are
    /// the same as.
    pub fn retain(&mut self, wanted: impl Fn(&RelPath) -> bool) {
        self.entries.retain(|path, _| wanted(path));
        let mut first: BTreeMap<RelPath, RelPath> = BTreeMap::new();
        let attributes = std::mem::take(&mut self.attributes);
        for (path, mut attributes) in attributes {
            let file = attributes.same_as.take().unwrap_or_else(|| path.clone());
            if wanted(&path) {
                let known = first.entry(file).or_insert_with(|| path.clone());
                attributes.same_as = (*known != path).then(|| known.clone());
                self.attributes.insert(path, attributes);
            }
        }
    }
}

/// What a manifest says of one path: `bits` equality without the bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Mode, length in bytes, BLAKE3 of the raw content.
    File {
        /// Permission bits.
        mode: u32,
        /// Length in bytes.
        size: u64,
        /// BLAKE3 of the raw content.
        digest: Digest,
    },
    /// Permission bits of a directory.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// The text of a symbolic link.
    Link {
        /// The link's text.
        target: String,
    },
    /// The kind of a special file.
    Special {
        /// `fifo`, `socket`, or `block` or `char` with the numbers of the device, and the permission bits, as
        /// in `char 1:3 mode 0666`.
        kind: String,
    },
}

/// Every path of a tree with its fact: the tree's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// By path.
    pub facts: BTreeMap<RelPath, Fact>,
    /// What [`Tree::recorded`] says of them.
    pub attributes: BTreeMap<RelPath, Attributes>,
}

impl Manifest {
    /// One digest over all paths with their facts, in path order, and over the attributes if there are any.
    pub fn digest(&self) -> Digest {
        let facts = Digest::of_fields(self.facts.iter().flat_map(|(path, fact)| {
            let fact = match fact {
                Fact::File { mode, digest, .. } => format!("file {mode:o} {digest}"),
                Fact::Dir { mode } => format!("dir {mode:o}"),
                Fact::Link { target } => format!("link {target}"),
                Fact::Special { kind } => format!("special {kind}"),
            };
            [path.as_str().to_owned(), fact]
        }));
        if self.attributes.is_empty() {
            return facts;
        }
        let attributes = self.attributes.iter();
        let attributes = attributes.flat_map(|(path, known)| known.fields(path));
        Digest::of_fields([facts, Digest::of_fields(attributes)].map(|one| one.to_string()))
    }
}

impl Tree {
    /// The manifest of the tree; hashes every file.
    pub fn manifest(&self) -> Manifest {
        let facts = self.entries.iter().map(|(path, entry)| {
            let fact = match entry {
                Entry::File { mode, content } => Fact::File {
                    mode: *mode,
                    size: content.len() as u64,
                    digest: Digest::of(content),
                },
                Entry::Dir { mode } => Fact::Dir { mode: *mode },
                Entry::Link { target } => Fact::Link {
                    target: target.clone(),
                },
                Entry::Special { kind } => Fact::Special { kind: kind.clone() },
            };
            (path.clone(), fact)
        });
        Manifest {
            facts: facts.collect(),
            attributes: self.recorded(),
        }
    }

    /// The attributes that are the tree's own, of entries that have any. Numbers of users and groups are those of the
    /// system that it stands on, and are only kept of what runs in their name (set-user-ID, set-group-ID).
    pub fn recorded(&self) -> BTreeMap<RelPath, Attributes> {
        let kept = self.attributes.iter().map(|(path, attributes)| {
            let runs = match self.entries.get(path) {
                Some(Entry::File { mode, .. } | Entry::Dir { mode }) => mode & 0o6000 != 0,
                _ => false,
            };
            let attributes = Attributes {
                owner: attributes.owner.filter(|_| runs),
                ..attributes.clone()
            };
            (path.clone(), attributes)
        });
        kept.filter(|(_, a)| *a != Attributes::default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    fn sample() -> Tree {
        let file = |mode| Entry::File {
            mode,
            content: Bytes::from(b"x".to_vec()),
        };
        let mut tree = Tree::of(
            [("a", 0o644), ("b", 0o644), ("c", 0o644), ("s", 0o4755)]
                .map(|(name, mode)| (path(name), file(mode))),
        );
        for name in ["a", "b", "c", "s"] {
            let owner = Some(Owner { user: 7, group: 8 });
            let same_as = matches!(name, "b" | "c").then(|| path("a"));
            let extended = BTreeMap::new();
            let attributes = Attributes {
                owner,
                extended,
                same_as,
            };
            tree.attributes.insert(path(name), attributes);
        }
        tree
    }

    #[test]
    fn of_names_of_one_file_the_first_that_stays_is_the_file() {
        let mut tree = sample();
        tree.retain(|path| path.as_str() != "a");
        assert_eq!(tree.entries.len(), 3);
        assert_eq!(tree.attributes[&path("b")].same_as, None);
        assert_eq!(tree.attributes[&path("c")].same_as, Some(path("b")));
    }

    #[test]
    fn a_manifest_keeps_links_and_the_owners_of_what_runs_in_their_name() {
        let tree = sample();
        let manifest = tree.manifest();
        let names: Vec<&str> = manifest.attributes.keys().map(RelPath::as_str).collect();
        assert_eq!(names, ["b", "c", "s"]);
        assert_eq!(manifest.attributes[&path("s")].line(), " owner 7:8");
        assert_eq!(manifest.attributes[&path("b")].line(), " same as a");
        let digest = |change: fn(&mut Tree)| {
            let mut tree = sample();
            change(&mut tree);
            tree.manifest().digest()
        };
        fn set_owner(tree: &mut Tree, name: &str) {
            let owner = Some(Owner { user: 9, group: 8 });
            tree.attributes.get_mut(&path(name)).unwrap().owner = owner;
        }
        assert_eq!(digest(|tree| set_owner(tree, "a")), manifest.digest());
        assert_ne!(digest(|tree| set_owner(tree, "s")), manifest.digest());
        let apart = |tree: &mut Tree| tree.attributes.get_mut(&path("b")).unwrap().same_as = None;
        assert_ne!(digest(apart), manifest.digest());
    }

    #[test]
    fn no_name_makes_two_manifests_one() {
        let link = |target: &str, same_as: Option<&str>| {
            let target = target.to_owned();
            let mut tree = Tree::of([(path("b"), Entry::Link { target })]);
            let same_as = same_as.map(path);
            let attributes = Attributes {
                same_as,
                ..Attributes::default()
            };
            tree.attributes.insert(path("b"), attributes);
            tree.manifest().digest()
        };
        assert_ne!(link("x", Some("a")), link("x same as a", None));
        let extended = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            let extended = pairs.map(|(name, value)| ((*name).to_owned(), (*value).into()));
            let known = Attributes {
                extended: extended.collect(),
                ..Attributes::default()
            };
            known.fields(&path("b"))
        };
        let two = extended(&[("user.a", "x"), ("user.b", "y")]);
        assert_ne!(two, extended(&[("user.a", "x user.b=y")]));
    }
}
