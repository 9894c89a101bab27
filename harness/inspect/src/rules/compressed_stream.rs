//! Compressors of other versions, levels and thread counts write other bytes for the same content.

use super::Rule;

/// `compressed.stream`.
pub static RULE: Rule = Rule {
    id: "compressed.stream",
    version: 4,
    title: "how content is compressed: blocks, effort and block sizes of a compressed stream",
    justification: "What reads a compressed file in normal use reads what it holds, and that is compared whole: the stream is expanded to its end with its checks verified, and whatever stands after it or beside it (comments, extra fields, skippable frames, trailing bytes) is compared on its own. So is what the stream asks of its reader: the check and the filters of xz, the size of a dictionary or window, and how many streams there are, since some readers stop behind the first. A stream that cannot be expanded whole is undecided.",
};
