//! Debian packages (deb(5)): what the control data repeat of the files is held against the files.
//!
//! The archive of files is looked at first: what is needed of it is kept in a [`Role`] that goes down with the
//! comparison, to the list of sums in the archive of control data. Nothing is expanded for this that would not be
//! compared anyway.

mod sums;

mod fields;

use crate::called_by_id::CalledById;
use crate::findings::Findings;
use crate::part::{Canon, Part};
use crate::path_map::PathMap;
use crate::rules::{RuleSet, build_id_path, deb_md5sums};
use crate::{checksums, deb822, keyed};
use crossproof_model::{Pair, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
pub(crate) use sums::Sums;

/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a content is to the package that it is in. `F` is what is found out about the files.
#[derive(Debug)]
pub(crate) enum Role<F> {
    /// Nothing that is asked for.
    None,
    /// Its archive of files, about which something is to be found out.
    Data(Arc<OnceLock<F>>),
    /// Its archive of control data.
    Control(Arc<OnceLock<F>>),
    /// The fields in that.
    Fields(Arc<OnceLock<F>>),
    /// The list of MD5 sums there.
    Sums(Arc<OnceLock<F>>),
}

impl<F> Clone for Role<F> {
    fn clone(&self) -> Self {
        match self {
            Role::None => Role::None,
            Role::Data(found) => Role::Data(found.clone()),
            Role::Control(found) => Role::Control(found.clone()),
            Role::Fields(found) => Role::Fields(found.clone()),
            Role::Sums(found) => Role::Sums(found.clone()),
        }
    }
}

impl<F> Role<F> {
    /// What a content is that is packed in one of this role: nobody expands fields or a list of sums.
    pub(crate) fn of_packed(&self) -> Self {
        match self {
            Role::Fields(_) | Role::Sums(_) | Role::None => Role::None,
            archive => archive.clone(),
        }
    }

    /// What a member of the content is, which is itself of this role and a tar archive.
    pub(crate) fn of_member(&self, name: &str, rules: &RuleSet) -> Self {
        match self {
            Role::Control(found) if deb_md5sums::covers(name) && rules.has(&deb_md5sums::RULE) => {
                Role::Sums(found.clone())
            }
            Role::Control(found) if name == "control" && rules.has(&build_id_path::RULE) => {
                Role::Fields(found.clone())
            }
            _ => Role::None,
        }
    }
}

/// Which of a package's two archives has this name, however it is packed.
pub(crate) fn archive(name: &str) -> Option<&'static str> {
    ["control.tar", "data.tar"].into_iter().find(|stem| {
        let rest = name.strip_prefix(stem);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// A package taken apart: the names of the two archives in it, and what is found out about the files.
#[derive(Debug)]
pub(crate) struct Package<F> {
    control: String,
    data: String,
    found: Arc<OnceLock<F>>,
}

impl<F> Package<F> {
    /// Of the members of an `ar` archive, in order, if it is a package.
    pub(crate) fn of(parts: &[Part<'_>]) -> Option<Self> {
        let mut members = parts.iter().filter(|part| part.is_file());
        let first = members.next()?;
        let Canon::File([b'2', b'.', ..]) = first.canon else {
            return None;
        };
        let names: Vec<&str> = members.map(|part| part.name.as_str()).collect();
        let only = |stem: &str| {
            let mut found = (names.iter().copied()).filter(|name| archive(name) == Some(stem));
            found.next().filter(|_| found.next().is_none())
        };
        (first.name == "debian-binary").then_some(())?;
        Some(Package {
            control: only("control.tar")?.to_owned(),
            data: only("data.tar")?.to_owned(),
            found: Arc::default(),
        })
    }

    /// Whether the two archives have the same names in both.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.control, &self.data) == (&other.control, &other.data)
    }

    /// What a member is.
    pub(crate) fn role(&self, name: &str) -> Role<F> {
        match name {
            name if name == self.control => Role::Control(self.found.clone()),
            name if name == self.data => Role::Data(self.found.clone()),
            _ => Role::None,
        }
    }

    /// Whether a member is the archive of files.
    pub(crate) fn is_data(&self, name: &str) -> bool {
        name == self.data
    }

    /// Whether a member is the archive of control data.
    pub(crate) fn is_control(&self, name: &str) -> bool {
        name == self.control
    }
}

/// What must be known of the files of two packages to judge their lists of sums.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Sums of files that differ, or are called otherwise on the other side.
    sums: Pair<Sums>,
    /// Paths of the left side by those on the right that stand for the same file.
    renamed: BTreeMap<String, String>,
    /// Build-ids that detached debug files are called by.
    ids: Pair<BTreeSet<String>>,
}

impl Files {
    /// Of the members of both archives and of those that stand for each other.
    pub(crate) fn of<'p>(
        parts: &Pair<BTreeMap<&'p str, &'p Part<'p>>>,
        pairs: &[Pair<Option<&Part<'_>>>],
        called: &Pair<CalledById<'_>>,
    ) -> Self {
        let mut wanted: Pair<BTreeSet<&str>> = Pair::default();
        let mut renamed = BTreeMap::new();
        for pair in pairs {
            let Some((left, right)) = pair.left.zip(pair.right) else {
                continue;
            };
            let same = match (&left.canon, &right.canon) {
                (Canon::File(left), Canon::File(right)) => left == right,
                _ => false,
            };
            if left.name != right.name {
                renamed.insert(right.name.clone(), left.name.clone());
            } else if same {
                continue;
            }
            wanted.left.insert(&left.name);
            wanted.right.insert(&right.name);
        }
        let sums = parts.as_ref().zip(wanted);
        Files {
            sums: sums.map(|(parts, wanted)| Sums::of(parts, |name| wanted.contains(name))),
            renamed,
            ids: called
                .as_ref()
                .map(|called| called.ids().map(hex).collect()),
        }
    }

    /// Compares two lists of sums that are known to differ, each in the control data of a package with these files.
    pub(crate) fn compare_sums(&self, texts: Pair<&str>, place: &Place, map: &PathMap) -> Findings {
        let settled = sums::settled(texts, self.sums.as_ref(), &self.renamed);
        match settled.is_empty() {
            true => keyed::compare(texts, checksums::facts, place, map),
            false => sums::compare(texts, &settled, place, map),
        }
    }

    /// Compares the fields of two packages with these files.
    pub(crate) fn compare_fields(
        &self,
        texts: Pair<&str>,
        place: &Place,
        map: &PathMap,
    ) -> Findings {
        fields::compare(texts, self.ids.as_ref(), place, map)
            .unwrap_or_else(|| keyed::compare(texts, deb822::facts, place, map))
    }
}
