//! The differing paths as a tree that folds: folders, files, then the containers and sections inside them.

use super::super::groups::{FileGroup, by_key, rank};
use super::super::headline::count;
use super::super::names;
use super::badge;
use super::hunk::{beside, hunk};
use super::size::Shown;
use crate::untrusted::tame;
use crossproof_model::{Difference, Level, Pair};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Folders below each other that get a level of their own; the rest of a path stays in one name.
const FOLDERS: usize = 32;
/// Steps inside a file that get a level of their own.
const STEPS: usize = 16;
/// So few files are opened from the start.
const FILES_OPEN: usize = 3;
/// So few files have their folders opened from the start.
const FOLDERS_OPEN: usize = 200;

/// What is open before anyone clicks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Open {
    Nothing,
    Folders,
    Files,
}

type Shared<'a> = (&'a FileGroup<'a>, Shown);

/// A folder, or a file if nothing is below it.
#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    here: Option<Shared<'a>>,
}

/// The tree of every path that has something to say and is not only counted.
pub fn tree(groups: &[FileGroup<'_>], shown: &[Shown]) -> Markup {
    let mut top = Folder::default();
    let mut files = 0;
    for (group, shown) in groups.iter().zip(shown) {
        if *shown == Shown::Nothing {
            continue;
        }
        files += usize::from(!group.is_alone() && !group.is_settled());
        let mut folder = &mut top;
        for name in group.path.as_str().splitn(FOLDERS, '/') {
            folder = folder.folders.entry(name).or_default();
        }
        folder.here = Some((group, *shown));
    }
    let open = if files <= FILES_OPEN {
        Open::Files
    } else if files <= FOLDERS_OPEN {
        Open::Folders
    } else {
        Open::Nothing
    };
    contents(&top, open)
}

/// What a folder says of all below it.
struct Below {
    /// The worst level; `None` (undecided) is before any.
    worst: Option<Level>,
    files: usize,
    settled: bool,
}

impl Folder<'_> {
    fn below(&self) -> Below {
        let here = self.here.map(|(group, _)| Below {
            worst: group.level,
            files: 1,
            settled: group.is_settled(),
        });
        let all = here
            .into_iter()
            .chain(self.folders.values().map(Folder::below));
        let start = Below {
            worst: Some(Level::Bits),
            files: 0,
            settled: true,
        };
        all.fold(start, |a, b| Below {
            worst: a.worst.min(b.worst),
            files: a.files + b.files,
            settled: a.settled && b.settled,
        })
    }
}

fn contents(folder: &Folder<'_>, open: Open) -> Markup {
    let mut below: Vec<_> = folder.folders.iter().collect();
    below.sort_by_key(|(name, folder)| (folder.below().worst, **name));
    html! { @for (name, folder) in below { (node((*name).to_owned(), folder, open)) } }
}

fn node(name: String, folder: &Folder<'_>, open: Open) -> Markup {
    let Some(here) = folder.here else {
        // A folder that holds one other is one line with it.
        if let (1, Some((inner, below))) = (folder.folders.len(), folder.folders.iter().next()) {
            return node(format!("{name}/{inner}"), below, open);
        }
        let Below {
            worst,
            files,
            settled,
        } = folder.below();
        let class = if settled { "node settled" } else { "node" };
        return html! {
            details class=(class) open[open >= Open::Folders] {
                summary { span.name { (tame(&name)) "/" } " " (badge(worst)) " " span.count { (count(files, "path")) } }
                div.below { (contents(folder, open)) }
            }
        };
    };
    file(&name, here, folder, open)
}

