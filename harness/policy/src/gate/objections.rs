//! Everything that can be said against a candidate.

use super::demands::{Asked, OfPath};
use super::{Known, needle_name};
use crossproof_model::check::Scan;
use crossproof_model::gate::{Day, Objection, Tolerated, Wanted};
use crossproof_model::golden::Outcome;
use crossproof_model::observation::Observation;
use crossproof_model::tree::Fact;
use crossproof_model::verdict::Control;
use crossproof_model::{Difference, Level, RelPath, Side};
use std::collections::{BTreeMap, BTreeSet};

/// What is held against it, and what was let through.
pub(super) fn objections(
    asked: &Asked<'_>,
    known: &Known<'_>,
    scan: Option<Result<&Scan, &str>>,
    today: &Day,
) -> (Vec<Objection>, Vec<Tolerated>) {
    let (mut out, tolerated) = levels(asked, known, today);
    out.extend(whole(asked, known));
    out.extend(growth(asked, known));
    match scan {
        None => {}
        Some(Err(why)) => out.push(Objection::Unseen(why.to_owned())),
        Some(Ok(scan)) => out.extend(searched(asked, scan)),
    }
    (out, tolerated)
}

/// Each path at the level it must have; rules that may settle nothing there settle nothing.
fn levels(asked: &Asked<'_>, known: &Known<'_>, today: &Day) -> (Vec<Objection>, Vec<Tolerated>) {
    let mut by_path: BTreeMap<&RelPath, Vec<&Difference>> = BTreeMap::new();
    for difference in &known.comparison.differences {
        by_path
            .entry(&difference.place.path)
            .or_default()
            .push(difference);
    }
    let (mut out, mut through) = (Vec::new(), Vec::new());
    for (path, differences) in by_path {
        let demands = asked.of_path(path);
        let tolerations: Vec<_> = asked.tolerations(path).collect();
        out.extend(rules(&demands, path, &differences));
        let mut worst: Option<(&Difference, Option<&Day>)> = None;
        for difference in differences {
            let toleration = tolerations.iter().filter(|one| one.key == difference.key);
            let latest = toleration.max_by_key(|one| &one.until);
            if let Some(one) = latest
                && one.until >= *today
                && difference.settled_by.is_none()
            {
                through.push(Tolerated {
                    key: difference.key.clone(),
                    place: difference.place.clone(),
                    until: one.until.clone(),
                    reason: one.reason.clone(),
                });
                continue;
            }
            if worst.is_none_or(|(worst, _)| difference.allows < worst.allows) {
                worst = Some((difference, latest.map(|one| &one.until)));
            }
        }
        if let Some((difference, expired)) = worst
            && difference.allows < demands.at_least
        {
            out.push(Objection::Level {
                path: path.clone(),
                found: difference.allows,
                wanted: demands.at_least,
                key: difference.key.clone(),
                expired: expired.cloned(),
            });
        }
    }
    // Something let through differs all the same: that is less than `bits`.
    for one in &through {
        let wanted = asked.of_path(&one.place.path).at_least;
        if wanted == Level::Bits {
            out.push(Objection::Level {
                path: one.place.path.clone(),
                found: Level::Metadata,
                wanted,
                key: one.key.clone(),
                expired: None,
            });
        }
    }
    (out, through)
}

fn rules(demands: &OfPath<'_>, path: &RelPath, differences: &[&Difference]) -> Vec<Objection> {
    let Some(allowed) = demands.rules else {
        return Vec::new();
    };
    let here = differences.iter();
    let used: BTreeSet<_> = here
        .filter_map(|difference| difference.settled_by.as_ref())
        .collect();
    used.into_iter()
        .filter(|rule| !allowed.contains(*rule))
        .map(|rule| Objection::Rule(rule.clone(), path.clone()))
        .collect()
}

