//! What an archive's index or a package's list of digests says is not taken for what is in it.

use crate::elf_file::told_apart;
use crate::specimen::{Library, archive, pair};
use crossproof_inspect::Options;
use crossproof_model::Level;

/// An archive of two members of one name whose index names the symbols' members by number.
fn indexed(index: &[(&str, usize)]) -> Vec<u8> {
    let member = |name: &str, content: &[u8]| {
        let mut out = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            644,
            content.len()
        );
        out.push_str(std::str::from_utf8(content).unwrap());
        if content.len() % 2 == 1 {
            out.push('\n');
        }
        out.into_bytes()
    };
    let names: String = index.iter().map(|(name, _)| format!("{name}\0")).collect();
    let size = 4 + 4 * index.len() + names.len();
    let mut at = [8 + 60 + size.next_multiple_of(2), 0];
    at[1] = at[0] + member("a.o/", b"first member").len();
    let mut body = (index.len() as u32).to_be_bytes().to_vec();
    for (_, number) in index {
        body.extend((at[*number] as u32).to_be_bytes());
    }
    let mut out = b"!<arch>\n".to_vec();
    out.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", "/", 0, 0, 0, 0).bytes());
    out.extend(body);
    out.extend(names.bytes());
    out.resize(at[0], b'\n');
    out.extend(member("a.o/", b"first member"));
    out.extend(member("a.o/", b"second member"));
    out
}

#[test]
fn members_of_one_name_are_told_apart_by_the_index() {
    let left = indexed(&[("f", 0), ("g", 1)]);
    told_apart(&left, &indexed(&[("f", 1), ("g", 0)]));
    told_apart(&left, &indexed(&[("f", 1), ("g", 1)]));
}

/// Of a symbol in two members linkers take the first, and what they take first decides where it lands.
#[test]
fn the_order_of_the_index_is_held() {
    told_apart(
        &indexed(&[("f", 0), ("f", 1)]),
        &indexed(&[("f", 1), ("f", 0)]),
    );
    told_apart(
        &indexed(&[("f", 0), ("g", 0)]),
        &indexed(&[("g", 0), ("f", 0)]),
    );
}

/// Two packages whose `md5sums` agree, and whose data do not.
#[test]
fn a_recorded_digest_is_not_taken_for_the_content() {
    let sums = b"d41d8cd98f00b204e9800998ecf8427e  usr/lib/libanswer.so\n";
    let package = |data: u8| {
        let library = Library {
            data: vec![data; 4],
            ..Library::default()
        };
        archive(&[
            ("debian-binary", 0, b"2.0\n"),
            ("md5sums", 0, sums),
            ("libanswer.so", 0, &library.bytes()),
        ])
    };
    let (left, right) = (package(1), package(2));
    told_apart(&left, &right);
    let comparison = pair(&left, &right, &Options::default());
    assert_eq!(comparison.level(), Some(Level::Interface));
    let places: Vec<String> = comparison
        .unsettled()
        .map(|d| d.place.to_string())
        .collect();
    assert_eq!(places, ["file > libanswer.so > .data"]);
}

/// Readers do not agree on how a number may be written: what some reject is not the same.
#[test]
fn a_size_is_digits_and_spaces() {
    let left = archive(&[("a.o", 0, b"12345678")]);
    // The last byte of the size, and of the name.
    for (at, odd) in [(57, b'\t'), (57, b'+'), (57, 0), (15, b'\n'), (15, b'\t')] {
        let mut right = left.clone();
        right[8 + at] = odd;
        told_apart(&left, &right);
    }
}

/// A long name is meant by its place in the table of names; readers need not agree on another spelling of it.
#[test]
fn the_place_of_a_long_name_is_spelled_one_way() {
    let names = b"a name of more than sixteen bytes.o/\n\n";
    let header = |name: &str, size: usize| {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644).into_bytes()
    };
    let library = |place: &str| {
        let table = [header("//", names.len()), names.to_vec()].concat();
        [
            b"!<arch>\n".to_vec(),
            table,
            header(place, 2),
            b"ab".to_vec(),
        ]
        .concat()
    };
    told_apart(&library("/0"), &library("/00"));
}

/// A tar archive of one member, its header changed before the checksum is made.
fn tar(change: impl Fn(&mut [u8])) -> Vec<u8> {
    let mut header = vec![0; 512];
    let fields: [(usize, &[u8]); 8] = [
        (0, b"a.txt"),
        (100, b"0000644\0"),
        (108, b"0000000\0"),
        (116, b"0000000\0"),
        (124, b"00000000005\0"),
        (136, b"14700000000\0"),
        (156, b"0"),
        (257, b"ustar\x0000"),
    ];
    for (at, bytes) in fields {
        header[at..at + bytes.len()].copy_from_slice(bytes);
    }
    change(&mut header);
    crate::classes::repair_tar(&mut header, 0);
    header.extend(b"text\n");
    header.resize(1024 + 1024, 0);
    header
}

/// Another time is settled; a time that readers reject is not.
#[test]
fn only_times_that_are_times_are_settled() {
    let left = tar(|_| ());
    let later = tar(|header| header[140] = b'1');
    let told = pair(&left, &later, &Options::default());
    assert_eq!(told.level(), Some(Level::Metadata));
    for odd in [0xff, b'9', b' ', 0] {
        told_apart(&left, &tar(|header| header[140] = odd));
    }
}

/// What fills a member's last block may be cut off by the file's end: that is told.
#[test]
fn where_the_last_block_ends_is_told() {
    let whole = tar(|_| ());
    let filled = &whole[..1024];
    for end in [512 + 5, 512 + 6, 1023] {
        told_apart(filled, &whole[..end]);
    }
    told_apart(&whole[..600], &whole[..700]);
}
