//! What a case's artifacts must satisfy beside being alike: what is looked for in them, and what of that
//! which was found is raised.
//!
//! A finding says nothing of how alike the two are, so each allows `bits`: bytes that differ because of it
//! are differences of their own.

mod headers;

use crossproof_model::check::{Checks, Machine, Needle, Raised, Release, Scan, Search};
use crossproof_model::plan::{Plan, paths};
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::{Case, Comparison, DiffKey, Difference, Level, Pair, Place, RelPath};
use globset::{Glob, GlobMatcher};
use std::collections::{BTreeMap, BTreeSet};

/// What both artifacts are searched for: what is always looked for, then what the author forbids.
pub fn needles(case: &Case, plan: &Plan) -> Vec<Needle> {
    let (build, host) = (plan.cross.root.native, plan.target.gnu());
    let vendors = ["pc", "unknown"];
    let vendors = vendors.map(|vendor| build.gnu().replacen('-', &format!("-{vendor}-"), 1));
    let needle = |name: &str, texts: Vec<String>, raised| Needle {
        name: name.to_owned(),
        search: Search::Texts(texts),
        raised,
    };
    let folders = [paths::SOURCE, paths::DESTINATION, paths::HOME];
    let prefix = [
        format!("/usr/{host}/"),
        "/usr/lib/gcc-cross/".to_owned(),
        "/usr/libexec/gcc-cross/".to_owned(),
    ];
    let triples = std::iter::once(build.gnu().to_owned()).chain(vendors);
    let always = [
        needle(
            "build-prefix",
            folders.map(str::to_owned).into(),
            Raised::CrossOnly,
        ),
        needle("build-triple", triples.collect(), Raised::CrossOnly),
        needle("cross-prefix", prefix.into(), Raised::CrossOnly),
        needle(
            "march-native",
            vec!["-march=native".to_owned()],
            Raised::Anywhere,
        ),
    ];
    let forbidden = case.checks.forbid.iter().map(|(name, search)| Needle {
        name: name.clone(),
        search: search.clone(),
        raised: Raised::Anywhere,
    });
    always.into_iter().chain(forbidden).collect()
}

/// Everything that the checks of `case` raise, in order of place and key; `sysroots` is what a compiler reads of
/// the two roots, compared, if the case asks for that.
pub fn checks(
    case: &Case,
    plan: &Plan,
    scans: &Pair<Scan>,
    manifests: Pair<&Manifest>,
    sysroots: Option<&Comparison>,
) -> Vec<Difference> {
    let mut found = references(&needles(case, plan), scans, manifests.left);
    found.extend(machines(plan, scans));
    found.extend(unsearched(scans));
    found.extend(glibc(&case.checks, scans));
    found.extend(sizes(&case.checks, manifests));
    found.extend(sysroots.into_iter().flat_map(headers::headers));
    found.sort_by(|a, b| (&a.place, &a.key).cmp(&(&b.place, &b.key)));
    found
}

/// Which artifacts something is in, as keys say it.
fn whose(sides: Pair<bool>) -> &'static str {
    match (sides.left, sides.right) {
        (true, true) => "both",
        (true, false) => "native-only",
        (false, _) => "cross-only",
    }
}

fn finding(words: &[&str], place: &Place, shown: Pair<Option<String>>) -> Difference {
    Difference {
        key: DiffKey::of(["check"].iter().chain(words).copied()),
        place: place.clone(),
        left: shown.left,
        right: shown.right,
        detail: Vec::new(),
        allows: Level::Bits,
        settled_by: None,
    }
}

fn references(needles: &[Needle], scans: &Pair<Scan>, native: &Manifest) -> Vec<Difference> {
    let none = BTreeSet::new();
    let mut out = Vec::new();
    let keys = scans.as_ref().map(|scan| scan.references.keys());
    let keys: BTreeSet<_> = keys.left.chain(keys.right).collect();
    for key @ (name, place) in keys {
        let Some(needle) = needles.iter().find(|needle| needle.name == *name) else {
            continue;
        };
        let texts = scans
            .as_ref()
            .map(|scan| scan.references.get(key).unwrap_or(&none));
        // A file that the native side has elsewhere, or not at all, brings in what no native file has there.
        let elsewhere = (needle.raised == Raised::CrossOnly
            && !native.facts.contains_key(&place.path))
        .then(|| anywhere(&scans.left, name, &place.inside));
        let texts = Pair::new(elsewhere.as_ref().unwrap_or(texts.left), texts.right);
        // By text, not by place alone: one more path among those both have is that side's own.
        let groups: [(Pair<bool>, BTreeSet<&String>); 3] = [
            (
                Pair::new(false, true),
                texts.right.difference(texts.left).collect(),
            ),
            (
                Pair::new(true, false),
                texts.left.difference(texts.right).collect(),
            ),
            (
                Pair::new(true, true),
                texts.left.intersection(texts.right).collect(),
            ),
        ];
        for (sides, texts) in groups {
            let cross_only = !sides.left && sides.right;
            if texts.is_empty() || (needle.raised == Raised::CrossOnly && !cross_only) {
                continue;
            }
            let first = texts.first().map(|text| (*text).clone());
            let shown = sides.map(|there| first.clone().filter(|_| there));
            let mut finding = finding(&["forbid", name, whose(sides)], place, shown);
            let lines = texts.into_iter().take(Difference::DETAIL_LINES);
            finding.detail = lines.cloned().collect();
            out.push(finding);
        }
    }
    out
}

