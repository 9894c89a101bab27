//! Causes in the compiler and what it was told, as it notes them itself.

use super::{Clues, Found, some_of};
use crossproof_model::{Difference, Pair};
use std::collections::BTreeSet;

/// A producer (DWARF 5, section 3.1.1) taken apart: the compiler, and the options it notes.
fn producer(text: &str) -> (String, BTreeSet<String>) {
    let mut compiler = Vec::new();
    let mut options: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match (word.starts_with('-'), options.last_mut()) {
            (true, _) => options.push(word.to_owned()),
            (false, None) => compiler.push(word),
            (false, Some(option)) => *option = format!("{option} {word}"),
        }
    }
    (compiler.join(" "), options.into_iter().collect())
}

/// Both sides' values, if they were not cut short.
fn whole(difference: &Difference) -> Option<Pair<&str>> {
    let value = |side: &'_ Option<String>| {
        let text = side.as_deref()?;
        (!text.ends_with('…')).then_some(())
    };
    value(&difference.left)?;
    value(&difference.right)?;
    Some(Pair::new(
        difference.left.as_deref()?,
        difference.right.as_deref()?,
    ))
}

/// The compilers of a difference, if they are not the same one.
fn compilers(difference: &Difference) -> Option<Pair<String>> {
    let sides = Pair::new(difference.left.as_deref()?, difference.right.as_deref()?);
    let compilers = match difference.key.as_str() {
        // The compiler's name stands first, before anything that is cut off.
        "dwarf.producer" => sides.map(|text| without_language(&producer(text).0)),
        _ => whole(difference)?.map(compiler_in),
    };
    let known = !compilers.left.is_empty() && !compilers.right.is_empty();
    (known && !compilers.same()).then_some(compilers)
}

/// A compiler of GCC's without the language that it was told to read: `GNU C17 12.2.0` is `GNU 12.2.0`.
fn without_language(compiler: &str) -> String {
    let mut words = compiler.split_whitespace();
    match (words.next(), words.next()) {
        (Some("GNU"), Some(_)) => ["GNU"]
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
            .join(" "),
        _ => compiler.to_owned(),
    }
}

/// What a comment section says of compilers; linkers and assemblers note themselves there, too.
fn compiler_in(comment: &str) -> String {
    const COMPILERS: [&str; 4] = ["GCC:", "clang version", "rustc version", "GNU C"];
    // Notes stand one behind the other; each begins with its tool.
    const TOOLS: [&str; 2] = ["Linker:", "GNU AS"];
    let marks = COMPILERS.iter().chain(&TOOLS);
    let mut starts: Vec<usize> = marks
        .flat_map(|mark| comment.match_indices(mark).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([comment.len()]);
    let notes = starts.iter().zip(ends);
    let notes = notes.filter_map(|(from, to)| comment.get(*from..to));
    let notes =
        notes.map(|note| note.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '.'));
    let compilers = notes.filter(|note| COMPILERS.iter().any(|name| note.starts_with(name)));
    let compilers: BTreeSet<&str> = compilers.collect();
    compilers.into_iter().collect::<Vec<_>>().join(", ")
}

/// The sides were made by compilers of other names or versions.
pub(super) fn other_compiler<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let noted = |key: &str| key == "dwarf.producer" || key == "elf.section.comment.bytes";
    let mut evidence = clues.with(noted);
    evidence.retain(|difference| compilers(difference).is_some());
    let compilers = compilers(evidence.first()?)?;
    let sentence = format!(
        "a different compiler: {} {}, {} {}",
        clues.names.left, compilers.left, clues.names.right, compilers.right
    );
    Some(Found {
        sentence,
        remedy: "use the same release of the compiler on both sides".to_owned(),
        evidence,
    })
}

/// Options that only one side's compiler was given.
pub(super) fn other_options<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let mut only: Pair<BTreeSet<String>> = Pair::default();
    let mut evidence = Vec::new();
    for difference in clues.with(|key| key == "dwarf.producer") {
        // Not every compiler notes its options.
        let sides = Pair::new(difference.left.as_deref(), difference.right.as_deref());
        let family = sides.map(|text| text.map(|text| producer(text).0));
        let found = match family.same() {
            true => options(difference),
            false => Pair::default(),
        };
        if !found.left.is_empty() || !found.right.is_empty() {
            evidence.push(difference);
        }
        only.left.extend(found.left);
        only.right.extend(found.right);
    }
    // What one unit has here and a different one there is on both sides.
    let both: BTreeSet<String> = only.left.intersection(&only.right).cloned().collect();
    only.left.retain(|option| !both.contains(option));
    only.right.retain(|option| !both.contains(option));
    let spelled = Pair::new(clues.names.left, clues.names.right).zip(only);
    let part = |(name, options): (&str, BTreeSet<String>)| {
        (!options.is_empty()).then(|| format!("{name} has {}", some_of(options)))
    };
    let parts: Vec<String> = [part(spelled.left), part(spelled.right)]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "compiled with other options: only {}",
            parts.join("; only ")
        ),
        remedy:
            "give both builds the same flags; see which recipe branch or wrapper adds or drops them"
                .to_owned(),
        evidence,
    })
}

