//! tar archives, and packages made of them: what each must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::packing::{Member, gzip, member, tar, xz};
use crate::specimen::{Library, archive, pair};
use crossproof_inspect::{Options, PathMap, normalized_digest};
use crossproof_model::Level;

fn members() -> Vec<Member> {
    vec![
        member("./usr/", b""),
        member("./usr/libx.so", &Library::default().bytes()),
        member("./usr/text", b"some\ntext\n"),
        Member {
            link: Some("libx.so"),
            ..member("./usr/liby.so", b"")
        },
    ]
}

#[test]
fn tar_members() {
    let left = tar(&members());
    let mut later = members();
    later.iter_mut().for_each(|m| m.mtime = 0o7777);
    settled_by(&["tar.mtime"], &left, &tar(&later));

    type Change = fn(&mut Vec<Member>);
    let changes: [(&[(&str, &str)], Change); 8] = [
        (&[("text.lines", "file > usr/text")], |m| {
            m[2].content[0] = b'S'
        }),
        (&[("tar.mode", "file > usr/text > mode")], |m| {
            m[2].mode = 0o755
        }),
        (&[("tar.uid", "file > usr/text > uid")], |m| m[2].uid = 7),
        (&[("tree.link", "file > usr/liby.so")], |m| {
            m[3].link = Some("/x")
        }),
        (&[("tar.member.only-left", "file > usr/text")], |m| {
            drop(m.remove(2))
        }),
        (&[("tar.order", "file")], |m| m.swap(1, 2)),
        (
            &[("elf.section.data.bytes", "file > usr/libx.so > .data")],
            |m| {
                let data = vec![9; 4];
                let changed = Library {
                    data,
                    ..Library::default()
                };
                m[1].content = changed.bytes();
            },
        ),
        (
            &[
                ("tar.member.bytes", "file > usr/text"),
                ("tree.link", "file > usr/text"),
                ("tar.encoding", "file > usr/text > encoding"),
                ("tar.type", "file > usr/text > type"),
            ],
            |m| {
                m[2].link = Some("x");
                m[2].content.clear();
            },
        ),
    ];
    for (expected, change) in changes {
        let mut changed = members();
        change(&mut changed);
        assert_eq!(found(&left, &tar(&changed)), strings(expected));
    }
    // What stands after the end, and how much of nothing does.
    let mut longer = left.clone();
    longer.extend([0; 512]);
    assert_eq!(
        found(&left, &longer),
        strings(&[("tar.end", "file > member headers > end of the archive")])
    );
    longer.push(1);
    assert_eq!(found(&left, &longer).len(), 2);
}

/// Every bit of every header: only times may be settled.
#[test]
fn tar_headers_are_told_whole() {
    let name = "a/very/long/name/".repeat(8) + "end";
    let mut members = members();
    members.push(member(name.leak(), b"x"));
    let original = tar(&members);
    // Headers of all kinds: the long name's own, its content, and those of members.
    let headers = (0..original.len()).step_by(512).filter(|at| {
        let block = &original[*at..(at + 512).min(original.len())];
        block.len() == 512 && &block[257..262] == b"ustar"
    });
    let fix = |archive: &mut [u8], at: usize| {
        let sum: u32 = (at..at + 512)
            .map(|i| {
                if (at + 148..at + 156).contains(&i) {
                    32
                } else {
                    u32::from(archive[i])
                }
            })
            .sum();
        archive[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    };
    for header in headers {
        for at in (0..512).filter(|at| !(136..156).contains(at)) {
            let mut mutant = original.clone();
            mutant[header + at] ^= 1;
            fix(&mut mutant, header);
            let level = pair(&original, &mutant, &Options::default()).level();
            assert!(
                level < Some(Level::Metadata),
                "byte {at} of the header at {header}"
            );
        }
    }
}

#[test]
fn pax_records() {
    let of = |records: &[(&str, &str)], path: &'static str| {
        let mut builder = tar::Builder::new(Vec::new());
        let records = records.iter().map(|(k, v)| (*k, v.as_bytes()));
        builder.append_pax_extensions(records).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        builder.append_data(&mut header, path, &b"x"[..]).unwrap();
        builder.into_inner().unwrap()
    };
    let left = of(
        &[("mtime", "1.5"), ("path", "long"), ("SCHILY.xattr.a", "b")],
        "l",
    );
    let right = of(
        &[
            ("mtime", "12.25"),
            ("path", "long"),
            ("SCHILY.xattr.a", "b"),
        ],
        "l",
    );
    settled_by(&["tar.mtime"], &left, &right);
    let right = of(
        &[("mtime", "1.5"), ("path", "long"), ("SCHILY.xattr.a", "c")],
        "l",
    );
    assert_eq!(
        found(&left, &right),
        strings(&[("tar.pax.schily.xattr.a", "file > long > pax SCHILY.xattr.a")])
    );
    let right = of(
        &[("mtime", "1.5"), ("path", "l0ng"), ("SCHILY.xattr.a", "b")],
        "l",
    );
    assert_eq!(
        found(&left, &right),
        strings(&[
            ("tar.member.only-right", "file > l0ng"),
            ("tar.member.only-left", "file > long"),
        ])
    );
}

