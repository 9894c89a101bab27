//! Telling things of one name apart by their order, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

/// Gives repeated names a number, in order: `.group`, `.group#2`, … No two names are the same afterwards,
/// whatever they were: of what is paired by name nothing may hide behind its like.
pub(crate) fn number_repeats<'p>(names: impl IntoIterator<Item = &'p mut String>) {
    let names: Vec<&mut String> = names.into_iter().collect();
    // Mostly none repeats, and there may be a hundred thousand of them.
    let mut sorted: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    sorted.sort_unstable();
    if sorted.is_sorted_by(|a, b| a < b) {
        return;
    }
    let mut counts = BTreeMap::<String, usize>::new();
    let mut taken = BTreeSet::<String>::new();
    for name in names {
        let count = counts.entry(name.clone()).or_default();
        loop {
            *count += 1;
            let numbered = match *count {
                1 => name.clone(),
                count => format!("{name}#{count}"),
            };
            // A thing may really be called `.group#2`.
            if taken.insert(numbered.clone()) {
                *name = numbered;
                break;
            }
        }
    }
}

/// So many things of a kind: `1 line`, `2 lines`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{end}")
}

#[cfg(test)]
mod tests {
    use super::number_repeats;

    #[test]
    fn no_two_names_are_the_same() {
        let mut names = ["a", "a", "a#2", "b", "a#2", "a"].map(str::to_owned);
        number_repeats(&mut names);
        assert_eq!(names, ["a", "a#2", "a#2#2", "b", "a#2#3", "a#3"]);
        let before = names.clone();
        number_repeats(&mut names);
        assert_eq!(names, before);
    }
}