/// The options on one side only: as the comparison lists them, else from the two producers themselves.
fn options(difference: &Difference) -> Pair<BTreeSet<String>> {
    // Each line has all words that only its side has, options and what is no option.
    let marked = |mark: char| {
        let lines = difference.detail.iter();
        let words = lines
            .filter_map(|line| line.strip_prefix(mark))
            .flat_map(str::split_whitespace);
        words
            .filter(|word| word.starts_with('-'))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let listed = Pair::new(marked('-'), marked('+'));
    if !listed.left.is_empty() || !listed.right.is_empty() {
        return listed;
    }
    let Some(both) = whole(difference).map(|pair| pair.map(|text| producer(text).1)) else {
        return Pair::default();
    };
    let without = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    Pair::new(
        without(&both.left, &both.right),
        without(&both.right, &both.left),
    )
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn options_of_one_side_are_named() {
        let unit = difference("dwarf.producer")
            .left("GNU C17 14.2.0 -mlittle-endian -mabi=lp64 -g -O2")
            .right("GNU C17 14.2.0 -mlittle-endian -mabi=lp64 -g -O0 -fPIC");
        let (sentence, _) = said(other_options, [unit]).unwrap();
        assert_eq!(
            sentence,
            "compiled with other options: only native has -O2; only cross has -O0, -fPIC"
        );
    }

    #[test]
    fn options_that_the_comparison_lists_are_taken_from_there() {
        let unit = difference("dwarf.producer")
            .left("GNU C17 …")
            .right("GNU C17 …")
            .detail(&["--O2 12.2.0 -g3", "and 3 more"]);
        let (sentence, _) = said(other_options, [unit]).unwrap();
        assert_eq!(
            sentence,
            "compiled with other options: only native has -O2, -g3"
        );
    }

    #[test]
    fn what_was_cut_short_names_no_option() {
        let unit = || {
            difference("dwarf.producer")
                .left("GNU C17 14.2.0 -O2 -g…")
                .right("GNU C17 14.2.0 -O2")
        };
        assert_eq!(said(other_options, [unit()]), None);
        assert_eq!(said(other_compiler, [unit()]), None);
    }

    #[test]
    fn another_release_is_another_compiler() {
        let unit = difference("dwarf.producer")
            .left("GNU C17 14.2.0 -O2")
            .right("GNU C17 12.2.0 -O2");
        let (sentence, _) = said(other_compiler, [unit]).unwrap();
        assert_eq!(
            sentence,
            "a different compiler: native GNU 14.2.0, cross GNU 12.2.0"
        );
        let language = difference("dwarf.producer")
            .left("GNU C17 12.2.0 -O2")
            .right("GNU C11 12.2.0 -O2");
        assert_eq!(said(other_compiler, [language]), None, "one compiler");
        let comment = difference("elf.section.comment.bytes")
            .left("GCC: (Debian 14.2.0-19) 14.2.0")
            .right("GCC: (Debian 14.2.0-18) 14.2.0");
        assert!(said(other_compiler, [comment.settled_by("elf.comment@1")]).is_some());
        let linker = difference("elf.section.comment.bytes")
            .left("Linker: LLD 14.0.6")
            .right("GCC: (Debian) 14.2.0");
        assert_eq!(said(other_compiler, [linker]), None);
        let linker = difference("elf.section.comment.bytes")
            .left("Linker: Debian LLD 14.0.6 GCC: (Debian 12.2.0-14) 12.2.0")
            .right("GCC: (Debian 12.2.0-14) 12.2.0");
        assert_eq!(said(other_compiler, [linker]), None);
    }

    #[test]
    fn options_that_units_exchange_are_on_both_sides() {
        let unit = |left: &str, right: &str| {
            difference("dwarf.producer")
                .left(&format!("GNU C17 12.2.0 {left}"))
                .right(&format!("GNU C17 12.2.0 {right}"))
        };
        assert_eq!(
            said(other_options, [unit("-O0", "-O2"), unit("-O2", "-O0")]),
            None
        );
        let clang = difference("dwarf.producer")
            .left("GNU C17 12.2.0 -O2 -g")
            .right("Debian clang version 14.0.6");
        assert_eq!(said(other_options, [clang]), None);
    }
}
