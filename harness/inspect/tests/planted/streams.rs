//! Compressed streams and zip archives: what each must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::packing::{Zipped, bzip2, gzip, xz, zip, zipped, zstandard};
use crate::specimen::{Library, pair};
use crossproof_inspect::Options;
use crossproof_model::Level;

type Pack = fn(&[u8], u32) -> Vec<u8>;

const PACKS: [(&str, Pack); 4] = [
    ("gzip", |content, level| gzip(content, level, 0, "")),
    ("xz", xz),
    ("zstd", zstandard),
    ("bzip2", bzip2),
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
        let unruled: Vec<_> = comparison.unsettled().collect();
        assert!(unruled.is_empty(), "{name}: {unruled:?}");
        let keys: Vec<_> = comparison
            .differences
            .iter()
            .map(|d| d.key.to_string())
            .collect();
        assert!(keys.contains(&format!("{name}.compression")), "{keys:?}");

        let other = text.replace("19999 ", "19999!");
        assert_eq!(
            found(&fast, &pack(other.as_bytes(), 1)),
            strings(&[("text.lines", "file")])
        );
        // Two streams one after the other hold what one holds of both.
        let (head, tail) = text.as_bytes().split_at(7_000);
        if name != "gzip" {
            let two = [pack(head, 1), pack(tail, 1)].concat();
            settled_by(&["compressed.stream"], &fast, &two);
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

fn zip_members() -> Vec<Zipped> {
    vec![
        zipped("META-INF/", b""),
        zipped("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"),
        Zipped {
            level: 0,
            ..zipped("stored.txt", b"stored\n")
        },
        zipped("libx.so", &Library::default().bytes()),
    ]
}

#[test]
fn zip_archives() {
    let left = zip(&zip_members());
    let mut later = zip_members();
    later.iter_mut().for_each(|m| m.time += 0x0010_0020);
    settled_by(&["zip.times"], &left, &zip(&later));
    let mut tighter = zip_members();
    tighter[3].level = 1;
    settled_by(&["compressed.stream"], &left, &zip(&tighter));

    type Change = fn(&mut Vec<Zipped>);
    let changes: [(&[(&str, &str)], Change); 5] = [
        (&[("text.lines", "file > stored.txt")], |m| {
            m[2].content[0] = b'S'
        }),
        (&[("text.lines", "file > META-INF/MANIFEST.MF")], |m| {
            m[1].content[0] = b'm'
        }),
        (&[("zip.attributes", "file > libx.so > attributes")], |m| {
            m[3].attributes |= 1 << 16
        }),
        (&[("zip.method", "file > stored.txt > method")], |m| {
            m[2].level = 9
        }),
        (&[("zip.member.only-left", "file > libx.so")], |m| {
            drop(m.pop())
        }),
    ];
    for (expected, change) in changes {
        let mut changed = zip_members();
        change(&mut changed);
        let found = found(&left, &zip(&changed));
        for one in strings(expected) {
            assert!(found.contains(&one), "{found:?}");
        }
    }
    let mut swapped = zip_members();
    swapped.swap(1, 2);
    assert_eq!(found(&left, &zip(&swapped))[0].0, "zip.order");
}

/// Every bit outside the members' packed bytes: only times may be settled.
#[test]
fn zip_headers_are_told_whole() {
    let members = [
        zipped("a", b"1"),
        Zipped {
            level: 0,
            ..zipped("b", b"2")
        },
    ];
    let original = zip(&members);
    let mut moved = members.clone();
    moved.iter_mut().for_each(|m| m.time = !m.time);
    let other_time = zip(&moved);
    // Packed bytes: after the first local header of 30 bytes and its name of one.
    let packed = 31..34;
    for at in (0..original.len()).filter(|at| !packed.contains(at)) {
        for bit in [0, 3, 7] {
            let mut mutant = original.clone();
            mutant[at] ^= 1 << bit;
            let level = pair(&original, &mutant, &Options::default()).level();
            let is_time = original[at] != other_time[at];
            assert!(
                is_time || level < Some(Level::Metadata),
                "byte {at} bit {bit}: {level:?}"
            );
        }
    }
}
