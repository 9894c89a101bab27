//! One header block of a tar archive.

use super::times::Time;
use crate::items::told;
use crate::part::Item;
use crate::rules::Rule;
use crossproof_model::{Level, RelPath};
use std::ops::Range;

/// Headers and content come in blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// A header block, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Header<'a> {
    block: &'a [u8; BLOCK],
    /// The type flag.
    pub kind: u8,
    /// The content's size in bytes, if it is a number.
    pub size: Option<usize>,
    /// The link field up to its first zero.
    pub link: &'a [u8],
}

const NAME: Range<usize> = 0..100;
const MODE: Range<usize> = 100..108;
const UID: Range<usize> = 108..116;
const GID: Range<usize> = 116..124;
const SIZE: Range<usize> = 124..136;
const MTIME: Range<usize> = 136..148;
const CHECKSUM: Range<usize> = 148..156;
const KIND: usize = 156;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..265;
const UNAME: Range<usize> = 265..297;
const GNAME: Range<usize> = 297..329;
const DEVICE: Range<usize> = 329..345;
const PREFIX: Range<usize> = 345..500;
const REST: Range<usize> = 500..512;

impl<'a> Header<'a> {
    /// The header at the start of the content; `None` if it is shorter than one.
    pub(super) fn read(content: &'a [u8]) -> Option<Self> {
        let block: &[u8; BLOCK] = content.first_chunk()?;
        Some(Header {
            block,
            kind: *block.get(KIND)?,
            size: number(block.get(SIZE)?),
            link: text(block.get(LINK)?),
        })
    }

    fn field(&self, range: Range<usize>) -> &'a [u8] {
        self.block.get(range).unwrap_or_default()
    }

    /// Whether the checksum is that of the block (as signed or unsigned bytes, both are in use).
    pub(super) fn sound(&self) -> bool {
        let (unsigned, signed) = self.sums();
        let stated = self.stated_sum();
        stated == Some(unsigned) || stated == Some(signed)
    }

    fn sums(&self) -> (i64, i64) {
        let blanked = self.block.iter().enumerate();
        let bytes = blanked.map(|(at, byte)| if CHECKSUM.contains(&at) { b' ' } else { *byte });
        let unsigned = bytes.clone().map(i64::from).sum();
        (
            unsigned,
            bytes.map(|byte| i64::from(byte.cast_signed())).sum(),
        )
    }

    fn stated_sum(&self) -> Option<i64> {
        i64::try_from(number(self.field(CHECKSUM))?).ok()
    }

    fn posix(&self) -> bool {
        self.field(MAGIC).starts_with(b"ustar\0")
    }

    /// The path as this block alone has it.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = text(self.field(NAME));
        match text(self.field(PREFIX)) {
            prefix if self.posix() && !prefix.is_empty() => [prefix, b"/", name].concat(),
            _ => name.to_vec(),
        }
    }

    /// What it says of a member, and how that is written where the usual way is another. With the names and
    /// the size of the content, which are told elsewhere, this is all of the block but its times.
    pub(super) fn facts(&self, times: Option<&'static Rule>) -> Vec<Item> {
        let fact = |key: &str, value: String, allows| Item::new(&["tar", key], key, value, allows);
        let octal = match number(self.field(MODE)) {
            Some(value) => format!("{value:04o}"),
            None => told(self.field(MODE)),
        };
        let decimal = |range: Range<usize>| match number(self.field(range.clone())) {
            Some(value) => value.to_string(),
            None => told(self.field(range)),
        };
        let mut facts = vec![
            fact("type", kind(self.kind), Level::Divergent),
            fact("mode", octal, Level::Divergent),
            fact("uid", decimal(UID), Level::Interface),
            fact("gid", decimal(GID), Level::Interface),
            fact("uname", spelled(self.field(UNAME)), Level::Interface),
            fact("gname", spelled(self.field(GNAME)), Level::Interface),
            fact("encoding", self.encoding(), Level::Interface),
        ];
        facts.push(self.time(times));
        facts
    }

    /// The time it states, if it is a number.
    pub(super) fn seconds(&self) -> Option<Time> {
        let seconds = number(self.field(MTIME))?;
        Some((i64::try_from(seconds).ok()?, String::new()))
    }

    /// The time it states, in seconds since 1970 if it is a number. What is none, or is written oddly, some
    /// readers reject: no rule settles it.
    pub(super) fn time(&self, times: Option<&'static Rule>) -> Item {
        let field = self.field(MTIME);
        let plain = matches!(pattern(field).as_slice(), b"00000000000\0" | b"base 256");
        let times = times.filter(|_| plain && number(field).is_some());
        let value = match number(field) {
            // The same time can be written in several ways.
            Some(seconds) => format!("{seconds} written as {}", told(field)),
            None => told(field),
        };
        Item::new(&["tar", "mtime"], "mtime", value, Level::Interface).under(times)
    }

    /// How an extended header's block is written, if it is not as tar programs mostly do.
    pub(super) fn oddly_written(&self) -> Option<String> {
        let encoding = self.encoding();
        // The version after the magic too: readers of another one may not know the header.
        let usual = self.field(MAGIC) == b"ustar\x0000" && encoding.split(", ").count() == 3;
        (!usual).then_some(encoding)
    }

    /// All of an extended header's own block but its times and the size of what it holds.
    pub(super) fn spelled(&self) -> String {
        let facts = self.facts(None);
        let wanted = facts.iter().filter(|fact| fact.name != "mtime");
        let mut out: Vec<String> = wanted.map(|f| format!("{} {}", f.name, f.value)).collect();
        out.push(format!("name {}", RelPath::spell(&self.name())));
        out.push(format!("link {}", RelPath::spell(self.link)));
        out.join(", ")
    }

    /// How the fields are written: the magic, where the path is split, and each field that is not written
    /// as tar programs mostly do.
    fn encoding(&self) -> String {
        let mut out = vec![told(self.field(MAGIC))];
        if self.posix() {
            out.push(format!("prefix {}", text(self.field(PREFIX)).len()));
        }
        out.push(format!("flag {:#04x}", self.kind));
        let numbers = [("mode", MODE), ("uid", UID), ("gid", GID), ("size", SIZE)];
        for (name, range) in numbers {
            let written = self.field(range.clone());
            let digits = range.len() - 1;
            let usual = number(written).map(|n| format!("{n:0digits$o}\0").into_bytes());
            if usual.as_deref() == Some(written) {
                continue;
            }
            // A size follows from the content: only the way it is written is told.
            out.push(match name {
                "size" => format!("size {}", told(&pattern(written))),
                _ => format!("{name} {}", told(written)),
            });
        }
        let sum = pattern(self.field(CHECKSUM));
        if sum != b"000000\0 " {
            out.push(format!("checksum {}", told(&sum)));
        }
        if self.stated_sum() != Some(self.sums().0) {
            out.push("checksum of signed bytes".to_owned());
        }
        let texts = [
            ("name", NAME),
            ("link", LINK),
            ("uname", UNAME),
            ("gname", GNAME),
        ];
        for (name, range) in texts {
            let written = self.field(range);
            let after = written.get(text(written).len()..).unwrap_or_default();
            if after.iter().any(|b| *b != 0) {
                out.push(format!("{name} followed by {}", told(after)));
            }
        }
        let prefix = self.field(PREFIX);
        let after = match self.posix() {
            true => prefix.get(text(prefix).len()..).unwrap_or_default(),
            false => prefix,
        };
        for (name, bytes) in [
            ("device", self.field(DEVICE)),
            ("prefix", after),
            ("rest", self.field(REST)),
        ] {
            if bytes.iter().any(|b| *b != 0) {
                out.push(format!("{name} {}", told(bytes)));
            }
        }
        out.join(", ")
    }
}

