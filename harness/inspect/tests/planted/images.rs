//! PNG images: what each chunk must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::packing::zlib;
use crate::specimen::pair;
use crossproof_inspect::Options;
use crossproof_model::Level;

const TIME: [u8; 7] = [0x07, 0xe8, 2, 29, 12, 0, 0];

/// A chunk: length, type, data and checksum.
fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&body);
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], &body, &sum.sum().to_be_bytes()].concat()
}

/// An image of these chunks.
fn image(chunks: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let chunks = chunks.iter().flat_map(|(kind, data)| chunk(kind, data));
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(chunks).collect()
}

fn pixels() -> Vec<u8> {
    (0..64_u8)
        .flat_map(|y| (0..33).map(move |x| if x == 0 { 0 } else { x ^ (y / 7) }))
        .collect()
}

type Chunks = Vec<(&'static [u8], Vec<u8>)>;

fn chunks() -> Chunks {
    let header = [0, 0, 0, 32, 0, 0, 0, 64, 8, 0, 0, 0, 0];
    let profile = [b"flat\0\0", &zlib(b"profile", 6)[..]].concat();
    let packed = [b"Comment\0\0", &zlib(b"longer", 6)[..]].concat();
    vec![
        (b"IHDR", header.to_vec()),
        (b"gAMA", vec![0, 0, 0xb1, 0x8f]),
        (b"iCCP", profile),
        (b"pHYs", vec![0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1]),
        (b"tIME", TIME.to_vec()),
        (b"IDAT", zlib(&pixels(), 6)),
        (b"tEXt", b"Software\0maker 1.0".to_vec()),
        (
            b"tEXt",
            b"date:create\x002024-02-29T12:00:00+00:00".to_vec(),
        ),
        (b"zTXt", packed),
        (b"iTXt", b"Title\0\0\0de\0Titel\0Bild".to_vec()),
        (b"IEND", vec![]),
    ]
}

fn changed(change: impl Fn(&mut Chunks)) -> Vec<u8> {
    let mut all = chunks();
    change(&mut all);
    image(&all)
}

#[test]
fn what_an_image_may_differ_in() {
    let left = image(&chunks());
    // Later, without a time, and compressed otherwise or cut in pieces.
    settled_by(&["png.times"], &left, &changed(|c| c[4].1[6] = 59));
    settled_by(&["png.times"], &left, &changed(|c| drop(c.remove(4))));
    settled_by(&["png.times"], &left, &changed(|c| c[7].1[14] = b'3'));
    let tighter = changed(|c| c[5].1 = zlib(&pixels(), 9));
    settled_by(&["compressed.stream"], &left, &tighter);
    let cut = changed(|c| {
        let rest = c[5].1.split_off(20);
        c.insert(6, (b"IDAT", rest));
    });
    settled_by(&["compressed.stream"], &left, &cut);
    let profile = [b"flat\0\0", &zlib(b"profile", 0)[..]].concat();
    settled_by(
        &["compressed.stream"],
        &left,
        &changed(|c| c[2].1 = profile.clone()),
    );
}

#[test]
fn what_an_image_must_not_differ_in() {
    let left = image(&chunks());
    type Change = fn(&mut Chunks);
    let cases: [((&str, &str), Change); 15] = [
        (("png.header", "file > IHDR > interlace"), |c| {
            c[0].1[12] = 1
        }),
        (("png.chunk.bytes", "file > gAMA"), |c| c[1].1[3] = 0),
        (("png.chunk.only-left", "file > gAMA"), |c| {
            drop(c.remove(1))
        }),
        (("png.profile.name", "file > iCCP > name"), |c| {
            c[2].1[0] = b'F'
        }),
        (("png.profile.bytes", "file > iCCP"), |c| {
            c[2].1 = [b"flat\0\0", &zlib(b"Profile", 6)[..]].concat();
        }),
        (("png.physical-size", "file > pHYs > unit"), |c| {
            c[3].1[8] = 0
        }),
        (("png.image.bytes", "file > IDAT"), |c| {
            let mut other = pixels();
            other[1000] ^= 1;
            c[5].1 = zlib(&other, 6);
        }),
        (("png.trailing", "file > IDAT > bytes after the end"), |c| {
            c[5].1.push(0)
        }),
        (("png.text", "file > tEXt Software > text"), |c| {
            c[6].1[9] = b'M'
        }),
        // Not a time, and one in words that somebody chose.
        (("png.chunk.only-right", "file > tIME"), |c| c[4].1[2] = 13),
        (("png.text.only-right", "file > tEXt date:create"), |c| {
            c[7].1 = b"date:create\0yesterday".to_vec();
        }),
        (("png.text.bytes", "file > zTXt Comment"), |c| {
            c[8].1 = [b"Comment\0\0", &zlib(b"shorts", 6)[..]].concat();
        }),
        (("png.text", "file > iTXt Title > language"), |c| {
            c[9].1[8] = b'D'
        }),
        (("png.order", "file > signature > order"), |c| c.swap(1, 3)),
        (("png.gap.only-right", "file > gap after IEND"), |c| {
            c.push((b"more", vec![]))
        }),
    ];
    for (expected, change) in cases {
        let found = found(&left, &changed(change));
        assert!(
            found.contains(&strings(&[expected])[0]),
            "{expected:?} {found:?}"
        );
    }
}

/// Data that look like a file with times in it are still data.
#[test]
fn a_picture_is_no_file() {
    let of = |time| changed(|c| c[5].1 = zlib(&crate::packing::gzip(b"text", 6, time, ""), 6));
    let found = found(&of(1), &of(2));
    assert_eq!(found, strings(&[("png.image.bytes", "file > IDAT")]));
}

/// A picture that cannot be expanded whole is undecided.
#[test]
fn a_damaged_picture_is_undecided() {
    let left = image(&chunks());
    let cut = changed(|c| c[5].1.truncate(100));
    assert_eq!(pair(&left, &cut, &Options::default()).level(), None);
    let sum = changed(|c| *c[5].1.last_mut().unwrap() ^= 1);
    assert_eq!(pair(&left, &sum, &Options::default()).level(), None);
}

/// What the stream in a chunk holds, if the chunk is one that holds a stream.
fn held(kind: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let start = matches!(kind, b"iCCP" | b"zTXt").then(|| data.iter().position(|b| *b == 0))??;
    let mut out = Vec::new();
    let mut decoder = flate2::read::ZlibDecoder::new(data.get(start + 2..)?);
    decoder.read_to_end(&mut out).ok()?;
    Some([data.get(..start + 2)?, &out].concat())
}

/// A flipped bit never settles where its checksum is wrong; where that was made right, it settles in times and in
/// how a stream is packed.
#[test]
fn no_flip_settles_but_in_times_and_packing() {
    let left = image(&chunks());
    let level = |right: &[u8]| pair(&left, right, &Options::default()).level();
    for at in 0..left.len() {
        let mut mutant = left.clone();
        mutant[at] ^= 1 << (at % 8);
        assert!(level(&mutant) < Some(Level::Metadata), "byte {at}");
    }
    let all = chunks();
    let others = all
        .iter()
        .enumerate()
        .filter(|(_, (kind, _))| *kind != b"IDAT");
    for (index, (kind, data)) in others {
        for at in 0..data.len() {
            for bit in [0, 2, 7] {
                let mut flipped = data.clone();
                flipped[at] ^= 1 << bit;
                let packed = held(kind, &flipped).is_some_and(|h| held(kind, data) == Some(h));
                let dated = *kind == b"tIME" || (index == 7 && at > 11);
                let mutant = changed(|c| c[index].1 = flipped.clone());
                let level = level(&mutant);
                let what = String::from_utf8_lossy(kind);
                let settled = level >= Some(Level::Metadata);
                assert!(packed || dated || !settled, "{what} byte {at} bit {bit}");
            }
        }
    }
}
