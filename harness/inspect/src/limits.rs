//! Bounds on what untrusted bytes may make the comparison do.

/// Most bytes one compressed section may expand to.
pub const EXPANDED_BYTES: u64 = 1 << 30;
/// Most times larger than its compressed form a section may claim to be (deflate reaches 1032).
pub const EXPANSION_RATIO: u64 = 1100;
/// How deep archives may nest before a member is taken as plain bytes.
pub const NESTING: usize = 8;
/// How many unsettled differences one part of a file may report before the rest are counted in one.
pub const DIFFERENCES_PER_PART: usize = 50;
/// How many differences one file may report before the rest are counted in one.
pub const DIFFERENCES_PER_FILE: usize = 400;
/// Longest name read from a string table.
pub const NAME_BYTES: usize = 1 << 16;
/// Names of one table may altogether be this many times longer than the file.
pub const NAMES_PER_FILE: usize = 16;
/// Most characters shown of one value.
pub const SHOWN: usize = 160;
