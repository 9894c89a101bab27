//! Modules of one folder: who uses whom.

use std::collections::{BTreeMap, BTreeSet};

/// A module by its path from the crate's root.
type Module = Vec<String>;

/// Of each folder, which of its modules use which others.
type Arrows = BTreeMap<Module, BTreeMap<String, BTreeSet<String>>>;

/// The paths that a `use` names, its braces written out.
fn written_out(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[from..]);
    (parts.into_iter().filter(|part| !part.trim().is_empty()))
        .flat_map(written_out)
        .map(|part| format!("{}{part}", before.trim()))
        .collect()
}

/// What a source file names of its own crate, in `use` and elsewhere, as written.
fn named(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join(" ");
    let uses = code.split("use ").skip(1).filter_map(|rest| {
        let tree = rest.split_once(';')?.0;
        Some(tree.split_whitespace().collect::<String>())
    });
    let mut found: Vec<String> = uses.flat_map(|tree| written_out(&tree)).collect();
    for word in code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
        if word.starts_with("super::") || word.starts_with("crate::") {
            found.push(word.to_owned());
        }
    }
    found
}

/// The module that a path written in `module` leads to.
fn meant(path: &str, module: &Module, all: &BTreeSet<Module>) -> Option<Module> {
    let mut steps = path.split("::").filter(|step| !step.is_empty()).peekable();
    let mut to = match steps.next()? {
        "crate" => Vec::new(),
        "self" => module.clone(),
        "super" => module.split_last()?.1.to_vec(),
        _ => return None,
    };
    while steps.next_if_eq(&"super").is_some() {
        to.pop()?;
    }
    for step in steps {
        to.push(step.to_owned());
        if !all.contains(&to) {
            to.pop();
            break;
        }
    }
    Some(to)
}

/// Who uses whom, by the texts of a crate's modules.
pub fn arrows(files: &BTreeMap<Module, String>) -> Arrows {
    let all: BTreeSet<Module> = files.keys().cloned().collect();
    let mut arrows = Arrows::new();
    for (module, text) in files {
        if module.last().is_some_and(|name| name == "tests") {
            continue;
        }
        for path in named(text) {
            let Some(to) = meant(&path, module, &all) else {
                continue;
            };
            let shared = to.iter().zip(module).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), to.get(shared)) {
                let folder = arrows.entry(module[..shared].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    arrows
}

fn comes_back(from: &String, uses: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(one) = next.pop() {
        let to = uses.get(one).into_iter().flatten();
        next.extend(to.filter(|to| seen.insert(*to)));
    }
    seen.contains(from)
}

/// Modules of one folder that use each other, on whatever way round.
pub fn circles(files: &BTreeMap<Module, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, uses) in arrows(files) {
        let round: Vec<&str> = (uses.keys().filter(|one| comes_back(one, &uses)))
            .map(String::as_str)
            .collect();
        if !round.is_empty() {
            let folder = folder.join("::");
            found.push(format!(
                "`{folder}`: these use each other: {}",
                round.join(", ")
            ));
        }
    }
    found
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let files = |texts: &[(&str, &str)]| -> BTreeMap<Module, String> {
        let module = |path: &str| path.split("::").map(str::to_owned).collect();
        (texts
            .iter()
            .map(|(path, text)| (module(path), (*text).to_owned())))
        .collect()
    };
    for (one, other) in [
        ("use super::b::X;", "use super::{c, a::{Y, Z}};"),
        ("use crate::{x, m::{b::X}};", "fn f() { super::a::g() }"),
        ("use super::\n    b;", "use crate::m::a;"),
    ] {
        let all = files(&[("m", ""), ("m::a", one), ("m::b", other), ("m::c", "")]);
        assert_eq!(circles(&all).len(), 1, "{one} {other}");
    }
    let through = files(&[
        ("m", "use a::X;"),
        ("m::a", "use super::b;\nuse super::Whole;"),
        ("m::b::deep", "use super::super::c;"),
        ("m::b", "use super::Whole;"),
        (
            "m::c",
            "// use super::a;\n#[cfg(test)]\nmod tests { use super::super::a; }",
        ),
    ]);
    assert_eq!(circles(&through), [""; 0]);
}
