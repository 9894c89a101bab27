//! Packages by hand, as they are and as somebody would make them who wants to say more than a package may.

use super::*;

const CONTROL: &str =
    "Version: 1.0-1\nPackage: hello\nArchitecture: arm64\nDescription: a test\n of it\n .\n more\n";

/// A tar archive with these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let head = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            644,
            content.len()
        );
        bytes.extend(head.bytes());
        bytes.extend(*content);
        bytes.extend(std::iter::repeat_n(b'\n', content.len() % 2));
    }
    bytes
}

fn package(control: &[u8]) -> Vec<u8> {
    let control = tar(&[("./control", control), ("./md5sums", b"")]);
    ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &control),
        ("data.tar", b""),
    ])
}

fn refused(package: &[u8]) -> String {
    Stanza::of(package).unwrap_err()
}

#[test]
fn a_stanza_is_taken_over_as_it_is() {
    let stanza = Stanza::of(&package(CONTROL.as_bytes())).unwrap();
    assert_eq!(stanza.field("package"), Some("hello"));
    assert_eq!(
        stanza.indexed(&[("Size", "3".to_owned())]),
        "Package: hello\nVersion: 1.0-1\nArchitecture: arm64\nDescription: a test\n of it\n .\n more\nSize: 3\n\n"
    );
    let mut xz = Vec::new();
    let control = tar(&[("control", CONTROL.as_bytes())]);
    liblzma::read::XzEncoder::new(control.as_slice(), 6)
        .read_to_end(&mut xz)
        .unwrap();
    let packed = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", &xz),
        ("data.tar.xz", b""),
        ("_sig", b""),
    ]);
    assert_eq!(Stanza::of(&packed), Ok(stanza));
}

#[test]
fn what_would_say_more_than_one_stanza_in_an_index_is_refused() {
    let with = |more: &str| refused(&package(format!("{CONTROL}{more}").as_bytes()));
    for (more, words) in [
        ("\nPackage: evil\n", "blank line"),
        (" \nPackage: evil\n", "blank line"),
        ("\t\nPackage: evil\n", "blank line"),
        ("X: y\r\n\r\nPackage: evil\n", "control character \\r"),
        ("X: y\u{b}z\n", "control character"),
        ("Filename: pool/evil.deb\n", "does not say its `Filename`"),
        ("SIZE: 1\n", "does not say its `SIZE`"),
        ("sha256: 00\n", "does not say its `sha256`"),
        ("MD5sum: 00\n", "does not say its"),
        ("Status: install ok installed\n", "does not say its"),
        ("package: evil\n", "twice"),
        ("Size : 1\n", "is no name"),
        ("Siz\u{e9}: 1\n", "is no name"),
        ("#Size: 1\n", "is no name"),
        ("-Size: 1\n", "is no name"),
        (": 1\n", "is no name"),
        ("Size\n", "is no field"),
    ] {
        let said = with(more);
        assert!(said.contains(words), "{more:?}: {said}");
    }
    for (control, words) in [
        ("", "blank line"),
        (" a\nPackage: hello\n", "begins with a blank"),
        ("Package: hello\nVersion: 1\n", "no field `Architecture`"),
        (
            "Package: ../hello\nVersion: 1\nArchitecture: all\n",
            "is no Package",
        ),
        (
            "Package: hello\n a\nVersion: 1\nArchitecture: all\n",
            "is no Package",
        ),
        (
            "Package: hello\nVersion: 1 2\nArchitecture: all\n",
            "is no Version",
        ),
    ] {
        let said = refused(&package(control.as_bytes()));
        assert!(said.contains(words), "{control:?}: {said}");
    }
    assert!(refused(&package(b"Package: \xff\n")).contains("not UTF-8"));
}

#[test]
fn a_package_that_readers_could_read_differently_is_refused() {
    let good = tar(&[("./control", CONTROL.as_bytes())]);
    let twice = tar(&[
        ("./control", CONTROL.as_bytes()),
        ("control", CONTROL.as_bytes()),
    ]);
    // Some unpack the second over the first.
    let odd = tar(&[
        ("./control", CONTROL.as_bytes()),
        ("./more/control", CONTROL.as_bytes()),
    ]);
    let version: (&str, &[u8]) = ("debian-binary", b"2.0\n");
    let order = "in this order";
    for (members, words) in [
        (
            vec![version, ("control.tar", &twice), ("data.tar", b"")],
            "two control files",
        ),
        (
            vec![version, ("data.tar", b""), ("control.tar", &good)],
            order,
        ),
        (
            vec![version, ("control.tar", &good), ("control.tar.gz", b"")],
            order,
        ),
        (
            vec![
                version,
                ("control.tar", &good),
                ("data.tar", b""),
                ("control.tar.gz", b""),
            ],
            order,
        ),
        (
            vec![version, ("control.tar", &odd), ("data.tar", b"")],
            "is not a plain name",
        ),
        (
            vec![("control.tar", &good[..]), version, ("data.tar", b"")],
            order,
        ),
        (
            vec![version, ("control.tar", &good)],
            "expected debian-binary",
        ),
        (
            vec![
                ("debian-binary", b"3.0\n"),
                ("control.tar", &good),
                ("data.tar", b""),
            ],
            "format 2",
        ),
        (
            vec![
                version,
                ("control.tar", &tar(&[("./md5sums", b"")])),
                ("data.tar", b""),
            ],
            "no control file",
        ),
        (
            vec![version, ("control.tar.rar", &good), ("data.tar", b"")],
            "ends in none of",
        ),
    ] {
        let said = refused(&ar(&members));
        assert!(said.contains(words), "{words}: {said}");
    }
    let whole = package(CONTROL.as_bytes());
    for end in 0..whole.len().min(600) {
        assert!(Stanza::of(&whole[..end]).is_err(), "{end}");
    }
    assert!(refused(b"PK\x03\x04").contains("not a package"));
}

