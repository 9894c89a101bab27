//! Debian packages among what is compared: which member is what, and what is found out of the files.

use super::pairs::ByName;
use super::whole::Whole;
use crate::called_by_id::CalledById;
use crate::deb::{Files, Package, Role};
use crate::part::{Canon, Part};
use crate::rules::{build_id_path, deb_md5sums};
use crossproof_model::Pair;

impl Whole<'_, '_> {
    /// Notes whether the contents are packages whose control data differ. If they are the files of one, what their
    /// lists of sums are held against is found out.
    pub(super) fn package(
        &mut self,
        parts: &Pair<Vec<Part<'_>>>,
        by_name: &Pair<ByName<'_, '_>>,
        pairs: &[Pair<Option<&Part<'_>>>],
        called: &Pair<CalledById<'_>>,
    ) {
        match &self.setting.role {
            Role::Data(found) if self.format.name == "tar" => {
                // Only one pair of contents has this role.
                found.get_or_init(|| Files::of(by_name, pairs, called));
            }
            Role::None if self.format.name == "ar" => {
                let rules = &self.setting.options.rules;
                let ruled = rules.has(&deb_md5sums::RULE) || rules.has(&build_id_path::RULE);
                let packages = parts.as_ref().map(|parts| Package::of(parts));
                if let (Some(left), Some(right)) = (packages.left, packages.right) {
                    let differ = pairs.iter().any(|pair| {
                        let pair = pair.left.zip(pair.right);
                        pair.is_some_and(|(one, other)| {
                            left.is_control(&one.name) && !same_file(one, other)
                        })
                    });
                    self.package =
                        Some(left).filter(|left| ruled && differ && left.is_like(&right));
                }
            }
            _ => {}
        }
    }

    /// What two members are that stand for each other.
    pub(super) fn role(&self, parts: Pair<&Part<'_>>) -> Role<Files> {
        let name = &parts.left.name;
        match (&self.package, self.format.name) {
            _ if *name != parts.right.name => Role::None,
            (Some(package), _) => package.role(name),
            (None, "tar") => {
                let rules = &self.setting.options.rules;
                self.setting.role.of_member(name, rules)
            }
            (None, _) => Role::None,
        }
    }

    /// Pairs and their numbers in the order in which they are compared: a package's control data go last.
    pub(super) fn in_turn<'p, 'a>(&self, pairs: Vec<Parts<'p, 'a>>) -> Vec<(usize, Parts<'p, 'a>)> {
        let is_control = |(_, pair): &(usize, Parts<'_, '_>)| {
            let package = self.package.as_ref();
            let part = pair.left.or(pair.right);
            package
                .zip(part)
                .is_some_and(|(package, part)| package.is_control(&part.name))
        };
        let (last, mut first): (Vec<_>, Vec<_>) =
            pairs.into_iter().enumerate().partition(is_control);
        first.extend(last);
        first
    }
}

/// Parts that stand for each other.
type Parts<'p, 'a> = Pair<Option<&'p Part<'a>>>;

fn same_file(left: &Part<'_>, right: &Part<'_>) -> bool {
    match (&left.canon, &right.canon) {
        (Canon::File(left), Canon::File(right)) => left == right,
        _ => false,
    }
}
