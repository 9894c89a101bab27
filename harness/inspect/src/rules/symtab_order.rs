//! One more section brings one more section symbol, and every later index and string offset moves.

use super::Rule;

/// `elf.symtab-order`.
pub static RULE: Rule = Rule {
    id: "elf.symtab-order",
    version: 2,
    title: "order and indices of .symtab, and the layout of its string table",
    justification: "The symbols are compared as a set, each by name, value, size, type, binding, visibility and the name of its section; the section symbol of a section another rule drops is left out. What is set aside is only where an entry stands in the table and where its name stands in .strtab. Local symbols of one name are compared in their order, by which a kernel's live patches tell them apart. The table is not allocated; relocations, section groups and LLVM's table of significant addresses name symbols by index and are compared by the symbol meant. Where anything else names symbols by index the rule is not used.",
};
