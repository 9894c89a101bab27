//! Images, catalogues and bytecode.

use super::{Make, other};

pub const KINDS: &[(&str, Make)] = &[
    ("png-chunks", png_chunks),
    ("png-texts", png_texts),
    ("png-streams", png_streams),
    ("pyc-nested", pyc_nested),
    ("pyc-references", pyc_references),
    ("pyc-constants", pyc_constants),
    ("mo-overlapping", mo_overlapping),
    ("mo-strings", mo_strings),
];

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

fn png(more: Vec<u8>) -> Vec<u8> {
    let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let picture = chunk(b"IDAT", &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0, 0, 2, 0, 1]);
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &header,
        &more,
        &picture,
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn png_chunks(v: u8) -> Vec<u8> {
    let count = 400_000;
    png((0..count)
        .flat_map(|n| chunk(b"abCd", if other(v, n, count) { b"x" } else { b"" }))
        .collect())
}

fn png_texts(v: u8) -> Vec<u8> {
    let count = 400_000;
    let one = |n| chunk(b"tEXt", if other(v, n, count) { b"a\0x" } else { b"a\0" });
    png((0..count).flat_map(one).collect())
}

fn png_streams(v: u8) -> Vec<u8> {
    // Each of a megabyte.
    let mut text = b"a\0\0".to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut text, flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &vec![b'a'; 1 << 20]).expect("memory takes all");
    encoder.finish().expect("memory takes all");
    let one = chunk(b"zTXt", &text);
    let mut all = one.repeat((7 << 20) / one.len());
    all.extend(chunk(b"tEXt", &[b'b', 0, v]));
    png(all)
}

/// Python 3.11's code object with these constants and this name.
fn pyc(constants: &[u8], name: &str) -> Vec<u8> {
    let mut out = 3495_u16.to_le_bytes().to_vec();
    out.extend(b"\r\n");
    out.extend([0; 12]);
    out.push(b'c');
    out.extend([0; 20]);
    out.extend(b"s\0\0\0\0");
    out.extend(constants);
    out.extend(b")\0)\0s\0\0\0\0");
    let short = |text: &str| [&[b'z', text.len() as u8], text.as_bytes()].concat();
    for text in ["f", name, name] {
        out.extend(short(text));
    }
    out.extend([0; 4]);
    out.extend(b"s\0\0\0\0s\0\0\0\0");
    out
}

fn pyc_nested(v: u8) -> Vec<u8> {
    // Tuples of one in each other, many times as deep as is read.
    let mut constants = b")\x01".repeat(480);
    constants.extend([b'i', v, 0, 0, 0]);
    let constants = [b"(\xd0\x07\0\0".to_vec(), constants.repeat(2000)].concat();
    pyc(&constants, "n")
}

fn pyc_references(v: u8) -> Vec<u8> {
    // An interned string of 60 kB, and hundreds of thousands of references to it.
    let text = vec![b'a'; 60_000];
    let mut constants = [
        b"(\xe0\x93\x04\0\xf4".to_vec(),
        (text.len() as u32).to_le_bytes().to_vec(),
        text,
    ]
    .concat();
    constants.extend(b"r\0\0\0\0".repeat(299_999));
    let constants = [b"(\x02\0\0\0".to_vec(), constants, vec![b'i', v, 0, 0, 0]].concat();
    pyc(&constants, "n")
}

fn pyc_constants(v: u8) -> Vec<u8> {
    let constants = [
        b"(\x00\x6a\x18\0".to_vec(),
        vec![b'N'; 1_600_000 - 1],
        vec![if v == 0 { b'T' } else { b'F' }],
    ];
    pyc(&constants.concat(), "n")
}

/// A catalogue whose strings are of this length and begin where `at` says.
fn mo(count: u32, strings: &[u8], place: impl Fn(u32) -> (u32, u32)) -> Vec<u8> {
    let mut out = [0x9504_12de_u32, 0, count, 28, 28 + 8 * count, 0, 0]
        .map(u32::to_le_bytes)
        .concat();
    let base = 28 + 16 * count;
    for n in 0..2 * count {
        let (length, at) = place(n);
        out.extend([length, base + at].map(u32::to_le_bytes).concat());
    }
    out.extend(strings);
    out
}

fn mo_overlapping(v: u8) -> Vec<u8> {
    let size = 3_000_000_u32;
    let mut strings = vec![b'a'; size as usize];
    strings.push(0);
    strings[size as usize - 1] ^= v;
    mo(250_000, &strings, |n| (size - 1 - n % 1000, 1 + n % 1000))
}

fn mo_strings(v: u8) -> Vec<u8> {
    let count = 400_000;
    let mut strings: Vec<u8> = Vec::new();
    (0..count as usize)
        .for_each(|n| strings.extend([b'a' + u8::from(other(v, n, count as usize)), 0]));
    mo(count, &strings, |n| (1, 2 * (n % count)))
}
