//! Searching: each kind of finding planted once where it must be found, and once where it must not.

use super::specimen::Library;
use crossproof_inspect::{Options, PathMap, scan};
use crossproof_model::check::{Machine, Needle, Raised, Scan, Search};
use crossproof_model::{Bytes, Entry, Tree};

fn tree(path: &str, content: Vec<u8>) -> Tree {
    let content = Bytes::new(content);
    let entry = Entry::File {
        mode: 0o755,
        content,
    };
    Tree::of([(path.parse().unwrap(), entry)])
}

fn needle(text: &str, raised: Raised) -> Needle {
    Needle {
        name: "planted".to_owned(),
        search: Search::Texts(vec![text.to_owned()]),
        raised,
    }
}

fn search(tree: &Tree, needle: Needle) -> Scan {
    scan(tree, &[needle], &Options::default()).unwrap()
}

/// Each place and text that was found.
fn found(scan: &Scan) -> Vec<String> {
    let references = scan.references.iter();
    references
        .flat_map(|((_, place), texts)| texts.iter().map(move |text| format!("{place}: {text}")))
        .collect()
}

#[test]
fn a_reference_is_found_with_file_section_and_symbol() {
    let library = Library {
        text: b"....see /nix/store/x\0...".to_vec(),
        data: b"\x01/nix/store/y\0".to_vec(),
        ..Library::default()
    };
    let scan = search(
        &tree("usr/lib/a.so", library.bytes()),
        needle("/nix/store/", Raised::Anywhere),
    );
    assert_eq!(
        found(&scan),
        [
            "usr/lib/a.so > .data: /nix/store/y",
            // Two functions of four bytes each: the hit is behind them.
            "usr/lib/a.so > .text: ....see /nix/store/x",
        ]
    );
    let library = Library {
        text: b"/nix/store/z\0".to_vec(),
        ..Library::default()
    };
    let scan = search(
        &tree("usr/lib/a.so", library.bytes()),
        needle("/nix/store/", Raised::Anywhere),
    );
    assert_eq!(
        found(&scan),
        ["usr/lib/a.so > .text > answer: /nix/store/z"]
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    let file = tree("usr/lib/a.so", Library::default().bytes());
    let scan = search(&file, needle("/nix/store/", Raised::Anywhere));
    assert_eq!(found(&scan), [""; 0]);
    assert!(scan.unsearched.is_empty());
}

#[test]
fn members_names_and_links_are_searched() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(16);
    header.set_mode(0o644);
    builder
        .append_data(&mut header, "share/notes", &b"a\nin /nix/store\n"[..])
        .unwrap();
    let packed = builder.into_inner().unwrap();
    let mut planted = tree("usr/a.tar", packed);
    let link = Entry::Link {
        target: "/nix/store/target".to_owned(),
    };
    planted.entries.insert("usr/link".parse().unwrap(), link);
    let scan = search(&planted, needle("/nix/store", Raised::Anywhere));
    assert_eq!(
        found(&scan),
        [
            "usr/a.tar > share/notes: in /nix/store",
            "usr/link: /nix/store/target",
        ]
    );
    let scan = search(&planted, needle("share/no", Raised::Anywhere));
    assert_eq!(
        found(&scan),
        [
            "usr/a.tar > member headers: share/notes",
            "usr/a.tar > share/notes: share/notes",
        ]
    );
}

#[test]
fn a_folder_is_named_once_and_text_is_cut_where_it_is_none() {
    let content = b"\x80\xff/nix/store/caf\xc3\xa9\xff/more".to_vec();
    let mut planted = tree("usr/nix/store/below/file", content);
    for folder in ["usr", "usr/nix", "usr/nix/store", "usr/nix/store/below"] {
        let entry = Entry::Dir { mode: 0o755 };
        planted.entries.insert(folder.parse().unwrap(), entry);
    }
    let scan = search(&planted, needle("nix/store", Raised::Anywhere));
    assert_eq!(
        found(&scan),
        [
            "usr/nix/store: usr/nix/store",
            "usr/nix/store/below/file: /nix/store/café",
        ]
    );
}

