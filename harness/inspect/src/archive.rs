//! `ar` archives, GNU, BSD and thin: members by name, each compared as a file of its own.
//!
//! A thin archive says where its members are and how large, and holds none of them: both are facts.

use crate::deb;
use crate::limits::{self, Room};
use crate::numbering::number_repeats;
use crate::part::{Canon, Item, Part};
use crate::rules::{RuleSet, ar_headers};
use crossproof_model::{Digest, Level};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

const MAGIC: &[u8] = b"!<arch>\n";
const THIN: &[u8] = b"!<thin>\n";
const HEADER: usize = 60;
/// Most symbol indices of one archive.
const INDICES: usize = 4;

/// Why an archive cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed archive: {why} at offset {at:#x}")]
pub(crate) struct Malformed {
    why: &'static str,
    at: usize,
}

/// Whether the content starts as an archive with members does.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(MAGIC) || content.starts_with(THIN)
}

/// A member as it stands: its header, the name it goes by, and its content.
struct Member {
    at: usize,
    name: Vec<u8>,
    header: Range<usize>,
    content: Range<usize>,
    /// The size of a thin archive's member, which is somewhere else.
    elsewhere: Option<usize>,
}

/// Takes an archive apart.
pub(crate) fn explode<'a>(
    content: &'a [u8],
    rules: &'a RuleSet,
) -> Result<Vec<Part<'a>>, Malformed> {
    let members = read(content)?;
    let ruled = rules.has(&ar_headers::RULE);
    let rule = ruled.then_some(&ar_headers::RULE);
    let mut headers = Part::exact(
        "members",
        &["ar.headers"],
        vec![0..MAGIC.len()],
        Level::Interface,
    );
    let mut reached = MAGIC.len();
    let mut padding = String::new();
    let mut names: Vec<String> = members.iter().map(|m| spell(&m.name)).collect();
    number_repeats(&mut names);
    let offsets = members.iter().map(|m| m.at);
    let by_offset: Arc<BTreeMap<usize, String>> = Arc::new(offsets.zip(names).collect());
    // Linkers read the first, or the first two: what follows is not read as one.
    let mut indices = 0;
    let mut is_read = || {
        indices += 1;
        ruled && indices <= INDICES
    };
    let mut order = Vec::new();
    let mut parts = Vec::new();
    let package = members.first().is_some_and(|m| m.name == b"debian-binary");
    for member in &members {
        if member.at > reached {
            // One byte, to bring the header to an even offset.
            headers.claims.push(reached..member.at);
            padding.push_str(&spell(content.get(reached..member.at).unwrap_or_default()));
        }
        headers.claims.push(member.header.clone());
        reached = member.content.end;
        let name = spell(&member.name);
        let mut part = Part::exact(
            name.clone(),
            &["ar.member"],
            vec![member.content.clone()],
            Level::Divergent,
        );
        match member.name.as_slice() {
            b"/" | b"/SYM64/" => {
                part = Part::exact("symbol index", &["ar.index"], part.claims, Level::Interface);
                if is_read() {
                    let bytes = content.get(member.content.clone()).unwrap_or_default();
                    let width = if name == "/" { 4 } else { 8 };
                    let by_offset = by_offset.clone();
                    let items = move || index(bytes, width, &by_offset);
                    part = part.through(Canon::Items(Box::new(items)), rule);
                    // What it names are members, by where their headers stand.
                    part.reads = members.iter().map(|m| m.header.clone()).collect();
                }
            }
            b"__.SYMDEF" | b"__.SYMDEF SORTED" => {
                part = Part::exact("symbol index", &["ar.index"], part.claims, Level::Interface);
                if is_read() {
                    let bytes = content.get(member.content.clone()).unwrap_or_default();
                    let by_offset = by_offset.clone();
                    // A sorted index must stay one.
                    let kind = Item::new(&["ar.index.kind"], "kind", name, Level::Interface);
                    let items = move || {
                        let mut items = bsd_index(bytes, &by_offset);
                        items.push(kind.clone());
                        items
                    };
                    part = part.through(Canon::Items(Box::new(items)), rule);
                    part.reads = members.iter().map(|m| m.header.clone()).collect();
                }
            }
            b"//" => {
                part = Part::exact("name table", &["ar.names"], part.claims, Level::Interface);
                if ruled {
                    part = part.through(Canon::Nothing, rule);
                }
            }
            _ => {
                // What a package's archives are called says how they are packed, which is told of each.
                let stem = deb::archive(&name).filter(|_| package);
                order.push(stem.map_or(name, str::to_owned));
                part.canon = Canon::File(content.get(member.content.clone()).unwrap_or_default());
                // Who takes a file out of an archive gives it its mode. Programs that run as their owner, and what is
                // no mode, are not set aside.
                let mode = content
                    .get(member.header.clone())
                    .and_then(|h| h.get(40..48));
                let mode = spell(mode.unwrap_or_default());
                let number = u32::from_str_radix(mode.trim_end(), 8).ok();
                if ruled && number.is_none_or(|mode| mode & 0o6000 != 0) {
                    let key = ["ar.mode"];
                    part.header
                        .push(Item::new(&key, "mode", mode, Level::Interface));
                }
                if let Some(size) = member.elsewhere {
                    let size = format!("{size} bytes");
                    let key = ["ar.thin"];
                    part.header
                        .push(Item::new(&key, "size", size, Level::Interface));
                }
            }
        }
        parts.push(part);
    }
    if reached < content.len() {
        headers.claims.push(reached..content.len());
        padding.push_str(&spell(content.get(reached..).unwrap_or_default()));
    }
    if ruled {
        let order = order.join(" ");
        let items = move || {
            // A newline is the padding byte; any other says something.
            let odd: String = padding.chars().filter(|c| *c != '\n').collect();
            vec![
                Item::new(&["ar.order"], "order", order.clone(), Level::Interface),
                Item::new(&["ar.padding"], "padding", odd, Level::Interface),
            ]
        };
        headers = headers.through(Canon::Items(Box::new(items)), rule);
    }
    parts.push(headers);
    number_repeats(parts.iter_mut().map(|part| &mut part.name));
    Ok(parts)
}

