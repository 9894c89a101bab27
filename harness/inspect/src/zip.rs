//! zip archives (APPNOTE 6.3.10), and so jars, wheels and Android packages: members by path, each compared
//! as a file of its own, and what local headers and the central directory say as facts.

mod dates;
mod directory;
mod extra;

use crate::demands;
use crate::gzip::inflate;
use crate::items::told;
use crate::numbering::number_repeats;
use crate::part::{Canon, Expanded, Item, Named, Part, StandsFor, with_gaps_of};
use crate::python::sources_with_bytecode;
use crate::rules::{RuleSet, zip_times};
use crate::{bz2, lzma, stream, xz, zstandard};
use crossproof_model::{Level, RelPath};
use directory::{Directory, Entry};
use std::ops::Range;
use std::sync::Arc;

/// Whether the content is a zip archive: it starts with a member or is an empty one, or it is a script with
/// an archive behind it that ends the file.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let starts = content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06");
    let script = || content.starts_with(b"#!") && directory::ends_with_archive(content);
    starts || script()
}

/// Takes an archive apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let mut directory =
        Directory::read(content).map_err(|why| format!("malformed zip archive: {why}"))?;
    let rule =
        Some(&zip_times::RULE).filter(|rule| rules.has(rule) && !imported(&directory.entries));
    let mut headers = vec![directory.end.clone()];
    headers.extend(directory.large.clone());
    let mut parts = Vec::new();
    let mut described = Vec::new();
    let entries = Arc::new(std::mem::take(&mut directory.entries));
    for (index, entry) in entries.iter().enumerate() {
        let (mut part, descriptor) = member(content, entry, rules)?;
        // What is said of a hundred thousand members is made one by one.
        let all = entries.clone();
        let facts = move || all.get(index).map_or(Vec::new(), |entry| entry.facts(rule));
        part.late = Some(Box::new(facts));
        if rule.is_some() {
            part.drawn_from = told_from(entry);
        }
        headers.extend([entry.central.clone(), entry.local.clone()]);
        headers.extend(descriptor.clone());
        described.push(descriptor.map_or(0, |range| range.len()).to_string());
        parts.push(part);
    }
    number_repeats(parts.iter_mut().map(|part| &mut part.name));
    let fact = |key: &str, value: String| Item::new(&["zip", key], key, value, Level::Interface);
    // Members stand in the order of their content; the directory may have another.
    let listed = directory.listed.iter().map(usize::to_string);
    let listed = listed.collect::<Vec<_>>().join(" ");
    let mut facts = directory.end_facts(content);
    facts.push(fact("directory-order", listed));
    facts.extend(aligned(&entries).map(|value| fact("alignment", value)));
    facts.push(fact("descriptors", described.join(" ")));
    let told = Canon::Told(Box::new(move || facts.clone()));
    let key = ["zip.headers"];
    let headers = Part::exact("member headers", &key, headers, Level::Interface);
    parts.push(headers.through(told, None));
    number_repeats(parts.iter_mut().map(|part| &mut part.name));
    Ok(with_gaps_of("zip", content, parts, None, |_| true))
}

/// The bytes that all facts of a member are drawn from: both headers, without where the local one is.
fn told_from(entry: &Entry<'_>) -> Vec<Range<usize>> {
    let (start, end) = (entry.central.start, entry.central.end);
    vec![start..start + 42, start + 46..end, entry.local.clone()]
}

