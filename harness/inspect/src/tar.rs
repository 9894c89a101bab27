//! tar archives, ustar, GNU and pax (POSIX.1-2024, pax, "ustar Interchange Format"): members by path, each
//! compared as a file of its own, and what their headers say as facts.
//!
//! Nothing is unpacked: a path or link that leads out of the archive is a name like any other.

mod header;
mod pax;
mod times;

use crate::items::{around, told};
use crate::limits;
use crate::numbering::number_repeats;
use crate::part::{Canon, Item, Named, Part};
use crate::rules::{Rule, RuleSet, tar_mtime};
use crossproof_model::{Level, RelPath};
use header::{BLOCK, Header};
use pax::Records;
use std::ops::Range;
use times::Time;

/// Archives are mostly written in records of so many bytes.
const RECORD: usize = 20 * BLOCK;

/// Whether the content starts with a member's header.
pub(crate) fn recognize(content: &[u8]) -> bool {
    Header::read(content).is_some_and(|header| header.sound())
}

/// Takes an archive apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let rule = rules.has(&tar_mtime::RULE).then_some(&tar_mtime::RULE);
    let mut reader = Reader {
        content,
        rule,
        headers: Vec::new(),
        facts: Vec::new(),
        pending: Pending::default(),
        parts: Vec::new(),
        times: Vec::new(),
    };
    let mut at = 0;
    while let Some(next) = reader
        .step(at)
        .map_err(|why| format!("malformed tar archive: {why} at offset {at:#x}"))?
    {
        at = next;
        if reader.parts.len() > limits::MEMBERS {
            return Err(format!(
                "a tar archive of more than {} members",
                limits::MEMBERS
            ));
        }
    }
    Ok(reader.finish(at))
}

/// What extended headers say of the member that follows.
#[derive(Default)]
struct Pending<'a> {
    name: Option<&'a [u8]>,
    link: Option<&'a [u8]>,
    records: Records<'a>,
    /// How the extended headers themselves are written.
    facts: Vec<Item>,
}

struct Reader<'a> {
    content: &'a [u8],
    rule: Option<&'static Rule>,
    /// Everything that is not a member's content.
    headers: Vec<Range<usize>>,
    facts: Vec<Item>,
    pending: Pending<'a>,
    parts: Vec<Part<'a>>,
    /// Members, each with the time it states.
    times: Vec<(String, Option<Time>)>,
}

