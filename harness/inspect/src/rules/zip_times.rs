//! zip records when each member was last changed, once or several times over.

use super::Rule;

/// `zip.times`.
pub static RULE: Rule = Rule {
    id: "zip.times",
    version: 3,
    title: "times of the members of a zip archive, in the headers and in extra fields made for them",
    justification: "Times tell when a build ran, and what is compared is what it made. Only fields that hold valid times and nothing else are set aside, and none in an archive that holds Python's bytecode beside its source or in `__pycache__`, whose time that must have. Names, methods, attributes, flags, comments, other extra fields, order and contents of the members are compared, in the local header and in the central directory.",
};
