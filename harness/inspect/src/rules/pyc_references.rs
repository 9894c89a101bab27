//! Which objects the compiler numbered hangs on how often something happened to hold them.

use super::Rule;

/// `pyc.references`.
pub static RULE: Rule = Rule {
    id: "pyc.references",
    version: 2,
    title: "which objects of marshalled Python code are flagged for references, and their numbers",
    justification: "Loading gives the same objects: every value is compared, and which of them are one object, so that even `is` answers alike. Only flags of objects that nothing refers to are set aside, the numbers that shift with them, and whether an interned string, a small number or an empty value or a one-letter text, of which Python keeps one each, is written again or referred to.",
};
