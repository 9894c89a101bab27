//! The central directory of a zip archive and the local headers it leads to.

use super::{dates, extra};
use crate::items::told;
use crate::limits;
use crate::part::Item;
use crate::rules::Rule;
use crossproof_model::{Level, RelPath};
use std::ops::Range;

const END: usize = 22;
const LARGE_LOCATOR: usize = 20;
const LARGE_END: usize = 56;
const CENTRAL: usize = 46;
const LOCAL: usize = 30;

/// Every member, and where the directory ends.
pub(super) struct Directory<'a> {
    /// In the order of their content.
    pub entries: Vec<Entry<'a>>,
    /// For each member as the directory lists them, its place in `entries`.
    pub listed: Vec<usize>,
    /// The end record, comment included.
    pub end: Range<usize>,
    /// The ZIP64 end record and its locator, if there are any.
    pub large: Option<Range<usize>>,
    /// How many bytes before the archive its offsets do not count.
    pub base: usize,
}

/// A member: what the directory and its local header say.
pub(super) struct Entry<'a> {
    pub name: &'a [u8],
    pub method: u16,
    pub crc: u32,
    /// Of the content, in bytes.
    pub size: u64,
    pub central: Range<usize>,
    pub local: Range<usize>,
    pub data: Range<usize>,
    /// Checksum and sizes in the directory, and its extra fields, which may hold sizes.
    pub recorded: Vec<Range<usize>>,
    /// Bytes of the directory's record and of the local header.
    record: &'a [u8],
    header: &'a [u8],
    extra: &'a [u8],
    comment: &'a [u8],
    local_name: &'a [u8],
    local_extra: &'a [u8],
}

