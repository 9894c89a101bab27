//! Names of sections and symbols as facts spell them: no two names alike, and none like a word of ours.

use crossproof_model::RelPath;

/// A section's name. What starts like an index, `*UND*` or `(unnamed)` is quoted if it really is a name.
pub(crate) fn section(name: &[u8]) -> String {
    let spelled = RelPath::spell(name);
    match spelled.chars().next() {
        None => "(unnamed)".to_owned(),
        Some('(' | '*' | '"' | '0'..='9') => format!("{spelled:?}"),
        Some(_) => spelled,
    }
}

/// A symbol's name. What has spaces, as in `section .text`, is quoted if it really is a name.
pub(crate) fn symbol(name: &[u8]) -> String {
    let ours = matches!(name, b"" | b"nothing") || name.ends_with(b".llvm.*");
    quoted(RelPath::spell(name), ours)
}

/// The name of a symbol that ends in a number which says nothing, by what stands before that.
pub(crate) fn numbered(head: &[u8]) -> String {
    quoted(RelPath::spell(head), false) + "*"
}

fn quoted(spelled: String, ours: bool) -> String {
    match ours || spelled.contains(' ') || spelled.starts_with('"') {
        true => format!("{spelled:?}"),
        false => spelled,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_told_apart() {
        assert_eq!(super::section(b".text"), ".text");
        assert_eq!(super::section(b"*ABS*"), "\"*ABS*\"");
        assert_ne!(super::section(b"a\xff"), super::section(b"a\xfe"));
        assert_eq!(super::symbol(b"main"), "main");
        assert_eq!(super::symbol(b"nothing"), "\"nothing\"");
        assert_ne!(super::symbol(b"x.llvm.*"), super::numbered(b"x.llvm."));
        assert_ne!(super::symbol(b"\xff"), super::symbol("\u{fffd}".as_bytes()));
    }
}
