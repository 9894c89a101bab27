//! Bytecode, catalogues, and streams that expand to more than anyone wants.

use crate::containers::{found, settled_by, strings};
use crate::packing::{bzip2, gzip, lzma, xz, zstandard};
use crate::specimen::pair;
use crate::zipping::{zip, zipped};
use crossproof_inspect::Options;

#[test]
fn python_bytecode() {
    let of = |mtime: u8, code: &[u8]| {
        let mut out = vec![
            0xcb, 0x0d, b'\r', b'\n', 0, 0, 0, 0, mtime, 0, 0, 0, 9, 0, 0, 0, 0xe3,
        ];
        out.extend(code);
        out
    };
    assert_eq!(
        found(&of(1, b"code"), &of(2, b"code")),
        strings(&[("pyc.source-mtime", "file > header > source-mtime")])
    );
    assert_eq!(
        found(&of(1, b"code"), &of(1, b"cord")),
        strings(&[("pyc.code.bytes", "file > code")])
    );
}

/// A catalogue of strings and their translations, without a hash table.
fn catalogue(pairs: &[(&str, &str)]) -> Vec<u8> {
    let count = pairs.len() as u32;
    let mut out = Vec::new();
    for word in [0x9504_12de, 0, count, 28, 28 + 8 * count, 0, 0] {
        out.extend(u32::to_le_bytes(word));
    }
    let mut at = 28 + 16 * count;
    let mut text = Vec::new();
    let columns = [
        pairs.iter().map(|p| p.0).collect::<Vec<_>>(),
        pairs.iter().map(|p| p.1).collect(),
    ];
    for string in columns.into_iter().flatten() {
        out.extend((string.len() as u32).to_le_bytes());
        out.extend(at.to_le_bytes());
        at += string.len() as u32 + 1;
        text.extend(string.as_bytes());
        text.push(0);
    }
    out.extend(text);
    out
}

#[test]
fn catalogues() {
    let of = |date: &str, language: &str, hello: &str| {
        let header = format!("POT-Creation-Date: {date}\nLanguage: {language}\n");
        catalogue(&[("", &header), ("hello", hello)])
    };
    let left = of("2024-01-01", "de", "hallo");
    settled_by(&["mo.dates"], &left, &of("2025-12-24 later", "de", "hallo"));
    // A library would take this for the character set.
    assert_eq!(
        found(&left, &of("charset=LATIN1", "de", "hallo")),
        strings(&[("mo.header", "file > strings > header POT-Creation-Date")])
    );
    assert_eq!(
        found(&left, &of("2024-01-01", "nl", "hallo")),
        strings(&[("mo.header", "file > strings > header Language")])
    );
    assert_eq!(
        found(&left, &of("2024-01-01", "de", "holla")),
        strings(&[("mo.string", "file > strings > hello")])
    );
    for at in 0..left.len() {
        let mut mutant = left.clone();
        mutant[at] ^= 1;
        let level = pair(&left, &mutant, &Options::default()).level();
        // Metadata only where the date stands.
        let date = left.windows(10).position(|w| w == b"2024-01-01").unwrap();
        let dated = (date..date + 10).contains(&at);
        assert!(
            dated || level < Some(crossproof_model::Level::Metadata),
            "byte {at}"
        );
    }
}

#[test]
fn what_expands_too_far_is_undecided() {
    let of = |last: u8| {
        let mut content = vec![0; 40 << 20];
        content.push(last);
        content
    };
    let (left, right) = (of(1), of(2));
    type Pack = fn(&[u8]) -> Vec<u8>;
    let packs: [Pack; 5] = [
        |content| gzip(content, 1, 0, ""),
        |content| xz(content, 0),
        |content| zstandard(content, 1),
        |content| bzip2(content, 9),
        |content| lzma(content, 0),
    ];
    for pack in packs {
        let comparison = pair(&pack(&left), &pack(&right), &Options::default());
        assert_eq!(comparison.level(), None);
        assert!(
            comparison.undecided[0]
                .reason
                .contains("expands to more than")
        );
    }
    // What a directory claims is believed before anything is expanded.
    let member = |content: &[u8]| {
        let mut archive = zip(&[zipped("a", content)]);
        let at = archive.windows(4).position(|w| w == b"PK\x01\x02").unwrap() + 24;
        archive[at..at + 4].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
        archive
    };
    let comparison = pair(&member(b"one"), &member(b"two!"), &Options::default());
    assert!(
        comparison.undecided[0]
            .reason
            .contains("expands to more than")
    );
}