/// Whether there is bytecode beside its source: Python takes it only if it was made from one of that time.
fn imported(entries: &[Entry<'_>]) -> bool {
    !sources_with_bytecode(entries.iter().map(|entry| entry.name)).is_empty()
}

/// To what the content of members that are not compressed is aligned, as what maps them asks (`zipalign -c`): all of
/// them to words, shared libraries to pages. Nothing if there are none.
fn aligned(entries: &[Entry<'_>]) -> Option<String> {
    let stored = || {
        entries
            .iter()
            .filter(|entry| entry.method == 0 && entry.size > 0)
    };
    stored().next()?;
    let to = |bytes: usize, only: &[u8]| {
        let mut some = stored()
            .filter(|entry| entry.name.ends_with(only))
            .peekable();
        some.peek().is_some() && some.all(|entry| entry.data.start.is_multiple_of(bytes))
    };
    let words = if to(4, b"") { "words" } else { "bytes" };
    Some(match (to(16384, b".so"), to(4096, b".so")) {
        (true, _) => format!("to {words}, libraries to pages of 16 KiB"),
        (_, true) => format!("to {words}, libraries to pages of 4 KiB"),
        _ => format!("to {words}"),
    })
}

/// A member, and the data descriptor after it if there is one.
fn member<'a>(
    content: &'a [u8],
    entry: &Entry<'a>,
    rules: &'a RuleSet,
) -> Result<(Part<'a>, Option<Range<usize>>), String> {
    let name = RelPath::spell(entry.name);
    let shown = name.trim_end_matches('/').to_owned();
    let bytes = content.get(entry.data.clone()).unwrap_or_default();
    let claims = vec![entry.data.clone()];
    let mut facts = Vec::new();
    if shown != name {
        let slashes = name.get(shown.len()..).unwrap_or_default();
        let key = ["zip", "name"];
        facts.push(Item::new(
            &key,
            "name",
            format!("…{slashes}"),
            Level::Interface,
        ));
    }
    let mut part = match (entry.encrypted(), entry.method) {
        (false, 0) => {
            if bytes.len() as u64 != entry.size {
                return Err(format!("malformed zip archive: {shown} has two sizes"));
            }
            if sum(bytes) != entry.crc {
                let wrong = format!("{:08x}, which is wrong", entry.crc);
                facts.push(Item::new(
                    &["zip", "checksum"],
                    "checksum",
                    wrong,
                    Level::Interface,
                ));
            }
            Part::exact(shown, &["zip.member"], claims, Level::Divergent)
                .through(Canon::File(bytes), None)
        }
        (false, method @ (8 | 12 | 14 | 93 | 95)) => {
            let one = match method {
                8 => inflate,
                12 => bz2::one,
                14 => lzma::member,
                95 => xz::one,
                _ => zstandard::one,
            };
            // Where the method has a header of its own, that says what a reader must be able to do.
            let asks: Option<Asks> = match method {
                14 => Some(|data| demands::lzma(data.get(4..)?)),
                93 => Some(demands::zstd),
                95 => Some(demands::xz),
                _ => None,
            };
            let expand = expanding(bytes, (one, asks), entry.size, entry.crc);
            stream::part(
                &shown,
                "zip.member",
                claims,
                rules,
                StandsFor::Part,
                Box::new(expand),
            )
        }
        // Encrypted, or packed in a way nobody here knows.
        _ => {
            let recorded = entry.recorded.iter().take(1);
            let recorded = recorded
                .filter_map(|range| content.get(range.clone()))
                .flatten();
            let recorded: Vec<u8> = recorded.copied().collect();
            let key = ["zip", "checksum"];
            let fact = Item::new(&key, "checksum", told(&recorded), Level::Interface);
            facts.push(fact);
            Part::exact(shown, &["zip.member"], claims, Level::Interface)
        }
    };
    // What is recorded of the content is read with it: a wrong checksum must not go unnoticed.
    if part.is_file() {
        let count = if entry.is_large() { 2 } else { 1 };
        part.reads = entry.recorded.iter().take(count).cloned().collect();
    }
    part.allows = Level::Divergent;
    part.named = match name.ends_with('/') {
        true => Named::Folder,
        false => Named::Path,
    };
    part.header = facts;
    Ok((part, entry.descriptor(content)))
}

/// What the data of a member ask of a reader.
type Asks = fn(&[u8]) -> Option<String>;

/// Expands a member that says how large it is, and holds what comes out against what it says.
fn expanding(
    bytes: &[u8],
    (one, asks): (stream::One, Option<Asks>),
    size: u64,
    crc: u32,
) -> impl Fn(u64) -> Result<Expanded, String> + Send + Sync {
    move |most| {
        if size > most {
            return Err(stream::too_much(most));
        }
        let mut content = Vec::new();
        let rest = one(bytes, size, &mut content)?;
        if content.len() as u64 != size || sum(&content) != crc {
            return Err("the member is not what its header says".to_owned());
        }
        let data = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
        let mut facts = stream::trailing("zip", rest);
        facts.extend(asks.map(|asks| stream::asks("zip", 0, asks(data))));
        Ok(Expanded { content, facts })
    }
}

fn sum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
