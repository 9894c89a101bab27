//! Who compares two trees may declare that two of their folders are the same place.

use super::Rule;

/// `tree.path-map`.
pub static RULE: Rule = Rule {
    id: "tree.path-map",
    version: 1,
    title: "names of files, and targets of symbolic links, under the declared path map",
    justification: "The map is what the person who asks declares to be the same place; without one this rule does nothing. Each file, link and folder that was paired through it is counted and named, and the contents are compared all the same. A folder on one side only is set aside only if it is one above a declared prefix.",
};
