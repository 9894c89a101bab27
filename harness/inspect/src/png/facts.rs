//! What the chunks of a PNG image say by name (section 11).

use super::chunks::Chunk;
use crate::numbering::number_repeats;
use crate::part::Item;
use crossproof_model::{Level, RelPath};

/// Texts in which programs note when they wrote the file or changed the one they read, and nothing else.
const DATES: [&str; 3] = ["date:create", "date:modify", "date:timestamp"];

fn fact(key: &str, name: &str, value: impl Into<String>) -> Item {
    Item::new(&["png", key], name, value, Level::Interface)
}

/// Size and kind of the image (section 11.2.1).
pub(super) fn header(data: &[u8]) -> Option<Vec<Item>> {
    let data: &[u8; 13] = data.try_into().ok()?;
    let [width, height] = [0, 4].map(|at| number(data, at));
    let [depth, colour, compression, filter, interlace] = *data.last_chunk::<5>()?;
    let rest = [
        ("bit depth", depth),
        ("colour type", colour),
        ("compression", compression),
        ("filter", filter),
        ("interlace", interlace),
    ];
    let sizes = [("width", width), ("height", height)];
    let rest = rest.map(|(name, value)| (name, u32::from(value)));
    let all = sizes.into_iter().chain(rest);
    Some(
        all.map(|(name, value)| fact("header", name, value.to_string()))
            .collect(),
    )
}

/// How large a pixel is meant to be (section 11.3.4.3).
pub(super) fn physical_size(data: &[u8]) -> Option<Vec<Item>> {
    let data: &[u8; 9] = data.try_into().ok()?;
    let unit = u32::from(*data.last()?);
    let all = [
        ("x", number(data, 0)),
        ("y", number(data, 4)),
        ("unit", unit),
    ];
    let facts = all.map(|(name, value)| fact("physical-size", name, value.to_string()));
    Some(facts.to_vec())
}

fn number(data: &[u8], at: usize) -> u32 {
    let bytes = data.get(at..).and_then(|bytes| bytes.first_chunk());
    bytes.map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// A text by this name.
pub(super) fn text(name: &str, bytes: &[u8]) -> Item {
    fact("text", name, RelPath::spell(bytes))
}

/// A keyword of 1 to 79 bytes, and what follows its zero.
pub(super) fn keyword(data: &[u8]) -> Option<(String, &[u8])> {
    let end = data.iter().take(80).position(|b| *b == 0)?;
    let (keyword, rest) = data.split_at_checked(end)?;
    let named = !keyword.is_empty();
    named.then_some((RelPath::spell(keyword), rest.get(1..)?))
}

/// An international text (section 11.3.3.4).
pub(super) struct International<'a> {
    pub keyword: String,
    /// Language and translated keyword.
    pub facts: Vec<Item>,
    pub compressed: bool,
    pub text: &'a [u8],
}

pub(super) fn international(data: &[u8]) -> Option<International<'_>> {
    let (keyword, rest) = keyword(data)?;
    let ([flag @ (0 | 1), 0], rest) = rest.split_first_chunk()? else {
        return None;
    };
    let mut fields = rest.splitn(3, |b| *b == 0);
    let (language, translated, rest) = (fields.next()?, fields.next()?, fields.next()?);
    Some(International {
        keyword,
        facts: vec![
            text("language", language),
            text("translated keyword", translated),
        ],
        compressed: *flag == 1,
        text: rest,
    })
}

/// When the image was changed or the file written, if that is all the chunk says and it is a time.
pub(super) fn time(chunk: &Chunk<'_>) -> Option<Item> {
    match &chunk.kind {
        b"tIME" => {
            let [high, low, month, day, hour, minute, second] = *chunk.data else {
                return None;
            };
            let year = u16::from_be_bytes([high, low]);
            let is_time = (1..=12).contains(&month)
                && (1..=31).contains(&day)
                && hour < 24
                && minute < 60
                && second <= 60;
            let shown = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
            is_time.then(|| fact("time", "tIME", shown))
        }
        b"tEXt" => {
            let (keyword, text) = keyword(chunk.data)?;
            let is_date = DATES.contains(&keyword.as_str()) && is_date(text);
            is_date.then(|| fact("time", &keyword, RelPath::spell(text)))
        }
        _ => None,
    }
}

/// Whether a text is a date and time as ISO 8601 has them: `2024-02-29T12:00:00+00:00`.
fn is_date(text: &[u8]) -> bool {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        shape => byte == shape,
    };
    let Some((time, zone)) = text.split_first_chunk::<19>() else {
        return false;
    };
    let zoned = match zone {
        b"" | b"Z" => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].into_iter().all(u8::is_ascii_digit),
        _ => false,
    };
    zoned && time.iter().zip(SHAPE).all(fits)
}

/// Facts with names of their own.
pub(super) fn numbered(mut facts: Vec<Item>) -> Vec<Item> {
    number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_are_dates() {
        for date in ["2024-02-29T12:00:00+00:00", "2024-02-29T12:00:00Z"] {
            assert!(is_date(date.as_bytes()), "{date}");
        }
        for other in [
            "",
            "2024-02-29",
            "2024-02-29T12:00:00+0x:00",
            "2024-02-29T12:00:00 x",
        ] {
            assert!(!is_date(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_keyword_ends_within_eighty_bytes() {
        assert_eq!(keyword(b"a\0b"), Some(("a".to_owned(), &b"b"[..])));
        assert_eq!(keyword(b"\0b"), None);
        assert_eq!(keyword(&[b'k'; 100]), None);
    }
}
