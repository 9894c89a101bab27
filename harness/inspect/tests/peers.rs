//! Pairs that diffoscope's own tests compare: fetched from its source distribution by the machine's own pip, checked
//! against its digest, and held to what is in them. Nothing of them is copied here.

use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Comparison, Entry, Tree};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const RELEASE: &str = "diffoscope==332";
const FILE: &str = "diffoscope-332.tar.gz";
const SHA256: &str = "da858807ce2535f1bb5c3942020b01c7aef14f870257c964b70cd4e1f2333206";

/// A pair, the level it comes to, and keys and places that must be among what is found.
type Expected = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const PAIRS: [Expected; 9] = [
    (
        "test1.deb",
        "test2.deb",
        "interface",
        &[
            ("text.lines", "file > data.tar.gz > usr/share/doc/test/text"),
            (
                "checksums.line",
                "file > control.tar.gz > md5sums > usr/share/doc/test/text",
            ),
        ],
    ),
    (
        "test1.zip",
        "test2.zip",
        "interface",
        &[
            ("text.lines", "file > dir/text"),
            ("zip.mtime", "file > dir/text > mtime"),
        ],
    ),
    (
        "test1.tar",
        "test2.tar",
        "divergent",
        &[
            ("tree.link", "file > dir/link"),
            ("text.lines", "file > dir/text"),
        ],
    ),
    (
        "test1.o",
        "test2.o",
        "interface",
        &[("elf.function.changed", "file > .text > f")],
    ),
    (
        "test1.rlib",
        "test2.rlib",
        "interface",
        &[("ar.index", "file > symbol index > __rust_allocate")],
    ),
    (
        "test1.png",
        "test2.png",
        "interface",
        &[("png.image.bytes", "file > IDAT")],
    ),
    (
        "test1.mo",
        "test2.mo",
        "interface",
        &[
            ("mo.string", "file > strings > Another string"),
            ("mo.header", "file > strings > header PO-Revision-Date"),
        ],
    ),
    (
        "test1.pyc-renamed",
        "test2.pyc-renamed",
        "interface",
        &[("pyc.constant", "file > code > <module>: constant 0")],
    ),
    (
        "test1.lzma",
        "test2.lzma",
        "interface",
        &[("text.lines", "file")],
    ),
];

/// The source distribution, from the folder where an earlier run left it or from the index that pip is set up for.
fn distribution() -> Result<Vec<u8>, String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let kept = folder.join(FILE);
    if let Ok(content) = checked(&kept) {
        return Ok(content);
    }
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--timeout",
        "20",
        "--retries",
        "1",
    ]);
    pip.args(["--no-deps", "--no-binary", ":all:", RELEASE, "-d"])
        .arg(&folder);
    let ran = pip
        .output()
        .map_err(|e| format!("python3 does not run: {e}"))?;
    match ran.status.success() {
        true => checked(&kept),
        false => Err(String::from_utf8_lossy(&ran.stderr).trim().to_owned()),
    }
}

/// The content of a file that must have the digest.
fn checked(path: &Path) -> Result<Vec<u8>, String> {
    let content = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let digest: String = Sha256::digest(&content)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    match digest == SHA256 {
        true => Ok(content),
        false => Err(format!("{FILE} has the digest {digest}, expected {SHA256}")),
    }
}

/// The files among its test data that are compared here, by name.
fn data(distribution: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let wanted = |name: &str| {
        PAIRS
            .iter()
            .any(|(left, right, ..)| name == *left || name == *right)
    };
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(distribution));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|name| wanted(name)) else {
            continue;
        };
        if path
            .parent()
            .is_some_and(|folder| folder.ends_with("tests/data"))
        {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.insert(name, content);
        }
    }
    files
}

fn compared(left: &[u8], right: &[u8]) -> Comparison {
    let [left, right] = [left, right].map(|content| {
        let content = Bytes::from(content.to_vec());
        let mut tree = Tree::default();
        let file = Entry::File {
            mode: 0o644,
            content,
        };
        tree.entries.insert("file".parse().unwrap(), file);
        tree
    });
    compare(&left, &right, &Options::default())
}

#[test]
fn what_the_pairs_of_diffoscope_come_to() {
    let distribution = match distribution() {
        Ok(distribution) => distribution,
        Err(why) => {
            // Past the test harness, which keeps what a passing test prints.
            let line = format!("SKIPPED: {RELEASE} cannot be fetched: {why}\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            assert!(std::env::var_os("CROSSPROOF_STRICT").is_none(), "{line}");
            return;
        }
    };
    let files = data(&distribution);
    for (left, right, level, expected) in PAIRS {
        let comparison = compared(&files[left], &files[right]);
        let came_to = comparison.level().map(|level| level.to_string());
        assert_eq!(came_to.as_deref(), Some(level), "{left} and {right}");
        for (key, place) in expected {
            let found = comparison.differences.iter().any(|difference| {
                difference.key.as_str() == *key && difference.place.to_string() == *place
            });
            assert!(found, "{left} and {right}: no {key} at {place}");
        }
    }
}
