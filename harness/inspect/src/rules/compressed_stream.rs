//! Compressors of other versions, levels and thread counts write other bytes for the same content.

use super::Rule;

/// `compressed.stream`.
pub static RULE: Rule = Rule {
    id: "compressed.stream",
    version: 1,
    title: "how content is compressed: blocks, levels, block sizes and checks of a compressed stream",
    justification: "What reads a compressed file in normal use reads what it holds, and that is compared whole: the stream is expanded to its end with its checks verified, and whatever stands after it or beside it (comments, extra fields, skippable frames, trailing bytes) is compared on its own. A stream that cannot be expanded whole is undecided.",
};
