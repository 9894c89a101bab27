//! Byte windows round the first differences of two contents.

use crate::limits;
use crossproof_model::Pair;

/// Bytes shown on a line.
const WIDTH: usize = 16;
/// Lines that differ shown of each side.
const LINES: usize = 4;

/// How the two differ in a few words: `1024 bytes, 3 differ from offset 0x40`.
pub(crate) fn summary(contents: Pair<&[u8]>) -> Pair<Option<String>> {
    let first = first_difference(contents);
    let common = contents.left.len().min(contents.right.len());
    let longest = contents.left.len().max(contents.right.len());
    let differing = contents
        .left
        .iter()
        .zip(contents.right)
        .filter(|(a, b)| a != b)
        .count()
        + (longest - common);
    contents.map(|side| {
        Some(format!(
            "{} bytes, {differing} differ from offset {first:#x}",
            side.len()
        ))
    })
}

/// Lines of both sides where they first differ, `-` the left and `+` the right.
pub(crate) fn lines(contents: Pair<&[u8]>) -> Vec<String> {
    let first = first_difference(contents) / WIDTH;
    let longest = contents.left.len().max(contents.right.len());
    let mut out = Vec::new();
    for row in first..longest.div_ceil(WIDTH) {
        let at = row * WIDTH;
        let chunk = |side: &[u8]| {
            side.get(at..side.len().min(at + WIDTH))
                .unwrap_or_default()
                .to_vec()
        };
        let pair = contents.map(chunk);
        if pair.same() {
            continue;
        }
        if !pair.left.is_empty() {
            out.push(format!("-{at:08x} {}", spell(&pair.left)));
        }
        if !pair.right.is_empty() {
            out.push(format!("+{at:08x} {}", spell(&pair.right)));
        }
        if out.len() >= 2 * LINES {
            break;
        }
    }
    out
}

fn first_difference(contents: Pair<&[u8]>) -> usize {
    contents
        .left
        .iter()
        .zip(contents.right)
        .position(|(a, b)| a != b)
        .unwrap_or(contents.left.len().min(contents.right.len()))
}

fn spell(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|b| format!("{b:02x} ")).collect();
    let text: String = bytes
        .iter()
        .map(|b| {
            if (0x20..0x7f).contains(b) {
                char::from(*b)
            } else {
                '.'
            }
        })
        .collect();
    format!("{hex:<width$}|{text}|", width = WIDTH * 3)
}

/// Bytes in a few words: as text if they are text.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).map(|t| t.replace('\0', " "));
    match text {
        Ok(text) if bytes.len() <= limits::SHOWN && !text.contains(char::is_control) => {
            text.trim().to_owned()
        }
        _ => format!("{} bytes", bytes.len()),
    }
}

/// Bytes in a few words: in hexadecimal if they are few.
pub(crate) fn brief(bytes: &[u8]) -> String {
    match bytes.len() {
        0..=64 => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        size => format!("{size} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_opens_at_the_first_difference() {
        let left: Vec<u8> = (0..64).collect();
        let mut right = left.clone();
        right[33] = b'A';
        right.push(b'!');
        let pair = Pair::new(&left[..], &right[..]);
        let shown = lines(pair);
        assert_eq!(shown.len(), 3);
        assert!(shown[0].starts_with("-00000020 20 21"));
        assert!(shown[1].contains("20 41") && shown[1].contains("A"));
        assert!(shown[2].starts_with("+00000040 21"));
        assert_eq!(
            summary(pair).left.unwrap(),
            "64 bytes, 2 differ from offset 0x21"
        );
    }
}
