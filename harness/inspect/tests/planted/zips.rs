//! zip archives: what each header and method must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::specimen::{Library, pair};
use crate::zipping::{Zipped, zip, zip64, zipped};
use crossproof_inspect::Options;
use crossproof_model::Level;

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

    // Python takes its bytecode if the source has the time that it holds.
    for bytecode in ["m.pyc", "__pycache__/m.cpython-311.pyc"] {
        let times = |time| {
            let mut source = zipped("m.py", b"x = 1\n");
            source.time += time;
            zip(&[source, zipped(bytecode, b"")])
        };
        let found = found(&times(0), &times(0x0010_0020));
        assert!(
            found.iter().any(|(key, _)| key.starts_with("zip.")),
            "{found:?}"
        );
    }

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
    each_bit_counts(&original, packed, &other_time);
}

/// No flipped bit outside the packed bytes is accepted, but of times: those differ in `other_time`.
fn each_bit_counts(original: &[u8], packed: std::ops::Range<usize>, other_time: &[u8]) {
    for at in (0..original.len()).filter(|at| !packed.contains(at)) {
        for bit in [0, 3, 7] {
            let mut mutant = original.to_vec();
            mutant[at] ^= 1 << bit;
            let level = pair(original, &mutant, &Options::default()).level();
            let is_time = original[at] != other_time[at];
            assert!(
                is_time || level < Some(Level::Metadata),
                "byte {at} bit {bit}: {level:?}"
            );
        }
    }
}

/// Every bit of the headers, the records at the end and the fields of sizes of a ZIP64 archive.
#[test]
fn large_archives_are_told_whole() {
    let member = |content: &[u8], level| Zipped {
        level,
        large: true,
        ..zipped("a", content)
    };
    let text = b"one two three four five six seven eight nine ten one two three";
    let original = zip64(&[member(text, 9), member(b"2", 0)]);
    assert_eq!(
        pair(&original, &original, &Options::default()).level(),
        Some(Level::Bits)
    );
    let looser = zip64(&[member(text, 1), member(b"2", 0)]);
    assert_ne!(original, looser);
    settled_by(&["compressed.stream"], &original, &looser);
    let other = zip64(&[member(text, 9), member(b"3!", 0)]);
    assert_eq!(
        found(&original, &other),
        strings(&[("text.lines", "file > a#2")])
    );
    // Behind something that its offsets do not count.
    let script = |line: &str, archive: &[u8]| [line.as_bytes(), archive].concat();
    let run = ["#!/bin/sh\nexit\n", "#!/bin/sh\nexec\n"];
    let [left, right] = [(run[0], &looser), (run[1], &original)].map(|(l, a)| script(l, a));
    let seen = found(&left, &right);
    assert!(
        seen.iter()
            .all(|(key, _)| key.starts_with("zip.gap") || key == "zip.member.compression"),
        "{seen:?}"
    );
    let mut moved = [member(text, 9), member(b"2", 0)];
    moved.iter_mut().for_each(|m| m.time = !m.time);
    let other_time = zip64(&moved);
    let start = 30 + 1 + 20;
    let packed = start
        ..original
            .windows(4)
            .skip(4)
            .position(|w| w == b"PK\x03\x04")
            .unwrap()
            + 4;
    each_bit_counts(&original, packed, &other_time);
}

#[test]
fn members_of_every_method() {
    let text: String = (0..2000).map(|i| format!("{i} {}\n", i * i % 97)).collect();
    let of = |method, level, text: &str| {
        zip(&[Zipped {
            method,
            level,
            ..zipped("a.txt", text.as_bytes())
        }])
    };
    for method in [8, 12, 14, 93, 95] {
        let (fast, best) = (of(method, 1, &text), of(method, 9, &text));
        assert_ne!(fast, best, "{method}");
        let other = of(method, 9, &text.replace("1999 ", "1999!"));
        let expected = strings(&[("text.lines", "file > a.txt")]);
        match method {
            8 | 12 => {
                settled_by(&["compressed.stream"], &fast, &best);
                assert_eq!(found(&fast, &other), expected, "{method}");
            }
            // Harder packed it has a larger dictionary or window, which readers must have room for.
            _ => {
                let demands = strings(&[("zip.demands", "file > a.txt > stream 1")]);
                assert_eq!(found(&fast, &best), demands, "{method}");
                assert!(found(&fast, &other).contains(&expected[0]), "{method}");
            }
        }
        // Another size than there is, in the directory.
        let mut lying = best.clone();
        let at = best.windows(4).position(|w| w == b"PK\x01\x02").unwrap() + 24;
        lying[at] ^= 1;
        assert!(pair(&fast, &lying, &Options::default()).level() < Some(Level::Metadata));
    }
    // A method that nobody here knows: as it stands.
    let opaque = found(&of(9, 6, &text), &of(9, 6, &text.replace("1999 ", "1999!")));
    assert!(
        opaque.contains(&strings(&[("zip.member.bytes", "file > a.txt")])[0]),
        "{opaque:?}"
    );
}