impl<'a> Reader<'a> {
    /// Reads what stands at `at`; where the next header is, or nothing at the archive's end.
    fn step(&mut self, at: usize) -> Result<Option<usize>, &'static str> {
        let rest = self.content.get(at..).unwrap_or_default();
        if rest.iter().take(BLOCK).all(|b| *b == 0) {
            return Ok(None);
        }
        let header = Header::read(rest).ok_or("a member header is cut short")?;
        if !header.sound() {
            return Err("a member header does not fit its checksum");
        }
        let mut size = header.size.ok_or("a member's size is not a number")?;
        let mut start = at + BLOCK;
        let extended = matches!(header.kind, b'x' | b'X' | b'g' | b'L' | b'K');
        if let Some(stated) = self.pending.records.get("size").filter(|_| !extended) {
            size = pax::number(stated).ok_or("a pax size is not a number")?;
        }
        if header.kind == b'S' {
            let blocks = header::sparse_blocks(rest).ok_or("a sparse map is cut short")?;
            start += BLOCK * blocks;
            let map = told(rest.get(BLOCK..BLOCK * (blocks + 1)).unwrap_or_default());
            let fact = Item::new(&["tar", "sparse"], "sparse map", map, Level::Interface);
            self.pending.facts.push(fact);
        }
        if size > 0 && matches!(header.kind, b'1'..=b'6') {
            return Err("a member that has no content states a size");
        }
        let end = start
            .checked_add(size)
            .filter(|end| *end <= self.content.len());
        let end = end.ok_or("a member reaches past the end of the file")?;
        let next = end.next_multiple_of(BLOCK).min(self.content.len());
        let data = self.content.get(start..end).unwrap_or_default();
        self.headers.push(at..start);
        if extended {
            self.headers.push(start..end);
            self.extended(&header, data)?;
        } else {
            self.member(&header, at..at + BLOCK, start..end)?;
        }
        let padding = self.content.get(end..next).unwrap_or_default();
        // The file may end where the block does not.
        let short = !(end + padding.len()).is_multiple_of(BLOCK);
        if short || padding.iter().any(|b| *b != 0) {
            let name = format!("padding {}", self.headers.len());
            let key = ["tar", "padding"];
            self.facts
                .push(Item::new(&key, name, told(padding), Level::Interface));
        }
        self.headers.push(end..next);
        Ok(Some(next))
    }

    /// A header that speaks of the next member, or of all that follow.
    fn extended(&mut self, header: &Header<'a>, data: &'a [u8]) -> Result<(), &'static str> {
        let text = data.strip_suffix(b"\0").unwrap_or(data);
        let mut about_times = false;
        let mut time = header.time(self.rule);
        time.name = format!("mtime of {}", RelPath::spell(&header.name()));
        let again = "a member is named twice by extended headers";
        match header.kind {
            b'L' if self.pending.name.is_none() => self.pending.name = Some(text),
            b'K' if self.pending.link.is_none() => self.pending.link = Some(text),
            b'L' | b'K' => return Err(again),
            kind => {
                let records = Records::read(data).ok_or("a pax record cannot be read")?;
                about_times = records.only_times();
                if kind == b'g' {
                    self.facts.push(time);
                    let name = format!("global header {}", self.facts.len());
                    let value = format!("{}; {}", header.spelled(), records.spelled(self.rule));
                    let key = ["tar", "global"];
                    self.facts
                        .push(Item::new(&key, name, value, Level::Interface));
                    if records.any_but_comments() {
                        return Err("a global pax header that changes members is not understood");
                    }
                    return Ok(());
                }
                if !self.pending.records.extend(records) {
                    return Err("a pax key stands twice for one member");
                }
            }
        }
        // Where only times are told, whether there is such a header depends on the times.
        let name = match header.kind {
            b'L' => "long name header",
            b'K' => "long link header",
            _ => "pax header",
        };
        let value = match header.kind {
            b'L' | b'K' => format!("{} {}", header.spelled(), data.len() - text.len()),
            _ => header.spelled(),
        };
        self.pending.facts.push(time);
        let rule = self.rule.filter(|_| about_times);
        if let Some(odd) = header.oddly_written().filter(|_| rule.is_some()) {
            let key = ["tar", "extended"];
            let name = format!("{name}, written oddly");
            self.pending
                .facts
                .push(Item::new(&key, name, odd, Level::Interface));
        }
        let fact = Item::new(&["tar", "extended"], name, value, Level::Interface);
        self.pending.facts.push(fact.under(rule));
        Ok(())
    }

    fn member(
        &mut self,
        header: &Header<'a>,
        block: Range<usize>,
        data: Range<usize>,
    ) -> Result<(), &'static str> {
        let pending = std::mem::take(&mut self.pending);
        let records = &pending.records;
        let twice = [("path", pending.name), ("linkpath", pending.link)];
        if twice
            .iter()
            .any(|(key, long)| long.is_some() && records.get(key).is_some())
        {
            return Err("a member is named twice by extended headers");
        }
        let own = header.name();
        let name = records.get("path").or(pending.name).unwrap_or(&own);
        let link = records.get("linkpath").or(pending.link);
        let link = link.unwrap_or(header.link);
        let content = self.content.get(data.clone()).unwrap_or_default();
        let claims = vec![data];
        let mut part = Part::exact(shown(name), &["tar.member"], claims, Level::Divergent);
        part.named = Named::Path;
        let mut facts = Vec::new();
        let (own_header, rule) = (*header, self.rule);
        // What is said of a hundred thousand members is made one by one.
        part.late = Some(Box::new(move || own_header.facts(rule)));
        part.drawn_from = vec![block];
        let time = records.get("mtime").map(times::decimal);
        let time = time.unwrap_or_else(|| header.seconds());
        self.times.push((part.name.clone(), time));
        let fact = |key: &str, value: String, allows| Item::new(&["tar", key], key, value, allows);
        match header.kind {
            b'0' | 0 | b'7' if !records.sparse() => part.canon = Canon::File(content),
            b'5' => part.named = Named::Folder,
            b'2' => part.link = Some(RelPath::spell(link)),
            b'1' => facts.push(fact("link", RelPath::spell(link), Level::Divergent)),
            _ => {}
        }
        // The name is told as it is written, wherever it is written.
        let written = RelPath::spell(name);
        let written = around(&written, &part.name);
        facts.extend(written.map(|name| fact("name", name, Level::Interface)));
        if pending.name.is_some() || records.get("path").is_some() {
            facts.push(fact("short-name", RelPath::spell(&own), Level::Interface));
        }
        let told_as_link = header.link == link && matches!(header.kind, b'1' | b'2');
        if !told_as_link && !header.link.is_empty() {
            let written = RelPath::spell(header.link);
            facts.push(fact("link-field", written, Level::Interface));
        }
        facts.extend(records.facts(self.rule));
        facts.extend(pending.facts);
        part.header = facts;
        self.parts.push(part);
        Ok(())
    }

    /// The members, and one part for all that stands between them.
    fn finish(mut self, end: usize) -> Vec<Part<'a>> {
        number_repeats(self.parts.iter_mut().map(|part| &mut part.name));
        let rest = self.content.get(end..).unwrap_or_default();
        let zeros = rest.iter().take_while(|b| **b == 0).count();
        let mut facts = self.facts;
        if self.rule.is_some() {
            facts.extend(times::order(&self.times));
            facts.extend(times::of_sources(&self.times));
        }
        facts.extend(self.pending.facts);
        facts.extend(self.pending.records.facts(self.rule));
        let dangling = [self.pending.name, self.pending.link];
        let dangling = dangling.into_iter().flatten().map(RelPath::spell);
        facts.extend(dangling.map(|name| {
            let key = ["tar", "dangling"];
            Item::new(&key, "name of no member", name, Level::Interface)
        }));
        // Records of 20 blocks are what tapes had; how much fills the last one follows from the members.
        let filled = self.content.len().is_multiple_of(RECORD)
            && (2 * BLOCK..RECORD + 2 * BLOCK).contains(&zeros);
        let blank = match filled {
            true => "filled to a whole record".to_owned(),
            false => format!("{zeros} zero bytes"),
        };
        facts.push(Item::new(
            &["tar", "end"],
            "end of the archive",
            blank,
            Level::Interface,
        ));
        let mut headers = Part::exact(
            "member headers",
            &["tar.headers"],
            self.headers,
            Level::Interface,
        );
        headers.claims.push(end..end + zeros);
        let told = move || facts.clone();
        let mut parts = self.parts;
        parts.push(headers.through(Canon::Told(Box::new(told)), None));
        if end + zeros < self.content.len() {
            let claims = vec![end + zeros..self.content.len()];
            let key = ["tar.trailing"];
            parts.push(Part::exact("after the end", &key, claims, Level::Interface));
        }
        number_repeats(parts.iter_mut().map(|part| &mut part.name));
        parts
    }
}

/// A member's path without what says nothing about where it is: leading `./` and `/`, a trailing slash.
fn shown(name: &[u8]) -> String {
    let mut name = name;
    while let Some(rest) = name.strip_prefix(b"./").or(name.strip_prefix(b"/")) {
        name = rest;
    }
    while let Some(rest) = name.strip_suffix(b"/") {
        name = rest;
    }
    match name {
        b"" => ".".to_owned(),
        name => RelPath::spell(name),
    }
}
