//! Causes in what files need and offer.

use super::{Clues, Found, some_of, subject};
use crossproof_model::Difference;
use std::collections::{BTreeMap, BTreeSet};

/// What only one side has, by that side's name: `libz.so.1 on the native only`.
fn by_side(clues: &Clues<'_>, found: &[&Difference]) -> Option<String> {
    let mut sides: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for difference in found {
        let side = clues.only(difference)?;
        sides.entry(side).or_default().insert(subject(difference));
    }
    let sides = sides.into_iter();
    let parts = sides.map(|(side, names)| format!("{} on the {side} only", some_of(names)));
    Some(parts.collect::<Vec<_>>().join(", "))
}

fn alone<'a>(clues: &Clues<'a>, key: &str) -> Vec<&'a Difference> {
    let mut found = clues.with(|k| k == key);
    found.retain(|d| clues.only(d).is_some());
    found
}

/// A library that only one side needs: an optional dependency that was not found.
pub(super) fn dependency_missing<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let evidence = alone(clues, "elf.needed");
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

/// Exported symbols that only one side has.
pub(super) fn symbols_missing<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let evidence = alone(clues, "elf.export");
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!("other symbols are exported: {}", by_side(clues, &evidence)?),
        remedy: "see which source or condition defines them, and the version script".to_owned(),
        evidence,
    })
}

/// Functions of libraries that only one side's code calls: another answer or option chose them.
pub(super) fn other_calls<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let evidence = alone(clues, "elf.import");
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "other functions of libraries are called: {}",
            by_side(clues, &evidence)?
        ),
        remedy:
            "see what chooses them: a configure answer (compare config.log and config.h), or the \
                 compiler's options"
                .to_owned(),
        evidence,
    })
}

/// Versions of a library's symbols that only one side needs.
pub(super) fn newer_library<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let evidence = alone(clues, "elf.version-need");
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "linked against another version of a library: {}",
            by_side(clues, &evidence)?
        ),
        remedy: "build both sides against the same C library and headers".to_owned(),
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
        let need = difference("elf.version-need").at("GLIBC_2.38 of libc.so.6");
        assert!(said(newer_library, [need.right("flags 0")]).is_some());
    }

    #[test]
    fn what_one_side_calls_alone_is_named() {
        let import = |name: &str| difference("elf.import").at(name);
        let found = [
            import("snprintf@@GLIBC_2.17").left("FUNC GLOBAL"),
            import("strcpy@@GLIBC_2.17").right("FUNC GLOBAL"),
        ];
        let (sentence, _) = said(other_calls, found).unwrap();
        let end = "strcpy@@GLIBC_2.17 on the cross only, snprintf@@GLIBC_2.17 on the native only";
        assert!(sentence.ends_with(end), "{sentence}");
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
