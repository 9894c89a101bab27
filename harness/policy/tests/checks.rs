//! What checks raise: each kind once where it must be raised, and once where it must not.

mod specimen;

use crossproof_model::case::{Case, System};
use crossproof_model::check::{ALWAYS, Checks, Machine, Scan, Search, SizeBudget};
use crossproof_model::plan::Plan;
use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::{Comparison, Difference, Digest, Level, Pair, Place, Platform};
use crossproof_policy::checks::{checks, needles};
use crossproof_policy::explanation;
use std::collections::BTreeSet;

fn case(checks: Checks) -> Case {
    Case {
        checks,
        ..specimen::case(System::Make)
    }
}

fn planned(case: &Case) -> Plan {
    specimen::planned(case, Platform::Aarch64)
}

fn at(step: &str) -> Place {
    Place::file("usr/bin/a".parse().unwrap()).within(step)
}

/// A search that found these texts of a needle in `.rodata`.
fn references(name: &str, texts: &[&str]) -> Scan {
    let texts: BTreeSet<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let found = (!texts.is_empty()).then(|| ((name.to_owned(), at(".rodata")), texts));
    Scan {
        references: found.into_iter().collect(),
        ..Scan::default()
    }
}

fn raised(case: &Case, scans: Pair<Scan>, sizes: Pair<u64>) -> Vec<Difference> {
    let manifests = sizes.map(|size| {
        let fact = Fact::File {
            mode: 0o755,
            size,
            digest: Digest::of(b""),
        };
        Manifest {
            facts: [("usr/bin/a".parse().unwrap(), fact)].into(),
            ..Manifest::default()
        }
    });
    let found = checks(case, &planned(case), &scans, manifests.as_ref(), None);
    for one in &found {
        assert_eq!(one.allows, Level::Bits, "a check is no difference");
        let explained = explanation(&one.key).map(|found| found.family);
        assert!(
            explained.is_some_and(|family| family != "check"),
            "{}",
            one.key
        );
    }
    found
}

fn keys(found: &[Difference]) -> Vec<&str> {
    found.iter().map(|one| one.key.as_str()).collect()
}

fn forbidding(name: &str) -> Case {
    let search = Search::Texts(vec!["x".to_owned()]);
    case(Checks {
        forbid: [(name.to_owned(), search)].into(),
        ..Checks::default()
    })
}

#[test]
fn what_the_author_forbids_is_raised_wherever_it_is_and_says_where() {
    let case = forbidding("nix");
    let scans = Pair::new(
        references("nix", &["a", "b"]),
        references("nix", &["b", "c"]),
    );
    let found = raised(&case, scans, Pair::new(1, 1));
    assert_eq!(
        keys(&found),
        [
            "check.forbid.nix.both",
            "check.forbid.nix.cross-only",
            "check.forbid.nix.native-only"
        ]
    );
    let shown = |one: &Difference| (one.left.clone(), one.right.clone());
    assert_eq!(shown(&found[0]), (Some("b".into()), Some("b".into())));
    assert_eq!(shown(&found[1]), (None, Some("c".into())));
    assert_eq!(shown(&found[2]), (Some("a".into()), None));
    let clean = Pair::new(Scan::default(), Scan::default());
    assert!(raised(&case, clean, Pair::new(1, 1)).is_empty());
}

#[test]
fn build_folders_and_platforms_are_raised_of_the_cross_side_alone() {
    let case = case(Checks::default());
    for name in ["build-prefix", "build-triple", "cross-prefix"] {
        let both = Pair::new(references(name, &["a"]), references(name, &["a"]));
        assert!(raised(&case, both, Pair::new(1, 1)).is_empty(), "{name}");
        let native = Pair::new(references(name, &["a"]), Scan::default());
        assert!(raised(&case, native, Pair::new(1, 1)).is_empty(), "{name}");
        let more = Pair::new(references(name, &["a"]), references(name, &["a", "b"]));
        let found = raised(&case, more, Pair::new(1, 1));
        assert_eq!(keys(&found), [format!("check.forbid.{name}.cross-only")]);
        assert_eq!(found[0].detail, ["b"]);
    }
    // A file that is nowhere on the native side brings in only what no native file has at such a place.
    let moved = |name: &str| {
        let mut scan = references("build-prefix", &["a"]);
        let (_, texts) = scan.references.pop_first().unwrap();
        let place = Place::file(name.parse().unwrap()).within(".rodata");
        scan.references
            .insert(("build-prefix".to_owned(), place), texts);
        scan
    };
    let there = Pair::new(references("build-prefix", &["a"]), moved("usr/bin/b"));
    assert!(raised(&case, there, Pair::new(1, 1)).is_empty());
    let nowhere = Pair::new(Scan::default(), moved("usr/bin/b"));
    let found = raised(&case, nowhere, Pair::new(1, 1));
    assert_eq!(keys(&found), ["check.forbid.build-prefix.cross-only"]);
    let both = Pair::new(
        references("march-native", &["a"]),
        references("march-native", &["a"]),
    );
    let found = raised(&case, both, Pair::new(1, 1));
    assert_eq!(keys(&found), ["check.forbid.march-native.both"]);
}

