//! cpio archives, portable ASCII: "newc" and "crc" as Linux writes them, and the older "odc" of POSIX.1. Members
//! by path, each compared as a file of its own, and what their headers say as facts.

use crate::items::{around, told};
use crate::limits;
use crate::numbering::number_repeats;
use crate::part::{Canon, Item, Named, Part, with_gaps_of};
use crate::python::sources_with_bytecode;
use crate::rules::{RuleSet, cpio_headers};
use crossproof_model::{Level, RelPath};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Archives are mostly filled up to a multiple of so many bytes.
const BLOCK: usize = 512;

/// The name of the member that ends an archive.
const LAST: &[u8] = b"TRAILER!!!";

/// How a kind of archive writes its headers.
struct Kind {
    magic: &'static [u8],
    /// Fields after the magic: what they say and how many digits they have.
    fields: &'static [(&'static str, usize)],
    radix: u32,
    /// Names and contents end at a multiple of so many bytes.
    align: usize,
}

const NEW: &[(&str, usize)] = &[
    ("inode", 8),
    ("mode", 8),
    ("uid", 8),
    ("gid", 8),
    ("links", 8),
    ("mtime", 8),
    ("size", 8),
    ("device major", 8),
    ("device minor", 8),
    ("special major", 8),
    ("special minor", 8),
    ("name size", 8),
    ("checksum", 8),
];

static KINDS: [Kind; 3] = [
    Kind {
        magic: b"070701",
        fields: NEW,
        radix: 16,
        align: 4,
    },
    Kind {
        magic: b"070702",
        fields: NEW,
        radix: 16,
        align: 4,
    },
    Kind {
        magic: b"070707",
        fields: &[
            ("device", 6),
            ("inode", 6),
            ("mode", 6),
            ("uid", 6),
            ("gid", 6),
            ("links", 6),
            ("special", 6),
            ("mtime", 11),
            ("name size", 6),
            ("size", 11),
        ],
        radix: 8,
        align: 1,
    },
];

/// Whether the content starts with a member's header.
pub(crate) fn recognize(content: &[u8]) -> bool {
    Member::read(content, 0).is_ok()
}

/// A member, and where it is.
struct Member<'a> {
    kind: &'static Kind,
    fields: Vec<(&'static str, &'a [u8], u64)>,
    name: &'a [u8],
    header: Range<usize>,
    data: Range<usize>,
    end: usize,
}

