//! What probably made two artifacts differ: a table of causes, each with the differences that suggest it.
//!
//! A cause explains and settles nothing: the level does not depend on it. It is named only on evidence, and
//! the evidence is named with it. To add one: a function `Clues -> Option<Found>` and a row in [`ROWS`].

mod build;
mod calls;
mod code;
mod envelope;
mod interface;
mod kinds;
mod linkage;
mod paths;
mod text;
mod times;
mod toolchain;
mod trees;

use crossproof_model::{Comparison, Difference, LikelyCause, Pair, RelPath};
use std::collections::BTreeSet;

/// What a cause is looked for in.
struct Clues<'a> {
    comparison: &'a Comparison,
    /// What the sides are called in sentences.
    names: Pair<&'a str>,
    /// ELF files of which the sides are of different kinds: what else differs in them follows from that.
    apart: BTreeSet<File<'a>>,
}

/// A file of a tree, or one in it: its path, and the steps inside that lead to it.
type File<'a> = (&'a RelPath, &'a [String]);

/// A cause found.
struct Found<'a> {
    sentence: String,
    remedy: String,
    evidence: Vec<&'a Difference>,
}

type Find = for<'a> fn(&Clues<'a>) -> Option<Found<'a>>;

/// Every cause by its name, the most telling first: what is missing or another answer before what follows
/// from it, and what changes code before what changes only its wrapping.
const ROWS: [(&str, Find); 25] = [
    ("other-machine", kinds::other_machine),
    ("linked-statically", kinds::linked_statically),
    ("folders-not-mapped", trees::folders_not_mapped),
    ("product-not-run", trees::product_not_run),
    ("stack-protector", calls::stack_protector),
    ("assertions", calls::assertions),
    ("large-files", calls::large_files),
    ("dependency-missing", interface::dependency_missing),
    ("configure-answers", build::configure_answers),
    ("other-compiler", toolchain::other_compiler),
    ("other-options", toolchain::other_options),
    ("other-linkage-table", linkage::other_linkage_table),
    ("optimization-lost", code::optimization_lost),
    ("symbols-missing", interface::symbols_missing),
    ("newer-library", interface::newer_library),
    ("other-calls", calls::other_calls),
    ("paths-missing", trees::paths_missing),
    ("build-paths", paths::build_paths),
    ("platform-named", build::platform_named),
    ("package-note", code::package_note),
    ("build-time", build::build_time),
    ("member-order", envelope::member_order),
    ("compression", envelope::compression),
    ("build-id-only", envelope::build_id_only),
    ("settled-only", envelope::settled_only),
];

/// The likely causes of what `comparison` found, the most telling first; `names` is what the sides are
/// called.
pub fn causes(comparison: &Comparison, names: Pair<&str>) -> Vec<LikelyCause> {
    let clues = Clues {
        comparison,
        names,
        apart: kinds::apart(comparison),
    };
    ROWS.iter()
        .filter_map(|(name, find)| {
            let found = find(&clues)?;
            let named = found.evidence.iter().take(LikelyCause::EVIDENCE);
            Some(LikelyCause {
                name,
                sentence: found.sentence,
                remedy: found.remedy,
                findings: found.evidence.len(),
                evidence: named.map(|d| (d.key.clone(), d.place.clone())).collect(),
            })
        })
        .collect()
}

impl<'a> Clues<'a> {
    /// The differences whose key satisfies `wanted`, settled ones too.
    fn with(&self, wanted: impl Fn(&str) -> bool) -> Vec<&'a Difference> {
        let all = self.comparison.differences.iter();
        all.filter(|d| wanted(d.key.as_str()) && !self.follows(d))
            .collect()
    }

    /// Whether a difference follows from a file's being of a different kind on each side.
    fn follows(&self, difference: &Difference) -> bool {
        let key = difference.key.as_str();
        let inside = &difference.place.inside;
        let mut files = (0..=inside.len()).filter_map(|depth| inside.get(..depth));
        (key.starts_with("elf.") || key.starts_with("dwarf."))
            && files.any(|file| self.apart.contains(&(&difference.place.path, file)))
    }

    /// The name of the only side that has what `difference` is about.
    fn only(&self, difference: &Difference) -> Option<&'a str> {
        match (&difference.left, &difference.right) {
            (Some(_), None) => Some(self.names.left),
            (None, Some(_)) => Some(self.names.right),
            _ => None,
        }
    }
}

/// The last step of a difference's place: the library, symbol or member it is about.
fn subject(difference: &Difference) -> &str {
    let inside = difference.place.inside.last();
    inside.map_or(difference.place.path.as_str(), String::as_str)
}

/// The first three of a list, and how many more there are.
fn some_of(names: impl IntoIterator<Item = impl ToString>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    match names.len() {
        0..=3 => names.join(", "),
        all => format!("{} and {} more", names[..3].join(", "), all - 3),
    }
}

/// `1 file`, `2 files`.
fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    }
}

#[cfg(test)]
mod specimen;

#[cfg(test)]
mod tests {
    use super::specimen::{comparison, difference};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn causes_have_distinct_names_of_words() {
        let names: BTreeSet<&str> = ROWS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), ROWS.len());
        let word = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(names.iter().all(|name| name.chars().all(word)));
    }

    #[test]
    fn no_difference_has_no_cause() {
        let causes = causes(&Comparison::default(), Pair::new("left", "right"));
        assert_eq!(causes, []);
    }

    #[test]
    fn evidence_is_counted_whole_and_named_in_part() {
        let many = (0..20).map(|n| {
            difference("elf.needed")
                .at("libx.so")
                .file(&format!("f{n}"))
                .left("needed")
        });
        let causes = causes(&comparison(many), Pair::new("native", "cross"));
        assert_eq!(causes[0].name, "dependency-missing");
        assert_eq!(causes[0].findings, 20);
        assert_eq!(causes[0].evidence.len(), LikelyCause::EVIDENCE);
    }
}
