//! The artifact: a tree of files, directories and links, held in memory or mapped.

use crate::{Digest, RelPath};
use std::collections::BTreeMap;
use std::fmt;
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
        /// `fifo`, `socket`, or `block` or `char` with the numbers of the device, as in `char 1:3`.
        kind: String,
    },
}

/// A tree by path. The root directory itself is not an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Every entry, directories included.
    pub entries: BTreeMap<RelPath, Entry>,
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
        /// `fifo`, `socket`, or `block` or `char` with the numbers of the device, as in `char 1:3`.
        kind: String,
    },
}

/// Every path of a tree with its fact: the tree's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// By path.
    pub facts: BTreeMap<RelPath, Fact>,
}

impl Manifest {
    /// One digest over all paths and facts, in path order.
    pub fn digest(&self) -> Digest {
        Digest::of_fields(self.facts.iter().flat_map(|(path, fact)| {
            let fact = match fact {
                Fact::File { mode, digest, .. } => format!("file {mode:o} {digest}"),
                Fact::Dir { mode } => format!("dir {mode:o}"),
                Fact::Link { target } => format!("link {target}"),
                Fact::Special { kind } => format!("special {kind}"),
            };
            [path.as_str().to_owned(), fact]
        }))
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
        }
    }
}
