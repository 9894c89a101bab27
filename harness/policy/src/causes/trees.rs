//! Causes of paths that are on one side only.

use super::{Clues, Found, count, some_of, subject};
use crossproof_model::{Difference, Pair};
use std::collections::BTreeMap;

/// Paths of the tree, and members of archives, that only one side has. Folders go with what is in them.
fn alone<'a>(clues: &Clues<'a>) -> Pair<Vec<&'a Difference>> {
    let of = |side: &str| {
        let mut found = clues.with(|key| {
            let kind = key.strip_suffix(side);
            matches!(
                kind,
                Some("tree." | "tar.member." | "zip.member." | "cpio.member.")
            )
        });
        let open = |d: &Difference| d.settled_by.is_none();
        found.retain(|d| open(d) && d.left.as_deref().or(d.right.as_deref()) != Some("dir"));
        found
    };
    Pair::new(of("only-left"), of("only-right"))
}

/// The path in the tree, or in the archive.
fn path(difference: &Difference) -> &str {
    let name = subject(difference);
    name.trim_start_matches("./").trim_end_matches('/')
}

fn name(difference: &Difference) -> &str {
    let path = path(difference);
    path.rsplit('/').next().unwrap_or(path)
}

/// The same names stand under other folders: a cross toolchain's files usually do.
pub(super) fn folders_not_mapped<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let alone = alone(clues);
    let by_name = alone.as_ref().map(|found| {
        let mut by_name: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
        for difference in found {
            by_name
                .entry(name(difference))
                .or_default()
                .push(difference);
        }
        by_name
    });
    let mut folders: BTreeMap<Pair<&str>, Vec<&Difference>> = BTreeMap::new();
    for (name, left) in &by_name.left {
        let (&[left], Some(&[right])) = (&left[..], by_name.right.get(name).map(Vec::as_slice))
        else {
            continue;
        };
        let prefixes = prefixes(Pair::new(left, right).map(path));
        // A folder is not mapped into itself: all else in it would move, too.
        let within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let nested = within(prefixes.left, prefixes.right) || within(prefixes.right, prefixes.left);
        if !nested && !prefixes.left.is_empty() && !prefixes.right.is_empty() {
            folders.entry(prefixes).or_default().extend([left, right]);
        }
    }
    let mut folders: Vec<_> = folders.into_iter().collect();
    folders.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    let (first, _) = folders.first()?;
    let maps = folders.iter().take(4);
    let maps = maps.map(|(pair, _)| format!("--map /{}=/{}", pair.right, pair.left));
    let maps = maps.collect::<Vec<_>>().join(" ");
    let sentence = format!(
        "the same names stand under other folders: {} in {} for {} in {}",
        clues.names.right, first.right, clues.names.left, first.left
    );
    Some(Found {
        sentence,
        remedy: format!("pair them: {maps}"),
        evidence: folders.into_iter().flat_map(|(_, found)| found).collect(),
    })
}

/// Both paths without the components they have in common at their ends.
pub(super) fn prefixes(paths: Pair<&str>) -> Pair<&str> {
    let mut heads = paths;
    loop {
        let cut = heads.map(|head| head.rsplit_once('/').unwrap_or(("", head)));
        if heads.left.is_empty() || heads.right.is_empty() || cut.left.1 != cut.right.1 {
            return heads;
        }
        heads = cut.map(|(head, _)| head);
    }
}

/// Manual pages, completions and the like: made by running the product, which a cross build cannot.
pub(super) fn product_not_run<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let made = |d: &&Difference| {
        let path = path(d);
        [
            "share/man/",
            "completion/",
            "completions/",
            "completion.d/",
            "completions.d/",
            "share/info/",
            "site-functions/",
        ]
        .iter()
        .any(|word| path.contains(word))
    };
    let Pair { left, right } =
        alone(clues).map(|found| found.into_iter().filter(made).collect::<Vec<_>>());
    // On both sides, they are something else that moved.
    let (side, evidence) = match (left, right) {
        (found, none) if none.is_empty() && !found.is_empty() => (clues.names.left, found),
        (none, found) if none.is_empty() && !found.is_empty() => (clues.names.right, found),
        _ => return None,
    };
    let sentence = format!(
        "{} of documentation or completions on the {side} only: a build that cannot run its product leaves \
         them out",
        count(evidence.len(), "file")
    );
    let remedy = "make them with a program for the build platform, or from kept copies".to_owned();
    Some(Found {
        sentence,
        remedy,
        evidence,
    })
}

