//! What a text may ask of the YAML library, looked at in one pass before the library is.
//!
//! The library looks at every open bracket for every token, so that a hundred kilobytes of `[` take it half a minute, and
//! an alias makes it read what it names once more. Both are bounded here from above, without knowing which characters
//! stand in a string: no text that people write, or that this program wrote, comes near.

use crate::error::Error;

/// Longest text that is read. The longest there are, locks and goldens, have 160 kB.
const BYTES: usize = 1 << 20;
/// Brackets that open, times bytes. The locks have 72 million.
const NESTING: usize = 1 << 28;
/// Values that aliases may make of a text, counted as its bytes.
const REPEATED: usize = 1 << 25;

/// Refuses a text that would take too long to read.
pub(crate) fn check(text: &str, file: &str) -> Result<(), Error> {
    let refuse = |at: usize, message: String| {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len() + 1;
        Err(Error {
            file: file.to_owned(),
            line,
            column,
            message,
        })
    };
    if !is_short(text) {
        let size = text.len();
        return refuse(
            0,
            format!("too large to be read: {size} bytes, expected at most {BYTES}"),
        );
    }
    let most = NESTING / text.len().max(1);
    if let Some((at, _)) = text.match_indices(['[', '{']).nth(most) {
        let expected = format!("expected at most {most} in a text of {} bytes", text.len());
        return refuse(at, format!("too many brackets to be read: {expected}"));
    }
    let mut anchors = starts(text, b'&');
    if let Some(anchor) = anchors.next()
        && repeated(text.len(), starts(text, b'*').count()) > REPEATED
    {
        let expected = "expected them written out, or fewer in a shorter text";
        return refuse(anchor, format!("too many aliases to be read: {expected}"));
    }
    Ok(())
}

/// Whether a text is short enough to find a place in.
pub(crate) fn is_short(text: &str) -> bool {
    text.len() <= BYTES
}

/// Where the mark of an anchor or an alias may stand: before a name, behind nothing that belongs to a word.
fn starts(text: &str, mark: u8) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let is_start = move |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + 1).copied().unwrap_or(b' ');
        let opens = before.is_none_or(|b| b.is_ascii_whitespace() || b"[{,:".contains(b));
        opens && bytes.get(*at) == Some(&mark) && !after.is_ascii_whitespace() && after != mark
    };
    (0..bytes.len()).filter(is_start)
}

/// What so many aliases can make of a text at most: each thing named by three of them, and so on, is the worst. The
/// library follows no more than a hundred for each value.
fn repeated(size: usize, aliases: usize) -> usize {
    let levels = u32::try_from(aliases.div_ceil(3)).unwrap_or(u32::MAX);
    let copies = 3_usize.saturating_pow(levels).min(size.saturating_mul(100));
    size.saturating_mul(copies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        check(text, "x.yaml").unwrap_err().to_string()
    }

    #[test]
    fn what_would_take_too_long_is_refused_with_its_place() {
        assert!(check(&"a: [b, {c: d}]\n".repeat(1000), "x").is_ok());
        let deep = refusal(&format!("a:\n{}", "[".repeat(100_000)));
        assert!(deep.starts_with("x.yaml:2:26"), "{deep}");
        assert!(deep.contains("too many brackets"), "{deep}");
        let large = refusal(&"a".repeat(BYTES + 1));
        assert!(large.contains("too large to be read"), "{large}");
    }

    #[test]
    fn aliases_of_aliases_are_refused_and_a_few_are_not() {
        let mut laughs = "a0: &a0 [x, x, x]\n".to_owned();
        for n in 1..30 {
            let last = n - 1;
            laughs.push_str(&format!("a{n}: &a{n} [*a{last}, *a{last}, *a{last}]\n"));
        }
        assert!(refusal(&laughs).contains("too many aliases"));
        assert!(check("a: &x {b: c}\nd: *x\ne: *x\n", "x").is_ok());
        // A script is none.
        let script = "script: |\n  a && b & \n  rm *.o *.c *.d *.x *.y *.z\n".repeat(500);
        assert!(check(&script, "x").is_ok());
    }
}
