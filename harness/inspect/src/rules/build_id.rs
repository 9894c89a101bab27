//! The build-id follows from the rest of the file, so it differs whenever anything does and adds nothing.

use super::Rule;

/// `elf.build-id`.
pub static RULE: Rule = Rule {
    id: "elf.build-id",
    version: 3,
    title: "the description of the GNU build-id note",
    justification: "The build-id is a hash of the linked file, kept so that debuggers and crash reporters can find matching debug information. The note stays, with the same type, name and length; only its hash is set aside. The loader maps it but neither relocates nor reads it, and everything it was hashed from is compared itself. Where the debug file to which it leads is in the trees, it leads to that on both sides. The rule is used only for the section .note.gnu.build-id, and only if no symbol or relocation leads into it. A program that looks for its own build-id through its program headers, to print it, would notice.",
};

/// Whether the rule sets aside the description of this note.
pub(crate) fn covers(owner: &[u8], kind: u32) -> bool {
    owner == b"GNU" && kind == 3
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn only_the_build_id_is_covered() {
        assert!(covers(b"GNU", 3));
        assert!(!covers(b"GNU", 1), "the ABI tag is read by the loader");
        assert!(!covers(b"GNU", 5), "properties change how code is mapped");
        assert!(!covers(b"Go", 3));
    }
}
