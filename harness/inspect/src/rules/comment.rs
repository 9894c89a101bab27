//! Compilers sign their work in .comment, down to the package revision.

use super::Rule;

/// `elf.comment`.
pub static RULE: Rule = Rule {
    id: "elf.comment",
    version: 1,
    title: "the .comment section: which compilers made the file",
    justification: "The section is not allocated: no segment maps it, so a running program cannot see it, and linkers only merge it into the next .comment. A .comment that some segment does map is compared exactly instead.",
};

/// Whether the rule drops the section of this name; the caller has made sure that nothing maps it.
pub(crate) fn covers(section: &[u8]) -> bool {
    section == b".comment"
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn only_the_comment_is_covered() {
        assert!(covers(b".comment"));
        assert!(!covers(b".comment.data"));
    }
}
