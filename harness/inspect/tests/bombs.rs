//! Small files that claim or hold far more than anyone wants, at full size: each made here, compared by a process
//! of its own, and held to an outcome and a peak of memory. None of it is taken for the same as its like.

use crossproof_inspect::{Options, compare};
use crossproof_model::{Bytes, Entry, Tree};
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The peak of a comparison's whole process, in MiB.
const MOST: u64 = 256;
/// Names the folder in which a process of this test finds what to compare.
const FOLDER: &str = "CROSSPROOF_BOMBS";

fn tree(path: &Path) -> Tree {
    let content = Bytes::from(std::fs::read(path).unwrap());
    let file = Entry::File {
        mode: 0o644,
        content,
    };
    let mut tree = Tree::default();
    tree.entries.insert("file".parse().unwrap(), file);
    tree
}

/// What each comparison runs in: this very program, which then does nothing else.
#[test]
fn one_comparison() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let [left, right] = ["left", "right"].map(|side| tree(&Path::new(&folder).join(side)));
    let comparison = compare(&left, &right, &Options::default());
    let level = comparison
        .level()
        .map_or("undecided".to_owned(), |level| level.to_string());
    let reasons = comparison.undecided.iter().map(|why| why.reason.clone());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|line| line.split_whitespace().next())
        .unwrap();
    let reasons = reasons.collect::<Vec<_>>().join("; ");
    // The gravest difference first.
    let first = comparison.differences.iter().min_by_key(|d| d.allows);
    let place = first.map_or(String::new(), |d| format!("{} {}", d.key, d.place));
    println!("\noutcome\t{level}\t{reasons}\t{place}\t{peak}");
}

/// Compares what `make` writes for `0` and for `1`: level, reasons, where the gravest difference is, and
/// peak memory in MiB.
fn outcome(name: &str, make: impl Fn(&mut dyn Write, u8)) -> (String, String, String, u64) {
    let folder = std::env::temp_dir().join(format!("crossproof-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (side, variant) in [("left", 0), ("right", 1)] {
        let file = std::fs::File::create(folder.join(side)).unwrap();
        let mut file = std::io::BufWriter::new(file);
        make(&mut file, variant);
        file.flush().unwrap();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "one_comparison", "--nocapture"])
        .env(FOLDER, &folder);
    let out = command.output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{name}: {text}");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("outcome\t"))
        .unwrap();
    let [level, reasons, place, peak] = *line.split('\t').collect::<Vec<_>>() else {
        panic!("{name}: {line}");
    };
    let peak = peak.parse::<u64>().unwrap() / 1024;
    (level.to_owned(), reasons.to_owned(), place.to_owned(), peak)
}

const MIB: usize = 1 << 20;
/// Of zeros, in MiB.
const TEN_GB: u64 = 10 << 10;

/// Ten gigabytes of zeros and the variant's byte as deflate writes them, ten megabytes, with their checksum: the
/// same block of one megabyte over and over.
fn deflated(variant: u8) -> (Vec<u8>, u32) {
    let zeros = vec![0; MIB];
    let mut packed = Vec::with_capacity(4096);
    let mut encoder = flate2::Compress::new(flate2::Compression::best(), false);
    encoder
        .compress_vec(&zeros, &mut packed, flate2::FlushCompress::Full)
        .unwrap();
    assert_eq!(encoder.total_in(), MIB as u64);
    let mut sum = flate2::Crc::new();
    let mut block = flate2::Crc::new();
    block.update(&zeros);
    let mut out = Vec::new();
    for _ in 0..TEN_GB {
        out.extend(&packed);
        sum.combine(&block);
    }
    // One byte stored, in the last block.
    out.extend([1, 1, 0, 0xfe, 0xff, variant]);
    sum.update(&[variant]);
    (out, sum.sum())
}

/// A zip archive of one member that says it is so many bytes.
fn zip(out: &mut dyn Write, size: u64, variant: u8) {
    let (packed, sum) = deflated(variant);
    let mut extra = vec![1, 0, 16, 0];
    extra.extend(size.to_le_bytes());
    extra.extend((packed.len() as u64).to_le_bytes());
    let mut shared = vec![45, 0, 0, 0, 8, 0, 0, 0, 0, 0];
    shared.extend(sum.to_le_bytes());
    shared.extend([0xff; 8]);
    shared.extend([1, 0, extra.len() as u8, 0]);
    let local = [b"PK\x03\x04", &shared[..], b"a", &extra].concat();
    let directory = [b"PK\x01\x02\x2d\x03", &shared[..], &[0; 14], b"a", &extra].concat();
    out.write_all(&local).unwrap();
    out.write_all(&packed).unwrap();
    out.write_all(&directory).unwrap();
    out.write_all(b"PK\x05\x06\0\0\0\0\x01\0\x01\0").unwrap();
    out.write_all(&(directory.len() as u32).to_le_bytes())
        .unwrap();
    let start = (local.len() + packed.len()) as u32;
    out.write_all(&start.to_le_bytes()).unwrap();
    out.write_all(&[0, 0]).unwrap();
}

