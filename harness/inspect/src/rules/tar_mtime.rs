//! tar records when each member was last changed.

use super::Rule;

/// `tar.mtime`.
pub static RULE: Rule = Rule {
    id: "tar.mtime",
    version: 5,
    title: "modification, access and change times of the members of a tar archive",
    justification: "Times tell when a build ran, and what is compared is what it made. Names, types, modes, owners, links, order and contents of the members are compared, as is how every other header field is written. Where `make` is run in what the archive holds (it has a Makefile, one of the names that makefiles have, debian/rules, or what a Makefile is made from), so is which files are older than which: make would make different things anew; and where it holds bytecode of Python beside a source or in `__pycache__`, the time of the source, which the bytecode must hold. Nothing of the kind is asked of installed files.",
};
