//! Archives made by a generator, each laid out beside a folder that nothing may come to: every kind of entry, behind
//! every way that could lead out, in every order, with every mode, through each of the formats that are unpacked.

use super::{Take, Untar};
use crate::package::{decompressed, unpack};
use crate::store::seal;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use tar::EntryType;

/// One entry to be: its kind, its path, and what it links to.
type Entry = (EntryType, String, String);

const KINDS: [EntryType; 9] = [
    EntryType::Regular,
    EntryType::Continuous,
    EntryType::Directory,
    EntryType::Symlink,
    EntryType::Link,
    EntryType::GNUSparse,
    EntryType::Fifo,
    EntryType::Char,
    EntryType::Block,
];

const MODES: [u32; 4] = [0, 0o644, 0o1777, 0o6777];

/// How often and where what leads out stands: before the entry, after it, on both sides of it.
const ORDERS: [&[Step]; 4] = [
    &[Step::Way, Step::Entry],
    &[Step::Entry, Step::Way],
    &[Step::Way, Step::Entry, Step::Way, Step::Entry],
    &[Step::Entry, Step::Way, Step::Entry],
];

#[derive(Clone, Copy)]
enum Step {
    Way,
    Entry,
}

/// What leads out, and the path of the entry that goes there.
fn ways(out: &str) -> Vec<(Vec<Entry>, String)> {
    use EntryType::{Directory, Link, Regular, Symlink};
    let link = |from: &str, to: &str| (Symlink, from.to_owned(), to.to_owned());
    let hard = |from: &str, to: &str| (Link, from.to_owned(), to.to_owned());
    let up = "../".repeat(12);
    let far = format!("{up}{}", out.trim_start_matches('/'));
    let canary = format!("{out}/canary");
    let plain = |path: &str| (Vec::new(), path.to_owned());
    vec![
        plain("inside"),
        plain(&canary),
        plain(&format!("..{canary}")),
        plain(&far),
        plain(&format!("./x/../../{far}/canary")),
        plain(&format!("{}/canary", "x/..".repeat(30))),
        plain(&format!("{}/canary", "d/".repeat(200))),
        plain(&format!("{}canary", "/".repeat(40))),
        (vec![link("l", out)], "l/canary".into()),
        (vec![link("l", out)], "l/new".into()),
        (vec![link("l", out)], "l".into()),
        (vec![link("l", out)], "l/.".into()),
        (vec![link("l", &far)], "l/canary".into()),
        (vec![link("l", &canary)], "l".into()),
        (vec![link("l", out), hard("h", "l")], "h/canary".into()),
        (vec![link("l", &canary), hard("h", "l")], "h".into()),
        (vec![link("l", out), hard("h", "l/canary")], "h".into()),
        (vec![hard("h", &canary)], "h".into()),
        (vec![hard("h", &far)], "h/canary".into()),
        (vec![link("l", "m"), link("m", out)], "l/canary".into()),
        (
            vec![link("l", ".."), link("l/m", "..")],
            "l/m/canary".into(),
        ),
        (
            vec![(Directory, "d".into(), String::new()), link("d", out)],
            "d/canary".into(),
        ),
        (
            vec![(Regular, "f".into(), String::new()), link("f", out)],
            "f/canary".into(),
        ),
        (vec![link("l", "/proc/self/root")], format!("l{canary}")),
        (vec![link("l", "/proc/self/cwd")], "l/canary".into()),
        (vec![link("l", "/dev/fd/0"), hard("h", "l")], "h".into()),
    ]
}

/// How a name is said: in the header, or in a record before it.
#[derive(Clone, Copy)]
enum Said {
    Header,
    Gnu,
    Pax,
}

