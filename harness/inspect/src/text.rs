//! Text by lines.

use crate::findings::{Findings, MORE};
use crate::numbering::counted;
use crate::path_map::PathMap;
use crossproof_model::{DiffKey, Difference, Digest, Level, Pair, Place};
use similar::{ChangeTag, TextDiff};

/// Most lines that are aligned with each other; longer stretches are shown from where they part.
const ALIGNED: usize = 2000;

/// Compares two texts that are known to differ.
///
/// A text in the install tree that differs allows `interface`: what programs link to is the same, but
/// data or a header's declarations are not, and nothing here can tell a comment from a declaration.
pub(crate) fn compare(contents: Pair<&str>, place: &Place, map: &PathMap) -> Findings {
    let bytes = contents.map(str::as_bytes);
    let mut findings = Findings::exact(bytes, bytes.map(Digest::of));
    let shown = contents.map(|text| Some(counted(text.split_inclusive('\n').count(), "line")));
    let mut detail = hunks(contents);
    let mut key = DiffKey::of(["text", "lines"]);
    if !map.is_empty() && contents.map(|text| mapped(text, map)).same() {
        key = DiffKey::of(["text", "path"]);
        detail.insert(0, SAME_PLACE.to_owned());
    }
    findings.differ(key, place.clone(), shown, detail, Level::Interface);
    findings
}

/// What is said of texts that differ in mapped paths only.
pub(crate) const SAME_PLACE: &str = "the same but for paths that the map says are one place";

/// A text with every absolute path in it under the map. Two texts that become the same still differ: a
/// program can read either path, and one of them may lead nowhere.
pub(crate) fn mapped(text: &str, map: &PathMap) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !path_character(c)) {
        let end = word.trim_end_matches(|c| !path_character(c)).len();
        let (word, after) = word.split_at(end);
        // An option may stand right before the path, as in `-I/usr/include`.
        let start = match word.find('/') {
            Some(at) if at == 0 || word.starts_with('-') => at,
            _ => word.len(),
        };
        let (before, path) = word.split_at(start);
        out.extend(before.as_bytes());
        out.extend(map.apply(path.as_bytes()).iter());
        out.extend(after.as_bytes());
    }
    out
}

fn path_character(c: char) -> bool {
    c.is_alphanumeric() || "/_.+~-@%#".contains(c)
}

/// The lines that differ, with one line of context, without the same beginning and end.
fn hunks(texts: Pair<&str>) -> Vec<String> {
    // A text of eight megabytes may have as many lines: none is held that is not looked at.
    let lines = |text| str::split_inclusive(text, '\n');
    let head = same(lines(texts.left), lines(texts.right)).saturating_sub(1);
    let rest = texts.map(|text| {
        let before: usize = lines(text).take(head).map(str::len).sum();
        text.get(before..).unwrap_or_default()
    });
    let tail = same(lines(rest.left).rev(), lines(rest.right).rev()).saturating_sub(1);
    let rest = rest.map(|text| {
        let after: usize = lines(text).rev().take(tail).map(str::len).sum();
        text.get(..text.len() - after).unwrap_or_default()
    });
    let cut = rest.map(|text| lines(text).take(ALIGNED + 1).collect::<Vec<_>>());
    let lines_left_out = cut.left.len().max(cut.right.len()) > ALIGNED;
    let cut = cut
        .as_ref()
        .map(|l| l.get(..l.len().min(ALIGNED)).unwrap_or_default());
    let diff = TextDiff::from_slices(cut.left, cut.right);
    let mut out: Vec<String> = Vec::new();
    let mut before: Option<&str> = None;
    for group in diff.grouped_ops(1) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        out.push(format!("@@ line {} @@", head + first + 1));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            // The line that takes its place may part from it far behind.
            let removed = before.take().filter(|_| change.tag() == ChangeTag::Insert);
            let line = match removed {
                Some(old) => {
                    let both = Pair::new(Some(String::from(old)), Some(line.to_owned()));
                    let both = crate::findings::shortened(both);
                    if let (Some(last), Some(old)) = (out.last_mut(), both.left) {
                        *last = format!("{}{old}", ChangeTag::Delete);
                    }
                    both.right.unwrap_or_default()
                }
                None => crate::findings::shorten(line),
            };
            if change.tag() == ChangeTag::Delete && change.value().ends_with('\n') {
                before = Some(change.value().trim_end_matches('\n'));
            }
            out.push(format!("{}{line}", change.tag()));
            if !change.value().ends_with('\n') {
                out.push(NO_END.to_owned());
            }
            if out.len() + 1 >= Difference::DETAIL_LINES {
                out.push(MORE.to_owned());
                return out;
            }
        }
    }
    if lines_left_out {
        out.push(MORE.to_owned());
    }
    out
}

/// Behind a line that no line end follows.
const NO_END: &str = "\\ no line end behind it";

fn same<T: PartialEq>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(left: &str, right: &str) -> Vec<String> {
        let place = Place::file("f.h".parse().unwrap());
        let findings = compare(Pair::new(left, right), &place, &PathMap::default());
        findings.differences[0].detail.clone()
    }

    #[test]
    fn changed_lines_are_shown_with_their_number() {
        assert_eq!(
            detail("a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n"),
            ["@@ line 2 @@", " b", "-c", "+X", " d"]
        );
        assert_eq!(detail("a\n", "a\nb\n"), ["@@ line 1 @@", " a", "+b"]);
        assert_eq!(
            detail("a\nb\n", "a\nb"),
            ["@@ line 1 @@", " a", "-b", "+b", NO_END]
        );
    }

    #[test]
    fn long_texts_are_bounded() {
        let left: String = (0..20_000).map(|i| format!("{i}\n")).collect();
        let right: String = (0..20_000).map(|i| format!("{}\n", i * 7)).collect();
        assert_eq!(detail(&left, &right).len(), Difference::DETAIL_LINES);
    }

    #[test]
    fn mapped_paths_are_said_and_stay_a_difference() {
        let map = PathMap::new([("/usr/t/include", "/usr/include/t")]);
        let place = Place::file("x".parse().unwrap());
        let key = |left: &str, right: &str| {
            let findings = compare(Pair::new(left, right), &place, &map);
            let difference = &findings.differences[0];
            (difference.key.to_string(), difference.allows)
        };
        assert_eq!(
            key("cc -I/usr/t/include:/x", "cc -I/usr/include/t:/x"),
            ("text.path".to_owned(), Level::Interface)
        );
        assert_eq!(
            key("see '/usr/t/include/a'", "see '/usr/include/t/b'"),
            ("text.lines".to_owned(), Level::Interface)
        );
        assert_eq!(key("a/usr/t/include", "a/usr/include/t").0, "text.lines");
    }
}
