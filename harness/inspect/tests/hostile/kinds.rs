//! Makers of hostile files of at most 8 MB, each in two that differ: `0` and `1` in one place, `2` in all of them.
//!
//! Shared by the test that holds comparisons of them to their bounds and by `examples/hostile.rs`, which writes them.

pub mod archives;
pub mod code;
pub mod debug;
pub mod elf;
pub mod others;
pub mod sections;
pub mod streams;
pub mod texts;

/// Makes the file of a variant.
pub type Make = fn(u8) -> Vec<u8>;

/// The largest.
pub const MOST: usize = 8 << 20;

/// Every kind by name.
pub fn all() -> Vec<(&'static str, Make)> {
    [
        elf::KINDS,
        sections::KINDS,
        code::KINDS,
        debug::KINDS,
        archives::KINDS,
        streams::KINDS,
        others::KINDS,
        texts::KINDS,
    ]
    .concat()
}

/// Bytes that follow from a seed and look like nothing.
pub fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = Vec::with_capacity(size + 8);
    while out.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend(state.to_le_bytes());
    }
    out.truncate(size);
    out
}

/// Whether the thing of this number is made otherwise in the variant: none, the last of `count`, or all.
pub fn other(variant: u8, number: usize, count: usize) -> bool {
    match variant {
        0 => false,
        1 => number + 1 == count,
        _ => true,
    }
}
