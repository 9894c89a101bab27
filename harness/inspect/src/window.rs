//! Byte windows round the first differences of two contents.

use crate::limits;
use crate::numbering::counted;
use crossproof_model::Pair;

/// Bytes shown on a line.
const WIDTH: usize = 16;
/// Lines that differ shown of each side.
const LINES: usize = 4;

/// How the two differ in a few words: `1024 bytes, 3 differ from offset 0x40`.
pub(crate) fn summary(contents: Pair<&[u8]>) -> Pair<Option<String>> {
    let common = contents.left.len().min(contents.right.len());
    let first = difference_from(contents, 0).unwrap_or(common);
    let chunks = contents
        .left
        .chunks(CHUNK)
        .zip(contents.right.chunks(CHUNK));
    let differing = chunks
        .filter(|(left, right)| left != right)
        .map(|(left, right)| left.iter().zip(right).filter(|(a, b)| a != b).count())
        .sum::<usize>();
    // What is behind the end of the shorter side differs from nothing.
    contents.map(|side| {
        let more = side.len() - common;
        let differ = differing + more;
        let verb = if differ == 1 { "differs" } else { "differ" };
        Some(match differ {
            0 => format!("{}, all as the other's first", counted(side.len(), "byte")),
            _ => format!(
                "{}, {differ} {verb} from offset {first:#x}",
                counted(side.len(), "byte")
            ),
        })
    })
}

/// Lines of both sides where they first differ, `-` the left and `+` the right.
pub(crate) fn lines(contents: Pair<&[u8]>) -> Vec<String> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(differing) = difference_from(contents, from) {
        let at = differing - differing % WIDTH;
        from = at + WIDTH;
        let chunk = |side: &[u8]| {
            side.get(at..side.len().min(at + WIDTH))
                .unwrap_or_default()
                .to_vec()
        };
        let pair = contents.map(chunk);
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

/// Bytes compared at once: what is the same goes by at the speed of memory.
const CHUNK: usize = 4096;

/// The first offset from `start` on at which the two differ, or only one has a byte.
fn difference_from(contents: Pair<&[u8]>, start: usize) -> Option<usize> {
    let rest = contents.map(|side| side.get(start..).unwrap_or_default());
    let chunks = rest.left.chunks(CHUNK).zip(rest.right.chunks(CHUNK));
    let same = CHUNK * chunks.take_while(|(left, right)| left == right).count();
    let rest = rest.map(|side| side.get(same..).unwrap_or_default());
    let (short, long) = (
        rest.left.len().min(rest.right.len()),
        rest.left.len().max(rest.right.len()),
    );
    let first = rest.left.iter().zip(rest.right).position(|(a, b)| a != b);
    let first = first.or((short < long).then_some(short))?;
    Some(start + same + first)
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
        _ => counted(bytes.len(), "byte"),
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
    fn differences_are_found_wherever_they_are() {
        let left = vec![7; 3 * CHUNK + 5];
        for at in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 17, 3 * CHUNK + 4] {
            let mut right = left.clone();
            right[at] = 0;
            let pair = Pair::new(&left[..], &right[..]);
            assert_eq!(difference_from(pair, 0), Some(at));
            assert_eq!(difference_from(pair, at), Some(at));
            assert_eq!(difference_from(pair, at + 1), None);
            assert_eq!(lines(pair).len(), 2, "{at}");
            let longer = [&right[..], &[1; 40]].concat();
            let pair = Pair::new(&left[..], &longer[..]);
            assert_eq!(difference_from(pair, at + 1), Some(left.len()));
            let shown = summary(pair).right.unwrap();
            assert!(shown.contains(" 41 differ"), "{shown}");
        }
        assert_eq!(difference_from(Pair::new(&left, &left), 0), None);
    }

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
        let said = summary(pair);
        assert_eq!(said.left.unwrap(), "64 bytes, 1 differs from offset 0x21");
        assert_eq!(said.right.unwrap(), "65 bytes, 2 differ from offset 0x21");
        let longer = summary(Pair::new(&left[..], &left[..63]));
        assert_eq!(longer.right.unwrap(), "63 bytes, all as the other's first");
    }
}