#[test]
fn what_is_always_looked_for_names_the_platforms_of_the_case() {
    let case = case(Checks::default());
    let needles = needles(&case, &planned(&case));
    let names: BTreeSet<&str> = needles.iter().map(|needle| needle.name.as_str()).collect();
    // Other architectures are told by ELF headers, not by a text.
    let always: BTreeSet<&str> = ALWAYS.into_iter().collect();
    assert!(always.is_superset(&names) && names.len() + 1 == always.len());
    let texts = |name: &str| {
        let needle = needles.iter().find(|needle| needle.name == name);
        match needle.map(|needle| &needle.search) {
            Some(Search::Texts(texts)) => texts.join(" "),
            _ => String::new(),
        }
    };
    assert_eq!(
        texts("build-triple"),
        "x86_64-linux-gnu x86_64-pc-linux-gnu x86_64-unknown-linux-gnu"
    );
    assert!(texts("cross-prefix").contains("/usr/aarch64-linux-gnu/"));
}

#[test]
fn files_for_another_machine_are_raised() {
    let case = case(Checks::default());
    let machine = |code, bits| Scan {
        machines: [(at("m"), Machine { code, bits })].into(),
        ..Scan::default()
    };
    let own = Pair::new(machine(183, 64), machine(183, 64));
    assert!(raised(&case, own, Pair::new(1, 1)).is_empty());
    let cross = Pair::new(machine(183, 64), machine(62, 64));
    let found = raised(&case, cross, Pair::new(1, 1));
    assert_eq!(keys(&found), ["check.forbid.other-architecture.cross-only"]);
    assert_eq!(found[0].right.as_deref(), Some("64-bit x86-64"));
    // The same machine code with other addresses is another machine (ILP32).
    let both = Pair::new(machine(183, 32), machine(183, 32));
    let found = raised(&case, both, Pair::new(1, 1));
    assert_eq!(keys(&found), ["check.forbid.other-architecture.both"]);
}

#[test]
fn growth_is_raised_above_the_budget_and_by_the_first_glob() {
    let budget = |glob: &str, percent| SizeBudget {
        glob: glob.to_owned(),
        percent,
    };
    let sized = |size| {
        case(Checks {
            size,
            ..Checks::default()
        })
    };
    let none = || Pair::new(Scan::default(), Scan::default());
    let tight = sized(vec![budget("usr/bin/*", 10), budget("**", 0)]);
    // The second glob has nothing left to watch over, and says so.
    let found = raised(&tight, none(), Pair::new(100, 110));
    assert_eq!(keys(&found), ["check.size.unmatched"]);
    let tight = sized(vec![budget("usr/bin/*", 10)]);
    assert!(raised(&tight, none(), Pair::new(100, 110)).is_empty());
    assert!(raised(&tight, none(), Pair::new(100, 10)).is_empty());
    let found = raised(&tight, none(), Pair::new(100, 111));
    assert_eq!(keys(&found), ["check.size"]);
    let other = sized(vec![budget("usr/lib/*", 10)]);
    let found = raised(&other, none(), Pair::new(100, 500));
    assert_eq!(keys(&found), ["check.size.unmatched"]);
}

#[test]
fn a_c_library_newer_than_the_bound_is_raised() {
    let case = case(Checks {
        glibc: Some("2.34".parse().unwrap()),
        ..Checks::default()
    });
    let needs = |release: &str| Scan {
        glibc: [(at("m"), release.parse().unwrap())].into(),
        ..Scan::default()
    };
    let old = Pair::new(needs("2.9"), needs("2.34"));
    assert!(raised(&case, old, Pair::new(1, 1)).is_empty());
    let found = raised(
        &case,
        Pair::new(needs("2.9"), needs("2.38")),
        Pair::new(1, 1),
    );
    assert_eq!(keys(&found), ["check.glibc.cross-only"]);
    assert_eq!(found[0].right.as_deref(), Some("2.38"));
    let found = raised(
        &case,
        Pair::new(needs("2.38"), needs("2.38")),
        Pair::new(1, 1),
    );
    assert_eq!(keys(&found), ["check.glibc.both"]);
}

#[test]
fn what_could_not_be_searched_is_raised() {
    let case = case(Checks::default());
    let scan = Scan {
        unsearched: [(at("s"), "why".to_owned())].into(),
        ..Scan::default()
    };
    let found = raised(&case, Pair::new(Scan::default(), scan), Pair::new(1, 1));
    assert_eq!(keys(&found), ["check.unsearched"]);
}

/// A comparison in which a header changed, twice, and one is on each side only.
fn sysroots() -> Comparison {
    let difference = |key: &str, path: &str| Difference {
        key: key.parse().unwrap(),
        place: Place::file(path.parse().unwrap()),
        left: None,
        right: None,
        detail: Vec::new(),
        allows: Level::Interface,
        settled_by: None,
    };
    Comparison {
        differences: vec![
            difference("text.lines", "usr/include/stdio.h"),
            difference("tree.mode", "usr/include/stdio.h"),
            difference("tree.only-left", "usr/include/crypt.h"),
            difference("tree.only-right", "usr/include/more.h"),
        ],
        ..Comparison::default()
    }
}

#[test]
fn headers_that_differ_are_raised_once_each() {
    let case = case(Checks::default());
    let scans = Pair::<Scan>::default();
    let manifests = Pair::<Manifest>::default();
    let raised = |sysroots: Option<&Comparison>| {
        let found = checks(&case, &planned(&case), &scans, manifests.as_ref(), sysroots);
        let told = found
            .iter()
            .map(|one| format!("{} {}", one.key, one.place.path));
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        raised(Some(&sysroots())),
        [
            "check.headers.native-only usr/include/crypt.h",
            "check.headers.cross-only usr/include/more.h",
            "check.headers.changed usr/include/stdio.h",
        ]
    );
    assert_eq!(raised(Some(&Comparison::default())), [""; 0]);
    assert_eq!(raised(None), [""; 0]);
}
