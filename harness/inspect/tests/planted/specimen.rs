//! Small files built by hand, byte for byte the same everywhere: a 64-bit little-endian shared library with
//! notes, symbols, dynamic entries and debug information, and archives.

use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Comparison, Entry, Level, Tree};

/// What a library is made of.
#[derive(Clone, Debug)]
pub struct Library {
    pub build_id: [u8; 20],
    pub package_note: Option<&'static str>,
    pub text: Vec<u8>,
    pub data: Vec<u8>,
    pub exports: Vec<&'static str>,
    pub needed: &'static str,
    pub locals: Vec<(&'static str, u64)>,
    /// Source files that the table of symbols names.
    pub sources: Vec<&'static str>,
    pub comment: &'static str,
    pub debug_link: Option<&'static str>,
    pub folder: &'static str,
    pub source: &'static str,
    pub producer: &'static str,
    /// Debug sections that stand in the stead of the one unit of source, folder and producer.
    pub debug: Vec<(&'static str, Vec<u8>)>,
    pub machine: u16,
    /// Without a table of symbols that only a debugger reads.
    pub stripped: bool,
}

impl Default for Library {
    fn default() -> Self {
        Library {
            build_id: [7; 20],
            package_note: None,
            text: vec![0x1f, 0x20, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6],
            data: vec![1, 2, 3, 4],
            exports: vec!["answer", "question"],
            needed: "libc.so.6",
            locals: vec![("helper", 0x1004)],
            sources: Vec::new(),
            comment: "GCC: (Debian 14.2.0-19)",
            debug_link: None,
            folder: "/usr/include/t",
            source: "answer.c",
            producer: "GNU C17 14.2.0 -O2",
            debug: Vec::new(),
            machine: 183,
            stripped: false,
        }
    }
}

struct Section {
    name: &'static str,
    kind: u32,
    flags: u64,
    addr: u64,
    offset: u64,
    size: u64,
    link: u32,
    info: u32,
    align: u64,
    entsize: u64,
}

/// Where mapped sections stand, as address and as offset: a package note fits between without moving any.
const NOTE: u64 = 0x200;
const PACKAGE: u64 = 0x240;
const DYNSYM: u64 = 0x400;
const DYNSTR: u64 = 0x600;
const DYNAMIC: u64 = 0x800;
/// Where the code stands.
pub const TEXT: u64 = 0x1000;
/// Where the data stand.
pub const DATA: u64 = 0x1800;
const END: u64 = 0x1900;

fn strings(names: impl IntoIterator<Item = &'static str>) -> (Vec<u8>, Vec<u32>) {
    let mut table = vec![0];
    let mut at = Vec::new();
    for name in names {
        at.push(table.len() as u32);
        table.extend(name.as_bytes());
        table.push(0);
    }
    (table, at)
}

fn note(owner: &str, kind: u32, description: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend((owner.len() as u32 + 1).to_le_bytes());
    out.extend((description.len() as u32).to_le_bytes());
    out.extend(kind.to_le_bytes());
    out.extend(owner.as_bytes());
    out.push(0);
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(description);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn symbol(name: u32, info: u8, section: u16, value: u64, size: u64) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(name.to_le_bytes());
    out.extend([info, 0]);
    out.extend(section.to_le_bytes());
    out.extend(value.to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}

fn put(file: &mut Vec<u8>, at: u64, bytes: &[u8]) {
    let at = at as usize;
    file.resize(file.len().max(at + bytes.len()), 0);
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

impl Library {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut sections: Vec<(Section, Vec<u8>)> = Vec::new();
        let mut add = |name, kind, flags, addr: u64, link, entsize, bytes: Vec<u8>| {
            let section = Section {
                name,
                kind,
                flags,
                addr,
                offset: addr,
                size: bytes.len() as u64,
                link,
                info: 0,
                align: 4,
                entsize,
            };
            sections.push((section, bytes));
        };
        add(
            ".note.gnu.build-id",
            7,
            2,
            NOTE,
            0,
            0,
            note("GNU", 3, &self.build_id),
        );
        let extra = u32::from(self.package_note.is_some());
        if let Some(text) = self.package_note {
            add(
                ".note.package",
                7,
                2,
                PACKAGE,
                0,
                0,
                note("FDO", 0xcafe_1a7e, text.as_bytes()),
            );
        }
        let (mut dynstr, at) = strings(
            [self.needed]
                .into_iter()
                .chain(self.exports.iter().copied()),
        );
        dynstr.resize(0x100, 0);
        let text_index = 5 + extra as u16;
        let mut dynsym = vec![0; 24];
        for (index, name) in at[1..].iter().enumerate() {
            dynsym.extend(symbol(*name, 0x12, text_index, TEXT + index as u64 * 4, 4));
        }
        add(".dynsym", 11, 2, DYNSYM, 3 + extra, 24, dynsym);
        add(".dynstr", 3, 2, DYNSTR, 0, 0, dynstr);
        let dynamic = [1, u64::from(at[0]), 5, DYNSTR, 10, 0x100, 6, DYNSYM, 0, 0];
        let dynamic = dynamic
            .iter()
            .flat_map(|word: &u64| word.to_le_bytes())
            .collect();
        add(".dynamic", 6, 3, DYNAMIC, 3 + extra, 16, dynamic);
        add(".text", 1, 6, TEXT, 0, 0, self.text.clone());
        add(".data", 1, 3, DATA, 0, 0, self.data.clone());
        add(
            ".comment",
            1,
            0x30,
            0,
            0,
            1,
            self.comment.as_bytes().to_vec(),
        );
        if let Some(link) = self.debug_link {
            add(".gnu_debuglink", 1, 0, 0, 0, 0, link.as_bytes().to_vec());
        }
        for (name, bytes) in &self.debug {
            add(name, 1, 0, 0, 0, 0, bytes.clone());
        }
        if self.debug.is_empty() {
            let (info, abbreviations, debug_strings) = self.debug();
            add(".debug_info", 1, 0, 0, 0, 0, info);
            add(".debug_abbrev", 1, 0, 0, 0, 0, abbreviations);
            add(".debug_str", 1, 0x30, 0, 0, 1, debug_strings);
        }
        let names = self.locals.iter().map(|(name, _)| *name);
        let (strtab, at) = strings(names.chain(self.sources.iter().copied()));
        let mut symtab = vec![0; 24];
        for name in at.iter().skip(self.locals.len()) {
            symtab.extend(symbol(*name, 4, 0xfff1, 0, 0));
        }
        for index in 1..=text_index {
            symtab.extend(symbol(0, 3, index, 0, 0));
        }
        for ((_, value), name) in self.locals.iter().zip(&at) {
            symtab.extend(symbol(*name, 2, text_index, *value, 4));
        }
        let strtab_index = sections.len() as u32 + 2;
        let mut add = |name, kind, link, entsize, bytes: Vec<u8>| {
            let section = Section {
                name,
                kind,
                flags: 0,
                addr: 0,
                offset: 0,
                size: bytes.len() as u64,
                link,
                info: 0,
                align: 8,
                entsize,
            };
            sections.push((section, bytes));
        };
        if !self.stripped {
            add(".symtab", 2, strtab_index, 24, symtab);
            add(".strtab", 3, 0, 0, strtab);
        }
        let (names, at) = strings(sections.iter().map(|(s, _)| s.name).chain([".shstrtab"]));
        let mut add_names = sections;
        add_names.push((
            Section {
                name: ".shstrtab",
                kind: 3,
                flags: 0,
                addr: 0,
                offset: 0,
                size: names.len() as u64,
                link: 0,
                info: 0,
                align: 1,
                entsize: 0,
            },
            names,
        ));
        let mut sections = add_names;
        let mut free = END;
        for (section, bytes) in &mut sections {
            if section.flags & 2 == 0 {
                section.offset = free.next_multiple_of(8);
                free = section.offset + section.size;
            }
            put(&mut file, section.offset, bytes);
        }
        let table = free.next_multiple_of(8);
        let mut headers = vec![0; 64];
        for ((section, _), name) in sections.iter().zip(&at) {
            headers.extend(name.to_le_bytes());
            headers.extend(section.kind.to_le_bytes());
            for word in [section.flags, section.addr, section.offset, section.size] {
                headers.extend(word.to_le_bytes());
            }
            headers.extend(section.link.to_le_bytes());
            headers.extend(section.info.to_le_bytes());
            headers.extend(section.align.to_le_bytes());
            headers.extend(section.entsize.to_le_bytes());
        }
        put(&mut file, table, &headers);
        let count = sections.len() as u16 + 1;
        put(&mut file, 0, &self.header(table, count));
        let notes: u64 = match self.package_note {
            Some(text) => PACKAGE + note("FDO", 0xcafe_1a7e, text.as_bytes()).len() as u64 - NOTE,
            None => 36,
        };
        let mut segments = Vec::new();
        for (kind, flags, start, size) in [
            (1_u32, 7_u32, 0, END),
            (2, 6, DYNAMIC, 80),
            (4, 4, NOTE, notes),
        ] {
            segments.extend(kind.to_le_bytes());
            segments.extend(flags.to_le_bytes());
            for word in [start, start, start, size, size, 4] {
                segments.extend(u64::to_le_bytes(word));
            }
        }
        put(&mut file, 64, &segments);
        file
    }

    fn header(&self, table: u64, count: u16) -> Vec<u8> {
        let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        out.extend(3_u16.to_le_bytes());
        out.extend(self.machine.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        for word in [TEXT, 64, table] {
            out.extend(word.to_le_bytes());
        }
        out.extend(0_u32.to_le_bytes());
        for half in [64, 56, 3, 64, count, count - 1] {
            out.extend(u16::to_le_bytes(half));
        }
        out
    }

    /// One compilation unit (DWARF 4) with its name, folder and producer through `.debug_str`.
    fn debug(&self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let (strings, at) = strings([self.producer, self.source, self.folder]);
        let abbreviations = vec![
            1, 0x11, 0, 0x25, 0x0e, 0x03, 0x0e, 0x1b, 0x0e, 0x13, 0x0b, 0, 0, 0,
        ];
        let mut body = Vec::new();
        body.extend(4_u16.to_le_bytes());
        body.extend(0_u32.to_le_bytes());
        body.push(8);
        body.push(1);
        at.iter()
            .for_each(|offset| body.extend(offset.to_le_bytes()));
        body.push(12);
        let mut info = (body.len() as u32).to_le_bytes().to_vec();
        info.extend(body);
        (info, abbreviations, strings)
    }
}

/// An archive of members, each with a time.
pub fn archive(members: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, time, content) in members {
        let header = format!(
            "{:<16}{time:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            format!("{name}/"),
            0,
            0,
            644,
            content.len()
        );
        out.extend(header.as_bytes());
        out.extend(*content);
        if content.len() % 2 == 1 {
            out.push(b'\n');
        }
    }
    out
}

/// A tree of one file.
pub fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let entry = Entry::File {
        mode: 0o644,
        content: Bytes::from(content.to_vec()),
    };
    tree.entries.insert("file".parse().unwrap(), entry);
    tree
}

/// Compares two contents; every byte must have been counted.
pub fn pair(left: &[u8], right: &[u8], options: &Options) -> Comparison {
    let comparison = compare(&tree(left), &tree(right), options);
    assert_eq!(
        comparison.coverage.total(),
        (left.len() + right.len()) as u64
    );
    let report = comparison.files.values().next().unwrap();
    let settled = comparison.undecided.is_empty() && comparison.unsettled().count() == 0;
    assert_eq!(
        report.normalized.same(),
        settled,
        "{:?}",
        comparison.differences
    );
    assert_eq!(report.level, comparison.level());
    comparison
}

/// Key, level and settling rule of each difference.
pub fn keys(comparison: &Comparison) -> Vec<(String, Level, Option<String>)> {
    let differences = comparison.differences.iter();
    differences
        .map(|d| {
            (
                d.key.to_string(),
                d.allows,
                d.settled_by.as_ref().map(ToString::to_string),
            )
        })
        .collect()
}
