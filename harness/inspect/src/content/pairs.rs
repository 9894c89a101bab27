//! Which part of one file stands for which of the other, and what is said once for many of them.

use crate::called_by_id::{self, CalledById};
use crate::deb;
use crate::options::Options;
use crate::pairing;
use crate::part::{Canon, Part};
use crate::rules::build_id_path;
use crossproof_model::{DiffKey, Difference, Level, Pair, Place, RuleRef};
use std::collections::{BTreeMap, BTreeSet};

/// Parts of each side by name.
pub(super) type ByName<'p, 'a> = BTreeMap<&'p str, &'p Part<'a>>;

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
