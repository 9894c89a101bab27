//! The house rules that no lint knows: each is a test, so that breaking one is noticed at once.

mod circles;

use crossproof_model::Side;
use crossproof_model::golden::Accepted;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 400;
const FORBIDDEN_NAMES: [&str; 5] = ["util", "common", "helpers", "manager", "imp"];

/// Which crates of ours a crate may depend on: the arrows of ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("inspect", &["model"]),
    ("policy", &["model"]),
    ("record", &["model"]),
    ("exec", &["model"]),
    ("attest", &[]),
    (
        "suite",
        &["model", "inspect", "policy", "record", "exec", "attest"],
    ),
];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut pending = vec![top().join("harness")];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") {
                pending.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 30, "the sources were not found");
    found
}

fn complain(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let bare = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "));
    complain(
        &bare
            .map(|(path, _)| format!("{}: no module documentation at its top", path.display()))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_outgrows_a_reader() {
    let long = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > MOST_LINES);
    complain(
        &long
            .map(|(path, text)| {
                format!(
                    "{}: {} lines, at most {MOST_LINES}",
                    path.display(),
                    text.lines().count()
                )
            })
            .collect::<Vec<_>>(),
    );
}

#[test]
fn files_are_named_after_what_is_in_them() {
    let named = |path: &Path| {
        path.file_stem()
            .is_some_and(|stem| FORBIDDEN_NAMES.iter().any(|name| stem == *name))
    };
    let bad = sources().into_iter().filter(|(path, _)| named(path));
    complain(
        &bad.map(|(path, _)| format!("{}: name what is in it", path.display()))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn lints_are_waived_only_with_a_reason() {
    let this = Path::new(file!()).file_name();
    let mut problems = Vec::new();
    for (path, text) in sources()
        .into_iter()
        .filter(|(path, _)| path.file_name() != this)
    {
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("#[allow")
                || code.starts_with("#![allow")
                || code.starts_with("#[ignore")
            {
                problems.push(format!("{}:{}: waived: {code}", path.display(), number + 1));
            }
        }
    }
    complain(&problems);
}

/// What prints, and the files that may: the screen, the progress shown on it, and a process that became a sandbox.
const PRINTS: [&str; 7] = [
    "println!",
    "print!(",
    "eprint",
    "stdout()",
    "stderr()",
    "io::Stdout",
    "dbg!",
];
const PRINTERS: [&str; 3] = [
    "suite/src/screen.rs",
    "suite/src/progress.rs",
    "exec/src/sandbox/entry.rs",
];

#[test]
fn nothing_prints_beside_the_screen() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let name = path.display().to_string();
        // Tests, and programs that are not installed.
        let own = ["/tests/", "/examples/", "/benches/", "/fuzz/", "/tests.rs"];
        if !name.contains("/src/")
            || own.iter().any(|part| name.contains(part))
            || PRINTERS.iter().any(|printer| name.ends_with(printer))
        {
            continue;
        }
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let said = line.trim_start().starts_with("//") || line.contains("is_terminal");
            if !said && PRINTS.iter().any(|print| line.contains(print)) {
                problems.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    complain(&problems);
}

#[test]
fn arrows_between_crates_point_down() {
    for (name, may) in ARROWS {
        let manifest =
            fs::read_to_string(top().join(format!("harness/{name}/Cargo.toml"))).unwrap();
        for (other, _) in ARROWS.iter().filter(|(other, _)| *other != name) {
            let depends = manifest
                .lines()
                .any(|line| line.starts_with(&format!("crossproof-{other}.")));
            assert!(
                !depends || may.contains(other),
                "{name} must not depend on {other}"
            );
        }
    }
}

/// The modules a crate root or a module file declares, in order.
fn declared(text: &str) -> Vec<String> {
    let modules = text.lines().filter_map(|line| {
        let line = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ");
        line.strip_prefix("mod ")?
            .strip_suffix(';')
            .map(str::to_owned)
    });
    modules.collect()
}

/// The modules of a crate by their paths from its root, with their texts.
fn modules(src: &Path) -> BTreeMap<Vec<String>, String> {
    let of_crate = sources().into_iter().filter_map(|(path, text)| {
        let inside = path.strip_prefix(src).ok()?.with_extension("");
        let steps = inside
            .iter()
            .map(|step| step.to_string_lossy().into_owned());
        let module: Vec<String> = steps.collect();
        let root = ["lib", "main"].iter().any(|root| module == [*root]);
        (!root).then_some((module, text))
    });
    of_crate.collect()
}

#[test]
fn a_module_imports_only_modules_declared_above_it() {
    let mut problems = Vec::new();
    for (name, _) in ARROWS {
        let src = top().join(format!("harness/{name}/src"));
        let root = fs::read_to_string(src.join("lib.rs")).unwrap();
        let order = declared(&root);
        let place = |module: &String| order.iter().position(|one| one == module);
        let arrows = circles::arrows(&modules(&src));
        for (from, uses) in arrows.get(&[][..]).into_iter().flatten() {
            let later = uses.iter().filter(|to| place(to) > place(from));
            problems
                .extend(later.map(|to| format!("{name}: `{from}` uses `{to}`, declared below it")));
        }
    }
    complain(&problems);
}

#[test]
fn modules_of_one_folder_use_each_other_one_way() {
    let mut problems = Vec::new();
    for (name, _) in ARROWS {
        let found = circles::circles(&modules(&top().join(format!("harness/{name}/src"))));
        problems.extend(found.into_iter().map(|circle| format!("{name} {circle}")));
    }
    complain(&problems);
}

fn folders(path: &Path) -> BTreeSet<String> {
    let Ok(listing) = fs::read_dir(path) else {
        return BTreeSet::new();
    };
    let folders = listing
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir());
    folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn every_case_has_its_goldens_and_every_golden_its_case() {
    let project = crossproof_suite::project::Project::at(top());
    let cases = project.cases().unwrap();
    let mut problems = Vec::new();
    for (name, case) in &cases {
        for target in &case.targets {
            match project.golden(name, *target) {
                Err(problem) => problems.push(format!("{problem:#}")),
                Ok(None) => problems.push(format!("{name}::{target} has no golden")),
                Ok(Some(golden)) if !reasoned(&golden) => {
                    problems.push(format!("{name}::{target}: something has no reason"));
                }
                Ok(Some(_)) => {}
            }
        }
    }
    for folder in folders(&top().join("golden")) {
        let Some((name, case)) = cases.iter().find(|(name, _)| name.as_str() == folder) else {
            problems.push(format!("golden/{folder}: no such case"));
            continue;
        };
        let wanted: BTreeSet<String> = case
            .targets
            .iter()
            .map(|target| format!("{target}.yaml"))
            .collect();
        for entry in fs::read_dir(top().join("golden").join(name.as_str()))
            .unwrap()
            .map(Result::unwrap)
        {
            let file = entry.file_name().to_string_lossy().into_owned();
            if !wanted.contains(&file) {
                problems.push(format!(
                    "golden/{folder}/{file}: the case has no such target"
                ));
            }
        }
    }
    complain(&problems);
}

/// Whether whoever accepted it said why.
fn reasoned(golden: &Accepted) -> bool {
    match golden {
        Accepted::Verdict(golden) => golden.differences.iter().all(|one| one.reason.is_some()),
        Accepted::Failure(failure) => failure.reason.is_some(),
    }
}

#[test]
fn every_root_that_a_case_asks_for_is_locked() {
    let project = crossproof_suite::project::Project::at(top());
    let mut problems = Vec::new();
    for (name, case) in &project.cases().unwrap() {
        for target in &case.targets {
            let emulator = project.emulator(*target).unwrap();
            let plan = crossproof_policy::plan(case, *target, &emulator).unwrap();
            for side in Side::BOTH {
                let lock = project.lock(&project.lock_file(*target, side)).unwrap();
                if !lock.roots.contains_key(&plan.leg(side).root.digest()) {
                    problems.push(format!("{name}::{target}: its {side} root is not locked"));
                }
            }
        }
    }
    complain(&problems);
}

/// The first words of every key that a comparer makes, as its code writes them: `&["tar", …]`, `of(["elf", …])`,
/// `key = ["zip", …]`; and what each format's own name may begin.
#[test]
fn every_key_a_comparer_can_raise_is_explained() {
    let mut begins = BTreeSet::new();
    let inspect = top().join("harness/inspect/src");
    for (path, text) in sources() {
        if !path.starts_with(&inspect) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for mark in ["&[\"", "of([\"", "key = [\""] {
            let words = code
                .split(mark)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            begins.extend(words.map(str::to_owned));
        }
        if path.ends_with("format.rs") {
            let names = code
                .split("name: \"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            // What is text or bytes has keys of its own.
            let names = names.filter(|name| !matches!(*name, "text" | "bytes"));
            begins.extend(names.map(str::to_owned));
        }
    }
    assert!(begins.len() > 60, "the keys were not found");
    let known = |key: &str| crossproof_policy::explanation(&key.parse().unwrap()).is_some();
    let unknown = begins
        .iter()
        .filter(|begin| !known(begin) && !known(&format!("{begin}.lines")));
    complain(
        &unknown
            .map(|begin| format!("{begin}: `crossproof explain` knows no key that begins so"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_difference_a_golden_accepts_is_explained() {
    let mut problems = Vec::new();
    for folder in folders(&top().join("golden")) {
        for entry in fs::read_dir(top().join("golden").join(folder)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let keys = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("- key: "));
            for key in keys {
                if crossproof_policy::explanation(&key.parse().unwrap()).is_none() {
                    problems.push(format!("{key}: `crossproof explain` knows nothing of it"));
                }
            }
        }
    }
    complain(&problems);
}

#[test]
fn the_architecture_page_is_short_and_names_tests_that_exist() {
    let page = fs::read_to_string(top().join("harness/ARCHITECTURE.md")).unwrap();
    assert!(
        page.lines().count() < 150,
        "ARCHITECTURE.md has grown to {} lines",
        page.lines().count()
    );
    let everything: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut named = 0;
    for (at, _) in page.match_indices("test `") {
        let name: String = page[at + 6..].chars().take_while(|c| *c != '`').collect();
        assert!(
            everything.contains(&format!("fn {name}(")),
            "ARCHITECTURE.md names the test `{name}`, which is not there"
        );
        named += 1;
    }
    assert!(named >= 8, "the invariants name their tests");
}