/// A header that tells only times is set aside with them if it is one that every reader knows.
#[test]
fn a_header_of_times_has_the_usual_magic() {
    let of = |version: &[u8; 2], seconds: &str| {
        let mut builder = tar::Builder::new(Vec::new());
        let records = [("mtime", seconds.as_bytes())];
        builder.append_pax_extensions(records).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        builder.append_data(&mut header, "a", &b"x"[..]).unwrap();
        let mut archive = builder.into_inner().unwrap();
        archive[263..265].copy_from_slice(version);
        archive[148..156].fill(b' ');
        let sum: u32 = archive[..512].iter().map(|byte| u32::from(*byte)).sum();
        archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive
    };
    settled_by(&["tar.mtime"], &of(b"00", "1.5"), &of(b"00", "2.5"));
    // Readers stop at a time that is none of theirs.
    let far = format!("-{}", "9".repeat(26));
    for far in [far.as_str(), "99999999999999"] {
        assert!(
            !found(&of(b"00", "1.5"), &of(b"00", far)).is_empty(),
            "{far}"
        );
    }
    for version in [b"01", b"x0", b"\0\0"] {
        let odd = strings(&[("tar.extended", "file > a > pax header, written oddly")]);
        let found = found(&of(b"00", "1.5"), &of(version, "1.5"));
        assert!(found.contains(&odd[0]), "{found:?}");
    }
}

#[test]
fn names_in_containers_are_paired_under_the_map() {
    let options = Options {
        tree: PathMap::new([("/usr/t/lib", "/usr/lib/t")]),
        ..Options::default()
    };
    let of = |folders: [&'static str; 2], file, link, content: &[u8]| {
        let mut all: Vec<Member> = folders.map(|f| member(f, b"")).to_vec();
        all.push(member(file, content));
        all.push(Member {
            link: Some("/usr/t/lib/x"),
            ..member(link, b"")
        });
        xz(&tar(&all), 1)
    };
    let left = of(
        ["./usr/lib/", "./usr/lib/t/"],
        "./usr/lib/t/x",
        "./usr/lib/t/y",
        b"1",
    );
    let right = of(
        ["./usr/t/", "./usr/t/lib/"],
        "./usr/t/lib/x",
        "./usr/t/lib/y",
        b"1",
    );
    let comparison = pair(&left, &right, &options);
    assert_eq!(comparison.level(), Some(Level::Metadata));
    let open: Vec<_> = comparison.unsettled().map(|d| d.key.to_string()).collect();
    assert!(open.is_empty(), "{open:?}");
    let digest = |content| normalized_digest(content, &options).unwrap();
    // The folder above the mapped one has another name on each side.
    assert_ne!(digest(&left), digest(&right));
    let right = of(
        ["./usr/t/", "./usr/t/lib/"],
        "./usr/t/lib/x",
        "./usr/t/lib/y",
        b"2",
    );
    let comparison = pair(&left, &right, &options);
    let open: Vec<_> = comparison
        .unsettled()
        .map(|d| d.place.to_string())
        .collect();
    assert_eq!(open, ["file > usr/lib/t/x"]);
}

#[test]
fn a_package_reads_well() {
    let package = |library: &Library| {
        let data = tar(&[member("./usr/lib/libx.so", &library.bytes())]);
        let control = tar(&[member("./control", b"Package: x\nVersion: 1\n")]);
        archive(&[
            ("debian-binary", 0, b"2.0\n"),
            ("control.tar.gz", 0, &gzip(&control, 9, 0, "")),
            ("data.tar.xz", 0, &xz(&data, 6)),
        ])
    };
    let left = Library::default();
    let right = Library {
        data: vec![9; 4],
        ..left.clone()
    };
    assert_eq!(
        found(&package(&left), &package(&right)),
        strings(&[(
            "elf.section.data.bytes",
            "file > data.tar.xz > usr/lib/libx.so > .data"
        )])
    );
}
