//! When an unmapped section grows, everything after it moves, and the table says so.

use super::Rule;

/// `elf.section-table`.
pub static RULE: Rule = Rule {
    id: "elf.section-table",
    version: 1,
    title: "where the section table and what is not mapped stand in the file",
    justification: "The loader maps segments and never reads the section table. File offsets, indices and the name table follow from the sizes of sections that are compared themselves; each section is still held to the same name, type, flags, alignment and links (by name), and an allocated one also to the same address, offset and size. Only zero bytes are passed over as padding.",
};