/// How many blocks of further entries follow a header of the old GNU sparse format.
pub(super) fn sparse_blocks(content: &[u8]) -> Option<usize> {
    let mut more = *content.get(482)? != 0;
    let mut blocks = 0;
    while more {
        blocks += 1;
        more = *content.get(BLOCK * blocks + 504)? != 0;
    }
    Some(blocks)
}

/// A number, octal or in GNU's base 256.
fn number(field: &[u8]) -> Option<usize> {
    if let Some((0x80, rest)) = field.split_first() {
        return rest.iter().try_fold(0_usize, |n, byte| {
            n.checked_mul(256)?.checked_add(usize::from(*byte))
        });
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(|c| c == ' ' || c == '\0');
    match digits.is_empty() {
        true => Some(0),
        false => usize::from_str_radix(digits, 8).ok(),
    }
}

/// How a number is written, whatever the number.
fn pattern(field: &[u8]) -> Vec<u8> {
    let blank = |byte: &u8| if byte.is_ascii_digit() { b'0' } else { *byte };
    match field.first() {
        Some(0x80) => b"base 256".to_vec(),
        _ => field.iter().map(blank).collect(),
    }
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

fn spelled(field: &[u8]) -> String {
    RelPath::spell(text(field))
}

fn kind(flag: u8) -> String {
    match flag {
        b'0' | 0 => "file",
        b'1' => "hard link",
        b'2' => "symbolic link",
        b'3' => "character device",
        b'4' => "block device",
        b'5' => "folder",
        b'6' => "pipe",
        b'7' => "contiguous file",
        b'S' => "sparse file",
        other => return format!("type {:?}", char::from(other)),
    }
    .to_owned()
}