/// Whether an archive without a comment ends the content.
pub(super) fn ends_with_archive(content: &[u8]) -> bool {
    let end = content.len().checked_sub(END);
    end.is_some_and(|at| content.get(at..at + 4) == Some(b"PK\x05\x06"))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let chunk = bytes.get(at..).and_then(|b| b.first_chunk());
    chunk.map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let chunk = bytes.get(at..).and_then(|b| b.first_chunk());
    chunk.map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes.get(at..).and_then(|b| b.first_chunk());
    chunk.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl<'a> Directory<'a> {
    pub(super) fn read(content: &'a [u8]) -> Result<Self, &'static str> {
        let at = end_record(content).ok_or("no end of the central directory")?;
        let end = content.get(at..).unwrap_or_default();
        let mut count = u64::from(half(end, 10));
        let (mut size, mut start) = (u64::from(word(end, 12)), u64::from(word(end, 16)));
        let mut large = None;
        let needs_large = count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff;
        if needs_large && let Some((from, record)) = large_record(content, at) {
            (count, size, start) = (long(record, 32), long(record, 40), long(record, 48));
            large = Some(from..at);
        } else if half(end, 8) != half(end, 10) {
            return Err("it is one of several volumes");
        }
        let index = |n: u64| usize::try_from(n).map_err(|_| "an offset is too large");
        let (count, size, start) = (index(count)?, index(size)?, index(start)?);
        if count > limits::MEMBERS {
            return Err("it has too many members");
        }
        // What stands before the archive, such as a script, may not be counted in its offsets.
        let ends = large.as_ref().map_or(at, |large| large.start);
        let begins = ends.checked_sub(size);
        let begins = begins.ok_or("the central directory is larger than the file")?;
        let base = begins.checked_sub(start);
        let base = base.ok_or("the central directory does not end at its end record")?;
        let mut entries = Vec::new();
        let mut next = begins;
        for listed in 0..count {
            let entry = Entry::read(content, next, base)?;
            next = entry.central.end;
            if next > ends || entry.data.end > begins {
                return Err("a member reaches into the central directory");
            }
            entries.push((entry, listed));
        }
        if next != ends {
            return Err("the central directory has another size than it says");
        }
        entries.sort_by_key(|(entry, listed)| (entry.local.start, *listed));
        let apart = |pair: &[(Entry<'_>, usize)]| match pair {
            [(a, _), (b, _)] => a.data.end <= b.local.start,
            _ => true,
        };
        if !entries.windows(2).all(apart) {
            return Err("members overlap");
        }
        let mut order: Vec<(usize, usize)> = entries
            .iter()
            .enumerate()
            .map(|(place, (_, listed))| (*listed, place))
            .collect();
        order.sort_unstable();
        Ok(Directory {
            entries: entries.into_iter().map(|(entry, _)| entry).collect(),
            listed: order.into_iter().map(|(_, place)| place).collect(),
            end: at..content.len(),
            large,
            base,
        })
    }
}

/// Where the end record is: the last one whose comment ends the file.
fn end_record(content: &[u8]) -> Option<usize> {
    let last = content.len().checked_sub(END)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        let record = content.get(*at..).unwrap_or_default();
        record.starts_with(b"PK\x05\x06")
            && at + END + usize::from(half(record, 20)) == content.len()
    })
}

/// The ZIP64 end record before the end record at `at`, and where it is: where its locator says or, if something was
/// put before the archive, right before the locator.
fn large_record(content: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let ends = at.checked_sub(LARGE_LOCATOR)?;
    let locator = content.get(ends..at)?;
    let stated = usize::try_from(long(locator, 8)).ok();
    let places = [stated, ends.checked_sub(LARGE_END)];
    let found = places.into_iter().flatten().find_map(|from| {
        let record = content.get(from..ends)?;
        let sound = record.starts_with(b"PK\x06\x06")
            && record.len() >= LARGE_END
            && long(record, 4).checked_add(12) == Some(record.len() as u64);
        sound.then_some((from, record))
    });
    found.filter(|_| locator.starts_with(b"PK\x06\x07"))
}

impl Directory<'_> {
    /// What the end records say but counts, sizes and offsets that are what they must be.
    pub(super) fn end_facts(&self, content: &[u8]) -> Vec<Item> {
        let fact = |key: &str, value| Item::new(&["zip", key], key, value, Level::Interface);
        let end = content.get(self.end.clone()).unwrap_or_default();
        let mut facts = vec![
            fact("disks", told(end.get(4..8).unwrap_or_default())),
            fact(
                "comment",
                RelPath::spell(end.get(END..).unwrap_or_default()),
            ),
            fact("before", format!("{} bytes", self.base)),
        ];
        let large = self.large.clone().and_then(|large| content.get(large));
        let Some(large) = large else {
            return facts;
        };
        let (record, locator) = large.split_at(large.len().saturating_sub(LARGE_LOCATOR));
        let record_at = self.large.as_ref().map_or(0, |large| large.start);
        let counts = [long(record, 24), long(record, 32)].map(|n| n == self.listed.len() as u64);
        let located = long(locator, 8).checked_add(self.base as u64) == Some(record_at as u64);
        // Which fields of the end record stand for those of the large one; the others say what these say.
        let fields = [
            (8..10, 24..32),
            (10..12, 32..40),
            (12..16, 40..48),
            (16..20, 48..56),
        ];
        let fields = fields.map(|(short, wide)| {
            let short = end.get(short).unwrap_or_default();
            match record
                .get(wide)
                .and_then(|wide| wide.split_at_checked(short.len()))
            {
                _ if short.iter().all(|b| *b == u8::MAX) => "there".to_owned(),
                Some((low, high)) if low == short && high.iter().all(|b| *b == 0) => {
                    "repeated".to_owned()
                }
                _ => told(short),
            }
        });
        let said = [
            told(record.get(12..24).unwrap_or_default()),
            told(record.get(LARGE_END..).unwrap_or_default()),
            told(locator.get(4..8).unwrap_or_default()),
            told(locator.get(16..20).unwrap_or_default()),
            format!("{counts:?} {located}"),
            fields.join(" "),
        ];
        facts.push(fact("large", said.join(", ")));
        facts
    }
}

