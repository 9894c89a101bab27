//! The field of a package of debug information that lists the build-ids of its files (`Build-Ids`, dh_strip(1)).

use crate::findings::Findings;
use crate::path_map::PathMap;
use crate::rules::build_id_path;
use crate::{deb822, keyed};
use crossproof_model::{Coverage, DiffKey, Digest, Pair, Place};
use std::collections::BTreeSet;
use std::ops::Range;

const FIELD: &str = "Build-Ids";

/// Compares control data that are known to differ, if both list other build-ids and each those of its own files. A
/// difference between the lists is then one between the files' names, and settled as that is.
pub(super) fn compare(
    texts: Pair<&str>,
    ids: Pair<&BTreeSet<String>>,
    place: &Place,
    map: &PathMap,
) -> Option<Findings> {
    let lists = Pair::new(list(texts.left)?, list(texts.right)?);
    let said = texts
        .zip(lists.clone())
        .map(|(text, at)| text.get(at).unwrap_or_default());
    let right = said.zip(ids).map(|(said, ids)| said.split(' ').eq(ids));
    if said.same() || right != Pair::new(true, true) {
        return None;
    }
    let plain = texts.zip(lists).map(|(text, at)| {
        let mut text = text.to_owned();
        text.replace_range(at, "0");
        text
    });
    let plain = plain.as_ref().map(String::as_str);
    let mut findings = match plain.same() {
        true => Findings::equal(plain.left.as_bytes(), Digest::of(plain.left)),
        false => keyed::compare(plain, deb822::facts, place, map),
    };
    let key = DiffKey::of(["deb822", FIELD]);
    let shown = said.map(|list| Some(list.to_owned()));
    findings.settle(key, place.within(FIELD), shown, &build_id_path::RULE);
    let ruled = (said.left.len() + said.right.len()) as u64;
    findings.coverage = Coverage {
        exact: (texts.left.len() + texts.right.len()) as u64 - ruled,
        ruled: [(build_id_path::RULE.reference(), ruled)].into(),
        uncovered: 0,
    };
    Some(findings)
}

/// Where the list stands, if it is on one line and there is one field of that name.
fn list(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut found = None;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let start = at;
        at += line.len();
        let field = line.split_once(':').filter(|(name, _)| *name == FIELD);
        let Some((_, value)) = field else {
            continue;
        };
        let continued = lines
            .peek()
            .is_some_and(|next| next.starts_with([' ', '\t']));
        if found.is_some() || continued {
            return None;
        }
        let before = line.len() - value.trim_start().len();
        found = Some(start + before..start + line.trim_end().len());
    }
    found.filter(|list| list.start < list.end)
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn one_field_on_one_line() {
        let of = |text: &str| list(text).and_then(|at| text.get(at).map(str::to_owned));
        assert_eq!(
            of("Package: x\nBuild-Ids: ab cd\nSection: y\n").as_deref(),
            Some("ab cd")
        );
        assert_eq!(of("Build-Ids: ab").as_deref(), Some("ab"));
        for none in [
            "Package: x\n",
            "Build-Ids:\n",
            "Build-Ids: ab\n cd\n",
            "Build-Ids: ab\nBuild-Ids: cd\n",
            "X-Build-Ids: ab\n",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
