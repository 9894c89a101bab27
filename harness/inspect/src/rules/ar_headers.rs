//! Archives record when and by whom each member was made unless ar runs in deterministic mode.

use super::Rule;

/// `ar.headers`.
pub static RULE: Rule = Rule {
    id: "ar.headers",
    version: 3,
    title: "times, owners and modes of archive members, and offsets in the symbol index",
    justification: "Linkers find members through the index or in order and ignore time, owner and mode; a mode that sets an ID, or is no number, is compared. Names, order and contents of the members are compared; the index must name the same member for each symbol. Of a makefile that makes single members of an archive (`lib.a(f.o)`), make asks their times: that is not accounted for.",
};
