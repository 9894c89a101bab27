//! Where in ELF files the sides differ: how many files have a difference in which section.

use super::Row;
use crossproof_model::{Difference, RelPath};
use std::collections::{BTreeMap, BTreeSet};

/// The parts of an ELF file that are no section, as places name them.
const PARTS: [&str; 5] = [
    "ELF header",
    "program headers",
    "section headers",
    "debug information",
    "interface",
];

/// One file by its row, its path, and the members it is in.
type File<'a> = (usize, &'a RelPath, &'a [String]);

/// In how many files a section differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The section, or the part of the file.
    pub name: String,
    /// Files in which no rule settles some difference in it.
    pub open: usize,
    /// Files in which rules settle every difference in it.
    pub settled: usize,
}

/// What sections differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// ELF files with any difference, members of archives each by itself.
    pub files: usize,
    /// By how many files have an open difference, the most first; then by how many have one.
    pub sections: Vec<Section>,
}

/// Counts files, not differences: a file with a thousand changed functions is one file in which `.text` differs.
pub fn sections(rows: &[Row<'_>]) -> Sections {
    let mut all: BTreeSet<File<'_>> = BTreeSet::new();
    let mut found: BTreeMap<&str, BTreeMap<File<'_>, bool>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let differences = row.found().map(|found| &found.comparison.differences);
        for difference in differences.into_iter().flatten() {
            let Some((members, name)) = part(difference) else {
                continue;
            };
            let file = (at, &difference.place.path, members);
            all.insert(file);
            let open = found.entry(name).or_default().entry(file).or_default();
            *open |= difference.settled_by.is_none();
        }
    }
    let section = |(name, files): (&str, BTreeMap<File<'_>, bool>)| {
        let open = files.values().filter(|open| **open).count();
        Section {
            name: name.to_owned(),
            open,
            settled: files.len() - open,
        }
    };
    let mut sections: Vec<Section> = found.into_iter().map(section).collect();
    sections.sort_by_key(|one| std::cmp::Reverse((one.open, one.settled)));
    Sections {
        files: all.len(),
        sections,
    }
}

/// The members an ELF file is in, and the part of it that a difference is in; `None` of what is no ELF file.
fn part(difference: &Difference) -> Option<(&[String], &str)> {
    let key = difference.key.as_str();
    if !["elf.", "dwarf."].iter().any(|head| key.starts_with(head)) {
        return None;
    }
    let inside = &difference.place.inside;
    let is_part = |step: &String| {
        let section = step.starts_with('.') && !step.starts_with("./");
        section || step.starts_with("padding ") || PARTS.contains(&step.as_str())
    };
    // A member may be called anything; what is named nowhere is the first step, or the file itself.
    let at = inside.iter().position(is_part).unwrap_or_default();
    let name = inside.get(at).map_or("the file", String::as_str);
    let name = match name.starts_with("padding ") {
        true => "padding",
        false => name,
    };
    Some((inside.get(..at).unwrap_or_default(), name))
}

#[cfg(test)]
mod tests {
    use super::super::{run, specimen};
    use super::*;

    #[test]
    fn a_file_counts_once_for_each_section_and_members_by_themselves() {
        let report = specimen::report();
        let found = sections(&run::survey(&report, None).rows);
        // Two files with `.text` open, twice each; an archive with two members whose build-ids differ.
        let section = |name: &str, open, settled| Section {
            name: name.to_owned(),
            open,
            settled,
        };
        assert_eq!(
            found.sections,
            [
                section(".text", 2, 0),
                section(".note.gnu.build-id", 0, 3),
                section("padding", 0, 1)
            ]
        );
        assert_eq!(found.files, 5);
    }

    #[test]
    fn what_is_no_elf_file_has_no_section() {
        let difference = specimen::difference("text.lines", "etc/conf", &[".text"], None);
        assert_eq!(part(&difference), None);
        let difference = specimen::difference("elf.machine", "bin/x", &[], None);
        assert_eq!(part(&difference), Some((&[][..], "the file")));
    }

    #[test]
    fn a_member_below_a_folder_is_no_section() {
        let inside = ["data.tar", "./usr/bin/x", ".text", "main"];
        let difference = specimen::difference("elf.function.changed", "x.deb", &inside, None);
        let (members, name) = part(&difference).unwrap();
        assert_eq!((members, name), (&difference.place.inside[..2], ".text"));
    }
}
