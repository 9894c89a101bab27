//! Packages of debug information: files called by the build-ids of programs that are in other packages.

use crate::containers::strings;
use crate::packages::{Package, open};
use crate::packing::{Member, member};
use crate::specimen::{Library, pair};
use crossproof_inspect::{Options, RuleSet};
use crossproof_model::Level;

/// Files of debug information with nothing else, called by their build-ids.
fn debug_package(ids: [u8; 2], change: fn(&mut Library)) -> Package {
    let sources = [["zip.c", "common.c"], ["recover.c", "common.c"]];
    let mut all: Vec<(u8, Member)> = Vec::new();
    let mut spelled = Vec::new();
    for (id, sources) in ids.into_iter().zip(sources) {
        let mut library = Library {
            build_id: [id; 20],
            sources: sources.to_vec(),
            ..Library::default()
        };
        change(&mut library);
        let rest = format!("{id:02x}").repeat(19);
        let folder = format!("./usr/lib/debug/.build-id/{id:02x}/");
        let path = format!("{folder}{rest}.debug");
        spelled.push(format!("{id:02x}{rest}"));
        all.push((id, member(folder.leak(), b"")));
        all.push((id, member(path.leak(), &library.bytes())));
    }
    all.sort_by_key(|(id, _)| *id);
    spelled.sort();
    let files: Vec<Member> = all.into_iter().map(|(_, member)| member).collect();
    let mut package = Package::new(&files);
    let lines = package.sums.split_inclusive('\n');
    package.sums = lines.filter(|line| !line.ends_with("/\n")).collect();
    let ids = spelled.join(" ");
    package.control = format!("Package: x-dbgsym\nBuild-Ids: {ids}\nVersion: 1\n");
    package
}

#[test]
fn packages_of_debug_information_that_differ_in_build_ids() {
    let left = debug_package([1, 2], |_| {});
    // In the same order, and in another.
    for ids in [[3, 4], [4, 3], [1, 5], [9, 2]] {
        let right = debug_package(ids, |_| {});
        assert_eq!(open(&left, &right), [], "{ids:?}");
        let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
        assert_eq!(comparison.level(), Some(Level::Metadata));
        let rules: Vec<&str> = comparison.rules.keys().map(|r| r.id.as_str()).collect();
        assert!(rules.contains(&"tree.build-id-path"), "{rules:?}");
        for rule in ["deb.md5sums", "elf.build-id", "tree.build-id-path"] {
            let without = Options {
                rules: RuleSet::default().without(rule).unwrap(),
                ..Options::default()
            };
            let comparison = pair(&left.bytes(), &right.bytes(), &without);
            assert!(comparison.level() < Some(Level::Metadata), "{rule}");
        }
    }
    // A folder stands for the files in it.
    let mut other = debug_package([3, 4], |_| {});
    other.files[0].mode = 0o777;
    let place = format!("file > data.tar > {}/01 > mode", "usr/lib/debug/.build-id");
    assert_eq!(open(&left, &other), strings(&[("tar.mode", &place)]));
    let place = "file > control.tar > control > Build-Ids";
    let field = strings(&[("deb822.build-ids", place)]);
    // A list of other files' build-ids, or a sum of another file.
    let mut other = debug_package([3, 4], |_| {});
    other.control = other.control.replace("0303", "0503");
    assert_eq!(open(&left, &other), field);
    let mut other = debug_package([3, 4], |_| {});
    let first = other.sums[..32].to_owned();
    other.sums = other.sums.replace(&first, &"0".repeat(32));
    let open_keys: Vec<String> = open(&left, &other)
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(open_keys, ["checksums.line", "checksums.line"]);
    // Files of other sources are other files; of one name for all, nobody can tell.
    let other = debug_package([3, 4], |library| library.sources = vec!["other.c"]);
    assert!(open(&left, &other).len() > 4);
    // What differs in a file is told of the file.
    let other = debug_package([3, 4], |library| library.producer = "another");
    let found = open(&left, &other);
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["dwarf.producer", "dwarf.producer"]);
}

#[test]
fn debug_files_out_of_order_are_told() {
    let left = debug_package([1, 2], |_| {});
    let mut right = debug_package([3, 4], |_| {});
    let mut files = right.files.split_off(2);
    files.append(&mut right.files);
    right.files = files;
    assert_eq!(
        open(&left, &right),
        strings(&[("tar.order", "file > data.tar")])
    );
}
