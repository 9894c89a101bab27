//! The link to shared debug information holds that file's build-id, which differs whenever it does.

use super::Rule;

/// `elf.debugaltlink`.
pub static RULE: Rule = Rule {
    id: "elf.debugaltlink",
    version: 2,
    title: "the build-id in .gnu_debugaltlink, where the file that is meant is on both sides",
    justification: "The section is not allocated; only debuggers read it, to find the file in which several others' debug information is gathered, by a path and that file's build-id. The path must be the same. The build-id is set aside only if on each side the file at that path is in the tree, or in one of its Debian packages, and has it, so that the files meant are compared themselves; a section that some segment maps is compared exactly.",
};
