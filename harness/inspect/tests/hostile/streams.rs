//! Compressed streams: of hundreds of megabytes of nothing, within each other, and very many.

use super::Make;
use std::io::Write;

pub const KINDS: &[(&str, Make)] = &[
    ("gzip-zeros", |v| zeros(gzip, 3, v)),
    ("xz-zeros", |v| zeros(xz, 4, v)),
    ("zstd-zeros", |v| zeros(zstd, 0, v)),
    ("bzip2-zeros", |v| zeros(bzip2, 0, v)),
    ("gzip-in-xz-in-zstd", nested),
    ("gzip-members", members),
    ("gzip-of-many-gzips", |v| gzip(&members(v))),
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes all")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// 900 MB of zeros; before them so many megabytes that do not pack, so that the whole may be believed.
fn zeros(pack: fn(&[u8]) -> Vec<u8>, noise: usize, v: u8) -> Vec<u8> {
    let mut bytes = super::noise(1, noise << 20);
    bytes.resize(900 << 20, 0);
    bytes.push(v);
    pack(&bytes)
}

fn nested(v: u8) -> Vec<u8> {
    let mut bytes = super::noise(2, 4 << 20);
    bytes.resize(24 << 20, 0);
    bytes[5] ^= v;
    for pack in [
        gzip, xz, zstd, gzip, xz, zstd, gzip, xz, zstd, gzip, xz, zstd,
    ] {
        bytes = pack(&bytes);
    }
    bytes
}

fn members(v: u8) -> Vec<u8> {
    let mut out = gzip(b"").repeat(380_000);
    out.extend(gzip(&[v]));
    out
}
