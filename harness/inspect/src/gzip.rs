//! gzip (RFC 1952): the header of the first member as facts, and what all members hold.

use crate::items::told;
use crate::part::{Canon, Expanded, Item, Part, StandsFor};
use crate::rules::{Rule, RuleSet, gzip_header};
use crate::stream;
use crossproof_model::{Level, RelPath};
use flate2::bufread::DeflateDecoder;

const MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Whether the content starts as gzip with deflate does; no other method was ever assigned.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

/// Takes a gzip file apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let header = Header::read(content).ok_or("the gzip header is cut short")?;
    let size = header.size;
    let rule = rules.has(&gzip_header::RULE).then_some(&gzip_header::RULE);
    let facts = move || header.facts(rule);
    let part = Part::exact("header", &["gzip.header"], vec![0..size], Level::Interface)
        .through(Canon::Told(Box::new(facts)), None);
    let expand = move |most| {
        let mut held = members(content, size, most)?;
        held.facts.sort();
        Ok(held)
    };
    let claims = vec![size..content.len()];
    let stream = stream::part(
        "stream",
        "gzip",
        claims,
        rules,
        StandsFor::File,
        Box::new(expand),
    );
    Ok(vec![part, stream])
}

/// Expands every member. Headers of members after the first are facts, byte for byte: they are rare.
fn members(content: &[u8], first: usize, most: u64) -> Result<Expanded, String> {
    let mut rest = content.get(first..).unwrap_or_default();
    let (mut out, mut facts) = (Vec::new(), Vec::new());
    loop {
        rest = member(rest, most, &mut out)?;
        if !recognize(rest) {
            break;
        }
        let header = Header::read(rest).ok_or("a later gzip header is cut short")?;
        let (bytes, after) = rest.split_at(header.size.min(rest.len()));
        stream::bound_count(facts.len(), content.len())?;
        let key = ["gzip", "member"];
        facts.push(Item::new(
            &key,
            "later member",
            told(bytes),
            Level::Interface,
        ));
        rest = after;
    }
    facts.extend(stream::trailing("gzip", rest));
    Ok(Expanded {
        content: out,
        facts,
    })
}

/// Expands a member's deflate stream and verifies its trailer; what follows it.
fn member<'a>(input: &'a [u8], most: u64, out: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let start = out.len();
    let rest = inflate(input, most, out)?;
    let (trailer, rest) = rest
        .split_first_chunk::<8>()
        .ok_or("the gzip trailer is cut short")?;
    let content = out.get(start..).unwrap_or_default();
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let stated = [crc.sum(), content.len() as u32].map(u32::to_le_bytes);
    match stated.as_flattened() == trailer {
        true => Ok(rest),
        false => Err("the gzip trailer does not fit the content".to_owned()),
    }
}

/// Expands a bare deflate stream (RFC 1951); what follows it.
pub(crate) fn inflate<'a>(
    input: &'a [u8],
    most: u64,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], String> {
    let mut decoder = DeflateDecoder::new(input);
    stream::read(&mut decoder, most, out)?;
    Ok(decoder.into_inner())
}

/// A member's header, taken apart.
struct Header<'a> {
    size: usize,
    flags: u8,
    time: [u8; 4],
    level: u8,
    system: u8,
    extra: Option<&'a [u8]>,
    name: Option<&'a [u8]>,
    comment: Option<&'a [u8]>,
    checksum: Option<&'a [u8]>,
    /// Whether the checksum, if there is one, is that of the header: readers refuse one that is not.
    sound: bool,
}

impl<'a> Header<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let [_, _, _, flags, a, b, c, d, level, system] = *content.first_chunk::<10>()?;
        let mut rest = content.get(10..)?;
        let has = |bit: u8| flags & 1 << bit != 0;
        let mut take = |size: usize| {
            let (head, tail) = rest.split_at_checked(size)?;
            rest = tail;
            Some(head)
        };
        let mut extra = None;
        if has(2) {
            let size = take(2)?;
            let size = usize::from(*size.first()?) | usize::from(*size.last()?) << 8;
            extra = Some(take(size)?);
        }
        let mut text = |wanted: bool| match wanted {
            false => Some(None),
            true => {
                let end = rest.iter().position(|b| *b == 0)?;
                let (head, tail) = rest.split_at_checked(end)?;
                rest = tail.get(1..)?;
                Some(Some(head))
            }
        };
        let name = text(has(3))?;
        let comment = text(has(4))?;
        let mut checksum = None;
        if has(1) {
            let (head, tail) = rest.split_at_checked(2)?;
            checksum = Some(head);
            rest = tail;
        }
        let size = content.len() - rest.len();
        let sound = checksum.is_none_or(|stated| {
            let mut crc = flate2::Crc::new();
            crc.update(content.get(..size - 2).unwrap_or_default());
            stated == (crc.sum() as u16).to_le_bytes()
        });
        Some(Header {
            size,
            sound,
            flags,
            time: [a, b, c, d],
            level,
            system,
            extra,
            name,
            comment,
            checksum,
        })
    }

    /// Everything the header says. What tells of the packing only is under `rule`.
    fn facts(&self, rule: Option<&'static Rule>) -> Vec<Item> {
        let item = |name: &str, value: String| {
            Item::new(&["gzip.header", name], name, value, Level::Interface)
        };
        let seconds = u32::from_le_bytes(self.time);
        let mut facts = vec![
            item("time", seconds.to_string()).under(rule),
            item("level", self.level.to_string()).under(rule),
            item("system", self.system.to_string()).under(rule),
            // Bits 1 and 3 say whether there is a checksum and a name.
            item("flags", format!("{:#04x}", self.flags & !0b1010)),
        ];
        let name = self.name.map(|name| item("name", RelPath::spell(name)));
        facts.extend(name.map(|item| item.under(rule)));
        let checksum = self.checksum.map(|sum| item("checksum", told(sum)));
        facts.extend(checksum.map(|item| item.under(rule.filter(|_| self.sound))));
        facts.extend(self.extra.map(|extra| item("extra", told(extra))));
        let comment = self.comment;
        facts.extend(comment.map(|text| item("comment", RelPath::spell(text))));
        facts
    }
}
