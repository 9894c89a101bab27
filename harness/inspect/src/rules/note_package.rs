//! Distributions link a note naming the package into every file, one side often without the other.

use super::Rule;

/// `elf.note-package`.
pub static RULE: Rule = Rule {
    id: "elf.note-package",
    version: 2,
    title: "the package metadata note, the PT_NOTE segment that spans it, and section indices in .dynsym",
    justification: "The note (owner FDO, type 0xcafe1a7e) names the package a file was built in, as JSON for crash reporters. Nothing in the loader or the C library looks for it. The rule drops a section called .note.package that is made only of such notes and into which no symbol or relocation leads; every other section's address, file offset, size and bytes, and every segment, are still compared exactly, so a note that moved anything does not pass; only a PT_LOAD that ends with the note is measured up to the section before it. A PT_NOTE segment is held to cover the same remaining note sections. A section more shifts the section index in .dynsym entries: they are compared with the section by name, everything else in them exactly; of the index the loader asks only whether it is undefined or absolute.",
};

/// Whether this note is the package note.
pub(crate) fn covers(owner: &[u8], kind: u32) -> bool {
    owner == b"FDO" && kind == 0xcafe_1a7e
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn only_the_package_note_is_covered() {
        assert!(covers(b"FDO", 0xcafe_1a7e));
        assert!(!covers(b"FDO", 0x407c_0c0a), "dlopen notes name libraries");
        assert!(!covers(b"GNU", 0xcafe_1a7e));
    }
}