#[test]
fn what_is_read_of_a_package_is_bounded() {
    let long = format!("{CONTROL}X: {}\n", "y".repeat(1 << 20));
    assert!(refused(&package(long.as_bytes())).contains("larger than"));
    // Some kilobytes that unpack to more than is read.
    let mut packed = Vec::new();
    let zeros = std::io::repeat(0).take(MOST_MEMBER + (1 << 20));
    let mut head = tar::Header::new_gnu();
    head.set_path("first").unwrap();
    head.set_size(MOST_MEMBER);
    head.set_cksum();
    let bomb = head.as_bytes().chain(zeros);
    flate2::read::GzEncoder::new(bomb, flate2::Compression::fast())
        .read_to_end(&mut packed)
        .unwrap();
    let bomb = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &packed),
        ("data.tar", b""),
    ]);
    assert!(Stanza::of(&bomb).is_err());
}

/// A header before the second control file by which GNU tar, and so dpkg, takes a member for a control file.
#[test]
fn what_renames_a_member_of_the_control_archive_is_refused() {
    let long = |kind: u8, text: &[u8], named: &str| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut add = |kind: u8, name: &str, content: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::new(kind));
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, content).unwrap();
        };
        add(b'0', "control", CONTROL.as_bytes());
        add(kind, "long", text);
        add(b'0', named, b"Package: evil\n");
        tar.into_inner().unwrap()
    };
    let pax = b"16 path=control\n";
    let sparse = b"22 GNU.sparse.major=1\n";
    for control in [
        long(b'L', b"control\0x", "x"),
        long(b'x', pax, "x"),
        long(b'g', pax, "x"),
        long(b'x', sparse, "x"),
        long(b'S', b"", "x"),
        long(b'K', b"control\0", "x"),
    ] {
        let said = refused(&ar(&[
            ("debian-binary", b"2.0\n"),
            ("control.tar", &control),
            ("data.tar", b""),
        ]));
        assert!(said.contains("is no file"), "{said}");
    }
    // A prefix of the name, or a size that is not in octal digits.
    for (at, byte) in [(345, b'x'), (124, 0x80), (130, b'8')] {
        let mut control = tar(&[("./control", CONTROL.as_bytes())]);
        control[at] = byte;
        let said = refused(&ar(&[
            ("debian-binary", b"2.0\n"),
            ("control.tar", &control),
            ("data.tar", b""),
        ]));
        assert!(
            said.contains("none that dpkg-deb writes")
                || said.contains("numeric field")
                || said.contains("checksum"),
            "{said}"
        );
    }
    // What ends where reading does hides what is behind it.
    let mut most = tar(&[("./control", CONTROL.as_bytes())]);
    most.truncate(1024);
    let mut header = tar::Header::new_gnu();
    let size = MOST_MEMBER - most.len() as u64 - 512;
    header.set_path("large").unwrap();
    header.set_size(size);
    header.set_cksum();
    most.extend(header.as_bytes());
    most.resize(most.len() + size as usize, 0);
    most.extend(tar(&[("./control", b"Package: evil\n")]));
    let said = refused(&ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &most),
        ("data.tar", b""),
    ]));
    assert!(said.contains("control.tar"), "{said}");
}

#[test]
fn a_package_is_called_by_what_it_says() {
    let stanza = |version: &str| {
        let text = format!("Package: a\nVersion: {version}\nArchitecture: arm64\n");
        Stanza::read(&text).unwrap()
    };
    for name in ["a_1%3a2_arm64.deb", "a_2_arm64.deb", "a_1:2_arm64.deb"] {
        assert!(stanza("1:2").is_called(name), "{name}");
    }
    for name in ["a_1_arm64.deb", "b_2_arm64.deb", "a_2_armhf.deb", "a.deb"] {
        assert!(!stanza("1:2").is_called(name), "{name}");
    }
}
