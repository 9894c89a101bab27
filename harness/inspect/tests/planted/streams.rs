//! Compressed streams: what each must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::packing::{bzip2, gzip, lzma, xz, zstandard};
use crate::specimen::pair;
use crossproof_inspect::Options;
use crossproof_model::Level;

type Pack = fn(&[u8], u32) -> Vec<u8>;

const PACKS: [(&str, Pack); 5] = [
    ("gzip", |content, level| gzip(content, level, 0, "")),
    ("xz", xz),
    ("zstd", zstandard),
    ("bzip2", bzip2),
    ("lzma", lzma),
];

#[test]
fn compressed_streams() {
    let text: String = (0..20_000)
        .map(|i: u64| format!("{} {}\n", i, i * i % 977))
        .collect();
    for (name, pack) in PACKS {
        let (fast, best) = (pack(text.as_bytes(), 1), pack(text.as_bytes(), 9));
        assert_ne!(fast, best, "{name}");
        let comparison = pair(&fast, &best, &Options::default());
        // A larger dictionary is more than some readers take.
        let unruled: Vec<_> = comparison.unsettled().map(|d| d.key.to_string()).collect();
        match name {
            "xz" | "lzma" | "zstd" => assert_eq!(unruled, [format!("{name}.demands")]),
            _ => assert!(unruled.is_empty(), "{name}: {unruled:?}"),
        }
        let keys: Vec<_> = comparison
            .differences
            .iter()
            .map(|d| d.key.to_string())
            .collect();
        let told = match name {
            "xz" | "lzma" | "zstd" => "demands",
            _ => "compression",
        };
        assert!(keys.contains(&format!("{name}.{told}")), "{keys:?}");

        let other = text.replace("19999 ", "19999!");
        assert_eq!(
            found(&fast, &pack(other.as_bytes(), 1)),
            strings(&[("text.lines", "file")])
        );
        // Two streams one after the other hold what one holds of both.
        let (head, tail) = text.as_bytes().split_at(7_000);
        if !matches!(name, "gzip" | "lzma") {
            let two = [pack(head, 1), pack(tail, 1)].concat();
            assert_eq!(
                found(&fast, &two),
                strings(&[(&format!("{name}.demands"), "file > stream 2")]),
                "some read only the first"
            );
        }
        // As much effort as one likes, for the same dictionary.
        const EXTREME: u32 = 1 << 31;
        if matches!(name, "xz" | "lzma") {
            let (usual, extreme) = (pack(text.as_bytes(), 6), pack(text.as_bytes(), 6 | EXTREME));
            assert_ne!(usual, extreme, "{name}");
            settled_by(&["compressed.stream"], &usual, &extreme);
        }
        // Bytes after the end, bytes that are not there, and bytes that are others.
        let trailing = [&fast[..], b"more"].concat();
        assert_eq!(
            found(&fast, &trailing),
            strings(&[(&format!("{name}.trailing"), "file > bytes after the end")])
        );
        let cut = &fast[..fast.len() - 5];
        assert_eq!(
            pair(&fast, cut, &Options::default()).level(),
            None,
            "{name}"
        );
        let mut flipped = fast.clone();
        flipped[fast.len() / 2] ^= 4;
        let level = pair(&fast, &flipped, &Options::default()).level();
        assert!(level < Some(Level::Metadata), "{name} {level:?}");
    }
}

#[test]
fn gzip_headers() {
    let left = gzip(b"text", 6, 1, "a");
    settled_by(&["gzip.header"], &left, &gzip(b"text", 6, 2, "other"));
    // A header with a checksum (RFC 1952, section 2.3.1): bit 1 of the flags, behind the name.
    let checked = |wrong: u16| {
        let mut header = left[..12].to_vec();
        header[3] |= 2;
        let mut crc = flate2::Crc::new();
        crc.update(&header);
        let sum = (crc.sum() as u16 ^ wrong).to_le_bytes();
        [&header[..], &sum, &left[12..]].concat()
    };
    settled_by(&["gzip.header"], &left, &checked(0));
    assert_eq!(
        found(&left, &checked(1)),
        strings(&[("gzip.header.checksum", "file > header > checksum")])
    );
    let commented = |text: &str| {
        use std::io::Write as _;
        let builder = flate2::GzBuilder::new().comment(text);
        let mut encoder = builder.write(Vec::new(), flate2::Compression::new(6));
        encoder.write_all(b"text").unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(
        found(&commented("a"), &commented("b")),
        strings(&[("gzip.header.comment", "file > header > comment")])
    );
    let skippable = |bytes: &[u8]| {
        let size = (bytes.len() as u32).to_le_bytes();
        [
            b"\x50\x2a\x4d\x18",
            &size[..],
            bytes,
            &zstandard(b"text", 3),
        ]
        .concat()
    };
    let frame = |bytes: &[u8]| [zstandard(b"text", 3), skippable(bytes)].concat();
    assert_eq!(found(&frame(b"1"), &frame(b"2"))[0].0, "zstd.skippable");
}
