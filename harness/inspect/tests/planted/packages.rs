//! Debian packages: what the control data say of the files is held against the files, and nothing else is settled.

use crate::containers::{places, settled_by, strings};
use crate::packing::{Member, gzip, member, tar, xz, zstandard};
use crate::specimen::{Library, archive, pair};
use crossproof_inspect::{Options, PathMap, RuleSet, normalized};
use crossproof_model::Level;
use md5::{Digest, Md5};

/// A package.
#[derive(Clone)]
pub struct Package {
    pub files: Vec<Member>,
    /// The text of the list, and what else is said.
    pub sums: String,
    pub control: String,
}

const PATH: &str = "usr/lib/libx.so";
const LINE: [(&str, &str); 1] = [(
    "checksums.line",
    "file > control.tar > md5sums > usr/lib/libx.so",
)];

fn sum(content: &[u8]) -> String {
    let sum = Md5::digest(content);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Package {
    /// Of these files, all listed.
    pub fn new(files: &[Member]) -> Self {
        let lines = files.iter().filter(|file| file.link.is_none());
        let line = |file: &Member| format!("{}  {}\n", sum(&file.content), &file.path[2..]);
        Package {
            files: files.to_vec(),
            sums: lines.map(line).collect(),
            control: "Package: x\nVersion: 1\n".to_owned(),
        }
    }

    /// Of a library and a text.
    pub fn of(library: &Library) -> Self {
        Package::new(&[
            member("./usr/lib/libx.so", &library.bytes()),
            member("./usr/share/a", b"text\n"),
        ])
    }

    pub fn archives(&self) -> (Vec<u8>, Vec<u8>) {
        let control = tar(&[
            member("./control", self.control.as_bytes()),
            member("./md5sums", self.sums.as_bytes()),
        ]);
        (control, tar(&self.files))
    }

    /// With both archives as they are.
    pub fn bytes(&self) -> Vec<u8> {
        let (control, data) = self.archives();
        self.of_archives(("control.tar", &control), ("data.tar", &data))
    }

    pub fn of_archives(&self, control: (&str, &[u8]), data: (&str, &[u8])) -> Vec<u8> {
        archive(&[
            ("debian-binary", 0, b"2.0\n"),
            (control.0, 0, control.1),
            (data.0, 0, data.1),
        ])
    }
}

/// Two that differ in the build-id of a library.
fn two() -> [Package; 2] {
    [7, 8].map(|id| {
        Package::of(&Library {
            build_id: [id; 20],
            ..Library::default()
        })
    })
}

/// From either side the same is found, and of it this is not settled.
pub fn open(left: &Package, right: &Package) -> Vec<(String, String)> {
    let options = Options::default();
    let (left, right) = (left.bytes(), right.bytes());
    let (there, back) = (pair(&left, &right, &options), pair(&right, &left, &options));
    assert_eq!(there.level(), back.level());
    assert_eq!(there.rules, back.rules);
    assert_eq!(there.coverage, back.coverage);
    let differences = there.unsettled();
    differences
        .map(|d| (d.key.to_string(), d.place.to_string()))
        .collect()
}

#[test]
fn a_sum_that_is_the_files_own_on_each_side_is_settled() {
    let [left, right] = two();
    settled_by(
        &["deb.md5sums", "elf.build-id"],
        &left.bytes(),
        &right.bytes(),
    );
    assert_eq!(open(&left, &right), []);
    let comparison = pair(&left.bytes(), &right.bytes(), &Options::default());
    let ruled = comparison.coverage.ruled.iter();
    let ruled: Vec<(String, u64)> = ruled.map(|(rule, n)| (rule.to_string(), *n)).collect();
    assert!(
        ruled.contains(&("deb.md5sums@1".to_owned(), 64)),
        "{ruled:?}"
    );
    // However the archives are packed.
    type Pack = fn(&[u8]) -> Vec<u8>;
    let packers: [(&str, Pack); 3] = [
        (".gz", |bytes| gzip(bytes, 9, 0, "")),
        (".xz", |bytes| xz(bytes, 1)),
        (".zst", |bytes| zstandard(bytes, 3)),
    ];
    for (ending, pack) in packers {
        let [left, right] = [&left, &right].map(|package| {
            let (control, data) = package.archives();
            let names = ["control.tar", "data.tar"].map(|name| format!("{name}{ending}"));
            package.of_archives((&names[0], &pack(&control)), (&names[1], &pack(&data)))
        });
        let options = Options::default();
        let comparison = pair(&left, &right, &options);
        assert_eq!(comparison.level(), Some(Level::Metadata), "{ending}");
        let [left, right] =
            [left, right].map(|bytes| normalized(&bytes, &options).unwrap().into_owned());
        assert_eq!(left, right);
    }
}

#[test]
fn the_files_own_differences_stay() {
    let [left, _] = two();
    let right = Package::of(&Library {
        data: vec![9; 4],
        ..Library::default()
    });
    let place = "file > data.tar > usr/lib/libx.so > .data";
    assert_eq!(
        open(&left, &right),
        strings(&[("elf.section.data.bytes", place)])
    );
}

#[test]
fn any_other_line_stays_a_difference() {
    let [left, right] = two();
    let own = |package: &Package| package.sums[..32].to_owned();
    let (of_left, of_right) = (own(&left), own(&right));
    let with = |package: &Package, from: &str, to: &str| {
        let sums = package.sums.replacen(from, to, 1);
        assert_ne!(sums, package.sums);
        Package {
            sums,
            ..package.clone()
        }
    };
    let wrong = "0".repeat(32);
    // A sum that is not the file's, on one side or on both.
    for (left, right) in [
        (left.clone(), with(&right, &of_right, &wrong)),
        (
            with(&left, &of_left, &of_right),
            with(&right, &of_right, &of_left),
        ),
        (
            left.clone(),
            with(&right, &of_right, &of_right.to_uppercase()),
        ),
    ] {
        assert_eq!(open(&left, &right), strings(&LINE));
    }
    // A line of one side, or a file that is not there.
    let fewer = with(&right, &format!("{of_right}  {PATH}\n"), "");
    assert_eq!(open(&left, &fewer), strings(&LINE));
    let [elsewhere_left, elsewhere_right] =
        [&left, &right].map(|p| with(p, PATH, "usr/lib/liby.so"));
    let place = "file > control.tar > md5sums > usr/lib/liby.so";
    assert_eq!(
        open(&elsewhere_left, &elsewhere_right),
        strings(&[("checksums.line", place)])
    );
    // A list that is none, lines in another order, and a line spelled otherwise.
    let malformed = with(&right, "  usr/share", " usr/share");
    let lines = |found: Vec<(String, String)>| {
        assert_eq!(
            found,
            strings(&[("text.lines", "file > control.tar > md5sums")])
        );
    };
    lines(open(&left, &malformed));
    let mut swapped = right.clone();
    let all: Vec<&str> = right.sums.split_inclusive('\n').rev().collect();
    swapped.sums = all.concat();
    lines(open(&left, &swapped));
    lines(open(&left, &with(&right, "  usr/lib", "  ./usr/lib")));
    lines(open(&left, &with(&right, "  usr/lib", " *usr/lib")));
    lines(open(&left, &with(&right, "usr/share/a\n", "usr/share/a")));
}

/// Whatever bit of the list is another one.
#[test]
fn no_flip_in_a_list_is_missed() {
    let [left, right] = two();
    let (left, right) = (left.bytes(), right.bytes());
    let needle = format!("  {PATH}\n");
    let at = right
        .windows(needle.len())
        .position(|w| w == needle.as_bytes());
    let at = at.expect("the line is there");
    for place in at - 32..at + needle.len() {
        for bit in 0..8 {
            let mut mutant = right.clone();
            mutant[place] ^= 1 << bit;
            let level = pair(&left, &mutant, &Options::default()).level();
            assert!(level < Some(Level::Metadata), "bit {bit} of {place}");
        }
    }
}

#[test]
fn names_and_links() {
    let of = |id: u8, also: &[Member]| {
        let library = Library {
            build_id: [id; 20],
            ..Library::default()
        };
        let mut files = vec![member("./usr/lib/libx.so", &library.bytes())];
        files.extend(also.iter().cloned());
        let mut package = Package::new(&files);
        for link in also.iter().filter(|file| file.link.is_some()) {
            let line = format!("{}  {}\n", sum(&library.bytes()), &link.path[2..]);
            package.sums.push_str(&line);
        }
        package
    };
    let link = |target, hard| Member {
        link: Some(target),
        hard,
        ..member("./usr/lib/other", b"")
    };
    let place = "file > control.tar > md5sums > usr/lib/other";
    let stays = strings(&[("checksums.line", place)]);
    // A hard link is the file; a symbolic one, or one to what is not there, says nothing of a file's bytes.
    for (target, hard, expected) in [
        ("./usr/lib/libx.so", true, vec![]),
        ("usr/lib/libx.so", true, vec![]),
        ("./usr/lib/libz.so", true, stays.clone()),
        ("libx.so", false, stays.clone()),
    ] {
        let links = [link(target, hard)];
        assert_eq!(open(&of(7, &links), &of(8, &links)), expected, "{target}");
    }
    // Of a path that is there twice nobody can say which file is meant.
    let twice = [7, 8].map(|id| {
        let mut package = of(id, &[]);
        package.files.push(member("./usr/lib/libx.so", b"other"));
        package
    });
    assert_eq!(open(&twice[0], &twice[1]), strings(&LINE));
    let listed_twice = [7, 8].map(|id| {
        let mut package = of(id, &[]);
        package.sums = package.sums.repeat(2);
        package
    });
    let second = (
        "checksums.line",
        "file > control.tar > md5sums > usr/lib/libx.so#2",
    );
    assert_eq!(
        open(&listed_twice[0], &listed_twice[1]),
        strings(&[LINE[0], second])
    );
    // Names as they are.
    for path in ["./a  b", "./ a", "./a\\b", "./ä", "./a#2"] {
        let [left, right] = [7, 8].map(|id| {
            let library = Library {
                build_id: [id; 20],
                ..Library::default()
            };
            Package::new(&[member(path, &library.bytes())])
        });
        assert_eq!(open(&left, &right), [], "{path}");
    }
}

#[test]
fn only_packages_have_lists_that_are_held_against_files() {
    let [left, right] = two();
    let archives = [&left, &right].map(Package::archives);
    let mut all = Vec::new();
    for [first, control, data] in [
        ["debian-source", "control.tar", "data.tar"],
        ["debian-binary", "contents.tar", "data.tar"],
        ["debian-binary", "control.tar", "files.tar"],
    ] {
        let [left, right] = archives.each_ref().map(|(said, files)| {
            archive(&[(first, 0, b"2.0\n"), (control, 0, said), (data, 0, files)])
        });
        let place = format!("file > {control} > md5sums > {PATH}");
        all.push((left, right, place));
    }
    // Of two archives of one kind nobody can say which is meant.
    let [one, other] = archives.each_ref().map(|(said, files)| {
        archive(&[
            ("debian-binary", 0, b"2.0\n"),
            ("control.tar", 0, said),
            ("data.tar", 0, files),
            ("data.tar.old", 0, b""),
        ])
    });
    all.push((one, other, LINE[0].1.to_owned()));
    for (left, right, place) in all {
        let comparison = pair(&left, &right, &Options::default());
        assert_eq!(comparison.level(), Some(Level::Interface), "{place}");
        assert!(places(&comparison).contains(&("checksums.line".to_owned(), place)));
    }
    // A list among the files is a file like any other.
    let [left, right] = [&left, &right].map(|package| {
        let list = member("./md5sums", package.sums.as_bytes());
        Package::new(&[package.files[0].clone(), list])
    });
    assert_eq!(
        open(&left, &right),
        strings(&[(
            "checksums.line",
            "file > data.tar > md5sums > usr/lib/libx.so"
        )])
    );
}

#[test]
fn files_that_cannot_be_read_vouch_for_nothing() {
    let [left, right] = two();
    let [left, right] = [&left, &right].map(|package| {
        let (control, data) = package.archives();
        let mut data = xz(&data, 1);
        let end = data.len() - 20;
        data[end] ^= 1;
        package.of_archives(("control.tar", &control), ("data.tar.xz", &data))
    });
    let comparison = pair(&left, &right, &Options::default());
    assert_eq!(comparison.level(), None);
    let open: Vec<String> = comparison
        .unsettled()
        .map(|d| d.place.to_string())
        .collect();
    assert_eq!(open, [LINE[0].1]);
    assert!(normalized(&left, &Options::default()).is_err());
}

#[test]
fn a_line_goes_with_its_file_under_the_map() {
    let of = |path: &'static str, id: u8| {
        let library = Library {
            build_id: [id; 20],
            ..Library::default()
        };
        Package::new(&[member(path, &library.bytes())]).bytes()
    };
    let (left, right) = (of("./usr/lib/t/x", 7), of("./usr/t/lib/x", 8));
    let options = Options {
        tree: PathMap::new([("/usr/t/lib", "/usr/lib/t")]),
        ..Options::default()
    };
    let comparison = pair(&left, &right, &options);
    assert_eq!(comparison.level(), Some(Level::Metadata));
    // Without the map they are files of other names, and so are their lines.
    let keys = |rules: &Options| {
        let comparison = pair(&left, &right, rules);
        let open = comparison.unsettled();
        open.map(|d| d.key.to_string()).collect::<Vec<_>>()
    };
    let plain = keys(&Options::default());
    assert!(
        plain.contains(&"tar.member.only-left".to_owned()),
        "{plain:?}"
    );
    let without = Options {
        rules: RuleSet::default().without("deb.md5sums").unwrap(),
        ..options
    };
    assert_eq!(keys(&without), ["checksums.line", "checksums.line"]);
}
