//! Packages of debug information: files called by the build-ids of programs that are in other packages.

use crate::containers::strings;
use crate::detached::{debug_path, stripped_and_whole};
use crate::packages::{Package, open};
use crate::packing::{Member, member, xz};
use crate::specimen::{Library, pair};
use crossproof_inspect::{Options, RuleSet, compare};
use crossproof_model::{Bytes, Entry, Level, Tree};

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

/// Packages as they lie in a folder together.
fn folder(packages: &[(&str, Vec<u8>)]) -> Tree {
    let mut tree = Tree::default();
    for (name, bytes) in packages {
        let (mode, content) = (0o644, Bytes::from(bytes.clone()));
        let entry = Entry::File { mode, content };
        tree.entries.insert(name.parse().unwrap(), entry);
    }
    tree
}

#[test]
fn a_program_refers_to_debug_information_in_another_package() {
    let with_id = |id: u8| Library {
        build_id: [id; 20],
        ..Library::default()
    };
    let program = |id: u8| {
        let link = [&b"/usr/lib/debug/.dwz/x.debug"[..], &[0], &[id; 20]].concat();
        let linked = Library {
            debug: vec![(".gnu_debugaltlink", link)],
            ..Library::default()
        };
        Package::new(&[member("./usr/bin/x", &linked.bytes())]).bytes()
    };
    let shared = |path, id| {
        let mut package = Package::new(&[member(path, &with_id(id).bytes())]);
        package.control.push_str("Section: contrib/debug\n");
        package
    };
    let packed = |package: &Package| {
        let (control, data) = package.archives();
        let control = ("control.tar.xz", &xz(&control, 1)[..]);
        package.of_archives(control, ("data.tar.xz", &xz(&data, 1)))
    };
    let (at, elsewhere) = ("./usr/lib/debug/.dwz/x.debug", "./usr/lib/x.debug");
    let side = |id: u8| {
        let debug = packed(&shared(at, id));
        folder(&[("x.deb", program(id)), ("x-dbgsym.deb", debug)])
    };
    let open = |left: &Tree, right: &Tree| {
        let comparison = compare(left, right, &Options::default());
        let open = comparison.unsettled().map(|d| d.key.to_string());
        (open.collect::<Vec<_>>(), comparison.rules)
    };
    let (found, rules) = open(&side(8), &side(9));
    assert_eq!(found, Vec::<String>::new());
    let rules: Vec<String> = rules.keys().map(ToString::to_string).collect();
    assert!(
        rules.contains(&"elf.debugaltlink@2".to_owned()),
        "{rules:?}"
    );
    // Not there, at another path, another than is meant, in a package of something else, or nobody can tell which.
    let (a, b) = (shared(at, 8).bytes(), shared(at, 9).bytes());
    let no_debug = Package::new(&shared(at, 9).files);
    let link = "elf.section.gnu_debugaltlink.bytes".to_owned();
    for others in [
        vec![],
        vec![("y.deb", shared(elsewhere, 9).bytes())],
        vec![("y.deb", a.clone())],
        vec![("y.deb", no_debug.bytes())],
        vec![("y.deb", b.clone()), ("z.deb", a.clone())],
        vec![("y.txt", b"!<arch>\ndebian-binary".to_vec())],
    ] {
        let mut right = folder(&others);
        right
            .entries
            .append(&mut folder(&[("x.deb", program(9))]).entries);
        let (found, _) = open(&side(8), &right);
        assert!(found.contains(&link), "{found:?}");
    }
}

#[test]
fn a_stripped_program_has_the_names_of_its_file_in_another_package() {
    let nop = [0x1f, 0x20, 0x03, 0xd5];
    let side = |id: u8, first: [u8; 4]| {
        let [stripped, whole] = stripped_and_whole(id, first);
        let program = Package::new(&[member("./usr/bin/x", &stripped.bytes())]);
        let path = format!("./{}", debug_path(id));
        let mut debug = Package::new(&[member(path.leak(), &whole.bytes())]);
        debug.control.push_str("Section: debug\n");
        folder(&[("x.deb", program.bytes()), ("x-dbgsym.deb", debug.bytes())])
    };
    // `nop` and `yield`.
    let (left, right) = (side(1, nop), side(2, [0x3f, 0x20, 0x03, 0xd5]));
    let comparison = compare(&left, &right, &Options::default());
    let places = comparison.unsettled();
    let places = places.filter(|d| d.key.as_str() == "elf.function.changed");
    let places: Vec<String> = places.map(|d| d.place.to_string()).collect();
    let named = "x.deb > data.tar > usr/bin/x > .text > one".to_owned();
    assert!(places.contains(&named), "{places:?}");
}
