//! A debug file called by its build-id has another name whenever it has another content.

use super::Rule;

/// `tree.build-id-path`.
pub static RULE: Rule = Rule {
    id: "tree.build-id-path",
    version: 2,
    title: "names of detached debug files that spell their build-id (.build-id/xx/yyyy.debug), and a package's list of these",
    justification: "Debuggers look for such a file by the build-id of the program it belongs to, and the name says nothing else: it is set aside only if it is exactly the build-id in the file's own note. Which file stands for which is found by the programs they belong to or, where these are not there, by the source files they name, and their contents are compared all the same. A folder that holds nothing but such files goes with them, and only such a one is set aside where one side alone has it; where such files stand among an archive's members, only if on both sides they stand in the order of their names; the field Build-Ids of a Debian package, only if on each side it lists exactly the build-ids in the names of the package's own files.",
};
