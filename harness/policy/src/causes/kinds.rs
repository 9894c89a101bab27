//! Files of which the sides are of different kinds: for different machines, or linked in different ways. They differ in
//! everything, and what else is seen in them says nothing of the rest of the build.

use super::{Clues, File, Found, count};
use crossproof_model::{Comparison, Difference};
use std::collections::BTreeSet;

/// The key of a difference that says so, and how many steps inside its file it stands.
const MACHINE: (&str, usize) = ("elf.header.machine", 2);
const INTERPRETER: (&str, usize) = ("elf.interpreter", 2);

fn file<'a>(difference: &'a Difference, (key, depth): (&str, usize)) -> Option<File<'a>> {
    (difference.key.as_str() == key).then_some(())?;
    let inside = &difference.place.inside;
    let outer = inside.len().checked_sub(depth)?;
    Some((&difference.place.path, inside.get(..outer)?))
}

/// Whether a program needs an interpreter on one side only.
fn one_side(difference: &Difference) -> bool {
    difference.left.is_some() != difference.right.is_some()
}

/// The files that are of different kinds.
pub(super) fn apart(comparison: &Comparison) -> BTreeSet<File<'_>> {
    let all = comparison.differences.iter();
    let kinds = all
        .filter_map(|d| file(d, MACHINE).or_else(|| file(d, INTERPRETER).filter(|_| one_side(d))));
    kinds.collect()
}

/// The sides are for different machines.
pub(super) fn other_machine<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = clues.comparison.differences.iter();
    let all: Vec<_> = all.filter(|d| file(d, MACHINE).is_some()).collect();
    let first = all.first()?;
    let (left, right) = (first.left.as_deref()?, first.right.as_deref()?);
    let like = |d: &&&Difference| d.left == first.left && d.right == first.right;
    let evidence: Vec<_> = all.iter().filter(like).copied().collect();
    let others = match all.len() - evidence.len() {
        0 => String::new(),
        others => format!("; and {} for others", count(others, "file")),
    };
    Some(Found {
        sentence: format!(
            "{} for different machines: {left} on the {}, {right} on the {}{others}",
            match evidence.len() {
                1 => "a file is".to_owned(),
                files => format!("{files} files are"),
            },
            clues.names.left,
            clues.names.right
        ),
        remedy: "compare what was built for one target; see which compiler the build took"
            .to_owned(),
        evidence,
    })
}

/// A program asks for an interpreter, which loads its libraries, on one side only.
pub(super) fn linked_statically<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = clues.comparison.differences.iter();
    let evidence: Vec<_> = all
        .filter(|d| file(d, INTERPRETER).is_some() && one_side(d))
        .collect();
    let first = evidence.first()?;
    let side = match first.left.is_some() {
        true => clues.names.right,
        false => clues.names.left,
    };
    // A program that needs no interpreter may be a library; one that is linked statically does not need the C library.
    let library = |d: &Difference| {
        let needed = |other: &&Difference| {
            let one = other.left.is_some() == d.left.is_some() && one_side(other);
            other.key.as_str() == "elf.needed"
                && one
                && other.place.path == d.place.path
                && super::subject(other).starts_with("libc.")
        };
        // A program that is linked statically offers nothing to others.
        let offers = |other: &&Difference| {
            let there = other.left.is_some() != d.left.is_some() && one_side(other);
            other.key.as_str() == "elf.export" && there && other.place.path == d.place.path
        };
        let all = || clues.comparison.differences.iter();
        !all().any(|other| needed(&other)) || all().any(|other| offers(&other))
    };
    let apart = |d: &&Difference| d.left.is_some() != first.left.is_some() || library(d);
    if evidence.iter().any(apart) {
        return None;
    }
    Some(Found {
        sentence: format!(
            "linked statically on the {side} only, in {}: no interpreter is asked for there",
            count(evidence.len(), "file")
        ),
        remedy: "see which side's flags have -static or -static-pie".to_owned(),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::calls::stack_protector;
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn what_else_differs_in_such_files_says_nothing() {
        let import = || {
            let import = difference("elf.import").at("interface");
            import.at("__stack_chk_fail@GLIBC_2.17").left("FUNC GLOBAL")
        };
        assert!(said(stack_protector, [import()]).is_some());
        let machine = difference("elf.header.machine")
            .at("ELF header")
            .at("machine");
        let machine = machine.left("aarch64").right("arm");
        let found = said(other_machine, [machine]).unwrap();
        assert!(
            found.0.contains("aarch64 on the native, arm on the cross"),
            "{found:?}"
        );
        let loader = || {
            let loader = difference("elf.interpreter")
                .at("interface")
                .at("interpreter");
            loader.left("/lib/ld-linux-aarch64.so.1")
        };
        assert_eq!(said(stack_protector, [import(), loader()]), None);
        assert_eq!(
            said(linked_statically, [loader()]),
            None,
            "it may be a library"
        );
        let needed = difference("elf.needed")
            .at("interface")
            .at("libc.so.6")
            .left("needed");
        let (sentence, _) = said(linked_statically, [loader(), needed]).unwrap();
        assert!(
            sentence.contains("statically on the cross only, in 1 file"),
            "{sentence}"
        );
        let needed = difference("elf.needed")
            .at("interface")
            .at("libc.so.6")
            .left("needed");
        let export = difference("elf.export")
            .at("interface")
            .at("main")
            .right("FUNC GLOBAL");
        let library = [loader(), needed, export];
        assert_eq!(said(linked_statically, library), None, "it is a library");
        let other = loader().right("/lib/ld.so");
        assert_eq!(said(linked_statically, [other]), None, "both are dynamic");
    }
}
