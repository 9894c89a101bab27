//! Texts that say things by name: what each must catch, and what it must leave alone.

use crate::containers::strings;
use crate::specimen::pair;
use crossproof_inspect::{Options, PathMap, normalized};
use crossproof_model::Level;

/// Kinds of text, with one thing changed, and what must be said of it.
const TEXTS: [(&str, &str, &str, &str, &str); 6] = [
    (
        "Package: x\nVersion: 1\nDepends: a,\n b\n",
        "b\n",
        "c\n",
        "deb822.depends",
        "file > Depends",
    ),
    (
        "d41d8cd98f00b204e9800998ecf8427e  usr/a\nd41d8cd98f00b204e9800998ecf8427e  usr/b\n",
        "e  usr/a",
        "f  usr/a",
        "checksums.line",
        "file > usr/a",
    ),
    (
        "prefix=/usr\nName: x\nDescription: y\nVersion: 1\nLibs: -lx\n",
        "-lx",
        "-lx -lm",
        "pkg-config.field",
        "file > Libs",
    ),
    (
        "# libx.la - a libtool library file\ndlname='libx.so.1'\nlibdir='/usr/lib'\n",
        "so.1",
        "so.2",
        "libtool.variable",
        "file > dlname",
    ),
    (
        "/* config.h. */\n#define A 1\n#define B 1\n/* #undef C */\n",
        "#define B 1",
        "/* #undef B */",
        "config-h.define",
        "file > B",
    ),
    (
        "{\"a\": {\"b\": [1, 2]}, \"c\": null}\n",
        "2",
        "3",
        "json.value",
        "file > a.b[1]",
    ),
];

#[test]
fn a_difference_is_one_of_a_thing() {
    for (text, old, new, key, place) in TEXTS {
        let changed = text.replacen(old, new, 1);
        assert_ne!(text, changed);
        let comparison = pair(text.as_bytes(), changed.as_bytes(), &Options::default());
        let found: Vec<_> = comparison
            .differences
            .iter()
            .map(|d| (d.key.to_string(), d.place.to_string()))
            .collect();
        assert_eq!(found, strings(&[(key, place)]));
        assert_eq!(comparison.level(), Some(Level::Interface));
        // The same said in another way is still another text.
        let spaced = format!("{text}\n");
        let comparison = pair(text.as_bytes(), spaced.as_bytes(), &Options::default());
        let found: Vec<_> = comparison
            .differences
            .iter()
            .map(|d| d.key.as_str())
            .collect();
        assert_eq!(found, ["text.lines"], "{text}");
        let normal = normalized(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(&*normal, text.as_bytes());
    }
}

#[test]
fn a_mapped_path_is_told_and_stays_a_difference() {
    let options = Options {
        map: PathMap::new([("/usr/t/lib", "/usr/lib/t")]),
        ..Options::default()
    };
    let text = |folder: &str| format!("libdir={folder}\nName: x\nDescription: y\nVersion: 1\n");
    let comparison = pair(
        text("/usr/lib/t").as_bytes(),
        text("/usr/t/lib").as_bytes(),
        &options,
    );
    assert_eq!(comparison.level(), Some(Level::Interface));
    let found: Vec<_> = comparison
        .differences
        .iter()
        .map(|d| (d.key.to_string(), d.place.to_string()))
        .collect();
    assert_eq!(found, strings(&[("text.path", "file > libdir")]));
}

#[test]
fn paths_that_would_outgrow_the_text_are_left_to_lines() {
    let name = "n".repeat(100_000);
    let of = |last: u32| {
        let values: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
        format!("{{\"{name}\": [{}, {last}]}}", values.join(","))
    };
    let comparison = pair(of(1).as_bytes(), of(2).as_bytes(), &Options::default());
    let found: Vec<_> = comparison
        .differences
        .iter()
        .map(|d| d.key.as_str())
        .collect();
    assert_eq!(found, ["text.lines"]);
}
