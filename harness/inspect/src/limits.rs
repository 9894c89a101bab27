//! Bounds on what untrusted bytes may make the comparison do.

/// Most bytes one compressed section may expand to.
pub const EXPANDED_BYTES: u64 = 1 << 30;
/// What a file's compressed sections may come to, as many times as they are large (zlib makes a third of debug
/// information), and at least.
pub const SECTIONS_RATIO: u64 = 8;
pub const SECTIONS_LEAST: u64 = 8 << 20;
/// Most times larger than its compressed form a section may claim to be (deflate reaches 1032).
pub const EXPANSION_RATIO: u64 = 1100;
/// What everything packed in a pair of files may expand to altogether, as many times as the pair is large.
pub const TOTAL_RATIO: u64 = 100;
/// Of pairs of up to [`TOTAL_FLAT_FOR`] bytes it comes to no more than this, whatever the ratio: both sides are held.
pub const TOTAL_FLAT: u64 = 192 << 20;
/// What larger pairs have beyond these bytes may expand by the ratio again.
pub const TOTAL_FLAT_FOR: u64 = 16 << 20;
/// What everything packed in a pair of files may expand to at least, however small the pair.
pub const TOTAL_LEAST: u64 = 64 << 20;
/// Most that the packages of debug information in a tree are held with, for what refers to them.
pub const BESIDE_BYTES: u64 = 1 << 30;
/// Most memory a decoder may want for itself (xz -9 wants 65 MiB).
pub const DECODER_BYTES: u64 = 128 << 20;
/// How deep archives and compressed streams may nest before what is inside is taken as plain bytes.
pub const NESTING: usize = 12;
/// Most members an archive may have.
pub const MEMBERS: usize = 500_000;
/// How many unsettled differences one part of a file may report before the rest are counted in one.
pub const DIFFERENCES_PER_PART: usize = 50;
/// How many unsettled differences are kept while more are found.
pub const DIFFERENCES_KEPT: usize = 40_000;
/// How many differences one file may report before the rest are counted in one.
pub const DIFFERENCES_PER_FILE: usize = 400;
/// The same for a file whose parts are files of their own, each bounded by itself.
pub const DIFFERENCES_PER_ARCHIVE: usize = 20_000;
/// Longest text that is taken apart by what it says rather than by lines.
pub const KEYED_BYTES: usize = 1 << 20;
/// Longest Python bytecode that is taken apart.
pub const MARSHALLED_BYTES: usize = 2 << 20;
/// Longest name read from a string table.
pub const NAME_BYTES: usize = 1 << 16;
/// What names a text's values may be altogether this many times longer than the text.
pub const PATHS_PER_TEXT: usize = 16;
/// Names of one table may altogether be this many times longer than the file.
pub const NAMES_PER_FILE: usize = 4;
/// Most segments of an ELF file that are looked at, and of segments times sections.
pub const SEGMENTS: usize = 4096;
pub const SEGMENTS_TIMES_SECTIONS: usize = 1 << 22;
/// Most sections of an ELF file of any size, and bytes of it for each that is more: each has a header of 64.
pub const SECTIONS: usize = 40_000;
pub const BYTES_PER_SECTION: usize = 400;
/// Sections may altogether be this many times as large as the file: they do not overlap.
pub const SECTIONS_PER_FILE: usize = 2;
/// Most members of an archive of any size that are reported one by one, and bytes of it for each that is more.
pub const MEMBERS_LEAST: usize = 30_000;
pub const BYTES_PER_MEMBER: usize = 400;
/// Most facts of one kind in a file that are reported one by one, beside one for so many of its bytes.
pub const FACTS: usize = 80_000;
pub const BYTES_PER_FACT: usize = 64;
/// Most streams that follow each other in one file.
pub const STREAMS: usize = 10_000;
/// Most chunks of an image that are reported one by one.
pub const CHUNKS: usize = 20_000;
/// Most strings of a catalogue that are reported one by one.
pub const STRINGS: usize = 150_000;
/// Most values of a text that are reported one by one.
pub const VALUES: usize = 100_000;
/// Most characters shown of one value.
pub const SHOWN: usize = 160;

/// Whether so many facts of one kind may be told of a file of so many bytes.
pub(crate) fn are_told(facts: usize, bytes: usize) -> bool {
    facts <= FACTS + bytes / BYTES_PER_FACT
}

/// How many bytes of text may still be made of a file: short references to long names make far more than there is.
#[derive(Debug)]
pub(crate) struct Room(usize);

impl Room {
    /// For a file of so many bytes.
    pub(crate) fn of(bytes: usize) -> Self {
        Room(bytes.saturating_mul(NAMES_PER_FILE).max(1 << 20))
    }

    /// Takes so many; nothing if they are not left.
    pub(crate) fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// How many bytes may still be expanded for one pair of files.
#[derive(Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    /// For files of so many bytes altogether.
    pub(crate) fn of(bytes: usize) -> Self {
        let bytes = bytes as u64;
        let beyond = bytes.saturating_sub(TOTAL_FLAT_FOR);
        let most = TOTAL_FLAT.saturating_add(beyond.saturating_mul(TOTAL_RATIO));
        let ratio = bytes.saturating_mul(TOTAL_RATIO);
        Budget(ratio.clamp(TOTAL_LEAST, most))
    }

    /// The most that each of two streams, the longer of `packed` bytes, may expand to.
    pub(crate) fn each(&self, packed: usize) -> u64 {
        let ratio = (packed as u64).saturating_mul(EXPANSION_RATIO).max(1 << 20);
        (self.0 / 2).min(EXPANDED_BYTES).min(ratio)
    }

    /// Takes what was expanded.
    pub(crate) fn spend(&mut self, expanded: usize) {
        self.0 = self.0.saturating_sub(expanded as u64);
    }
}

/// More functions without a name than these that differ in one section are told in one difference.
pub const NAMELESS: usize = 8;