/// A path that has something to say, and what is below it: a folder can differ itself, and hold what differs.
fn file(name: &str, (group, shown): Shared<'_>, folder: &Folder<'_>, open: Open) -> Markup {
    let name = tame(name);
    let side = match group.open.first().map(|only| only.key.as_str()) {
        Some("tree.only-left") if group.is_alone() => Some("only on the left"),
        Some(_) if group.is_alone() => Some("only on the right"),
        _ => None,
    };
    let inner = !folder.folders.is_empty();
    if let (Some(side), false) = (side, inner) {
        return html! {
            div.d.alone { span.name { (name) } " " (badge(group.level)) " " span.count { (side) } }
        };
    }
    let Below { worst, settled, .. } = folder.below();
    let class = if settled { "node settled" } else { "node" };
    let differing = group.open.len();
    let opened = match inner {
        true => open >= Open::Folders && !settled,
        false => open == Open::Files && differing > 0,
    };
    html! {
        details class=(class) open[opened] {
            summary {
                span.name { (name) @if inner { "/" } } " " (badge(worst)) " "
                span.count {
                    @match side {
                        Some(side) => (side),
                        None => { (group.format) ", " (count(differing, "difference")) },
                    }
                }
            }
            div.below {
                @for undecided in &group.undecided {
                    article.d.undecided {
                        p { "undecided: " (names::steps(&undecided.place.inside, " › ")) " " (tame(&undecided.reason)) }
                    }
                }
                @match (side, shown) {
                    (Some(_), _) => {},
                    (None, Shown::Whole) => {
                        @let all = sorted(group);
                        (steps(&all, 0, open))
                    },
                    (None, Shown::Keys | Shown::Nothing) => (keys(group)),
                }
                (contents(folder, open))
            }
        }
    }
}

fn sorted<'a>(group: &FileGroup<'a>) -> Vec<&'a Difference> {
    let mut all = [&group.open[..], &group.settled[..]].concat();
    all.sort_by_key(|difference| rank(difference));
    all
}

/// The differences by the step of their place at `depth`: those that end here, then each step inwards, the
/// worst first as they come.
fn steps(differences: &[&Difference], depth: usize, open: Open) -> Markup {
    let mut here = Vec::new();
    let mut order: Vec<&str> = Vec::new();
    let mut inwards: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in differences {
        match difference.place.inside.get(depth) {
            Some(step) if depth < STEPS => {
                let found = inwards.entry(step).or_default();
                if found.is_empty() {
                    order.push(step);
                }
                found.push(difference);
            }
            _ => here.push(*difference),
        }
    }
    let inwards = order
        .into_iter()
        .filter_map(|step| Some((step, inwards.get(step)?)));
    html! {
        @for difference in here { (card(difference, depth)) }
        @for (name, found) in inwards {
            @if let &[only] = &found[..] { (card(only, depth)) }
            @else {
                @let open_count = found.iter().filter(|d| d.settled_by.is_none()).count();
                @let class = if open_count == 0 { "node settled" } else { "node" };
                details class=(class) open[open == Open::Files && open_count > 0 && open_count <= 12] {
                    summary {
                        span.name { (names::told(name)) } " " (badge(found.iter().map(|d| d.allows).min())) " "
                        span.count { (count(open_count, "difference")) }
                    }
                    div.below { (steps(found, depth + 1, open)) }
                }
            }
        }
    }
}

/// One difference; `depth` steps of its place stand above it already.
fn card(difference: &Difference, depth: usize) -> Markup {
    let place = difference.place.inside.get(depth..).unwrap_or_default();
    let class = if difference.settled_by.is_some() {
        "d settled"
    } else {
        "d"
    };
    html! {
        article class=(class) {
            p.what {
                code.key { (difference.key) } " "
                @if !place.is_empty() { span.place { (names::steps(place, " › ")) } " " }
                @match &difference.settled_by {
                    Some(rule) => span.count { "settled by " (rule) },
                    None => (badge(Some(difference.allows))),
                }
            }
            (values(difference))
            (hunk(difference))
        }
    }
}

fn values(difference: &Difference) -> Markup {
    match (&difference.left, &difference.right) {
        (left, right) if left == right => html! {
            @if let Some(value) = left { div.same { (tame(value)) } }
        },
        (left, right) => html! {
            div.values { (beside(Pair::new(left.as_deref(), right.as_deref()))) }
        },
    }
}

fn keys(group: &FileGroup<'_>) -> Markup {
    let keys = by_key(&group.open);
    html! {
        div.d {
            @for key in keys.iter().take(20) {
                p.what { code.key { (key.key) } " " span.count { "× " (key.found.len()) } }
            }
            @if keys.len() > 20 { p { "and " (keys.len() - 20) " more kinds" } }
        }
    }
}