#[test]
fn ten_gigabytes_in_ten_megabytes_of_zip() {
    let whole = TEN_GB * MIB as u64 + 1;
    // As large as it is, and as large as would be allowed.
    for size in [whole, MIB as u64] {
        let (level, reasons, _, peak) = outcome("zip", |out, variant| zip(out, size, variant));
        assert_eq!(level, "undecided");
        assert!(reasons.contains("expands to more than"), "{reasons}");
        assert!(peak < MOST, "{peak} MiB");
    }
}

#[test]
fn a_tar_nested_ten_thousand_deep() {
    const DEEP: usize = 10_000;
    let (level, reasons, place, peak) = outcome("tar", |out, variant| {
        let sizes: Vec<u64> = (0..DEEP as u64)
            .map(|depth| 1 + depth * (512 + 1024))
            .collect();
        for (depth, size) in sizes.iter().enumerate().rev() {
            let mut header = tar::Header::new_gnu();
            header.set_path("a.tar").unwrap();
            // The innermost is one byte in a block of its own.
            header.set_size(if depth == 0 { 1 } else { size + 511 });
            header.set_mode(0o644);
            header.set_mtime(1);
            header.set_cksum();
            out.write_all(header.as_bytes()).unwrap();
        }
        out.write_all(&[variant]).unwrap();
        out.write_all(&[0; 511]).unwrap();
        out.write_all(&vec![0; 1024 * DEEP]).unwrap();
    });
    assert_eq!((level.as_str(), reasons.as_str()), ("interface", ""));
    // What is deeper than anyone packs is compared as bytes.
    assert_eq!(place, format!("bytes file{}", " > a.tar".repeat(13)));
    assert!(peak < MOST, "{peak} MiB");
}

#[test]
fn a_compressed_section_that_claims_eight_gigabytes() {
    let (level, _, place, peak) = outcome("elf", |out, variant| {
        let (packed, _) = deflated(variant);
        // Compressed by zlib, eight gigabytes, aligned to one byte.
        let claim = [1, 8_u64 << 30, 1].map(u64::to_le_bytes).concat();
        let debug = [&claim, &[0x78, 0xda][..], &packed, &[0; 4]].concat();
        let names = b"\0.debug_info\0.shstrtab\0";
        let at = [64, 64 + debug.len()].map(|at| at as u64);
        let table = at[1] + names.len() as u64;
        let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\xb7\0\x01\0\0\0".to_vec();
        head.extend([0, 0, table].map(u64::to_le_bytes).concat());
        head.extend([0, 0, 64, 56, 0, 64, 3, 2].map(u16::to_le_bytes).concat());
        // Name, type, flags, where and how long.
        let section = |name: u32, kind: u32, flags: u64, at: u64, size: usize| {
            let words = [flags, 0, at, size as u64, 0, 1, 0]
                .map(u64::to_le_bytes)
                .concat();
            [[name, kind].map(u32::to_le_bytes).concat(), words].concat()
        };
        let sections = [
            section(0, 0, 0, 0, 0),
            section(1, 1, 0x800, at[0], debug.len()),
            section(13, 3, 0, at[1], names.len()),
        ];
        for bytes in [head, debug, names.to_vec(), sections.concat()] {
            out.write_all(&bytes).unwrap();
        }
    });
    let unparsed = "dwarf.unparsed file > debug information";
    assert_eq!((level.as_str(), place.as_str()), ("loaded", unparsed));
    assert!(peak < MOST, "{peak} MiB");
}

/// Members whose paths and links lead out of the archive are names like any other: nothing they name is read.
#[test]
fn members_that_lead_out_of_the_tree() {
    let secret = std::env::temp_dir().join(format!("crossproof-secret-{}", std::process::id()));
    std::fs::write(&secret, "what nobody may read").unwrap();
    let path = secret.to_str().unwrap().to_owned();
    let (level, reasons, place, _) = outcome("links", |out, variant| {
        let mut builder = tar::Builder::new(out);
        for (name, kind) in [
            ("../../../../up", b'0'),
            ("link", b'2'),
            ("link/below", b'0'),
        ] {
            let mut header = tar::Header::new_gnu();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(tar::EntryType::new(kind));
            header.set_link_name(&path).unwrap();
            header.set_size(u64::from(kind == b'0'));
            header.set_mode(0o644);
            header.set_mtime(1);
            header.set_cksum();
            let content = if kind == b'0' {
                vec![b'a' + variant]
            } else {
                Vec::new()
            };
            builder.append(&header, content.as_slice()).unwrap();
        }
        builder.finish().unwrap();
    });
    assert_eq!((level.as_str(), reasons.as_str()), ("interface", ""));
    assert_eq!(place, "text.lines file > ../../../../up");
    assert_eq!(
        std::fs::read_to_string(&secret).unwrap(),
        "what nobody may read"
    );
    std::fs::remove_file(secret).unwrap();
}