impl<'a> Entry<'a> {
    fn read(content: &'a [u8], at: usize, base: usize) -> Result<Self, &'static str> {
        let slice = |start: usize, size: usize| content.get(start..start.checked_add(size)?);
        let cut = "a record of the central directory is cut short";
        let record = slice(at, CENTRAL).ok_or(cut)?;
        if !record.starts_with(b"PK\x01\x02") {
            return Err("a record of the central directory does not start with its mark");
        }
        let [name_size, extra_size, comment_size] =
            [28, 30, 32].map(|at| usize::from(half(record, at)));
        let name = slice(at + CENTRAL, name_size).ok_or(cut)?;
        let extra_at = at + CENTRAL + name_size;
        let extra = slice(extra_at, extra_size).ok_or(cut)?;
        let end = at + CENTRAL + name_size + extra_size;
        let comment = slice(end, comment_size).ok_or(cut)?;
        let large = extra::large(
            extra,
            [word(record, 24), word(record, 20), word(record, 42)],
        );
        let [size, packed, offset] = large.ok_or("a ZIP64 field is cut short")?;
        let index = |n: u64| usize::try_from(n).map_err(|_| "an offset is too large");
        let start = index(offset)?.checked_add(base);
        let start = start.ok_or("an offset is too large")?;
        let header = slice(start, LOCAL).ok_or("a local header stands outside the file")?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err("a local header does not start with its mark");
        }
        let [local_name_size, local_extra_size] = [26, 28].map(|at| usize::from(half(header, at)));
        let data = start + LOCAL + local_name_size + local_extra_size;
        let local = "a local header reaches past the end of the file";
        let data_end = data.checked_add(index(packed)?).ok_or(local)?;
        if data_end > content.len() {
            return Err(local);
        }
        Ok(Entry {
            name,
            method: half(record, 10),
            crc: word(record, 16),
            size,
            central: at..end + comment_size,
            local: start..data,
            data: data..data_end,
            recorded: vec![at + 16..at + 28, extra_at..extra_at + extra_size],
            record,
            header,
            extra,
            comment,
            local_name: slice(start + LOCAL, local_name_size).ok_or(local)?,
            local_extra: slice(start + LOCAL + local_name_size, local_extra_size).ok_or(local)?,
        })
    }

    pub(super) fn encrypted(&self) -> bool {
        half(self.record, 8) & 1 != 0
    }

    /// What the ZIP64 field of the directory must hold: of size, packed size and offset those that the record has
    /// no room for. Of a member that is not expanded they are compared as they stand.
    fn deferred(&self) -> Vec<u8> {
        let places = [24, 20, 42].map(|at| word(self.record, at) == u32::MAX);
        let count = places.into_iter().filter(|deferred| *deferred).count();
        let field = extra::large_field(self.extra).unwrap_or_default();
        match field.get(..count * 8) {
            Some(field) if self.expands() => field.to_vec(),
            _ => Vec::new(),
        }
    }

    /// Whether there are sizes of it in extra fields.
    pub(super) fn is_large(&self) -> bool {
        extra::large_field(self.extra).is_some()
    }

    /// Whether what it holds can be read.
    pub(super) fn expands(&self) -> bool {
        !self.encrypted() && matches!(self.method, 0 | 8 | 12 | 14 | 93 | 95)
    }

    /// Every time that is recorded of it.
    fn times(&self) -> Vec<Vec<u8>> {
        let dates = [self.record.get(12..16), self.header.get(10..14)];
        let dates = dates.into_iter().flatten().map(<[u8]>::to_vec);
        let fields = extra::times(self.extra).chain(extra::times(self.local_extra));
        dates.chain(fields).collect()
    }