/// Every text of a needle that is at such a place inside any file.
fn anywhere(scan: &Scan, needle: &str, inside: &[String]) -> BTreeSet<String> {
    let references = scan.references.iter();
    let there = references.filter(|((name, place), _)| name == needle && place.inside == inside);
    there.flat_map(|(_, texts)| texts.iter().cloned()).collect()
}

/// ELF files for another machine than the target's.
fn machines(plan: &Plan, scans: &Pair<Scan>) -> Vec<Difference> {
    let own = Machine {
        code: plan.target.elf_machine(),
        bits: plan.target.bits(),
    };
    each(scans.as_ref().map(|scan| &scan.machines), |machine| {
        *machine != own
    })
    .map(|(place, shown)| {
        let sides = shown.as_ref().map(Option::is_some);
        let shown = shown.map(|machine| machine.map(Machine::to_string));
        finding(&["forbid.other-architecture", whose(sides)], place, shown)
    })
    .collect()
}

fn unsearched(scans: &Pair<Scan>) -> Vec<Difference> {
    each(scans.as_ref().map(|scan| &scan.unsearched), |_| true)
        .map(|(place, why)| finding(&["unsearched"], place, why.map(Option::<&String>::cloned)))
        .collect()
}

/// Files that need a newer GNU C library than the author allows.
fn glibc(checks: &Checks, scans: &Pair<Scan>) -> Vec<Difference> {
    let Some(newest) = &checks.glibc else {
        return Vec::new();
    };
    each(scans.as_ref().map(|scan| &scan.glibc), |release| {
        release > newest
    })
    .map(|(place, shown)| {
        let sides = shown.as_ref().map(Option::is_some);
        let shown = shown.map(|release| release.map(Release::to_string));
        finding(&["glibc", whose(sides)], place, shown)
    })
    .collect()
}

/// Each place where either side has something that counts, and what each side has that does.
fn each<T>(
    sides: Pair<&BTreeMap<Place, T>>,
    counts: impl Fn(&T) -> bool,
) -> impl Iterator<Item = (&Place, Pair<Option<&T>>)> {
    let places: BTreeSet<&Place> = sides.left.keys().chain(sides.right.keys()).collect();
    places.into_iter().filter_map(move |place| {
        let there = sides.map(|side| side.get(place).filter(|value| counts(value)));
        (there.left.is_some() || there.right.is_some()).then_some((place, there))
    })
}

/// Files of the cross artifact that have grown by more than their budget. The first glob that takes a path
/// decides; one that takes none is a finding: it would watch over nothing.
fn sizes(checks: &Checks, manifests: Pair<&Manifest>) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut left: Vec<(RelPath, u64, u64)> = Vec::new();
    for (path, native) in &manifests.left.facts {
        let cross = manifests.right.facts.get(path);
        if let (Fact::File { size, .. }, Some(Fact::File { size: cross, .. })) = (native, cross) {
            left.push((path.clone(), *size, *cross));
        }
    }
    for budget in &checks.size {
        let glob = matcher(&budget.glob);
        let takes = |path: &RelPath| glob.as_ref().is_some_and(|g| g.is_match(path.as_str()));
        let (taken, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(path, ..)| takes(path));
        left = rest;
        if taken.is_empty() {
            let place = budget.glob.parse().map(Place::file);
            let why = format!("no file on both sides matches `{}`", budget.glob);
            out.extend(
                place.map(|place| finding(&["size.unmatched"], &place, Pair::new(None, Some(why)))),
            );
        }
        for (path, native, cross) in taken {
            if exceeds(native, cross, budget.percent) {
                let shown = Pair::new(
                    Some(format!("{native} bytes")),
                    Some(format!("{cross} bytes, above {} %", budget.percent)),
                );
                out.push(finding(&["size"], &Place::file(path), shown));
            }
        }
    }
    out
}

fn exceeds(native: u64, cross: u64, percent: u32) -> bool {
    u128::from(cross) * 100 > u128::from(native) * (100 + u128::from(percent))
}

/// Checked when the case was read: what is no glob takes nothing.
fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob: Glob = globset::GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .ok()?;
    Some(glob.compile_matcher())
}
