//! Archives: very many members, of one name, over the same bytes, and indices that lie.

use super::{Make, noise, other};

pub const KINDS: &[(&str, Make)] = &[
    ("ar-members", ar_members),
    ("ar-indices", ar_indices),
    ("ar-index", ar_index),
    ("ar-one-long-name", ar_one_long_name),
    ("tar-duplicates", tar_duplicates),
    ("tar-pax-records", tar_pax_records),
    ("tar-gz-duplicates", tar_gz_duplicates),
    ("cpio-duplicates", cpio_duplicates),
    ("zip-overlapping", zip_overlapping),
    ("zip-members", zip_members),
    ("zip-comments", zip_comments),
    ("deb-in-deb", deb_in_deb),
];

fn ar_member(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        0,
        0,
        0,
        100_644,
        content.len()
    )
    .into_bytes();
    out.extend(content);
    out.resize(out.len().next_multiple_of(2), b'\n');
    out
}

fn ar_members(v: u8) -> Vec<u8> {
    let count = 130_000;
    let one = |n| ar_member("a/", if other(v, n, count) { b"x" } else { b"" });
    [b"!<arch>\n".to_vec(), (0..count).flat_map(one).collect()].concat()
}

fn ar_indices(v: u8) -> Vec<u8> {
    let count = 120_000;
    let one = |n: usize| {
        ar_member(
            "/",
            if other(v, n, count) {
                &[0, 0, 0, 1]
            } else {
                &[0; 4]
            },
        )
    };
    [b"!<arch>\n".to_vec(), (0..count).flat_map(one).collect()].concat()
}

fn ar_index(v: u8) -> Vec<u8> {
    let count = 1_500_000_u32;
    let size = 4 + 5 * count;
    let first = 8 + 60 + size + size % 2;
    let mut index = count.to_be_bytes().to_vec();
    (0..count).for_each(|_| index.extend(first.to_be_bytes()));
    index.extend(vec![0; count as usize]);
    [
        &b"!<arch>\n"[..],
        &ar_member("/", &index),
        &ar_member("a/", &[v]),
    ]
    .concat()
}

fn ar_one_long_name(v: u8) -> Vec<u8> {
    let names = ar_member("//", &vec![b'a'; 2 << 20]);
    let count = 80_000;
    let one = |n| ar_member("/0", if other(v, n, count) { b"x" } else { b"" });
    [
        b"!<arch>\n".to_vec(),
        names,
        (0..count).flat_map(one).collect(),
    ]
    .concat()
}

fn tar_member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).expect("a short name");
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(1);
    header.set_cksum();
    let mut out = [header.as_bytes(), content].concat();
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn tar_of(count: usize, v: u8) -> Vec<u8> {
    let one = |n| tar_member("a", b'0', if other(v, n, count) { b"x" } else { b"" });
    let mut out: Vec<u8> = (0..count).flat_map(one).collect();
    out.extend([0; 1024]);
    out
}

fn tar_duplicates(v: u8) -> Vec<u8> {
    tar_of(8_000, v)
}

fn tar_gz_duplicates(v: u8) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &tar_of(60_000, v)).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn tar_pax_records(v: u8) -> Vec<u8> {
    let records = "8 a.b=c\n".repeat(900_000);
    [
        tar_member("x", b'x', records.as_bytes()),
        tar_member("a", b'0', &[v]),
        vec![0; 1024],
    ]
    .concat()
}

fn cpio_member(name: &str, content: &[u8]) -> Vec<u8> {
    let fields = [
        1,
        0o100_644,
        0,
        0,
        1,
        1,
        content.len(),
        0,
        0,
        0,
        0,
        name.len() + 1,
        0,
    ];
    let mut out = b"070701".to_vec();
    fields
        .iter()
        .for_each(|field| out.extend(format!("{field:08x}").bytes()));
    out.extend(name.bytes().chain([0]));
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(content);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn cpio_duplicates(v: u8) -> Vec<u8> {
    let count = 70_000;
    let one = |n| cpio_member("a", if other(v, n, count) { b"x" } else { b"" });
    let mut out: Vec<u8> = (0..count).flat_map(one).collect();
    out.extend(cpio_member("TRAILER!!!", b""));
    out
}

/// A local header and the directory's record of it: name, checksum, content, where the header is.
fn zip_records(name: &[u8], content: &[u8], at: u32, comment: &[u8]) -> [Vec<u8>; 2] {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    let size = content.len() as u32;
    shared.extend([crc.sum(), size, size].map(u32::to_le_bytes).concat());
    shared.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
    let local = [b"PK\x03\x04", &shared[..], name, content].concat();
    let mut central = [b"PK\x01\x02\x14\x03", &shared[..]].concat();
    central.extend((comment.len() as u16).to_le_bytes());
    central.extend([0; 8]);
    central.extend(at.to_le_bytes());
    central.extend(name);
    central.extend(comment);
    [local, central]
}

fn zip(locals: &[u8], directory: &[u8], count: usize) -> Vec<u8> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend([count as u16; 2].map(u16::to_le_bytes).concat());
    end.extend(
        [directory.len() as u32, locals.len() as u32]
            .map(u32::to_le_bytes)
            .concat(),
    );
    end.extend([0, 0]);
    [locals, directory, &end].concat()
}

fn zip_overlapping(v: u8) -> Vec<u8> {
    // Every entry is the same four megabytes.
    let count = 60_000;
    let mut content = noise(5, 4 << 20);
    content[0] ^= v;
    let [local, central] = zip_records(b"a", &content, 0, b"");
    zip(&local, &central.repeat(count), count)
}

fn zip_members(v: u8) -> Vec<u8> {
    let count = 65_000;
    let (mut locals, mut directory) = (Vec::new(), Vec::new());
    for n in 0..count {
        let content = [u8::from(other(v, n, count))];
        let [local, central] = zip_records(b"a", &content, locals.len() as u32, b"");
        locals.extend(local);
        directory.extend(central);
    }
    zip(&locals, &directory, count)
}

fn zip_comments(v: u8) -> Vec<u8> {
    let (mut locals, mut directory) = (Vec::new(), Vec::new());
    let comment = vec![0xff; 65_000];
    for _ in 0..120 {
        let [local, central] = zip_records(b"a", &[v], locals.len() as u32, &comment);
        locals.extend(local);
        directory.extend(central);
    }
    zip(&locals, &directory, 120)
}

fn deb_in_deb(v: u8) -> Vec<u8> {
    let mut inner = noise(9, 7 << 20);
    inner[1000] ^= v;
    for _ in 0..20 {
        let tar = [tar_member("./a.deb", b'0', &inner), vec![0; 1024]].concat();
        let control = [
            tar_member("./control", b'0', b"Package: a\n"),
            vec![0; 1024],
        ]
        .concat();
        inner = [
            b"!<arch>\n".to_vec(),
            ar_member("debian-binary", b"2.0\n"),
            ar_member("control.tar", &control),
            ar_member("data.tar", &tar),
        ]
        .concat();
    }
    inner
}
