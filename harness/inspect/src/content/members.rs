//! What is asked of members and other parts that go by paths: which stands for which, their order, where
//! links lead, and their times.

use super::whole::{ByName, Whole};
use crate::called_by_id::{self, CalledById};
use crate::deb;
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

    /// Whether the members both sides have stand in the same order. Where those stand that are called by their
    /// build-ids follows from their names, if that is the order they are in.
    pub(super) fn order(
        &mut self,
        parts: &Pair<Vec<Part<'_>>>,
        pairs: &[Pair<Option<&Part<'_>>>],
        called: &Pair<CalledById<'_>>,
    ) {
        let both = pairs.iter().filter_map(|pair| {
            let (left, right) = (pair.left?, pair.right?);
            (left.named != Named::Word).then_some((left.name.as_str(), right.name.as_str()))
        });
        let both: Vec<(&str, &str)> = both.collect();
        let by_id =
            |(left, right): &(&str, &str)| left != right && called.left.place(left).is_some();
        let (by_id, others): (Vec<_>, Vec<_>) = both.iter().copied().partition(by_id);
        let all = orders(parts, &both);
        let kept = match !by_id.is_empty() && in_order_of_names(parts, &by_id) {
            true => orders(parts, &others),
            false => all.clone(),
        };
        let (orders, rule) = match first_moved(&kept) {
            Some(_) => (&kept, None),
            None => (&all, Some(&build_id_path::RULE)),
        };
        if let Some(at) = first_moved(orders) {
            let name = |names: &Vec<&str>| names.get(at).map(|n| format!("{at} members, then {n}"));
            let shown = orders.as_ref().map(name);
            let first = parts.left.first().map_or("", |part| part.key.as_str());
            let key = DiffKey::of([first.split('.').next().unwrap_or_default(), "order"]);
            let place = self.place.clone();
            match rule {
                Some(rule) => self.findings.settle(key, place, shown, rule),
                None => {
                    let allows = Level::Interface;
                    self.findings.differ(key, place, shown, Vec::new(), allows);
                }
            }
        }
        let line = |names: Vec<&str>| Digest::of(format!("order\t{}", Digest::of_fields(names)));
        let lines = kept.map(line);
        self.listing.left.push(lines.left);
        self.listing.right.push(lines.right);
    }
}

/// The left names of these members in the order of each side.
fn orders<'p>(parts: &'p Pair<Vec<Part<'_>>>, pairs: &[(&'p str, &'p str)]) -> Pair<Vec<&'p str>> {
    let of_left: BTreeSet<&str> = pairs.iter().map(|(left, _)| *left).collect();
    let of_right: BTreeMap<&str, &str> =
        pairs.iter().map(|(left, right)| (*right, *left)).collect();
    let names = parts
        .as_ref()
        .map(|parts| parts.iter().map(|p| p.name.as_str()));
    Pair {
        left: names.left.filter(|name| of_left.contains(name)).collect(),
        right: names
            .right
            .filter_map(|name| of_right.get(name).copied())
            .collect(),
    }
}

/// Whether these members stand in the order of their names, folder by folder, on each side.
fn in_order_of_names(parts: &Pair<Vec<Part<'_>>>, pairs: &[(&str, &str)]) -> bool {
    let of = |side: &[Part<'_>], names: &BTreeSet<&str>| {
        let names = side
            .iter()
            .map(|part| part.name.as_str())
            .filter(|name| names.contains(name));
        names.is_sorted_by_key(|name| name.split('/').collect::<Vec<_>>())
    };
    let left = pairs.iter().map(|(left, _)| *left).collect();
    let right = pairs.iter().map(|(_, right)| *right).collect();
    of(&parts.left, &left) && of(&parts.right, &right)
}

fn first_moved(orders: &Pair<Vec<&str>>) -> Option<usize> {
    let mut both = orders.left.iter().zip(&orders.right);
    both.position(|(a, b)| a != b)
}

/// The names of each side that say no more than a build-id.
pub(super) fn called_by_id<'p>(
    by_name: &Pair<ByName<'p, 'p>>,
    options: &Options,
) -> Pair<CalledById<'p>> {
    if !options.rules.has(&build_id_path::RULE) {
        return Pair::default();
    }
    let contents = by_name.as_ref().map(|parts| {
        let contents = parts.iter().map(|(name, part)| match part.canon {
            Canon::File(content) => (*name, Some(content)),
            _ => (*name, None),
        });
        contents.collect::<Vec<_>>()
    });
    called_by_id::read(&contents, |path| {
        let path = path.strip_prefix('.').unwrap_or(path);
        options.tree.apply(path.as_bytes()).into_owned()
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
    let package = |parts: &ByName<'p, 'a>| parts.contains_key("debian-binary");
    let packages = package(&by_name.left) && package(&by_name.right);
    let place = |name: &str| {
        let part = by_name.left.get(name).or(by_name.right.get(name))?;
        let called = called.left.place(name).or(called.right.place(name));
        let archive = deb::archive(name).filter(|_| packages);
        called
            .or_else(|| part.place(options))
            .or_else(|| archive.map(|stem| stem.as_bytes().to_vec()))
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
