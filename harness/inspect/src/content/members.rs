//! What is asked of members and other parts that go by paths: which stands for which, their order, where
//! links lead, and their times.

use super::whole::{ByName, Whole};
use crate::called_by_id::CalledById;
use crate::options::Options;
use crate::pairing;
use crate::part::{Canon, Named, Part};
use crate::rules::{build_id_path, tree_path};
use crossproof_model::{DiffKey, Difference, Digest, Level, Pair, Place, RuleRef};
use std::collections::{BTreeMap, BTreeSet};

impl Whole<'_, '_> {
    /// Whether the part is a folder that is there only because a mapped one is below it.
    pub(super) fn above_a_prefix(&self, part: &Part<'_>) -> bool {
        let path = [b"/", part.name.as_bytes()].concat();
        part.named == Named::Folder
            && self.setting.options.maps_paths()
            && self.setting.options.tree.is_above(&path)
    }

    /// Where symbolic links lead, which a map may say is the same place.
    pub(super) fn links(&mut self, parts: &Pair<&Part<'_>>, place: &Place) {
        let shown = parts.map(|part| part.link.clone());
        let options = self.setting.options;
        let means = parts.map(|part| part.leads_to(options));
        self.list(
            parts,
            "link",
            means
                .as_ref()
                .map(|m| Digest::of(m.as_deref().unwrap_or_default())),
        );
        let key = DiffKey::of(["tree.link"]);
        if shown.same() {
        } else if means.same() {
            self.findings
                .settle(key, place.clone(), shown, &tree_path::RULE);
        } else {
            self.findings
                .differ(key, place.clone(), shown, Vec::new(), Level::Divergent);
        }
    }

    /// Whether the members both sides have stand in the same order.
    pub(super) fn order(&mut self, parts: &Pair<Vec<Part<'_>>>, pairs: &[Pair<Option<&Part<'_>>>]) {
        let both = pairs.iter().filter_map(|pair| {
            let (left, right) = (pair.left?, pair.right?);
            (left.named != Named::Word).then_some((right.name.as_str(), left.name.as_str()))
        });
        let common: BTreeMap<&str, &str> = both.collect();
        let of_left: BTreeSet<&str> = common.values().copied().collect();
        let names = parts.left.iter().map(|p| p.name.as_str());
        let orders: Pair<Vec<&str>> = Pair {
            left: names.filter(|name| of_left.contains(name)).collect(),
            right: parts
                .right
                .iter()
                .filter_map(|p| common.get(p.name.as_str()).copied())
                .collect(),
        };
        let moved = orders
            .left
            .iter()
            .zip(&orders.right)
            .position(|(a, b)| a != b);
        if let Some(at) = moved {
            let name = |names: &Vec<&str>| names.get(at).map(|n| format!("{at} members, then {n}"));
            let shown = orders.as_ref().map(name);
            let first = parts.left.first().map_or("", |part| part.key.as_str());
            let key = DiffKey::of([first.split('.').next().unwrap_or_default(), "order"]);
            let place = self.place.clone();
            self.findings
                .differ(key, place, shown, Vec::new(), Level::Interface);
        }
        let line = |names: Vec<&str>| format!("order\t{}", Digest::of_fields(names));
        let lines = orders.map(line);
        self.listing.left.push(lines.left);
        self.listing.right.push(lines.right);
    }
}

/// The names of each side that say no more than a build-id.
pub(super) fn called_by_id<'p>(
    by_name: &Pair<ByName<'p, '_>>,
    options: &Options,
) -> Pair<CalledById<'p>> {
    by_name.as_ref().map(|parts| {
        let contents = parts.iter().map(|(name, part)| match part.canon {
            Canon::File(content) => (*name, Some(content)),
            _ => (*name, None),
        });
        let contents: Vec<_> = contents
            .filter(|_| options.rules.has(&build_id_path::RULE))
            .collect();
        let meant = |path: &str| {
            let path = path.strip_prefix('.').unwrap_or(path);
            options.tree.apply(path.as_bytes()).into_owned()
        };
        CalledById::read(&contents, meant)
    })
}

/// Which part stands for which, in order of name.
pub(super) fn paired<'p, 'a>(
    by_name: &Pair<ByName<'p, 'a>>,
    called: &Pair<CalledById<'p>>,
    options: &Options,
) -> Vec<Pair<Option<&'p Part<'a>>>> {
    let names = by_name
        .as_ref()
        .map(|parts| parts.keys().copied().collect::<BTreeSet<_>>());
    let place = |name: &str| {
        let part = by_name.left.get(name).or(by_name.right.get(name))?;
        let called = called.left.place(name).or(called.right.place(name));
        called.or_else(|| part.place(options))
    };
    let part = |parts: &ByName<'p, 'a>, name: Option<&str>| parts.get(name?).copied();
    let pairs = pairing::pairs(&names.left, &names.right, place);
    let pairs = pairs.into_iter().map(|names| Pair {
        left: part(&by_name.left, names.left),
        right: part(&by_name.right, names.right),
    });
    pairs.collect()
}

/// One difference in the stead of the settled ones about times of members: an archive made again has as many
/// of them as it has members.
pub(super) fn fold_times(differences: &mut Vec<Difference>, place: &Place) {
    const WORDS: [&str; 3] = [".mtime", "cpio.inode", "cpio.device"];
    let about_time = |d: &Difference| {
        d.settled_by.is_some() && WORDS.iter().any(|word| d.key.as_str().contains(word))
    };
    let (times, rest): (Vec<_>, Vec<_>) = differences.drain(..).partition(about_time);
    *differences = rest;
    let mut kinds: BTreeMap<(DiffKey, Option<RuleRef>), Vec<Difference>> = BTreeMap::new();
    for time in times {
        let kind = (time.key.clone(), time.settled_by.clone());
        kinds.entry(kind).or_default().push(time);
    }
    for ((key, rule), mut group) in kinds {
        if group.len() == 1 {
            differences.append(&mut group);
            continue;
        }
        let shown = Some(format!("of {} members", group.len()));
        let line = |d: &Difference| {
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            format!("{}: {} | {}", d.place, text(&d.left), text(&d.right))
        };
        differences.push(Difference {
            key,
            place: place.clone(),
            left: shown.clone(),
            right: shown,
            detail: group
                .iter()
                .take(Difference::DETAIL_LINES)
                .map(line)
                .collect(),
            allows: Level::Metadata,
            settled_by: rule,
        });
    }
}