#[test]
fn mapped_paths_of_debug_information_are_excused_where_the_cross_side_is_meant() {
    let prefix = b"/usr/aarch64-linux-gnu/include/bits\0".to_vec();
    let library = Library {
        debug: vec![(".debug_line_str", prefix.clone())],
        data: prefix,
        ..Library::default()
    };
    let file = tree("usr/lib/a.so", library.bytes());
    let map = PathMap::new([("/usr/aarch64-linux-gnu/include", "/usr/include")]);
    let options = Options {
        map,
        ..Options::default()
    };
    let search = |raised| {
        let needle = needle("/usr/aarch64-linux-gnu/", raised);
        found(&scan(&file, &[needle], &options).unwrap())
    };
    // Data is read by programs: no map excuses it.
    let data = "usr/lib/a.so > .data: /usr/aarch64-linux-gnu/include/bits";
    let debug = "usr/lib/a.so > .debug_line_str: /usr/aarch64-linux-gnu/include/bits";
    assert_eq!(search(Raised::CrossOnly), [data]);
    assert_eq!(search(Raised::Anywhere), [data, debug]);
}

#[test]
fn patterns_are_of_bytes_and_refused_if_they_are_none() {
    let needle = |pattern: &str| Needle {
        name: "hash".to_owned(),
        search: Search::Pattern(pattern.to_owned()),
        raised: Raised::Anywhere,
    };
    let file = tree("usr/bin/a", b"\xff\xfe /store/0a1b-x \xff".to_vec());
    let options = Options::default();
    let hits = scan(&file, &[needle("/store/[0-9a-f]{4}-")], &options).unwrap();
    assert_eq!(hits.references.len(), 1);
    let none = scan(&file, &[needle("/store/[0-9]{4}-")], &options).unwrap();
    assert!(none.references.is_empty());
    assert!(scan(&file, &[needle("(")], &options).is_err());
}

#[test]
fn machines_are_told_and_what_cannot_be_read_is_said() {
    let library = Library {
        machine: 62,
        ..Library::default()
    };
    let file = tree("usr/lib/a.so", library.bytes());
    let read = search(&file, needle("nothing of this", Raised::Anywhere));
    let machine = Machine { code: 62, bits: 64 };
    assert_eq!(read.machines.values().collect::<Vec<_>>(), [&machine]);
    assert!(read.unsearched.is_empty());
    let mut cut = library.bytes();
    cut.truncate(cut.len() / 2);
    cut.extend(b"/nix/store");
    let scan = search(
        &tree("usr/lib/a.so", cut),
        needle("/nix/store", Raised::Anywhere),
    );
    // Its bytes are searched all the same.
    assert_eq!(found(&scan), ["usr/lib/a.so: /nix/store"]);
    assert_eq!(scan.unsearched.len(), 1);
}

/// A library one of whose debug sections is compressed (System V ABI, section compression), and claims to hold
/// `claim` bytes.
fn with_compressed(held: &[u8], claim: u64) -> Vec<u8> {
    let packed = crate::packing::zlib(held, 6);
    let mut section = Vec::new();
    section.extend(1_u64.to_le_bytes());
    section.extend(claim.to_le_bytes());
    section.extend(1_u64.to_le_bytes());
    section.extend(&packed);
    let library = Library {
        debug: vec![(".debug_str", section.clone())],
        ..Library::default()
    };
    let mut bytes = library.bytes();
    let at = bytes
        .windows(section.len())
        .position(|window| window == section);
    let place = (at.expect("the section") as u64).to_le_bytes();
    // Its header has the flags eight bytes before address and offset.
    let header = bytes
        .windows(8)
        .rposition(|window| window == place)
        .expect("its header");
    bytes[header - 15] |= 0x08;
    bytes
}

#[test]
fn what_a_compressed_section_holds_is_searched() {
    let held = b"quite long\0in /nix/store/zzz/include\0and so on and so on and so on";
    let anywhere = || needle("/nix/store/", Raised::Anywhere);
    let sound = with_compressed(held, held.len() as u64);
    let scan = search(&tree("usr/lib/a.so", sound), anywhere());
    assert_eq!(
        found(&scan),
        ["usr/lib/a.so > .debug_str: in /nix/store/zzz/include"]
    );
    assert!(scan.unsearched.is_empty(), "{:?}", scan.unsearched);
    // One that does not hold what it claims is not free of anything.
    let broken = with_compressed(held, 7);
    let scan = search(&tree("usr/lib/a.so", broken), anywhere());
    assert!(found(&scan).is_empty());
    assert_eq!(scan.unsearched.len(), 1);
}