fn spell(name: &[u8]) -> String {
    crossproof_model::RelPath::spell(name)
}

fn read(content: &[u8]) -> Result<Vec<Member>, Malformed> {
    let mut members = Vec::new();
    let mut names: &[u8] = b"";
    let mut at = MAGIC.len();
    // Many members may share one long name.
    let mut room = Room::of(content.len());
    // A last padding byte may follow the last member.
    while at < content.len() {
        let bad = |why| Malformed { why, at };
        let header = content
            .get(at..at.saturating_add(HEADER))
            .ok_or(bad("a member header is cut short"))?;
        if header.get(58..) != Some(b"`\n") {
            return Err(bad("a member header does not end in its mark"));
        }
        let size = header
            .get(48..58)
            .and_then(decimal)
            .ok_or(bad("a member's size is not a number"))?;
        let start = at + HEADER;
        let stated = filled(header.get(..16).unwrap_or_default());
        let inside = matches!(stated, b"/" | b"//" | b"/SYM64/") || !content.starts_with(THIN);
        let elsewhere = (!inside).then_some(size);
        let size = if inside { size } else { 0 };
        let end = start.checked_add(size).filter(|end| *end <= content.len());
        let end = end.ok_or(bad("a member reaches past the end of the file"))?;
        let mut member = Member {
            at,
            name: stated.to_vec(),
            header: at..start,
            content: start..end,
            elsewhere,
        };
        if let Some(length) = stated.strip_prefix(b"#1/") {
            // BSD: the name stands before the content.
            let length = place(length).ok_or(bad("a BSD name's length is not a number"))?;
            let split = start.checked_add(length).filter(|split| *split <= end);
            let split = split.ok_or(bad("a BSD name reaches past its member"))?;
            let name = content.get(start..split).unwrap_or_default();
            member.name = name.split(|b| *b == 0).next().unwrap_or_default().to_vec();
            (member.header, member.content) = (at..split, split..end);
        } else if stated == b"//" {
            names = content.get(start..end).unwrap_or_default();
        } else if stated == b"/" || stated == b"/SYM64/" {
        } else if let Some(offset) = stated.strip_prefix(b"/") {
            let offset = place(offset).ok_or(bad("a long name's offset is not a number"))?;
            let rest = names
                .get(offset..)
                .ok_or(bad("a long name stands outside the name table"))?;
            let name = match rest.get(..limits::NAME_BYTES) {
                None => rest,
                Some(start) if start.contains(&b'\n') => start,
                Some(_) => return Err(bad("a long name does not end within reason")),
            };
            let name = name.split(|b| *b == b'\n').next().unwrap_or_default();
            member.name = name.strip_suffix(b"/").unwrap_or(name).to_vec();
        } else if let Some(name) = stated.strip_suffix(b"/") {
            member.name = name.to_vec();
        }
        let longest = "the members' names are longer than the archive";
        room.take(member.name.len()).ok_or(bad(longest))?;
        members.push(member);
        at = end + end % 2;
    }
    Ok(members)
}

