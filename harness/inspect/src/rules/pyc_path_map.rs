//! Python bytecode names the source file it was compiled from.

use super::Rule;

/// `pyc.path-map`.
pub static RULE: Rule = Rule {
    id: "pyc.path-map",
    version: 1,
    title: "names of source files in Python bytecode, under the path map",
    justification: "Tracebacks show the name, and the import system replaces it by the path of the source it found, if it is another. Names count as the same only where the map, which is declared for this comparison, says that their folders are; the rest of the path is compared, and so is every other string.",
};
