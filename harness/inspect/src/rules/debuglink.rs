//! The link holds a checksum of the detached debug file and a name made from the build-id.

use super::Rule;

/// `elf.debuglink`.
pub static RULE: Rule = Rule {
    id: "elf.debuglink",
    version: 1,
    title: "the .gnu_debuglink section: name and checksum of the detached debug file",
    justification: "The section is not allocated; only debuggers read it, to find a separate file by a name and a checksum that follow from the debug information. Debug information that is itself in the trees is compared there. A section that some segment maps is compared exactly instead.",
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
