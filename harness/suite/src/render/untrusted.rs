//! Text that comes out of the compared files: it may hold anything.

use std::borrow::Cow;

/// The text with everything spelled out that would act on a terminal or turn the reading order round:
/// control characters, line ends among them, and bidirectional formatting (Unicode Standard Annex 9).
pub fn tame(text: &str) -> Cow<'_, str> {
    let wild = |c: char| {
        c.is_control()
            // What has no width, and what looks like a space and is none.
            || matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(wild) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match (c, wild(c)) {
            (_, true) => out.extend(c.escape_default()),
            (_, false) => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The beginning of the text, tamed: at most so many characters of it, and a mark where it was cut.
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => tame(text),
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            Cow::Owned(format!("{}…", tame(kept)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_marked() {
        assert_eq!(clip("abc", 3), "abc");
        assert_eq!(clip("äöü\n", 2), "äö…");
    }

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out() {
        assert_eq!(
            tame("a\u{1b}[31m\n\u{202e}b\tc"),
            "a\\u{1b}[31m\\n\\u{202e}b\\tc"
        );
        assert!(matches!(tame("plain é <b>"), Cow::Borrowed(_)));
    }
}
