//! Debug information, compared by what it says rather than by where its strings stand.

use crate::path_map::PathMap;
use crossproof_model::{DiffKey, Digest, Pair};
use std::collections::BTreeMap;

/// What a relocation of an object file makes of a place in a debug section.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patch {
    /// The value found there is added to this.
    Add(u64),
    /// The value found there is replaced by this.
    Replace(u64),
}

/// A debug section as it stands in the file.
pub(crate) struct DebugSection<'a> {
    pub name: String,
    pub bytes: &'a [u8],
    pub compressed: bool,
    pub patches: BTreeMap<usize, Patch>,
}

/// The debug sections of a file.
pub(crate) struct DebugInfo<'a> {
    pub sections: Vec<DebugSection<'a>>,
    pub big_endian: bool,
    /// Whether addresses have eight bytes.
    pub wide: bool,
    /// The symbols that relocations name, in order of rank.
    pub symbols: Vec<String>,
    /// Whether relocations could not be read, so that the sections mean nothing certain.
    pub unreadable: bool,
}

impl<'a> DebugInfo<'a> {
    pub(crate) fn new(big_endian: bool, wide: bool) -> Self {
        DebugInfo {
            sections: Vec::new(),
            big_endian,
            wide,
            symbols: Vec::new(),
            unreadable: false,
        }
    }

    /// Digest of the sections byte for byte.
    pub(crate) fn raw_digest(&self) -> Digest {
        Digest::of_fields(
            self.sections
                .iter()
                .flat_map(|s| [s.name.as_bytes(), s.bytes]),
        )
    }
}

/// One difference in debug information.
pub(crate) struct Found {
    pub key: DiffKey,
    pub inside: Vec<String>,
    pub shown: Pair<Option<String>>,
    pub detail: Vec<String>,
}

/// What comparing debug information came to.
pub(crate) struct Outcome {
    /// The same exactly when nothing was found.
    pub digests: Pair<Digest>,
    pub found: Vec<Found>,
}

/// Compares.
pub(crate) fn compare(infos: Pair<&DebugInfo<'_>>, _map: &PathMap) -> Outcome {
    Outcome {
        digests: infos.map(|i| i.raw_digest()),
        found: vec![Found {
            key: DiffKey::of(["dwarf.unparsed"]),
            inside: Vec::new(),
            shown: Pair::new(None, None),
            detail: Vec::new(),
        }],
    }
}

/// Digest.
pub(crate) fn digest(info: &DebugInfo<'_>, _map: &PathMap) -> Digest {
    info.raw_digest()
}
