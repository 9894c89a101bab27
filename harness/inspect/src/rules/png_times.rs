//! Programs that write PNG note when they did.

use super::Rule;

/// `png.times`.
pub static RULE: Rule = Rule {
    id: "png.times",
    version: 1,
    title: "when a PNG image was changed or its file written: tIME and the texts date:create, date:modify and date:timestamp",
    justification: "What shows an image decodes it from its other chunks, and no decoder reads these; they tell when a build ran. They are set aside only where they hold a time and nothing else and every checksum of the image is right. The order, names and contents of all other chunks are compared.",
};
