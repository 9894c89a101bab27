//! One more section brings one more section symbol, and every later index and string offset moves.

use super::Rule;

/// `elf.symtab-order`.
pub static RULE: Rule = Rule {
    id: "elf.symtab-order",
    version: 3,
    title: "order and indices of .symtab, and the layout of its string table",
    justification: "The symbols are compared as a set, each by name, value, size, type, binding, visibility and the name of its section; the section symbol of a section another rule drops is left out. What is set aside is only where an entry stands in the table and where its name stands in .strtab. Local symbols are compared with the source file that stands before them, and those of one name in their order, by which a kernel's live patches tell them apart; local symbols of one place in theirs, of which addr2line tells one (of global ones it may tell a different name for the same code); and the undefined and common symbols of an object file in theirs, by which linkers look for members of archives and lay out what is common. The table is not allocated; relocations, section groups and LLVM's table of significant addresses name symbols by index and are compared by the symbol meant. Where anything else names symbols by index the rule is not used.",
};
