//! gzip writes down when, where and how hard it worked.

use super::Rule;

/// `gzip.header`.
pub static RULE: Rule = Rule {
    id: "gzip.header",
    version: 2,
    title: "the time, original name, system and level in the header of a gzip file, and the header's checksum",
    justification: "A header checksum that is wrong is not set aside. Programs that read a gzip file get what it holds; gzip itself uses time and name only when a person asks for them (-N). Comment, extra field and the other flags are compared, as are headers of further members.",
};
