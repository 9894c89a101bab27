//! Causes in the linker's own code: the entries through which functions of libraries are called.

use super::{Clues, Found, count};
use crossproof_model::{Difference, Pair};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a difference of a function is of an entry of the procedure linkage table: the linker wrote it, whatever
/// the compiler made of the rest.
pub(super) fn is_entry(difference: &Difference) -> bool {
    let steps = &difference.place.inside;
    steps.last().is_some_and(|step| step.ends_with("@plt"))
        || steps
            .iter()
            .any(|step| step == ".plt" || step.starts_with(".plt."))
}

/// The linkage table's entries have another length on each side.
pub(super) fn other_linkage_table<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let mut evidence = clues.with(|key| key == "elf.function.changed");
    evidence.retain(|difference| is_entry(difference) && difference.left != difference.right);
    let mut lengths: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for difference in &evidence {
        if let (Some(left), Some(right)) = (&difference.left, &difference.right) {
            *lengths.entry((left, right)).or_default() += 1;
        }
    }
    let ((left, right), entries) = lengths.into_iter().max_by_key(|(_, entries)| *entries)?;
    // The first entry has a length of its own, and some of 32-bit ARM have four bytes more for calls from T32.
    const LENGTHS: [&str; 2] = ["16 bytes", "24 bytes"];
    if !LENGTHS.contains(&left) || !LENGTHS.contains(&right) || entries * 2 < evidence.len() {
        return None;
    }
    let files: BTreeSet<_> = evidence.iter().map(|d| &d.place.path).collect();
    let names = Pair::new(clues.names.left, clues.names.right);
    Some(Found {
        sentence: format!(
            "the linker wrote another procedure linkage table: {left} to an entry on the {}, {right} on the {}, in {}",
            names.left,
            names.right,
            count(files.len(), "file")
        ),
        remedy: "use the same release of the linker, and the same -z and -mbranch-protection options, on both sides; an \
                 aarch64 entry with a landing pad for branch target identification has 24 bytes, one without has 16"
            .to_owned(),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::code::optimization_lost;
    use super::super::specimen::{Specimen, difference, listing, said};
    use super::*;

    fn function(at: &[&str], left: u64, right: u64) -> Specimen {
        let one = difference("elf.function.changed");
        let one = at.iter().fold(one, |one, step| one.at(step));
        one.left(&format!("{left} bytes"))
            .right(&format!("{right} bytes"))
    }

    #[test]
    fn longer_entries_are_the_linkers_and_no_lost_optimization() {
        let entries = || (0..60).map(|at| function(&[".plt", &format!("f{at}@plt")], 16, 24));
        let (sentence, _) = said(other_linkage_table, entries()).unwrap();
        assert!(
            sentence
                .contains("16 bytes to an entry on the native, 24 bytes on the cross, in 1 file"),
            "{sentence}"
        );
        let entries = entries().chain([listing(false, true)]);
        assert_eq!(said(optimization_lost, entries), None);
    }

    #[test]
    fn other_functions_and_entries_of_one_length_say_nothing() {
        let other = [
            function(&[".text", "main"], 16, 24),
            function(&[".plt", "f@plt"], 16, 16),
        ];
        assert_eq!(said(other_linkage_table, other), None);
        let large = (0..60).map(|at| function(&[".text", &format!("f{at}")], 16, 24));
        let large = large.chain([listing(false, true)]);
        assert!(
            said(optimization_lost, large).is_some(),
            "functions still do"
        );
    }
}