fn whole(asked: &Asked<'_>, known: &Known<'_>) -> Vec<Objection> {
    let demands = asked.whole();
    let mut out = Vec::new();
    if demands.behaviour == Wanted::Must {
        out.extend(behaviour(demands.models, known));
    }
    if demands.controls == Wanted::Must {
        let sides = Side::BOTH.map(|side| (side, *known.controls.of(side)));
        let unlike = sides
            .into_iter()
            .filter(|(_, control)| *control != Control::Same);
        out.extend(unlike.map(|(side, control)| Objection::Control(side, control)));
    }
    if demands.golden == Wanted::Must && *known.outcome != Outcome::Holds {
        out.push(Objection::Golden(known.outcome.word()));
    }
    if demands.findings == Wanted::Must {
        let found = known.findings.iter();
        out.extend(found.map(|one| Objection::Finding(one.key.clone(), one.place.clone())));
    }
    if let Some(allowed) = demands.notes {
        let notes = known.notes.iter().filter(|note| !allowed.contains(*note));
        out.extend(notes.map(|note| Objection::Note(*note)));
    }
    out
}

/// Each run the same on both sides, and under each model as under the first.
fn behaviour(models: Option<&BTreeSet<String>>, known: &Known<'_>) -> Vec<Objection> {
    let asked =
        |model: &str| models.is_none_or(|models| models.is_empty() || models.contains(model));
    let made: Vec<_> = known
        .observed
        .iter()
        .filter(|one| asked(&one.model))
        .collect();
    if made.is_empty() {
        return vec![Objection::NotRun(None)];
    }
    let mut out = Vec::new();
    let runs: BTreeSet<&str> = known.observed.iter().map(|one| one.run.as_str()).collect();
    for model in models.into_iter().flatten() {
        let under = made.iter().filter(|one| one.model == *model);
        let under: BTreeSet<&str> = under.map(|one| one.run.as_str()).collect();
        if under != runs {
            out.push(Objection::NotRun(Some(model.clone())));
        }
    }
    for (at, one) in made.iter().enumerate() {
        let first = made[..at].iter().find(|other| other.run == one.run);
        let unlike_first = first.is_some_and(|first| first.pair != one.pair);
        if one.pair.left != one.pair.right || unlike_first {
            let showed = one.pair.as_ref().map(Observation::digest);
            let (run, model) = (one.run.clone(), one.model.clone());
            out.push(Objection::Behaviour(run, model, showed));
        }
    }
    out
}

fn growth(asked: &Asked<'_>, known: &Known<'_>) -> Vec<Objection> {
    let Known { manifests, .. } = known;
    let mut out = Vec::new();
    for (path, cross) in &manifests.right.facts {
        let sizes = (manifests.left.facts.get(path), cross);
        let (Some(Fact::File { size: native, .. }), Fact::File { size: cross, .. }) = sizes else {
            continue;
        };
        if let Some(percent) = asked.of_path(path).growth
            && u128::from(*cross) * 100 > u128::from(*native) * (100 + u128::from(percent))
        {
            out.push(Objection::Growth(path.clone(), *native, *cross, percent));
        }
    }
    out
}

/// What the bytes of the cross artifact say.
fn searched(asked: &Asked<'_>, scan: &Scan) -> Vec<Objection> {
    let mut out = Vec::new();
    for (place, release) in &scan.glibc {
        if let Some(newest) = asked.of_path(&place.path).glibc
            && release > newest
        {
            let found = Objection::Glibc(place.clone(), release.clone(), newest.clone());
            out.push(found);
        }
    }
    for ((needle, place), texts) in &scan.references {
        let Some((row, names)) = asked.of_path(&place.path).forbid else {
            continue;
        };
        let name = names
            .into_iter()
            .find(|name| needle_name(row, name) == *needle);
        if let (Some(name), Some(text)) = (name, texts.first()) {
            let found = Objection::Forbidden(place.clone(), name.to_owned(), text.clone());
            out.push(found);
        }
    }
    for (place, why) in &scan.unsearched {
        out.push(Objection::Unseen(format!("{place}: {why}")));
    }
    out
}
