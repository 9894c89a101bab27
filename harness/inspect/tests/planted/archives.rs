//! cpio and the rarer kinds of ar: what each must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::packing::cpio;
use crate::specimen::pair;
use crossproof_inspect::Options;
use crossproof_model::Level;

const FILE: u32 = 0o100_644;

#[test]
fn cpio_archives() {
    let left = cpio(&[("./a", FILE, 1, 1, b"text\n"), ("b", 0o120_777, 1, 2, b"a")]);
    let right = cpio(&[("./a", FILE, 9, 3, b"text\n"), ("b", 0o120_777, 9, 4, b"a")]);
    settled_by(&["cpio.headers"], &left, &right);
    // Times decide which of two stays, and whether Python takes its bytecode.
    for names in [["a", "a"], ["m.py", "__pycache__/m.cpython-311.pyc"]] {
        let times = |one, other| {
            cpio(&[
                (names[0], FILE, one, 1, b"1"),
                (names[1], FILE, other, 2, b"2"),
            ])
        };
        let found = found(&times(1, 2), &times(2, 1));
        assert!(
            found.iter().all(|(key, _)| key == "cpio.mtime"),
            "{found:?}"
        );
        assert!(!found.is_empty());
    }
    let one = |path, mode, content| cpio(&[(path, mode, 1, 1, content)]);
    let left = one("./a", FILE, b"text\n");
    for (right, expected) in [
        (one("./a", FILE, b"test\n"), ("text.lines", "file > a")),
        (
            one("./a", FILE | 0o111, b"text\n"),
            ("cpio.mode", "file > a > mode"),
        ),
        (one("a", FILE, b"text\n"), ("cpio.name", "file > a > name")),
    ] {
        assert_eq!(found(&left, &right), strings(&[expected]));
    }
    let link = |target: &'static [u8]| one("l", 0o120_777, target);
    assert_eq!(
        found(&link(b"a"), &link(b"b")),
        strings(&[("tree.link", "file > l")])
    );
}

/// Every bit of a cpio archive but its padding, which is compared as it is: only the rule's fields may settle.
#[test]
fn cpio_headers_are_told_whole() {
    let original = cpio(&[("a", FILE, 1, 1, b"text")]);
    for at in 0..original.len() {
        for bit in 0..8 {
            let mut mutant = original.clone();
            mutant[at] ^= 1 << bit;
            let level = pair(&original, &mutant, &Options::default()).level();
            let header = at % 116;
            // Inode, time and device of either header.
            let ruled = [6..14, 46..54, 62..78]
                .iter()
                .any(|range| range.contains(&header));
            assert!(
                level < Some(Level::Metadata) || (ruled && at < 240),
                "byte {at} bit {bit}: {level:?}"
            );
        }
    }
}

fn header(name: &str, size: usize, time: u32) -> Vec<u8> {
    format!(
        "{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, 644
    )
    .into_bytes()
}

#[test]
fn thin_archives() {
    let thin = |size, time| {
        let names = b"sub/a.o/\nb.o/\n";
        let mut out = b"!<thin>\n".to_vec();
        out.extend(header("//", names.len(), 0));
        out.extend(names);
        out.extend(header("/0", size, time));
        out.extend(header("/9", 7, 0));
        out
    };
    settled_by(&["ar.headers"], &thin(100, 0), &thin(100, 1));
    assert_eq!(
        found(&thin(100, 0), &thin(101, 0)),
        strings(&[
            ("ar.headers.bytes", "file > members"),
            ("ar.thin", "file > sub/a.o > size"),
        ])
    );
}

#[test]
fn bsd_archives() {
    let bsd = |names: [&str; 2], time| {
        let table: String = names.iter().map(|name| format!("{name}\0")).collect();
        let mut index = 16_u32.to_le_bytes().to_vec();
        let second = names[0].len() as u32 + 1;
        let member = 8 + 60 + 16 + 4 + 4 + 4 + table.len() as u32;
        for word in [0, member, second, member] {
            index.extend(word.to_le_bytes());
        }
        index.extend((table.len() as u32).to_le_bytes());
        index.extend(table.as_bytes());
        let mut out = b"!<arch>\n".to_vec();
        let long = |name: &str, content: &[u8]| {
            let mut padded = name.as_bytes().to_vec();
            padded.resize(name.len().next_multiple_of(4), 0);
            let size = padded.len() + content.len();
            [
                header(&format!("#1/{}", padded.len()), size, time),
                padded,
                content.to_vec(),
            ]
            .concat()
        };
        let first = long("__.SYMDEF", &index);
        // The name takes twelve bytes of the first member.
        assert_eq!(first.len(), 60 + 12 + index.len());
        out.extend(first);
        out.extend(long("a.o", b"text"));
        out
    };
    settled_by(
        &["ar.headers"],
        &bsd(["one", "two"], 0),
        &bsd(["one", "two"], 5),
    );
    let found = found(&bsd(["one", "two"], 0), &bsd(["one", "ten"], 0));
    assert!(
        found.iter().any(|(key, _)| key.starts_with("ar.index")),
        "{found:?}"
    );
}