/// A field without the spaces that fill it up. Readers do not agree on any other filling.
fn filled(mut field: &[u8]) -> &[u8] {
    while let Some(shorter) = field.strip_suffix(b" ") {
        field = shorter;
    }
    field
}

/// A number that stands for a name: it is part of what is written, so only one spelling of it is believed.
fn place(digits: &[u8]) -> Option<usize> {
    let padded = digits.len() > 1 && digits.starts_with(b"0");
    decimal(digits).filter(|_| !padded)
}

fn decimal(digits: &[u8]) -> Option<usize> {
    // Filled up with spaces: readers do not agree on anything else.
    let digits = std::str::from_utf8(digits).ok()?.trim_end_matches(' ');
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// The index of a BSD archive as facts: pairs of a name's place among the names and a member's offset, both
/// of four bytes in the order of the machine.
fn bsd_index(bytes: &[u8], by_offset: &BTreeMap<usize, String>) -> Vec<Item> {
    let orders: [fn([u8; 4]) -> u32; 2] = [u32::from_le_bytes, u32::from_be_bytes];
    let read = orders
        .iter()
        .find_map(|order| bsd_entries(bytes, *order, by_offset));
    read.unwrap_or_else(|| unreadable(bytes))
}

fn bsd_entries(
    bytes: &[u8],
    order: fn([u8; 4]) -> u32,
    by_offset: &BTreeMap<usize, String>,
) -> Option<Vec<Item>> {
    let take = |bytes: &mut &[u8]| -> Option<usize> {
        let (word, rest) = bytes.split_first_chunk::<4>()?;
        *bytes = rest;
        usize::try_from(order(*word)).ok()
    };
    let mut rest = bytes;
    let size = take(&mut rest)?;
    let (mut pairs, mut rest) = rest.split_at_checked(size)?;
    limits::are_told(size / 8, bytes.len()).then_some(())?;
    let size = take(&mut rest)?;
    let (names, after) = rest.split_at_checked(size)?;
    let mut items = Vec::new();
    // Bytes of names that no entry names must not go unseen.
    let mut seen = 0;
    while !pairs.is_empty() {
        let at = take(&mut pairs)?;
        let member = by_offset.get(&take(&mut pairs)?)?;
        let name = names.get(at..)?.split(|b| *b == 0).next()?;
        (at == seen).then_some(())?;
        seen += name.len() + 1;
        let key = ["ar.index"];
        items.push(Item::new(
            &key,
            spell(name),
            member.clone(),
            Level::Interface,
        ));
    }
    let order = Digest::of_fields(items.iter().map(|item| &item.name)).to_string();
    number_repeats(items.iter_mut().map(|item| &mut item.name));
    let key = ["ar.index.order"];
    items.push(Item::new(&key, "order", order, Level::Interface));
    let padding = names.get(seen..).unwrap_or_default().iter().chain(after);
    padding.into_iter().all(|b| *b == 0).then_some(items)
}

/// A fact that stands for an index that cannot be read.
fn unreadable(bytes: &[u8]) -> Vec<Item> {
    let digest = Digest::of(bytes).to_string();
    let key = ["ar.index.unreadable"];
    vec![Item::new(&key, "unreadable", digest, Level::Interface)]
}

/// The symbol index as facts: which member defines each symbol.
fn index(bytes: &[u8], width: usize, by_offset: &BTreeMap<usize, String>) -> Vec<Item> {
    entries(bytes, width, by_offset).unwrap_or_else(|| unreadable(bytes))
}

fn entries(bytes: &[u8], width: usize, by_offset: &BTreeMap<usize, String>) -> Option<Vec<Item>> {
    let number = |index: usize| {
        let at = index.checked_mul(width)?;
        let bytes = bytes.get(at..at.checked_add(width)?)?;
        Some(bytes.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)))
    };
    let count = number(0)?;
    limits::are_told(count, bytes.len()).then_some(())?;
    let names = bytes.get(count.checked_add(1)?.checked_mul(width)?..)?;
    let mut names = names.split(|b| *b == 0);
    let mut items = Vec::new();
    for entry in 1..=count {
        let member = by_offset.get(&number(entry)?)?;
        items.push(Item::new(
            &["ar.index"],
            spell(names.next()?),
            member.clone(),
            Level::Interface,
        ));
    }
    // Of a symbol that several members define, linkers take the first.
    let order = Digest::of_fields(items.iter().map(|item| &item.name)).to_string();
    number_repeats(items.iter_mut().map(|item| &mut item.name));
    items.push(Item::new(
        &["ar.index.order"],
        "order",
        order,
        Level::Interface,
    ));
    // Nothing but padding may be left.
    names.all(<[u8]>::is_empty).then_some(items)
}
