//! The link holds a checksum of the detached debug file and a name made from the build-id.

use super::Rule;

/// `elf.debuglink`.
pub static RULE: Rule = Rule {
    id: "elf.debuglink",
    version: 2,
    title: "the .gnu_debuglink section: name and checksum of the detached debug file",
    justification: "The section is not allocated; only debuggers read it, to find a separate file by a name and a checksum that follow from the debug information. Where files of that name are in the trees, links must lead to files of one name on both sides, or to the file of each build-id, with the checksum that the link states on both sides or on neither; and the debug information is compared there. A section that some segment maps is compared exactly instead.",
};

/// Whether the rule drops the section of this name; the caller has made sure that nothing maps it.
pub(crate) fn covers(section: &[u8]) -> bool {
    section == b".gnu_debuglink"
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn only_the_debug_link_is_covered() {
        assert!(covers(b".gnu_debuglink"));
        assert!(
            !covers(b".gnu_debugaltlink"),
            "it is the debug data's own supplement"
        );
    }
}