impl<'a> Member<'a> {
    fn read(content: &'a [u8], at: usize) -> Result<Self, &'static str> {
        let rest = content.get(at..).unwrap_or_default();
        let kind = KINDS.iter().find(|kind| rest.starts_with(kind.magic));
        let kind = kind.ok_or("a member header does not start with its mark")?;
        let mut next = at + kind.magic.len();
        let mut fields = Vec::new();
        for (name, digits) in kind.fields {
            let written = content.get(next..next + digits);
            let written = written.ok_or("a member header is cut short")?;
            let value = std::str::from_utf8(written)
                .ok()
                .filter(|t| !t.contains('+'));
            let value = value.and_then(|text| u64::from_str_radix(text, kind.radix).ok());
            let value = value.ok_or("a field of a member header is not a number")?;
            fields.push((*name, written, value));
            next += digits;
        }
        let value = |wanted: &str| {
            let field = fields.iter().find(|(name, ..)| *name == wanted);
            field.and_then(|(.., value)| usize::try_from(*value).ok())
        };
        let outside = "a member reaches past the end of the file";
        let name_end = value("name size").and_then(|size| next.checked_add(size));
        let name_end = name_end.ok_or(outside)?;
        let name = content.get(next..name_end).ok_or(outside)?;
        let name = name
            .strip_suffix(b"\0")
            .ok_or("a name does not end in a zero")?;
        // Offsets are counted from the first header, so from the start of the file.
        let start = name_end.next_multiple_of(kind.align);
        let end = value("size").and_then(|size| start.checked_add(size));
        let end = end.filter(|end| *end <= content.len()).ok_or(outside)?;
        Ok(Member {
            kind,
            fields,
            name,
            header: at..name_end,
            data: start..end,
            end: end.next_multiple_of(kind.align).min(content.len()),
        })
    }

    fn value(&self, wanted: &str) -> u64 {
        let field = self.fields.iter().find(|(name, ..)| *name == wanted);
        field.map_or(0, |(.., value)| *value)
    }

    /// What the header says, and how it is written where the usual way is another. Sizes are told by what
    /// they measure.
    fn facts(&self, rules: &RuleSet, ages: bool) -> Vec<Item> {
        let ruled = rules
            .has(&cpio_headers::RULE)
            .then_some(&cpio_headers::RULE);
        // Inode and device say which names are one file, if there are several.
        let folder = self.value("mode") & 0o170_000 == 0o040_000;
        let alone = ruled.filter(|_| folder || self.value("links") < 2);
        let mut facts = Vec::new();
        let mut odd = Vec::new();
        for (name, written, value) in &self.fields {
            let digits = written.len();
            let usual = match self.kind.radix {
                16 => format!("{value:0digits$X}"),
                _ => format!("{value:0digits$o}"),
            };
            if usual.as_bytes() != *written && *name != "mtime" {
                odd.push(format!("{name} {}", told(written)));
            }
            let (allows, rule) = match *name {
                "size" | "name size" => continue,
                "mode" => (Level::Divergent, None),
                "mtime" => (Level::Interface, ruled.filter(|_| !ages)),
                "inode" | "device" | "device major" | "device minor" => (Level::Interface, alone),
                _ => (Level::Interface, None),
            };
            let shown = match *name {
                "mode" => format!("{value:06o}"),
                "mtime" => format!("{value} written as {}", told(written)),
                _ => value.to_string(),
            };
            facts.push(Item::new(&["cpio", name], *name, shown, allows).under(rule));
        }
        let encoding = format!("{} {}", told(self.kind.magic), odd.join(", "));
        let key = ["cpio", "encoding"];
        facts.push(Item::new(&key, "encoding", encoding, Level::Interface));
        facts
    }
}

/// Takes an archive apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let mut parts = Vec::new();
    let mut headers = Vec::new();
    let mut names: Vec<&[u8]> = Vec::new();
    // Whether times decide what is taken from it, which is known once all members are.
    let ages = Arc::new(OnceLock::new());
    let mut at = 0;
    loop {
        let member = Member::read(content, at)
            .map_err(|why| format!("malformed cpio archive: {why} at offset {at:#x}"))?;
        headers.push(member.header.clone());
        // How much aligns names and contents follows from them.
        let gaps = [
            member.header.end..member.data.start,
            member.data.end..member.end,
        ];
        let blank = |range: &Range<usize>| {
            let bytes = content.get(range.clone()).unwrap_or_default();
            bytes.iter().all(|b| *b == 0)
        };
        headers.extend(gaps.into_iter().filter(blank));
        let bytes = content.get(member.data.clone()).unwrap_or_default();
        let written = RelPath::spell(member.name);
        let shown = written.trim_start_matches("./").trim_start_matches('/');
        let shown = if shown.is_empty() { "." } else { shown };
        let claims = vec![member.data.clone()];
        let mut part = Part::exact(shown, &["cpio.member"], claims, Level::Divergent);
        let name = around(&written, shown);
        let key = ["cpio", "name"];
        let name = name.map(|name| Item::new(&key, "name", name, Level::Interface));
        part.header.extend(name);
        let start = member.header.start;
        part.drawn_from = vec![member.header.clone()];
        let known = Arc::clone(&ages);
        part.late = Some(Box::new(move || {
            let member = Member::read(content, start);
            let ages = known.get().copied().unwrap_or(true);
            member.map_or(Vec::new(), |member| member.facts(rules, ages))
        }));
        names.push(member.name);
        match member.value("mode") & 0o170_000 {
            0o100_000 => part.canon = Canon::File(bytes),
            0o040_000 => part.named = Named::Folder,
            0o120_000 => {
                part.named = Named::Path;
                part.link = Some(RelPath::spell(bytes));
                part.canon = Canon::Told(Box::new(Vec::new));
            }
            _ => {}
        }
        let last = member.name == LAST;
        if !last && part.named == Named::Word {
            part.named = Named::Path;
        }
        parts.push(part);
        at = member.end;
        if last {
            break;
        }
        if parts.len() > limits::MEMBERS {
            return Err(format!(
                "a cpio archive of more than {} members",
                limits::MEMBERS
            ));
        }
    }
    // Of a member that is there twice, the newer one stays when it is unpacked.
    let all = names.len();
    let once: BTreeSet<&[u8]> = names.iter().copied().collect();
    // Set once, here.
    let _ = ages.set(once.len() < all || !sources_with_bytecode(names).is_empty());
    number_repeats(parts.iter_mut().map(|part| &mut part.name));
    let rest = content.get(at..).unwrap_or_default();
    let blank = rest.iter().all(|b| *b == 0);
    let end = match content.len() % BLOCK {
        0 if rest.len() < BLOCK => "filled to a whole block".to_owned(),
        _ => format!("{} bytes after the last member", rest.len()),
    };
    if blank {
        headers.push(at..content.len());
    }
    let key = ["cpio", "end"];
    let end = Item::new(&key, "end of the archive", end, Level::Interface);
    let told = Canon::Told(Box::new(move || vec![end.clone()]));
    let headers = Part::exact(
        "member headers",
        &["cpio.headers"],
        headers,
        Level::Interface,
    );
    parts.push(headers.through(told, None));
    Ok(with_gaps_of("cpio", content, parts, None, |_| true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_header_is_not_read() {
        assert!(!recognize(b"070701"));
        assert!(!recognize(&[b"070701".as_slice(), &[b'z'; 120]].concat()));
        assert!(!recognize(&[b"070701".as_slice(), &[b'F'; 120]].concat()));
    }
}
