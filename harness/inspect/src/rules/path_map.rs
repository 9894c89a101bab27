//! Where the compiler's own headers are installed is written into debug information, and moves string offsets.

use super::Rule;

/// `dwarf.path-map`.
pub static RULE: Rule = Rule {
    id: "dwarf.path-map",
    version: 1,
    title: "debug information with strings and references resolved, and paths under the path map",
    justification: "Debug sections are not allocated, so no program reads them in normal use. Every entry, attribute, line-table row, file name, range and location is compared by its resolved content; only offsets into string tables, abbreviation numbers and prefixes that the map declares the same are set aside. Anything else that differs is reported.",
};
