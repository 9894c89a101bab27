//! Go's build id names the actions that made a program by hashes, the tools that did it among what is hashed.

use super::Rule;

/// `elf.go-build-id`.
pub static RULE: Rule = Rule {
    id: "elf.go-build-id",
    version: 2,
    title: "the hashes in the description of Go's build-id note",
    justification: "The note (owner Go, type 4) holds hashes in base64 with slashes between them: of the actions that made the program, tools and options among what is hashed, and of the content of its packages. The go command reads them from the file to tell whether it must build again; neither the loader nor the program's own runtime looks for them. The rule is used only for the section .note.go.buildid, and only if no symbol or relocation leads into it. The note stays, and its description must have the same length and as many hashes of the same lengths; what they were hashed from that is in the file is compared itself.",
};

/// Whether the rule sets aside the description of this note.
pub(crate) fn covers(owner: &[u8], kind: u32, description: &[u8]) -> bool {
    // The name is padded as if the padding belonged to it.
    owner == b"Go\0" && kind == 4 && shape(description).is_some()
}

/// The lengths of its hashes, as far as it is made of such.
pub(crate) fn shape(description: &[u8]) -> Option<Vec<usize>> {
    let hashes = description.split(|byte| *byte == b'/');
    hashes
        .map(|hash| {
            let digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (!hash.is_empty() && hash.iter().all(digit)).then_some(hash.len())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{covers, shape};

    #[test]
    fn only_hashes_of_the_build_id_are_covered() {
        assert!(covers(b"Go\0", 4, b"abc_/d-f/123"));
        assert!(!covers(b"Go\0", 4, b"abc//123"), "an empty hash is none");
        assert!(!covers(b"Go\0", 4, b"path /usr/lib"), "other text is not");
        assert!(!covers(b"Go\0", 1, b"abc"), "another type of the owner's");
        assert!(
            !covers(b"GNU", 4, b"abc"),
            "another owner's, gold's version"
        );
        assert_eq!(shape(b"abc/de"), Some(vec![3, 2]));
    }
}
