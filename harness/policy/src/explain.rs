//! What difference keys mean, and what to do about them: a table for people who meet a key in a report.

mod checks;
mod families;
mod formats;

use checks::CHECKS;
use crossproof_model::DiffKey;
use families::FAMILIES;
use formats::FORMATS;

/// What a family of keys means.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The words all keys of the family begin with; `*` stands for one word or more in between.
    pub family: &'static str,
    /// What was found.
    pub means: &'static str,
    /// What to look at, or do.
    pub remedy: &'static str,
}

/// Keys of this family mean this, and are answered like this.
const fn row(family: &'static str, means: &'static str, remedy: &'static str) -> Explanation {
    Explanation {
        family,
        means,
        remedy,
    }
}

/// What this key means, if anything here knows it.
pub fn explanation(key: &DiffKey) -> Option<&'static Explanation> {
    let words: Vec<&str> = key.as_str().split('.').collect();
    let begins = |family: &&'static Explanation| {
        let wanted: Vec<&str> = family.family.split('.').collect();
        match wanted.iter().position(|word| *word == "*") {
            None => words.starts_with(&wanted),
            Some(at) => {
                let (head, tail) = (&wanted[..at], &wanted[at + 1..]);
                words.len() > head.len() + tail.len()
                    && words.starts_with(head)
                    && words.ends_with(tail)
            }
        }
    };
    explanations().find(begins)
}

/// Every family, the more particular before the more general.
pub fn explanations() -> impl Iterator<Item = &'static Explanation> {
    CHECKS.iter().chain(&FAMILIES).chain(&FORMATS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(key: &str) -> &'static str {
        explanation(&key.parse().unwrap()).map_or("", |found| found.family)
    }

    #[test]
    fn the_most_particular_family_explains() {
        assert_eq!(family("elf.section.text.bytes"), "elf.section.text");
        assert_eq!(family("elf.section.plt.header"), "elf.section.*.header");
        assert_eq!(
            family("elf.section.data.rel.ro.header"),
            "elf.section.*.header"
        );
        assert_eq!(family("elf.header.entry"), "elf.header.entry");
        assert_eq!(family("elf.headers"), "elf");
        assert_eq!(family("xz.compression"), "*.compression");
        assert_eq!(family("nothing.such"), "");
    }

    #[test]
    fn no_family_hides_behind_a_more_general_one() {
        for (at, later) in explanations().enumerate() {
            let example = later.family.replace('*', "x");
            let found = explanation(&example.parse().unwrap()).unwrap();
            let place = explanations().position(|one| one == found).unwrap();
            assert_eq!(
                place, at,
                "{} is answered by {}",
                later.family, found.family
            );
        }
    }
}