/// Writes an entry as it is, however wrong: the library's own builder refuses such names.
fn append(tar: &mut Vec<u8>, (kind, path, to): &Entry, mode: u32, said: Said) {
    let mut put = |kind: EntryType, path: &[u8], to: &[u8], content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_mtime(0);
        let old = header.as_old_mut();
        let fits = path.len().min(100);
        old.name[..fits].copy_from_slice(&path[..fits]);
        let fits = to.len().min(100);
        old.linkname[..fits].copy_from_slice(&to[..fits]);
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.extend(header.as_bytes());
        tar.extend(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    };
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        let length = (rest.len()..).find(|length| length.to_string().len() + rest.len() == *length);
        format!("{}{rest}", length.unwrap_or_default())
    };
    let (mut short, mut short_to) = (path.as_str(), to.as_str());
    match said {
        Said::Header => {}
        Said::Gnu => {
            put(
                EntryType::GNULongName,
                b"././@LongLink",
                b"",
                format!("{path}\0").as_bytes(),
            );
            put(
                EntryType::GNULongLink,
                b"././@LongLink",
                b"",
                format!("{to}\0").as_bytes(),
            );
            (short, short_to) = ("harmless", "harmless");
        }
        Said::Pax => {
            let records = record("path", path) + &record("linkpath", to);
            put(EntryType::XHeader, b"pax", b"", records.as_bytes());
            (short, short_to) = ("harmless", "harmless");
        }
    }
    let content: &[u8] = match kind {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => b"written",
        _ => b"",
    };
    put(*kind, short.as_bytes(), short_to.as_bytes(), content);
}

/// The formats that are unpacked: a tar archive, one with a top folder that is taken off (crates and the upstream
/// archives of Debian sources), a Debian package.
const FORMATS: usize = 3;

fn lay_out(format: usize, tar: &[u8], scratch: &Path, into: &Path) -> io::Result<()> {
    let untar = |strip, tar: &mut dyn io::Read| {
        let wanted: &dyn Fn(&Path) -> Take = &|_| Take::Yes;
        Untar {
            into,
            strip,
            wanted,
        }
        .all(tar)
    };
    match format {
        0 => untar(0, &mut io::Cursor::new(tar)),
        1 => {
            let level = flate2::Compression::fast();
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), level);
            packed.write_all(tar)?;
            let packed = packed.finish()?;
            untar(1, &mut *decompressed("x.crate", packed.as_slice())?)
        }
        _ => {
            let deb = scratch.join("x.deb");
            let mut ar = b"!<arch>\n".to_vec();
            for (name, content) in [("debian-binary", b"2.0\n".as_slice()), ("data.tar", tar)] {
                ar.extend(
                    format!(
                        "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                        0,
                        0,
                        0,
                        100_644,
                        content.len()
                    )
                    .bytes(),
                );
                ar.extend(content);
                ar.resize(ar.len().next_multiple_of(2), b'\n');
            }
            fs::write(&deb, ar)?;
            unpack(&deb, into)
        }
    }
}

#[test]
fn no_generated_archive_comes_out_of_its_folder() {
    let place = tempfile::tempdir().unwrap();
    let outside = place.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("canary"), "sings").unwrap();
    let seen = || seal::state(&outside).unwrap();
    let before = seen();
    let (mut made, mut laid_out) = (0, 0);
    let out = outside.to_str().unwrap();
    for (number, (way, path)) in ways(out).into_iter().enumerate() {
        for (kind, mode, order) in product() {
            let said = [Said::Header, Said::Gnu, Said::Pax][made % 3];
            let format = (made + number) % FORMATS;
            let top = if format == 1 { "top/" } else { "" };
            let below = |(kind, path, to): &Entry| (*kind, format!("{top}{path}"), to.clone());
            let entry = (kind, path.clone(), format!("{out}/canary"));
            let mut tar = Vec::new();
            for step in order {
                match step {
                    Step::Entry => append(&mut tar, &below(&entry), mode, said),
                    Step::Way => {
                        for entry in &way {
                            append(&mut tar, &below(entry), mode, said);
                        }
                    }
                }
            }
            tar.resize(tar.len() + 1024, 0);
            let into = place.path().join("into");
            fs::create_dir(&into).unwrap();
            laid_out += usize::from(lay_out(format, &tar, place.path(), &into).is_ok());
            made += 1;
            assert_eq!(seen(), before, "{kind:?} {path} {mode:o} {way:?}");
            crate::store::remove::remove_all(&into).unwrap();
        }
    }
    assert!(made >= 1_000, "{made}");
    // Some of them do no harm: the generator reaches what lays out.
    assert!(laid_out > made / 10, "{laid_out} of {made}");
}

fn product() -> impl Iterator<Item = (EntryType, u32, &'static [Step])> {
    KINDS.into_iter().flat_map(|kind| {
        MODES
            .into_iter()
            .flat_map(move |mode| ORDERS.into_iter().map(move |order| (kind, mode, order)))
    })
}
