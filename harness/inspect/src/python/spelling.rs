//! How marshalled values are written so that two are written alike only if they are alike.

use crossproof_model::{Digest, RelPath};

/// Longest text written whole.
const TEXT: usize = 128;
/// Longest collection written whole.
const MANY: usize = 4096;

/// A string: in single quotes if it is interned, with the letter of its kind if another was to be expected.
pub(super) fn string(kind: u8, bytes: &[u8]) -> String {
    let text = RelPath::spell(bytes);
    let quote = match matches!(kind, b't' | b'A' | b'Z') {
        true => '\'',
        false => '"',
    };
    let expected = match (bytes.is_ascii(), bytes.len() < 256) {
        (true, true) => b"zZ",
        (true, false) => b"aA",
        (false, _) => b"ut",
    };
    let odd = match expected.contains(&kind) {
        true => String::new(),
        false => char::from(kind).to_string(),
    };
    let shown = shortened(text.escape_debug().to_string(), bytes, TEXT);
    format!("{odd}{quote}{shown}{quote}")
}

/// Bytes as Python writes them.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let shown = shortened(bytes.escape_ascii().to_string(), bytes, TEXT);
    format!("b\"{shown}\"")
}

/// A number with a point, apart from every other.
pub(super) fn float(bits: u64) -> String {
    let value = f64::from_bits(bits);
    match value.is_nan() {
        true => format!("nan {bits:016x}"),
        false => format!("{value:?}"),
    }
}

/// Several values in what holds them, with the letter of its kind if another was to be expected.
pub(super) fn many(kind: u8, items: &[String]) -> String {
    let joined = items.join(", ");
    let joined = shortened(joined.clone(), joined.as_bytes(), MANY);
    match kind {
        b')' => format!("({joined})"),
        b'(' if items.len() > 255 => format!("({joined})"),
        b'[' => format!("[{joined}]"),
        b'<' => format!("{{{joined}}}"),
        b'>' => format!("frozenset({{{joined}}})"),
        other => format!("{}({joined})", char::from(other)),
    }
}

/// A text, or how it begins and the digest of what it stands for.
fn shortened(text: String, whole: &[u8], most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => {
            let head = text.get(..end).unwrap_or_default();
            format!("{head}… ({} bytes, {})", whole.len(), Digest::of(whole))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_alike_is_written_apart() {
        let long = "x".repeat(1000);
        let strings = [
            string(b'z', b"a"),
            string(b'Z', b"a"),
            string(b'u', b"a"),
            string(b'z', b"a\", \"b"),
            string(b'u', "ä".as_bytes()),
            string(b'u', b"\xed\xa0\x80"),
            string(b'a', long.as_bytes()),
            string(b'a', format!("{long}y").as_bytes()),
            bytes(b"a"),
            bytes(b"\\"),
            float((-0.0_f64).to_bits()),
            float(0),
            float(f64::NAN.to_bits()),
            float(f64::NAN.to_bits() | 1),
        ];
        let distinct: std::collections::BTreeSet<_> = strings.iter().collect();
        assert_eq!(distinct.len(), strings.len(), "{strings:?}");
    }
}
