//! gettext's tools write down when a catalogue was made.

use super::Rule;

/// `mo.dates`.
pub static RULE: Rule = Rule {
    id: "mo.dates",
    version: 2,
    title: "POT-Creation-Date and PO-Revision-Date in the header of a gettext catalogue",
    justification: "gettext looks up strings and reads from the header only the character set and the plural forms; the dates are for translators and tell when a build ran; what is no date, as it holds a character set, is compared. Every string and every other field of the header is compared.",
};
