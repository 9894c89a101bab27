//! Causes in what files need and offer.

use super::{Clues, Found, some_of, subject};
use crossproof_model::Difference;
use std::collections::{BTreeMap, BTreeSet};

/// What only one side has, by that side's name: `libz.so.1 on the native only`.
pub(super) fn by_side(clues: &Clues<'_>, found: &[&Difference]) -> Option<String> {
    let mut sides: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for difference in found {
        let side = clues.only(difference)?;
        sides.entry(side).or_default().insert(subject(difference));
    }
    // What one file has on one side and a second file on the other is on both.
    let mut names = sides.values();
    if let (Some(one), Some(other)) = (names.next(), names.next())
        && !one.is_disjoint(other)
    {
        return None;
    }
    let sides = sides.into_iter();
    let parts = sides.map(|(side, names)| format!("{} on the {side} only", some_of(names)));
    Some(parts.collect::<Vec<_>>().join(", "))
}

pub(super) fn alone<'a>(clues: &Clues<'a>, key: &str) -> Vec<&'a Difference> {
    let mut found = clues.with(|k| k == key);
    found.retain(|d| clues.only(d).is_some());
    found
}

/// A library that only one side needs: an optional dependency that was not found.
pub(super) fn dependency_missing<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    // The compiler's own libraries come and go with what it makes of the code.
    let mut evidence = alone(clues, "elf.needed");
    evidence.retain(|d| !of_the_toolchain(subject(d)));
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!("other libraries are needed: {}", by_side(clues, &evidence)?),
        remedy: "see that the build finds the dependency for its host platform: its package, its pkg-config \
                 file, the configure log"
            .to_owned(),
        evidence,
    })
}

fn of_the_toolchain(library: &str) -> bool {
    const OWN: [&str; 12] = [
        "ld-linux",
        "libc.so",
        "libm.so",
        "libgcc_s",
        "libatomic",
        "libssp",
        "libstdc++",
        "libpthread",
        "libdl.so",
        "librt.so",
        "libubsan",
        "libasan",
    ];
    OWN.iter().any(|own| library.starts_with(own))
}

/// Exported symbols that only one side has, with what they name. A symbol whose function may be on the other side
/// without a name is not missing there, and templates are made where the compiler wants them.
pub(super) fn symbols_missing<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let mut evidence = alone(clues, "elf.export");
    evidence.retain(|export| {
        let shown = export.left.as_deref().or(export.right.as_deref());
        !shown.is_some_and(|shown| shown.contains("WEAK")) && !may_be_nameless(clues, export)
    });
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!("other symbols are exported: {}", by_side(clues, &evidence)?),
        remedy: "see which source or condition defines them, and the version script".to_owned(),
        evidence,
    })
}

/// Whether the other side of a file has functions or data that are not on this one, and have no name.
fn may_be_nameless(clues: &Clues<'_>, export: &Difference) -> bool {
    let other = if export.left.is_some() {
        "right"
    } else {
        "left"
    };
    let kinds = ["function", "data"].map(|kind| format!("elf.{kind}.only-{other}"));
    let without_name = |d: &&Difference| {
        let gathered = d.key.as_str() == "elf.function.unnamed";
        gathered || kinds.iter().any(|k| k == d.key.as_str()) && subject(d).starts_with("at 0x")
    };
    let here = clues.with(|key| key.starts_with("elf."));
    let mut here = here
        .into_iter()
        .filter(|d| d.place.path == export.place.path);
    here.any(|d| without_name(&d))
}

/// The same function of a library by a different version on each side.
pub(super) fn newer_library<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = alone(clues, "elf.import");
    let name = |d: &'a Difference| subject(d).split_once('@').map(|(name, _)| name);
    let mut evidence = all.clone();
    evidence.retain(|d| {
        let there = |other: &Difference| {
            other.place.path == d.place.path && other.left.is_some() != d.left.is_some()
        };
        name(d).is_some()
            && all
                .iter()
                .any(|other| there(other) && name(other) == name(d))
    });
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "the same functions of libraries by different versions: {}",
            by_side(clues, &evidence)?
        ),
        remedy: "a different release of the library, or a version that the sources ask for: build both sides against \
                 the same C library and headers"
            .to_owned(),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn what_one_side_needs_alone_is_named_with_the_side() {
        let needed = difference("elf.needed").at("libcurl.so.4").left("needed");
        let (sentence, _) = said(dependency_missing, [needed]).unwrap();
        assert_eq!(
            sentence,
            "other libraries are needed: libcurl.so.4 on the native only"
        );
        let export = difference("elf.export").at("f@@V1").right("func");
        let (sentence, _) = said(symbols_missing, [export]).unwrap();
        assert!(sentence.ends_with("f@@V1 on the cross only"));
    }

    #[test]
    fn a_symbol_that_may_be_there_without_a_name_is_not_missing() {
        let export = || difference("elf.export").at("f").right("FUNC GLOBAL");
        let nameless = difference("elf.function.only-left")
            .at(".text")
            .at("at 0x10");
        assert_eq!(said(symbols_missing, [export(), nameless]), None);
        let named = difference("elf.function.only-left").at(".text").at("g");
        assert!(said(symbols_missing, [export(), named]).is_some());
        let template = difference("elf.export").at("_ZN1f").right("FUNC WEAK");
        assert_eq!(said(symbols_missing, [template]), None);
    }

    #[test]
    fn the_compilers_own_libraries_are_no_dependency() {
        let needed = |name: &str| difference("elf.needed").at(name).left("needed");
        assert_eq!(
            said(
                dependency_missing,
                [needed("ld-linux-armhf.so.3"), needed("libatomic.so.1")]
            ),
            None
        );
    }

    #[test]
    fn a_release_is_told_by_one_function_in_two_versions() {
        let import = |name: &str| difference("elf.import").at(name);
        let two = || {
            [
                import("f@@V_1").left("FUNC GLOBAL"),
                import("f@@V_2").right("FUNC GLOBAL"),
            ]
        };
        assert!(said(newer_library, two()).is_some());
        let [one, _] = two();
        let other = import("g@@V_2").right("FUNC GLOBAL");
        assert_eq!(said(newer_library, [one, other]), None);
    }

    #[test]
    fn what_both_sides_have_is_not_missing() {
        let changed = || {
            difference("elf.export")
                .at("f")
                .left("size 4")
                .right("size 8")
        };
        assert_eq!(said(symbols_missing, [changed()]), None);
        assert_eq!(said(dependency_missing, [changed()]), None);
    }
}