/// The install trees do not hold the same paths.
pub(super) fn paths_missing<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let alone = alone(clues);
    let part = |name: &str, found: &[&Difference]| match found.is_empty() {
        true => None,
        false => Some(format!(
            "on the {name} only {}",
            some_of(found.iter().copied().map(path))
        )),
    };
    let parts = [
        part(clues.names.left, &alone.left),
        part(clues.names.right, &alone.right),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    // As many here as there may be the same under different names.
    if parts.is_empty() || alone.left.len() == alone.right.len() {
        return None;
    }
    Some(Found {
        sentence: format!("the trees hold different paths: {}", parts.join("; ")),
        remedy: "compare what the two install steps did, or which parts were switched off"
            .to_owned(),
        evidence: [alone.left, alone.right].concat(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{Specimen, difference, said};
    use super::*;

    fn only(side: &str, path: &str) -> Specimen {
        let one = difference(&format!("tree.only-{side}")).file(path);
        match side {
            "left" => one.left("file"),
            _ => one.right("file"),
        }
    }

    #[test]
    fn folders_of_another_name_give_the_maps_that_pair_them() {
        let pairs = [
            ("usr/lib/gcc/a/x.o", "usr/lib/gcc-cross/a/x.o"),
            ("usr/lib/gcc/a/y.o", "usr/lib/gcc-cross/a/y.o"),
            ("usr/lib/t/z.so", "usr/t/lib/z.so"),
        ];
        let found = pairs
            .into_iter()
            .flat_map(|(l, r)| [only("left", l), only("right", r)]);
        let (_, remedy) = said(folders_not_mapped, found).unwrap();
        assert_eq!(
            remedy,
            "pair them: --map /usr/lib/gcc-cross=/usr/lib/gcc --map /usr/t/lib=/usr/lib/t"
        );
    }

    #[test]
    fn members_of_archives_are_paths_too() {
        let member = |side: &str, name: &str| difference(&format!("tar.member.{side}")).at(name);
        let found = [
            member("only-left", "./usr/lib/t/z.so").left("9 bytes"),
            member("only-right", "./usr/t/lib/z.so").right("9 bytes"),
        ];
        let (_, remedy) = said(folders_not_mapped, found).unwrap();
        assert_eq!(remedy, "pair them: --map /usr/t/lib=/usr/lib/t");
    }

    #[test]
    fn names_that_are_not_alone_pair_nothing() {
        let found = [
            only("left", "a/x"),
            only("left", "b/x"),
            only("right", "c/x"),
            only("left", "y"),
        ];
        assert_eq!(said(folders_not_mapped, found), None);
    }

    #[test]
    fn documentation_on_one_side_is_what_running_makes() {
        let found = || {
            [
                only("left", "usr/share/man/man1/a.1"),
                only("left", "usr/bin/a"),
            ]
        };
        assert!(
            said(product_not_run, found())
                .unwrap()
                .0
                .contains("1 file of documentation")
        );
        assert!(
            said(paths_missing, found())
                .unwrap()
                .0
                .contains("on the native only")
        );
        assert_eq!(said(product_not_run, [only("left", "usr/bin/a")]), None);
        let folder = difference("tree.only-left").file("usr").left("dir");
        assert_eq!(said(paths_missing, [folder]), None);
    }

    #[test]
    fn prefixes_end_where_the_paths_part() {
        assert_eq!(prefixes(Pair::new("a/b/c", "x/b/c")), Pair::new("a", "x"));
        assert_eq!(prefixes(Pair::new("b/c", "x/b/c")), Pair::new("", "x"));
        assert_eq!(prefixes(Pair::new("a/b", "a/c")), Pair::new("a/b", "a/c"));
    }
}
