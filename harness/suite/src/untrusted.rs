//! Text that comes out of compared files, builds and statements: it may hold anything.

use std::borrow::Cow;

/// What acts on a terminal, turns the reading order round, or stands in a text unseen.
fn wild(c: char) -> bool {
    c.is_control()
        // Bidirectional formatting (Unicode Standard Annex 9), and line ends that are no control characters.
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
        // Spaces that are not the space (general category Zs).
        || matches!(c, '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
        // What has no width, and what looks like a space and is none.
        || matches!(c, '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}')
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
        // Hieroglyph, shorthand and musical format controls.
        || matches!(c, '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}')
        // No characters (Unicode Standard, 23.7).
        || matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
        // Variation selectors, annotations, and tags: letters that no one sees.
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with everything spelled out that would act on a terminal or turn the reading order round, line ends among
/// it, and everything that would not be seen.
pub fn tame(text: &str) -> Cow<'_, str> {
    replaced(text, wild, |c, out| out.extend(c.escape_default()))
}

/// The text with each character that `acts` written by `spell`.
fn replaced(
    text: &str,
    acts: impl Fn(char) -> bool,
    spell: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.contains(&acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match acts(c) {
            true => spell(c, &mut out),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether it acts on a terminal in a text of several lines.
fn wild_in_lines(c: char) -> bool {
    c != '\n' && wild(c)
}

/// A whole text for people, in which only line ends and the given styles act on a terminal.
pub fn settled<'t>(text: &'t str, styles: &[String]) -> Cow<'t, str> {
    if !text.contains(wild_in_lines) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let style = styles.iter().find(|style| rest.starts_with(style.as_str()));
        let taken = style.map_or(c.len_utf8(), String::len);
        match (style, wild_in_lines(c)) {
            (None, true) => out.extend(c.escape_default()),
            _ => out.push_str(&rest[..taken]),
        }
        rest = &rest[taken..];
    }
    Cow::Owned(out)
}

/// A JSON document with the same values: what acts on a terminal, or is not seen, stands in its strings as escapes.
pub fn escaped(json: &str) -> Cow<'_, str> {
    // Outside of strings a document of ours has no such character.
    replaced(json, wild_in_lines, |c, out| {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        out.extend(units.map(|unit| format!("\\u{unit:04x}")));
    })
}

/// A text of several lines, each tamed. Those after the first are indented: foreign text in it begins no line of ours.
pub fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(tame).collect();
    lines.join("\n  ")
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
        assert_eq!(lines("a\u{1b}\nb\r"), "a\\u{1b}\n  b\\r");
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        for unseen in [
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200f}',
            '\u{2028}',
            '\u{202e}',
            '\u{2060}',
            '\u{2067}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0041}',
            '\u{e01ef}',
            '\u{1680}',
            '\u{2003}',
            '\u{3000}',
            '\u{1bca0}',
            '\u{1d173}',
            '\u{1d159}',
            '\u{13430}',
            '\u{fffe}',
            '\u{10ffff}',
        ] {
            let spelled = tame(&format!("a{unseen}b")).into_owned();
            assert_eq!(spelled, format!("a{}b", unseen.escape_unicode()));
        }
    }

    #[test]
    fn of_a_whole_text_only_line_ends_and_our_styles_act() {
        let bold = "\u{1b}[1m".to_owned();
        let styles = [bold.clone()];
        let text = format!("{bold}a\n\u{1b}[31mb\u{9b}c\u{1b}]0;title\u{7}");
        assert_eq!(
            settled(&text, &styles),
            format!("{bold}a\n\\u{{1b}}[31mb\\u{{9b}}c\\u{{1b}}]0;title\\u{{7}}")
        );
        assert!(matches!(settled("plain\n", &styles), Cow::Borrowed(_)));
    }

    #[test]
    fn a_document_keeps_its_values() {
        let value = serde_json::json!({"name": "a\u{202e}b\u{e0041}\u{9b}\u{1b}"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = escaped(&text);
        assert!(!shown.contains(|c| c != '\n' && wild(c)), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
