//! Rules: named, versioned normalizations, each with a written justification.
//!
//! A rule says that some bytes may differ without anything noticing, and why. To add one: a file below
//! with its `RULE` (and its test of what it covers), a row in [`ALL`], and a format reader that consults
//! it for a part. Nothing is set aside but by a rule, and a rule that settles something is counted.

use crossproof_model::RuleRef;
use std::collections::BTreeSet;

pub(crate) mod ar_headers;
pub(crate) mod build_id;
pub(crate) mod build_id_path;
pub(crate) mod comment;
pub(crate) mod compressed_stream;
pub(crate) mod cpio_headers;
pub(crate) mod deb_md5sums;
pub(crate) mod debugaltlink;
pub(crate) mod debuglink;
pub(crate) mod gettext_dates;
pub(crate) mod go_build_id;
pub(crate) mod gzip_header;
pub(crate) mod llvm_suffix;
pub(crate) mod note_package;
pub(crate) mod path_map;
pub(crate) mod png_times;
pub(crate) mod pyc_path_map;
pub(crate) mod pyc_references;
pub(crate) mod section_table;
pub(crate) mod symtab_order;
pub(crate) mod tar_mtime;
pub(crate) mod tree_owner;
pub(crate) mod tree_path;
pub(crate) mod zip_times;

/// A rule: what it is called and why it is sound.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Dotted name.
    pub id: &'static str,
    /// Raised whenever its effect changes.
    pub version: u32,
    /// What it sets aside, in a few words.
    pub title: &'static str,
    /// Why it cannot hide a difference that a program could notice.
    pub justification: &'static str,
}

impl Rule {
    /// Id and version, as verdicts name it.
    pub fn reference(&self) -> RuleRef {
        RuleRef {
            id: self.id.to_owned(),
            version: self.version,
        }
    }
}

/// Every rule, by id.
pub static ALL: [&Rule; 24] = [
    &ar_headers::RULE,
    &compressed_stream::RULE,
    &cpio_headers::RULE,
    &deb_md5sums::RULE,
    &path_map::RULE,
    &build_id::RULE,
    &comment::RULE,
    &debugaltlink::RULE,
    &debuglink::RULE,
    &go_build_id::RULE,
    &llvm_suffix::RULE,
    &note_package::RULE,
    &section_table::RULE,
    &symtab_order::RULE,
    &gzip_header::RULE,
    &gettext_dates::RULE,
    &png_times::RULE,
    &pyc_path_map::RULE,
    &pyc_references::RULE,
    &tar_mtime::RULE,
    &build_id_path::RULE,
    &tree_owner::RULE,
    &tree_path::RULE,
    &zip_times::RULE,
];

/// A rule id nobody here knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown rule `{0}`: `crossproof rules` lists them")]
pub struct UnknownRule(pub String);

/// Which rules may settle differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet(BTreeSet<&'static str>);

impl Default for RuleSet {
    /// All of them.
    fn default() -> Self {
        RuleSet(ALL.iter().map(|rule| rule.id).collect())
    }
}

impl RuleSet {
    /// No rule: every byte is compared exactly.
    pub fn none() -> Self {
        RuleSet(BTreeSet::new())
    }
    /// Only the rules of these ids.
    pub fn only<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownRule> {
        ids.into_iter()
            .map(known)
            .collect::<Result<_, _>>()
            .map(RuleSet)
    }
    /// This set without the rule of this id.
    pub fn without(mut self, id: &str) -> Result<Self, UnknownRule> {
        self.0.remove(known(id)?);
        Ok(self)
    }
    /// Whether the rule may be used.
    pub fn has(&self, rule: &Rule) -> bool {
        self.0.contains(rule.id)
    }
    /// The rules in it, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> {
        ALL.into_iter().filter(|rule| self.has(rule))
    }
}

fn known(id: &str) -> Result<&'static str, UnknownRule> {
    ALL.iter()
        .map(|rule| rule.id)
        .find(|known| *known == id)
        .ok_or_else(|| UnknownRule(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_distinct_and_justified() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        for rule in ALL {
            assert!(rule.reference().to_string().parse::<RuleRef>().is_ok());
            assert!(rule.justification.len() > 80, "{}", rule.id);
        }
    }

    #[test]
    fn a_set_holds_what_was_asked() {
        let set = RuleSet::default().without("elf.comment").unwrap();
        assert!(!set.has(&comment::RULE));
        assert_eq!(set.iter().count(), ALL.len() - 1);
        assert!(
            RuleSet::only(["elf.build-id"])
                .unwrap()
                .has(&build_id::RULE)
        );
        assert_eq!(
            RuleSet::only(["elf.nothing"]),
            Err(UnknownRule("elf.nothing".to_owned()))
        );
        assert_eq!(RuleSet::none().iter().count(), 0);
    }
}