    /// The data descriptor, if the bytes after the content are one that says what the directory says.
    pub(super) fn descriptor(&self, content: &[u8]) -> Option<Range<usize>> {
        let after = content.get(self.data.end..)?;
        let packed = self.data.len() as u64;
        let crc = self.crc.to_le_bytes();
        let short = [packed as u32, self.size as u32].map(u32::to_le_bytes);
        let wide = [packed, self.size].map(u64::to_le_bytes);
        let mark: &[u8] = b"PK\x07\x08";
        let forms = [mark, b""].into_iter().flat_map(|mark| {
            let of = |sizes: &[u8]| [mark, &crc, sizes].concat();
            [of(short.as_flattened()), of(wide.as_flattened())]
        });
        let described = half(self.record, 8) & 8 != 0;
        let form = forms.into_iter().find(|form| after.starts_with(form));
        let form = form.filter(|_| described)?;
        Some(self.data.end..self.data.end + form.len())
    }

    /// All that is said of it but its times, and its sizes and offsets, which follow from what is compared.
    pub(super) fn facts(&self, times: Option<&'static Rule>) -> Vec<Item> {
        let fact =
            |key: &str, value: String| Item::new(&["zip", key], key, value, Level::Interface);
        let record = |range| told(self.record.get(range).unwrap_or_default());
        let attributes = word(self.record, 38);
        let mut facts = vec![
            fact("method", self.method.to_string()),
            fact("made-by", record(4..6)),
            fact("needs", record(6..8)),
            fact("flags", record(8..10)),
            fact(
                "attributes",
                format!("{:o} {:#06x}", attributes >> 16, attributes & 0xffff),
            ),
            fact("disk", record(34..38)),
            fact("extra", extra::spelled(self.extra, times, &self.deferred())),
            fact("local", self.local_facts(times)),
        ];
        if !self.comment.is_empty() {
            facts.push(fact("comment", RelPath::spell(self.comment)));
        }
        for (whose, record, at) in [("directory", self.record, 12), ("header", self.header, 10)] {
            if let Some(wrong) =
                dates::none(half(record, at), half(record, at + 2)).filter(|_| times.is_some())
            {
                facts.push(fact("no-date", format!("in the {whose}: {wrong}")));
            }
        }
        let written = self
            .times()
            .iter()
            .map(|time| told(time))
            .collect::<Vec<_>>();
        facts.push(fact("mtime", written.join(" ")).under(times));
        facts
    }

    /// What the local header says that the directory does not.
    fn local_facts(&self, times: Option<&'static Rule>) -> String {
        let mut out = vec![format!(
            "needs {}",
            told(self.header.get(4..6).unwrap_or_default())
        )];
        for (what, local, central) in [("flags", 6..8, 8..10), ("method", 8..10, 10..12)] {
            let written = self.header.get(local).unwrap_or_default();
            if Some(written) != self.record.get(central) {
                out.push(format!("{what} {}", told(written)));
            }
        }
        // Checksum and sizes are those of the directory, or nothing where a descriptor follows.
        for (what, local, central) in [
            ("checksum", 14..18, 16..20),
            ("packed size", 18..22, 20..24),
            ("size", 22..26, 24..28),
        ] {
            let written = self.header.get(local).unwrap_or_default();
            out.push(match written {
                _ if Some(written) == self.record.get(central) => continue,
                [0, 0, 0, 0] => format!("no {what}"),
                [0xff, 0xff, 0xff, 0xff] => format!("{what} in the extra field"),
                other => format!("{what} {}", told(other)),
            });
        }
        if self.local_name != self.name {
            out.push(format!("name {}", RelPath::spell(self.local_name)));
        }
        let sizes = [self.size, self.data.len() as u64].map(u64::to_le_bytes);
        let deferred = match self.header.get(18..26) {
            Some([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) => sizes.as_flattened(),
            _ => b"",
        };
        out.push(extra::spelled(self.local_extra, times, deferred));
        out.join(", ")
    }
}
