//! YAML, written by hand: one line per package or file where a library would take four, and blocks
//! of text as they were, so that a diff of a golden or a lock reads well.

use std::fmt::Write;

/// A scalar on one line: plain where nothing could read it as anything but this string, else quoted.
pub(crate) fn scalar(text: &str) -> String {
    if plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Several scalars in brackets.
pub(crate) fn sequence<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.into_iter().map(scalar).collect();
    format!("[{}]", items.join(", "))
}

/// Text as the value of a key whose own indentation is `indent` spaces: text of several lines as a
/// block below the key, any other on the key's line. Begins with the blank after the colon.
pub(crate) fn value(text: &str, indent: usize) -> String {
    let (body, chomp) = match text.strip_suffix('\n') {
        Some(body) => (body, "|"),
        None => (text, "|-"),
    };
    // A block's indentation is read off its first line, and its end is subject to chomping: what
    // would be ambiguous there is quoted instead.
    let block = body.contains('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with([' ', '\n', '\t'])
        && body.chars().all(|c| c == '\n' || printable(c));
    if !block {
        return format!(" {}", scalar(text));
    }
    let mut out = format!(" {chomp}");
    for line in body.split('\n') {
        let pad = if line.is_empty() { 0 } else { indent + 2 };
        let _ = write!(out, "\n{:pad$}{line}", "");
    }
    out
}

/// Whether YAML reads `text` as this very string without quotes, in flow style too. Stricter than the
/// language: letters first, then only what has no meaning anywhere.
fn plain(text: &str) -> bool {
    let word =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@');
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .split(' ')
            .all(|w| !w.is_empty() && w.chars().all(word))
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if printable(c) => out.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(out, "\\x{code:02x}"),
                    code @ 0..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// What can stand in YAML as it is (section 5.1), but for line breaks, tabs and invisible blanks.
fn printable(c: char) -> bool {
    match c {
        '\u{20}'..='\u{7e}' => true,
        '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{feff}' => false,
        '\u{a1}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => true,
        c => c >= '\u{10000}',
    }
}
