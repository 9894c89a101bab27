//! Build paths in what is installed.

use super::text::lines;
use super::trees::prefixes;
use super::{Clues, Found, some_of};
use crossproof_model::{Difference, Pair};
use std::collections::{BTreeMap, BTreeSet};

/// Absolute paths that differ only in how they begin: both sides were built in, or against, other folders.
pub(super) fn build_paths<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let mut beginnings: BTreeMap<Pair<&str>, usize> = BTreeMap::new();
    let mut evidence = Vec::new();
    for difference in clues.with(|_| true) {
        // What a link or a program asks of the system is no path of the build.
        if difference.settled_by.is_some()
            || matches!(difference.key.as_str(), "elf.interpreter" | "tree.link")
        {
            continue;
        }
        let found: BTreeSet<Pair<&str>> = values(difference)
            .into_iter()
            .flat_map(paths)
            .filter(|pair| names_folder(difference) || !prefixes(*pair).eq(pair))
            .map(prefixes)
            .filter(|pair| pair.left.len() > 1 && pair.right.len() > 1)
            .collect();
        if !found.is_empty() {
            evidence.push(difference);
        }
        for pair in found {
            *beginnings.entry(pair).or_default() += 1;
        }
    }
    let mut beginnings: Vec<_> = beginnings.into_iter().collect();
    beginnings.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let (first, _) = beginnings.first()?;
    let maps: Vec<String> = beginnings
        .iter()
        .take(3)
        .map(|(pair, _)| format!("--map {}={}", pair.right, pair.left))
        .collect();
    // What debug information and makers of it name are the folders of the build; elsewhere a path may be any.
    let built = evidence
        .iter()
        .any(|d| d.key.as_str().starts_with("dwarf."));
    let what = match built {
        true => "paths of the build are in the files",
        false => "the files name the same paths under different folders",
    };
    let sentence = format!(
        "{what}: {} on the {}, {} on the {}",
        first.left, clues.names.left, first.right, clues.names.right
    );
    Some(Found {
        sentence,
        remedy: format!(
            "compare with {} (settles debug information), or build with -ffile-prefix-map or in one folder",
            some_of(maps)
        ),
        evidence,
    })
}

/// Whether the values of a difference name a folder, and nothing in it.
fn names_folder(difference: &Difference) -> bool {
    let key = difference.key.as_str();
    key == "pkg-config.variable" || key.ends_with(".comp_dir")
}

/// Pairs of texts in which paths may stand for each other.
fn values(difference: &Difference) -> Vec<Pair<&str>> {
    let key = difference.key.as_str();
    let mut pairs = match key.starts_with("text.") || key.ends_with("bytes") {
        true => lines(difference),
        false => Vec::new(),
    };
    // A text that was cut short has no end to compare.
    let whole = |text: &&str| !text.ends_with('…');
    let shown = Pair::new(&difference.left, &difference.right);
    let shown = shown.map(|text| text.as_deref().filter(whole).ok_or(()));
    pairs.extend(shown.transpose());
    pairs
}

/// The absolute paths that stand at the same place of both texts and differ.
fn paths(texts: Pair<&str>) -> Vec<Pair<&str>> {
    let words = texts.map(|text| {
        let ends = |c: char| c.is_whitespace() || "\"'=:;,()<>|".contains(c);
        text.split(ends).collect::<Vec<_>>()
    });
    if words.left.len() != words.right.len() {
        return Vec::new();
    }
    let pairs = words.left.into_iter().zip(words.right);
    pairs
        .map(|(left, right)| Pair::new(left, right))
        .filter(|pair| {
            let absolute = |path: &str| path.starts_with('/') && !path.starts_with("//");
            !pair.same() && absolute(pair.left) && absolute(pair.right)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn beginnings_that_differ_give_the_map() {
        let unit = difference("dwarf.attribute.comp_dir")
            .left("/build/native/src")
            .right("/build/cross/src");
        let files = difference("dwarf.line.files")
            .left("file 2 of 9: /build/native/a.h")
            .right("file 2 of 9: /build/cross/a.h");
        let (sentence, remedy) = said(build_paths, [unit, files]).unwrap();
        assert!(
            sentence.contains("/build/native on the native, /build/cross on the cross"),
            "{sentence}"
        );
        assert!(
            remedy.contains("--map /build/cross=/build/native ("),
            "{remedy}"
        );
    }

    #[test]
    fn text_that_names_a_folder_is_seen() {
        let text =
            difference("text.lines").detail(&["-prefix=\"/opt/a/lib\"", "+prefix=\"/opt/b/lib\""]);
        assert!(
            said(build_paths, [text])
                .unwrap()
                .1
                .contains("--map /opt/b=/opt/a")
        );
    }

    #[test]
    fn values_that_name_a_folder_are_seen() {
        let prefix = difference("pkg-config.variable")
            .at("prefix")
            .left("/opt/a")
            .right("/opt/b");
        assert!(
            said(build_paths, [prefix])
                .unwrap()
                .1
                .contains("--map /opt/b=/opt/a")
        );
    }

    #[test]
    fn paths_that_are_settled_cut_or_none_say_nothing() {
        let settled = difference("dwarf.bytes")
            .left("/a/x")
            .right("/b/x")
            .settled_by("dwarf.path-map@1");
        let cut = difference("dwarf.producer")
            .left("GNU C /a/…")
            .right("GNU C /b/…");
        let none = difference("text.lines").detail(&["-a/b", "+c/b"]);
        assert_eq!(said(build_paths, [settled, cut, none]), None);
    }
}
