//! The list of what is measured: a source package on each line, its language behind it.

use crate::exit::BadInput;
use anyhow::Result;
use std::collections::BTreeSet;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The source package.
    pub package: String,
    /// Its language.
    pub language: String,
}

/// Reads a list; `file` is what errors call it.
pub fn read(text: &str, file: &str) -> Result<Vec<Entry>> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let bad = |what: &str| BadInput(format!("{file}:{}: {what}", number + 1));
        let words: Vec<&str> = line.split_whitespace().collect();
        let [package, language] = words.as_slice() else {
            return Err(bad("expected a source package and its language, such as `zlib c`").into());
        };
        if !seen.insert(*package) {
            return Err(bad(&format!("duplicate package {package}: expected each once")).into());
        }
        entries.push(Entry {
            package: (*package).to_owned(),
            language: (*language).to_owned(),
        });
    }
    match entries.is_empty() {
        true => Err(BadInput(format!("{file}: no package in it")).into()),
        false => Ok(entries),
    }
}

/// Every `n`th entry, from the `i`th on; counted from one.
pub fn shard(entries: Vec<Entry>, (i, n): (usize, usize)) -> Vec<Entry> {
    let numbered = entries.into_iter().enumerate();
    numbered
        .filter(|(at, _)| at % n == i - 1)
        .map(|(_, entry)| entry)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_strictly() {
        let read_it = |text: &str| read(text, "l");
        let list = read_it("# small ones\nzlib c\n\nfmtlib  c++ # a library\n").unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(
            (list[1].package.as_str(), list[1].language.as_str()),
            ("fmtlib", "c++")
        );
        for (text, words) in [
            ("", "no package"),
            ("zlib\n", "l:1: expected"),
            ("zlib c\nzlib c\n", "l:2: duplicate"),
        ] {
            assert!(
                read_it(text).unwrap_err().to_string().contains(words),
                "{text:?}"
            );
        }
    }

    #[test]
    fn shards_share_out_everything_once() {
        let list = read("a c\nb c\nc c\nd c\ne c\n", "l").unwrap();
        let names = |i| {
            let shard = shard(list.clone(), (i, 2));
            shard
                .into_iter()
                .map(|entry| entry.package)
                .collect::<String>()
        };
        assert_eq!((names(1), names(2)), ("ace".to_owned(), "bd".to_owned()));
    }
}
